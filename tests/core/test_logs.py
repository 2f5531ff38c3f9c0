"""Log lines: JSON with ids, never a phone number or an email address."""

import json
import logging
import sys

import pytest

from contacts_project.core import logs


def line(message="", *args, **extra):
    record = logging.LogRecord("test", logging.INFO, __file__, 1, message, args, extra.pop("exc_info", None))
    vars(record).update(extra)
    return json.loads(logs.JsonFormatter().format(record))


def test_a_line_carries_the_request_id_and_known_facts_only():
    token = logs.request_id.set("abc-12345")
    try:
        made = line("saved %s", "it", user_id=7, body="Dear Renee")
    finally:
        logs.request_id.reset(token)
    assert (made["message"], made["request_id"], made["user_id"], made["level"]) == ("saved it", "abc-12345", 7, "info")
    assert "Renee" not in json.dumps(made)


@pytest.mark.parametrize(
    "text", ["write to a.b+c@mail.example.com", "call +1 202 555 0142", "call (202) 555-0142", "call +49.171.1234567"]
)
def test_emails_and_phone_numbers_are_blotted_out(text):
    blotted = logs.blot(text)
    assert "[email]" in blotted or "[number]" in blotted
    assert not any(part in blotted for part in ("mail.example", "0142", "1234567"))


@pytest.mark.parametrize("text", ["job 4711 took 12.25 s", "2026-11-21", "contact 12345678", "id a1b2c3d4e5f60718"])
def test_ordinary_numbers_stay(text):
    assert logs.blot(text) == text


def test_an_error_is_told_by_type_and_places_without_quoted_data():
    try:
        raise ValueError("duplicate key\nDETAIL:  Key (email)=(renee@private.example) already exists.")
    except ValueError:
        made = line("failed", exc_info=sys.exc_info())
    assert made["error"]["type"] == "ValueError"
    assert made["error"]["message"] == "duplicate key"
    assert "test_logs.py" in made["error"]["trace"][0]
