"""static/js/app.js in a real browser, on a page of its own: answers are made up here, no server and no database.

What the screens do with it is tested with them; here stand the promises of DESIGN.md section 5 that all screens share.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

STATIC = Path(__file__).resolve().parents[2] / "static"
HOME = "http://kithline.test/"
ROW = """<tr><td><input type="checkbox" name="ids" value="{0}" form="bulk"></td>
<td><a class="k-name" href="/contacts/{0}/">Name {0}</a></td>
<td><button hx-post="/archive/" hx-target="closest tr" hx-swap="delete" data-focus-after="next">Archive {0}</button>
</td></tr>"""
PAGE = """<!doctype html><html lang="en" data-theme="auto" data-keys="{keys}"><head><title>t</title>
<meta name="htmx-config" content='{{"includeIndicatorCSS": false}}'>
<link rel="stylesheet" href="/static/css/kithline.css"><script src="/static/js/theme.js"></script>
<script src="/static/js/kithline.js" defer></script></head>
<body><a href="/contacts/new/" data-key="c">New</a><a href="/today/" data-key="g t">Today</a>
<main class="k-main" id="main" tabindex="-1"><div id="offline" hidden>Offline</div>
<div id="error" role="alert"></div><h1>Contacts</h1>
<details class="k-dd"><summary>Kind</summary><label><input type="checkbox"> Personal</label></details>
<input id="q" data-key="/"><form id="bulk" method="post" action="/bulk/"></form>
<table><thead><tr><th><input type="checkbox" data-select-all></th></tr></thead><tbody>{rows}</tbody></table>
<div class="k-bulk"><span data-selected></span></div>
<form id="edit" method="post" action="/edit/" hx-post="/edit/" hx-swap="outerHTML">
<button data-label-busy="Saving">Save</button></form>
<form id="send" method="post" action="/send/"><button>Send</button></form></main>
<div id="toasts" role="status"><div data-toast>One <button data-toast-close>x</button></div>
<div data-toast>Two</div></div>
</body></html>"""


class Outside:
    """Answers the browser's requests, and remembers the paths of those that are no files."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.keys = "on"

    def __call__(self, route: Route) -> None:
        path = route.request.url.removeprefix(HOME)
        if path.startswith("static/"):
            return route.fulfill(path=STATIC / path.removeprefix("static/"))
        self.asked.append(path)
        if path == "edit/":
            wrong = '<form id="edit" method="post"><input id="wrong" aria-invalid="true"></form>'
            return route.fulfill(status=422, body=wrong, content_type="text/html")
        if path == "archive/":
            toast = '<div id="toasts" hx-swap-oob="innerHTML"><div data-toast>Archived</div></div>'
            return route.fulfill(body=toast, content_type="text/html")
        page = PAGE.format(keys=self.keys, rows="".join(ROW.format(number) for number in range(1, 6)))
        return route.fulfill(body=page, content_type="text/html")


@pytest.fixture(autouse=True)
def _open_database() -> None:
    """No database: these tests are about the script alone."""


@pytest.fixture
def outside() -> Outside:
    return Outside()


@pytest.fixture
def screen(browser: Browser, outside: Outside) -> Iterator[Page]:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.set_default_timeout(5000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.route("**/*", outside)
    page.goto(HOME)
    yield page
    context.close()
    assert faults == []


def test_theme_follows_the_device_before_the_first_paint(screen):
    assert screen.locator("html").get_attribute("data-bs-theme") == "dark"


def test_selection_counts_and_selects_ranges(screen):
    boxes = screen.locator("input[name=ids]")
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(screen.locator("[data-selected]")).to_have_text("3 selected")
    expect(screen.locator("tr[aria-selected=true]")).to_have_count(3)
    screen.locator("[data-select-all]").click()
    expect(screen.locator("[data-selected]")).to_have_text("5 selected")
    screen.keyboard.press("Escape")
    expect(screen.locator("[data-selected]")).to_have_text("0 selected")


def test_keys_move_select_and_open(screen, outside):
    screen.keyboard.press("j")
    screen.keyboard.press("j")
    expect(screen.get_by_role("link", name="Name 2")).to_be_focused()
    screen.keyboard.press("x")
    expect(screen.locator("[data-selected]")).to_have_text("1 selected")
    screen.keyboard.press("k")
    expect(screen.get_by_role("link", name="Name 1")).to_be_focused()
    screen.keyboard.press("g")
    screen.keyboard.press("t")
    screen.wait_for_url("**/today/")


def test_keys_are_off_while_typing(screen, outside):
    screen.keyboard.press("/")
    expect(screen.locator("#q")).to_be_focused()
    screen.keyboard.type("cx/")
    assert screen.locator("#q").input_value() == "cx/"
    assert outside.asked == [""]


def test_keys_are_off_for_those_who_turned_them_off(screen, outside):
    outside.keys = "off"
    screen.goto(HOME)
    screen.keyboard.press("c")
    screen.wait_for_timeout(100)
    assert screen.url == HOME


def test_open_filters_close_outside_and_by_escape(screen):
    menu = screen.locator("details.k-dd")
    for way in (lambda: screen.click("h1"), lambda: screen.keyboard.press("Escape")):
        menu.locator("summary").click()
        expect(menu).to_have_attribute("open", "")
        way()
        expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()


def test_a_form_is_sent_once(screen, outside):
    screen.evaluate("for (const n of [1, 2, 3]) document.querySelector('#send button').click()")
    screen.wait_for_url("**/send/")
    assert outside.asked.count("send/") == 1


def test_after_archiving_the_next_row_has_the_focus_and_the_toast_shows(screen):
    screen.get_by_role("button", name="Archive 2").click()
    expect(screen.get_by_role("link", name="Name 3")).to_be_focused()
    expect(screen.locator("[data-toast]")).to_have_text("Archived")
    expect(screen.locator("tbody tr")).to_have_count(4)


def test_a_form_with_errors_takes_the_focus_to_the_first(screen):
    screen.get_by_role("button", name="Save").click()
    expect(screen.locator("#wrong")).to_be_focused()


def test_toasts_show_one_at_a_time(screen):
    expect(screen.locator("[data-toast]:visible")).to_have_text("One x")
    screen.locator("[data-toast-close]").click()
    expect(screen.locator("[data-toast]:visible")).to_have_text("Two")


def test_the_page_says_when_it_is_offline(screen):
    screen.context.set_offline(True)
    expect(screen.locator("#offline")).to_be_visible()
    screen.context.set_offline(False)
    expect(screen.locator("#offline")).to_be_hidden()
