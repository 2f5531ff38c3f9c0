"""Who calls the departments, and what became of it: Department Contacts by the service that every call goes through.

The named ones of contract.md, and many more drawn from one seed. Calls were logged by hand, over the last weeks.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.db.models import F, OuterRef, Subquery

from contacts.models import Contact, DepartmentLink
from contacts.services.parties import record_interaction_party
from contacts_project.accounts.models import User
from contacts_project.core.history import rows_unrecorded
from conversations.models import Interaction, InteractionContact
from conversations.outcomes import BY_VALUE

from .departments import BILLING, DISPATCH, FRONT_DESK, SALES, SUPPORT
from .drafts import date_inserts
from .named import RENEE
from .names import FAMILY, GIVEN, plain_people
from .places import AMERICAN
from .world import ACME, GLOBEX, World, acting

SEED = "Kithline demo, departments"
DANA, MARCUS, GAIL = "Dana Whitfield", "Marcus Bell", "Gail Ostrom"
ESTELLE, VERNON = "Estelle Broome", "Vernon Slate"
OF_DEPARTMENT = "{} of {}"  # the key in World.contacts
RENEES_NUMBER = "+12025550142"
FIRST_NAME, FIRST_NUMBER = 200, 40  # behind those of the address books
OPERATORS = {
    SALES: ("sales.operator", "seller", "sales.admin", "sales.operator"),
    SUPPORT: ("support.operator", "support.admin", "support.operator"),
    BILLING: ("billing.admin", "dispatch.admin"),
    DISPATCH: ("dispatch.admin", "billing.admin"),
}
DRAWN = {SALES: 40, SUPPORT: 40, BILLING: 12, DISPATCH: 10}
UNNAMED = {SALES: 5, SUPPORT: 4, BILLING: 2, DISPATCH: 1}
WORDS = {
    "answered": ("Asked for the price list.", "Happy with the delivery.", "", "Wants an offer for two sites.", ""),
    "visit booked": ("Thursday, ring the bell at the yard.", "Wants the same technician again."),
    "call back": ("After the holidays.", "Asks for somebody who knows the contract."),
    "left message": ("", "With the assistant."),
    "no answer": ("",),
    "wrong number": ("",),
}
HAPPENS = (("answered", 50), ("call back", 12), ("visit booked", 10), ("left message", 12), ("no answer", 16))


@dataclass(frozen=True)
class Call:
    """One call with a department, as its operator logs it; without a name when nobody asked for it."""

    department: str
    number: str
    name: str
    by: str
    at: datetime.datetime
    outcome: str = "answered"
    direction: str = "in"
    note: str = ""
    minutes: int | None = None


# Department, name, number, by whom, then (days ago, hour, outcome, direction, note) of each call.
NAMED = (
    (SALES, RENEE, RENEES_NUMBER, "seller", (
        (58, 10, "answered", "in", "Asked for an offer for a second oven."),
        (51, 10, "answered", "out", "Sent the offer, will decide in the new year."),
        (44, 15, "no answer", "out", ""),
        (37, 10, "answered", "out", ""),
        (30, 11, "visit booked", "in", "Pier 3, Thursday at nine."),
        (25, 16, "no answer", "out", ""),
        (23, 10, "answered", "in", ""),
        (16, 10, "call back", "out", "Busy with the lunch rush."),
        (15, 12, "left message", "out", ""),
        (9, 10, "answered", "in", "Wants both shops on one contract."),
        (3, 11, "answered", "out", ""),
    )),
    (SALES, DANA, "+12025550110", "sales.operator", (
        (41, 9, "answered", "in", "Moves the office in spring, needs a quote for 40 desks."),
        (33, 14, "left message", "out", ""),
        (20, 9, "call back", "in", "Asked for you by name."),
        (6, 9, "answered", "out", "Order confirmed for the first floor."),
    )),
    (SALES, MARCUS, "+12025550131", "sales.operator", (
        (38, 13, "answered", "in", "Compares us with two others."),
        (28, 13, "answered", "out", "Signed for one year."),
    )),
    (SUPPORT, MARCUS, "+12025550131", "support.operator", (
        (13, 8, "visit booked", "in", "The reader at the gate does not open."),
        (5, 8, "answered", "in", "Gate works. Asked about the warranty."),
    )),
    (SUPPORT, GAIL, "+12025550190", "support.operator", (
        (35, 17, "answered", "in", "Third complaint this week, about another firm’s product."),
        (34, 17, "answered", "in", "Shouted. No contract with us."),
        (32, 18, "answered", "in", "Announced to ring every hour."),
    )),
    (SALES, ESTELLE, "+12025550133", "seller", ((47, 12, "answered", "in", "Buys for three clinics."),)),
    (SUPPORT, ESTELLE, "+12025550133", "support.admin", ((22, 12, "answered", "in", "Spare part ordered."),)),
    (SALES, VERNON, "+12025550187", "sales.operator", (
        (19, 18, "answered", "in", "Sells advertising. Asked not to ring again."),
        (12, 18, "answered", "in", "Again."),
        (2, 18, "answered", "in", "And again."),
    )),
)  # fmt: skip


def load(world: World) -> None:
    """Record who called, oldest first, and then all the calls. About 10 queries for each new caller."""
    rng = random.Random(SEED)  # noqa: S311  made-up people, no secret
    calls = sorted([*_named(world), *_drawn(world, rng), *_of_globex(world, rng)], key=lambda call: call.at)
    parties = _record(world, calls)
    _write(world, [(call, parties[call.department, call.number]) for call in calls])
    _log_elsewhere(world)


def _named(world: World) -> Iterator[Call]:
    for department, name, number, by, calls in NAMED:
        for days, hour, outcome, direction, note in calls:
            yield Call(department, number, name, by, world.moment(days, hour, 20), outcome, direction, note, 4)


def _drawn(world: World, rng: random.Random) -> Iterator[Call]:
    """Everyday callers, most with a name, several calls each; some have only rung."""
    people = iter(plain_people(FIRST_NAME, sum(DRAWN.values())))
    place = 0
    for department, number in DRAWN.items():
        for i in range(number):
            person, nameless = next(people), i < UNNAMED[department]
            first = Call(
                department,
                AMERICAN[place % len(AMERICAN)].number(FIRST_NUMBER + place // len(AMERICAN)),
                "" if nameless else f"{person.given} {person.family}",
                OPERATORS[department][i % len(OPERATORS[department])],
                world.moment(1),
            )
            place += 1
            yield from _several(world, rng, first)


def _several(world: World, rng: random.Random, first: Call) -> Iterator[Call]:
    days = sorted(rng.sample(range(1, 62), 1 if not first.name else rng.choice((1, 1, 2, 3, 4))), reverse=True)
    for i, day in enumerate(days):
        words, weights = zip(*HAPPENS, strict=True)
        outcome = rng.choices(words, weights)[0] if first.name else "no answer"
        direction = "in" if i == 0 or rng.random() < 0.5 else "out"
        minutes = rng.randint(1, 14) if BY_VALUE[outcome].answered else None
        at = world.moment(day, rng.randint(8, 17), rng.randint(0, 59))
        note = rng.choice(WORDS[outcome])
        yield replace(first, at=at, outcome=outcome, direction=direction, note=note, minutes=minutes)


def _of_globex(world: World, rng: random.Random) -> Iterator[Call]:
    for i in range(6):
        name = f"{GIVEN[-i - 1]} Globex-{FAMILY[-i - 1]}"
        first = Call(FRONT_DESK, AMERICAN[i].number(FIRST_NUMBER), name, "owner", world.moment(1))
        yield from _several(world, rng, first)


def _by(world: World, call: Call) -> User:
    return world.users[f"{call.by}@{GLOBEX if call.department == FRONT_DESK else ACME}"]


def _record(world: World, calls: list[Call]) -> dict[tuple[str, str], Contact]:
    """(department, number) -> the contact that its first call made or linked."""
    found: dict[tuple[str, str], Contact] = {}
    for call in calls:
        if (call.department, call.number) in found:
            continue
        department, user = world.departments[call.department], _by(world, call)
        with acting(user):
            answered = BY_VALUE[call.outcome].answered
            party = record_interaction_party(
                department, call.number, answered=answered, by=user, at=call.at, name_hint=call.name
            )
        (contact,) = party.contacts
        found[call.department, call.number] = contact
        if call.name:
            world.contacts[OF_DEPARTMENT.format(call.name, call.department)] = contact
    date_callers(world, [contact.pk for contact in found.values()])
    return found


def date_callers(world: World, ids: list[int]) -> None:
    """Let these contacts be as old as their first link, and so their history; those of `world` are read anew."""
    first = DepartmentLink.objects.filter(contact=OuterRef("pk")).order_by("linked_at", "pk").values("linked_at")[:1]
    with rows_unrecorded(Contact):
        Contact.objects.filter(pk__any_of=ids).update(created_at=Subquery(first))
    made = Contact.objects.filter(pk=OuterRef("pgh_obj_id")).values("created_at")
    Contact.pgh_event_model.objects.filter(pgh_obj__any_of=ids).update(created_at=Subquery(made))  # type: ignore[attr-defined]
    date_inserts(ids)
    links = DepartmentLink.pgh_event_model.objects  # type: ignore[attr-defined]
    links.filter(contact_id__any_of=ids, pgh_label="insert").update(pgh_created_at=F("linked_at"))
    fresh = Contact.objects.in_bulk(ids)
    world.contacts.update({key: fresh[old.pk] for key, old in world.contacts.items() if old.pk in fresh})


def _write(world: World, calls: list[tuple[Call, Contact]]) -> None:
    """The calls with their effects, each operator's in one go; the first of a contact in a department made it."""
    Effect = InteractionContact.Effect
    known: set[int] = set()
    linked: set[tuple[int, str]] = set()
    by_author: dict[User, list[tuple[Call, Contact, str]]] = {}
    for call, contact in calls:
        effect = Effect.NONE
        if (contact.pk, call.department) not in linked:
            effect = Effect.LINKED if contact.pk in known else Effect.MADE
        known.add(contact.pk)
        linked.add((contact.pk, call.department))
        by_author.setdefault(_by(world, call), []).append((call, contact, effect))
    for author, own in by_author.items():
        rows = [interaction_of(author, call, world.departments[call.department]) for call, _, _ in own]
        pairs = [(contact, effect) for _, contact, effect in own]
        write_interactions(author, list(zip(rows, pairs, strict=True)))


