"""Channels: list, new, detail, sharing, checks (product.md §2c and §7; contract.md).

Account administrators manage every channel and make none their default: that needs Write.
"""

from ..department_world import Row

#               anon inact strng other conly lonly read  write admin oper  aoper acadm staff
ANYBODY = "     302  302   200   200   200   200   200   200   200   200   200   200   302"
MADE = "        302  302   303   303   303   303   303   303   303   303   303   303   302"
BAD = "         302  302   422   422   422   422   422   422   422   422   422   422   302"
FOR_OFFICE = "  302  302   403   422   403   403   403   403   403   403   303   303   302"
SEES = "        302  302   404   404   404   200   200   200   200   404   404   200   302"
SEES_OFFICE = " 302  302   404   404   404   404   404   404   404   200   200   200   302"
LABELS = "      302  302   404   404   404   403   403   303   303   404   404   303   302"
LABELS_BAD = "  302  302   404   404   404   403   403   422   422   404   404   422   302"
LABELS_OFFICE = "302 302   404   404   404   404   404   404   404   403   303   303   302"
SENDS = "       302  302   404   404   404   403   403   303   303   404   404   403   302"
SENDS_OFFICE = "302  302   404   404   404   404   404   404   404   303   303   403   302"
MANAGES = "     302  302   404   404   404   403   403   403   303   404   404   303   302"
MANAGES_BAD = " 302  302   404   404   404   403   403   403   422   404   404   422   302"
MANAGES_OPENS = "302 302   404   404   404   403   403   403   200   404   404   200   302"
MOVES = "       302  302   404   404   404   403   403   403   403   404   404   303   302"
MANAGES_OFFICE = "302 302  404   404   404   404   404   404   404   403   303   303   302"
NOBODY_OFFICE = "302  302  404   404   404   404   404   404   404   403   403   403   302"
REMOVES = "     302  302   404   404   404   403   303   403   303   404   404   303   302"
THE_LAST = "    302  302   404   404   404   403   403   403   403   404   404   403   302"

ROWS: list[Row] = [
    Row("conversations:channel-list", "GET", ANYBODY),
    Row("conversations:channel-list", "GET", ANYBODY, query="archived=1"),
    Row("conversations:channel-new", "GET", ANYBODY),
    Row("conversations:channel-new", "POST", MADE, {"kind": "chat", "address": "Front desk"}),
    Row("conversations:channel-new", "POST", BAD, {"kind": "phone", "address": "555"}),
    Row(
        "conversations:channel-new", "POST", FOR_OFFICE,
        {"kind": "chat", "address": "Front desk", "department": "{department}"},
    ),
    Row("conversations:channel-detail", "GET", SEES, args=("line",)),
    Row("conversations:channel-detail", "GET", SEES_OFFICE, args=("office",)),
    Row("conversations:channel-detail", "POST", LABELS, {"label": "Front"}, args=("line",)),
    Row("conversations:channel-detail", "POST", LABELS_BAD, {"label": "x" * 61}, args=("line",)),
    Row(
        "conversations:channel-detail", "POST", MOVES,
        {"label": "Front", "department": "{department}"}, args=("line",),
    ),
    Row("conversations:channel-detail", "POST", LABELS_OFFICE, {"label": "Front"}, args=("office",)),
    Row(
        "conversations:channel-detail", "POST", LABELS_OFFICE, {"label": "Front", "department": ""}, args=("office",),
    ),
    Row("conversations:channel-collaborators", "GET", SEES, args=("line",)),
    Row("conversations:channel-collaborators", "GET", SEES_OFFICE, args=("office",)),
    Row(
        "conversations:channel-collaborators", "POST", MANAGES, {"user": "{colleague}", "access": "read"},
        args=("line",),
    ),
    Row(
        "conversations:channel-collaborators", "POST", MANAGES_BAD, {"user": "Nobody", "access": "read"},
        args=("line",),
    ),
    Row(
        "conversations:channel-collaborators", "POST", NOBODY_OFFICE, {"user": "{colleague}", "access": "read"},
        args=("office",),
    ),
    Row("conversations:channel-collaborator", "GET", MANAGES, args=("line", "reader")),
    Row("conversations:channel-collaborator", "POST", MANAGES, {"access": "write"}, args=("line", "reader")),
    Row("conversations:channel-collaborator", "POST", MANAGES_BAD, {"access": "x"}, args=("line", "reader")),
    Row("conversations:channel-collaborator-remove", "POST", REMOVES, args=("line", "reader")),
    Row("conversations:channel-collaborator-remove", "POST", THE_LAST, args=("line", "admin_person")),
    Row("conversations:channel-archive", "POST", MANAGES, args=("line",)),
    Row("conversations:channel-archive", "POST", MANAGES_OFFICE, args=("office",)),
    Row("conversations:channel-unarchive", "POST", MANAGES, args=("line",)),
    Row("conversations:channel-default", "POST", SENDS, {"default": "1"}, args=("line",)),
    Row("conversations:channel-default", "POST", SENDS_OFFICE, {"default": "1"}, args=("office",)),
    Row("conversations:channel-verify", "POST", MANAGES, {"code": "123456"}, args=("caller",)),
    Row("conversations:channel-verify", "POST", MANAGES_BAD, {"code": "654321"}, args=("caller",)),
    Row("conversations:channel-verify-send", "POST", MANAGES, args=("caller",)),
    Row("conversations:channel-verify-link", "GET", MANAGES_OPENS, args=("mailbox", "link")),
    Row("conversations:channel-verify-link", "POST", MANAGES, args=("mailbox", "link")),
]  # fmt: skip
