"""News for open pages, as a stream of ids (design/stack.md §7, decision 18).

Streams are served beside Django, by `live.streams` in the ASGI application: whoever gets here has a server that cannot
hold one (WSGI), and 204 tells the browser to ask no more; its pages go on by asking now and then.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """GET /events/"""
    return HttpResponse(status=204)
