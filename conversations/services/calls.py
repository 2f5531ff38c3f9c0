"""Calls logged by hand: on a contact's record, or for a department, which makes its contact (product.md §7 and §8)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

import pghistory
from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from contacts import policy
from contacts.models import Contact, DepartmentLink, FollowUp
from contacts.services.follow_ups import create_follow_up
from contacts.services.holding import hold
from contacts.services.parties import Party, record_interaction_party, take_back_links
from contacts.services.undoing import CannotUndo, remember, undoes
from contacts_project.accounts.models import Account, User
from contacts_project.core.errors import Refused
from contacts_project.core.phones import PhoneImpossible, parse_phone
from conversations.models import Interaction, InteractionContact
from conversations.outcomes import BY_VALUE, Outcome
from conversations.visibility import interactions_visible_to
from departments import policy as department_policy
from departments.models import Department

Effect = InteractionContact.Effect
NEEDS_NUMBER = "Type the number: the department's contact is found by it."
IN_FUTURE = "This is in the future. Log the call once it has been made."
SKEW = datetime.timedelta(minutes=1)  # of the reader's clock against ours


class CannotLog(ValueError):
    """Something that was typed does not fit; `field` is its name in the form, the text is for people."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class NextStep:
    """The follow-up that is set with a call, for oneself."""

    due: datetime.date
    text: str


@dataclass(frozen=True)
class Logged:
    """A logged call: its contacts, what the department's service found (None without a department), and its undo."""

    interaction: Interaction
    contacts: tuple[Contact, ...]
    party: Party | None
    follow_up: FollowUp | None
    undo: str


def log_call(
    actor: User,
    *,
    contact: Contact | None = None,
    department: Department | None = None,
    number: str = "",
    direction: str,
    at: datetime.datetime,
    outcome: str,
    note: str = "",
    minutes: int | None = None,
    follow_up: NextStep | None = None,
    name: str = "",
) -> Logged:
    """Record a call that was made outside Kithline. One transaction.

    With a `department` the call is with whom its service finds or makes for `number` (any common format); `contact`,
    the record on which it was logged, is taken alone if it is one of these. Without one the call is with `contact`.
    `at` is aware; `outcome` a value of `outcomes`; `name` names a new contact. Raises CannotLog, Refused, Http404.
    """
    assert actor.account is not None
    word = BY_VALUE[outcome]
    if at > timezone.now() + SKEW:
        raise CannotLog("at", IN_FUTURE)
    with transaction.atomic(), pghistory.context(user=actor.pk):
        if contact:
            policy.require(actor, "log_call", contact)
        e164 = _number(actor.account, number)
        if department:
            department_policy.require_operator(actor, department)
            contacts, party = _of_department(actor, contact, department, number, word, at=at, name=name)
        else:
            contacts, party = (_held(actor, contact),), None
        row = Interaction.objects.create(
            account=actor.account, department=department, author=actor, is_by_hand=True, type=Interaction.Type.CALL,
            direction=direction, outcome=outcome, is_answered=word.answered, at=at, body=note, outside_address=e164,
            duration=None if minutes is None else minutes * 60, arrived_without_contact=not contacts,
            status=Interaction.Status.BLOCKED if party and party.blocked else Interaction.Status.DONE,
        )  # fmt: skip
        _put_on(row, contacts, party)
        follows = _follow(actor, contact or next(iter(contacts), None), follow_up)
        links = list(party.made) if party else []
        token = remember(actor, "log-call", interaction=row.pk, links=links, follow_up=follows.pk if follows else None)
    return Logged(row, contacts, party, follows, token)


def _number(account: Account, text: str) -> str:
    """In E.164 form, "" for none. Raises CannotLog with the sentence that helps."""
    if not text.strip():
        return ""
    try:
        return parse_phone(text, account.default_region, hints=False).e164
    except PhoneImpossible as error:
        raise CannotLog("number", str(error)) from error


def _held(actor: User, contact: Contact | None) -> Contact:
    """The record itself, locked, so that it is not archived meanwhile."""
    if contact is None:
        raise CannotLog("for", "Choose whom the call was with.")
    contact = hold(contact)
    policy.require(actor, "log_call", contact)
    return contact


