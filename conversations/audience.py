"""Who else sees a conversation, as far as one reader may know: whom to assign it to, whom to mention, who is looking.

Through the parties that the reader sees, and no others: that somebody reads it because of a contact that is hidden from
the reader must not show (product.md §2, Non-interference).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.utils import timezone

from contacts import policy as contact_policy
from contacts.models import Contact
from contacts_project.accounts.models import User

from .models import Conversation, Presence
from .policy import readers_of

FRESH_FOR = datetime.timedelta(seconds=45)  # older presence says nothing
MOST_PRESENT = 20


def people_in(conversation: Conversation, contacts: Iterable[Contact], *, with_nobody: bool) -> list[User]:
    """Those who read the channel and one of these contacts, by name; all its readers where `with_nobody`, which says
    that something in it arrived with no contact. One query."""
    readers = readers_of(conversation.channel)
    if not with_nobody:
        readers = readers.filter(pk__in=contact_policy.seeing(list(contacts)))
    return sorted(readers, key=lambda person: (person.get_full_name().casefold(), person.pk))


def present_in(user: User, conversation: Conversation, contacts: list[int], *, with_nobody: bool) -> list[Presence]:
    """Who else has it open now, of those who see it as `people_in` says, those who write first. `contacts` are ids.

    Two queries, one more for each who is there.
    """
    rows = Presence.objects.filter(conversation=conversation, at__gte=timezone.now() - FRESH_FOR, user__is_active=True)
    rows = rows.exclude(user=user).select_related("user").order_by("state", "pk")[:MOST_PRESENT]
    found = list(rows)
    readers = set(readers_of(conversation.channel).values_list("pk", flat=True)) if found else set()
    return [
        row
        for row in found
        if row.user_id in readers
        and (with_nobody or contact_policy.visible_to(row.user).filter(pk__any_of=contacts).exists())
    ]
