"""Tags, lists and imports at /admin/. Contacts, notes and grants are not registered for anybody (product.md §1)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from contacts_project.accounts.admin_scope import ScopedAdmin
from contacts_project.accounts.policy import is_account_admin, is_platform_staff

from .models import Import, List, ListItem, Tag


class TagForm(forms.ModelForm):
    """One word of the account's vocabulary. `account_id` is set by TagAdmin.get_form."""

    account_id: int

    class Meta:
        model = Tag
        fields = ["name"]

    def clean_name(self) -> str:
        name = self.cleaned_data["name"].strip()
        same = Tag.objects.filter(account=self.account_id, name__iexact=name).exclude(pk=self.instance.pk)
        if same.exists():
            raise forms.ValidationError("This tag exists already.")
        return name


@admin.register(Tag)
class TagAdmin(ScopedAdmin):
    """The words of an account for its administrators; ids and counts for platform staff.

    Administrators see no counts, which would tell of contacts hidden from them, and delete nothing: a tag leaves a
    contact only by the hand of somebody with Write on it.
    """

    form = TagForm
    fields = ("name",)
    staff_filters = ("account",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tag]:
        rows = super().get_queryset(request)
        return rows.annotate(contact_count=Count("contact_tags")) if is_platform_staff(request.user) else rows

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        return ("id", "account", "on_contacts") if is_platform_staff(request.user) else ("name",)

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        return None if is_platform_staff(request.user) else ("name",)

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return () if is_platform_staff(request.user) else ("name",)

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return ("id",) if is_platform_staff(request.user) else ("name",)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.account_id = request.user.account_id
        return form

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The page of one tag is titled by its name, so platform staff get the list only."""
        return self._may_see(request) and (obj is None or is_account_admin(request.user))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_account_admin(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_account_admin(request.user)

    def save_model(self, request: HttpRequest, obj: Tag, form: Any, change: bool) -> None:
        if not change:
            obj.account_id = request.user.account_id
        super().save_model(request, obj, form, change)

    @admin.display(description="on contacts", ordering="contact_count")
    def on_contacts(self, tag: Tag) -> int:
        return tag.contact_count


@admin.register(Import)
class ImportAdmin(ScopedAdmin):
    """Imports: states and counts. File names, headers and rows are contents and stay out."""

    list_display = ("id", "account", "user_id", "format", "status", "total", "done", "created_at", "finished_at")
    list_filter = ("status", "format")
    staff_filters = ("account",)
    list_select_related = ("account",)
    search_fields = ("=id", "=user__id")
    ordering = ("-id",)
    fields = readonly_fields = (*list_display, "outcomes")

    @admin.display(description="rows by outcome")
    def outcomes(self, source: Import) -> str:
        counts = source.rows.values_list("outcome").annotate(Count("pk")).order_by("outcome")
        return ", ".join(f"{outcome} {count}" for outcome, count in counts) or "none"


@admin.register(List)
class ListAdmin(ScopedAdmin):
    """Lists: whose they are and whether they are archived, and for platform staff how many stand on each.

    A list belongs to those whom it is shared with: neither its name nor its people nor their number are an
    administrator's by the flag (product.md §1 and §2c). So there is no page of one list, which its name would title.
    """

    admin_display = ("id", "owner", "created_at", "archived_at")
    staff_display = ("id", "account", "owner_id", "people", "created_at", "archived_at")
    list_display_links = None
    staff_filters = ("account",)
    list_select_related = ("account", "owner")
    search_fields = ("=id",)
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[List]:
        rows = super().get_queryset(request).defer("name", "description")
        if not is_platform_staff(request.user):
            return rows
        items = ListItem.objects.filter(list=OuterRef("pk")).order_by().values("list")
        return rows.annotate(item_total=Coalesce(Subquery(items.annotate(n=Count("pk")).values("n")), 0))

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        return self.staff_display if is_platform_staff(request.user) else self.admin_display

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_see(request) and obj is None

    @admin.display(description="people", ordering="item_total")
    def people(self, found: List) -> int:
        return found.item_total  # type: ignore[attr-defined]
