"""Browser tests: the real server (uvicorn, static files, worker) on a test database with the demo, and Chromium.

One server for each xdist process. Nothing is rolled back: a test makes its own account or its own contacts through
the ORM. A console error, a refusal by the content security policy or a request to elsewhere fails the test.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import setup_databases, teardown_databases
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from contacts_project.accounts.models import User

from .office import Office, make_office
from .team import Team, make_team

ROOT = Path(__file__).resolve().parent.parent.parent
AXE = ROOT / "tests/e2e/vendor/axe-core-4.14.1/axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Colours on their way to other ones are no colours to judge: each ended transition may start one in a child.
SETTLE = """async () => {
  for (let round = 0; round < 40 && document.getAnimations().some((one) => one.playState === "running"); round++)
    await new Promise((done) => setTimeout(done, 50));
}"""
PASSWORD = "kithline-demo"
# Of all switches of this name the last one counts, so those that Playwright turns off are among them. The two of the
# address bar's suggestions load two pages of the browser's own for each window: half of what an empty window costs.
OFF = [
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxPopup",
]
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    f"--disable-features={','.join(OFF)}",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # nothing leaves this machine
]

# Playwright keeps an event loop in this thread; the ORM is used beside it on purpose.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
expect.set_options(timeout=10_000)


@pytest.fixture(scope="session", autouse=True)
def quick_settings() -> None:
    """The short cuts of the other tests are off: the server process must be able to check the demo's passwords."""


@pytest.fixture(scope="session")
def database(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_keepdb: bool,
    django_db_createdb: bool,
    django_db_blocker: Any,
) -> Iterator[None]:
    """The test database with the demo, open to every test: pytest-django makes one for marked tests only."""
    assert "MD5" not in settings.PASSWORD_HASHERS[0], "tests/e2e needs a run of its own, as bin/test does it"
    with django_db_blocker.unblock():
        keep = django_db_keepdb and not django_db_createdb
        made = setup_databases(verbosity=0, interactive=False, keepdb=keep, aliases={"default"})
        call_command("demo", "--if-empty")
        yield
        if not django_db_keepdb:
            end_other_sessions()
            teardown_databases(made, verbosity=0)


def end_other_sessions() -> None:
    """End what still uses the test database, such as Django's second connection inside Playwright's event loop."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(autouse=True)
def _open_database(database: None) -> None:
    """Tests write through the ORM; what they commit, the server sees."""


@pytest.fixture(scope="session")
def base_url(database: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the running server; it and the worker stop at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("site")
    environment = server_environment(folder)
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "collectstatic", "--no-input", "-v0"], cwd=ROOT, env=environment, check=True)
    server = [sys.executable, "-m", "uvicorn", "contacts_project.asgi:application", "--port", str(port)]
    server += ["--no-access-log", "--timeout-graceful-shutdown", "3"]
    with (folder / "server.log").open("wb") as log:
        processes = [
            subprocess.Popen(command, cwd=ROOT, env=environment | {"KITHLINE_ROLE": role}, stdout=log, stderr=log)
            for role, command in (("web", server), ("worker", [*manage, "procrastinate", "worker"]))
        ]
    try:
        wait_until_healthy(f"http://127.0.0.1:{port}", folder / "server.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(30)


def server_environment(folder: Path) -> dict[str, str]:
    """The environment of server and worker: this process's test database, folders of their own."""
    params = connection.get_connection_params()
    return os.environ | {
        "DATABASE_URL": f"postgres:///{params['dbname']}?host={params['host']}&user={params['user']}",
        "VAR_DIR": str(folder),
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),  # where the demo was loaded by this process
        "SECRET_KEY": settings.SECRET_KEY,  # as_user makes sessions here that the server reads
        "DB_POOL": "4",
    }


def wait_until_healthy(url: str, log: Path) -> None:
    """Wait for 200 from /healthz, at most a minute."""
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"the server is not healthy:\n{log.read_text()[-4000:]}")


@pytest.fixture(scope="session")
def browser(base_url: str) -> Iterator[Browser]:
    """Closed before the server is, which would wait for the pages that still listen to its news."""
    # The shell has no windows, menus and profiles of its own: a page in it costs a third less.
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=QUIET)
        yield browser
        browser.close()


class Windows:
    """Contexts of the browser, one for each user at a time. One that is given back is emptied and used again: what it
    fetched and compiled of the site's styles and scripts costs more than most tests do."""

    def __init__(self, browser: Browser, base_url: str) -> None:
        self.browser, self.base_url = browser, base_url
        self.free: dict[str, list[BrowserContext]] = {}

    def take(self, **options: Any) -> tuple[str, BrowserContext]:
        """A context without cookies, and the word by which `give_back` knows its options."""
        key = repr(sorted(options.items()))
        if free := self.free.get(key):
            return key, free.pop()
        usual = {"base_url": self.base_url, "reduced_motion": "reduce", "locale": "en-US"}
        return key, self.browser.new_context(**usual | options)

    def give_back(self, key: str, context: BrowserContext) -> None:
        session = context.new_cdp_session(context.pages[0])
        session.send("Storage.clearDataForOrigin", {"origin": self.base_url, "storageTypes": "local_storage"})
        for page in context.pages:
            page.close()
        context.clear_cookies()
        self.free.setdefault(key, []).append(context)


