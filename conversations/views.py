"""The Conversations tab of a contact's record: what its calls and messages will fill."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from contacts import policy
from contacts.record import record_context
from contacts_project.core.htmx import answer


@require_safe
def contact_conversations(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /contacts/<id>/conversations/"""
    contact = policy.get_visible(request.user, pk)
    context = record_context(request.user, contact, "conversations")
    return answer(request, "conversations/contact_conversations.html", context=context)
