"""Engagements at /admin/: states and dates, read-only. What they say and to whom is shown to nobody by a flag.

Account administrators see their own account's, platform staff the number of recipients as well (product.md §1). There
is no page of one engagement, which its name would title.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from contacts_project.accounts.admin_scope import ScopedAdmin
from contacts_project.accounts.policy import is_platform_staff

from .models import Engagement, Recipient


@admin.register(Engagement)
class EngagementAdmin(ScopedAdmin):
    admin_display = ("id", "author", "kind", "status", "created_at", "started_at", "finished_at")
    staff_display = (
        "id", "account", "author_id", "kind", "status", "people", "created_at", "started_at", "finished_at",
    )  # fmt: skip
    list_display_links = None
    list_filter = ("status", "kind")
    staff_filters = ("account",)
    list_select_related = ("account", "author")
    search_fields = ("=id",)
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Engagement]:
        rows = super().get_queryset(request).defer("name", "subject", "body")
        if not is_platform_staff(request.user):
            return rows
        ledger = Recipient.objects.filter(engagement=OuterRef("pk")).order_by().values("engagement")
        return rows.annotate(recipient_total=Coalesce(Subquery(ledger.annotate(n=Count("pk")).values("n")), 0))

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        return self.staff_display if is_platform_staff(request.user) else self.admin_display

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_see(request) and obj is None

    @admin.display(description="recipients", ordering="recipient_total")
    def people(self, engagement: Engagement) -> int:
        return engagement.recipient_total  # type: ignore[attr-defined]
