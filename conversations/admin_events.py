"""Events that other systems posted, at /admin/: their states, and another try for parked ones.

What an event holds is shown to nobody: the administrator's flag opens no conversation (product.md §1). Account
administrators see their own account's events, platform staff those of the installation.
"""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from contacts_project.accounts.admin_scope import ScopedAdmin

from .models import InboundEvent
from .services.inbound import try_again as free


@admin.register(InboundEvent)
class InboundEventAdmin(ScopedAdmin):
    list_display = ("id", "source", "status", "attempts", "error", "received_at", "applied_at")
    list_filter = ("status", "source")
    staff_filters = ("account",)
    ordering = ("-id",)
    fields = readonly_fields = ("source", "status", "attempts", "error", "received_at", "applied_at")
    actions = ("try_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboundEvent]:
        return super().get_queryset(request).defer("payload")

    @admin.action(description="Try again what is parked")
    def try_again(self, request: HttpRequest, chosen: QuerySet[InboundEvent]) -> None:
        """Those of `chosen` that are parked wait again; `chosen` is narrowed to what one sees."""
        freed = free(list(chosen.values_list("pk", flat=True)))
        messages.success(request, f"{freed} {'event' if freed == 1 else 'events'} tried again")
