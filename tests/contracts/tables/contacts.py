"""The record of a Department Contact and of a shared one, and a department's contacts (product.md §2b, §3 and §8).

Written from the chart of §2b. {contact} is a Department Contact of Sales, {shared} a Shared Department Contact of Sales
and of `owner`; `reader` holds a Read grant on both, nobody else any grant.
"""

from ..department_world import Row

#                anon inact strng other read oper aoper owner else acadm staff
READ = "         302  302   404   404   200  200  200   404   404  404   302"
READ_SHARED = "  302  302   404   404   200  200  200   200   404  404   302"
FORM = "         302  302   404   404   403  200  200   404   404  404   302"
WORK = "         302  302   404   404   403  303  303   404   404  404   302"
WORK_SHARED = "  302  302   404   404   403  303  303   303   404  404   302"
LEAD = "         302  302   404   404   403  403  200   404   404  404   302"
LEADS = "        302  302   404   404   403  403  303   404   404  404   302"
LEADS_SHARED = " 302  302   404   404   403  403  303   303   404  404   302"
OWN = "          302  302   404   404   403  403  403   200   404  404   302"
OWNS = "         302  302   404   404   403  403  403   303   404  404   302"
ALL = "          302  302   404   404   303  303  303   404   404  404   302"
ALL_SHARED = "   302  302   404   404   303  303  303   303   404  404   302"
LEAVE = "        302  302   404   404   303  403  403   404   404  404   302"
LEAVE_SHARED = " 302  302   404   404   303  403  403   403   404  404   302"
NOBODY = "       302  302   404   404   403  403  403   404   404  404   302"
NOBODY_SHARED = "302  302   404   404   403  403  403   403   404  404   302"
OPERATORS = "    302  302   403   404   403  200  200   403   403  403   302"

TABS = (
    "contacts:contact-overview",
    "contacts:contact-details",
    "engagements:contact-history",
    "conversations:contact-conversations",
    "contacts:contact-notes",
    "contacts:contact-access",
)
EDIT = {"given_name": "Changed", "version": "1"}
PUBLIC = {"body": "Called", "visibility": "public"}
PRIVATE = {"body": "Called", "visibility": "private"}
SHARE = {"user": "{newcomer}", "access": "read"}
TODAY = {"due": "2099-01-01", "text": "Ring back"}


def row(name: str, method: str, of_department: str, of_shared: str, data: dict[str, str] | None = None) -> list[Row]:
    """The same request on both kinds."""
    facts = data or {}
    return [
        Row(f"contacts:{name}", method, of_department, facts),
        Row(f"contacts:{name}", method, of_shared, facts, on="shared"),
    ]


def archived(name: str, method: str, of_department: str, of_shared: str, data: dict[str, str] | None = None):
    """The same request on both kinds, archived."""
    facts = data or {}
    return [
        Row(f"contacts:{name}", method, of_department, facts, archived=True),
        Row(f"contacts:{name}", method, of_shared, facts, archived=True, on="shared"),
    ]


ROWS: list[Row] = [
    *(Row(name, "GET", READ) for name in TABS),
    *(Row(name, "GET", READ, archived=True) for name in TABS),
    *(Row(name, "GET", READ_SHARED, on="shared") for name in TABS),
    *(Row(name, "GET", READ_SHARED, archived=True, on="shared") for name in TABS),
    *row("contact-edit", "GET", FORM, OWN),
    *row("contact-edit", "POST", WORK, OWNS, EDIT),
    *archived("contact-edit", "GET", NOBODY, NOBODY_SHARED),
    *archived("contact-edit", "POST", NOBODY, NOBODY_SHARED, EDIT),
    *row("contact-notes", "POST", WORK, WORK_SHARED, PUBLIC),
    *row("contact-notes", "POST", WORK, OWNS, PRIVATE),  # operators write public notes on a shared contact
    *archived("contact-notes", "POST", NOBODY, NOBODY_SHARED, PUBLIC),
    Row("contacts:note-edit", "GET", FORM, args=("contact", "note")),
    Row("contacts:note-edit", "POST", WORK, {"body": "Called twice"}, args=("contact", "note")),
    Row("contacts:note-edit", "POST", WORK_SHARED, {"body": "Called twice"}, args=("shared", "shared_note")),
    Row("contacts:note-delete", "POST", LEADS, args=("contact", "note")),
    Row("contacts:note-delete", "POST", OWNS, args=("shared", "shared_note")),
    *row("contact-collaborators", "GET", LEAD, OWN),
    *archived("contact-collaborators", "GET", LEAD, OWN),
    *row("contact-collaborators", "POST", LEADS, OWNS, SHARE),
    *archived("contact-collaborators", "POST", NOBODY, NOBODY_SHARED, SHARE),
    *row("contact-leave", "POST", LEAVE, LEAVE_SHARED),
    *archived("contact-leave", "POST", LEAVE, LEAVE_SHARED),
    *row("contact-owner", "POST", NOBODY, NOBODY_SHARED, {"user": "{newcomer}"}),
    *row("follow-up-create", "POST", ALL, ALL_SHARED, TODAY),
    *archived("follow-up-create", "POST", NOBODY, NOBODY_SHARED, TODAY),
    *row("contact-archive", "POST", LEADS, LEADS_SHARED),
    *archived("contact-archive", "POST", LEADS, LEADS_SHARED),
    *row("contact-unarchive", "POST", LEADS, LEADS_SHARED),
    *archived("contact-unarchive", "POST", LEADS, LEADS_SHARED),
    Row("contacts:department-contacts", "GET", OPERATORS, args=("department",)),
    Row("contacts:department-unnamed", "GET", OPERATORS, args=("department",)),
    Row("contacts:department-contacts", "GET", OPERATORS, args=("department",), query="archived=1&q=dana&after=1.bQ"),
]
