"""What a draft says to one person, its test, and its recording (product.md §10)."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from contacts_project.core.htmx import answer
from conversations.engagements import policy
from conversations.engagements.draft_page import side_context
from conversations.engagements.recordings import type_of
from conversations.engagements.services import drafting, recording
from conversations.engagements.services.errors import TooLate
from conversations.views.files import part_of

from .drafts import test_answer, too_late

PAGES = ("engagements/engagement_preview.html", "engagements/_preview.html")


@require_safe
def engagement_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /engagements/<id>/preview/ ?contact=: one of the people on its lists; "nobody" has no name."""
    engagement = policy.get_visible(request.user, pk)
    wanted = request.GET.get("contact", "")
    context = {
        "section": "engagements", "engagement": engagement, "actions": policy.allowed_actions(request.user, engagement),
        **side_context(request.user, engagement, wanted),
    }  # fmt: skip
    return answer(request, *PAGES, context=context)


@require_POST
def engagement_test(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /engagements/<id>/test/ {to, contact}: the draft as it is saved, to oneself."""
    engagement = policy.get_for(request.user, "edit", pk)
    try:
        drafting.require_draft(engagement)
    except TooLate as error:
        return too_late(request, engagement, error)
    return test_answer(request, engagement)


@require_safe
def engagement_recording(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /engagements/<id>/recording/: its sound; a part of it for players that ask for one (RFC 9110 §14.2)."""
    engagement = policy.get_visible(request.user, pk)
    sound = recording.read(engagement)
    if sound is None:
        raise Http404
    response = part_of(request, sound.content) or HttpResponse(sound.content)
    response["Content-Type"] = type_of(str(engagement.recording))
    response["Content-Disposition"] = "inline"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Accept-Ranges"] = "bytes"
    response["Content-Encoding"] = "identity"  # nothing to gain from compressing, and a part must stay what it is
    return response
