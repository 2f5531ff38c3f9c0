"""Who gets which answer at which address: written from contract.md and product.md §2, not from the code.

Columns, in the order of KINDS: a visitor, a deactivated user, a colleague without access, somebody of another account,
collaborators with Read, Write and Admin, an account administrator without a grant, platform staff.
{contact}, {note} … are filled in by the test's world; "-" means that this kind of user does not apply.
"""

from __future__ import annotations

from dataclasses import dataclass, field

KINDS = ("anonymous", "inactive", "stranger", "other", "read", "write", "admin", "account_admin", "staff")


@dataclass(frozen=True)
class Row:
    """One address and method: `statuses` in the order of KINDS, `data` what is posted, `query` the query string."""

    name: str
    method: str
    statuses: str
    data: dict[str, str] = field(default_factory=dict)
    query: str = ""
    archived: bool = False

    @property
    def id(self) -> str:
        return f"{self.method} {self.name}{' archived' if self.archived else ''}"


#          anon inact strng other read write admin acadm staff
SIGNED = " 302  302   200   200   200  200   200   200   302"
MADE = "   302  302   303   303   303  303   303   303   302"
READ = "   302  302   404   404   200  200   200   404   302"
READS = "  302  302   404   404   303  303   303   404   302"
WRITE = "  302  302   404   404   403  200   200   404   302"
WRITES = " 302  302   404   404   403  303   303   404   302"
ADMIN = "  302  302   404   404   403  403   200   404   302"
ADMINS = " 302  302   404   404   403  403   303   404   302"
FROZEN = " 302  302   404   404   403  403   403   404   302"
NOBODY = " 302  302   404   404   403  403   403   404   302"
MINE = "   302  302   404   404   404  404   200   404   302"
MINES = "  302  302   404   404   404  404   303   404   302"
ACCOUNT = "302  302   403   403   403  403   403   200   302"
ACCOUNTS = "302 302   403   403   403  403   403   303   302"

CALL = {"direction": "out", "outcome": "answered", "note": "Wants a visit"}
TODAY = {"due": "2099-01-01", "text": "Ring back"}

