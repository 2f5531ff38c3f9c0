"""The lines of the demo: numbers, mail addresses, a web chat, who has them; and the templates.

All carried by the simulator, but for the web chat, which has a public page (contract.md, Demo).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from itertools import groupby

from contacts_project.accounts import grants
from contacts_project.accounts.grants import GrantLine, Level
from contacts_project.accounts.models import User
from contacts_project.core.history import rows_unrecorded
from conversations.models import (
    Channel,
    ChannelPreference,
    ChannelUserObjectPermission,
    MessageTemplate,
)

from .departments import FRONT_DESK, SALES, SUPPORT
from .world import ACME, GLOBEX, World, acting

Kind = Channel.Kind
SALES_LINE, SUPPORT_LINE, DIRECT, FRONT = "Sales line", "Support line", "Direct line", "Front desk line"
SALES_MAIL, OWNERS_MAIL, CHAT = "Sales mail", "Owner's mail", "Web chat"
HEAD_OFFICE, DESK = "Caller ID", "Caller ID to verify"
MADE, SHARED = 460, 210  # days ago


@dataclass(frozen=True)
class Line:
    """An own address: of a department, or of somebody. `has` names what a phone number can do."""

    key: str
    kind: str
    address: str
    label: str
    department: str = ""
    owner: str = ""
    has: tuple[str, ...] = ()
    domain: str = ACME
    is_verified: bool = True
    public_key: str = ""


LINES = (
    Line(SALES_LINE, Kind.PHONE, "+12025550100", "Sales", SALES, has=("voice", "sms", "mms")),
    Line(SALES_MAIL, Kind.EMAIL, "sales@acme.example", "Sales", SALES),
    Line(SUPPORT_LINE, Kind.PHONE, "+12025550101", "Support", SUPPORT, has=("voice", "sms", "mms", "fax")),
    Line(CHAT, Kind.CHAT, "Website", "Website chat", SALES, public_key="acme-website-chat"),
    Line(HEAD_OFFICE, Kind.CALLER_ID, "+12025550102", "Head office", SALES, has=("voice",)),
    Line(DIRECT, Kind.PHONE, "+12025550103", "Dolores, direct", owner="owner", has=("voice", "sms", "mms", "fax")),
    Line(OWNERS_MAIL, Kind.EMAIL, "dolores.okafor@acme.example", "Dolores", owner="owner"),
    Line(DESK, Kind.CALLER_ID, "+12025550104", "Desk phone", owner="owner", has=("voice",), is_verified=False),
    Line(FRONT, Kind.PHONE, "+13125550105", "Globex Front Desk", FRONT_DESK, has=("voice", "sms"), domain=GLOBEX),
)
TEMPLATES = (  # name, subject, body
    ("Thank you for calling", "",
     "Hello {{given-name}}, thank you for calling Sales. Your offer follows by mail today."),
    ("Offer", "Your offer from Acme",
     "Hello {{given-name}},\n\nhere is the offer we spoke about. It holds for 30 days.\n\nAcme, Sales"),
    ("Visit booked", "",
     "Hello {{given-name}}, our technician comes tomorrow between 9 and 11. Answer this text to move the visit."),
)  # fmt: skip


def load(world: World) -> None:
    at = world.moment(MADE, 10)
    for email, lines in groupby(sorted(LINES, key=_maker), key=_maker):
        with acting(world.users[email], at):
            for line in lines:
                world.channels[line.key] = _add(world, line, world.users[email], at)
    _share(world)
    _write_templates(world)
    owner, channel = world.acme("owner"), world.channels[DIRECT]
    ChannelPreference.objects.create(user=owner, channel=channel, kind=channel.kind)


def _maker(line: Line) -> str:
    return f"{line.owner or 'admin'}@{line.domain}"


def _add(world: World, line: Line, by: User, at: datetime.datetime) -> Channel:
    able = {f"has_{name}": True for name in line.has}
    needs_check = line.kind in (Kind.CALLER_ID, Kind.EMAIL)
    channel = Channel.objects.create(
        account=by.account, kind=line.kind, address=line.address, label=line.label, public_key=line.public_key,
        department=world.departments[line.department] if line.department else None, created_by=by, created_at=at,
        provider="webchat" if line.kind == Kind.CHAT else "simulator",
        verified_at=at if needs_check and line.is_verified else None, **able,
    )  # fmt: skip
    if line.owner:
        own = GrantLine(by, Level.ADMIN, by, at, None, False)
        grants.put_back(ChannelUserObjectPermission, by, {channel.pk: own})
    return channel


def _share(world: World) -> None:
    """The owner lets a colleague read the direct line (contract.md)."""
    owner, reader, at = world.acme("owner"), world.acme("reader"), world.moment(SHARED, 15)
    with acting(owner, at):
        line = GrantLine(reader, Level.READ, owner, at, None, False)
        grants.put_back(ChannelUserObjectPermission, reader, {world.channels[DIRECT].pk: line})


def _write_templates(world: World) -> None:
    by, at = world.acme("sales.admin"), world.moment(90)
    with acting(by, at):
        made = MessageTemplate.objects.bulk_create(
            MessageTemplate(account=by.account, name=name, subject=subject, body=body, created_by=by)
            for name, subject, body in TEMPLATES
        )
    with rows_unrecorded(MessageTemplate):
        MessageTemplate.objects.filter(pk__in=[one.pk for one in made]).update(updated_at=at)
