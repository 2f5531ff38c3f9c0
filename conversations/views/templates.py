"""Templates of messages: the account's own texts with merge fields, for everybody in it (product.md §10)."""

from __future__ import annotations

from typing import Any

import pghistory
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contacts_project.accounts.once import once
from contacts_project.core.htmx import answer, done
from conversations.forms_writing import TemplateForm
from conversations.merging import LABELS
from conversations.models import MessageTemplate

LIST_PAGES = ("conversations/template_list.html", "conversations/_template_list.html")
FORM_PAGES = ("conversations/template_form.html", "conversations/_template_form.html")
LIST = "conversations:template-list"
MOST = 500


@require_safe
def template_list(request: HttpRequest) -> HttpResponse:
    """GET /message-templates/"""
    rows = _own(request).select_related("created_by").order_by("name")[:MOST]
    return answer(request, *LIST_PAGES, context={"templates": rows, "section": "templates"})


@require_http_methods(["GET", "HEAD", "POST"])
@once
def template_new(request: HttpRequest) -> HttpResponse:
    """GET, POST /message-templates/new/ {name, subject, body}"""
    made = MessageTemplate(account_id=request.user.account_id, created_by=request.user)
    return _form(request, made, "Template added")


@require_http_methods(["GET", "HEAD", "POST"])
def template_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /message-templates/<id>/ {name, subject, body}"""
    return _form(request, get_object_or_404(_own(request), pk=pk), "Template saved")


@require_POST
def template_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /message-templates/<id>/remove/: messages that were written with it stay as they are."""
    template = get_object_or_404(_own(request), pk=pk)
    with pghistory.context(user=request.user.pk):
        template.delete()
    messages.success(request, f"{template.name} removed")
    return done(request, LIST)


def _own(request: HttpRequest) -> QuerySet[MessageTemplate]:
    """Templates of the user's account: a vocabulary of everybody in it."""
    return MessageTemplate.objects.filter(account=request.user.account_id)


def _form(request: HttpRequest, template: MessageTemplate, words: str) -> HttpResponse:
    form = TemplateForm(request.POST if request.method == "POST" else None, instance=template)
    if request.method != "POST":
        return _show(request, form)
    if not form.is_valid():
        return _show(request, form, status=422)
    try:
        with transaction.atomic(), pghistory.context(user=request.user.pk):
            form.save()
    except IntegrityError:  # of the same name at the same time
        form.add_error("name", "Your account has a template of this name already.")
        return _show(request, form, status=422)
    messages.success(request, words)
    return done(request, LIST)


def _show(request: HttpRequest, form: TemplateForm, *, status: int = 200) -> HttpResponse:
    fields = [(f"{{{{{name}}}}}", label) for name, label in LABELS.items()]
    context: dict[str, Any] = {"form": form, "fields": fields, "section": "templates"}
    return answer(request, *FORM_PAGES, context=context, status=status)
