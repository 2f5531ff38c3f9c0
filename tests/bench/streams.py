"""Case of open event streams: a thousand in one process, and what a page costs beside them."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from contacts_project.accounts.models import User
from conversations.live.hub import MOST_STREAMS_EACH
from conversations.live.telling import RING, tell

from . import readers, site
from .figures import Row
from .site import Page, Site

STREAMS = 1000
AT_ONCE = 50  # connections that are being opened at a time
ENOUGH_FILES = 8192
PATIENCE = 60.0


def cases() -> Iterator[Row]:
    """One process, as `bin/serve` starts it by default."""
    _allow_files()
    user = readers.reader(readers.MEDIAN)
    members = User.objects.filter(account=user.account, is_active=True).order_by("pk")
    people = list(members[: STREAMS // MOST_STREAMS_EACH])
    with site.serve(workers=1) as running:
        yield from asyncio.run(_measure(running, user, people))


async def _measure(running: Site, user: User, people: list[User]) -> list[Row]:
    page = {"list": Page(user, "/contacts/")}
    idle = (await asyncio.to_thread(running.speeds, page))["list"]
    before, begun = _memory(running.process), time.perf_counter()
    cookies = await asyncio.to_thread(_cookies, running, people)
    streams = await _open(running.port, cookies * MOST_STREAMS_EACH)
    opened, grown = time.perf_counter() - begun, _memory(running.process) - before
    beside = (await asyncio.to_thread(running.speeds, page))["list"]
    told = await _tell_all(streams, people)
    for _, writer in streams:
        writer.close()
    return [
        Row(f"list with {len(streams):,} open streams in one process vs without", beside / idle, 2,
            detail=f"{beside:.1f} ms, {idle:.1f} ms"),
        Row("opening them", opened, None, "s"),
        Row("memory of each", grown / len(streams), None, "KB"),
        Row("news to all of them", told * 1000, 1000, "ms"),
    ]  # fmt: skip


async def _open(port: int, cookies: list[str]) -> list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(cookie: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        async with gate:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            head = ("GET /events/ HTTP/1.1", "Host: 127.0.0.1", "Accept: text/event-stream", f"Cookie: {cookie}")
            writer.write("\r\n".join([*head, "", ""]).encode())
            await asyncio.wait_for(reader.readuntil(b"retry: "), PATIENCE)
            return reader, writer

    return list(await asyncio.gather(*(one(cookie) for cookie in cookies)))


async def _tell_all(streams: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]], people: list[User]) -> float:
    """Seconds from one transaction that has news for everybody until the last stream has them."""
    await asyncio.sleep(1)  # what the opening itself brought is through
    waiting = [asyncio.create_task(reader.readuntil(b"event: ring")) for reader, _ in streams]
    begun = time.perf_counter()

    def announce() -> None:
        for person in people:
            tell(person.account_id, RING, user=person.pk)

    await asyncio.to_thread(announce)
    await asyncio.wait_for(asyncio.gather(*waiting), PATIENCE)
    return time.perf_counter() - begun


def _cookies(running: Site, people: list[User]) -> list[str]:
    return [f"{settings.SESSION_COOKIE_NAME}={running.session(person)}" for person in people]


def _allow_files() -> None:
    """Each stream is an open file of the server and of this process; the server inherits the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = ENOUGH_FILES if hard == resource.RLIM_INFINITY else min(hard, ENOUGH_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, enough), hard))


def _memory(process: int) -> float:
    """KB of a process in memory; 0 where this is not told (not Linux)."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return float(line.split()[1])
    return 0.0
