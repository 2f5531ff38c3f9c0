"""Lists: all of them, one with its people, its name and state (product.md §10)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contacts import list_policy
from contacts.forms.lists import ListForm, ListsFilter
from contacts.list_page import list_context
from contacts.list_rows import lists_page
from contacts.models import List
from contacts.services import lists as service
from contacts_project.accounts.once import once
from contacts_project.core.htmx import answer, done, go

from .actions import safe_next

LISTS = ("contacts/list_list.html", "contacts/_list_list.html", "contacts/lists/_rows.html")
PAGE = ("contacts/list_detail.html", "contacts/_list_people.html", "contacts/listed/_rows.html")
FORM = ("contacts/list_form.html", "contacts/_list_form.html")


@require_http_methods(["GET", "HEAD", "POST"])
@once
def list_list(request: HttpRequest) -> HttpResponse:
    """/lists/ ?q= v=mine|shared archived=1 after=; a POST {name} makes one."""
    if request.method != "POST":
        return _lists(request)
    form = ListForm(request.POST)
    return _made(request, form) if form.is_valid() else _lists(request, form=form, status=422)


def _lists(request: HttpRequest, *, form: ListForm | None = None, status: int = 200) -> HttpResponse:
    wanted = ListsFilter(request.GET).read()
    archived = bool(wanted["archived"])
    page = lists_page(request.user, q=wanted["q"], view=wanted["v"], archived=archived, after=wanted["after"])
    context = {
        "section": "lists",
        "page": page,
        "wanted": wanted,
        "archived": archived,
        "form": form or ListForm(),
        "views": [
            {"label": label, "query": _query(wanted, v=key), "current": key == wanted["v"]}
            for key, label in ListsFilter.VIEWS.items()
        ],
        "query": _query(wanted),
        "switch": _query(wanted, archived="" if archived else "1"),
        "here": reverse("contacts:list-list"),
    }
    return answer(request, *LISTS, context=context, status=status)


def _query(wanted: dict[str, Any], **changes: str) -> str:
    """The query string of this state of the page with some of it changed; a page further on is left out."""
    parts = {**wanted, "after": "", **changes}
    return urlencode({name: value for name, value in parts.items() if value})


@require_http_methods(["GET", "HEAD", "POST"])
@once
def list_new(request: HttpRequest) -> HttpResponse:
    """/lists/new/ {name, description}"""
    form = ListForm(request.POST) if request.method == "POST" else ListForm()
    if form.is_valid():
        return _made(request, form)
    return answer(request, *FORM, context={"section": "lists", "form": form}, status=422 if form.is_bound else 200)


def _made(request: HttpRequest, form: ListForm) -> HttpResponse:
    made = service.create_list(request.user, **form.cleaned_data)
    messages.success(request, f"{made} made")
    return go(request, resolve_url("contacts:list-detail", made.pk))


@require_safe
def list_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """/lists/<id>/ ?q= s=subscribed|unsubscribed after="""
    return list_answer(request, list_policy.get_visible(request.user, pk))


def list_answer(request: HttpRequest, found: List, *, status: int = 200, **more: Any) -> HttpResponse:
    """The list's page with whatever form has errors."""
    with_rows_only = bool(request.htmx) and (request.htmx.target or "").endswith("rows")
    context = list_context(request.user, found, request.GET, with_counts=not with_rows_only, **more)
    return answer(request, *PAGE, context=context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def list_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """/lists/<id>/edit/ {name, description, was_name, was_description}"""
    found = list_policy.get_for(request.user, "edit", pk)
    if request.method != "POST":
        return _form(request, found, ListForm(instance=found))
    form = ListForm(request.POST)
    if not form.is_valid():
        return _form(request, found, form, status=422)
    try:
        found = service.edit_list(request.user, pk, values=form.values, before=form.before)
    except service.StaleList as stale:
        return _form(request, stale.found, form, status=409, is_stale=True)
    messages.success(request, "List saved")
    return go(request, resolve_url("contacts:list-detail", pk))


def _form(request: HttpRequest, found: List, form: ListForm, *, status: int = 200, **more: Any) -> HttpResponse:
    """`before` is what the next post is made from: what stands now, where that was just shown as changed."""
    before = form.before if form.is_bound and status == 422 else {}
    context = {
        "section": "lists",
        "list": found,
        "form": form,
        "was": {"name": found.name, "description": found.description, **before},
        **more,
    }
    return answer(request, *FORM, context=context, status=status)


@require_POST
def list_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /lists/<id>/archive/"""
    found = list_policy.get_for(request.user, "archive", pk)
    return _said(request, found, service.archive_list(request.user, pk), "archived")


@require_POST
def list_unarchive(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /lists/<id>/unarchive/"""
    found = list_policy.get_for(request.user, "archive", pk)
    return _said(request, found, service.unarchive_list(request.user, pk), "unarchived")


def _said(request: HttpRequest, found: List, token: str, word: str) -> HttpResponse:
    """Doing it twice changes nothing and says nothing."""
    if token:
        messages.success(request, f"{found} {word}", extra_tags=f"undo:{token}")
    return done(request, safe_next(request, reverse("contacts:list-detail", args=[found.pk])))
