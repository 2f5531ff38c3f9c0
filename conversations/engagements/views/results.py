"""What became of an engagement: its page in each state, progress, recipients, report (product.md §10)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from contacts_project.core.htmx import SeeOther, answer
from conversations.engagements import policy, recipients, results_page
from conversations.engagements.models import Engagement
from conversations.engagements.report import report_parts, require_export
from conversations.engagements.results import Numbers

Status = Engagement.Status
PAGE = "engagements/engagement_detail.html"
RECIPIENTS = ("engagements/_engagement_recipients.html", "engagements/_recipient_rows.html")
PROGRESS = ("engagements/engagement_progress.html", "engagements/_engagement_progress.html")


@require_safe
def engagement_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /engagements/<id>/ ?status= reason= q= after="""
    engagement = policy.get_visible(request.user, pk)
    actions = policy.allowed_actions(request.user, engagement)
    if engagement.status == Status.DRAFT and "edit" in actions:
        return SeeOther(reverse("engagements:engagement-edit", args=[pk]))
    context = {"actions": actions, **results_page.head_of(request.user, engagement)}
    if engagement.status in results_page.SENT:
        context |= results_page.progress_of(engagement)
        context |= _recipients(request, engagement, context["numbers"])
        if engagement.status in (Status.DONE, Status.CANCELLED) and not context["after"]:
            context["chart"] = results_page.chart_of(engagement)
    return answer(request, PAGE, *RECIPIENTS, context=context)


def _recipients(request: HttpRequest, engagement: Engagement, numbers: Numbers) -> dict[str, Any]:
    user = request.user
    wanted = recipients.read_wanted(engagement.kind, request.GET)
    after = recipients.read_after(request.GET.get("after", ""))
    lists = recipients.lists_read(user, engagement)
    return {
        "wanted": wanted,
        "after": after,
        "page": recipients.page_of(user, engagement, wanted, lists, after),
        "hidden": 0 if wanted.q else recipients.hidden_count(user, engagement, wanted, lists),
        "segments": results_page.segments_of(engagement, numbers, wanted),
        "reasons": results_page.reasons_of(numbers, wanted),
        "query": results_page.query_of(wanted),
    }


@require_safe
def engagement_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /engagements/<id>/progress/ ?seen=: what the page asks every two seconds until it is done.

    `seen` is the status that the page shows: when it has changed, the head with its buttons comes along.
    """
    engagement = policy.get_visible(request.user, pk)
    context = results_page.progress_of(engagement) | {"engagement": engagement}
    context["moved"] = request.GET.get("seen", engagement.status) != engagement.status
    if context["moved"] or not request.htmx:
        context["actions"] = policy.allowed_actions(request.user, engagement)
        context |= results_page.head_of(request.user, engagement)
    return answer(request, *PROGRESS, context=context)


@require_safe
def engagement_report(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """GET /engagements/<id>/report.csv"""
    engagement = policy.get_visible(request.user, pk)
    require_export(request.user)
    parts = report_parts(request.user, engagement)
    content = in_thread(parts) if isinstance(request, ASGIRequest) else parts
    response = StreamingHttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="engagement-{engagement.pk}.csv"'
    response["Content-Encoding"] = "identity"  # parts that are compressed one by one some browsers cut after the first
    return response


async def in_thread(parts: Iterator[str]) -> AsyncIterator[str]:
    """The parts one by one, each made in the request's own thread: an asynchronous server keeps none of them."""
    following = sync_to_async(next)
    while (part := await following(parts, None)) is not None:
        yield part
