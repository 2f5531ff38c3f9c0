"""What is noted after a call by whoever took or made it: outcome, note, name, next step (product.md §7, Wrap-up)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pghistory
from django.db import transaction
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from contacts import policy as contact_policy
from contacts.models import Contact, FollowUp
from contacts.services.editing import Invalid, Stale, save_edit
from contacts.services.follow_ups import create_follow_up
from contacts.services.merging import Changes
from contacts.services.parties import names_from, say_answered
from contacts.services.undoing import CannotUndo, remember, undoes
from contacts_project.accounts.models import User
from contacts_project.core.errors import Refused
from conversations.live.telling import THREAD, tell
from conversations.models import Interaction
from conversations.outcomes import BY_VALUE
from conversations.services.calls import NextStep
from conversations.visibility import contacts_visible_in, interactions_visible_to

Direction = Interaction.Direction
ONLY_WHO_TALKED = "Only who took the call finishes it"
NOT_NAMED = "The name was not saved: there is no contact without a name in this call"
SEVERAL = "The name was not saved: say first who this is"
NO_CONTACT = "No follow-up was set: the call has no contact yet"
NAMELESS = {"given_name": "", "middle_name": "", "family_name": "", "prefix": "", "suffix": ""}


class AlreadyFinished(Exception):
    """The call has been wrapped up before; its entry is corrected in the history."""


@dataclass(frozen=True)
class WrappedUp:
    """What was saved: its undo, the follow-up, whom it named, and what of it was refused (sentences for people)."""

    undo: str
    follow_up: FollowUp | None
    named: Contact | None
    refused: tuple[str, ...]


def require_own(actor: User, call: Interaction) -> None:
    """Only who took or made a call finishes it. Raises Refused."""
    if call.author_id != actor.pk:
        raise Refused(ONLY_WHO_TALKED, who=[call.author.get_full_name()] if call.author else [])


@transaction.atomic
def wrap_up(
    actor: User, call: Interaction, *, outcome: str, note: str = "", name: str = "", follow_up: NextStep | None = None
) -> WrappedUp:
    """Finish a call of `actor` that comes from `visibility`. One transaction.

    `outcome` is a value of `outcomes`; `note` goes to the call's own entry, as *Log a call* writes it; `name` names
    its contact if that has none. What the actor's rights do not allow is told in `refused`, the rest is saved. Raises
    AlreadyFinished, Refused for a colleague's call.
    """
    require_own(actor, call)
    row = Interaction.objects.select_for_update(of=("self",)).get(pk=call.pk)
    if row.wrapped_at:
        raise AlreadyFinished
    with pghistory.context(user=actor.pk):
        before = {"outcome": row.outcome, "is_answered": row.is_answered, "body": row.body}
        _write(row, outcome, note)
        people = [one.contact for one in contacts_visible_in(actor, [call]).get(call.pk, [])]
        if BY_VALUE[outcome].answered:
            say_answered(people)
        refused: list[str] = []
        named = _name(actor, people, name, refused)
        follows = _follow(actor, people, follow_up, refused)
        undo = remember(
            actor, "wrap-up", call=row.pk, before=before, after=_facts(row),
            named=named.pk if named else None, name=_names_of(named) if named else {},
            follow_up=follows.pk if follows else None,
        )  # fmt: skip
    tell(row.account_id, THREAD, channel=row.channel_id, conversation=row.conversation_id, interaction=row.pk)
    return WrappedUp(undo, follows, named, tuple(refused))


def _write(row: Interaction, outcome: str, note: str) -> None:
    row.outcome, row.wrapped_at = outcome, timezone.now()
    # What came in was answered by the actor; whether a person took a call of ours, the actor knows best.
    if row.direction == Direction.OUT:
        row.is_answered = BY_VALUE[outcome].answered
    row.body = "\n".join(filter(None, [row.body, note]))
    row.save(update_fields=["outcome", "wrapped_at", "is_answered", "body"])


def _name(actor: User, people: list[Contact], name: str, refused: list[str]) -> Contact | None:
    names = names_from(name)
    if not names:
        return None
    if len(people) != 1 or people[0].name:
        refused.append(SEVERAL if len(people) > 1 else NOT_NAMED)
        return None
    try:
        save_edit(actor, people[0].pk, Changes(attributes=names))
    except (Refused, Http404) as error:
        rule = error.rule if isinstance(error, Refused) else "You do not see this contact any more"
        refused.append(f"The name was not saved: {rule}")
        return None
    except (Invalid, Stale):
        refused.append("The name was not saved: it cannot be a name")
        return None
    return Contact.objects.get(pk=people[0].pk)


def _follow(actor: User, people: list[Contact], step: NextStep | None, refused: list[str]) -> FollowUp | None:
    if step is None:
        return None
    if not people:
        refused.append(NO_CONTACT)
        return None
    try:
        return create_follow_up(actor, people[0], due=step.due, text=step.text, user=actor)
    except Refused as error:
        refused.append(f"No follow-up was set: {error.rule}")
        return None


@undoes("wrap-up")
def undo_wrap_up(user: User, data: dict[str, Any]) -> tuple[str, str]:
    """The call is to be finished again; its name and follow-up go, where nobody has changed them since."""
    row = interactions_visible_to(user).filter(pk=data["call"], author=user).select_for_update(of=("self",)).first()
    if row is None:
        raise CannotUndo("You do not see this call any more.")
    if _facts(row) != data["after"]:
        raise CannotUndo("The call has been changed since.")
    with pghistory.context(user=user.pk):
        Interaction.objects.filter(pk=row.pk).update(**data["before"], wrapped_at=None)
        FollowUp.objects.filter(pk=data["follow_up"], user=user, done_at__isnull=True).delete()
        kept = _take_name_back(user, data)
    tell(row.account_id, THREAD, channel=row.channel_id, conversation=row.conversation_id, interaction=row.pk)
    message = "The call is to be finished again" + (". Its contact keeps the name" if kept else "")
    return message, reverse("conversations:conversation-detail", args=[row.conversation_id])


def _take_name_back(user: User, data: dict[str, Any]) -> bool:
    """True if the contact keeps the name: somebody has changed it, or the user may not edit it now."""
    contact = contact_policy.visible_to(user).filter(pk=data["named"]).first() if data["named"] else None
    if contact is None:
        return bool(data["named"])
    if _names_of(contact) != data["name"]:
        return True
    try:
        save_edit(user, contact.pk, Changes(attributes=dict(NAMELESS)))
    except (Refused, Http404, Invalid, Stale):
        return True
    return False


def _facts(row: Interaction) -> dict[str, Any]:
    return {"outcome": row.outcome, "is_answered": row.is_answered, "body": row.body}


def _names_of(contact: Contact) -> dict[str, str]:
    return {part: getattr(contact, part) for part in NAMELESS}
