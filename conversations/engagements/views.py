"""The History tab of a contact's record: what bulk sends will fill."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from contacts import policy
from contacts.record import record_context
from contacts_project.core.htmx import answer


@require_safe
def contact_history(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /contacts/<id>/history/"""
    contact = policy.get_visible(request.user, pk)
    context = record_context(request.user, contact, "history")
    return answer(request, "engagements/contact_history.html", context=context)
