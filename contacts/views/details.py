"""The Details tab: the complete list of attributes (product.md §3)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from contacts import policy
from contacts.details import CARDS, details_context, prefetch
from contacts_project.core.htmx import answer, wants_fragment

FRAGMENTS = [f"contacts/_details_{card}.html" for card in CARDS]


@require_safe
def contact_details(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /contacts/<id>/details/: the tab, or one of its cards (after an inline edit, or when it is cancelled)."""
    contact = prefetch(policy.get_visible(request.user, pk))
    context = details_context(request.user, contact, with_header=wants_fragment(request))
    return answer(request, "contacts/contact_details.html", *FRAGMENTS, context=context)
