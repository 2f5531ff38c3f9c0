"""What conversations do when contacts tells that a record was joined, parted, or became personal (contacts.signals),
and when accounts tells that somebody was deactivated (contacts_project.accounts.signals).

Each runs inside the transaction of the act; the former return what their undo needs.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from contacts_project.accounts.models import User

from . import jobs_linking
from .models import Interaction, InteractionContact
from .services import channel_succession, linking, preferring
from .unread import keep_unread, keep_unread_of

Moved = dict[str, Any]


def move_interactions(sender: Any, *, contact_id: int, kept_id: int, **_: Any) -> Moved:
    """Receiver of `contact_joined`: what was with the one is now with the other, each interaction once."""
    rows = InteractionContact.objects.filter(contact=contact_id)
    both = InteractionContact.objects.filter(interaction=OuterRef("interaction"), contact=kept_id)
    double = _ids(rows.filter(Exists(both), is_current=True))
    moved = _ids(rows.filter(~Exists(both)))
    unread = keep_unread_of(contact_id, kept_id)
    InteractionContact.objects.filter(pk__any_of=double).update(is_current=False)
    InteractionContact.objects.filter(pk__any_of=moved).update(contact_id=kept_id)
    unread.put_back()
    return {"interactions": moved, "interactions_double": double, **preferring.bring(contact_id, kept_id)}


def part_interactions(sender: Any, *, contact_id: int, kept_id: int, moved: Moved, **_: Any) -> None:
    """Receiver of `contact_parted`: back to the one; a correction that was made since stays."""
    rows = InteractionContact.objects.filter(pk__any_of=moved.get("interactions", []), contact=kept_id)
    unread = keep_unread([row.interaction for row in rows.select_related("interaction")], contact_id)
    rows.update(contact_id=contact_id)
    double = InteractionContact.objects.filter(pk__any_of=moved.get("interactions_double", []), contact=contact_id)
    double.update(is_current=True)
    preferring.take_back(contact_id, kept_id, moved)
    unread.put_back()


def link_interactions(sender: Any, *, contact_ids: list[int], **_: Any) -> None:
    """Receiver of `addresses_added`: the contacts take over what waits for them, by a job where that is much."""
    ids = list(contact_ids)
    if len(ids) == 1 and len(linking.waiting_for(ids)[: linking.AT_ONCE + 1]) > linking.AT_ONCE:
        jobs_linking.link_contact.defer(contact_id=ids[0])
    else:
        linking.link_contacts(ids)


def leave_with_departments(sender: Any, *, contact_id: int, departments: list[int], **_: Any) -> Moved:
    """Receiver of `contact_kept_personal`: the departments keep their conversations, without the person's record.

    They read their lines as if nobody had been known there (product.md §8, Shared clean-up: to personal).
    """
    rows = InteractionContact.objects.filter(contact=contact_id, is_current=True, interaction=OuterRef("pk"))
    on_line = Q(department__in=departments) | Q(channel__department__in=departments)
    found = Interaction.objects.filter(on_line, Exists(rows), arrived_without_contact=False)
    left = _ids(found)
    Interaction.objects.filter(pk__any_of=left).update(arrived_without_contact=True)
    return {"interactions_left": left}


def take_from_departments(sender: Any, *, contact_id: int, moved: Moved, **_: Any) -> None:
    """Receiver of `contact_shared_again`."""
    left = Interaction.objects.filter(pk__any_of=moved.get("interactions_left", []))
    left.update(arrived_without_contact=False)


def take_over_channels(sender: Any, *, user: User, successor: User, actor: User | None, **_: Any) -> None:
    """Receiver of `user_deactivated`: the successor gets the person's channels (product.md §2a)."""
    channel_succession.hand_over(user, successor, by=actor)


def _ids(rows: QuerySet) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True))
