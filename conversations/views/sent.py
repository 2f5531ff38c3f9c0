"""What becomes of a message by hand: sent again, or taken back before its time (product.md §7)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.views.decorators.http import require_http_methods, require_POST

from contacts_project.core.errors import Refused
from contacts_project.core.htmx import answer, done
from conversations import policy
from conversations.models import Interaction
from conversations.services import sending
from conversations.visibility import get_interaction

PAGES = ("conversations/interaction_retry.html", "conversations/_interaction_retry.html")


@require_http_methods(["GET", "HEAD", "POST"])
def interaction_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /interactions/<id>/retry/: whether to; POST {sure}: send it again. What may have arrived needs `sure`."""
    interaction = _message(request, pk)
    if request.method != "POST":
        return answer(request, *PAGES, context={"interaction": interaction, "section": "inbox"})
    if interaction.status == Interaction.Status.UNKNOWN and not request.POST.get("sure"):
        return answer(request, *PAGES, context={"interaction": interaction, "section": "inbox"}, status=422)
    try:
        sending.retry(request.user, interaction)
    except sending.CannotSend as error:
        context = {"interaction": interaction, "error": str(error), "section": "inbox"}
        return answer(request, *PAGES, context=context, status=422)
    messages.success(request, "Sent again")
    return done(request, _thread(interaction))


@require_POST
def interaction_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /interactions/<id>/cancel/: take back a message that waits for its time."""
    interaction = _message(request, pk)
    try:
        draft = sending.cancel(request.user, interaction)
    except sending.CannotSend as error:
        messages.error(request, str(error))
        return done(request, _thread(interaction))
    messages.success(request, "Not sent. Its text is a draft now" if draft else "Not sent")
    return done(request, _thread(interaction))


def _message(request: HttpRequest, pk: int) -> Interaction:
    """A message that the user sees on a line from which he or she may send. Raises Http404, Refused."""
    interaction = get_interaction(request.user, pk)
    if interaction.channel is None or interaction.conversation_id is None:
        raise Refused("Only messages are sent again or taken back")
    policy.require(request.user, "send", interaction.channel)
    return interaction


def _thread(interaction: Interaction) -> str:
    return resolve_url("conversations:conversation-detail", interaction.conversation_id)
