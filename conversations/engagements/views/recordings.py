"""The recording of a voice engagement for the phone system that plays it: public, under a signed name."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from conversations.engagements.recordings import read_name, type_of
from conversations.engagements.services.recording import opened


@login_not_required
@require_safe
def recording_file(request: HttpRequest, name: str) -> FileResponse:
    """GET /engagements/recordings/<name>/: a name that we signed for a day; anything else is 404."""
    pk = read_name(name)
    found = opened(pk) if pk else None
    if found is None:
        raise Http404
    response = FileResponse(found, content_type=type_of(str(found.name)))
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response
