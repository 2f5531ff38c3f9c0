"""The inbox and its threads (product.md §2c): visible with access to both ends, or when nobody was known.

Assigning, closing, snoozing and notes need Write on the line; reading is enough for one's own marks.
"""

from ..department_world import Row

#               anon inact strng other conly lonly read  write admin oper  aoper acadm staff
ANYBODY = "     302  302   200   200   200   200   200   200   200   200   200   200   302"
BOTH_ENDS = "   302  302   404   404   404   404   200   200   200   404   404   404   302"
THE_LINE = "    302  302   404   404   404   200   200   200   200   404   404   404   302"
OPERATORS = "   302  302   404   404   404   404   404   404   404   200   200   404   302"
WRITERS = "     302  302   404   404   404   404   403   303   303   404   404   404   302"
WRITERS_422 = " 302  302   404   404   404   404   403   422   422   404   404   404   302"
LINE_WRITERS = "302  302   404   404   404   403   403   303   303   404   404   404   302"
READERS = "     302  302   404   404   404   404   303   303   303   404   404   404   302"
LINE_READERS = "302  302   404   404   404   303   303   303   303   404   404   404   302"
WORKERS = "     302  302   404   404   404   404   404   404   404   303   303   404   302"
PRESENT = "     302  302   404   404   404   404   303   303   303   404   404   404   302"

DETAIL, CLOSE, NOTE = "conversation-detail", "conversation-close", "conversation-note"


def _row(name: str, method: str, statuses: str, thing: str, **more: object) -> Row:
    return Row(f"conversations:{name}", method, statuses, args=(thing,), **more)  # type: ignore[arg-type]


ROWS: list[Row] = [
    Row("conversations:inbox", "GET", ANYBODY),
    _row(DETAIL, "GET", BOTH_ENDS, "thread"),
    _row(DETAIL, "GET", THE_LINE, "unknown"),
    _row(DETAIL, "GET", OPERATORS, "office_thread"),
    _row("conversation-assign", "POST", WRITERS, "thread", data={"user": "me"}),
    _row("conversation-assign", "POST", WRITERS_422, "thread", data={"user": "{colleague}"}),
    _row(CLOSE, "POST", WRITERS, "thread"),
    _row(CLOSE, "POST", LINE_WRITERS, "unknown"),
    _row(CLOSE, "POST", WORKERS, "office_thread"),
    _row("conversation-reopen", "POST", WRITERS, "thread"),
    _row("conversation-snooze", "POST", WRITERS, "thread", data={"until": "tomorrow"}),
    _row("conversation-snooze", "POST", WRITERS_422, "thread", data={"until": "1999-01-01T09:00"}),
    _row("conversation-unread", "POST", READERS, "thread"),
    _row("conversation-unread", "POST", LINE_READERS, "unknown"),
    _row("conversation-unread", "POST", WORKERS, "office_thread"),
    _row(NOTE, "POST", WRITERS, "thread", data={"body": "Call back before ten"}),
    _row(NOTE, "POST", WRITERS_422, "thread", data={"body": " "}),
    _row("conversation-presence", "POST", PRESENT, "thread", data={"state": "viewing"}),
    _row("conversation-presence", "GET", BOTH_ENDS, "thread"),
]
