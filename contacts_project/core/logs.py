"""Log lines as JSON: time, level, logger, message, request id and the facts given with `extra`.

Never bodies, phone numbers or email addresses (design/security.md rule 13): what looks like one is blotted out,
also in the texts of exceptions, and a database's DETAIL line, which quotes values, is dropped.
"""

import contextvars
import json
import logging
import re
import traceback
from datetime import UTC, datetime
from typing import Any

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")

FACTS = ("method", "route", "status", "duration_ms", "user_id", "account_id", "job_id")
# Begins at the beginning of a word only: else a path of 20,000 letters without an @ takes seconds.
EMAIL = re.compile(r"(?<![^\s@<>\"'(),;:])[^\s@<>\"'(),;:]+@[^\s@<>\"'(),;:]+")
TOKEN = re.compile(r"(?<![0-9a-z])[0-9a-f]{64}(?![0-9a-z])")  # of an invitation, in the path of a refused post
NUMBER = re.compile(r"(?<![\w.-])\+?\(?\d(?:[ ().-]{0,2}\d){8,}(?![\w-])")
DETAIL = re.compile(r"^(DETAIL|CONTEXT|LINE \d+|HINT):.*", re.MULTILINE | re.DOTALL)


class JsonFormatter(logging.Formatter):
    """One JSON object per line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": blot(record.getMessage()),
        }
        if request_id.get():
            line["request_id"] = request_id.get()
        line.update({name: value for name in FACTS if (value := getattr(record, name, None)) is not None})
        if record.exc_info and record.exc_info[1]:
            line["error"] = describe(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def blot(text: str) -> str:
    """Return `text` with email addresses, phone numbers and secret tokens replaced by a mark."""
    return NUMBER.sub("[number]", EMAIL.sub("[email]", TOKEN.sub("[token]", text)))


def describe(error: BaseException) -> dict[str, Any]:
    """Return type, message and places of an exception and of those behind it, without quoted data."""
    described: dict[str, Any] = {
        "type": type(error).__qualname__,
        "message": blot(DETAIL.sub("", str(error)).strip()),
        "trace": [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
        ],
    }
    behind = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if behind is not None:
        described["behind"] = describe(behind)
    return described
