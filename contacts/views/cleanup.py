"""Shared clean-up: the original owner's page, and the Admin Operators' one with its reminders (product.md §8)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contacts import clean_up as waiting
from contacts.forms.bulk import MOST_IDS
from contacts.forms.converting import CleanUpForm
from contacts.jobs_clean_up import send_clean_up_reminder
from contacts.models import BulkAction, CleanUpReminder
from contacts.rows import read_rows
from contacts.services import bulk as service
from contacts.services.reminding import remind
from contacts_project.accounts.models import User
from contacts_project.core.htmx import answer, done, go
from departments.models import Department
from departments.pages import department_context
from departments.policy import get_department, require_admin_operator

from .bulk import announce

Action = BulkAction.Action
ACTIONS = {"department": Action.GIVE, "personal": Action.KEEP, "archive": Action.ARCHIVE}


@require_http_methods(["GET", "HEAD", "POST"])
def clean_up(request: HttpRequest) -> HttpResponse:
    """/departments/clean-up/: one's own shared contacts; POST {action, ids or all, existing} decides many at once."""
    if request.method != "POST":
        return _page(request)
    form = CleanUpForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    posted = {int(value) for value in request.POST.getlist("ids")[:MOST_IDS] if value.isdecimal() and len(value) <= 18}
    mine = waiting.own_shared(request.user)
    ids = mine if form.cleaned_data["all"] else mine.filter(pk__any_of=list(posted))
    action = ACTIONS[form.cleaned_data["action"]]
    parameters: dict[str, Any] = {"clean_up": True}
    if action == Action.GIVE:
        parameters |= {"department": None, "existing": form.cleaned_data["existing"] or "keep"}
    try:
        bulk = service.start(request.user, action, parameters, ids=ids.values_list("pk", flat=True))
    except service.ContactsGone:
        messages.error(request, "Nothing is selected.")
        return go(request, reverse("contacts:clean-up"))
    if bulk.status == BulkAction.Status.WAITING:
        service.enqueue(bulk)
        return go(request, reverse("contacts:bulk-detail", args=[bulk.pk]))
    announce(request, bulk)
    return done(request, reverse("contacts:clean-up"))


def _page(request: HttpRequest, form: CleanUpForm | None = None, status: int = 200) -> HttpResponse:
    mine = waiting.own_shared(request.user)
    left = mine.count()
    ids, after = waiting.page_of(mine, request.GET.get("after", ""))
    decided, total = waiting.progress(request.user, left)
    context = {
        "form": form,
        "lines": waiting.lines_of(request.user, ids),
        "next": after,
        "left": left,
        "decided": decided,
        "total": total,
        "steps": waiting.recent_steps(request.user),
        "section": "departments",
    }
    return answer(request, "contacts/clean_up.html", "contacts/_clean_up.html", context=context, status=status)


@require_safe
def department_clean_up(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /departments/<id>/clean-up/ ?owner=: the department's shared contacts, by original owner."""
    department = get_department(request.user, pk)
    require_admin_operator(request.user, department)
    owners = waiting.owners_of(department, request.user)
    chosen = next((one for one in owners if str(one.user.pk) == request.GET.get("owner")), None)
    shared = waiting.shared_of(department)
    ids, after = waiting.page_of(shared.filter(owner=chosen.user) if chosen else shared, request.GET.get("after", ""))
    number = sum(owner.count for owner in owners)
    context = department_context(
        request.user,
        department,
        "clean-up",
        counts={"clean-up": number},
        owners=owners,
        chosen=chosen,
        rows=read_rows(request.user, ids),
        next=after,
    )
    page = ("contacts/department_clean_up.html", "contacts/_department_clean_up.html")
    return answer(request, *page, context=context)


@require_POST
def clean_up_remind(request: HttpRequest, pk: int, user_pk: int) -> HttpResponse:
    """POST /departments/<id>/clean-up/<user>/remind/: a mail to an original owner, once a day."""
    department = get_department(request.user, pk)
    require_admin_operator(request.user, department)
    owner = _owner(department, user_pk)

    def mail(reminder: CleanUpReminder) -> None:
        send_clean_up_reminder.defer(reminder_id=reminder.pk, address=request.build_absolute_uri("/"))

    is_new = remind(request.user, department, owner, mail=mail)
    messages.success(request, f"Reminder sent to {owner}" if is_new else "Reminded today")
    return done(request, reverse("contacts:department-clean-up", args=[department.pk]))


def _owner(department: Department, pk: int) -> User:
    """An active original owner of a shared contact of the department; Http404 for anybody else."""
    owner = User.objects.filter(pk=pk, account=department.account_id, is_active=True).first()
    if owner is None or not waiting.shared_of(department).filter(owner=owner).exists():
        raise Http404
    return owner