@pytest.fixture(scope="session")
def windows(browser: Browser, base_url: str) -> Windows:
    return Windows(browser, base_url)


@pytest.fixture
def new_page(windows: Windows, base_url: str, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Make pages of users of their own: new_page(viewport=..., color_scheme="dark", java_script_enabled=False)."""
    problems: list[str] = []
    pages: list[tuple[str, Page]] = []

    def make(**options: Any) -> Page:
        key, context = windows.take(**options)
        page = context.new_page()
        watch(page, problems, base_url)
        pages.append((key, page))
        return page

    yield make
    if getattr(request.node, "failed", False):
        (ROOT / "var/e2e").mkdir(parents=True, exist_ok=True)
        for number, (_, page) in enumerate(pages):
            page.screenshot(path=ROOT / f"var/e2e/{request.node.name}-{number}.png", full_page=True)
    for key, page in pages:
        windows.give_back(key, page.context)
    assert problems == []


def watch(page: Page, problems: list[str], base_url: str) -> None:
    """Collect what must not happen: errors on the console (the policy's too), in scripts, requests to elsewhere."""

    def console(message: Any) -> None:
        # An answer of 4xx is written to the console by the browser; tests ask for such answers on purpose.
        expected = message.text.startswith("Failed to load resource: the server responded with a status of 4")
        if message.type == "error" and not expected:
            problems.append(message.text)

    def asked(request: Any) -> None:  # a listener, not a route: where there is one, the browser keeps no files
        if not request.url.startswith((base_url, "data:", "blob:")):
            problems.append(f"request to {request.url}")

    page.on("request", asked)
    page.on("console", console)
    page.on("pageerror", lambda error: problems.append(str(error)))


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page()


@pytest.fixture(scope="session")
def sign_in() -> Callable[..., None]:
    """sign_in(page, email, password="kithline-demo"): through the sign-in page, as a person would."""

    def act(page: Page, email: str, password: str = PASSWORD) -> None:
        page.goto("/accounts/login/")
        page.locator("[name=login]").fill(email)
        page.locator("[name=password]").fill(password)
        page.locator("form:has([name=password]) [type=submit]").first.click()
        page.wait_for_url(lambda url: "/accounts/login/" not in url)

    return act


@pytest.fixture
def as_user(new_page: Callable[..., Page], base_url: str) -> Callable[..., Page]:
    """as_user(user or email, **options of new_page): a page of somebody who is signed in already."""

    def act(user: User | str, **options: Any) -> Page:
        page = new_page(**options)
        let_in(page, User.objects.get(email=user) if isinstance(user, str) else user, base_url)
        return page

    return act


def let_in(page: Page, user: User, base_url: str) -> None:
    """Sign the user in without the sign-in page."""
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": base_url}])


@pytest.fixture(scope="session")
def kept() -> dict[str, tuple[Page, list[str]]]:
    """By email: the page of a demo user that stays open, and what happened in it that must not."""
    return {}


@pytest.fixture
def looks_in(
    kept: dict[str, tuple[Page, list[str]]], windows: Windows, base_url: str
) -> Iterator[Callable[[str], Page]]:
    """looks_in(email of a demo user): the same page for all tests that only look at what the demo shows."""

    def act(email: str) -> Page:
        if email not in kept:
            page = windows.take()[1].new_page()
            kept[email] = page, []
            watch(*kept[email], base_url)
            let_in(page, User.objects.get(email=email), base_url)
        return kept[email][0]

    yield act
    for _, problems in kept.values():
        found, problems[:] = problems[:], []
        assert found == []


@pytest.fixture
def team(database: None) -> Team:
    """An account of this test's own."""
    return make_team()


@pytest.fixture
def office(database: None) -> Office:
    """An account with departments, of this test's own."""
    return make_office()


@pytest.fixture(scope="session")
def axe() -> Callable[..., None]:
    """axe(page): no violation of WCAG A and AA (2.0 to 2.2) nor of axe's best practices on the page as it stands.

    `rules` names the only ones to run: colours alone once the rest was judged in the other theme.
    """

    def examine(page: Page, *, rules: tuple[str, ...] = ()) -> None:
        page.evaluate(SETTLE)
        if not page.evaluate("Boolean(window.axe)"):
            page.evaluate(AXE.read_text())  # evaluate is not bound by the page's content security policy
        wanted = {"type": "rule", "values": rules} if rules else AXE_TAGS
        options = json.dumps({"runOnly": wanted, "resultTypes": ["violations"]})
        run = f"axe.run({options}).then(found => found.violations)"
        violations = [
            f"{rule['id']} ({rule['impact']}): {node['target']} {node['html'][:200]} {node['failureSummary'][:300]}"
            for rule in page.evaluate(run)
            for node in rule["nodes"]
        ]
        assert violations == [], page.url

    return examine


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remember failures for the screenshots of new_page."""
    outcome = yield
    report = outcome.get_result()
    if report.when == "call" and report.failed:
        item.failed = True
