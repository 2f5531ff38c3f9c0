"""The hub of a process: hears what happens, asks once for many events who may know, and hands each stream its news.

Everything here runs in the event loop; what asks the database runs in a few threads of its own, which return their
connections at once. A stream holds no connection and no thread (decision 18).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from django.db import DatabaseError, connections

from .audience import Audience, Fact, News, audience_of
from .listening import listen
from .telling import ACCESS
from .viewers import Viewer, still_here

log = logging.getLogger("kithline.live")
T = TypeVar("T")

GATHER = 0.03  # seconds: what happens within is one question
RECHECK = 60.0  # seconds between looks at all sessions
SIGN_OUT_TAKES = 2.0  # seconds after which somebody whose access changed is looked at once more
MOST_STREAMS_EACH = 20  # of one person; the oldest makes room
MOST_WAITING = 100  # news of a stream that nobody reads; beyond it is told to look at everything
AGAIN = News("again")  # events may have been lost: the page looks at everything


class Stream:
    """What one open page has not been sent yet. `ended`: nothing more will come."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.ended = False
        self._waiting: dict[News, None] = {}
        self._wake = asyncio.Event()

    def add(self, *news: News) -> None:
        """The same news twice is sent once."""
        self._waiting.update(dict.fromkeys(news))
        if len(self._waiting) > MOST_WAITING:
            self._waiting = {AGAIN: None}
        self._wake.set()

    def end(self) -> None:
        self.ended = True
        self._wake.set()

    async def next(self, patience: float) -> list[News]:
        """What has come since the last call, in its order; [] after `patience` seconds without, or at the end."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), patience)
        self._wake.clear()
        news, self._waiting = list(self._waiting), {}
        return news


class Hub:
    """All streams of this process. Its tasks begin with the first stream and go on for the life of the loop."""

    def __init__(self, ask: Callable[..., Audience] = audience_of) -> None:
        self._ask = ask
        self._streams: dict[int, dict[int, list[Stream]]] = defaultdict(dict)  # account -> user -> streams
        self._facts: dict[Fact, None] = {}
        self._heard = asyncio.Event()
        self._tasks: list[asyncio.Task] = []
        self._news_threads = ThreadPoolExecutor(1, "live-news")
        self._viewer_threads = ThreadPoolExecutor(2, "live-viewers")

    def open(self, viewer: Viewer) -> Stream:
        """A new stream of this viewer; give it back with `close`."""
        if not self._tasks:
            begun = (listen(self.hear, self.again), self._deliver(), self._recheck())
            self._tasks = [asyncio.create_task(each) for each in begun]
        stream = Stream(viewer)
        own = self._streams[viewer.account].setdefault(viewer.user, [])
        own.append(stream)
        if len(own) > MOST_STREAMS_EACH:
            own[0].end()
        return stream

    def close(self, stream: Stream) -> None:
        stream.end()
        here = self._streams[stream.viewer.account]
        own = here.get(stream.viewer.user, [])
        if stream in own:
            own.remove(stream)
        if not own:
            here.pop(stream.viewer.user, None)

    def hear(self, fact: Fact) -> None:
        """Take an event; accounts with nobody here cost nothing."""
        if self._streams.get(fact.account):
            self._facts[fact] = None
            self._heard.set()

    def again(self) -> None:
        """Tell all that events may have been lost."""
        for stream in self.streams():
            stream.add(AGAIN)

    def streams(self) -> list[Stream]:
        return [stream for users in self._streams.values() for own in users.values() for stream in own]

    async def in_thread(self, function: Callable[..., T], *args: Any) -> T:
        """Ask the database about viewers. Raises DatabaseError."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._viewer_threads, partial(_with_database, function, *args))

    async def stop(self) -> None:
        """End the tasks and all streams."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        for stream in self.streams():
            stream.end()
        self._news_threads.shutdown()
        self._viewer_threads.shutdown()

    async def _deliver(self) -> None:
        while True:
            await self._heard.wait()
            await asyncio.sleep(GATHER)
            self._heard.clear()
            facts, self._facts = list(self._facts), {}
            try:
                await self._send(facts)
            except Exception:  # whatever it was, the next news must find this task alive
                log.exception("news could not be judged")
                self.again()  # each page then asks by itself, and is judged there

    async def _send(self, facts: list[Fact]) -> None:
        connected = {fact.account: tuple(self._streams.get(fact.account, ())) for fact in facts}
        loop = asyncio.get_running_loop()
        question = partial(_with_database, self._ask, facts, connected)
        audience = await loop.run_in_executor(self._news_threads, question)
        accounts = set(connected)
        for account in accounts:
            for user, streams in self._streams.get(account, {}).items():
                for stream in streams if user in audience else ():
                    stream.add(*sorted(audience[user], key=lambda news: (news.name, news.id)))
        for fact in facts:
            if fact.kind == ACCESS and fact.user is not None:
                self._doubt(fact.account, fact.user)

    def _doubt(self, account: int, user: int) -> None:
        """Look at somebody's sessions now, and once more when a sign-out that was told of is surely through."""
        suspects = self._streams.get(account, {}).get(user, [])
        if suspects:
            loop = asyncio.get_running_loop()
            for delay in (0.0, SIGN_OUT_TAKES):
                loop.call_later(delay, lambda: self._tasks.append(asyncio.create_task(self._look_at(list(suspects)))))

    async def _recheck(self) -> None:
        while True:
            await asyncio.sleep(RECHECK)
            await self._look_at(self.streams())
            self._tasks = [task for task in self._tasks if not task.done()]

    async def _look_at(self, streams: list[Stream]) -> None:
        """End those whose session or person is gone; while the database is away, nobody is judged."""
        try:
            here = await self.in_thread(still_here, {stream.viewer for stream in streams})
        except DatabaseError:
            return
        for stream in streams:
            if stream.viewer not in here:
                stream.end()


def _with_database(function: Callable[..., T], *args: Any) -> T:
    """Run in a thread, giving its connection back afterwards."""
    try:
        return function(*args)
    finally:
        connections.close_all()
