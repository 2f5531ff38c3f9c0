"""What travels: bytes and requests of a first visit with a cold cache, and of the pages after it, in Chromium."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from . import readers
from .figures import Row
from .site import Site

FIRST_KB, FIRST_REQUESTS, LATER_KB = 110, 8, 12
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
KB = 1000


class Wire:
    """Bytes as they travelled (headers included, compressed) and requests that were not answered by the cache."""

    def __init__(self, context: BrowserContext) -> None:
        self.page = context.new_page()
        self._link = context.new_cdp_session(self.page)
        self._link.send("Network.enable")
        self._link.on("Network.responseReceived", self._received)
        self._link.on("Network.loadingFinished", self._finished)
        self._link.on("Network.requestServedFromCache", lambda event: self._cached.add(event["requestId"]))
        self._names: dict[str, str] = {}
        self._cached: set[str] = set()
        self.sizes: dict[str, float] = {}

    def open(self, url: str) -> dict[str, float]:
        """Visit a page until nothing more is loaded: address -> kilobytes."""
        self.sizes = {}
        self.page.goto(url, wait_until="networkidle")
        return self.sizes

    def _received(self, event: dict) -> None:
        answer = event["response"]
        if answer.get("fromDiskCache") or answer["url"].startswith("data:"):
            self._cached.add(event["requestId"])
        self._names[event["requestId"]] = answer["url"]

    def _finished(self, event: dict) -> None:
        number = event["requestId"]
        if number in self._names and number not in self._cached:
            self.sizes[f"{self._names[number]} {number}"] = event["encodedDataLength"] / KB


def cases(site: Site) -> Iterator[Row]:
    """Of the reader in the middle: the list as the first page, then a record, its details and the list again."""
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if executable is None:
        return
    user = readers.reader(readers.WORST)
    contact, session = readers.contact_of(user), site.session(user)  # no queries beside Playwright's event loop
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=QUIET)
        yield from _visits(browser, site, session, contact.pk)
        browser.close()


def _visits(browser: Browser, site: Site, session: str, contact: int) -> Iterator[Row]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site.url}
    context.add_cookies([cookie])
    wire = Wire(context)
    first = wire.open(f"{site.url}/contacts/")
    yield Row("first page load, cold cache", sum(first.values()), FIRST_KB, "KB", detail=_parts(first, site))
    yield Row("first page load: requests", len(first), FIRST_REQUESTS, "requests")
    later = {"record": f"/contacts/{contact}/", "details": f"/contacts/{contact}/details/", "list": "/contacts/"}
    for name, path in later.items():
        sizes = wire.open(site.url + path)
        yield Row(f"later page: {name}", sum(sizes.values()), LATER_KB, "KB", detail=_parts(sizes, site))
    context.close()


def _parts(sizes: dict[str, float], site: Site) -> str:
    names = {name.split()[0].removeprefix(site.url).rpartition("/static/")[2]: size for name, size in sizes.items()}
    return ", ".join(f"{name} {size:.1f}" for name, size in sorted(names.items(), key=lambda item: -item[1]))
