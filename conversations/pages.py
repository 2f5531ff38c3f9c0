"""What stands on the inbox and beside an open thread, for one reader: the contexts of their templates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects

from contacts_project.accounts.models import User
from departments.models import Department

from . import inbox
from .composing import Known, composer_for
from .filters import DIRECTIONS, TYPES, VIEWS, Filters
from .listing import threads_of_contact
from .models import Channel
from .paging import Place, decode
from .reading import About, Thread, about, mark_read, stream_for
from .rows import Row, line_name, rows_of

MOST_BESIDE = 6  # other threads named beside an open one


@dataclass(frozen=True)
class Tab:
    """One view of the inbox: its words, its address without the question mark, how many stand in it."""

    label: str
    query: str
    is_current: bool
    count: int | None = None


def list_context(
    user: User, filters: Filters, *, after: str = "", opened: int | None = None, thread: Thread | None = None
) -> dict[str, Any]:
    """The list of threads behind the key `after`, with its tabs and filters. `opened` is the thread at hand; with a
    `thread` also the pane about its contact, whose rows are read along with the list's.

    About eleven queries, whatever the number of channels, contacts and entries; two more beside a thread.
    """
    channels = inbox.readable_channels(user)
    page = inbox.page_of(user, channels, filters, decode(after))
    beside = threads_of_contact(user, thread.contact, channels, MOST_BESIDE + 1) if thread and thread.contact else []
    rows = rows_of(user, [*page.found, *beside], channels, operated=thread.operated if thread else None)
    tabs, unread = tabs_of(user, filters)
    return {
        "about": _about(thread, rows[len(page.found) :]) if thread else None,
        "section": "inbox",
        "filters": filters,
        "query": filters.query,
        "rows": rows[: len(page.found)],
        "older": page.older,
        "since": page.newest,
        "is_part": after,
        "opened": opened,
        "tabs": tabs,
        "unread_number": unread,
        "menus": menus_of(user, filters, channels),
        "empty": _empty(filters, channels),
    }


def news_context(user: User, filters: Filters, since: Place) -> dict[str, Any]:
    """How many conversations came since the newest that the page shows. About five queries."""
    channels = inbox.readable_channels(user)
    number = inbox.newer_than(user, channels, filters, since)
    return {"news": number, "since": since.encode(), "query": filters.query}


def tabs_of(user: User, filters: Filters) -> tuple[list[Tab], int]:
    """All, Unread, Mine, Missed, and how many are unread; what is counted is all of it, whatever else is filtered.
    One query."""
    here = (filters.unread, filters.view)
    unread, mine, missed = inbox.counts_of(user, Filters(unread=True), Filters(view="mine"), Filters(view="missed"))

    def tab(label: str, unread: bool, view: str, count: int | None) -> Tab:
        return Tab(label, filters.only(unread=unread, view=view).query, here == (unread, view), count)

    found = [
        tab("All", False, "", None),
        tab("Unread", True, "", unread),
        tab("Mine", False, "mine", mine),
        tab("Missed", False, "missed", missed),
    ]
    if not any(one.is_current for one in found):
        label = VIEWS.get(filters.view, "Unread") + (", unread" if filters.unread and filters.view else "")
        found.append(Tab(label, filters.query, True))
    return found, unread


def menus_of(user: User, filters: Filters, channels: list[Channel]) -> dict[str, Any]:
    """What can be chosen: departments and lines that the reader reads, types, directions. No query."""
    region = user.region
    departments: dict[int, Department] = {one.department.pk: one.department for one in channels if one.department}
    return {
        "departments": sorted(departments.values(), key=lambda one: (one.name.casefold(), one.pk)),
        "lines": [(channel.pk, line_name(channel, region)) for channel in channels],
        "types": TYPES.items(),
        "directions": DIRECTIONS.items(),
        "views": {"": "Open", "snoozed": "Snoozed", "closed": "Closed"}.items(),
    }


def _empty(filters: Filters, channels: list[Channel]) -> tuple[str, str]:
    """What is true where no thread stands, and what to do."""
    if not channels:
        return (
            "No line or mail address yet",
            "Calls, texts and mail stand here once you can read one of your account's lines.",
        )
    if filters.is_narrowed:
        return "Nothing fits these filters", "Show all lines, types and directions to see more."
    if filters.unread:
        return "Everything is read", "What arrives next stands here."
    return {
        "mine": ("Nothing is assigned to you", "Conversations that you or somebody else gives to you stand here."),
        "missed": (
            "No missed calls",
            "Calls and voicemail of the last 30 days stand here until somebody answers them.",
        ),
        "snoozed": ("Nothing is snoozed", "Snoozed conversations come back at their time, or when something arrives."),
        "closed": ("Nothing is closed", "Closed conversations stand here, and come back when something arrives."),
    }.get(
        filters.view,
        ("Nothing is open", "New calls, texts, faxes, chats and mail stand here. What is closed is under Closed."),
    )


def entries_context(thread: Thread, *, after: str = "") -> dict[str, Any]:
    """The entries of an open thread. Reading it is noted."""
    stream = stream_for(thread, after)
    mark_read(thread)
    return {"thread": thread, "conversation": thread.conversation, "stream": stream, "is_older": after}


def thread_context(thread: Thread, *, after: str = "") -> dict[str, Any]:
    """The same with the composer and calls to wrap up."""
    prefetch_related_objects(thread.contacts, "phones", "emails")
    known = Known(people=thread.contacts, sends="send" in thread.acts)
    composer = None if after else composer_for(thread.user, conversation=thread.conversation, known=known)
    return {**entries_context(thread, after=after), "composer": composer, "wrap_ups": thread.wrap_ups}


def _about(thread: Thread, rows: list[Row]) -> About | None:
    """The pane about the contact of an open thread, with its threads. No query."""
    for row in rows[:1]:  # each is with the contact, and has its tags
        thread.head_tags = row.tags
    return about(thread, rows)
