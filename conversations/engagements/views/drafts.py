"""Writing an engagement: the list of them, a new one, its draft, copies, deletion (product.md §10; contract.md).

A draft is saved by its button, and by itself while somebody types (`by_itself`): then what is refused stays as it was
and the rest is kept. `then` says what follows a save: send (review the numbers), test, add (go on writing).
"""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contacts_project.accounts.once import once
from contacts_project.core.htmx import answer, go
from conversations.engagements import listing, policy, previewing
from conversations.engagements.draft_page import differences, form_context, side_context
from conversations.engagements.forms import EngagementForm
from conversations.engagements.models import Engagement
from conversations.engagements.services import drafting, testing
from conversations.engagements.services.drafting import Saved, Stale, Window
from conversations.engagements.services.errors import TooLate
from conversations.engagements.services.recording import RecordingRefused

PAGE = "engagements/engagement_form.html"
LIST = ("engagements/engagement_list.html", "engagements/_engagement_list.html")
SAVED = "engagements/_draft_state.html"
DRAFT_PATH = re.compile(r"/engagements/([0-9]{1,18})/")
MOST_LISTS = 50


@require_safe
def engagement_list(request: HttpRequest) -> HttpResponse:
    """GET /engagements/ ?q= status= kind= after="""
    filters = listing.Filters.read(request.GET)
    is_first = not filters.is_filtered and not filters.after
    context = {
        "section": "engagements",
        "filters": filters,
        "menus": listing.menus(filters),
        "page": listing.page_of(request.user, filters),
        "reviews": listing.waiting_for(request.user) if is_first else [],
        "query": filters.query(),
    }
    return answer(request, *LIST, context=context)


@require_http_methods(["GET", "HEAD", "POST"])
def engagement_new(request: HttpRequest) -> HttpResponse:
    """/engagements/new/ {name, kind, lists, exclude, channel, subject, body, when, at …}; ?lists= and ?kind= begin it.

    A form that was taken already saves into the draft that it made (a double click, or the page before it had one).
    """
    if request.method != "POST":
        return _show(request, EngagementForm(actor=request.user), None, initial=_wished(request))
    request.made_now = False  # type: ignore[attr-defined]
    response = _make(request)
    again = DRAFT_PATH.search(response.get("Location") or response.get("HX-Redirect") or "")
    if request.made_now or not again or not policy.visible_to(request.user).filter(pk=again[1]).exists():  # type: ignore[attr-defined]
        return response
    return _save(request, int(again[1]))


@require_http_methods(["GET", "HEAD", "POST"])
def engagement_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """/engagements/<id>/edit/: the draft."""
    if request.method == "POST":
        return _save(request, pk)
    engagement = policy.get_for(request.user, "edit", pk)
    if engagement.status != Engagement.Status.DRAFT:
        return go(request, resolve_url("engagements:engagement-detail", pk))
    return _show(request, EngagementForm(actor=request.user, engagement=engagement), engagement)


@require_POST
@once
def engagement_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /engagements/<id>/copy/: a draft of one's own."""
    made = drafting.copy_engagement(request.user, policy.get_visible(request.user, pk))
    messages.success(request, f"Copied as {made.name}")
    return go(request, resolve_url("engagements:engagement-edit", made.pk))


