"""Correcting an entry of the interaction history: disposition and note, wrong person, remove (product.md §2b, §2c).

The original is kept: every change is recorded by the database, in a context that says `correction`, and the edit
history of its contact shows it (`conversations.histories`). What an interaction did first (a contact that it made, a
department that it added) is not taken back by moving or removing it.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any

import pghistory
from django.db import transaction
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from contacts.models import Contact, Kind
from contacts.services.holding import hold, hold_all
from contacts.services.undoing import CannotUndo, remember, undoes
from contacts_project.accounts.models import User
from contacts_project.core.errors import Refused
from conversations.corrections import (
    NO_OUTCOME,
    WITH_OUTCOME,
    correctable,
    require_correct,
    require_target,
    waiting_for_answer,
)
from conversations.live.telling import THREAD, tell
from conversations.models import Conversation, Interaction, InteractionContact
from conversations.outcomes import BY_VALUE
from conversations.unread import keep_unread
from conversations.visibility import contacts_visible_in, get_interaction, interactions_visible_to
from departments.models import Department

MARK = "correction"  # in the context of what was recorded
NOT_A_NOTE = "An internal note is with nobody outside."
GONE = "You do not see this any more."


def correct(actor: User, interaction_id: int, *, outcome: str, note: str) -> bool:
    """Change the outcome (a value of `outcomes`, "" for none) and the note of a call or voicemail; whether it changed.

    Raises Http404 and Refused as `require_correct`, Refused for what has no outcome.
    """
    with transaction.atomic(), _recorded(actor):
        row = _held(actor, interaction_id)
        if row.type not in WITH_OUTCOME:
            raise Refused(NO_OUTCOME)
        if (row.outcome, row.body) == (outcome, note):
            return False
        changes: dict[str, Any] = {"outcome": outcome, "body": note}
        if outcome != row.outcome and outcome in BY_VALUE:
            changes["is_answered"] = BY_VALUE[outcome].answered
        _write([row.pk], **changes)
        _tell(row)
    return True


def move(actor: User, interaction_id: int, *, contact_id: int) -> str:
    """Say that it was with this contact and with nobody else; returns the token of its undo, "" if it was so already.

    On a department's line the answer is about the department's contacts: others keep it. Raises Http404, Refused.
    """
    with transaction.atomic(), _recorded(actor):
        row = _held(actor, interaction_id)
        if row.type == Interaction.Type.NOTE:
            raise Refused(NOT_A_NOTE)
        contact = hold(require_target(actor, _department(row), contact_id))
        require_target(actor, _department(row), contact.pk)
        before = _put_on(actor, [row], contact, _department(row))
        if not before:
            return ""
        _tell(row)
        return remember(actor, "move-interaction", interactions=[row.pk], **before)


def answer_who(actor: User, conversation: Conversation, *, contact_id: int) -> tuple[int, str]:
    """Say whom everything of this conversation that asks was with: (how many, the token of their undo).

    Also what was with nobody known becomes this contact's; those who read it keep it (`arrived_without_contact`).
    Raises Http404, Refused.
    """
    with transaction.atomic(), _recorded(actor):
        rows = list(waiting_for_answer(actor, conversation).select_for_update(no_key=True, of=("self",)).order_by("pk"))
        contact = hold(require_target(actor, conversation.channel.department, contact_id))
        require_target(actor, conversation.channel.department, contact.pk)
        mine = correctable(actor, rows)
        if rows and not mine:
            require_correct(actor, rows[-1])
        chosen = [row for row in rows if row.pk in mine]
        before = _put_on(actor, chosen, contact, conversation.channel.department)
        if not before:
            return 0, ""
        tell(conversation.account_id, THREAD, channel=conversation.channel_id, conversation=conversation.pk)
        return len(chosen), remember(actor, "move-interaction", interactions=[row.pk for row in chosen], **before)


def remove(actor: User, interaction_id: int) -> str:
    """Take it out of the history of everybody; the row stays. Returns the token of its undo. Raises as `move`."""
    with transaction.atomic(), _recorded(actor):
        row = _held(actor, interaction_id)
        _write([row.pk], removed_at=timezone.now(), removed_by=actor)
        _tell(row)
        return remember(actor, "remove-interaction", interaction=row.pk)


def _recorded(actor: User) -> AbstractContextManager:
    return pghistory.context(user=actor.pk, **{MARK: True})


def _held(actor: User, interaction_id: int) -> Interaction:
    """The interaction, locked behind its visible contacts, so that none is archived meanwhile."""
    row = get_interaction(actor, interaction_id)
    hold_all(one.contact_id for one in contacts_visible_in(actor, [row]).get(row.pk, []))
    list(Interaction.objects.filter(pk=row.pk).select_for_update(no_key=True).values_list("pk"))
    row = get_interaction(actor, interaction_id)
    require_correct(actor, row)
    return row


def _department(row: Interaction) -> Department | None:
    return row.channel.department if row.channel else row.department


def _write(ids: list[int], **changes: Any) -> None:
    Interaction.objects.filter(pk__any_of=ids).update(corrected_at=timezone.now(), **changes)


def _put_on(
    actor: User, interactions: list[Interaction], contact: Contact, department: Department | None
) -> dict[str, list[int]]:
    """Make `contact` the one that these are with. Ids of InteractionContact: which were `taken` off, which `given`.

    Empty where nothing changed. A handful of queries, whatever the number.
    """
    ids = [row.pk for row in interactions]
    rows = InteractionContact.objects.filter(interaction__any_of=ids)
    others = rows.filter(is_current=True).exclude(contact=contact)
    if department:
        others = others.exclude(contact__kind=Kind.PERSONAL)
    taken = list(others.order_by("pk").values_list("pk", flat=True))
    had = dict(rows.filter(contact=contact).values_list("interaction", "is_current"))
    unread = keep_unread(interactions, contact.pk)
    moved = {"moved_by": actor, "moved_at": timezone.now()}
    InteractionContact.objects.filter(pk__any_of=taken).update(is_current=False, **moved)
    rows.filter(contact=contact, is_current=False).update(is_current=True, **moved)
    new = [InteractionContact(interaction_id=pk, contact=contact, **moved) for pk in ids if pk not in had]
    InteractionContact.objects.bulk_create(new)
    unread.put_back()
    changed = [pk for pk in ids if not had.get(pk)]
    asked = [row.pk for row in interactions if row.asks_who]
    if taken or changed or asked:
        _write(sorted({*changed, *asked, *_interactions_of(taken)}), asks_who=False)
    given = list(rows.filter(contact=contact, interaction__any_of=changed).order_by("pk").values_list("pk", flat=True))
    return {"taken": taken, "given": given, "asked": asked} if taken or given or asked else {}


def _interactions_of(links: list[int]) -> Iterable[int]:
    return InteractionContact.objects.filter(pk__any_of=links).values_list("interaction", flat=True)


def _tell(row: Interaction) -> None:
    tell(row.account_id, THREAD, channel=row.channel_id, conversation=row.conversation_id, interaction=row.pk)


@undoes("move-interaction")
def undo_move(user: User, data: dict[str, Any]) -> tuple[str, str]:
    """Put them back with those they were with; what was corrected since stays as it is."""
    rows = list(interactions_visible_to(user).filter(pk__any_of=data["interactions"]).select_related("channel"))
    mine = correctable(user, rows)
    if not mine:
        raise CannotUndo(GONE)
    with _recorded(user):
        links = InteractionContact.objects.filter(interaction__any_of=list(mine))
        given = links.filter(pk__any_of=data["given"], is_current=True)
        settled = set(given.values_list("interaction", flat=True)) | set(mine) - set(
            links.filter(pk__any_of=data["given"]).values_list("interaction", flat=True)
        )
        moved = {"moved_by": user, "moved_at": timezone.now()}
        given.update(is_current=False, **moved)
        links.filter(pk__any_of=data["taken"], interaction__any_of=list(settled)).update(is_current=True, **moved)
        _write(sorted(settled))
        Interaction.objects.filter(pk__any_of=list(settled & set(data["asked"]))).update(asks_who=True)
    _tell(rows[0])
    return "Put back", address_of(user, rows[0])


@undoes("remove-interaction")
def undo_remove(user: User, data: dict[str, Any]) -> tuple[str, str]:
    """Put it back into the history."""
    rows = interactions_visible_to(user, removed=True).select_related("channel", "department", "conversation")
    row = rows.filter(pk=data["interaction"]).first()
    if row is None:
        raise CannotUndo(GONE)
    try:
        require_correct(user, row)
    except (Refused, Http404) as refusal:
        raise CannotUndo(getattr(refusal, "rule", GONE)) from refusal
    with _recorded(user):
        _write([row.pk], removed_at=None, removed_by=None)
    _tell(row)
    return "It stands in the history again", address_of(user, row)


def address_of(user: User, row: Interaction) -> str:
    """Where to go after a correction: the thread, a record that it is on, the department's activity, or the list."""
    threads = interactions_visible_to(user).filter(conversation=row.conversation_id)
    if row.conversation_id and threads.exists():
        return reverse("conversations:conversation-detail", args=[row.conversation_id])
    seen = contacts_visible_in(user, [row]).get(row.pk)
    if seen:
        return reverse("conversations:contact-conversations", args=[seen[0].contact_id])
    if row.department_id and not row.conversation_id:
        return reverse("conversations:department-activity", args=[row.department_id])
    return reverse("contacts:contact-list")
