"""Calls while they go on: who is rung, who answers, and what is noted afterwards (product.md §7)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.views.decorators.http import require_POST, require_safe

from contacts_project.accounts.models import User
from contacts_project.core.htmx import answer, done, go
from conversations import policy
from conversations.forms_calls import NOT_ME, AnswerForm, WrapUpForm
from conversations.models import Interaction
from conversations.ringing import ringing_for, to_wrap_up
from conversations.services.ringing import NotRinging, answer_call, dismiss_call, hang_up
from conversations.services.wrapping_up import AlreadyFinished, WrappedUp, require_own, wrap_up
from conversations.visibility import get_interaction

PAGE, FRAGMENT = "conversations/ringing.html", "conversations/_ring.html"
WRAP_PAGE, WRAP_FRAGMENT = "conversations/wrap_up.html", "conversations/_wrap_up.html"
UNREADABLE = "Choose Answer or Not me."


@require_safe
def ringing(request: HttpRequest) -> HttpResponse:
    """GET /ringing/: what rings for the reader now; the panel of every page asks here when it is told of a ring."""
    return answer(request, PAGE, FRAGMENT, context={"rings": ringing_for(request.user), "section": "inbox"})


@require_POST
def call_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /calls/<id>/answer/"""
    call = _get_call(request.user, pk)
    if call.direction != Interaction.Direction.IN:
        raise Http404
    assert call.channel
    policy.require(request.user, "send", call.channel)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        context = {"rings": ringing_for(request.user), "section": "inbox", "problem": UNREADABLE}
        return answer(request, PAGE, FRAGMENT, context=context, status=422)
    if form.cleaned_data["answer"] == NOT_ME:
        dismiss_call(request.user, call)
        return done(request, "conversations:ringing") if request.htmx else go(request, "conversations:inbox")
    try:
        answer_call(request.user, call)
    except NotRinging as late:
        messages.info(request, str(late))
    return go(request, _thread_of(call))


@require_POST
def call_hang_up(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /calls/<id>/hang-up/"""
    call = _get_call(request.user, pk)
    hang_up(request.user, call)
    return go(request, _thread_of(call))


@require_POST
def interaction_wrap_up(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /interactions/<id>/wrap-up/"""
    call = _get_call(request.user, pk)
    require_own(request.user, call)
    form = WrapUpForm(request.POST)
    if not form.is_valid():
        context = {"call": call, "wrap_form": form, "section": "inbox"}
        return answer(request, WRAP_PAGE, WRAP_FRAGMENT, context=context, status=422)
    try:
        _tell(request, wrap_up(request.user, call, **form.facts()))
    except AlreadyFinished:
        messages.info(request, "This call was finished before. Correct it in the history.")
    left = to_wrap_up(request.user)
    return go(request, _thread_of(left[0] if left else call))


def _get_call(user: User, pk: int) -> Interaction:
    """A call on a line that `user` may see, or Http404."""
    call = get_interaction(user, pk)
    if call.type != Interaction.Type.CALL or call.conversation_id is None or call.is_by_hand:
        raise Http404
    return call


def _thread_of(call: Interaction) -> str:
    return resolve_url("conversations:conversation-detail", call.conversation_id)


def _tell(request: HttpRequest, saved: WrappedUp) -> None:
    text = "Call finished"
    if saved.named:
        text = f"Call finished. Saved as {saved.named.name}"
    if saved.follow_up:
        text += f". Follow-up on {saved.follow_up.due:%-d %B}"
    messages.success(request, text, extra_tags=f"undo:{saved.undo}")
    for refused in saved.refused:
        messages.warning(request, refused)
