"""When people answer: calls enough with some contacts that best call times have something to tell (product.md §11).

Each has a rhythm of hours in which they were rung three times or more. Together the rhythms cover the working week, so
that at most working hours somebody is callable now, among the contacts of Sales and among the owner's.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator

from django.db.models import QuerySet

from contacts.models import Contact, DepartmentLink
from contacts_project.accounts.models import User
from contacts_project.core.history import rows_unrecorded
from conversations.call_times import mark_stale
from conversations.models import CallPreference, Interaction, InteractionContact
from conversations.zones import zones_of

from .callers import DANA, OF_DEPARTMENT, OPERATORS, Call, interaction_of, write_interactions
from .departments import SALES
from .traffic import BECAME, numbers_of
from .world import World, acting

SEED = "Kithline demo, rhythm"
EASTERN = "America/New_York"
# Weekday (0 Monday), first and last hour of a window, in the contact's own zone; three for each person.
RHYTHMS = (
    ((0, 9, 12), (1, 13, 17), (3, 9, 12)),
    ((1, 9, 12), (2, 13, 17), (4, 9, 12)),
    ((2, 9, 12), (3, 13, 17), (0, 13, 15)),
    ((4, 13, 17), (0, 15, 17), (1, 12, 13)),
    ((0, 12, 13), (2, 12, 13), (4, 12, 13)),
    ((3, 12, 13), (1, 17, 18), (3, 17, 18)),
    ((5, 10, 13), (6, 10, 13), (6, 16, 18)),  # somebody who has time at the weekend only
)
# What became of the calls of an hour, a week between them: one hour of a window is the best, the others join it.
BEST, GOOD, BAD = "yyy", ("yny", "yyn", "nyy"), ("n", "nm", "mn")
IN_VAIN = ((0, 18), (1, 8), (2, 18), (3, 8), (4, 18))  # weekday, hour: too early, too late
OLD_ENOUGH = 24  # days: known before the first of these calls
PREFERRED = ([1, 3], 14, 16)  # Dana Whitfield's window, set by hand: Tuesdays and Thursdays from two to four


def load(world: World) -> None:
    """About 10 queries for each who called, whatever the number of calls."""
    rng = random.Random(SEED)  # noqa: S311  made-up people, no secret
    by_author: dict[User, list] = {}
    for author, contact, call in [*_of_sales(world, rng), *_of_owner(world, rng)]:
        department = world.departments[SALES] if call.department else None
        pair = (contact, InteractionContact.Effect.NONE.value)
        by_author.setdefault(author, []).append((interaction_of(author, call, department), pair))
    for author, rows in by_author.items():
        write_interactions(author, sorted(rows, key=_when))
    _prefer(world)


def _when(row: tuple[Interaction, object]) -> datetime.datetime:
    return row[0].at


def _of_sales(world: World, rng: random.Random) -> Iterator[tuple[User, Contact, Call]]:
    links = DepartmentLink.objects.filter(department=world.departments[SALES], ended_at=None, unnamed=False)
    rows = Contact.objects.filter(links__in=links, kind="department", archived=False)
    yield from _calls(world, rng, rows, SALES, OPERATORS[SALES])


def _of_owner(world: World, rng: random.Random) -> Iterator[tuple[User, Contact, Call]]:
    rows = Contact.objects.filter(owner=world.acme("owner"), kind="personal", archived=False, unnamed=False)
    yield from _calls(world, rng, rows, "", ("owner",))


def _calls(
    world: World, rng: random.Random, rows: QuerySet[Contact], department: str, mailboxes: tuple[str, ...]
) -> Iterator[tuple[User, Contact, Call]]:
    """Calls with the oldest of these contacts that live in the east, one rhythm each."""
    known = rows.filter(created_at__lt=world.moment(OLD_ENOUGH)).exclude(family_name="Martinez")
    found = numbers_of(list(known.order_by("created_at", "pk")))
    zones = zones_of(contact.pk for contact, _ in found)
    eastern = [(contact, number) for contact, number in found if zones[contact.pk] == EASTERN]
    for (contact, number), rhythm in zip(eastern, RHYTHMS, strict=False):
        for weekday, hour, signs in _hours(rhythm, rng):
            for weeks, sign in enumerate(signs):
                mailbox = mailboxes[(weekday + hour) % len(mailboxes)]
                at = world.moment(world.since(weekday, weeks), hour, rng.randint(2, 55))
                minutes = rng.randint(1, 12) if sign == "y" else None
                call = Call(department, number, contact.name, mailbox, at, BECAME[sign], "out", minutes=minutes)
                yield world.acme(mailbox), contact, call


def _hours(rhythm: tuple[tuple[int, int, int], ...], rng: random.Random) -> Iterator[tuple[int, int, str]]:
    """Weekday, hour, and what became of the calls then."""
    for weekday, first, last in rhythm:
        best = rng.randrange(first, last)
        for hour in range(first, last):
            yield weekday, hour, BEST if hour == best else rng.choice(GOOD)
    for weekday, hour in rng.sample(IN_VAIN, 3):
        yield weekday, hour, rng.choice(BAD)


def _prefer(world: World) -> None:
    """She said when she has time."""
    operator, at = world.acme("sales.operator"), world.moment(6, 9, 30)
    contact = world.contacts[OF_DEPARTMENT.format(DANA, SALES)]
    days, start, end = PREFERRED
    with acting(operator, at):
        CallPreference.objects.create(contact=contact, days=days, from_hour=start, to_hour=end, set_by=operator)
    mark_stale(contact.pk)
    with rows_unrecorded(CallPreference):
        CallPreference.objects.filter(set_by=operator).update(set_at=at)
