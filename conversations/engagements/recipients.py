"""Whom of an engagement's recipients a reader may see by name, and pages of them (product.md §2c).

Named are those whom the reader sees as contacts, and people on a list of the engagement that he or she reads. All
others are a number and nothing else: no page, search or report tells their names, and no order, gap or short page
tells where they stand. What a line says of somebody is `recipient_rows`'.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from contacts import list_policy
from contacts import policy as contact_policy
from contacts.models import ContactSearch, ListItem
from contacts_project.accounts.models import User

from . import reasons
from .models import Engagement, Recipient
from .recipient_rows import Row, facts_by_list, matches, on_lists, rows_of
from .results import groups_of, ledger_of
from .wording import RESPONDED

PAGE = 50
BATCHES = (200, 1000, 5000, 10_000)  # recipients asked about at once: much that is hidden costs few queries
REPORT_BATCH = 1000
LONGEST_SEARCH = 200


@dataclass(frozen=True)
class Wanted:
    """What of the recipients is asked for: a key of a delivery group or of a response, a reason, words."""

    status: str = ""
    reason: str = ""
    q: str = ""


@dataclass(frozen=True)
class Page:
    """Lines of a page, and the contact after whom the next one begins: None at the end."""

    rows: list[Row]
    next: int | None = None


def read_wanted(kind: str, parameters: Any) -> Wanted:
    """The filter of an address; unknown values are ignored."""
    status, reason = parameters.get("status", ""), parameters.get("reason", "")
    known = {group.key for group in groups_of(kind)} | set(RESPONDED)
    return Wanted(
        status=status if status in known else "",
        reason=reason if reason in reasons.LABELS else "",
        q=parameters.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH],
    )


def read_after(text: str) -> int:
    """The key that `after=` names, an id of a contact; 0 for none or nonsense."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else 0


def fitting(engagement: Engagement, wanted: Wanted) -> QuerySet[Recipient]:
    """Recipients of this status, response and reason, whoever sees them."""
    rows = ledger_of(engagement)
    if wanted.status in RESPONDED:
        rows = rows.filter(**{f"{RESPONDED[wanted.status]}__isnull": False})
    elif wanted.status:
        group = next(group for group in groups_of(engagement.kind) if group.key == wanted.status)
        rows = rows.filter(status__in=group.statuses)
    return rows.filter(reason=wanted.reason) if wanted.reason else rows


def lists_read(user: User, engagement: Engagement) -> list[int]:
    """Ids of the engagement's lists that `user` reads. One query."""
    lists = list_policy.visible_to(user).filter(pk__in=engagement.with_lists.order_by().values("list"))
    return list(lists.values_list("pk", flat=True))


def hidden_count(user: User, engagement: Engagement, wanted: Wanted, lists: list[int]) -> int:
    """How many of the recipients asked for have no name for `user`; of a search nothing is told. One query."""
    listed = ListItem.objects.filter(list__any_of=lists, contact=OuterRef("contact"))
    seen = contact_policy.visible_to(user).filter(pk=OuterRef("contact"))
    return fitting(engagement, wanted).filter(~Exists(listed)).filter(~Exists(seen)).count()


def page_of(user: User, engagement: Engagement, wanted: Wanted, lists: list[int], after: int = 0) -> Page:
    """A page of the recipients whom `user` may see by name, in the order of their contacts.

    `lists` are those of `lists_read`. About ten queries; three more for each batch where much is hidden.
    """
    found: list[int] = []
    place, batches = after, iter(BATCHES)
    number = next(batches)
    while len(found) <= PAGE:
        ids = _candidates(engagement, wanted, place, number)
        found += _named(user, ids, lists, wanted.q)
        if len(ids) < number:
            break
        place, number = ids[-1], next(batches, number)
    shown = found[:PAGE]
    return Page(rows_of(user, engagement, shown, lists), shown[-1] if len(found) > PAGE else None)


def batches(user: User, engagement: Engagement, lists: list[int]) -> Iterator[list[Row]]:
    """Every recipient whom `user` may see by name, without replies and tags: for the report. Six queries a batch."""
    place = 0
    while ids := _candidates(engagement, Wanted(), place, REPORT_BATCH):
        yield rows_of(user, engagement, _named(user, ids, lists), lists, dressed=False)
        place = ids[-1]


def _candidates(engagement: Engagement, wanted: Wanted, after: int, number: int) -> list[int]:
    """Ids of the next contacts, whoever sees them: from the index recipient_once."""
    rows = fitting(engagement, wanted).filter(contact__gt=after)
    if wanted.q:
        typed = ContactSearch.objects.filter(document__typed=(engagement.account_id, wanted.q))
        rows = rows.filter(contact__in=typed.values("contact_id"))
    return list(rows.order_by("contact").values_list("contact_id", flat=True)[:number])


def _named(user: User, ids: list[int], lists: list[int], q: str = "") -> list[int]:
    """Those of these contacts whom `user` may see by name, in order. Two queries.

    A search finds people of a list by what the list shows of them, not by the rest of their record.
    """
    if not ids:
        return []
    seen = set(contact_policy.visible_to(user).filter(pk__any_of=ids).values_list("pk", flat=True))
    others = [pk for pk in ids if pk not in seen]
    if q:
        by_list = {pk for pk, facts in facts_by_list(others, lists).items() if matches(facts, q)}
    else:
        by_list = set(on_lists(others, lists).values_list("contact_id", flat=True)) if others and lists else set()
    return [pk for pk in ids if pk in seen or pk in by_list]
