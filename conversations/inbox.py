"""Which conversations stand in a reader's inbox, the newest first, and in which state (product.md §7).

Each readable channel is walked newest first along an index, in bounded batches, and of each batch what the reader sees
is asked (design/architecture.md §4, Inbox). A conversation stands once, at its newest party that the reader sees.

Its state is the reader's own: closed and snoozed end by themselves when something arrives that he or she may see, so
that nothing hidden changes a byte of the inbox (product.md §2).
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.utils import timezone

from contacts import policy as contact_policy
from contacts.models import Contact
from contacts_project.accounts.models import User
from contacts_project.accounts.somebody import A_MOMENT, STAND_INS, answers, somebody
from contacts_project.core.written import Given, Text, once, write

from .filters import Filters
from .models import Channel, Conversation, ConversationParty, Interaction, Unread
from .paging import PAGE, Place, behind, walk
from .policy import channels_with
from .visibility import is_seen, parties_visible_to

COUNT_CAP = 100  # a tab says 99+ from here on
COUNTED = 2 * COUNT_CAP  # parties read for it: several people of one conversation count once
CANDIDATES = 4 * PAGE  # read at first: one query does for a reader who sees a quarter of what is on the lines
AT_ONCE = PAGE + 10  # candidates asked about at once: a few more than a page, as some stand elsewhere
MISSED_FOR = datetime.timedelta(days=30)  # older ones nobody calls back; it also bounds the walk
Type, Direction, Status = Interaction.Type, Interaction.Direction, Interaction.Status
MISSED = Q(last_type=Type.CALL, last_interaction__is_answered=False) | Q(last_type=Type.VOICEMAIL)

# The state of a party. That of a conversation follows from the parties that the reader sees: it is open when one of
# them is, and active when one of them is; the one with the latest arrival decides both.
OPEN = Q(is_closed=False)


@dataclass(frozen=True)
class Candidate:
    """A party on a line of the reader's. `is_seen` is whether he or she sees it, not yet whether it fits."""

    pk: int
    last_at: datetime.datetime
    conversation: int
    is_seen: bool


@dataclass(frozen=True)
class Found:
    """A conversation of a page. `at` is the time of its newest entry that the reader sees, `last_interaction` its id;
    `contacts` are ids of the contacts that he or she sees in it, the newest first."""

    conversation: int
    channel: int
    last_interaction: int
    outside_address: str
    place: Place
    contacts: tuple[int, ...]
    contact: Contact | None  # the first of them
    is_unread: bool


@dataclass(frozen=True)
class Page:
    """Conversations newest first, and the key of the next page, "" on the last."""

    found: list[Found]
    older: str

    @property
    def newest(self) -> str:
        """The key before which later arrivals stand; that of the beginning for an empty page."""
        return self.found[0].place.encode() if self.found else "0.0.0"


def readable_channels(user: User) -> list[Channel]:
    """The channels whose conversations `user` reads, archived ones too, by name; `sends` says whether he or she may
    send from one. With department and account. One query: a page asks it once and passes it on."""
    sends = Exists(channels_with(user, "send").filter(pk=OuterRef("pk")))
    rows = channels_with(user, "read").annotate(sends=sends).select_related("department", "account")
    return sorted(rows, key=lambda channel: (str(channel).casefold(), channel.pk))


def page_of(user: User, channels: Iterable[Channel], filters: Filters, after: Place | None = None) -> Page:
    """A page of the inbox behind `after`. `channels` are those of `readable_channels`. Three queries for each batch."""
    found = _walk(user, channels, filters, after)
    older = found[PAGE - 1].place.encode() if len(found) > PAGE else ""
    return Page(found[:PAGE], older)


def newer_than(user: User, channels: Iterable[Channel], filters: Filters, since: Place) -> int:
    """How many conversations stand before the newest that a page showed, up to a page and one. As page_of."""
    newest = _walk(user, channels, filters, None)
    return sum(1 for one in newest if one.place.order > since.order)


def _walk(user: User, channels: Iterable[Channel], filters: Filters, after: Place | None) -> list[Found]:
    lines = [channel.pk for channel in channels if _is_asked(channel, filters)]
    if not lines:
        return []
    fits, few = fitting(user, filters), narrow(user, filters)
    seen = ExpressionWrapper(is_seen(user), BooleanField())

    def fetch(place: Place | None, number: int) -> list[Candidate]:
        rows = candidates(lines, ranged(filters), place, number, few).annotate(is_seen=seen)
        return [Candidate(*row) for row in rows.values_list("pk", "last_at", "conversation", "is_seen")]

    def keep(rows: list[Candidate]) -> list[Found]:
        found: list[Found] = []
        waiting = [row for row in rows if row.is_seen]
        while waiting and len(found) <= PAGE:
            found += _kept(user, filters, fits, waiting[:AT_ONCE])
            waiting = waiting[AT_ONCE:]
        return found

    return walk(after, fetch, keep, lambda row: Place(row.last_at, 0, row.pk), first=CANDIDATES)