def _of_department(
    actor: User,
    contact: Contact | None,
    department: Department,
    number: str,
    outcome: Outcome,
    *,
    at: datetime.datetime,
    name: str,
) -> tuple[tuple[Contact, ...], Party | None]:
    """The service locks the address before any contact: a lock on the record before it could wait for ever."""
    if number.strip():
        party = record_interaction_party(department, number, answered=outcome.answered, by=actor, at=at, name_hint=name)
        return (contact,) if contact and contact in party.contacts else party.contacts, party
    linked = contact and contact.links.filter(department=department, ended_at__isnull=True).exists()
    if not linked:
        raise CannotLog("number", NEEDS_NUMBER)
    held = _held(actor, contact)
    if outcome.answered:
        Contact.objects.filter(pk=held.pk, awaits_name=True).update(awaits_name=False)
    return (held,), None


def _put_on(row: Interaction, contacts: tuple[Contact, ...], party: Party | None) -> None:
    linked = set(DepartmentLink.objects.filter(pk__in=party.made).values_list("contact", flat=True)) if party else set()

    def effect(contact: Contact) -> str:
        if not party or contact.pk not in linked:
            return Effect.NONE
        return Effect.MADE if party.created else Effect.RESTORED if party.restored else Effect.LINKED

    InteractionContact.objects.bulk_create(
        InteractionContact(interaction=row, contact=contact, effect=effect(contact)) for contact in contacts
    )


def _follow(actor: User, contact: Contact | None, step: NextStep | None) -> FollowUp | None:
    if contact is None or step is None:
        return None
    return create_follow_up(actor, contact, due=step.due, text=step.text, user=actor)


@undoes("log-call")
def undo_log_call(user: User, data: dict[str, Any]) -> tuple[str, str]:
    """Remove the call and what it made: its follow-up while that is open, its links while nobody worked on them."""
    row = interactions_visible_to(user).filter(pk=data["interaction"]).select_related("department").first()
    if row is None:
        raise CannotUndo("You do not see this call any more.")
    contacts = [found.contact for found in row.with_contacts.select_related("contact__account").order_by("pk")]
    _require_still(user, row, contacts)
    since, number = row.created_at, row.pk
    FollowUp.objects.filter(pk=data["follow_up"], user=user, done_at__isnull=True).delete()
    row.delete()
    with pghistory.context(party=True):  # as its making: no entry of its own in the department's activity
        kept = take_back_links(data["links"], by=user, since=since, in_use=lambda link: _was_used(link, number))
    message = "Call removed. Its contact stays: it has been changed since" if kept else "Call removed"
    return message, _address_after(user, row, contacts)


def _was_used(link: DepartmentLink, number: int) -> bool:
    """Whether the department had to do with the contact again after the interaction of that id."""
    later = InteractionContact.objects.filter(contact=link.contact_id, is_current=True, interaction__gt=number)
    of_department = Q(interaction__department=link.department_id) | Q(
        interaction__channel__department=link.department_id
    )
    return later.filter(of_department).exists()


def _require_still(user: User, row: Interaction, contacts: list[Contact]) -> None:
    """What logging it needs, undoing it needs as well; of the contacts, on those that the user sees."""
    try:
        if row.department:
            department_policy.require_operator(user, row.department)
        ids = [contact.pk for contact in contacts]
        closed = policy.visible_to(user).exclude(pk__in=policy.scope(user, "log_call").values("pk"))
        if refused := closed.filter(pk__any_of=ids).first():
            policy.require(user, "log_call", refused)
    except Http404 as gone:
        raise CannotUndo("You do not see this call any more.") from gone
    except Refused as refusal:
        raise CannotUndo(refusal.rule) from refusal


def _address_after(user: User, row: Interaction, contacts: list[Contact]) -> str:
    """The record, if it is there to see without the call, else the department's activity."""
    if len(contacts) == 1 and policy.can(user, "log_call", Contact.objects.get(pk=contacts[0].pk)):
        return reverse("conversations:contact-conversations", args=[contacts[0].pk])
    if row.department_id:
        return reverse("conversations:department-activity", args=[row.department_id])
    return reverse("contacts:contact-list")
