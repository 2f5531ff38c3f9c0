"""The product as it is served, with the floor beside it, and readers with one or more connections."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from contacts_project.accounts.models import User

from .place import ROOT

WORKERS = 2
WARM_UP, ROUNDS, REQUESTS = 4, 12, 6  # short turns: noise falls on all pages alike


@dataclass(frozen=True)
class Page:
    """An address as one user opens it."""

    user: User
    path: str


class Site:
    """A running server. `speeds` measures pages in turns, so that noise of the machine falls on all of them."""

    def __init__(self, port: int, process: int) -> None:
        self.port = port
        self.process = process
        self._cookies: dict[int, str] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def session(self, user: User) -> str:
        """The key of a session in which `user` is signed in."""
        if user.pk not in self._cookies:
            store = SessionStore()
            store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
            store[HASH_SESSION_KEY] = user.get_session_auth_hash()
            store.create()
            self._cookies[user.pk] = str(store.session_key)
        return self._cookies[user.pk]

    def speeds(self, pages: dict[str, Page], *, connections: int = 1) -> dict[str, float]:
        """Median milliseconds of one request for each page, read over this many connections at once."""
        times: dict[str, list[float]] = {name: [] for name in pages}
        for name in pages:
            self._block(pages[name], WARM_UP, connections)
        for _ in range(ROUNDS):
            for name, page in pages.items():
                times[name] += self._block(page, REQUESTS, connections)
        return {name: statistics.median(values) * 1000 for name, values in times.items()}

    def _block(self, page: Page, requests: int, connections: int) -> list[float]:
        cookie, times, problems = self.session(page.user), [], []

        def read() -> None:
            try:
                times.extend(_read(self.port, page.path, cookie, requests))
            except Exception as error:  # a thread's own errors would only be printed
                problems.append(error)

        threads = [threading.Thread(target=read) for _ in range(connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if problems:
            raise problems[0]
        return times


def _read(port: int, path: str, cookie: str, requests: int) -> Iterator[float]:
    link = http.client.HTTPConnection("127.0.0.1", port)
    link.connect()
    link.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}", "Accept-Encoding": "gzip"}
    for _ in range(requests):
        begun = time.perf_counter()
        link.request("GET", path, headers=headers)
        answer = link.getresponse()
        answer.read()
        yield time.perf_counter() - begun
        if answer.status != http.client.OK:
            raise RuntimeError(f"{path} answered {answer.status}")
    link.close()


@contextmanager
def serve(workers: int = WORKERS) -> Iterator[Site]:
    """Start uvicorn with collected static files, as bin/serve does, and stop it at the end."""
    environment = os.environ | {"KITHLINE_ROLE": "web"}
    manage = [sys.executable, "manage.py", "collectstatic", "--no-input", "-v0"]
    subprocess.run(manage, cwd=ROOT, env=environment, check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "contacts_project.asgi:application", "--port", str(port)]
    command += ["--workers", str(workers), "--no-access-log", "--timeout-graceful-shutdown", "3"]
    command += ["--http", "contacts_project.core.prompt_http:PromptProtocol"]
    log = ROOT / "var/bench/server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        _wait(port)
        yield Site(port, server.pid)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the server did not start: see var/bench/server.log")