def _is_asked(channel: Channel, filters: Filters) -> bool:
    by_line = not filters.channels or channel.pk in filters.channels
    return by_line and (not filters.departments or channel.department_id in filters.departments)


def narrow(user: User, filters: Filters) -> Q | None:
    """True of the parties among which all that is asked for stands, where these are one's own few; else None.

    Without it the inbox of somebody with nothing unread is read to its end to find that out.
    """
    if filters.unread:
        return Q(pk__in=Unread.objects.filter(user=user).order_by().values("party"))
    threads = Conversation.objects.filter(account=user.account_id).order_by().values("pk")
    if filters.view == "mine":
        return Q(conversation__in=threads.filter(assigned_to=user.pk))
    if filters.view == "snoozed":
        return Q(conversation__in=threads.filter(snoozed_at__isnull=False, snoozed_until__gt=timezone.now()))
    return None


def candidates(
    lines: list[int], wanted: Q, place: Place | None, number: int, few: Q | None
) -> QuerySet[ConversationParty]:
    """The newest parties of these channels (ids) behind `place`, whoever sees them: of each channel one index range of
    what is `wanted` (`ranged`), or out of those that `narrow` names. One query whatever the number of channels.
    """
    rows = ConversationParty.objects.filter(wanted, behind(place, 0, at="last_at", pk="id"))
    if few is not None:
        found = rows.filter(few, channel__any_of=lines)
    else:
        found = ConversationParty.objects.filter(pk__in=_newest_of_each(lines, rows, number))
    return found.order_by("-last_at", "-pk")[:number]


def _newest_of_each(lines: list[int], rows: QuerySet[ConversationParty], number: int) -> RawSQL:
    """Ids of the `number` newest of these rows on these lines (ids), from one index range for each line.

    A lateral join, which Django's queries lack: without it thousands of rows were read to be sorted.
    """
    of_line = rows.filter(channel_id=RawSQL("line.id", ())).order_by("-last_at", "-id").values("last_at", "id")[:number]
    each, params = of_line.query.sql_with_params()
    # The text is Django's own and names no value: these are parameters.
    text = (
        f"SELECT newest.id FROM unnest(%s::bigint[]) AS line(id) CROSS JOIN LATERAL ({each}) AS newest"  # noqa: S608  no values in it
        " ORDER BY newest.last_at DESC, newest.id DESC LIMIT %s"
    )
    return RawSQL(text, (lines, *params, number))  # noqa: S611  as above


def ranged(filters: Filters, now: datetime.datetime | None = None) -> Q:
    """True of what may fit the filters, as far as columns of the party itself say so: what an index answers."""
    fits = Q()
    if filters.types:
        fits &= Q(last_type__in=filters.types)
    if filters.directions:
        fits &= Q(last_direction__in=filters.directions)
    if filters.view == "closed":
        fits &= Q(is_closed=True)
    elif filters.view or not filters.unread:  # what is unread counts, in whatever state
        fits &= OPEN
    if filters.view == "missed":
        fits &= MISSED & Q(last_at__gte=(now or timezone.now()) - MISSED_FOR) & missed_in()
    return fits


def fitting(user: User, filters: Filters, now: datetime.datetime | None = None) -> Q:
    """True of parties that the filters ask for; lines and departments apart."""
    fits = ranged(filters, now)
    if filters.view == "snoozed":
        fits &= _snoozed(now)
    elif filters.view != "closed" and (filters.view or not filters.unread):
        fits &= ~_snoozed(now)
    if filters.unread:
        fits &= Q(Exists(_unread_rows(user)))
    if filters.view == "mine":
        fits &= Q(conversation__assigned_to=user.pk)
    return fits


def missed_in() -> Q:
    return Q(last_direction=Direction.IN) & ~Q(last_interaction__status=Status.BLOCKED)


def active() -> Q:
    """True of parties that are neither closed nor snoozed."""
    return OPEN & ~_snoozed()


def _snoozed(now: datetime.datetime | None = None) -> Q:
    before = Q(last_in_at__isnull=True) | Q(last_in_at__lte=F("conversation__snoozed_at"))
    return Q(conversation__snoozed_at__isnull=False, conversation__snoozed_until__gt=now or timezone.now()) & before


def _unread_rows(user: User) -> QuerySet[Unread]:
    return Unread.objects.filter(user=user, party=OuterRef("pk"))


def _kept(user: User, filters: Filters, fits: Q, rows: list[Candidate]) -> list[Found]:
    """Of these candidates, those at which their conversation stands for `user`. Two queries."""
    parties = visible_parties(user, [row.conversation for row in rows], fits)
    found = []
    for row in rows:
        mine = parties.get(row.conversation, [])
        first = next((party for party in mine if party["is_fitting"]), None)
        if first is None or first["pk"] != row.pk or _is_better(mine, filters):
            continue
        found.append(_found(first, mine))
    return found


