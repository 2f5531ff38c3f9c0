"""Blocks: of a contact, of an address, of a department (product.md §9)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from contacts import blocking, policy
from contacts.block_lines import block_page
from contacts.forms.blocks import BlockAddressForm, BlockContactForm, BlockSomewhereForm, UnblockForm
from contacts.models import Block, Contact
from contacts.services import blocks as service
from contacts_project.core.htmx import answer, done
from contacts_project.core.phones import format_national
from departments import policy as department_policy
from departments.models import Department
from departments.pages import department_context

from .actions import safe_next

FORM_PAGES = ("contacts/contact_block.html", "contacts/_contact_block.html")
LIST_PAGES = ("contacts/block_list.html", "contacts/_block_list.html")
DEPARTMENT_PAGES = ("contacts/department_blocks.html", "contacts/_block_list.html")


@require_http_methods(["GET", "HEAD", "POST"])
def contact_block(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of blocking a contact with all its addresses; POST {scope (repeated), reason, until}."""
    contact = policy.get_visible(request.user, pk)
    places = service.require_scopes(request.user, contact)
    form = BlockContactForm(request.POST if request.method == "POST" else None, actor=request.user, places=places)
    if request.method != "POST":
        return _block_form(request, contact, form)
    if not form.is_valid():
        return _block_form(request, contact, form, status=422)
    data = form.cleaned_data
    made = service.block_contact(
        request.user, contact, scopes=data["scope"], reason=data["reason"], until=data["until"]
    )
    if made:
        token = service.remember_blocks(request.user, "block", made, contact)
        words = f"{contact.name or 'Contact'} blocked for {service.places_in_words(made)}"
        messages.success(request, words, extra_tags=f"undo:{token}")
    else:
        messages.info(request, f"{contact.name or 'This contact'} is blocked there already")
    return done(request, _back(request, contact))


def _block_form(request: HttpRequest, contact: Contact, form: BlockContactForm, status: int = 200) -> HttpResponse:
    standing = {blocking.value_of(block): block for block in blocking.visible_blocks(request.user, contact)}
    numbers = {phone.number for phone in contact.phones.all() if not phone.former_at}
    emails = [email for email in contact.emails.all() if not email.former_at]
    context = {
        "section": "contacts",
        "contact": contact,
        "form": form,
        "standing": standing,
        "numbers": len(numbers),
        "emails": len(emails),
    }
    return answer(request, *FORM_PAGES, context=context, status=status)


@require_POST
def contact_unblock(request: HttpRequest, pk: int) -> HttpResponse:
    """POST {scope (repeated)}: lift what blocks the contact there; without a scope wherever one may."""
    contact = policy.get_visible(request.user, pk)
    lifted = service.unblock(request.user, contact, scopes=UnblockForm(request.POST).scopes())
    if lifted:
        token = service.remember_blocks(request.user, "unblock", lifted, contact)
        words = f"{contact.name or 'Contact'} unblocked for {service.places_in_words(lifted)}"
        messages.success(request, words, extra_tags=f"undo:{token}")
    return done(request, _back(request, contact))


def _back(request: HttpRequest, contact: Contact) -> str:
    return safe_next(request, reverse("contacts:contact-overview", args=[contact.pk]))


@require_http_methods(["GET", "HEAD", "POST"])
def block_list(request: HttpRequest) -> HttpResponse:
    """All blocks that one may know; POST {address, scope, reason, until} blocks an address."""
    places = service.scopes_of(request.user)
    form = BlockSomewhereForm(request.POST if request.method == "POST" else None, actor=request.user, places=places)
    to = reverse("contacts:block-list")
    if request.method != "POST":
        return _list(request, form)
    return _block_address(request, form, to) if form.is_valid() else _list(request, form, status=422)


def _list(request: HttpRequest, form: BlockSomewhereForm, status: int = 200) -> HttpResponse:
    context = {"page": block_page(request.user, after=_after(request)), "form": form, "section": "blocks"}
    return answer(request, *LIST_PAGES, context=context, status=status)


def _block_address(request: HttpRequest, form: BlockAddressForm, to: str, scope: str | None = None) -> HttpResponse:
    data = {**form.cleaned_data, **({"scope": scope} if scope else {})}
    block, is_new = service.block_address(request.user, data.pop("address"), **data)
    if is_new:
        token = service.remember_blocks(request.user, "block", [block])
        words = f"{_what(request, block)} blocked for {blocking.place_in_words(block)}"
        messages.success(request, words, extra_tags=f"undo:{token}")
    else:
        messages.info(request, f"{_what(request, block)} is blocked there already")
    return done(request, to)


def _what(request: HttpRequest, block: Block) -> str:
    """The blocked address as the reader's country writes it; "Contact" where a contact is blocked."""
    account = request.user.account
    return format_national(block.address, account.default_region if account else "US") or "Contact"


def _after(request: HttpRequest) -> int | None:
    """The id after which the page begins; None for what is no id."""
    text = request.GET.get("after", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None


@require_POST
def block_lift(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /blocks/<id>/lift/: one that the user does not know is a 404, lifting twice changes nothing."""
    known = Block.objects.filter(blocking.known_to(request.user), account=request.user.account_id)
    block = get_object_or_404(known.select_related("department"), pk=pk)
    return _lift(request, block, reverse("contacts:block-list"))


def _lift(request: HttpRequest, block: Block, to: str) -> HttpResponse:
    if service.lift(request.user, block):
        token = service.remember_blocks(request.user, "unblock", [block])
        words = f"{_what(request, block)} unblocked for {blocking.place_in_words(block)}"
        messages.success(request, words, extra_tags=f"undo:{token}")
    return done(request, to)


@require_http_methods(["GET", "HEAD", "POST"])
def department_blocks(request: HttpRequest, pk: int) -> HttpResponse:
    """The blocks of one department, for its operators; POST {address, reason, until} by its Admin Operators."""
    department = department_policy.get_department(request.user, pk)
    if request.method == "POST":
        department_policy.require_admin_operator(request.user, department)
        form = BlockAddressForm(request.POST, actor=request.user)
        if not form.is_valid():
            return _department(request, department, form, status=422)
        to = reverse("contacts:department-blocks", args=[pk])
        return _block_address(request, form, to, scope=f"department:{department.pk}")
    department_policy.require_operator(request.user, department)
    return _department(request, department, BlockAddressForm(actor=request.user))


def _department(
    request: HttpRequest, department: Department, form: BlockAddressForm, status: int = 200
) -> HttpResponse:
    page = block_page(request.user, department=department, after=_after(request))
    more: dict[str, Any] = {"page": page, "form": form, "counts": {"blocks": page.count}}
    context = department_context(request.user, department, "blocks", **more)
    if "lead" not in context["rights"]:
        context["form"] = None
    return answer(request, *DEPARTMENT_PAGES, context=context, status=status)


@require_POST
def department_block_remove(request: HttpRequest, pk: int, block_pk: int) -> HttpResponse:
    """POST /departments/<id>/blocks/<block>/remove/: lift one of the department's own."""
    department = department_policy.get_department(request.user, pk)
    department_policy.require_admin_operator(request.user, department)
    block = Block.objects.filter(department=department, pk=block_pk).select_related("department").first()
    if block is None:
        raise Http404
    return _lift(request, block, reverse("contacts:department-blocks", args=[pk]))
