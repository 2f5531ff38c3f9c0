"""The administration at /admin/ and the scope of everything in it.

Two kinds of people enter: platform staff, who see ids, counts and states of the whole installation, and account
administrators, narrowed to their own account in every list, form, choice and history. Django's permission rows decide
nothing here, and `is_superuser` counts for platform staff only (product.md §1, §2).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import update_wrapper
from typing import Any

from django.conf import settings
from django.contrib import admin, auth
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db.models import ForeignKey, Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, reverse

from contacts_project.core.errors import Refused
from contacts_project.core.htmx import SeeOther

from .policy import ADMIN_RULE, administrators_of, is_account_admin, is_platform_staff

FILTER_ENDINGS = {"", "exact", "id__exact", "isnull", "gte", "lt"}  # what Django's own list filters put into addresses


class KithlineAdminSite(admin.AdminSite):
    site_header = site_title = "Kithline administration"
    index_title = "Administration"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take ScopedAdmins only: what a package registers by itself, such as groups or job arguments, stays out."""
        if admin_class is not None and issubclass(admin_class, ScopedAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return is_platform_staff(request.user) or is_account_admin(request.user)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        """Signed in without the right is a 403 with the rule, not a second sign-in."""
        guarded = super().admin_view(view, cacheable)

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            self._refuse_others(request)
            return guarded(request, *args, **kwargs)

        return update_wrapper(inner, view)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Without "view on site", which tells for any model and id whether it exists, and with the one sign-in."""
        patterns = [pattern for pattern in super().get_urls() if getattr(pattern, "name", "") != "view_on_site"]
        for pattern in patterns:
            if isinstance(pattern, URLPattern) and hasattr(pattern.callback, "login_url"):
                pattern.callback.login_url = settings.LOGIN_URL
        return patterns

    @login_not_required
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one sign-in for everybody."""
        self._refuse_others(request)
        if request.user.is_authenticated:
            return HttpResponseRedirect(reverse("admin:index"))
        return redirect_to_login(reverse("admin:index"))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        auth.logout(request)
        return SeeOther(reverse("account_login"))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect("account_change_password")

    def password_change_done(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect("admin:index")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """Jobs under a name that tells what they are, not which package runs them."""
        apps = super().get_app_list(request, app_label)
        for app in apps:
            if app["app_label"] == "procrastinate":
                app["name"] = "Background jobs"
                app["models"][0]["name"] = "Jobs"
        return apps

    def _refuse_others(self, request: HttpRequest) -> None:
        if request.user.is_authenticated and not self.has_permission(request):
            raise Refused(ADMIN_RULE, who=[person.get_full_name() for person in administrators_of(request.user)])


class ScopedAdmin(admin.ModelAdmin):
    """A model in the administration. Read-only unless a subclass says more.

    `account_path` leads from a row to its account's id. `for_administrators=False` keeps the model to platform staff.
    `staff_filters` are added to `list_filter` for platform staff.
    """

    account_path = "account"
    for_administrators = True
    staff_filters: Sequence[str] = ()
    show_full_result_count = False
    list_per_page = 50
    view_on_site = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """All rows for platform staff, those of the own account for its administrators, none for anybody else."""
        rows = super().get_queryset(request)
        if is_platform_staff(request.user):
            return rows
        if self.for_administrators and is_account_admin(request.user):
            return rows.filter(**{self.account_path: request.user.account_id})
        return rows.none()

    def _may_see(self, request: HttpRequest) -> bool:
        return is_platform_staff(request.user) or (self.for_administrators and is_account_admin(request.user))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may_see(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may_see(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_list_filter(self, request: HttpRequest) -> Sequence[Any]:
        own = tuple(super().get_list_filter(request))
        return (*own, *self.staff_filters) if is_platform_staff(request.user) else own

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what a filter on the page offers: else ?password__startswith= would spell out any column."""
        field, _, ending = lookup.partition("__")
        if lookup == "account__id__exact":  # links between lists; the rows are narrowed anyway
            return True
        return field in self.get_list_filter(request) and ending in FILTER_ENDINGS

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        """Choices come from the scoped list of the other model; a model that is not registered offers none."""
        model = db_field.remote_field.model
        other = self.admin_site._registry.get(model)
        kwargs["queryset"] = other.get_queryset(request) if other else model._default_manager.none()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
