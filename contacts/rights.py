"""The tables of product.md §2a and §2b as data: who may do what, in which words it is refused, what still works on an
archived contact. Nothing here asks the database; `policy` derives every answer from it, and the department's page
draws its privileges table from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from contacts_project.accounts import grants
from contacts_project.accounts.models import User

from .models import Kind, Note

READ, WRITE, ADMIN = grants.Level.READ.value, grants.Level.WRITE.value, grants.Level.ADMIN.value
OWNER = "owner"  # of a personal contact: the label beside an Admin grant
OPERATOR, ADMIN_OPERATOR = "operator", "admin operator"  # of a department with a link that counts
ORPHAN_KEEPER = "admin operator of a left owner's"  # Admin Operator, where the original owner has left
ORIGINAL_OWNER = "original owner"  # of a shared contact

# Roles are rows of the database. Rows are cumulative (somebody with Write has the role read as well, an Admin Operator
# the role operator), the tables are not: a column is in or it is not.
Roles = frozenset[str]
ALL: Roles = frozenset({READ, WRITE, ADMIN})
WRITERS: Roles = frozenset({WRITE, ADMIN})
ADMINS: Roles = frozenset({ADMIN})
OPERATORS: Roles = frozenset({OPERATOR, ADMIN_OPERATOR})
ADMIN_OPERATORS: Roles = frozenset({ADMIN_OPERATOR})
ORIGINAL: Roles = frozenset({ORIGINAL_OWNER})
VIEWERS: dict[str, Roles] = {
    Kind.PERSONAL: ALL,
    Kind.DEPARTMENT: ALL | OPERATORS,
    Kind.SHARED: ALL | OPERATORS | ORIGINAL,
}
EDITORS: dict[str, Roles] = {Kind.PERSONAL: WRITERS, Kind.DEPARTMENT: WRITERS | OPERATORS, Kind.SHARED: ORIGINAL}
DELETERS: dict[str, Roles] = {
    Kind.PERSONAL: WRITERS,
    Kind.DEPARTMENT: ADMIN_OPERATORS,
    Kind.SHARED: ADMIN_OPERATORS | ORIGINAL,
}
CORRECTORS: dict[str, Roles] = {
    Kind.PERSONAL: WRITERS,
    Kind.DEPARTMENT: WRITERS | OPERATORS,
    Kind.SHARED: OPERATORS | ORIGINAL,
}
SHARERS: dict[str, Roles] = {Kind.PERSONAL: ADMINS, Kind.DEPARTMENT: ADMIN_OPERATORS, Kind.SHARED: ORIGINAL}

RIGHTS: dict[str, dict[str, Roles]] = {
    "view": VIEWERS,
    "leave": {Kind.PERSONAL: ALL, Kind.DEPARTMENT: ALL, Kind.SHARED: ALL},
    "follow_up": VIEWERS,
    "list": VIEWERS,
    "log_call": VIEWERS,
    "edit_history": VIEWERS,
    # The chart's "Edit history" in its second reading: an entry of the interaction history (product.md §2b).
    "correct": CORRECTORS,
    "edit": EDITORS,
    "tag": EDITORS,
    "note": {Kind.PERSONAL: WRITERS, Kind.DEPARTMENT: WRITERS | OPERATORS, Kind.SHARED: OPERATORS | ORIGINAL},
    "note_write_private": {Kind.PERSONAL: WRITERS, Kind.DEPARTMENT: WRITERS | OPERATORS, Kind.SHARED: ORIGINAL},
    "note_delete_any": {Kind.PERSONAL: ADMINS, Kind.DEPARTMENT: ADMIN_OPERATORS, Kind.SHARED: ORIGINAL},
    "note_private": VIEWERS,
    "archive": DELETERS,
    "unarchive": DELETERS,
    "block": DELETERS,
    "unblock": DELETERS,
    "ask_block": {Kind.DEPARTMENT: OPERATORS, Kind.SHARED: OPERATORS},
    "suggest": {Kind.SHARED: ALL | OPERATORS},
    "grant": SHARERS,
    "revoke": SHARERS,
    "change_owner": {Kind.PERSONAL: ADMINS},
    # To become a Department Contact: a shared one, or a personal one that its owner hands over.
    "give": {Kind.PERSONAL: frozenset({OWNER}), Kind.SHARED: ORIGINAL | {ORPHAN_KEEPER}},
    # To become personal again.
    "keep": {Kind.SHARED: ORIGINAL},
}
# What still works on an archived contact (product.md §2a).
THAWED = frozenset({"view", "unarchive", "leave", "revoke", "block", "unblock", "edit_history"})
ARCHIVED = "Archived: unarchive it first"

# Which levels may be granted on which kind (product.md §2b): the rest comes by role.
GRANTABLE: dict[str, tuple[str, ...]] = {
    Kind.PERSONAL: (READ, WRITE, ADMIN),
    Kind.DEPARTMENT: (READ, WRITE),
    Kind.SHARED: (READ,),
}
# Who makes a contact of each kind; roles in a department count where it is made by an interaction (seed S2, chart).
CREATORS: dict[str, Roles] = {Kind.DEPARTMENT: OPERATORS, Kind.SHARED: frozenset()}

RULES: dict[str, str] = {
    "edit": "Editing needs Write or Admin access.",
    "tag": "Tagging needs Write or Admin access.",
    "correct": "Correcting the history needs Write or Admin access.",
    "note": "Writing notes needs Write or Admin access.",
    "note_write_private": "Only the original owner keeps private notes on a shared contact.",
    "note_delete_any": "Only its author, with Write, or somebody with Admin access deletes a note.",
    "archive": "Archiving needs Write or Admin access.",
    "unarchive": "Unarchiving needs Write or Admin access.",
    "grant": "Only people with Admin access see and change the collaborators.",
    "revoke": "Only people with Admin access see and change the collaborators.",
    "change_owner": "Only people with Admin access change the owner.",
    "block": "Blocking needs Write or Admin access.",
    "unblock": "Unblocking needs Write or Admin access.",
    "leave": "Access by role is not left here: an Admin Operator manages the operators.",
    "give": "Only its owner hands a contact over to a department.",
    "keep": "Only the original owner can keep a shared contact as personal.",
    "suggest": "Changes are suggested to the original owner of a shared contact.",
    "ask_block": "Only operators ask for a block.",
}
# The words of seed S2 where the kind has its own.
RULES_OF_KIND: dict[tuple[str, str], str] = {
    ("edit", Kind.SHARED): "Only the original owner can edit",
    ("tag", Kind.SHARED): "Only the original owner can edit",
    ("archive", Kind.SHARED): "Only the original owner can delete",
    ("unarchive", Kind.SHARED): "Only the original owner or an Admin Operator can unarchive",
    ("block", Kind.SHARED): "Only the original owner can block",
    ("unblock", Kind.SHARED): "Only the original owner or an Admin Operator can unblock",
    ("archive", Kind.DEPARTMENT): "Only an Admin Operator can delete",
    ("unarchive", Kind.DEPARTMENT): "Only an Admin Operator can unarchive",
    ("block", Kind.DEPARTMENT): "Only an Admin Operator can block",
    ("unblock", Kind.DEPARTMENT): "Only an Admin Operator can unblock",
    ("grant", Kind.DEPARTMENT): "Only Admin Operators see and change the collaborators.",
    ("revoke", Kind.DEPARTMENT): "Only Admin Operators see and change the collaborators.",
    ("grant", Kind.SHARED): "Only the original owner sees and changes the collaborators.",
    ("revoke", Kind.SHARED): "Only the original owner sees and changes the collaborators.",
    ("correct", Kind.SHARED): "The history is corrected by the original owner and the operators.",
    ("note", Kind.SHARED): "Notes are written by the original owner and the operators.",
    ("note_delete_any", Kind.DEPARTMENT): "Only its author, or an Admin Operator, deletes a note.",
    ("note_delete_any", Kind.SHARED): "Only its author, or the original owner, deletes a note.",
    ("give", Kind.SHARED): "Only the original owner can convert it; an Admin Operator once the owner has left.",
    ("give", Kind.DEPARTMENT): "It is a Department Contact already: its departments own it.",
    ("change_owner", Kind.SHARED): "A shared contact keeps its original owner.",
    ("change_owner", Kind.DEPARTMENT): "A Department Contact has no owner: its departments own it.",
}
# Beside a refusal: the address of the way out and its words, offered to those who have that action (product.md §2d).
WAYS_OUT: dict[tuple[str, str], tuple[str, str, str]] = {
    ("edit", Kind.SHARED): ("suggest", "contacts:contact-suggest", "Suggest a change to the original owner"),
    ("tag", Kind.SHARED): ("suggest", "contacts:contact-suggest", "Suggest a change to the original owner"),
    ("block", Kind.SHARED): ("ask_block", "contacts:contact-ask-block", "Ask an Admin Operator to block"),
    ("block", Kind.DEPARTMENT): ("ask_block", "contacts:contact-ask-block", "Ask an Admin Operator to block"),
}

# What may be done with one note: act -> (the right on its contact, the condition of the note itself), any of them.
# Private notes reach nobody but their author: `record.readable_notes` (product.md §2a, Notes).
NoteCondition = Callable[[Note, User], bool]


def is_public(note: Note, user: User) -> bool:
    return note.visibility == Note.Visibility.PUBLIC


def is_own(note: Note, user: User) -> bool:
    return note.author_id == user.pk


def is_own_private(note: Note, user: User) -> bool:
    return is_own(note, user) and not is_public(note, user)


NOTE_RIGHTS: dict[str, tuple[tuple[str, NoteCondition], ...]] = {
    "edit": (("note", is_public), ("note_private", is_own_private)),
    "delete": (("note_delete_any", is_public), ("note", is_own), ("note_private", is_own_private)),
    "switch": (("note_write_private", is_own),),
}
NOTE_RULES = {
    "edit": "Editing a note needs Write or Admin access.",
    "delete": "Only its author, with Write, or somebody with Admin access deletes a note.",
    "switch": "Only its author, with Write, makes a note public or private.",
}


@dataclass(frozen=True)
class Column:
    """A column of the privileges chart: a role in the department, on one kind of contact."""

    role: str
    kind: str
    title: str


# Seed S2, the chart: its rows and columns in order. `create` is answered by CREATORS, the rest by RIGHTS.
CHART_COLUMNS = (
    Column(ADMIN_OPERATOR, Kind.DEPARTMENT, "Admin Operator"),
    Column(OPERATOR, Kind.DEPARTMENT, "Department Operator"),
    Column(ADMIN_OPERATOR, Kind.SHARED, "Admin Operator"),
    Column(OPERATOR, Kind.SHARED, "Department Operator"),
    Column(ORIGINAL_OWNER, Kind.SHARED, "Original owner"),
)
CHART_ROWS = (
    ("create", "Create contact"),
    ("archive", "Delete contact"),
    ("block", "Block contact"),
    ("edit", "Edit contact (name, number, email and so on)"),
    ("edit_history", "Edit history"),
)


def roles_for(action: str, kind: str) -> Roles:
    return RIGHTS[action].get(kind, frozenset())


def rule_for(action: str, kind: str = Kind.PERSONAL) -> str:
    """The sentence that refuses `action`; in the seed's words where the kind has its own."""
    return RULES_OF_KIND.get((action, kind)) or RULES.get(action, "Your access does not include this.")
