"""Rows of the area: the edit history, and putting a value back (product.md §2b, chart row "edit history"; §12)."""

from ..department_world import Row

#               anon inact strng other read oper aoper owner else acadm staff
READ = "        302  302   404   404   200  200  200   404   404  404   302"
READ_SHARED = " 302  302   404   404   200  200  200   200   404  404   302"
EDITS = "       302  302   404   404   403  303  303   404   404  404   302"
FROZEN = "      302  302   404   404   403  403  403   404   404  404   302"
OWNERS = "      302  302   404   404   403  403  403   303   404  404   302"
FROZEN_SHARED = "302 302   404   404   403  403  403   403   404  404   302"
MISSING = "     302  302   404   404   404  404  404   404   404  404   302"
EVENT, SHARED_EVENT = {"event": "{event}"}, {"event": "{shared_event}"}

ROWS: list[Row] = [
    Row("contacts:contact-edit-history", "GET", READ),
    Row("contacts:contact-edit-history", "GET", READ, archived=True),
    Row("contacts:contact-edit-history", "GET", READ_SHARED, on="shared"),
    Row("contacts:contact-edit-history", "GET", READ_SHARED, on="shared", archived=True),
    Row("contacts:contact-restore", "POST", EDITS, EVENT),
    Row("contacts:contact-restore", "POST", FROZEN, EVENT, archived=True),
    Row("contacts:contact-restore", "POST", OWNERS, SHARED_EVENT, on="shared"),
    Row("contacts:contact-restore", "POST", FROZEN_SHARED, SHARED_EVENT, on="shared", archived=True),
    # An event of another contact is one that does not exist.
    Row("contacts:contact-restore", "POST", MISSING, SHARED_EVENT),
]
