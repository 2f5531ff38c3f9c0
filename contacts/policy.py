"""Who may do what with a contact, and why: the only place where access to contacts is decided.

Two things are data: the tables of `rights` (action -> kind -> roles; product.md §2a and §2b) and the `sources` from
which roles come. Everything else derives from them: `scope` (a queryset), `visible_to`, `can`, `require`, the ordered
streams of `paging`, `explain` and `holders`. A later kind of access adds a source and rows to the tables, nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse

from contacts_project.accounts.models import User
from contacts_project.core.errors import Refused
from departments.models import Operator

from . import rights
from .explaining import Holder, Reason, holders, seeing
from .models import Contact, JoinedContact, Kind, Note
from .rights import ARCHIVED, GRANTABLE, NOTE_RIGHTS, NOTE_RULES, RIGHTS, THAWED, roles_for, rule_for
from .sources import ROLES, Grounds, Lanes, allowed_by, lanes_of, ranges, roles_held, today

__all__ = [
    "ARCHIVED",
    "GRANTABLE",
    "RIGHTS",
    "ROLES",
    "THAWED",
    "Holder",
    "Joined",
    "Lanes",
    "Reason",
    "actions_by_contact",
    "actions_seen",
    "allowed_actions",
    "can",
    "explain",
    "get_for",
    "get_visible",
    "holders",
    "holds_anything",
    "lanes_of",
    "note_acts",
    "ranges",
    "require",
    "require_note",
    "roles_on",
    "rule_for",
    "scope",
    "seeing",
    "today",
    "visible_to",
    "who_may",
    "whom_to_ask",
]


class Joined(Http404):
    """The record was joined into another one that the user sees: its address leads there (product.md §8)."""

    def __init__(self, kept_id: int) -> None:
        super().__init__()
        self.kept_id = kept_id


def holds_anything(user: Any) -> bool:
    """Inactive users, visitors and platform staff (who belong to no account) hold nothing."""
    return bool(user.is_authenticated and user.is_active and user.account_id)


def scope(user: User, action: str, *, frozen: bool = False) -> QuerySet[Contact]:
    """Contacts on which `user` may do `action`; `frozen=True` ignores that archived contacts are read-only.

    Never order this by name and slice it: that reads everything. Lists come from `paging.page_for`.
    """
    if not holds_anything(user):
        return Contact.objects.none()
    grounds = _grounds(action)
    if not grounds:
        return Contact.objects.none()
    contacts = Contact.objects.filter(allowed_by(user, grounds), account=user.account_id)
    return contacts if action in THAWED or frozen else contacts.filter(archived=False)


# Whose rows include those of the stronger role: only the weakest that suffices needs to be asked.
WEAKER: dict[str, tuple[str, ...]] = {
    rights.WRITE: (rights.READ,),
    rights.ADMIN: (rights.READ, rights.WRITE),
    rights.OWNER: (rights.READ, rights.WRITE, rights.ADMIN),
    rights.ADMIN_OPERATOR: (rights.OPERATOR,),
    rights.ORPHAN_KEEPER: (rights.OPERATOR, rights.ADMIN_OPERATOR),
}


def _grounds(action: str) -> Grounds:
    """Roles that allow `action`, with the kinds of contacts on which they do."""
    table = RIGHTS[action]
    found = (
        (role, tuple(kind for kind in table if role in table[kind] and not _covered(role, table[kind])))
        for role in ROLES
    )
    return tuple((role, kinds) for role, kinds in found if kinds)


def _covered(role: str, roles: Collection[str]) -> bool:
    return any(weaker in roles for weaker in WEAKER.get(role, ()))


def visible_to(user: User) -> QuerySet[Contact]:
    """All contacts that exist for `user`, archived ones too. Every fetch starts here."""
    return scope(user, "view")


def get_visible(user: User, pk: int) -> Contact:
    """The contact, or Http404 exactly as for one that does not exist. Two queries.

    Says the same as `visible_to` (tested); asked by its roles, because every page of a record does it. Raises Joined
    (an Http404) where the record was joined into another one that the user sees.
    """
    found = Contact.objects.filter(account=user.account_id) if holds_anything(user) else Contact.objects.none()
    contact = found.select_related("account", "owner").filter(pk=pk).first()
    if contact and "view" in (actions := allowed_actions(user, contact)):
        contact.__dict__[SEEN] = (user.pk, actions)
        return contact
    kept = JoinedContact.objects.filter(pk=pk, kept__in=visible_to(user)).values_list("kept", flat=True).first()
    raise Joined(kept) if kept else Http404


def can(user: User, action: str, contact: Contact) -> bool:
    """Is `action` allowed on this contact: `scope` asked about one row, so that row and list cannot differ."""
    return scope(user, action).filter(pk=contact.pk).exists()


def allowed_actions(user: User, contact: Contact) -> set[str]:
    """All actions allowed on one contact, from its roles; one query. Says the same as `can` for each (tested)."""
    return _actions_of(roles_on(user, contact), contact.kind, contact.archived_at is not None)


SEEN = "_actions_seen"  # of a fetched contact: (user id, actions), so that its page need not ask again


def actions_seen(user: User, contact: Contact) -> set[str]:
    """`allowed_actions` as `get_visible` found them for this contact: no query; for showing a page, never to allow."""
    user_id, actions = contact.__dict__.get(SEEN, (0, set()))
    return set(actions) if user_id == user.pk else allowed_actions(user, contact)


def roles_on(user: User, contact: Contact) -> set[str]:
    """Roles of `user` on one contact of the same account; one query."""
    if not holds_anything(user) or contact.account_id != user.account_id:
        return set()
    return roles_held(user, [contact.pk]).get(contact.pk, set())


def actions_by_contact(user: User, contacts: Iterable[tuple[int, str, bool]]) -> dict[int, set[str]]:
    """Allowed actions for many (id, kind, archived) at once, for the menus of a page; one query."""
    if not holds_anything(user):
        return {}
    facts = {pk: (kind, archived) for pk, kind, archived in contacts}
    roles = roles_held(user, list(facts)) if facts else {}
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
    raise Refused(rule_for(action, contact.kind), who=whom_to_ask(contact), way_out=way_out(user, action, contact))


def way_out(user: User, action: str, contact: Contact) -> tuple[str, str] | None:
    """Address and words of what `user` can do instead of a refused action, where there is such a thing."""
    right, name, words = rights.WAYS_OUT.get((action, contact.kind), ("", "", ""))
    return (reverse(name, args=[contact.pk]), words) if right and can(user, right, contact) else None


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
    """For a refusal's way out: the owner, or the Admin Operators of the linked departments, whose names are open.

    Other Admins of a personal contact are the Collaborators tab's to name.
    """
    if contact.owner and contact.owner.is_active:
        return [contact.owner.get_full_name()]
    if contact.kind == Kind.PERSONAL:
        return []
    departments = contact.links.filter(counts=True).values("department")
    admins = Operator.objects.filter(department__in=departments, is_admin=True, user__is_active=True)
    people = User.objects.filter(pk__in=admins.values("user")).order_by("name", "pk")
    return [person.get_full_name() for person in people]


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


def explain(user: User, contact: Contact) -> Holder | None:
    """The user's own access to one contact and why, or None where there is none."""
    if not holds_anything(user) or contact.account_id != user.account_id:
        return None
    return next(iter(holders(contact, only=user)), None)
