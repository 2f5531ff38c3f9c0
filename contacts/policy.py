"""Who may do what with a contact, and why: the only place where access to contacts is decided.

Two things are data: RIGHTS (action -> kind -> roles; product.md §2a) and SOURCES (the rows from which roles come).
Everything else derives from them: `scope` (a queryset), `visible_to`, `can`, `require`, the ordered streams of
`paging`, `explain` and `holders`. A later kind of access adds a source and rows to the table, nothing else.

Conditions beside the role are data too: EXTRA (of the row, such as a note's author) and FROZEN (archived contacts are
read-only but for a few actions; product.md §2a).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.http import Http404

from contacts_project.accounts import grants
from contacts_project.accounts.models import User
from contacts_project.core.errors import Refused

from .models import Contact, ContactUserObjectPermission, Kind, Note

READ, WRITE, ADMIN = grants.Level.READ.value, grants.Level.WRITE.value, grants.Level.ADMIN.value
ALL = frozenset({READ, WRITE, ADMIN})
WRITERS = frozenset({WRITE, ADMIN})
ADMINS = frozenset({ADMIN})

# product.md §2a, row by row (from seed S1). Roles are not cumulative here: a column is in or it is not.
RIGHTS: dict[str, dict[str, frozenset[str]]] = {
    "view": {Kind.PERSONAL: ALL},
    "leave": {Kind.PERSONAL: ALL},
    "follow_up": {Kind.PERSONAL: ALL},
    "list": {Kind.PERSONAL: ALL},
    "edit": {Kind.PERSONAL: WRITERS},
    "tag": {Kind.PERSONAL: WRITERS},
    "note": {Kind.PERSONAL: WRITERS},
    "note_delete_any": {Kind.PERSONAL: ADMINS},
    "note_private": {Kind.PERSONAL: ALL},
    "archive": {Kind.PERSONAL: WRITERS},
    "unarchive": {Kind.PERSONAL: WRITERS},
    "grant": {Kind.PERSONAL: ADMINS},
    "revoke": {Kind.PERSONAL: ADMINS},
    "change_owner": {Kind.PERSONAL: ADMINS},
}
# What still works on an archived contact.
THAWED = frozenset({"view", "unarchive", "leave", "revoke"})
RULES = {
    "edit": "Editing needs Write or Admin access.",
    "tag": "Tagging needs Write or Admin access.",
    "note": "Writing notes needs Write or Admin access.",
    "note_delete_any": "Only its author, with Write, or somebody with Admin access deletes a note.",
    "archive": "Archiving needs Write or Admin access.",
    "unarchive": "Unarchiving needs Write or Admin access.",
    "grant": "Only people with Admin access see and change the collaborators.",
    "revoke": "Only people with Admin access see and change the collaborators.",
    "change_owner": "Only people with Admin access change the owner.",
}
ARCHIVED = "Archived: unarchive it first"

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
    "switch": (("note", is_own),),
}
NOTE_RULES = {
    "edit": "Editing a note needs Write or Admin access.",
    "delete": "Only its author, with Write, or somebody with Admin access deletes a note.",
    "switch": "Only its author, with Write, makes a note public or private.",
}


@dataclass(frozen=True)
class Source:
    """Rows that give users one role on contacts.

    `contact` names the column of `model` with the contact's id, `user` the path to the user. `where(today)` gives the
    fixed conditions. `owner_flag` names the column that says whether the user owns the contact, where there is one.
    """

    role: str
    model: type[models.Model]
    contact: str
    user: str
    where: Callable[[datetime.date], Q]
    owner_flag: str | None = None

    def rows(self, user: User) -> models.QuerySet:
        """This user's rows, each a contact on which he or she has the role. Ended and inactive ones are left out."""
        return self.model._default_manager.filter(self.where(today(user)), **{self.user: user.pk})

    def of(self, contact: Contact) -> models.QuerySet:
        """The rows of one contact, of active users only."""
        active = {self.contact: contact.pk, f"{self.user}__is_active": True}
        return self.model._default_manager.filter(self.where(contact.account.today()), **active)


def granted(level: str) -> Source:
    """The source of a collaborator's level: the grant row of that permission.

    Rows are cumulative, so somebody with Write has the role read as well; RIGHTS lists every role that suffices.
    """

    def where(day: datetime.date) -> Q:
        return Q(permission=grants.permission_id(Contact, level)) & grants.current(day)

    return Source(level, ContactUserObjectPermission, "content_object_id", "user_id", where, "is_owner")


