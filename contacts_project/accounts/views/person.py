"""One person of the account: counts without names, roles, deactivation and reactivation. For account administrators."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from contacts_project.core.htmx import answer, done

from .. import services
from ..forms import DeactivateForm, RolesForm
from ..models import User
from ..policy import PEOPLE_RULE, people_of
from .access import for_account_admins


@require_http_methods(["GET", "HEAD", "POST"])
@for_account_admins(PEOPLE_RULE)
def person_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The person; POST gives the roles that are ticked."""
    person = _person(request, pk)
    if request.method != "POST":
        return _answer(request, person)
    form = RolesForm(request.POST)
    if form.is_valid() and person.is_active:
        try:
            services.set_roles(request.user, user=person, **form.cleaned_data)
            messages.success(request, f"Roles of {person.get_full_name()} saved")
            return done(request, reverse("accounts:person-detail", args=[person.pk]))
        except services.PeopleError as error:
            form.add_error(None, str(error))
    elif not person.is_active:
        form.add_error(None, "Deactivated people have no roles. Reactivate first.")
    return _answer(request, person, roles=form, status=422)


@require_POST
@for_account_admins(PEOPLE_RULE)
def person_deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """End the sign-in of a person; the successor takes over."""
    person = _person(request, pk)
    form = DeactivateForm(request.POST, successors=_successors(person))
    if form.is_valid():
        try:
            services.deactivate_user(request.user, user=person, successor=form.cleaned_data["successor"])
            messages.success(request, f"{person.get_full_name()} deactivated")
            return done(request, reverse("accounts:person-detail", args=[person.pk]))
        except services.PeopleError as error:
            form.add_error(None, str(error))
    return _answer(request, person, deactivate=form, status=422)


@require_POST
@for_account_admins(PEOPLE_RULE)
def person_reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a deactivated person sign in again; what was handed over stays where it is."""
    person = services.reactivate_user(request.user, user=_person(request, pk))
    messages.success(request, f"{person.get_full_name()} can sign in again")
    return done(request, reverse("accounts:person-detail", args=[person.pk]))


def _answer(
    request: HttpRequest,
    person: User,
    *,
    roles: RolesForm | None = None,
    deactivate: DeactivateForm | None = None,
    status: int = 200,
) -> HttpResponse:
    person = _person(request, person.pk)  # as it is now, not as a refused form left it
    held = {"is_account_admin": person.is_account_admin, "is_compliance_admin": person.is_compliance_admin}
    context = {
        "person": person,
        "roles": roles or RolesForm(initial=held),
        "deactivate": deactivate or DeactivateForm(successors=_successors(person)),
        "is_self": person.pk == request.user.pk,
    }
    return answer(request, "accounts/person_detail.html", "accounts/_person.html", context=context, status=status)


def _person(request: HttpRequest, pk: int) -> User:
    people = people_of(request.user).select_related("account", "successor", "deactivated_by")
    return get_object_or_404(people, pk=pk)


def _successors(person: User):
    colleagues = User.objects.filter(account=person.account_id, is_active=True)
    return colleagues.exclude(pk=person.pk).order_by("name", "pk")
