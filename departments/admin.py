"""Departments and operators at /admin/: read-only, because their rules stand in the services.

Account administrators see their own account's; platform staff see ids and counts, no names (product.md §1).
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from contacts_project.accounts.admin_scope import ScopedAdmin
from contacts_project.accounts.policy import is_account_admin, is_platform_staff

from .models import Department, Operator


class NamelessForStaff(ScopedAdmin):
    """`staff_display` and `staff_search` are what platform staff get; pages of one row are titled by its name."""

    staff_display: tuple[str, ...]

    def get_list_display(self, request: HttpRequest) -> Any:
        return self.staff_display if is_platform_staff(request.user) else super().get_list_display(request)

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        return None if is_platform_staff(request.user) else super().get_list_display_links(request, list_display)

    def get_search_fields(self, request: HttpRequest) -> Any:
        return ("=id",) if is_platform_staff(request.user) else super().get_search_fields(request)

    def get_ordering(self, request: HttpRequest) -> Any:
        return ("id",) if is_platform_staff(request.user) else super().get_ordering(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_see(request) and (obj is None or is_account_admin(request.user))


@admin.register(Department)
class DepartmentAdmin(NamelessForStaff):
    list_display = ("name", "hue", "operator_count", "created_at", "created_by")
    staff_display = ("id", "account", "operator_count", "created_at")
    staff_filters = ("account",)
    list_select_related = ("account", "created_by")
    search_fields = ("name",)
    ordering = ("name", "id")
    fields = readonly_fields = ("name", "hue", "description", "operator_count", "created_at", "created_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Department]:
        return super().get_queryset(request).annotate(operator_total=Count("operators"))

    @admin.display(description="operators", ordering="operator_total")
    def operator_count(self, department: Department) -> int:
        return department.operator_total  # type: ignore[attr-defined]


@admin.register(Operator)
class OperatorAdmin(NamelessForStaff):
    account_path = "department__account"
    list_display = ("user", "department", "role", "added_at", "added_by")
    staff_display = ("id", "user_id", "department_id", "is_admin", "added_at")
    list_filter = ("is_admin",)
    list_select_related = ("user", "department", "added_by")
    search_fields = ("user__name", "user__email", "department__name")
    ordering = ("department__name", "user__name", "id")
    fields = readonly_fields = ("user", "department", "role", "added_at", "added_by")
