"""What passed over the lines of the demo: calls, voicemails, texts, pictures, faxes, mail and chat (contract.md)."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

from contacts.models import Contact, ContactPhone, DepartmentLink
from conversations.models import Conversation, Draft, Interaction
from conversations.services import samples

from .callers import DANA, ESTELLE, FIRST_NUMBER, GAIL, MARCUS, OF_DEPARTMENT, RENEES_NUMBER, VERNON
from .departments import SALES, SUPPORT
from .lines import CHAT, DIRECT, FRONT, OWNERS_MAIL, SALES_LINE, SALES_MAIL, SUPPORT_LINE
from .named import RENEE
from .places import AMERICAN
from .threads import OUT, Item, Thread, write
from .world import ACME, GLOBEX, World

Type, Status = Interaction.Type, Interaction.Status
SEED = "Kithline demo, lines"
SPECIAL = {RENEE, DANA, MARCUS, GAIL, ESTELLE, VERNON}
RENEES_MAIL, DANAS_MAIL = "renee.martinez@harborbakery.example", "dana@whitfieldinteriors.example"
STRANGER, NEWCOMER = "+12125550194", "morgan.tran@northgateschools.example"
# Calls with Renee Martinez over the Sales line: weekday (0 Monday), hour, then from the last week backwards what became
# of each ("y" she answered, "m" left a message, "n" nobody). They give her three best windows, and hours to avoid.
RENEES_CALLS = (
    (1, 10, "yyyyyy"), (1, 11, "yyny"), (3, 16, "yynyy"), (2, 9, "yyny"), (0, 13, "nmn"), (4, 17, "nnyn"),
    (0, 10, "yn"), (4, 11, "ny"), (2, 14, "nm"),
)  # fmt: skip
BECAME = {"y": "answered", "m": "left message", "n": "no answer"}
OFFER = """<p>Hello Renee,</p><p>here is the offer for <b>both shops</b>:</p>
<table><tr><td>Two ovens, serviced twice a year</td><td>$4,860</td></tr><tr><td>Parts</td><td>included</td></tr></table>
<p>It holds for 30 days.</p><p>Elias Brandt<br>Acme, Sales</p>"""
SHORT = (
    ("Can you send the price list again?", "Here it is: acme.example/prices", "Thanks, that helps."),
    ("Running ten minutes late for the visit.", "No problem, our technician waits.", ""),
    ("Do you deliver on Saturdays?", "Yes, from eight to noon.", "Saturday then, thank you."),
    ("Which model fits a 60 cm niche?", "The S2. I send the sheet by mail.", ""),
)


def load(world: World) -> None:
    threads = [*_of_sales(world), *_of_support(world), *_of_owner(world), *_of_globex(world)]
    write(world, threads)
    by = world.acme("sales.operator")
    thread = Conversation.objects.get(channel=world.channels[SALES_LINE], outside_address=_number(world, DANA, SALES))
    Draft.objects.create(user=by, conversation=thread, channel=thread.channel, type=Type.SMS, body="Yes, on the 2nd. ")


def text(days: int, hour: int, minute: int, body: str, by: str = "", **more) -> Item:
    """A text, ours if `by` somebody."""
    return Item(days, hour, minute, Type.SMS, OUT if by else "in", body, by, **more)


def mail(days: int, hour: int, subject: str, body: str, by: str = "", **more) -> Item:
    return Item(days, hour, 12, Type.EMAIL, OUT if by else "in", body, by, subject=subject, **more)


def chat(days: int, hour: int, minute: int, body: str, by: str = "") -> Item:
    return Item(days, hour, minute, Type.CHAT, OUT if by else "in", body, by)


def took(days: int, hour: int, by: str, minutes: int, body: str = "", outcome: str = "answered") -> Item:
    """A call that came in and was answered."""
    return Item(days, hour, 24, Type.CALL, "in", body, by, minutes * 60 + 17, outcome)


def rang(days: int, hour: int, by: str, outcome: str, minutes: int | None = None) -> Item:
    """A call of ours."""
    return Item(days, hour, 41, Type.CALL, OUT, "", by, None if minutes is None else minutes * 60 + 8, outcome)


def missed(days: int, hour: int, minute: int = 5) -> Item:
    return Item(days, hour, minute, Type.CALL)


def voicemail(days: int, hour: int, minute: int = 7) -> Item:
    return Item(days, hour, minute, Type.VOICEMAIL, seconds=3, files=(samples.voice(3),))


def note(days: int, hour: int, by: str, body: str, *mentions: str) -> Item:
    return Item(days, hour, 50, Type.NOTE, OUT, body, by, mentions=mentions)


def _with_renee(world: World) -> Iterator[Thread]:
    """What she had to do with Sales: on both of her records, for who sees the other one as well."""
    seller, subject = "seller", "Re: Service for two ovens"
    calls = [
        rang(world.since(weekday, weeks), hour, seller, BECAME[sign], 4 if sign == "y" else None)
        for weekday, hour, signs in RENEES_CALLS
        for weeks, sign in enumerate(signs)
    ]
    back_room = samples.picture("Pier 3, back room")
    offer = samples.fax("Offer 2291\n\nTwo ovens, serviced twice a year: $4,860", 1, "offer-2291.pdf")
    said = [
        took(56, 10, seller, 6, "Looks for somebody to service the oven."),
        text(9, 11, 20, "Is the price for both shops or for one?"),
        text(9, 11, 32, "For both. The second one is a third cheaper.", seller),
        Item(5, 9, 15, Type.MMS, body="This is where the second oven goes.", files=(back_room,)),
        text(5, 9, 40, "That fits. I bring the drawing when we meet.", seller),
        note(5, 9, seller, "@Samuel Adeyemi she signs if parts are included. Fine with you?", "sales.admin"),
        text(2, 10, 5, "Shall we meet at nine?"),
        text(2, 10, 30, "At nine. See you at the pier.", seller),
        text(1, 14, 0, "A reminder: we meet tomorrow at nine.", seller, status=Status.SCHEDULED, sends_in=2),
    ]
    yield Thread(SALES_LINE, RENEES_NUMBER, _in_order(calls + said), assigned=seller)
    yield Thread(SALES_MAIL, RENEES_MAIL, (
        mail(15, 14, subject[4:], "Good morning, can you send me the offer in writing?\n\nRenee Martinez"),
        mail(15, 16, subject, "Hello Renee,\n\nhere is the offer for both shops.\n\nElias Brandt", seller, html=OFFER,
             files=(offer,)),
        mail(3, 9, subject, "Thank you. I will sign once the parts are settled.\n\nRenee"),
    ), assigned=seller)  # fmt: skip


def _of_sales(world: World) -> Iterator[Thread]:
    seller, operator = "seller", "sales.operator"
    quote = samples.fax("Quote 1170\n\n40 desks, height adjustable", 2, "quote-1170.pdf")
    yield from _with_renee(world)
    yield Thread(SALES_LINE, _number(world, DANA, SALES), (
        took(13, 9, operator, 5, "Wants the desks before the move."),
        text(6, 10, 2, "Order confirmed. The first floor comes on the 3rd.", operator),
        text(1, 11, 18, "Could the delivery come a day earlier?"),
    ), unread=True, assigned=operator)  # fmt: skip
    yield Thread(SALES_MAIL, DANAS_MAIL, (
        mail(20, 11, "Quote for 40 desks", "Please quote 40 desks, delivered in spring.\n\nDana Whitfield"),
        mail(19, 10, "Re: Quote for 40 desks", "Dear Ms Whitfield,\n\nthe quote is attached.\n\nLena Fischer", operator,
             files=(quote,)),
    ), closed=operator)  # fmt: skip
    yield Thread(SALES_LINE, _number(world, MARCUS, SALES), (
        took(11, 13, operator, 7, "Asks about the second year."),
        rang(10, 15, operator, "left message"),
    ), snoozed=True)  # fmt: skip
    yield Thread(SALES_LINE, _unnamed(world, SALES), (missed(1, 8), text(1, 8, 9, "Do you also repair proofers?")),
                 unread=True)  # fmt: skip
    yield Thread(SALES_MAIL, NEWCOMER, (
        mail(1, 12, "Kitchen for a school", "Good day, who do I ask about a kitchen for 300 pupils?\n\nMorgan Tran"),
    ), unread=True)  # fmt: skip
    yield Thread(CHAT, "Ida Holm", (
        chat(4, 15, 3, "Hello, is anybody there?"), chat(4, 15, 4, "Yes, Lena from Sales. How can I help?", operator),
        chat(4, 15, 6, "What does a service visit cost?"), chat(4, 15, 8, "From $180 in town.", operator),
    ), closed=operator)  # fmt: skip
    yield Thread(CHAT, "Baker on Elm Street", (chat(1, 16, 20, "Can I come by your showroom tomorrow?"),), unread=True)
    yield from _short_ones(world, SALES, SALES_LINE, (operator, seller))


def _of_support(world: World) -> Iterator[Thread]:
    operator, leader = "support.operator", "support.admin"
    report = samples.fax("Meter readings, gate 4\n\n07:00  231.4\n08:00  229.9\n09:00  fault 17", 2, "readings.pdf")
    yield Thread(SUPPORT_LINE, _number(world, MARCUS, SUPPORT), (
        took(12, 8, operator, 9, "The reader at the gate shows fault 17."),
        Item(11, 9, 30, Type.FAX, "in", files=(report,)),
        text(11, 10, 0, "Got the readings. We bring a new reader this week.", operator),
        Item(4, 11, 12, Type.MMS, "in", "Now it looks like this.", files=(samples.picture("Gate 4, open"),)),
        text(4, 11, 30, "That is how it should look.", operator),
        Item(1, 9, 2, Type.FAX, "in", files=(samples.fax("Signed: service report, gate 4", 1),)),
    ), unread=True, assigned=operator)  # fmt: skip
    gail = _number(world, GAIL, SUPPORT)
    blocked = Status.BLOCKED
    yield Thread(SUPPORT_LINE, gail, (
        Item(31, 18, 2, Type.CALL, status=blocked), Item(30, 18, 1, Type.CALL, status=blocked),
        text(29, 18, 30, "Why does nobody answer?", status=blocked),
    ))  # fmt: skip
    yield Thread(SUPPORT_LINE, _unnamed(world, SUPPORT), (missed(1, 7), voicemail(1, 7)), unread=True)
    yield from _short_ones(world, SUPPORT, SUPPORT_LINE, (operator, leader))


def _short_ones(world: World, department: str, line: str, by: tuple[str, str]) -> Iterator[Thread]:
    """Everyday threads with drawn contacts: the first one is unread, one has opted out, the others lie behind."""
    rng = random.Random(f"{SEED} {department}")  # noqa: S311  made-up people, no secret
    for place, (contact, number) in enumerate(_drawn(world, department)[:14]):
        asked, answered, thanked = SHORT[place % len(SHORT)]
        day, hour = (1, 9) if place < 2 else (place + rng.randint(1, 12), rng.randint(8, 16))
        items = [text(day, hour, 10 + place, asked)]
        if place == 1:
            items = [missed(day, hour, 2), voicemail(day, hour, 4)]
        elif place:
            items.append(text(day, hour, 30, answered, by[place % 2]))
            items += [text(day, hour, 45, thanked)] if thanked else []
            items += [rang(day, hour + 1, by[place % 2], "answered", 3)] if place % 4 == 2 else []
        if place == 4 and department == SALES:
            items.append(text(day, hour, 58, "STOP"))
        closed = by[place % 2] if place > 4 and place % 3 == 0 else ""
        yield Thread(line, number, _in_order(items), unread=place < 2, closed=closed, contact=contact)


def _of_owner(world: World) -> Iterator[Thread]:
    owner = "owner"
    own = _own_numbers(world)
    contract = samples.fax("Contract for both shops\n\nSigned: Renee Martinez", 2, "contract.pdf")
    yield Thread(DIRECT, RENEES_NUMBER, (
        took(44, 10, owner, 12, "Thinks about a third shop."),
        text(26, 9, 5, "Happy birthday, Renee.", owner), text(26, 9, 50, "You remembered. Thank you!"),
        voicemail(17, 17), rang(16, 10, owner, "answered", 8),
        Item(8, 13, 20, Type.MMS, "in", "The new sign.", files=(samples.picture("Harbor Bakery & Café"),)),
        Item(4, 16, 40, Type.FAX, "in", files=(contract,)),
        text(1, 12, 40, "Did the contract arrive?"),
    ), unread=True)  # fmt: skip
    yield Thread(OWNERS_MAIL, RENEES_MAIL, (
        mail(33, 8, "Lunch", "Are you in town next week?\n\nRenee"),
        mail(33, 9, "Re: Lunch", "On Tuesday. At your place?\n\nDolores", owner),
    ))  # fmt: skip
    yield Thread(DIRECT, STRANGER, (missed(2, 19), text(1, 10, 10, "Hi, is this still Dolores?")), unread=True)
    yield Thread(DIRECT, _shared_number(world), (text(1, 13, 1, "It is us. Are you home on Sunday?"),), unread=True)
    yield Thread(DIRECT, own[0][1], (
        text(6, 15, 1, "The samples are on the way.", owner, status=Status.FAILED, error="The number does not exist"),
    ), contact=own[0][0])  # fmt: skip
    for place, (contact, number) in enumerate(own[1:7], start=3):
        asked, answered, thanked = SHORT[place % len(SHORT)]
        items = [text(place * 3, 10, 5, asked), text(place * 3, 10, 25, answered, owner)]
        items += [text(place * 3, 11, 2, thanked)] if thanked else []
        yield Thread(DIRECT, number, tuple(items), contact=contact)


def _of_globex(world: World) -> Iterator[Thread]:
    yield Thread(FRONT, AMERICAN[0].number(FIRST_NUMBER), (
        took(6, 10, "owner", 3, "Asks when Globex delivers."),
        text(2, 9, 15, "When does Globex deliver?"), text(2, 9, 40, "On Friday. Globex Front Desk", "owner"),
        text(1, 15, 15, "Friday is fine."),
    ), unread=True, domain=GLOBEX)  # fmt: skip


def _in_order(items: list[Item]) -> tuple[Item, ...]:
    return tuple(sorted(items, key=lambda item: (-item.days, item.hour, item.minute)))


def _number(world: World, name: str, department: str) -> str:
    contact = world.contacts[OF_DEPARTMENT.format(name, department)]
    return contact.phones.filter(former_at=None).order_by("-is_primary", "pk").values_list("number", flat=True)[0]


def numbers_of(contacts: list[Contact]) -> list[tuple[Contact, str]]:
    """These contacts, in their order, with the first current number of each; not who has none."""
    phones = ContactPhone.objects.filter(contact__in=contacts, former_at=None).order_by("-is_primary", "pk")
    first = dict(reversed(phones.values_list("contact", "number")))
    return [(contact, first[contact.pk]) for contact in contacts if contact.pk in first]


def _drawn(world: World, department: str) -> list[tuple[Contact, str]]:
    """Everyday contacts of one department alone that have a name, oldest first. Nobody else has their numbers."""
    special = {contact.pk for key, contact in world.contacts.items() if key.split(" of ")[0] in SPECIAL}
    links = DepartmentLink.objects.filter(department=world.departments[department], ended_at=None, unnamed=False)
    rows = Contact.objects.filter(links__in=links, kind="department", archived=False).exclude(pk__in=special)
    return numbers_of(list(rows.order_by("created_at", "pk")[:30]))


def _unnamed(world: World, department: str) -> str:
    links = DepartmentLink.objects.filter(department=world.departments[department], ended_at=None, unnamed=True)
    rows = Contact.objects.filter(links__in=links, archived=False).order_by("created_at", "pk")
    return numbers_of(list(rows))[0][1]


def _own_numbers(world: World) -> list[tuple[Contact, str]]:
    """The owner's own contacts whose numbers nobody else has."""
    phones = ContactPhone.objects.filter(contact__account=world.accounts[ACME]).values_list("number", flat=True)
    holders = Counter(phones)
    rows = Contact.objects.filter(owner=world.acme("owner"), kind="personal", archived=False, unnamed=False)
    rows = rows.exclude(given_name="").exclude(pk=world.contacts[RENEE].pk).order_by("created_at", "pk")
    return [(who, number) for who, number in numbers_of(list(rows)) if holders[number] == 1 and number.startswith("+1")]


def _shared_number(world: World) -> str:
    """The number that two people of one household have (address_book)."""
    rows = ContactPhone.objects.filter(contact__owner=world.acme("owner"), contact__kind="personal", former_at=None)
    numbers = Counter(rows.filter(contact__archived=False).order_by("pk").values_list("number", flat=True))
    return next(number for number, holders in numbers.items() if holders == 2)
