"""The Conversations tab of a contact's record: what this reader may read of it, newest first."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from contacts import policy
from contacts.record import record_context
from contacts_project.core.htmx import answer
from conversations.listing import page_of_contact


@require_safe
def contact_conversations(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /contacts/<id>/conversations/ ?after="""
    contact = policy.get_visible(request.user, pk)
    after = request.GET.get("after", "")
    page = page_of_contact(request.user, contact, after)
    context = record_context(request.user, contact, "conversations", page=page, is_part=after)
    pages = ("conversations/contact_conversations.html", "conversations/_contact_conversations.html")
    return answer(request, *pages, context=context)