SOURCES: dict[str, Source] = {source.role: source for source in (granted(READ), granted(WRITE), granted(ADMIN))}
# Sources from which a list of visible contacts is streamed: a view row stands for every level, so one is enough.
VIEW_SOURCES: tuple[Source, ...] = (SOURCES[READ],)


def today(user: User) -> datetime.date:
    """The date by which grants end: the account's."""
    assert user.account is not None
    return user.account.today()


def holds_anything(user: Any) -> bool:
    """Inactive users, visitors and platform staff (who belong to no account) hold nothing."""
    return bool(user.is_authenticated and user.is_active and user.account_id)


def roles_for(action: str, kind: str) -> frozenset[str]:
    return RIGHTS[action].get(kind, frozenset())


def scope(user: User, action: str, *, frozen: bool = False) -> models.QuerySet[Contact]:
    """Contacts on which `user` may do `action`; `frozen=True` ignores that archived contacts are read-only.

    Never order this by name and slice it: that reads everything. Lists come from `paging.page_for`.
    """
    if not holds_anything(user):
        return Contact.objects.none()
    contacts = Contact.objects.filter(account=user.account_id)
    allowed = []
    for source in SOURCES.values():
        kinds = [kind for kind in RIGHTS[action] if source.role in RIGHTS[action][kind]]
        # A weaker role that suffices includes the stronger ones: their rows are cumulative.
        if kinds and not _covered(source.role, action):
            allowed.append(Q(kind__in=kinds) & Q(Exists(source.rows(user).filter(**{source.contact: OuterRef("pk")}))))
    contacts = contacts.filter(reduce(or_, allowed)) if allowed else contacts.none()
    return contacts if action in THAWED or frozen else contacts.filter(archived=False)


def _covered(role: str, action: str) -> bool:
    """Write implies a read row and Admin both, so only the weakest level that suffices needs to be asked."""
    if role not in grants.LEVELS:
        return False
    weaker = grants.LEVELS[: grants.LEVELS.index(grants.Level(role))]
    return any(all(level.value in roles for roles in RIGHTS[action].values()) for level in weaker)


def visible_to(user: User) -> models.QuerySet[Contact]:
    """All contacts that exist for `user`, archived ones too. Every fetch starts here."""
    return scope(user, "view")


def get_visible(user: User, pk: int) -> Contact:
    """The contact, or Http404 exactly as for one that does not exist. One query."""
    contact = visible_to(user).select_related("account", "owner").filter(pk=pk).first()
    if contact is None:
        raise Http404
    return contact


def can(user: User, action: str, contact: Contact) -> bool:
    """Is `action` allowed on this contact: `scope` asked about one row, so that row and list cannot differ."""
    return scope(user, action).filter(pk=contact.pk).exists()


def allowed_actions(user: User, contact: Contact) -> set[str]:
    """All actions allowed on one contact, from its roles; one query. Says the same as `can` for each (tested)."""
    return _actions_of(roles_on(user, contact), contact.kind, contact.archived_at is not None)


def roles_on(user: User, contact: Contact) -> set[str]:
    """Roles of `user` on one contact of the same account; one query."""
    if not holds_anything(user) or contact.account_id != user.account_id:
        return set()
    parts = [
        source.rows(user).filter(**{source.contact: contact.pk}).order_by().values_list(models.Value(source.role))
        for source in SOURCES.values()
    ]
    return {role for (role,) in parts[0].union(*parts[1:])}


def actions_by_contact(user: User, contacts: Iterable[tuple[int, str, bool]]) -> dict[int, set[str]]:
    """Allowed actions for many (id, kind, archived) at once, for the menus of a page; one query."""
    if not holds_anything(user):
        return {}
    facts = {pk: (kind, archived) for pk, kind, archived in contacts}
    parts = [
        source.rows(user)
        .filter(**{f"{source.contact}__any_of": list(facts)})
        .order_by()
        .values_list(source.contact, models.Value(source.role))
        for source in SOURCES.values()
    ]
    roles: dict[int, set[str]] = {}
    for pk, role in parts[0].union(*parts[1:]) if facts else ():
        roles.setdefault(pk, set()).add(role)
    return {pk: _actions_of(roles.get(pk, set()), *facts[pk]) for pk in facts}


def _actions_of(roles: Iterable[str], kind: str, archived: bool) -> set[str]:
    held = frozenset(roles)
    actions = {action for action in RIGHTS if held & roles_for(action, kind)}
    return actions & THAWED if archived else actions


def require(user: User, action: str, contact: Contact) -> None:
    """Raise Http404 if the contact is hidden, Refused with the rule's words if the action is not allowed."""
    if can(user, action, contact):
        return
    if not can(user, "view", contact):
        raise Http404
    if contact.archived_at and scope(user, action, frozen=True).filter(pk=contact.pk).exists():
        raise Refused(ARCHIVED)
    raise Refused(rule_for(action), who=whom_to_ask(contact))


