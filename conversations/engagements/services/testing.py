"""A test of a draft to oneself: one message or call, as the people would get it (product.md §10).

It is an ordinary message of the line's own conversation with that address, and leaves by the same services. Merge
fields take one person's values, as far as the writer sees them, or else the writer's own.
"""

from __future__ import annotations

import pghistory
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from contacts.models import Contact
from contacts_project.accounts.models import User
from contacts_project.core.phones import PhoneImpossible, parse_phone
from conversations import merging
from conversations import policy as channel_policy
from conversations.engagements import checking, jobs_drafts, policy, previewing
from conversations.engagements.models import Engagement
from conversations.engagements.writing import FALLBACKS, own_values
from conversations.models import Channel, Interaction
from conversations.reaching import address_text
from conversations.services.arriving import announce, conversation_with, put_on
from conversations.services.people import find_people, is_blocked_on, read_outside, sees_any
from conversations.services.placing import callback_number
from conversations.services.sending import CannotSend, send_message

from .errors import EngagementError

Kind, Type, Status = Engagement.Kind, Interaction.Type, Interaction.Status
NO_CHANNEL = "Choose the line to send from first, then send the test."
NO_TEXT = "Write what is sent first, then send the test."
NO_PHONE = "Type the number that the test goes to, or keep your own phone for the next ones."
BLOCKED = "This number is blocked on the line. Unblock it, or type another one."
OWN_PHONE = ("My phone", "conversations:my-phone")


class CannotTest(EngagementError):
    """What stands against the test; `way_out` is (label, address) of where it is mended, if anywhere."""

    def __init__(self, field: str, message: str, way_out: tuple[str, str] | None = None) -> None:
        super().__init__(field, message)
        self.way_out = way_out


def send_test(actor: User, engagement: Engagement, *, to: str = "", contact: Contact | None = None) -> str:
    """Send the draft as it is saved to the actor; where it went to, in words.

    An email goes to the actor's own address, a text or call to the number `to`, else to his or her own phone. The line
    must be the actor's to send from. Raises CannotTest, Http404, Refused.
    """
    policy.require(actor, "edit", engagement)
    channel = _channel(actor, engagement)
    subject, body = _written(actor, engagement, contact)
    if not body.strip() and not (engagement.kind == Kind.VOICE and engagement.recording):
        raise CannotTest("body", NO_TEXT)
    address = _address(actor, engagement, to)
    if engagement.kind == Kind.VOICE:
        _call(actor, engagement, channel, address, body)
    else:
        type = Type.EMAIL if engagement.kind == Kind.EMAIL else Type.SMS
        try:
            send_message(actor, channel=channel, to=address, type=type, body=body, subject=subject)
        except CannotSend as error:
            raise CannotTest(
                error.field if error.field in ("body", "subject", "channel") else "to", str(error)
            ) from error
    assert actor.account
    return address_text(address, actor.account)


def _channel(actor: User, engagement: Engagement) -> Channel:
    channel = engagement.channel
    if channel is None:
        raise CannotTest("channel", NO_CHANNEL)
    problem = checking.channel_problem(channel, engagement.kind, actor=actor, author=actor)
    if problem:
        raise CannotTest("channel", problem.words, problem.way_out)
    return channel


def _address(actor: User, engagement: Engagement, to: str) -> str:
    """E.164, or the actor's email."""
    if engagement.kind == Kind.EMAIL:
        return actor.email
    number = to.strip() or callback_number(actor)
    if not number:
        raise CannotTest("to", NO_PHONE, (OWN_PHONE[0], reverse(OWN_PHONE[1])))
    try:
        return parse_phone(number, actor.region, hints=False).e164
    except PhoneImpossible as error:
        raise CannotTest("to", str(error)) from error


def _written(actor: User, engagement: Engagement, contact: Contact | None) -> tuple[str, str]:
    """Subject and body with somebody's values; what nobody knows stands in brackets."""
    first, _, last = actor.name.partition(" ")
    values = {
        "given-name": first, "family-name": last, "full-name": actor.name,
        "company": actor.account.name if actor.account else "", **own_values(actor),
    }  # fmt: skip
    if contact:
        values |= previewing.values_seen(actor, contact)
    for name, label in merging.LABELS.items():
        values[name] = values.get(name) or FALLBACKS.get(name) or f"[{label.lower()}]"
    return merging.fill(engagement.subject, values), merging.fill(engagement.body, values)


@transaction.atomic
def _call(actor: User, engagement: Engagement, channel: Channel, number: str, words: str) -> Interaction:
    """Write the call, and have a job place it, once: a worker that dies leaves it unknown."""
    channel_policy.require(actor, "send", channel)
    address, now = read_outside(channel, number), timezone.now()
    if is_blocked_on(channel, address.value):
        raise CannotTest("to", BLOCKED)
    with pghistory.context(user=actor.pk, source="message"):
        people = find_people(channel, address, answered=False, by=actor, at=now)
        if people.blocked:
            raise CannotTest("to", BLOCKED)
        call = Interaction.objects.create(
            account_id=channel.account_id, channel=channel, department=channel.department, author=actor,
            conversation=conversation_with(channel, address), type=Type.CALL, direction=Interaction.Direction.OUT,
            status=Status.SENDING, claimed_at=now, at=now, outside_address=address.value, body=words,
            asks_who=people.asks_who, arrived_without_contact=not sees_any(actor, people.contacts),
        )  # fmt: skip
        put_on(call, people)
        jobs_drafts.place_test_call.defer(interaction_id=call.pk, engagement_id=engagement.pk)
    announce(call)
    return call
