"""Cases of conversations: the inbox and a thread against the floor, with a conversation for each contact."""

from __future__ import annotations

from collections.abc import Iterator

from contacts_project.accounts.models import User
from conversations.models import ConversationParty
from conversations.visibility import parties_visible_to

from . import readers
from .figures import Row
from .reading import FLOOR, FRAMED, queries, said
from .site import Page, Site

INBOX = "/conversations/"


def cases(site: Site) -> Iterator[Row]:
    """The first page, filtered ones and a thread, for the worst readers by grants and departments, and a sparse one."""
    for name in (readers.WORST, readers.MEDIAN, readers.FEW, readers.OPERATOR, readers.OPERATOR_OF_ALL):
        user = readers.reader(name)
        paths = {"inbox": INBOX, "unread": f"{INBOX}?unread=1", "calls": f"{INBOX}?type=call"}
        if thread := _thread(user):
            paths["thread"] = f"{INBOX}{thread}/"
        pages = {what: Page(user, path) for what, path in paths.items()}
        speeds = site.speeds({"floor": Page(user, FLOOR), "framed floor": Page(user, FRAMED), **pages})
        for what in pages:
            target = 3 if what in ("inbox", "thread") else None
            yield Row(f"{what} vs floor, {name}", speeds[what] / speeds["floor"], target, detail=said(speeds))
        yield Row(f"inbox, {name}: queries beyond session and user", queries(user, INBOX), None, "queries")


def _thread(user: User) -> int | None:
    """A conversation that the user sees: the one with the greatest id among a few of its channels' newest."""
    newest = ConversationParty.objects.order_by("-pk").values("pk")[:5000]
    found = parties_visible_to(user).filter(pk__in=newest).values_list("conversation", flat=True)
    return max(found, default=None)
