"""The steps of conversations and lines on the page of one's own activity (contacts.activities): their words and links.

Starts from what the reader may see now.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from contacts.activities.steps import link_to, seen_contacts, tell_of
from contacts.activities.telling import Deed, ids_of, tells
from contacts.activities.things import THINGS, Thing
from contacts.models import UndoStep
from contacts.templatetags.contacts import NAMELESS
from contacts_project.accounts.models import User

from . import policy
from .models import Channel, Interaction
from .rows import address_in_words, line_name
from .services.preferring import ACTION as CALL_TIMES
from .visibility import contacts_visible_in, interactions_visible_to, parties_visible_to
from .words import icon_of

MOST_NAMES = 3
OF_THREADS = {
    "assigned": "Assigned the conversation with",
    "unassigned": "Took back the assignment of the conversation with",
    "closed": "Closed the conversation with",
    "reopened": "Reopened the conversation with",
    "snoozed": "Snoozed the conversation with",
}
OF_CHANNELS = {
    "archive-channel": ("Archived the line", "archive"),
    "unarchive-channel": ("Unarchived the line", "archive-off"),
    "remove-channel-access": ("Ended access to the line", "user-off"),
}
OF_INTERACTIONS = {
    "log-call": "Logged",
    "wrap-up": "Wrapped up",
    "move-interaction": "Moved",
    "remove-interaction": "Removed",
}


def _joined(names: list[str]) -> str:
    """ "Renee Martinez, Tom Keane and 3 more"."""
    names = list(dict.fromkeys(names))
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


@tells("thread")
def _threads(user: User, steps: Sequence[UndoStep]) -> dict[uuid.UUID, Deed]:
    """One query."""
    rows = parties_visible_to(user).filter(conversation__any_of=ids_of(steps, "conversation"))
    names: dict[int, list[str]] = {}
    lines: dict[int, str] = {}
    for row in rows.select_related("conversation__channel", "contact").order_by("pk"):
        thread = row.conversation
        outside = address_in_words(thread.outside_address, thread.channel, user.region)
        lines[thread.pk] = line_name(thread.channel, user.region)
        names.setdefault(thread.pk, []).append((row.contact.name if row.contact else "") or outside)
    found = {}
    for step in steps:
        pk = step.about.get("conversation", 0)
        if pk in names:
            said = OF_THREADS.get(step.about.get("did", ""), "Changed the conversation with")
            url = reverse("conversations:conversation-detail", args=[pk])
            found[step.token] = Deed(said, _joined(names[pk]), url, more=lines[pk], icon="message")
    return found


@tells(*OF_INTERACTIONS)
def _interactions(user: User, steps: Sequence[UndoStep]) -> dict[uuid.UUID, Deed]:
    """What was logged, wrapped up, moved or taken out of the history. Two queries."""
    ids = {pk for step in steps for pk in _interactions_in(step)}
    rows = interactions_visible_to(user, removed=True).filter(pk__any_of=sorted(ids)).select_related("channel")
    seen = {row.pk: row for row in rows}
    contacts = contacts_visible_in(user, list(seen.values()), with_phones=False) if seen else {}
    found = {}
    for step in steps:
        own = [seen[pk] for pk in _interactions_in(step) if pk in seen]
        if own:
            known = [one.contact.name for row in own for one in contacts.get(row.pk, ()) if one.contact.name]
            found[step.token] = Deed(
                f"{OF_INTERACTIONS[step.action]} {_what(own)} {'to' if step.action == 'move-interaction' else 'with'}",
                _joined(known or [_outside(user, own[0])]),
                _address(own[0], [one.contact_id for one in contacts.get(own[0].pk, ())]),
                icon=icon_of(own[0]),
            )
    return found


def _interactions_in(step: UndoStep) -> list[int]:
    one = step.about.get("interaction") or step.about.get("call")
    return [one] if one else step.about.get("interactions", [])


def _what(rows: list[Interaction]) -> str:
    """ "a call", "an email", "3 entries"."""
    if len(rows) > 1:
        return f"{len(rows)} entries"
    what = str(rows[0].get_type_display())
    what = what if what.isupper() else what.lower()
    return f"{'an' if what[0].lower() in 'aeio' else 'a'} {what}"


def _outside(user: User, row: Interaction) -> str:
    if not row.outside_address:
        return NAMELESS
    return address_in_words(row.outside_address, row.channel or Channel(), user.region)


def _address(row: Interaction, contacts: list[int]) -> str:
    if contacts:
        return reverse("conversations:contact-conversations", args=[contacts[0]])
    return reverse("conversations:conversation-detail", args=[row.conversation_id]) if row.conversation_id else ""


def _seen_lines(user: User, ids: list[int]) -> dict[int, tuple[str, str]]:
    rows = policy.visible_to(user).filter(pk__any_of=ids)
    return {
        one.pk: (line_name(one, user.region), reverse("conversations:channel-detail", args=[one.pk])) for one in rows
    }


def _said_of_line(was: dict[str, Any] | None, row: dict[str, Any]) -> str:
    return "Added the line" if was is None else "Renamed the line" if was != row else ""


def add_things() -> None:
    """Let lines be told of (AppConfig.ready); the tellers above are registered by the import."""
    THINGS["lines"] = Thing(Channel, ("label",), _said_of_line, _seen_lines, "phone")


@tells(CALL_TIMES)
def _call_times(user: User, steps: Sequence[UndoStep]) -> dict[uuid.UUID, Deed]:
    """One query."""
    contacts = seen_contacts(user, ids_of(steps, "contact"))
    return {
        step.token: Deed("Removed the preferred call time of", **link_to(contact), icon="clock")
        for step in steps
        if (contact := contacts.get(step.about.get("contact", 0)))
    }


tell_of("channel", OF_CHANNELS, _seen_lines)
