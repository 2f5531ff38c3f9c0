"""The mark of an engagement on its messages and calls, wherever these are read (product.md §10).

Its name is known to whoever reads one of them; the link only to those who may view it.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.urls import reverse

from contacts_project.accounts.models import User
from conversations.marks import Mark
from conversations.models import Interaction

from . import policy


def marks_on(user: User, interaction_ids: list[int]) -> dict[int, Mark]:
    """Interaction id -> its mark, of those that an engagement sent, earlier tries too. One query."""
    rows = Interaction.objects.filter(
        Q(recipient__isnull=False) | Q(earlier_try__isnull=False), pk__any_of=interaction_ids
    ).annotate(
        of=Coalesce("recipient__engagement", "earlier_try__recipient__engagement"),
        named=Coalesce("recipient__engagement__name", "earlier_try__recipient__engagement__name"),
    )
    rows = rows.annotate(opens=Exists(policy.visible_to(user).filter(pk=OuterRef("of"))))
    return {
        pk: Mark(f"Engagement: {name}", reverse("engagements:engagement-detail", args=[of]) if opens else "")
        for pk, of, name, opens in rows.values_list("pk", "of", "named", "opens")
    }
