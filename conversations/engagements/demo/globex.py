"""The other account. Every name in it contains "Globex", so that whatever crosses accounts is seen at once."""

from __future__ import annotations

import random

from .drafts import Draft, Share, write
from .names import FAMILY, GIVEN, plain
from .places import AMERICAN, STREETS
from .world import GLOBEX, World

COMPANIES = ("Globex Foods", "Globex Shipping", "Globex Labs")
COMPANY_ONLY = ("Globex Harbour Services", "Globex Catering")
PEOPLE, OF_ADMIN, SHARED = 24, 4, 6
FIRST_NUMBER = 70  # of each area code: Acme's contacts hold the lower ones


def load(world: World) -> None:
    """Some people, two companies; the administrator keeps a few and shares others with the owner."""
    rng = random.Random("Kithline demo, Globex")  # noqa: S311  made-up people, no secret
    owner, admin = world.users[f"owner@{GLOBEX}"], world.users[f"admin@{GLOBEX}"]
    drafts = []
    for i in range(PEOPLE):
        place, given = AMERICAN[i % len(AMERICAN)], GIVEN[i % len(GIVEN)]
        draft = Draft(
            admin if i < OF_ADMIN else owner, world.moment(rng.randint(20, 400), rng.randint(8, 17)), key=f"globex {i}"
        )
        draft.attributes = {"given_name": given, "family_name": f"Globex-{FAMILY[i % len(FAMILY)]}"}
        draft.attributes |= {"company": rng.choice(COMPANIES), "time_zone": place.zone}
        draft.phones = [{"number": place.number(FIRST_NUMBER + i), "label": "Work", "is_primary": True}]
        mailbox = f"{plain(given)}.{i}@globex-partners.example"
        draft.emails = [{"address": mailbox, "label": "Work", "is_primary": True}]
        draft.addresses = [
            {"street": rng.choice(STREETS), "city": place.city, "region": place.region, "country": place.country}
        ]
        draft.tags = ["Globex partner"] if i % 4 == 0 else []
        if draft.owner == admin:
            draft.shares = [Share(owner.email, "write")]
        elif i < OF_ADMIN + SHARED:
            draft.shares = [Share(admin.email, "read")]
        draft.photo = i == OF_ADMIN
        drafts.append(draft)
    for i, name in enumerate(COMPANY_ONLY):
        phone = {"number": AMERICAN[i].number(FIRST_NUMBER + PEOPLE + i), "label": "Office", "is_primary": True}
        drafts.append(Draft(owner, world.moment(90 + i), {"company": name}, phones=[phone], key=name))
    contacts = write(world, drafts)
    world.contacts["globex first"] = contacts[0]
