"""Accounts, people, jobs and the administration's own log at /admin/."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Status
from procrastinate.utils import utcnow

from . import services
from .admin_forms import MemberForm, StaffForm
from .admin_scope import ScopedAdmin
from .forms import SettingsForm
from .models import Account, User
from .policy import is_platform_staff


@admin.register(Account)
class AccountAdmin(ScopedAdmin):
    """Organisations. A new one comes by `manage.py create_account`, with its administrator's invitation."""

    account_path = "pk"
    form = SettingsForm
    list_display = ("id", "name", "people", "default_region", "time_zone", "created_at")
    list_filter = ("export_enabled", "compliance_required")
    search_fields = ("name",)
    readonly_fields = ("id", "people", "created_at")
    fields = ("id", *SettingsForm.Meta.fields, "people", "created_at")
    ordering = ("name", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        active = Count("users", filter=Q(users__is_active=True))
        return super().get_queryset(request).annotate(people_count=active)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_see(request)

    @admin.display(description="active people", ordering="people_count")
    def people(self, account: Account) -> str:
        address = reverse("admin:accounts_user_changelist")
        return format_html('<a href="{}?account__id__exact={}">{}</a>', address, account.pk, account.people_count)


@admin.register(User)
class UserAdmin(ScopedAdmin):
    """People. They come by invitation and go by the People page, which asks who takes over."""

    list_display = ("id", "email", "name", "roles", "is_active", "last_login")
    list_filter = ("is_active", "is_account_admin", "is_compliance_admin")
    staff_filters = ("is_staff", "account")
    list_select_related = ("account",)
    search_fields = ("email", "name")
    ordering = ("email",)
    readonly_fields = (
        "id", "email", "account", "is_active", "is_staff", "is_superuser", "is_account_admin", "is_compliance_admin",
        "time_zone", "name", "last_login", "date_joined", "deactivated_at", "deactivated_by", "successor",
    )  # fmt: skip
    member_fields = (
        "id", "email", "account", "name", "time_zone", "is_account_admin", "is_compliance_admin", "is_active",
        "last_login", "date_joined", "deactivated_at", "deactivated_by", "successor",
    )  # fmt: skip
    staff_fields = ("id", "email", "name", "is_active", "is_staff", "is_superuser", "last_login", "date_joined")

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        return (*self.list_display, "account") if is_platform_staff(request.user) else self.list_display

    @admin.display(description="roles")
    def roles(self, user: User) -> str:
        named = {"is_account_admin": "account", "is_compliance_admin": "compliance", "is_staff": "platform staff"}
        return ", ".join(name for flag, name in named.items() if getattr(user, flag)) or "none"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None or obj.account_id:
            return self._may_see(request)
        # Staff are switched on and off by superusers among them, and nobody locks himself out.
        return is_platform_staff(request.user) and request.user.is_superuser and obj.pk != request.user.pk

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        return self.member_fields if obj is None or obj.account_id else self.staff_fields

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        editable = _form_for(obj).Meta.fields
        return tuple(name for name in self.readonly_fields if name not in editable)

    def get_form(self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, form=_form_for(obj), **kwargs)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Roles go through the service, which locks the account; leaving staff lose their sessions."""
        if obj.account_id:
            roles = {name: form.cleaned_data[name] for name in ("is_account_admin", "is_compliance_admin")}
            services.set_roles(request.user, user=User.objects.get(pk=obj.pk), **roles)
            obj.save(update_fields=["name", "time_zone"])
            return
        if not obj.is_active:
            obj.sessions_ended_at = timezone.now()
        obj.save(update_fields=["name", "is_active", "is_superuser", "sessions_ended_at"])

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Two administrators unseating each other at one moment: the second is told, and nothing is saved."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except services.PeopleError as error:
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(request.path)


def _form_for(user: User | None) -> type[MemberForm] | type[StaffForm]:
    return MemberForm if user is None or user.account_id else StaffForm


@admin.register(ProcrastinateJob)
class JobAdmin(ScopedAdmin):
    """Background jobs: what, when and how it went. Never their arguments, which a job's own name spells out."""

    for_administrators = False
    list_display = ("id", "task", "status", "attempts", "scheduled_at", "events")
    list_display_links = None
    list_filter = ("status", "queue_name", "task_name")
    search_fields = ("task_name",)
    ordering = ("-id",)
    actions = ("start_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProcrastinateJob]:
        return super().get_queryset(request).prefetch_related("procrastinateevent_set")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The page of one job is titled by its arguments, so there is the list only."""
        return obj is None and self._may_see(request)

    @admin.display(description=format_html('<input type="checkbox" id="action-toggle" aria-label="{}">', "Select all"))
    def action_checkbox(self, job: ProcrastinateJob) -> str:
        box = '<input type="checkbox" name="_selected_action" value="{0}" class="action-select" aria-label="Job {0}">'
        return format_html(box, job.pk)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Background jobs", **(extra_context or {})})

    @admin.display(description="task", ordering="task_name")
    def task(self, job: ProcrastinateJob) -> str:
        return job.task_name.replace(".jobs.", ".").removeprefix("contacts_project.")

    @admin.display(description="events")
    def events(self, job: ProcrastinateJob) -> str:
        rows = sorted(job.procrastinateevent_set.all(), key=lambda event: event.at)
        lines = ((f"{event.at:%Y-%m-%d %H:%M:%S} UTC", event.type) for event in rows)
        return format_html_join("", "<div>{} {}</div>", lines)

    @admin.action(description="Start failed jobs again", permissions=["view"])
    def start_again(self, request: HttpRequest, queryset: QuerySet[ProcrastinateJob]) -> None:
        failed = list(queryset.filter(status=Status.FAILED.value))
        for job in failed:
            app.job_manager.retry_job_by_id(job.pk, utcnow(), job.priority, job.queue_name, job.lock)
        self.message_user(request, f"{len(failed)} failed jobs wait for the worker again.")


@admin.register(LogEntry)
class LogEntryAdmin(ScopedAdmin):
    """What was done in the administration, by whom. Names of things stay out: they are contents to platform staff."""

    account_path = "user__account"
    list_display = ("id", "action_time", "user", "action", "content_type", "object_id")
    list_filter = ("action_time", "action_flag")
    list_display_links = None
    list_select_related = ("user", "content_type")
    ordering = ("-id",)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and self._may_see(request)

    @admin.display(description="action", ordering="action_flag")
    def action(self, entry: LogEntry) -> str:
        return entry.get_action_flag_display()
