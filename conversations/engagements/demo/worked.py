"""What the departments did with their contacts: shared ones of old, edits, notes, removals, blocks, and what waits."""

from __future__ import annotations

import datetime

from contacts.imports.legacy import LegacyRow
from contacts.models import AccessRequest, Block, Contact, DepartmentLink, FollowUp
from contacts.services import access_requests, asking, blocks, editing, suggesting
from contacts.services.legacy import import_shared
from contacts.services.merging import Changes, RowChange
from contacts_project.accounts.models import User
from contacts_project.accounts.services import create_member
from contacts_project.core.history import rows_unrecorded
from contacts_project.core.phones import parse_phone
from conversations.models import Interaction

from . import notes
from .callers import DANA, ESTELLE, GAIL, MARCUS, OF_DEPARTMENT, VERNON, date_callers, write_interactions
from .departments import SALES, SUPPORT
from .named import RENEE
from .world import ACME, World, acting

PRIYA, LEFT = "Priya Raman", "josephine.ward"
IMPORTED, LEFT_AT = 470, 64  # days ago
# Department, original owner, given and family name, company, number; all from the time before departments.
SHARED = (
    (SALES, "owner", "Priya", "Raman", "Raman Textiles", "+12025550118"),
    (SALES, "owner", "Leopold", "Ashgrove", "Ashgrove & Daughters", "+12025550112"),
    (SALES, "owner", "Mireille", "Fontenot", "", "+12025550113"),
    (SUPPORT, "owner", "Hollis", "Marchetti", "Marchetti Cold Storage", "+12025550114"),
    (SALES, LEFT, "Orla", "Fitzwilliam", "Fitzwilliam Estates", "+12025550115"),
    (SUPPORT, LEFT, "Benedict", "Amoah", "", "+12025550116"),
    (SALES, "owner", "D.", "Whitfield", "", "+12025550110"),  # has Dana Whitfield's number: Join it, or Keep both
)
NOTES = (  # on whom (of which department), by whom, days ago, what
    (DANA, SALES, "sales.operator", 40, "Decides together with Mr Osei of the finance team."),
    (DANA, SALES, "sales.admin", 21, "Up to 8 % without asking me."),
    (DANA, SALES, "sales.operator", 6, "Delivery through the yard, the lift is too small."),
    (MARCUS, SALES, "sales.operator", 28, "One year, ends in autumn. Ring six weeks before."),
    (MARCUS, SUPPORT, "support.operator", 13, "Ask for the key at the porter’s lodge."),
    (GAIL, SUPPORT, "support.admin", 32, "No customer. Blocked after three evenings."),
    (RENEE, SALES, "seller", 30, "Best before eleven. Speaks Spanish with us."),
    (ESTELLE, SUPPORT, "support.admin", 22, "The clinic in Elm Street has the old model."),
)
DRAWN_NOTES = ("Wants everything in writing.", "Ring the workshop, not the office.", "Pays at once, never chase.")
EDITS = (  # on whom, by whom, days ago, attributes
    (DANA, SALES, "sales.operator", 40, {"company": "Whitfield Interiors", "job_title": "Office manager"}),
    (DANA, SALES, "seller", 11, {"job_title": "Head of operations"}),
    (MARCUS, SALES, "sales.operator", 37, {"company": "Bell & Sons Storage"}),
    (MARCUS, SUPPORT, "support.operator", 12, {"job_title": "Caretaker"}),
    (GAIL, SUPPORT, "support.operator", 34, {"nickname": "Mrs O."}),
)
SPAM, NUISANCE = "+12025550195", "+12025550196"


def load(world: World) -> None:
    _import(world)
    _edit(world)
    _write_notes(world)
    _remove(world)
    _block(world)
    _ask(world)
    _set_follow_ups(world)


