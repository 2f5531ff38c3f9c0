"""The Conversations tab of a contact's record: its threads, and what this reader may read of all or of one."""

from __future__ import annotations

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.views.decorators.http import require_safe

from contacts import policy
from contacts.record import record_context
from contacts_project.core.htmx import answer
from conversations.composing import Known, composer_for
from conversations.inbox import readable_channels
from conversations.listing import by_use, stream_of_contact, threads_of_contact
from conversations.reaching import lines_among, usable_among
from conversations.rows import rows_of
from conversations.visibility import get_conversation

PAGES = ("conversations/contact_conversations.html", "conversations/_contact_conversations.html")


@require_safe
def contact_conversations(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /contacts/<id>/conversations/ ?thread= after="""
    contact = policy.get_visible(request.user, pk)
    after = request.GET.get("after", "")
    prefetch_related_objects([contact], "emails", "phones")
    channels = readable_channels(request.user)
    found = threads_of_contact(request.user, contact, channels)
    thread = next((one.conversation for one in found if str(one.conversation) == request.GET.get("thread", "")), None)
    senders = {channel.pk for channel in channels if channel.sends}  # type: ignore[attr-defined]
    stream = stream_of_contact(request.user, contact, senders, after, thread)
    read = [(entry.interaction, entry.files) for entry in stream.entries]
    rows = rows_of(request.user, found, channels, named=False, read=read)
    chosen = next((row for row in rows if row.pk == thread), None)
    conversation = get_conversation(request.user, chosen.pk) if chosen else None
    usable = usable_among(channels)
    is_newest = not after and chosen is None
    known = Known(lines=lines_among(usable), recent=[row for row, _ in read[::-1]] if is_newest else [])
    composer = None if after else composer_for(request.user, conversation=conversation, contact=contact, known=known)
    here = resolve_url("conversations:contact-conversations", pk)
    context = record_context(
        request.user, contact, "conversations", threads=rows, chosen=chosen, conversation=conversation, stream=stream,
        stream_url=f"{here}?thread={chosen.pk}" if chosen else here, is_older=after,
        composer=composer, own_lines=by_use(usable, found), pane="thread" if chosen or after else "list",
    )  # fmt: skip
    return answer(request, *PAGES, context=context)
