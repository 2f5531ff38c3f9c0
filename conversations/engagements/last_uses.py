"""The latest engagement with each list, for the page of lists (contacts.list_facts)."""

from __future__ import annotations

from collections.abc import Collection

from django.urls import reverse

from contacts.list_facts import LastUse
from contacts_project.accounts.models import User

from . import policy
from .models import Engagement, EngagementList


class LastUses:
    """The source of contacts.list_facts, where its method is described."""

    def last_uses(self, user: User, ids: Collection[int]) -> dict[int, LastUse]:
        """Engagements that were started, of those the user sees; a list whose people are left out is not used."""
        seen = policy.visible_to(user).filter(started_at__isnull=False).order_by().values("pk")
        rows = EngagementList.objects.filter(list__in=ids, is_left_out=False, engagement__in=seen)
        newest = rows.order_by("list", "-engagement__started_at", "-engagement").distinct("list")
        facts = newest.values_list("list", "engagement", "engagement__kind", "engagement__started_at")
        return {
            pk: LastUse(at, Engagement.Kind(kind).label, reverse("engagements:engagement-detail", args=[engagement]))
            for pk, engagement, kind, at in facts
            if at
        }