@require_POST
def engagement_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /engagements/<id>/delete/: a draft, with Undo."""
    engagement = policy.get_for(request.user, "edit", pk)
    try:
        token = drafting.delete_draft(request.user, pk)
    except TooLate as error:
        return too_late(request, engagement, error)
    messages.success(request, f"{engagement.name} deleted", extra_tags=f"undo:{token}")
    return go(request, "engagements:engagement-list")


@once
def _make(request: HttpRequest) -> HttpResponse:
    """The first post of a new form."""
    request.made_now = True  # type: ignore[attr-defined]
    form = EngagementForm(request.POST, request.FILES, actor=request.user)
    is_valid, by_itself = form.is_valid(), _by_itself(request)
    if not is_valid and not by_itself:
        return _show(request, form, None, status=422)
    try:
        made = drafting.create_draft(request.user, form.draft(lenient=by_itself), window=_window(request, form))
    except RecordingRefused as error:
        form.add_error("recording", str(error))
        return _show(request, form, None, status=422)
    if by_itself:
        request.led_to = resolve_url("engagements:engagement-detail", made.pk)  # type: ignore[attr-defined]
        return _saved_by_itself(request, form, Saved(made, True, True), is_new=True)
    return _then(request, made, form, is_new=True)


def _save(request: HttpRequest, pk: int) -> HttpResponse:
    """A post of the form of a draft."""
    engagement = policy.get_for(request.user, "edit", pk)
    form = EngagementForm(request.POST, request.FILES, actor=request.user, engagement=engagement)
    is_valid, by_itself = form.is_valid(), _by_itself(request)
    try:
        drafting.require_draft(engagement)
        if not is_valid and not by_itself:
            return _show(request, form, engagement, status=422)
        saved = drafting.save_draft(request.user, pk, form.draft(lenient=by_itself), window=_window(request, form))
    except TooLate as error:
        return _not_saved(request, str(error)) if by_itself else too_late(request, engagement, error)
    except Stale as stale:
        return _stale(request, form, stale, by_itself=by_itself)
    except RecordingRefused as error:
        form.add_error("recording", str(error))
        return _show(request, form, engagement, status=422)
    if by_itself:
        return _saved_by_itself(request, form, saved)
    return _then(request, saved.engagement, form)


def _then(request: HttpRequest, engagement: Engagement, form: EngagementForm, *, is_new: bool = False) -> HttpResponse:
    """Where a saved draft leads."""
    wanted = request.POST.get("then", "")
    if wanted == "send":
        return go(request, resolve_url("engagements:engagement-send", engagement.pk))
    if wanted == "test":
        return test_answer(request, policy.get_visible(request.user, engagement.pk))
    if wanted == "add":
        return go(request, resolve_url("engagements:engagement-edit", engagement.pk) + "#recipients")
    messages.success(request, "Draft saved")
    name = "engagement-detail" if is_new else "engagement-edit"
    return go(request, resolve_url(f"engagements:{name}", engagement.pk))


def test_answer(request: HttpRequest, engagement: Engagement) -> HttpResponse:
    """Send the test of the saved draft; back to it with where it went, or 422 with what stands against it."""
    wanted = request.POST.get("contact", "")
    people = {str(one.pk): one for one in previewing.people_on(request.user, engagement)}
    try:
        where = testing.send_test(
            request.user, engagement, to=request.POST.get("to", "")[:254], contact=people.get(wanted)
        )
    except testing.CannotTest as error:
        form = EngagementForm(actor=request.user, engagement=engagement)
        return _show(request, form, engagement, status=422, test_error=error, test_to=request.POST.get("to", "")[:254])
    verb = "Calling" if engagement.kind == Engagement.Kind.VOICE else "Test sent to"
    messages.success(request, f"{verb} {where}")
    return go(request, resolve_url("engagements:engagement-edit", engagement.pk))


def too_late(request: HttpRequest, engagement: Engagement, error: TooLate) -> HttpResponse:
    """409: the engagement is a draft no more; what was typed stands there to be taken along."""
    context = {
        "section": "engagements", "engagement": engagement, "error": error, "typed": request.POST.get("body", ""),
    }  # fmt: skip
    return answer(request, "engagements/engagement_too_late.html", context=context, status=409)


def _show(
    request: HttpRequest,
    form: EngagementForm,
    engagement: Engagement | None,
    *,
    status: int = 200,
    initial: dict[str, Any] | None = None,
    **more: Any,
) -> HttpResponse:
    form.initial.update(initial or {})
    wanted = request.POST.get("contact") or request.GET.get("contact") or ""
    context = form_context(request.user, form, engagement, **more)
    if wanted and engagement:
        context |= side_context(request.user, engagement, wanted)
    return answer(request, PAGE, context=context, status=status)


def _stale(request: HttpRequest, form: EngagementForm, stale: Stale, *, by_itself: bool) -> HttpResponse:
    """409: both texts, and the form as it was typed; saving it again puts it over the other."""
    who = "You, in another window," if stale.by == request.user else stale.by or "Somebody"
    if by_itself:
        return _not_saved(request, f"{who} saved this draft meanwhile. Save shows both.")
    more = {"stale": differences(request.user, stale.now, form.draft(lenient=True)), "stale_by": who}
    return _show(request, form, stale.now, status=409, **more)


def _saved_by_itself(request: HttpRequest, form: EngagementForm, saved: Saved, *, is_new: bool = False) -> HttpResponse:
    """What changes on the page while somebody types; the address becomes the draft's once there is one."""
    engagement = policy.get_visible(request.user, saved.engagement.pk)
    fresh = EngagementForm(actor=request.user, engagement=engagement)
    context = {
        **form_context(request.user, fresh, engagement),
        **side_context(request.user, engagement, request.POST.get("contact", "")),
        "problem": next((errors[0] for name, errors in form.errors.items() if name != "name"), ""),
        "saved": True,
        "is_new": is_new,
        "lists_changed": saved.lists_changed,
    }
    response = answer(request, PAGE, SAVED, context=context)
    if is_new:
        response["HX-Replace-Url"] = resolve_url("engagements:engagement-edit", engagement.pk)
    if saved.reaches_others:
        response["HX-Trigger"] = "recipients"
    return response


def _not_saved(request: HttpRequest, words: str) -> HttpResponse:
    """What stands beside the title where the draft could not be saved by itself: nothing on the page moves."""
    version = request.POST.get("version", "")
    version = version if version.isascii() and version.isdecimal() and len(version) < 10 else ""
    response = answer(request, SAVED, context={"not_saved": words, "version": version})
    patch_vary_headers(response, ["HX-Request"])
    return response


def _window(request: HttpRequest, form: EngagementForm) -> Window:
    version = form.cleaned_data.get("version")
    return Window(request.POST.get("once", "")[:36], version, _by_itself(request))


def _by_itself(request: HttpRequest) -> bool:
    return bool(request.htmx) and request.POST.get("by_itself") == "1"


def _wished(request: HttpRequest) -> dict[str, Any]:
    """What links lead to a new engagement with: lists, and its kind."""
    ids = [int(text) for text in request.GET.getlist("lists") if text.isascii() and text.isdecimal() and len(text) < 19]
    kind = request.GET.get("kind", "")
    return {"lists": ids[:MOST_LISTS]} | ({"kind": kind} if kind in Engagement.Kind.values else {})
