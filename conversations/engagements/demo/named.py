"""The contacts that contract.md names, as they were when they were made; edits.py makes of them what they are now."""

from __future__ import annotations

import datetime

from .drafts import Draft, Share, write
from .world import ACME, World

RENEE, ARCHIE = "Renee Martinez", "Archie Vault"
WASHINGTON = {"city": "Washington", "region": "DC", "country": "US"}
ADDRESSES = [
    {"street": "Pier 3", "postal_code": "20024", "label": "Work", **WASHINGTON},
    {"street": "1180 Harvard Street NW, Apt 4B", "postal_code": "20009", "label": "Home", **WASHINGTON},
]


def load(world: World) -> None:
    write(world, [renee(world), archie(world)])


def renee(world: World) -> Draft:
    """The personal contact on which every level of access can be tried."""
    return Draft(
        world.acme("owner"),
        world.moment(617, 9, 20),
        key=RENEE,
        photo=True,
        attributes={
            "given_name": "Renee",
            "family_name": "Martinez",
            "nickname": "Ren",
            "company": "Harbor Bakery & Café",
            "job_title": "Shop manager",
            "language": "English, Español",
        },
        phones=[
            {"number": "+12025550124", "label": "Mobile", "is_primary": True},
            {"number": "+12025550160", "label": "Work", "extension": "4"},
            {"number": "+12025550161", "label": "Fax"},
        ],
        emails=[
            {"address": "renee.martinez@harborbakery.example", "label": "Work", "is_primary": True},
            {"address": "renee@an-extremely-long-subdomain.legacy-hosting-provider.example", "label": "Old"},
        ],
        addresses=ADDRESSES,
        websites=[{"url": "https://harborbakery.example/", "label": "Company"}],
        other_fields=[{"label": "Account no", "value": "HB-20418"}, {"label": "Seg", "value": "A"}],
        tags=["Key account"],
        shares=[
            Share(f"manager@{ACME}", "admin", datetime.timedelta(days=1)),
            Share(f"writer@{ACME}", "write", datetime.timedelta(days=30)),
            Share(f"reader@{ACME}", "read", datetime.timedelta(days=200)),
            Share(f"seller@{ACME}", "write", datetime.timedelta(days=410)),
        ],
    )


def archie(world: World) -> Draft:
    """An archived contact that somebody else can read; archived by edits.py."""
    return Draft(
        world.acme("owner"),
        world.moment(730, 14, 5),
        key=ARCHIE,
        attributes={
            "given_name": "Archie",
            "family_name": "Vault",
            "company": "Ironbridge Tools",
            "job_title": "Buyer",
        },
        phones=[{"number": "+12025550177", "label": "Work", "is_primary": True}],
        emails=[{"address": "archie.vault@ironbridgetools.example", "label": "Work", "is_primary": True}],
        tags=["Warranty"],
        shares=[Share(f"reader@{ACME}", "read", datetime.timedelta(days=15))],
    )
