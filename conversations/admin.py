"""Channels at /admin/: read-only, because their rules stand in the services.

Account administrators see their own account's; platform staff see ids, kinds and states, no addresses (product.md §1).
Conversations are not registered for anybody.
"""

from __future__ import annotations

from django.contrib import admin

from departments.admin import NamelessForStaff

from . import admin_events  # noqa: F401  registers its model
from .models import Channel


@admin.register(Channel)
class ChannelAdmin(NamelessForStaff):
    list_display = ("label", "address", "kind", "department", "provider", "is_verified", "archived_at")
    staff_display = ("id", "account", "kind", "provider", "is_verified", "created_at", "archived_at")
    list_filter = ("kind", "provider")
    staff_filters = ("account",)
    list_select_related = ("account", "department")
    list_display_links = ("label", "address")
    search_fields = ("label", "address")
    ordering = ("label", "address", "id")
    fields = readonly_fields = (
        "label", "address", "kind", "department", "provider", "has_voice", "has_sms", "has_mms", "has_fax",
        "verified_at", "created_by", "created_at", "archived_at",
    )  # fmt: skip

    @admin.display(description="verified", boolean=True)
    def is_verified(self, channel: Channel) -> bool | None:
        return bool(channel.verified_at) if channel.needs_check else None
