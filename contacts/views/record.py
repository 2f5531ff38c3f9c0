"""The Overview tab: a contact at a glance (product.md §3)."""

from __future__ import annotations

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from contacts import policy
from contacts.record import readable_notes, record_context
from contacts_project.core.htmx import answer

LATEST_NOTES = 3
FACES = 6


@require_safe
def contact_overview(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /contacts/<id>/"""
    contact = policy.get_visible(request.user, pk)
    prefetch_related_objects([contact], "emails", "phones", "addresses")
    context = record_context(request.user, contact, "overview")
    notes = readable_notes(request.user, contact).select_related("author").order_by("-created_at", "-pk")
    context["notes"] = notes[:LATEST_NOTES]
    if "grant" in context["actions"]:
        people = [holder.user for holder in policy.holders(contact)]
        people.sort(key=lambda person: person != request.user)  # oneself first
        context |= {"people": people[:FACES], "others": len(people) - 1}
    return answer(request, "contacts/contact_overview.html", context=context)
