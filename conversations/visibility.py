"""Who sees which interactions: the only place where this is decided (product.md §2c, Interactions and people).

An interaction is visible to whoever reads its line and at least one of its contacts; one that arrived with no contact,
or has none now, to whoever reads its line. What was logged by hand without department and line was made from
elsewhere: there is no line to read, so the contact decides (decision 11). A later kind of line adds its readers to
`reads_line`, nothing else.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from contacts import policy
from contacts.models import Contact
from contacts_project.accounts.models import User
from departments.models import Operator

from .models import Interaction, InteractionContact


def interactions_visible_to(user: User) -> QuerySet[Interaction]:
    """Everything `user` may read, unordered; start every count, list and badge here.

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
    return Interaction.objects.filter(by_line | from_elsewhere, account=user.account_id)


def interactions_with(user: User, contact: Contact) -> QuerySet[InteractionContact]:
    """The rows that put what `user` may read on this contact's record, unordered.

    The contact must come from `policy`: only the line is asked here. Order by `-at, -interaction`: one index range.
    """
    rows = InteractionContact.objects.filter(contact=contact, is_current=True)
    if not policy.holds_anything(user):
        return rows.none()
    return rows.filter(reads_line(user, "interaction__") | made_elsewhere("interaction__"))


def reads_line(user: User, at: str = "") -> Q:
    """True of interactions on a line that `user` reads: today, lines of departments that he or she operates.

    `at` is the path to the interaction. A department channel is read by every operator (product.md §2c).
    """
    operated = Operator.objects.filter(user=user).values("department")
    by_hand = Q(**{f"{at}channel__isnull": True, f"{at}department__in": operated})
    return by_hand | Q(**{f"{at}channel__department__in": operated})


def made_elsewhere(at: str = "") -> Q:
    """True of what was logged by hand without a department and a line; `at` is the path to the interaction."""
    nothing: dict[str, Any] = {f"{at}channel__isnull": True, f"{at}department__isnull": True}
    return Q(**nothing)


def contacts_visible_in(user: User, interactions: list[Interaction]) -> dict[int, list[InteractionContact]]:
    """Interaction id -> its current contacts that `user` may see, in the order they were found. One query."""
    rows = InteractionContact.objects.filter(interaction__in=[found.pk for found in interactions], is_current=True)
    rows = rows.filter(Exists(policy.visible_to(user).filter(pk=OuterRef("contact_id"))))
    found: dict[int, list[InteractionContact]] = {}
    for row in rows.select_related("contact").prefetch_related("contact__phones").order_by("pk"):
        found.setdefault(row.interaction_id, []).append(row)
    return found
