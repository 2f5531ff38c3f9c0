"""A phone system that posts over several connections at once, and what it was answered."""

from __future__ import annotations

import http.client
import json
import queue
import socket
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from conversations.signatures import sign

PATH = "/webhooks/interactions/"


@dataclass(frozen=True)
class Delivery:
    """A body as it is sent, with its header; `event` is its id, `good` whether it must be taken."""

    event: str
    body: bytes
    header: str
    good: bool = True


@dataclass(frozen=True)
class Answer:
    """`status` is 0 when none came."""

    delivery: Delivery
    status: int
    seconds: float
    stored: bool = False


def delivery(event: dict[str, Any], secret: str, *, age: int = 0, good: bool = True) -> Delivery:
    """Sign the event, `age` seconds ago."""
    body, at = json.dumps(event).encode(), int(time.time()) - age
    return Delivery(event["id"], body, f"t={at},v1={sign(secret, at, body)}", good)


def deliver(port: int, deliveries: Iterable[Delivery], *, connections: int = 8, again: bool = False) -> list[Answer]:
    """Post all of them; with `again` each until it is answered with less than 500."""
    waiting: queue.SimpleQueue[Delivery] = queue.SimpleQueue()
    for one in deliveries:
        waiting.put(one)
    answers: list[Answer] = []
    threads = [threading.Thread(target=_post_all, args=(port, waiting, answers, again)) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def _post_all(port: int, waiting: queue.SimpleQueue[Delivery], answers: list[Answer], again: bool) -> None:
    link = None
    while True:
        try:
            one = waiting.get_nowait()
        except queue.Empty:
            return
        while True:
            link = link or _connect(port)
            answer = _post(link, one)
            answers.append(answer)
            if answer.status == 0:
                link = None
            if not again or 0 < answer.status < 500:
                break
            time.sleep(0.2)


def _connect(port: int) -> http.client.HTTPConnection:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    link.connect()
    link.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return link


def _post(link: http.client.HTTPConnection, one: Delivery) -> Answer:
    headers = {"Content-Type": "application/json", "X-Kithline-Signature": one.header}
    begun = time.perf_counter()
    try:
        link.request("POST", PATH, one.body, headers)
        response = link.getresponse()
        text = response.read()
    except (OSError, http.client.HTTPException):
        link.close()
        return Answer(one, 0, time.perf_counter() - begun)
    spent = time.perf_counter() - begun
    stored = response.status == 202 and json.loads(text)["stored"]
    return Answer(one, response.status, spent, stored)
