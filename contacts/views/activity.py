"""What the signed-in person did lately, and the way back from it (product.md §12)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from contacts.activities.page import activity_of
from contacts_project.core.htmx import answer


@require_safe
def my_activity(request: HttpRequest) -> HttpResponse:
    """GET /me/activity/ ?after= : one's own page; "Show more" asks for the days behind `after` alone."""
    after = request.GET.get("after", "")
    context = {"activity": activity_of(request.user, after=after), "after": after}
    return answer(
        request, "contacts/my_activity.html", "contacts/_my_activity.html", "contacts/_my_days.html", context=context
    )