ROWS = [
    Row("home", "GET", " 302  302   302   302   302  302   302   302   302"),
    Row("keys", "GET", SIGNED),
    Row("healthz", "GET", "503 503 503 503 503 503 503 503 503"),  # no worker runs beside these tests
    Row("contacts:contact-list", "GET", SIGNED),
    Row("contacts:contact-count", "GET", SIGNED),
    Row("contacts:contact-new", "GET", SIGNED),
    Row("contacts:contact-new", "POST", MADE, {"given_name": "Nova", "family_name": "Newcomer"}),
    Row("contacts:contact-duplicates", "GET", SIGNED, query="emails-0-address=a@b.example"),
    Row("contacts:bulk-start", "POST", MADE, {"action": "archive", "ids": "{contact}"}),
    Row("contacts:bulk-detail", "GET", MINE),
    Row("contacts:import-list", "GET", SIGNED),
    Row("contacts:import-list", "POST", " 302  302   422   422   422  422   422   422   302"),
    Row("contacts:import-detail", "GET", "302  302   404   404   404  404   302   404   302"),
    Row("contacts:import-map", "GET", MINE),
    Row("contacts:import-check", "GET", MINE),
    Row("contacts:import-run", "POST", MINES, {"duplicates": "skip"}),
    Row("contacts:import-result", "GET", "302  302   404   404   404  404   302   404   302"),
    Row("contacts:import-errors", "GET", MINE),
    Row("contacts:contact-overview", "GET", READ),
    Row("contacts:contact-details", "GET", READ),
    Row("engagements:contact-history", "GET", READ),
    Row("conversations:contact-conversations", "GET", READ),
    Row("contacts:contact-photo", "GET", READ),
    Row("contacts:contact-access", "GET", READ),
    Row("contacts:contact-edit", "GET", WRITE),
    Row("contacts:contact-edit", "POST", WRITES, {"given_name": "Changed", "version": "1"}),
    Row("contacts:contact-edit", "POST", FROZEN, {"given_name": "Changed", "version": "1"}, archived=True),
    Row("contacts:contact-edit-history", "GET", READ),
    Row("contacts:contact-edit-history", "GET", READ, archived=True),
    Row("contacts:contact-restore", "POST", WRITES, {"event": "{event}"}),
    Row("contacts:contact-restore", "POST", FROZEN, {"event": "{event}"}, archived=True),
    Row("contacts:contact-notes", "GET", READ),
    Row("contacts:contact-notes", "POST", WRITES, {"body": "Called", "visibility": "public"}),
    Row("contacts:contact-notes", "POST", FROZEN, {"body": "Called", "visibility": "public"}, archived=True),
    Row("contacts:note-edit", "GET", WRITE),
    Row("contacts:note-edit", "POST", WRITES, {"body": "Called twice"}),
    Row("contacts:note-delete", "POST", ADMINS),
    Row("contacts:contact-collaborators", "GET", ADMIN),
    Row("contacts:contact-collaborators", "POST", ADMINS, {"user": "{newcomer}", "access": "read"}),
    Row("contacts:contact-collaborators", "POST", FROZEN, {"user": "{newcomer}", "access": "read"}, archived=True),
    Row("contacts:people-search", "GET", ADMIN, query="q=new"),
    Row("contacts:collaborator-edit", "POST", ADMINS, {"access": "write"}),
    Row("contacts:collaborator-remove", "POST", ADMINS),
    Row("contacts:collaborator-remove", "POST", ADMINS, archived=True),
    Row("contacts:contact-archive", "POST", WRITES),
    Row("contacts:contact-archive", "POST", WRITES, archived=True),
    Row("contacts:contact-unarchive", "POST", WRITES),
    Row("contacts:contact-unarchive", "POST", WRITES, archived=True),
    Row("contacts:contact-leave", "POST", READS),
    Row("contacts:contact-leave", "POST", READS, archived=True),
    Row("contacts:contact-owner", "POST", ADMINS, {"user": "{newcomer}"}),
    Row("conversations:contact-call", "GET", READ),
    Row("conversations:contact-call", "POST", READS, CALL),
    Row("conversations:contact-call", "POST", FROZEN, CALL, archived=True),
    Row("contacts:contact-convert", "GET", NOBODY),
    Row("contacts:contact-convert", "POST", NOBODY, {"to": "department"}),
    Row("contacts:contact-convert", "POST", NOBODY, {"to": "department"}, archived=True),
    Row("contacts:follow-up-create", "POST", READS, TODAY),
    Row("contacts:follow-up-create", "POST", FROZEN, TODAY, archived=True),
    Row("contacts:follow-up-done", "POST", MINES),
    Row("contacts:today", "GET", SIGNED),
    Row("contacts:my-activity", "GET", SIGNED),
    Row("contacts:search", "GET", SIGNED, query="q=renee"),
    Row("contacts:undo", "POST", MINES),
    Row("contacts:access-requests", "GET", SIGNED),
    Row("contacts:access-requests", "POST", MADE, {"path": "/contacts/{contact}/", "access": "read"}),
    Row("contacts:access-request-answer", "POST", "302 302 404 404 404 404 303 404 302", {"answer": "decline"}),
    Row("contacts:contact-block", "GET", WRITE),
    Row("contacts:contact-block", "GET", WRITE, archived=True),
    Row("contacts:contact-block", "POST", WRITES, {"scope": "lines", "reason": "Robot"}),
    Row("contacts:contact-block", "POST", WRITES, {"scope": "lines"}, archived=True),
    Row("contacts:contact-unblock", "POST", WRITES, {"scope": "lines"}),
    Row("contacts:contact-unblock", "POST", WRITES, archived=True),
    Row("contacts:contact-ask-block", "GET", NOBODY),
    Row("contacts:contact-ask-block", "POST", NOBODY, {"reason": "Robot"}),
    Row("contacts:contact-suggest", "GET", NOBODY),
    Row("contacts:contact-suggest", "POST", NOBODY, {"given_name": "Changed"}),
    Row("accounts:person-list", "GET", ACCOUNT),
    Row("accounts:person-invite", "POST", ACCOUNTS, {"emails": "somebody@new.example"}),
    Row("accounts:person-detail", "GET", "302 302 403 403 403 403 403 200 302"),
    Row("accounts:person-deactivate", "POST", ACCOUNTS, {"successor": "{colleague}"}),
    Row("accounts:person-reactivate", "POST", ACCOUNTS),
    Row("accounts:invitation-resend", "POST", ACCOUNTS),
    Row("accounts:invitation-withdraw", "POST", ACCOUNTS),
    Row("accounts:account-settings", "GET", ACCOUNT),
    Row("accounts:my-settings", "GET", SIGNED),
    Row("accounts:my-theme", "POST", MADE, {"theme": "dark"}),
    Row("accounts:notification-list", "GET", SIGNED),
    Row("accounts:notification-read", "POST", MADE, {"until": "{notice}"}),
    Row("accounts:notification-visit", "GET", "302 302 404 404 404 404 302 404 302"),
    Row("accounts:invitation-accept", "GET", "200 200 200 200 200 200 200 200 200"),
    Row("accounts:invitation-accept", "POST", "422 422 409 409 409 409 409 409 409"),
]

# Addresses of other packages: checked as groups in test_access.py.
GROUPS = {"admin:": "Django admin", "account_": "sign-in by allauth"}