def _import(world: World) -> None:
    """Contacts that were shared in the old system, by the door for such data; one of their owners has left since."""
    account = world.accounts[ACME]
    left = create_member(account, email=f"{LEFT}@{ACME}", name="Josephine Ward", password=None)
    owners = {"owner": world.acme("owner"), LEFT: left}
    admin, at = world.acme("admin"), world.moment(IMPORTED, 12)
    made: list[int] = []
    with acting(admin):
        for department, owner, given, family, company, number in SHARED:
            names = (("given_name", given), ("family_name", family), ("company", company))
            row = LegacyRow(len(made) + 1, owner=owners[owner], names=names, phone=parse_phone(number))
            ids, _ = import_shared(world.departments[department], [row])
            made += ids
            world.contacts[f"{given} {family}"] = Contact.objects.get(pk=ids[0])
    with rows_unrecorded(DepartmentLink):
        DepartmentLink.objects.filter(contact__in=made).update(linked_at=at)
    DepartmentLink.pgh_event_model.objects.filter(contact__in=made).update(linked_at=at)  # type: ignore[attr-defined]
    date_callers(world, made)
    # Not by the service, whose leaving is now; she owned nothing that is handed over.
    User.objects.filter(pk=left.pk).update(
        is_active=False, deactivated_at=world.moment(LEFT_AT), deactivated_by=admin, successor=world.acme("manager")
    )


def of(world: World, name: str, department: str) -> Contact:
    return world.contacts[OF_DEPARTMENT.format(name, department)]


def _drawn(world: World, department: str) -> list[Contact]:
    """Everyday contacts of one department alone that have a name, oldest first."""
    links = DepartmentLink.objects.filter(department=world.departments[department])
    live = Contact.objects.filter(kind="department", links__in=links, archived=False, unnamed=False)
    named = {contact.pk for contact in world.contacts.values() if contact.kind == "department"}
    special = [of(world, name, SALES).pk for name in (RENEE, DANA, MARCUS, ESTELLE, VERNON)]
    special.append(of(world, GAIL, SUPPORT).pk)
    return list(live.filter(pk__in=named).exclude(pk__in=special).order_by("created_at", "pk"))


def _edit(world: World) -> None:
    for name, department, by, days, attributes in EDITS:
        _save(world, of(world, name, department), by, days, Changes(attributes=dict(attributes)))
    email = {"address": "dana@whitfieldinteriors.example", "label": "Work"}
    rows = {"emails": [RowChange(0, None, email, primary=True)]}
    _save(world, of(world, DANA, SALES), "sales.operator", 39, Changes(rows=rows, tags=["Key account"]))
    for department, by in ((SALES, "sales.operator"), (SUPPORT, "support.operator")):
        for i, contact in enumerate(_drawn(world, department)[2:20:4]):
            company = ("Tidewater Freight", "Bright Dental", "Meridian Print")[i % 3]
            _save(world, contact, by, 9 - i, Changes(attributes={"company": company}))


def _save(world: World, contact: Contact, by: str, days: int, changes: Changes) -> None:
    at = max(world.moment(days, 11, 15), contact.created_at + datetime.timedelta(minutes=20))
    with acting(world.acme(by), at):
        editing.save_edit(world.acme(by), contact.pk, changes)


def _write_notes(world: World) -> None:
    for name, department, by, days, body in NOTES:
        line = (of(world, name, department), world.moment(days, 12), "public", body)
        notes.add(world.acme(by), [line])
    for department, by in ((SALES, "sales.operator"), (SUPPORT, "support.operator")):
        drawn = [contact for contact in _drawn(world, department) if contact.created_at < world.moment(8)][1::4]
        lines = [
            (contact, world.moment(7 - i % 6, 15, i), "public", DRAWN_NOTES[i % 3]) for i, contact in enumerate(drawn)
        ]
        notes.add(world.acme(by), lines)
    priya, owner = world.contacts[PRIYA], world.acme("owner")
    notes.add(owner, [(priya, world.moment(120), "public", "Prefers to be written to; rings back in the evening.")])
    notes.add(owner, [(priya, world.moment(60), "private", "Thinking of selling the firm.")])
    notes.add(world.acme("sales.operator"), [(priya, world.moment(17), "public", "Asked for the new catalogue.")])


