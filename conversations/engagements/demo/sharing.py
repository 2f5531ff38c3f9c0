"""Who else may see the contacts of the address books, and how far: Read, Write or Admin, some until a day."""

from __future__ import annotations

import datetime
import random

from .drafts import Draft, Share
from .world import ACME, World

# Owner -> (to whom, what, share of the contacts). Nobody shares with outsider@ (contract.md).
PATTERNS: dict[str, tuple[tuple[str, str, float], ...]] = {
    "owner": (
        ("manager", "admin", 0.10),
        ("manager", "write", 0.15),
        ("writer", "write", 0.20),
        ("reader", "read", 0.25),
        ("seller", "read", 0.12),
        ("sales.admin", "write", 0.06),
        ("sales.operator", "read", 0.06),
        ("support.admin", "read", 0.05),
        ("support.operator", "read", 0.05),
        ("compliance", "read", 0.03),
    ),
    "manager": (("owner", "write", 0.5), ("writer", "read", 0.4), ("reader", "read", 0.3)),
    "writer": (("owner", "read", 0.4), ("manager", "admin", 0.2), ("seller", "write", 0.2)),
    "reader": (("owner", "read", 0.3),),
    "seller": (("sales.admin", "admin", 0.4), ("sales.operator", "write", 0.5), ("owner", "read", 0.2)),
    "sales.admin": (("sales.operator", "write", 0.6),),
    "support.admin": (("support.operator", "write", 0.6),),
}
SHARE_OF_ENDING = 0.12
# One contact is known to the whole house, and so shows a long list of collaborators.
KNOWN_TO_ALL = "Corner Pharmacy"
LEFT_OUT = ("outsider", "owner", "billing", "dispatch")  # the last two see what their departments work


def share(world: World, drafts: list[Draft], rng: random.Random) -> None:
    """Add collaborators to the drafts of Acme."""
    everybody = [email for email in world.users if email.endswith(ACME) and not email.startswith(LEFT_OUT)]
    for draft in drafts:
        pattern = PATTERNS.get(draft.owner.email.removesuffix(f"@{ACME}"), ())
        wanted: dict[str, str] = {}
        for mailbox, level, portion in pattern:
            if rng.random() < portion:
                wanted.setdefault(f"{mailbox}@{ACME}", level)
        if draft.attributes.get("company") == KNOWN_TO_ALL:
            wanted = dict.fromkeys(everybody, "read") | wanted
        draft.shares = [_share(world, rng, email, level) for email, level in wanted.items()]


def _share(world: World, rng: random.Random, email: str, level: str) -> Share:
    ends = level != "admin" and rng.random() < SHARE_OF_ENDING
    until = world.today + datetime.timedelta(days=rng.randint(3, 60)) if ends else None
    return Share(email, level, datetime.timedelta(days=rng.randint(0, 200), hours=rng.randint(1, 5)), until)
