"""A contact out of a conversation: "Add contact" on any line, *Save* for a department's mail (product.md §7, §8)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from contacts.models import Contact
from contacts.services.editing import Invalid
from contacts_project.accounts.once import once
from contacts_project.core.htmx import answer, go
from conversations.corrections import choices_for
from conversations.forms_correcting import NAMES, NewContactForm
from conversations.models import ChatVisitor, Conversation
from conversations.services.adding import add_contact, address_in, save_sender
from conversations.visibility import get_conversation


@require_http_methods(["GET", "HEAD", "POST"])
@once
def conversation_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /conversations/<id>/contact/ `{given_name, family_name, company, share}`"""
    conversation = get_conversation(request.user, pk)
    has_address = bool(address_in(conversation).kind)
    if request.method != "POST":
        form = NewContactForm(None, has_address=has_address, initial=_said(conversation))
        return _page(request, conversation, form)
    form = NewContactForm(request.POST, has_address=has_address)
    if not form.is_valid():
        return _page(request, conversation, form, status=422)
    names = {name: form.cleaned_data[name] for name in NAMES}
    shared = request.POST.get("share") == "1"
    try:
        contact = add_contact(request.user, conversation, names=names, shared=shared)
    except Invalid as error:
        form.add_error(None, [message for _, message in error.errors])
        return _page(request, conversation, form, status=422)
    _tell(request, contact, "Contact added")
    return go(request, reverse("conversations:conversation-detail", args=[pk]))


@require_POST
def conversation_save(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /conversations/<id>/save/"""
    contact = save_sender(request.user, get_conversation(request.user, pk))
    _tell(request, contact, "Saved as a contact")
    return go(request, reverse("conversations:conversation-detail", args=[pk]))


def _tell(request: HttpRequest, contact: Contact, text: str) -> None:
    address = reverse("contacts:contact-overview", args=[contact.pk])
    messages.success(request, text, extra_tags=f"link:{address}|Open it")


def _said(conversation: Conversation) -> dict[str, str]:
    """What a visitor of a chat called himself or herself."""
    visitor = ChatVisitor.objects.filter(conversation=conversation).exclude(name="").first()
    first, _, last = visitor.name.partition(" ") if visitor else ("", "", "")
    return {"given_name": first, "family_name": last}


def _page(request: HttpRequest, conversation: Conversation, form: NewContactForm, *, status: int = 200) -> HttpResponse:
    department, address = conversation.channel.department, address_in(conversation)
    context = {
        "conversation": conversation,
        "department": department,
        "address": address,
        "form": form,
        "share": request.POST.get("share") == "1" if request.method == "POST" else True,
        "known": choices_for(request.user, address.key, "", department),
        "section": "inbox",
    }
    pages = ("conversations/conversation_contact.html", "conversations/_conversation_contact.html")
    return answer(request, *pages, context=context, status=status)
