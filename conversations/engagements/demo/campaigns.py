"""The engagements of the demo: what was sent to whom, and what became of it (contract.md).

The product's own pre-flight decides who gets one, when the demo is loaded; what those who got it did is drawn from one
seed.
"""

from __future__ import annotations

from conversations.engagements.models import Engagement

from .ledger import Campaign, Fate, Reply, write
from .lines import DIRECT, FRONT, OWNERS_MAIL, SALES_LINE
from .lists import KEY_ACCOUNTS, PARTNERS, READERS, SERVICE
from .world import GLOBEX, World

Kind = Engagement.Kind
WINTER, CATALOGUE, DOCK, SPRING = (
    "Winter service 2026",
    "Autumn catalogue",
    "Dock closed on Friday",
    "Spring check-up",
)
REVIEWED = "Globex spring hours"

SERVICE_TEXT = (
    "Hi {{first-name}}, before the first frost we check every machine. Shall we come by next week? "
    "Answer with a day. STOP ends these texts. Acme, Sales"
)
CATALOGUE_MAIL = (
    "Good morning {{first-name}},\n\nthe autumn catalogue is out: proofers, ovens and the new counters, with "
    "prices for {{company}} that hold until the end of the year.\n\nhttps://acme.example/autumn\n\nDolores Okafor\nAcme"
)
DOCK_CALL = (
    "Hello {{first-name}}, this is Acme. On Friday our dock is closed for repairs. What you ordered comes on Monday. "
    "If that is too late for you, ring us. Thank you."
)
SPRING_TEXT = (
    "Hi {{first-name}}, spring is near. We have free days for your check-up from the 3rd on. Acme, {{my-name}}"
)

# What happened to what was handed over, in turn, drawn with these weights.
OF_TEXTS = (Fate("delivered", 41), Fate("sent", 4), Fate("failed", 2, "The number does not exist"))
OF_MAILS = (
    Fate("delivered", 40), Fate("sent", 2), Fate("bounced", 2, "550 5.1.1 There is no such mailbox"),
)  # fmt: skip
OF_CALLS = (
    Fate("answered", 6), Fate("machine", 3), Fate("unanswered", 4), Fate("busy", 1),
    Fate("failed", 1, "The number cannot be reached"),
)  # fmt: skip
ANSWERS = (
    Reply(4, "Tuesday morning, please ring first."), Reply(9, "Any day but Monday."), Reply(16, "STOP"),
    Reply(23, "Thursday at 10 works."), Reply(38, "We moved, can you call me?"), Reply(52, "Yes"),
    Reply(75, "Wednesday after the rush, so from two on."), Reply(140, "Who is this?"),
    Reply(310, "Next week is fine."), Reply(1500, "Sorry, only saw this now. Friday?"),
)  # fmt: skip
MAIL_ANSWERS = (
    Reply(130, "Could you send two printed ones to the shop?"),
    Reply(420, "What does the small proofer cost with fitting?"),
    Reply(1620, "Thank you Dolores. We will order in January."),
)  # fmt: skip

CAMPAIGNS = (
    Campaign(
        CATALOGUE, Kind.EMAIL, "owner", OWNERS_MAIL, 12, 8, CATALOGUE_MAIL, lists=(READERS,),
        subject="Our autumn catalogue, for {{company}}", fates=OF_MAILS, replies=MAIL_ANSWERS, opens=0.62, clicks=0.34,
        leaves=2, complains=1, shares=(("manager", "write"), ("reader", "read")),
    ),
    Campaign(
        DOCK, Kind.VOICE, "owner", DIRECT, 9, 11, DOCK_CALL, lists=(KEY_ACCOUNTS,), fates=OF_CALLS, pace=45,
        shares=(("manager", "read"),),
    ),
    Campaign(
        WINTER, Kind.TEXT, "seller", SALES_LINE, 4, 10, SERVICE_TEXT, lists=(SERVICE,), fates=OF_TEXTS,
        replies=ANSWERS, shares=(("sales.admin", "admin"), ("sales.operator", "write")),
    ),
    Campaign(
        SPRING, Kind.TEXT, "seller", SALES_LINE, 2, 15, SPRING_TEXT, lists=(SERVICE,),
        when=Engagement.When.BEST, status=Engagement.Status.DRAFT, shares=(("sales.operator", "write"),),
    ),
    Campaign(
        REVIEWED, Kind.TEXT, "owner", FRONT, 1, 16, "Hi {{first-name}}, Globex opens at seven from March on.",
        lists=(PARTNERS,), status=Engagement.Status.REVIEW, shares=(("admin", "read"),), domain=GLOBEX,
    ),
)  # fmt: skip


def load(world: World) -> None:
    """About 40 queries for each, whatever the number of people."""
    for campaign in CAMPAIGNS:
        world.engagements[campaign.name] = write(world, campaign)
