"""The inbox: threads newest first, and one of them (contract.md). The address holds the whole state."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone
from django.views.decorators.http import require_safe

from contacts_project.core.htmx import answer
from conversations.filters import read_filters
from conversations.forms_threads import PRESETS, NoteForm, preset_time
from conversations.pages import entries_context, list_context, news_context, thread_context
from conversations.paging import decode
from conversations.reading import Thread, thread_for

PAGE = "conversations/inbox.html"
LIST = ("conversations/_inbox_list.html", "conversations/_threads.html")
NEWS = "conversations/_inbox_news.html"
BADGE = "conversations/_nav_inbox.html"
THREAD = ("conversations/_thread.html", "conversations/_msgs.html", "conversations/_msgs_older.html")
ENTRIES = ("msgs", "msgs-older")  # what is asked for again and again: without composer, list and people


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """GET /conversations/ ?channel= department= type= direction= unread=1 view= after= since="""
    filters = read_filters(request.GET)
    target = _target(request)
    if target == "nav-inbox":
        return answer(request, PAGE, BADGE, context={})
    since = decode(request.GET.get("since", ""))
    if target == "inbox-news" and since:
        return answer(request, PAGE, NEWS, context=news_context(request.user, filters, since))
    context = list_context(
        request.user, filters, after=request.GET.get("after", ""), opened=_opened(request.GET.get("open", ""))
    )
    return answer(request, PAGE, *LIST, context={**context, "pane": "list", "path": resolve_url("conversations:inbox")})


@require_safe
def conversation_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /conversations/<id>/ ?after= and the filters of the list beside it"""
    return thread_page(request, thread_for(request.user, pk))


def thread_page(request: HttpRequest, thread: Thread, *, status: int = 200, **more: Any) -> HttpResponse:
    """The thread, with the list and what is known of the contact beside it; for htmx only what was asked for."""
    filters, after = read_filters(request.GET), request.GET.get("after", "")
    context = {"query": filters.query, "here": resolve_url("conversations:conversation-detail", thread.pk)}
    if _target(request) in ENTRIES:
        context |= entries_context(thread, after=after)
        return answer(request, PAGE, *THREAD, context=context, status=status)
    context |= thread_context(thread, after=after)
    context |= {"presets": _presets(), "note_form": NoteForm(people=[]), **more}
    if not _is_fragment(request):
        context |= list_context(request.user, filters, opened=thread.pk, thread=thread) | {"pane": "thread"}
    return answer(request, PAGE, *THREAD, context=context, status=status)


def _presets() -> list[tuple[str, str, Any]]:
    """What snoozing offers: value, words, the moment. Later today only while today lasts."""
    now = timezone.localtime()
    found = [(name, words, preset_time(name, now)) for name, words in PRESETS.items()]
    return [one for one in found if one[0] != "later" or one[2].date() == now.date()]


def _is_fragment(request: HttpRequest) -> bool:
    return bool(request.htmx) and not request.htmx.boosted and not request.htmx.history_restore_request


def _target(request: HttpRequest) -> str:
    """The id of the element that htmx will fill; "" for pages."""
    return (request.htmx.target or "").rpartition("#")[2] if _is_fragment(request) else ""


def _opened(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 15 else None