def _remove(world: World) -> None:
    """Estelle Broome is Support's alone now; three others were the only department's, and so were archived."""
    lines = [(of(world, ESTELLE, SALES), SALES, "sales.admin", 15)]
    lines += [(contact, SALES, "sales.admin", 10 - i) for i, contact in enumerate(_drawn(world, SALES)[1:3])]
    lines += [(contact, SUPPORT, "support.admin", 8) for contact in _drawn(world, SUPPORT)[1:2]]
    for contact, department, by, days in lines:
        user, at = world.acme(by), max(world.moment(days, 16), contact.created_at + datetime.timedelta(hours=3))
        # Written here, not by the service, whose removing is now.
        with acting(user, at):
            live = DepartmentLink.objects.filter(contact=contact, ended_at__isnull=True)
            live.filter(department=world.departments[department]).update(ended_at=at, ended_by=user)
            if not live.exists():
                Contact.objects.filter(pk=contact.pk).update(archived_at=at)


def _block(world: World) -> None:
    """Gail Ostrom by Support's Admin Operator; a number for Sales, one for the whole account, one not any more."""
    support, sales, admin = (world.acme(name) for name in ("support.admin", "sales.admin", "admin"))
    scope = f"department:{world.departments[SALES].pk}"
    with acting(support, world.moment(32, 19)):
        made = blocks.block_contact(support, of(world, GAIL, SUPPORT), reason="Rings every evening, no customer")
        _date_blocks(made, world.moment(32, 19))
    with acting(sales, world.moment(24, 9)):
        made = [blocks.block_address(sales, SPAM, scope=scope, reason="Advertising by machine")[0]]
        _date_blocks(made, world.moment(24, 9))
    with acting(admin, world.moment(50, 9)):
        made = [blocks.block_address(admin, NUISANCE, reason="Silent calls to every desk")[0]]
        _date_blocks(made, world.moment(50, 9))
    operator = world.acme("sales.operator")
    blocked = Interaction(
        account=operator.account, department=world.departments[SALES], author=operator, is_by_hand=True,
        type=Interaction.Type.CALL, direction="in", status=Interaction.Status.BLOCKED, outcome="no answer",
        is_answered=False, at=world.moment(4, 13), created_at=world.moment(4, 13), outside_address=SPAM,
        arrived_without_contact=True,
    )  # fmt: skip
    write_interactions(operator, [(blocked, None)])


def _date_blocks(made: list[Block], at: datetime.datetime) -> None:
    ids = [block.pk for block in made]
    with rows_unrecorded(Block):
        Block.objects.filter(pk__in=ids).update(created_at=at)
    Block.pgh_event_model.objects.filter(pgh_obj__in=ids).update(created_at=at)  # type: ignore[attr-defined]


def _ask(world: World) -> None:
    """Sales' Admin Operator finds a wish for a block, the original owner of Priya Raman a suggested change."""
    operator = world.acme("sales.operator")
    wish = asking.ask_block(
        operator, of(world, VERNON, SALES), reason="Third advertising call this month.", mail=lambda _: None
    )
    changes = Changes(attributes={"company": "Raman Textiles & Sons", "job_title": "Managing director"})
    message = "It is on her new card."
    change = suggesting.suggest(operator, world.contacts[PRIYA], changes, message=message, mail=lambda _: None)
    for request, asked_at in ((wish, world.moment(1, 9)), (change, world.moment(2, 14))):
        expires_at = asked_at + access_requests.LASTS
        AccessRequest.objects.filter(pk=request.pk).update(asked_at=asked_at, expires_at=expires_at)


def _set_follow_ups(world: World) -> None:
    lines = (
        (DANA, SALES, "sales.operator", 0, "Confirm the delivery date"),
        (MARCUS, SALES, "sales.admin", 5, "Renewal: prepare the offer"),
        (MARCUS, SUPPORT, "support.operator", 0, "Ask whether the gate still works"),
        (ESTELLE, SUPPORT, "support.admin", -1, "Has the spare part come?"),
        (RENEE, SALES, "seller", 1, "One contract for both shops"),
    )
    FollowUp.objects.bulk_create(
        FollowUp(
            contact=of(world, name, department),
            user=world.acme(by),
            created_by=world.acme(by),
            due=world.today + datetime.timedelta(days=days),
            text=text,
            created_at=world.moment(3),
        )
        for name, department, by, days, text in lines
    )
