"""Who sees which interactions: the only place where this is decided (product.md §2c, Interactions and people).

An interaction is visible to whoever reads its line and at least one of its contacts; one that arrived with no contact,
or has none now, to whoever reads its line. What was logged by hand without department and line was made from
elsewhere: there is no line to read, so the contact decides (decision 11). What a correction removed is nowhere.

A conversation is visible when one of its interactions is. Its parties (`ConversationParty`) say the same of few rows:
one for each contact, and one for nobody.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from contacts import policy
from contacts.models import Contact
from contacts_project.accounts.models import User
from departments.models import Operator

from .models import Conversation, ConversationParty, Interaction, InteractionContact
from .policy import channels_with


def interactions_visible_to(user: User, *, removed: bool = False) -> QuerySet[Interaction]:
    """Everything `user` may read, unordered; start every count, list and badge here.

    `removed` keeps what a correction took out of the history: for the log of corrections, and to put it back.

    Never order this and slice it: that finds all that is visible first. Pages walk their candidates and ask about
    those (`paging.walk`).
    """
    if not policy.holds_anything(user):
        return Interaction.objects.none()
    current = InteractionContact.objects.filter(interaction=OuterRef("pk"), is_current=True)
    readable = current.filter(Exists(policy.visible_to(user).filter(pk=OuterRef("contact_id"))))
    nobody = Q(arrived_without_contact=True) | ~Q(Exists(current))
    by_line = reads_line(user) & (Q(Exists(readable)) | nobody)
    from_elsewhere = made_elsewhere() & Q(Exists(readable))
    found = Interaction.objects.filter(by_line | from_elsewhere, account=user.account_id)
    return found if removed else found.filter(removed_at__isnull=True)


def interactions_with(user: User, contact: Contact) -> QuerySet[InteractionContact]:
    """The rows that put what `user` may read on this contact's record, unordered.

    The contact must come from `policy`: only the line is asked here. Order by `-at, -interaction`: one index range.
    """
    rows = InteractionContact.objects.filter(contact=contact, is_current=True, interaction__removed_at__isnull=True)
    if not policy.holds_anything(user):
        return rows.none()
    return rows.filter(reads_line(user, "interaction__") | made_elsewhere("interaction__"))


def reads_line(user: User, at: str = "") -> Q:
    """True of interactions on a channel that `user` reads, or logged by hand for a department that he or she operates.

    `at` is the path to the interaction.
    """
    by_hand = Q(**{f"{at}channel__isnull": True, f"{at}department__in": departments_read_by(user)})
    return by_hand | Q(**{f"{at}channel__in": channels_with(user, "read").values("pk")})


def departments_read_by(user: User) -> QuerySet[Operator, Any]:
    """Ids of the departments whose calls logged by hand are `user`'s to read: a subquery, or one query when read."""
    return Operator.objects.filter(user=user).order_by().values_list("department", flat=True)


def made_elsewhere(at: str = "") -> Q:
    """True of what was logged by hand without a department and a line; `at` is the path to the interaction."""
    nothing: dict[str, Any] = {f"{at}channel__isnull": True, f"{at}department__isnull": True}
    return Q(**nothing)


def parties_visible_to(user: User) -> QuerySet[ConversationParty]:
    """Whom conversations on the user's channels are with, as far as he or she sees them; nobody known counts as seen.

    Unordered. Never order and slice it, as above: walk the parties of each channel (`inbox`).
    """
    if not policy.holds_anything(user):
        return ConversationParty.objects.none()
    channels = channels_with(user, "read").values("pk")
    return ConversationParty.objects.filter(is_seen(user), channel__in=channels)


def is_seen(user: User) -> Q:
    """True of parties that `user` sees where he or she reads the line: nobody known, or a contact in sight."""
    return Q(contact__isnull=True) | Q(Exists(policy.visible_to(user).filter(pk=OuterRef("contact_id"))))


def conversations_visible_to(user: User) -> QuerySet[Conversation]:
    """Conversations of which `user` may read something, unordered."""
    parties = parties_visible_to(user).filter(conversation=OuterRef("pk"))
    return Conversation.objects.filter(Exists(parties), account=user.account_id)


def get_conversation(user: User, pk: int, **facts: Any) -> Conversation:
    """The conversation with its channel and department, or Http404 for a hidden one exactly as for none. One query.

    `facts` are expressions that it is annotated with.
    """
    rows = conversations_visible_to(user).select_related("channel__department", "channel__account", "assigned_to")
    rows = rows.annotate(**facts)
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def get_interaction(user: User, pk: int) -> Interaction:
    """An interaction that `user` may read, with channel, department and conversation, or Http404. One query."""
    rows = interactions_visible_to(user).select_related("channel__department", "department", "conversation", "author")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def contacts_visible_in(
    user: User, interactions: list[Interaction], *, with_phones: bool = True
) -> dict[int, list[InteractionContact]]:
    """Interaction id -> its current contacts that `user` may see, in the order they were found. One query, and one
    for their phones."""
    rows = InteractionContact.objects.filter(interaction__in=[found.pk for found in interactions], is_current=True)
    rows = rows.filter(Exists(policy.visible_to(user).filter(pk=OuterRef("contact_id"))))
    found: dict[int, list[InteractionContact]] = {}
    rows = rows.prefetch_related("contact__phones") if with_phones else rows
    for row in rows.select_related("contact").order_by("pk"):
        found.setdefault(row.interaction_id, []).append(row)
    return found
