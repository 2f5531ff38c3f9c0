"""Engagements: all of them, a new one, its draft, preview, test, copy, recording, deletion (product.md §2c and §10).

A draft needs Write; its channel must be the writer's to send from, its lists at least readable. The compliance
administrator reads only what was handed in for review.
"""

from ..department_world import Row

#            anon inact strng other lread lnrd  read  write admin compl acadm staff
ANYBODY = "  302  302   200   200   200   200   200   200   200   200   200   302"
MADE = "     302  302   303   303   303   303   303   303   303   303   303   302"
BAD = "      302  302   422   422   422   422   422   422   422   422   422   302"
READS = "    302  302   404   404   404   404   200   200   200   404   404   302"
EDITS = "    302  302   404   404   404   404   403   200   200   404   404   302"
SAVES = "    302  302   404   404   404   404   403   303   303   404   404   302"
WRONG = "    302  302   404   404   404   404   403   422   422   404   404   302"
TOO_LATE = " 302  302   404   404   404   404   403   409   409   404   404   302"
COPIES = "   302  302   404   404   404   404   303   303   303   404   404   302"

ROWS: list[Row] = [
    Row("engagements:engagement-list", "GET", ANYBODY),
    Row("engagements:engagement-new", "GET", ANYBODY),
    Row("engagements:engagement-new", "POST", MADE, {"name": "Autumn", "kind": "text", "body": "Hello"}),
    Row("engagements:engagement-new", "POST", BAD, {"name": "", "kind": "pigeon"}),
    Row("engagements:engagement-edit", "GET", EDITS, args=("draft",)),
    Row(
        "engagements:engagement-edit", "POST", SAVES, {"name": "Autumn", "kind": "text", "body": "Hello"},
        args=("draft",),
    ),
    Row(
        "engagements:engagement-edit", "POST", WRONG, {"name": "Autumn", "kind": "text", "body": "{{{{shoe-size}}}}"},
        args=("draft",),
    ),
    Row("engagements:engagement-edit", "POST", TOO_LATE, {"name": "Autumn", "kind": "text"}, args=("sending",)),
    Row("engagements:engagement-preview", "GET", READS, args=("draft",)),
    Row("engagements:engagement-preview", "GET", READS, query="contact={contact}", args=("draft",)),
    Row("engagements:engagement-test", "POST", WRONG, {"to": "nonsense"}, args=("draft",)),
    Row("engagements:engagement-copy", "POST", COPIES, args=("done",)),
    Row("engagements:engagement-delete", "POST", SAVES, args=("draft",)),
    Row("engagements:engagement-delete", "POST", TOO_LATE, args=("sending",)),
    Row(
        "engagements:engagement-recording", "GET",
        "302  302   404   404   404   404   404   404   404   404   404   302", args=("draft",),
    ),
]  # fmt: skip