def _is_better(parties: list[dict[str, Any]], filters: Filters) -> bool:
    """Whether it is open after all through another party, where what is closed or snoozed is asked for."""
    if filters.view == "closed":
        return any(party["is_open"] for party in parties)
    return filters.view == "snoozed" and any(party["is_active"] for party in parties)


def visible_parties(user: User, conversations: list[int], fits: Q) -> dict[int, list[dict[str, Any]]]:
    """Conversation id -> its parties that `user` sees, the newest first, with their state. Two queries.

    The channels must be readable ones. Facts: pk, contact (its id; `seen` is itself), last_at, last_interaction …, and
    is_fitting, is_open, is_active, is_unread.
    """
    facts = party_facts(user, conversations, fits)
    contacts = {row["contact"] for row in facts if row["contact"]}
    seen = contact_policy.visible_to(user).filter(pk__any_of=contacts).in_bulk()
    found: dict[int, list[dict[str, Any]]] = {}
    for row in facts:
        row["seen"] = seen.get(row["contact"])
        if row["contact"] is None or row["seen"]:
            found.setdefault(row["conversation"], []).append(row)
    return found


def party_facts(user: User, conversations: list[int], fits: Q) -> list[dict[str, Any]]:
    """The parties of these conversations, newest first, whoever sees them; facts as above. One query."""
    rows = ConversationParty.objects.filter(conversation__any_of=conversations).annotate(
        is_fitting=ExpressionWrapper(fits, BooleanField()),
        is_open=ExpressionWrapper(OPEN, BooleanField()),
        is_active=ExpressionWrapper(active(), BooleanField()),
        is_unread=Exists(_unread_rows(user)),
    )
    columns = ("pk", "contact", "channel", "conversation", "last_interaction", "last_at", "last_in_at")
    states = ("is_fitting", "is_open", "is_active", "is_unread")
    facts = rows.values(*columns, *states, "conversation__outside_address")
    return sorted(facts, key=lambda row: (row["last_at"], row["pk"]), reverse=True)


def _found(first: dict[str, Any], parties: list[dict[str, Any]]) -> Found:
    return Found(
        conversation=first["conversation"],
        channel=first["channel"],
        last_interaction=first["last_interaction"],
        outside_address=first["conversation__outside_address"],
        place=Place(first["last_at"], 0, first["pk"]),
        contacts=tuple(party["contact"] for party in parties if party["contact"]),
        contact=next((party["seen"] for party in parties if party["contact"]), None),
        is_unread=any(party["is_unread"] for party in parties),
    )


def counts_of(user: User, *views: Filters) -> list[int]:
    """How many conversations `user` finds under each of Unread, Mine or Missed, up to COUNT_CAP. One query.

    Counts what can be seen only; not for what is closed or snoozed, of which one party may be open after all.
    """
    if not contact_policy.holds_anything(user):
        return [0] * len(views)
    now = timezone.now()
    rows = answers(_counts(views), user, now=now, missed_since=now - MISSED_FOR)
    found = Counter(place for _, place in set(rows))
    return [min(found[place], COUNT_CAP) for place in range(len(views))]


@once
def _counts(views: tuple[Filters, ...]) -> Text:
    """(conversation, place of the view), a conversation once for each of its people."""
    user, moments = somebody(), [(A_MOMENT, Given("now")), (A_MOMENT - MISSED_FOR, Given("missed_since"))]
    first, *others = (
        _counted(user, filters, A_MOMENT).annotate(place=Value(place)).values_list("conversation", "place")[:COUNTED]
        for place, filters in enumerate(views)
    )
    return write(first.union(*others, all=True) if others else first, stand_ins=[*STAND_INS, *moments])


def _counted(user: User, filters: Filters, now: datetime.datetime | None = None) -> QuerySet[ConversationParty]:
    """Parties of one view; what is unread from the reader's own few rows, not by asking each party.

    Each is read until there are enough: telling conversations apart in the database would read all of them first.
    """
    fits = Q(unread__user=user) if filters.unread else fitting(user, filters, now)
    return parties_visible_to(user).filter(fits).order_by()


def unread_rows(user: Any) -> QuerySet:
    """The conversations (ids) of `unread_count`, some of them twice, for a subquery of a user who holds anything."""
    return _counted(user, Filters(unread=True)).values_list("conversation")[:COUNTED]


def unread_count(user: Any) -> int:
    """How many conversations hold something unread, up to COUNT_CAP: the badge of the sidebar. One query."""
    return counts_of(user, Filters(unread=True))[0] if contact_policy.holds_anything(user) else 0
