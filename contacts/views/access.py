"""Your access: one's own level and through what; for those who may grant, everyone who can see it (product.md §2d)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from contacts import policy
from contacts.list_readers import list_readers
from contacts.record import record_context
from contacts_project.core.htmx import answer

PAGE = 50


@require_safe
def contact_access(request: HttpRequest, pk: int) -> HttpResponse:
    contact = policy.get_visible(request.user, pk)
    context = record_context(request.user, contact, "access", own=policy.explain(request.user, contact))
    if context["actions"] & {"grant", "revoke"}:
        people = policy.holders(contact)
        people.sort(key=lambda holder: (-holder.rank, holder.user.get_full_name().lower()))
        start = next((i for i, one in enumerate(people, 1) if str(one.user.pk) == request.GET.get("after")), 0)
        context["people"] = people[start : start + PAGE]
        context["total"] = len(people)
        context["by_list"] = list_readers(request.user, contact, beside=[one.user.pk for one in people])
        context["after"] = people[start + PAGE - 1].user.pk if len(people) > start + PAGE else None
    fragments = ("contacts/_contact_access.html", "contacts/_my_access.html")
    return answer(request, "contacts/contact_access.html", *fragments, context=context)
