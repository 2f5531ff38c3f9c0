"""Archive and unarchive (product.md §5 and §2b): deleting sets ARCHIVED, nothing is destroyed.

A Department Contact is deleted by ending the link of one department; with the last live link it is archived. Its
links are judged and written behind a lock on the contact, so that two departments that remove it at once end with an
archived contact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from contacts import policy
from contacts.models import Contact, DepartmentLink, Kind
from contacts_project.accounts.models import User
from departments.policy import led_by

from .outcomes import ALREADY, DONE, REFUSED, Outcome
from .undoing import MONTH, CannotUndo, undoes

WHICH = "You administer more than one of its departments: say which one removes it."
GONE = "You do not see this contact any more."
NOT_YOURS = "Only an Admin Operator of the department that removed it brings it back."


@dataclass(frozen=True)
class Found:
    """A locked contact as it stands behind the lock, and whether the act is allowed on it."""

    pk: int
    kind: str
    archived: bool
    allowed: bool

    @property
    def by_link(self) -> bool:
        """Whether it is deleted department by department."""
        return self.kind == Kind.DEPARTMENT


def archive(actor: User, ids: Iterable[int], *, department: int | None = None) -> list[Outcome]:
    """Archive these contacts where `actor` may; archived ones are left as they are. Hidden ids are left out.

    A Department Contact loses the link of `department` (an id; needed only where `actor` administers several of its
    departments) and is archived with its last live link. `before` says what undo puts back. A constant number of
    queries. Locks the contacts, so that a send that is being decided either sees them archived or is finished first.
    """
    with transaction.atomic():
        found = _lock(actor, ids, "archive")
        live = _links([one for one in found if one.by_link and one.allowed and not one.archived])
        own = administered(actor)
        outcomes = [_ending(one, live.get(one.pk, []), own, department) for one in found]
        ended = [outcome.before["link"] for outcome in outcomes if outcome.status == DONE and outcome.before]
        gone = [
            outcome.contact_id
            for outcome in outcomes
            if outcome.status == DONE and (outcome.before is None or outcome.before["archived"])
        ]
        now = timezone.now()
        DepartmentLink.objects.filter(pk__any_of=ended).update(ended_at=now, ended_by=actor)
        Contact.objects.filter(pk__any_of=gone, archived=False).update(archived_at=now)
    return outcomes


def unarchive(actor: User, ids: Iterable[int]) -> list[Outcome]:
    """Bring these contacts back where `actor` may; live ones are left as they are. Hidden ids are left out.

    A Department Contact comes back to those departments that `actor` administers. A constant number of queries.
    """
    with transaction.atomic():
        found = _lock(actor, ids, "unarchive")
        mine = administered(actor)
        ended = _links([one for one in found if one.by_link and one.allowed and one.archived], live=False)
        outcomes = []
        for one in found:
            links = [link.pk for link in ended.get(one.pk, []) if link.department_id in mine]
            outcomes.append(_outcome(one, "unarchive", one.archived, {"links": links} if one.by_link else None))
        back = [outcome for outcome in outcomes if outcome.status == DONE]
        Contact.objects.filter(pk__any_of=[outcome.contact_id for outcome in back]).update(archived_at=None)
        _revive([pk for outcome in back if outcome.before for pk in outcome.before["links"]])
    return outcomes


def restore(actor: User, links: Iterable[int]) -> list[Outcome]:
    """Give contacts back to the departments that removed them, by the ids of the ended links; live ones stay.

    Needs an Admin Operator of each link's department; other links are refused. An archived contact comes back with it.
    Hidden and unknown ids are left out. Locks the contacts.
    """
    with transaction.atomic():
        wanted = DepartmentLink.objects.filter(pk__any_of=list(links), contact__account=actor.account_id)
        contacts = Contact.objects.filter(pk__in=wanted.values("contact")).order_by("pk")
        list(contacts.select_for_update(no_key=True).values_list("pk", flat=True))
        mine = administered(actor)
        rows = list(wanted.select_related("contact").order_by("pk"))
        ended = [row for row in rows if row.department_id in mine and row.ended_at]
        _revive([row.pk for row in ended])
        Contact.objects.filter(pk__any_of=[row.contact_id for row in ended], archived=True).update(archived_at=None)
    return [_restored(row, allowed=row.department_id in mine) for row in rows]


def _restored(row: DepartmentLink, *, allowed: bool) -> Outcome:
    if not allowed:
        return Outcome(row.contact_id, REFUSED, NOT_YOURS)
    return Outcome(row.contact_id, DONE if row.ended_at else ALREADY)


def administered(user: User) -> set[int]:
    """Ids of the departments in which `user` is an Admin Operator. One query."""
    if not policy.holds_anything(user):
        return set()
    return set(led_by(user))


def removable_from(user: User, contact: Contact) -> list[DepartmentLink]:
    """Live links that `user` may end, with their departments, the first link first. Two queries."""
    links = contact.links.filter(ended_at__isnull=True, department__in=administered(user))
    return list(links.select_related("department").order_by("linked_at", "pk"))


def kept_by(contact: Contact) -> list[str]:
    """Names of the departments that work the contact still. One query."""
    links = contact.links.filter(ended_at__isnull=True).order_by("linked_at", "pk")
    return list(links.values_list("department__name", flat=True))


def _lock(actor: User, ids: Iterable[int], action: str) -> list[Found]:
    """Lock what `actor` sees of `ids`, then read it anew: what another session has just committed counts. Two queries.

    In the order of `ids`.
    """
    wanted = list(dict.fromkeys(ids))
    seen: QuerySet[Contact] = policy.visible_to(actor).filter(pk__any_of=wanted)
    list(seen.order_by("pk").select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True))
    allowed = policy.scope(actor, action, frozen=True).filter(pk=OuterRef("pk"))
    rows = seen.annotate(is_allowed=Exists(allowed)).values_list("pk", "kind", "archived", "is_allowed")
    found = {row[0]: Found(*row) for row in rows}
    return [found[pk] for pk in wanted if pk in found]


def _links(contacts: list[Found], *, live: bool = True) -> dict[int, list[DepartmentLink]]:
    """Live or ended links of these contacts, by contact. One query, none without contacts."""
    by_contact: dict[int, list[DepartmentLink]] = {}
    if contacts:
        rows = DepartmentLink.objects.filter(contact__any_of=[one.pk for one in contacts], ended_at__isnull=live)
        for row in rows.order_by("pk"):
            by_contact.setdefault(row.contact_id, []).append(row)
    return by_contact


def _revive(links: list[int]) -> None:
    if links:
        DepartmentLink.objects.filter(pk__any_of=links).update(ended_at=None, ended_by=None)


def _ending(one: Found, live: list[DepartmentLink], own: set[int], department: int | None) -> Outcome:
    """What deleting does to one contact; the link that ends, where it has links."""
    if not one.by_link or not one.allowed or one.archived:
        return _outcome(one, "archive", not one.archived)
    mine = [link for link in live if link.department_id in own and department in (None, link.department_id)]
    if len(mine) > 1:
        return Outcome(one.pk, REFUSED, WHICH)
    if not mine:
        return Outcome(one.pk, REFUSED, policy.rule_for("archive", one.kind))
    link = mine[0]
    before = {"link": link.pk, "department": link.department_id, "archived": len(live) == 1}
    return Outcome(one.pk, DONE, before=before)


def _outcome(one: Found, action: str, changes: bool, before: Any = None) -> Outcome:
    if not one.allowed:
        return Outcome(one.pk, REFUSED, policy.rule_for(action, one.kind))
    return Outcome(one.pk, DONE, before=before) if changes else Outcome(one.pk, ALREADY)


def undo_archiving(actor: User, before: dict[int, Any]) -> list[Outcome]:
    """Take `archive` back: contact id -> `before` of its outcome."""
    links = [kept["link"] for kept in before.values() if kept]
    return unarchive(actor, [pk for pk, kept in before.items() if not kept]) + restore(actor, links)


def undo_unarchiving(actor: User, before: dict[int, Any]) -> list[Outcome]:
    """Take `unarchive` back: the links that it revived end again; a contact without another live link is archived."""
    with transaction.atomic():
        found = _lock(actor, before, "unarchive")
        linked = [one for one in found if one.by_link and one.allowed and not one.archived]
        live, own = _links(linked), administered(actor)
        again = {pk for kept in before.values() if kept for pk in kept["links"]}
        ended, gone = [], []
        for one in linked:
            mine = [link.pk for link in live.get(one.pk, []) if link.pk in again and link.department_id in own]
            ended += mine
            if len(mine) == len(live.get(one.pk, [])) or not (before[one.pk] or {}).get("links"):
                gone.append(one.pk)
        now = timezone.now()
        DepartmentLink.objects.filter(pk__any_of=ended).update(ended_at=now, ended_by=actor)
        Contact.objects.filter(pk__any_of=gone).update(archived_at=now)
        others = archive(actor, [one.pk for one in found if not one.by_link])
    return others + [_outcome(one, "archive", not one.archived) for one in found if one.by_link]


def _undone(
    user: User, data: dict[str, Any], take_back: Callable[[User, dict[int, Any]], list[Outcome]], word: str
) -> tuple[str, str]:
    pk = int(data["contact"])
    outcome = next(iter(take_back(user, {pk: data.get("before")})), None)
    if outcome is None:
        raise CannotUndo(GONE)
    if outcome.status == REFUSED:
        raise CannotUndo(outcome.reason)
    contact = policy.visible_to(user).filter(pk=pk).first()
    if contact is None:  # taken back to where others work it
        return f"Contact {word}", reverse("contacts:contact-list")
    return f"{contact.name or 'Contact'} {word}", reverse("contacts:contact-overview", args=[pk])


@undoes("archive", good_for=MONTH)
def undo_archive(user: User, data: dict[str, Any]) -> tuple[str, str]:
    """Bring back what was archived, or removed from one department; it may have come back already."""
    before = data.get("before")
    return _undone(user, data, undo_archiving, "unarchived" if not before or before["archived"] else "is back")


@undoes("unarchive")
def undo_unarchive(user: User, data: dict[str, Any]) -> tuple[str, str]:
    """Archive again what was brought back."""
    return _undone(user, data, undo_unarchiving, "archived")
