"""Correcting an entry of the history, and saying who somebody is (product.md §2b, §2c)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from contacts_project.core.htmx import answer, go
from conversations.corrections import WITH_OUTCOME, choices_for, require_correct, waiting_for_answer
from conversations.forms_correcting import CHOOSE, CorrectionForm, read_id
from conversations.models import Interaction
from conversations.services import correcting
from conversations.services.people import read_outside
from conversations.visibility import contacts_visible_in, get_conversation, get_interaction

LONGEST_SEARCH = 200
EFFECT_STAYS = "What the first one did to a contact or a department stays as it is."


@require_http_methods(["GET", "HEAD", "POST"])
def interaction_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /interactions/<id>/edit/ `{outcome, note}`"""
    one = get_interaction(request.user, pk)
    require_correct(request.user, one)
    if request.method != "POST":
        return _edit_page(request, one, CorrectionForm(None, interaction=one))
    form = CorrectionForm(request.POST, interaction=one)
    if one.type in WITH_OUTCOME and not form.is_valid():
        return _edit_page(request, one, form, status=422)
    facts = form.cleaned_data if form.is_valid() else {"outcome": "", "note": ""}
    if correcting.correct(request.user, pk, outcome=facts["outcome"], note=facts["note"]):
        messages.success(request, "Corrected. The edit history keeps what it was")
    return go(request, correcting.address_of(request.user, one))


@require_http_methods(["GET", "HEAD", "POST"])
def interaction_move(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /interactions/<id>/move/ `{contact}`; GET `?q=` looks for another contact."""
    one = get_interaction(request.user, pk)
    contact = read_id(request.POST.get("contact", ""))
    if contact is None or request.method != "POST":
        require_correct(request.user, one)
        problem = {"status": 422, "contact_error": CHOOSE} if request.method == "POST" else {}
        return _edit_page(request, one, CorrectionForm(None, interaction=one), part="move", **problem)
    token = correcting.move(request.user, pk, contact_id=contact)
    if token:
        had_effect = one.with_contacts.exclude(effect="").exists()
        text = f"Moved. {EFFECT_STAYS.rstrip('.')}" if had_effect else "Moved"
        messages.success(request, text, extra_tags=f"undo:{token}")
    else:
        messages.info(request, "It was with this contact already")
    return go(request, correcting.address_of(request.user, one))


@require_http_methods(["GET", "HEAD", "POST"])
def interaction_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /interactions/<id>/remove/"""
    one = get_interaction(request.user, pk)
    if request.method != "POST":
        require_correct(request.user, one)
        return _edit_page(request, one, CorrectionForm(None, interaction=one), part="remove")
    token = correcting.remove(request.user, pk)
    messages.success(request, "Removed from the history", extra_tags=f"undo:{token}")
    return go(request, correcting.address_of(request.user, one))


@require_http_methods(["GET", "HEAD", "POST"])
def conversation_who(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /conversations/<id>/who/ `{contact}`; GET `?q=` looks for somebody else."""
    conversation = get_conversation(request.user, pk)
    waiting = waiting_for_answer(request.user, conversation)
    department = conversation.channel.department
    address = read_outside(conversation.channel, conversation.outside_address)
    if newest := waiting.select_related("channel__department", "department").order_by("-pk").first():
        require_correct(request.user, newest)
    contact = read_id(request.POST.get("contact", ""))
    if request.method == "POST" and contact is not None:
        number, token = correcting.answer_who(request.user, conversation, contact_id=contact)
        if number:
            messages.success(request, "Noted who it was", extra_tags=f"undo:{token}")
        else:
            messages.info(request, "Nothing here asks who it was with")
        return go(request, reverse("conversations:conversation-detail", args=[pk]))
    q = _typed(request)
    context = {
        "conversation": conversation,
        "waiting": waiting.count(),
        "q": q,
        "choices": choices_for(request.user, address.key, q, department),
        "contact_error": CHOOSE if request.method == "POST" else "",
        "section": "inbox",
    }
    pages = ("conversations/conversation_who.html", "conversations/_conversation_who.html")
    return answer(request, *pages, context=context, status=422 if request.method == "POST" else 200)


def _typed(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]


def _edit_page(
    request: HttpRequest, one: Interaction, form: CorrectionForm, *, part: str = "", status: int = 200, **more: Any
) -> HttpResponse:
    """The whole page, or one `part` of it: move or remove."""
    department = one.channel.department if one.channel else one.department
    now = [row.contact for row in contacts_visible_in(request.user, [one]).get(one.pk, [])]
    q = _typed(request)
    may_move = one.type != Interaction.Type.NOTE and part != "remove"
    choices = choices_for(request.user, one.outside_address, q, department) if may_move else []
    ids = {contact.pk for contact in now}
    context = {
        "one": one,
        "form": form,
        "part": part,
        "with_outcome": one.type in WITH_OUTCOME and not part,
        "may_move": may_move,
        "now_with": now,
        "q": q,
        "choices": [row for row in choices if len(ids) != 1 or row.id not in ids],
        "back": correcting.address_of(request.user, one),
        "section": "inbox",
        **more,
    }
    pages = ("conversations/interaction_edit.html", "conversations/_interaction_edit.html")
    return answer(request, *pages, context=context, status=status)
