"""The address books: the owner's, with names and oddities of many kinds, and small ones of most others (contract.md).

Everything is drawn from one seed, so two loads give the same people. Numbers and mail lead nowhere (places.py).
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from itertools import count

from contacts_project.accounts.models import User

from . import sharing
from .drafts import Draft, write
from .names import Name, named_people, plain_people
from .places import ABROAD, AMERICAN, COMPANIES, COMPANY_ONLY, MAIL_ONLY, STREETS, Place
from .world import World

SEED = "Kithline demo, 1"
TAGS = ("Key account", "Renewal due", "Warranty", "Referral", "Supplier", "Press", "Spanish-speaking", "Do not text")
OTHER_FIELDS = (
    ("Account no", "HB-20{n:03}"), ("Gate code", "{n:04}#"), ("Assistant", "Ask for Noor, mornings"),
    ("Shoe size", "42"), ("Met at", "Hospitality Fair, hall {n}"), ("Seg", "A"),
)  # fmt: skip
# What some names have besides: how many of them, and what.
NAME_PARTS = {
    "prefix": (0.07, ("Dr.", "Prof.", "Rev.")),
    "suffix": (0.04, ("Jr.", "III", "PhD")),
    "middle_name": (0.12, ("B.", "Jean", "Wren", "St. John")),
    "nickname": (0.08, ("Skip", "Bee", "Coach", "Ace")),
}
# How many contacts each of the others keeps; outsider@ keeps none (contract.md).
SMALL_BOOKS = {
    "manager": 24, "writer": 16, "seller": 12, "reader": 8, "sales.admin": 6, "sales.operator": 5,
    "support.admin": 6, "support.operator": 5, "admin": 4, "compliance": 3,
}  # fmt: skip
PLAIN_OF_OWNER = 26
PHOTO_EVERY = 7


class Book:
    """Draws drafts for one owner after the other; no two contacts get one number but by intention."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rng = random.Random(SEED)  # noqa: S311  made-up people, no secret
        self.used: dict[str, Iterator[int]] = {}
        self.serial = count()

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def number(self, place: Place) -> str:
        return place.number(next(self.used.setdefault(place.prefix, count())))

    def place(self) -> Place:
        roll, n = self.rng.random(), next(self.serial)
        if roll < 0.80:
            return AMERICAN[n % len(AMERICAN)]
        return ABROAD[n % len(ABROAD)] if roll < 0.93 else MAIL_ONLY[n % len(MAIL_ONLY)]

    def created_at(self) -> datetime.datetime:
        return self.world.moment(self.rng.randint(12, 900), self.rng.randint(8, 17), self.rng.randint(0, 59))

    def person(self, owner: User, name: Name, language: str = "") -> Draft:
        """Somebody with a name, most with a company, numbers, mail and the rest."""
        place = self.place()
        company, domain, title = self.rng.choice(COMPANIES) if self.chance(0.65) else ("", "post", "")
        draft = Draft(owner, self.created_at(), key=f"{owner.email} {name.mailbox}")
        draft.attributes = {"given_name": name.given, "family_name": name.family, "company": company}
        draft.attributes |= {"language": language, "time_zone": place.zone}
        if company and self.chance(0.8):
            draft.attributes["job_title"] = title
        self.embellish(draft)
        draft.phones = list(self.phones(place)) if place.prefix else []
        draft.emails = list(self.emails(name.mailbox, domain, sure=not draft.phones))
        draft.addresses = list(self.addresses(place))
        if company and self.chance(0.3):
            draft.websites = [{"url": f"https://{domain}.example/", "label": "Company"}]
        return draft

    def embellish(self, draft: Draft) -> None:
        """What only some have: forms of address, nickname, birthday, outside id, tags, other fields."""
        attributes = draft.attributes
        if attributes["family_name"] < "\u0250":  # Latin letters, as the words here are
            parts = {key: self.rng.choice(words) for key, (share, words) in NAME_PARTS.items() if self.chance(share)}
            attributes |= parts
        if self.chance(0.3):
            attributes["birthday"] = datetime.date(self.rng.randint(1944, 2004), 1, 1) + datetime.timedelta(
                days=self.rng.randint(0, 364)
            )
        if self.chance(0.06):
            attributes |= {"outside_id": f"CRM-{1000 + next(self.serial)}", "outside_source": "Old CRM"}
        draft.tags = self.rng.sample(TAGS, self.rng.choices((0, 1, 2, 3), (55, 28, 12, 5))[0])
        if self.chance(0.18):
            label, value = self.rng.choice(OTHER_FIELDS)
            draft.other_fields = [{"label": label, "value": value.format(n=self.rng.randint(1, 999))}]

    def phones(self, place: Place) -> Iterator[dict]:
        """None to three numbers; the second and third may be former, work numbers may have an extension."""
        for i in range(self.rng.choices((0, 1, 2, 3), (7, 58, 25, 10))[0]):
            label = ("Mobile", "Work", "Home")[i] if self.chance(0.85) else self.rng.choice(("Fax", "Boat", ""))
            row = {"number": self.number(place), "label": label, "is_primary": i == 0}
            if label == "Work" and self.chance(0.4):
                row["extension"] = str(self.rng.randint(2, 489))
            if i and self.chance(0.3):
                row["former_at"] = self.world.moment(self.rng.randint(2, 11), 15)
            yield row

    def emails(self, mailbox: str, domain: str, *, sure: bool) -> Iterator[dict]:
        """None to three addresses, at least one where there is nothing else to reach the person by."""
        rows = [(f"{mailbox}@{domain}.example", "Work"), (f"{mailbox}@home.example", "Home")]
        rows.append((f"accounts+{mailbox}@an-extremely-long-subdomain.legacy-hosting-provider.example", "Billing"))
        number = self.rng.choices((0, 1, 2, 3), (10, 68, 17, 5))[0]
        for i, (address, label) in enumerate(rows[: max(number, int(sure))]):
            former = self.world.moment(self.rng.randint(2, 11), 16) if i == 2 and self.chance(0.5) else None
            yield {"address": address, "label": label, "is_primary": i == 0, "former_at": former}

    def addresses(self, place: Place) -> Iterator[dict]:
        for label in ("Work", "Home")[: self.rng.choices((0, 1, 2), (35, 50, 15))[0]]:
            yield {
                "street": self.rng.choice(STREETS),
                "city": place.city,
                "region": place.region,
                "postal_code": place.postal_code,
                "country": place.country,
                "label": label,
            }

    def company(self, owner: User, name: str, domain: str) -> Draft:
        """A company without a person."""
        place = AMERICAN[next(self.serial) % len(AMERICAN)]
        draft = Draft(owner, self.created_at(), {"company": name}, key=f"{owner.email} {domain}")
        draft.phones = [{"number": self.number(place), "label": "Front desk", "is_primary": True}]
        draft.emails = [{"address": f"hello@{domain}.example", "label": "Work", "is_primary": True}]
        draft.addresses = list(self.addresses(place))
        return draft

    def nameless(self, owner: User) -> Iterator[Draft]:
        """People of whom only a number or an address is known."""
        for i in range(4):
            phone = {"number": self.number(AMERICAN[i]), "label": "Mobile", "is_primary": True}
            yield Draft(owner, self.created_at(), phones=[phone])
        for address in ("do-not-lose-this@post.example", "22b@tidewaterfreight.example"):
            yield Draft(owner, self.created_at(), emails=[{"address": address, "is_primary": True}])


def load(world: World) -> None:
    """Draw everybody's address books and write them with their collaborators."""
    book = Book(world)
    owner = world.acme("owner")
    drafts = [book.person(owner, name, language) for language, name in named_people()]
    drafts += [book.person(owner, name) for name in plain_people(0, PLAIN_OF_OWNER)]
    for i, draft in enumerate(drafts):
        draft.photo = i % PHOTO_EVERY == 0
    drafts += [book.company(owner, *company) for company in COMPANY_ONLY]
    drafts += list(book.nameless(owner))
    _share_a_line(drafts)
    start = PLAIN_OF_OWNER
    for mailbox, number in SMALL_BOOKS.items():
        drafts += [book.person(world.acme(mailbox), name) for name in plain_people(start, number)]
        start += number
    sharing.share(world, drafts, book.rng)
    write(world, drafts)


def _share_a_line(drafts: list[Draft]) -> None:
    """Two people of one household answer the same telephone."""
    first, second = [draft for draft in drafts if draft.phones and draft.attributes.get("family_name")][:2]
    second.phones.append({"number": first.phones[0]["number"], "label": "Home"})