def interaction_of(author: User, call: Call, department: object = None) -> Interaction:
    return Interaction(
        account=author.account,
        department=department,
        author=author,
        is_by_hand=True,
        type=Interaction.Type.CALL,
        direction=call.direction,
        outcome=call.outcome,
        is_answered=BY_VALUE[call.outcome].answered,
        at=call.at,
        created_at=call.at,
        body=call.note,
        outside_address=call.number,
        duration=call.minutes and call.minutes * 60,
    )


def write_interactions(author: User, rows: list[tuple[Interaction, tuple[Contact, str] | None]]) -> None:
    """Write one author's interactions, each with its contact and what it did to it, None for nobody."""
    with acting(author):
        made = Interaction.objects.bulk_create([row for row, _ in rows])
        InteractionContact.objects.bulk_create(
            InteractionContact(interaction=row, contact=pair[0], effect=pair[1])
            for row, (_, pair) in zip(made, rows, strict=True)
            if pair
        )
    ids = [row.pk for row in made]
    events = Interaction.pgh_event_model.objects  # type: ignore[attr-defined]
    events.filter(pgh_obj__in=ids).update(pgh_created_at=F("at"))
    at = Interaction.objects.filter(pk=OuterRef("interaction_id")).values("at")
    on_contacts = InteractionContact.pgh_event_model.objects  # type: ignore[attr-defined]
    on_contacts.filter(interaction_id__in=ids).update(pgh_created_at=Subquery(at))


# Calls with the personal Renee Martinez from people's own telephones: by whom, days ago, hour, outcome.
ELSEWHERE = (
    ("owner", 62, 10, "answered"), ("owner", 48, 15, "no answer"), ("writer", 41, 10, "answered"),
    ("owner", 34, 10, "answered"), ("manager", 27, 14, "left message"), ("owner", 20, 10, "answered"),
    ("writer", 13, 11, "answered"), ("owner", 6, 10, "call back"),
)  # fmt: skip


def _log_elsewhere(world: World) -> None:
    for mailbox in dict.fromkeys(by for by, *_ in ELSEWHERE):
        calls = [
            Call("", RENEES_NUMBER, RENEE, by, world.moment(days, hour, 5), outcome, "out", minutes=5)
            for by, days, hour, outcome in ELSEWHERE
            if by == mailbox
        ]
        author, pair = world.acme(mailbox), (world.contacts[RENEE], InteractionContact.Effect.NONE.value)
        write_interactions(author, [(interaction_of(author, call), pair) for call in calls])
