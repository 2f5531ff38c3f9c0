"""The History tab of a contact's record: the engagements that were sent to it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from contacts import policy
from contacts.record import record_context
from contacts_project.core.htmx import answer
from conversations.engagements import sent_to
from conversations.engagements.recipients import read_after

PAGES = ("engagements/contact_history.html", "engagements/_contact_history.html", "engagements/_history_rows.html")


@require_safe
def contact_history(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /contacts/<id>/history/ ?kind= status= by= after="""
    contact = policy.get_visible(request.user, pk)
    wanted = sent_to.read_wanted(request.GET)
    after = read_after(request.GET.get("after", ""))
    context = record_context(
        request.user, contact, "history", wanted=wanted, after=after, query=wanted.query(),
        page=sent_to.page_of(request.user, contact, wanted, after),
        menus=sent_to.menus(request.user, contact, wanted),
    )  # fmt: skip
    return answer(request, *PAGES, context=context)