def rule_for(action: str) -> str:
    return RULES.get(action, "Your access does not include this.")


def get_for(user: User, action: str, pk: int) -> Contact:
    """The visible contact on which `action` is allowed: Http404 if hidden, Refused if forbidden."""
    contact = get_visible(user, pk)
    if action not in allowed_actions(user, contact):
        require(user, action, contact)
    return contact


def who_may(contact: Contact, action: str) -> list[User]:
    """Everybody whose role allows `action`, the oldest grant first; asked of a live contact. Queries as in holders."""
    return [holder.user for holder in holders(contact) if action in _actions_of(holder.roles, contact.kind, False)]


def whom_to_ask(contact: Contact) -> list[str]:
    """For a refusal's way out: the owner, whom every reader sees. Other Admins are the Collaborators tab's to name."""
    return [contact.owner.get_full_name()] if contact.owner and contact.owner.is_active else []


def note_acts(user: User, note: Note, actions: set[str]) -> set[str]:
    """Which of edit, delete, switch `user` may do with a readable note; `actions` are those allowed on its contact."""
    return {
        act for act, ways in NOTE_RIGHTS.items() if any(right in actions and fits(note, user) for right, fits in ways)
    }


def require_note(user: User, act: str, note: Note, contact: Contact) -> None:
    """Raise Refused with the rule unless `user` may do `act` with this readable note of `contact`; one query."""
    actions = _actions_of(roles_on(user, contact), contact.kind, archived=False)
    if act not in note_acts(user, note, actions):
        raise Refused(NOTE_RULES[act])
    if contact.archived_at and act not in note_acts(user, note, actions & THAWED):
        raise Refused(ARCHIVED)


@dataclass(frozen=True)
class Reason:
    """Why somebody can see a contact: a role, in words, with who gave it and until when where that is known."""

    role: str
    level: str
    given_by: User | None = None
    given_at: datetime.datetime | None = None
    until: datetime.date | None = None
    is_owner: bool = False


@dataclass(frozen=True)
class Holder:
    """A user who can see a contact, the roles held and the reasons, strongest first."""

    user: User
    roles: frozenset[str]
    reasons: tuple[Reason, ...]

    @property
    def level(self) -> str:
        """The strongest access type among the reasons."""
        return self.reasons[0].level

    @property
    def rank(self) -> int:
        """The place of that level among the access types: 2 for Admin, 0 for Read."""
        return grants.Level.labels.index(self.level)


def granted_reasons(contact: Contact, users: Iterable[int]) -> Iterable[tuple[User, Reason]]:
    """Collaborator grants of these users as reasons, oldest first. One query."""
    lines = grants.lines(ContactUserObjectPermission, content_object=contact, user_id__in=users)
    for line in lines.values():
        yield (
            line.user,
            Reason(line.level.value, line.level.label, line.granted_by, line.granted_at, line.until, line.is_owner),
        )


# One for each family of sources: turns rows into reasons. A later source adds its own.
REASONS: list[Callable[[Contact, Iterable[int]], Iterable[tuple[User, Reason]]]] = [granted_reasons]


def holders(contact: Contact, *, only: User | None = None) -> list[Holder]:
    """Everyone who can see the contact and why, oldest grant first; from the same sources that decide.

    One query and one for each family of sources, whatever the number of people. `only` asks about one user.
    """
    roles: dict[int, set[str]] = {}
    parts = []
    for source in SOURCES.values():
        rows = source.of(contact) if only is None else source.of(contact).filter(**{source.user: only.pk})
        parts.append(rows.order_by().values_list(source.user, models.Value(source.role)))
    for user_id, role in parts[0].union(*parts[1:]):
        roles.setdefault(user_id, set()).add(role)
    seen = [pk for pk, held in roles.items() if held & roles_for("view", contact.kind)]
    users: dict[int, User] = {}
    reasons: dict[int, list[Reason]] = {}
    for describe in REASONS if seen else []:
        for user, reason in describe(contact, seen):
            users[user.pk] = user
            reasons.setdefault(user.pk, []).append(reason)
    return [Holder(user, frozenset(roles[pk]), tuple(reasons[pk])) for pk, user in users.items()]


def explain(user: User, contact: Contact) -> Holder | None:
    """The user's own access to one contact and why, or None where there is none."""
    if not holds_anything(user) or contact.account_id != user.account_id:
        return None
    return next(iter(holders(contact, only=user)), None)
