"""Undo of conversions: a contact is of its old kind again, for 30 days and as long as nothing was built upon it."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from contacts import policy
from contacts.models import Contact, ContactUserObjectPermission, DepartmentLink, JoinedContact, Kind
from contacts.signals import contact_kept_personal, contact_shared_again
from contacts_project.accounts import grants
from contacts_project.accounts.grants import Level
from contacts_project.accounts.models import User
from departments.models import Department

from . import joining
from .contacts import SWITCHED_OFF
from .holding import all_active, hold_all
from .legacy import shared_contacts_allowed
from .outcomes import DONE, REFUSED, Outcome
from .sharing import CHANGED, read_lines
from .undoing import MONTH, CannotUndo, remember, undoes

JOINED_SINCE = "Another record has been joined into it since. Undo that first."
LINKED_SINCE = "Other departments work it since."
GRANTED_SINCE = "Somebody has been given more than Read since."
GONE = "You do not see this contact any more."
LOWERED = "You may not edit it any more."
LEFT_ALONE = "No other department works the joined record any more: taken apart, it would be nobody's."


def take_back(actor: User, before: dict[int, dict[str, Any]]) -> list[Outcome]:
    """Undo conversions: contact id -> `before` of its outcome. Refused where the record is closed to `actor` by now, is
    archived, or where what would be undone has been built upon. Locks the contacts. About 15 queries for each.
    """
    with transaction.atomic():
        active = all_active([actor.pk])
        hold_all([*before, *(kept["joined"]["kept"] for kept in before.values() if "joined" in kept)])
        outcomes = []
        for pk, kept in before.items():
            reason = _take_back(actor, pk, kept) if active else SWITCHED_OFF
            outcomes.append(Outcome(pk, REFUSED if reason else DONE, reason))
    return outcomes


def _take_back(actor: User, pk: int, kept: dict[str, Any]) -> str:
    """Undo one conversion; the reason where that cannot be done."""
    joined = kept.get("joined")
    shown = policy.visible_to(actor).filter(pk=joined["kept"] if joined else pk).first()
    contact = Contact.objects.filter(pk=pk, account=actor.account_id).first()
    if shown is None or contact is None:
        return GONE
    if shown.archived_at:
        return policy.ARCHIVED
    if kept["kind"] == Kind.PERSONAL and not policy.can(actor, "edit", shown):
        return LOWERED  # a former owner keeps Write: an Admin Operator has taken it away since
    if joined and _would_be_left_alone(shown, joined["links"]):
        return LEFT_ALONE
    if reason := _built_upon(contact, kept):
        return reason
    if kept.get("kept"):
        _share_again(contact, kept)
    else:
        _return(contact, shown, kept)
    return ""


def _built_upon(contact: Contact, kept: dict[str, Any]) -> str:
    """What has been done since that an undo would destroy."""
    was = Kind.PERSONAL if kept.get("kept") else Kind.DEPARTMENT
    owner = kept["owner"] if kept.get("kept") else None
    if contact.kind != was or contact.owner_id != owner:
        return CHANGED
    joined = JoinedContact.objects.filter(contact=contact).values_list("kept", flat=True).first()
    if joined != (kept["joined"]["kept"] if "joined" in kept else None):
        return CHANGED
    if JoinedContact.objects.filter(kept=contact).exists():
        return JOINED_SINCE
    links = set(DepartmentLink.objects.filter(contact=contact).values_list("department", flat=True))
    if kept["kind"] == Kind.PERSONAL and links - set(kept["departments"]):
        return LINKED_SINCE
    if kept["kind"] == Kind.SHARED:
        higher = grants.permission_id(Contact, Level.WRITE)
        rows = ContactUserObjectPermission.objects.filter(content_object=contact, permission=higher)
        if rows.exclude(user=kept["owner"]).exists():
            return GRANTED_SINCE
    return ""


def _would_be_left_alone(shown: Contact, links: dict[str, Any]) -> bool:
    """Whether the record joined into has no live link but those that came with the join (product.md §2b)."""
    others = shown.links.filter(ended_at__isnull=True)
    others = others.exclude(department__in=links["made"]).exclude(pk__in=[int(pk) for pk in links["revived"]])
    return not others.exists()


def _return(contact: Contact, shown: Contact, kept: dict[str, Any]) -> None:
    """A Department Contact becomes again what it was: kind, owner, grants, links and, if it was joined, its rows."""
    joined = kept.get("joined")
    archived_at = None if joined else contact.archived_at
    people = User.objects.in_bulk([int(pk) for pk in kept["lines"]])
    personal = kept["kind"] == Kind.PERSONAL
    if personal:
        DepartmentLink.objects.filter(contact=contact).delete()
        _become(contact, kept, archived_at)
        contact_kept_personal.send(Contact, contact_id=contact.pk, departments=kept["departments"])
    ContactUserObjectPermission.objects.filter(content_object=contact, user=kept["owner"]).delete()
    if not personal:
        with shared_contacts_allowed():
            _become(contact, kept, archived_at)
    for pk, line in kept["lines"].items():
        if user := people.get(int(pk)):
            grants.put_back(ContactUserObjectPermission, user, read_lines(user, {contact.pk: line}))
    if joined:
        _remake_links(contact, [] if personal else kept["links"])
        joining.part(contact, shown, joined)


def _become(contact: Contact, kept: dict[str, Any], archived_at: Any) -> None:
    Contact.objects.filter(pk=contact.pk).update(kind=kept["kind"], owner=kept["owner"], archived_at=archived_at)


def _share_again(contact: Contact, kept: dict[str, Any]) -> None:
    """A contact that was kept as personal is shared again, with its links."""
    owner = User.objects.get(pk=kept["owner"])
    grants.put_back(ContactUserObjectPermission, owner, {contact.pk: None})
    with shared_contacts_allowed():
        Contact.objects.filter(pk=contact.pk).update(kind=Kind.SHARED)
    line = kept["lines"][str(owner.pk)]
    grants.put_back(ContactUserObjectPermission, owner, read_lines(owner, {contact.pk: line}))
    _remake_links(contact, kept["links"])
    contact_shared_again.send(Contact, contact_id=contact.pk, moved=kept["elsewhere"])


def _remake_links(contact: Contact, links: list[dict[str, Any]]) -> None:
    people = User.objects.in_bulk([link[who] for link in links for who in ("linked_by", "ended_by") if link[who]])
    known = set(Department.objects.filter(account=contact.account_id).values_list("pk", flat=True))
    made = [
        DepartmentLink(
            contact=contact,
            department_id=link["department"],
            linked_at=datetime.datetime.fromisoformat(link["linked_at"]),
            linked_by=people.get(link["linked_by"]),
            ended_at=datetime.datetime.fromisoformat(link["ended_at"]) if link["ended_at"] else None,
            ended_by=people.get(link["ended_by"]),
        )
        for link in links
        if link["department"] in known
    ]
    DepartmentLink.objects.bulk_create(made)


def remember_conversion(actor: User, outcome: Outcome) -> str:
    """Keep what undoes one conversion for 30 days."""
    return remember(actor, "convert", contact=outcome.contact_id, before=outcome.before)


@undoes("convert", good_for=MONTH)
def undo_conversion(user: User, data: dict[str, Any]) -> tuple[str, str]:
    """The contact is of its old kind again."""
    pk = int(data["contact"])
    outcome = take_back(user, {pk: data["before"]})[0]
    if outcome.reason:
        raise CannotUndo(outcome.reason)
    contact = policy.visible_to(user).filter(pk=pk).first()
    if contact is None:
        return "Contact put back", reverse("contacts:contact-list")
    word = "personal" if contact.kind == Kind.PERSONAL else "shared"
    return f"{contact.name or 'Contact'} is {word} again", reverse("contacts:contact-overview", args=[pk])
