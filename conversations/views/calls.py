"""Log a call: on a contact's record, and for a department (product.md §7 and §8)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import resolve_url
from django.views.decorators.http import require_http_methods

from contacts import policy
from contacts.models import Contact
from contacts.templatetags.contacts import phone_text
from contacts_project.accounts.once import once
from contacts_project.core.htmx import answer, go
from conversations.forms import CallForm, ContactCallForm, DepartmentCallForm
from conversations.services.calls import CannotLog, Logged, log_call
from departments import policy as department_policy
from departments.models import Department

FRAGMENT = "conversations/_call_form.html"


@require_http_methods(["GET", "HEAD", "POST"])
@once
def contact_call(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /contacts/<id>/calls/"""
    contact = policy.get_for(request.user, "log_call", pk)
    form = ContactCallForm(_posted(request), actor=request.user, contact=contact)
    if request.method != "POST":
        return _contact_page(request, contact, form)
    logged = _log(request, form)
    if logged is None:
        return _contact_page(request, contact, form, status=422)
    _tell(request, logged, contact)
    return go(request, resolve_url("conversations:contact-conversations", pk))


@require_http_methods(["GET", "HEAD", "POST"])
@once
def department_call(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /departments/<id>/calls/"""
    department = department_policy.get_department(request.user, pk)
    department_policy.require_operator(request.user, department)
    form = DepartmentCallForm(_posted(request), actor=request.user, department=department)
    if request.method != "POST":
        return _department_page(request, department, form)
    logged = _log(request, form)
    if logged is None:
        return _department_page(request, department, form, status=422)
    _tell(request, logged)
    ids = [one.pk for one in logged.contacts]
    seen = list(policy.visible_to(request.user).filter(pk__any_of=ids).values_list("pk", flat=True)[:2])
    if len(seen) == 1:
        return go(request, resolve_url("conversations:contact-conversations", seen[0]))
    return go(request, resolve_url("conversations:department-activity", pk))


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _log(request: HttpRequest, form: CallForm) -> Logged | None:
    """The logged call, or None with the reasons on the form."""
    if not form.is_valid():
        return None
    try:
        return log_call(request.user, **form.facts())
    except CannotLog as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return None


def _contact_page(request: HttpRequest, contact: Contact, form: ContactCallForm, *, status: int = 200) -> HttpResponse:
    phone = form.phones[0] if form.phones else None
    email = next((one for one in contact.emails.all() if one.former_at is None), None)
    context = {"form": form, "contact": contact, "primary_phone": phone, "primary_email": email, "section": "contacts"}
    return answer(request, "conversations/contact_call.html", FRAGMENT, context=context, status=status)


def _department_page(
    request: HttpRequest, department: Department, form: DepartmentCallForm, *, status: int = 200
) -> HttpResponse:
    context = {"form": form, "department": department, "section": "departments"}
    return answer(request, "conversations/department_call.html", FRAGMENT, context=context, status=status)


def _tell(request: HttpRequest, logged: Logged, record: Contact | None = None) -> None:
    """Say what the call was and what came of it, with Undo; and where it stands, if that is another record."""
    text = _words(request, logged)
    if logged.follow_up:
        text += f". Follow-up on {logged.follow_up.due:%-d %B}"
    tags = [f"undo:{logged.undo}"]
    one = logged.contacts[0] if len(logged.contacts) == 1 else None
    if record and one and one != record and policy.can(request.user, "view", one):
        tags.insert(0, f"link:{resolve_url('conversations:contact-conversations', one.pk)}|Open it")
    messages.success(request, text, extra_tags=" ".join(tags))


def _words(request: HttpRequest, logged: Logged) -> str:
    party, contacts = logged.party, logged.contacts
    if party is None:
        return "Call logged"
    name = logged.interaction.department.name if logged.interaction.department else ""
    if party.blocked:
        return f"Call recorded as blocked. Nobody was added to {name}"
    if len(contacts) > 1:
        return f"Call logged with {len(contacts)} contacts that share this number"
    who = _title(request, contacts[0])
    if party.created:
        return f"Call logged. {who} is a new contact of {name}"
    if party.restored:
        return f"Call logged. {who} is back in {name}"
    return f"Call logged. {who} now belongs to {name} too" if party.made else "Call logged"


def _title(request: HttpRequest, contact: Contact) -> str:
    phone: Any = contact.phones.first()
    account = request.user.account
    return contact.name or (phone_text(phone.number, phone.extension, account.default_region) if phone else "Somebody")
