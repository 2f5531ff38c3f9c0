"""The cap on request bodies: announced or not, a large one gets 413 and never reaches the application."""

import asyncio

import pytest

from contacts_project.core.body_limit import NARROWER, BodyLimit


async def application(scope, receive, send):
    """Read the whole body like Django does, then answer with its size."""
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size += len(message["body"])
        more = message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(size).encode()})


def ask(parts, headers=(), path="/"):
    """Send `parts` as the body; return the status and how many parts were read."""
    waiting = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    waiting[-1]["more_body"] = False
    total, sent = len(waiting), []

    async def receive():
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    limit = BodyLimit(application, largest=10, read_on=40)
    asyncio.run(limit({"type": "http", "path": path, "headers": list(headers)}, receive, send))
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    return sent[0]["status"], total - len(waiting)


@pytest.mark.parametrize("headers", [[], [(b"content-length", b"10")]])
def test_a_body_within_the_limit_passes(headers):
    assert ask([b"12345", b"67890"], headers) == (200, 2)


def test_an_announced_excess_is_read_to_the_end_and_refused():
    assert ask([b"12345", b"67890", b"1"], [(b"content-length", b"11")]) == (413, 3)


def test_an_unannounced_excess_is_refused():
    assert ask([b"12345", b"67890", b"1", b"2"]) == (413, 4)


def test_an_enormous_body_is_not_read():
    assert ask([b"12345"] * 100, [(b"content-length", b"500")]) == (413, 0)


def test_a_malformed_length_is_counted_instead():
    assert ask([b"12345", b"67890", b"1"], [(b"content-length", b"-5")]) == (413, 3)


def test_what_machines_post_is_narrower_and_never_read_on(monkeypatch):
    monkeypatch.setitem(NARROWER, "/webhooks/interactions/", 5)
    path = "/webhooks/interactions/"
    assert ask([b"12345"], path=path) == (200, 1)
    assert ask([b"123", b"456", b"7", b"8"], path=path) == (413, 2)
    assert ask([b"123", b"456"], [(b"content-length", b"6")], path=path) == (413, 0)
