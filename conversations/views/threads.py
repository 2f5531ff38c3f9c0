"""What is done with a thread as a whole: assign, close, snooze, mark as unread, note, presence."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.views.decorators.http import require_http_methods, require_POST

from contacts_project.accounts.once import once
from contacts_project.core.htmx import answer, go
from conversations import policy
from conversations.audience import present_in
from conversations.filters import read_filters
from conversations.forms_threads import AssignForm, NoteForm, PresenceForm, SnoozeForm
from conversations.reading import Thread, thread_for
from conversations.services import threads as service
from conversations.templatetags.conversations import moment_in_words

from .inbox import thread_page


@require_POST
def conversation_assign(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /conversations/<id>/assign/ {user}"""
    thread = _writable(request, pk)
    form = AssignForm(request.POST, actor=request.user, people=thread.people)
    if not form.is_valid():
        return _problem(request, thread, form)
    to = form.cleaned_data["user"]
    who = "nobody" if to is None else "you" if to == request.user else to.get_full_name()
    return _changed(request, thread, f"Assigned to {who}", lambda: service.assign(request.user, thread, to=to))


@require_POST
def conversation_close(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /conversations/<id>/close/: back to the list"""
    thread = _writable(request, pk)
    to = "conversations:inbox"
    return _changed(request, thread, "Conversation closed", lambda: service.close(request.user, thread), to=to)


@require_POST
def conversation_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /conversations/<id>/reopen/"""
    thread = _writable(request, pk)
    return _changed(request, thread, "Conversation open again", lambda: service.reopen(request.user, thread))


@require_POST
def conversation_snooze(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /conversations/<id>/snooze/ {until}: back to the list"""
    thread = _writable(request, pk)
    form = SnoozeForm(request.POST)
    if not form.is_valid():
        return _problem(request, thread, form)
    until = form.cleaned_data["until"]
    return _changed(
        request,
        thread,
        f"Snoozed until {moment_in_words(until)}",
        lambda: service.snooze(request.user, thread, until=until),
        to="conversations:inbox",
    )


@require_POST
def conversation_unread(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /conversations/<id>/unread/: back to the list, else it would be read at once"""
    thread = thread_for(request.user, pk)
    service.mark_unread(request.user, thread)
    messages.success(request, "Marked as unread")
    return go(request, _list(request))


@require_POST
@once
def conversation_note(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /conversations/<id>/notes/ {body, mention}"""
    thread = _writable(request, pk)
    form = NoteForm(request.POST, people=thread.people)
    if form.is_valid():
        data = form.cleaned_data
        try:
            service.write_note(request.user, thread, body=data["body"], mentions=data["mentions"])
        except service.CannotChange as error:
            form.add_error("body", str(error))
        else:
            return go(request, _back(request, thread))
    chosen = set(request.POST.getlist("mention"))
    return thread_page(request, thread, status=422, note_form=form, note_chosen=chosen)


@require_http_methods(["GET", "HEAD", "POST"])
def conversation_presence(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: who else is there; POST /conversations/<id>/presence/ {state=viewing|replying} says that one is oneself."""
    thread = thread_for(request.user, pk)
    status = 200
    if request.method == "POST":
        form = PresenceForm(request.POST)
        if form.is_valid():
            service.be_present(request.user, thread, form.cleaned_data["state"])
            if not request.htmx:
                return go(request, _back(request, thread))
        else:
            status = 422
    contacts = [contact.pk for contact in thread.contacts]
    present = present_in(request.user, thread.conversation, contacts, with_nobody=thread.with_nobody)
    context = {"thread": thread, "present": present, "section": "inbox"}
    pages = ("conversations/presence.html", "conversations/_presence.html")
    return answer(request, *pages, context=context, status=status)


def _writable(request: HttpRequest, pk: int) -> Thread:
    """The thread, on whose line the reader has Write: else 404 or the rule."""
    thread = thread_for(request.user, pk)
    policy.require(request.user, "send", thread.channel)
    return thread


def _changed(request: HttpRequest, thread: Thread, words: str, act: Callable[[], str], to: str = "") -> HttpResponse:
    """Do it, say so with Undo, and go to the list or back to the thread; 422 with the reason where it cannot be."""
    try:
        token = act()
    except service.CannotChange as error:
        return thread_page(request, thread, status=422, problem=str(error))
    messages.success(request, words, extra_tags=f"undo:{token}")
    return go(request, _list(request) if to else _back(request, thread))


def _problem(request: HttpRequest, thread: Thread, form: AssignForm | SnoozeForm) -> HttpResponse:
    words = next(iter(form.errors.values()))[0]
    return thread_page(request, thread, status=422, problem=words)


def _list(request: HttpRequest) -> str:
    """The list with its filters, which the form's address carries."""
    return _with(resolve_url("conversations:inbox"), request)


def _back(request: HttpRequest, thread: Thread) -> str:
    return _with(resolve_url("conversations:conversation-detail", thread.pk), request)


def _with(address: str, request: HttpRequest) -> str:
    query = read_filters(request.GET).query
    return f"{address}?{query}" if query else address
