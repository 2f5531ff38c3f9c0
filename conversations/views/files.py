"""Files of messages and drafts, for those who may read what they came with (design/security.md §7)."""

from __future__ import annotations

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from contacts_project.core.htmx import done
from conversations.models import Attachment
from conversations.services.drafting import own_file, remove_file
from conversations.visibility import get_interaction

Kind = Attachment.Kind
SHOWN = frozenset({Kind.IMAGE, Kind.PAGE, Kind.AUDIO})  # made by us, or sounds: the rest is only ever downloaded
RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


@require_safe
def attachment(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /attachments/<id>/: its bytes; a part of them for players that ask for one (RFC 9110 §14.2)."""
    found = _get(request, pk)
    try:
        with found.file.open("rb") as opened:
            content = opened.read()
    except OSError as error:
        raise Http404 from error
    response = part_of(request, content) or HttpResponse(content)
    response["Content-Type"] = found.content_type
    response["Content-Disposition"] = content_disposition_header(found.kind not in SHOWN, found.name) or "attachment"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=3600"
    response["Accept-Ranges"] = "bytes"
    response["Content-Encoding"] = "identity"  # nothing to gain from compressing, and a part must stay what it is
    return response


@require_POST
def attachment_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /attachments/<id>/remove/: take a file away from one's own draft."""
    found = own_file(request.user, pk)
    if found is None or found.draft is None:
        raise Http404
    draft, posted = found.draft, request.POST
    remove_file(found, body=posted.get("body"), subject=posted.get("subject"))
    if draft.conversation_id is None:
        return done(request, f"{resolve_url('conversations:conversation-start')}?contact={draft.contact_id}")
    record = posted.get("contact", "")
    of_record = f"?contact={record}" if record.isascii() and record.isdecimal() else ""
    return done(request, resolve_url("conversations:conversation-message", draft.conversation_id) + of_record)


def _get(request: HttpRequest, pk: int) -> Attachment:
    found = Attachment.objects.filter(pk=pk, account=request.user.account_id).select_related("draft").first()
    if found is None:
        raise Http404
    if found.interaction_id:
        get_interaction(request.user, found.interaction_id)
    elif found.draft is None or found.draft.user_id != request.user.pk:
        raise Http404
    return found


def part_of(request: HttpRequest, content: bytes) -> HttpResponse | None:
    """206 with one range, 416 for one outside; None for the whole."""
    asked = RANGE.fullmatch(request.headers.get("Range", ""))
    if not asked or asked.groups() == ("", ""):
        return None
    size = len(content)
    if asked[1]:
        first, last = int(asked[1]), min(int(asked[2] or size - 1), size - 1)
    else:
        first, last = max(size - int(asked[2]), 0), size - 1
    if first > last:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    response = HttpResponse(content[first : last + 1], status=206)
    response["Content-Range"] = f"bytes {first}-{last}/{size}"
    return response
