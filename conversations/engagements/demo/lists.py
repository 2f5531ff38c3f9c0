"""The lists of the demo: who made them, with whom they are shared, who stands on them (contract.md).

People were put on them by somebody who sees them; a reader of a list may see their names there without seeing more.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import F, QuerySet

from contacts import policy
from contacts.models import Contact, DepartmentLink, List, ListItem, ListUserObjectPermission
from contacts_project.accounts import grants
from contacts_project.accounts.grants import GrantLine, Level
from contacts_project.accounts.models import User
from contacts_project.core.history import rows_unrecorded

from .callers import DANA, ESTELLE, MARCUS, OF_DEPARTMENT, VERNON
from .departments import SALES
from .named import ARCHIE, RENEE
from .worked import PRIYA
from .world import ACME, GLOBEX, World, acting

READERS, SERVICE, KEY_ACCOUNTS = "Catalogue readers", "Winter service", "Key accounts"
FAIR, PARTNERS = "Hospitality Fair, hall 4", "Globex partners"
SETTLED = 14  # days: known before the first engagement


@dataclass(frozen=True)
class Made:
    """A list to be: by whom, how many days ago, for whom at which level, and who stands on it.

    Every `leaves`-th person has unsubscribed; `archived`: days ago.
    """

    name: str
    description: str
    by: str
    days: int
    shares: tuple[tuple[str, str], ...]
    people: Callable[[World], list[Contact]]
    leaves: int = 0
    archived: int | None = None
    domain: str = ACME


def load(world: World) -> None:
    for made in LISTS:
        world.lists[made.name] = _write(world, made)


def _readers(world: World) -> list[Contact]:
    """The owner's own: most work somewhere, some cannot be mailed, some have no name; and Archie Vault, archived."""
    own = _own(world, "owner").filter(archived=False)
    working = list(own.exclude(company="").exclude(given_name="")[3:49])
    private = list(own.filter(company="").exclude(given_name="")[:3])
    nameless = list(own.filter(given_name="", company="")[:2])
    return _once([world.contacts[RENEE], world.contacts[ARCHIE], *working, *private, *nameless])


def _service(world: World) -> list[Contact]:
    """Whom Sales knows, with those who were removed since; Renee Martinez twice, with one number."""
    links = DepartmentLink.objects.filter(department=world.departments[SALES])
    known = Contact.objects.filter(links__in=links, kind="department", created_at__lt=world.moment(SETTLED))
    drawn = list(known.exclude(given_name="").order_by("created_at", "pk")[:40])
    named = [world.contacts[OF_DEPARTMENT.format(name, SALES)] for name in (RENEE, DANA, MARCUS, ESTELLE, VERNON)]
    return _once([*named, world.contacts[PRIYA], world.contacts[RENEE], *drawn])


def _key_accounts(world: World) -> list[Contact]:
    """Whom the manager looks after: the own ones, and of the owner's those that are tagged so."""
    manager = world.acme("manager")
    own = _own(world, "manager").filter(archived=False)
    tagged = _own(world, "owner").filter(contact_tags__tag__name__in=["Key account", "Renewal due"], archived=False)
    shared = policy.visible_to(manager).filter(pk__in=tagged.order_by()).order_by("created_at", "pk")
    return _once([world.contacts[RENEE], *own, *shared[:6]])


def _met_at_the_fair(world: World) -> list[Contact]:
    return list(_own(world, "owner").filter(archived=False).exclude(given_name="")[60:72])


def _partners(world: World) -> list[Contact]:
    rows = Contact.objects.filter(account=world.accounts[GLOBEX], kind="personal", archived=False)
    return list(policy.visible_to(world.users[f"owner@{GLOBEX}"]).filter(pk__in=rows).order_by("created_at", "pk")[:20])


LISTS = (
    Made(
        READERS, "Who gets our catalogue, in spring and in autumn.", "owner", 120,
        (("manager", "admin"), ("writer", "write"), ("reader", "read")), _readers, leaves=17,
    ),
    Made(
        SERVICE, "Whose machines we look after.", "sales.admin", 75,
        (("seller", "write"), ("sales.operator", "write"), ("owner", "read"), ("reader", "read")), _service, leaves=19,
    ),
    Made(
        KEY_ACCOUNTS, "Talk to Tomás before you write to them.", "manager", 95,
        (("owner", "write"), ("writer", "read")), _key_accounts,
    ),
    Made(FAIR, "", "owner", 300, (), _met_at_the_fair, leaves=5, archived=140),
    Made(
        PARTNERS, "Who sells for Globex.", "owner", 60, (("admin", "write"),), _partners, leaves=9, domain=GLOBEX
    ),
)  # fmt: skip


def _own(world: World, mailbox: str) -> QuerySet[Contact]:
    known = Contact.objects.filter(owner=world.acme(mailbox), kind="personal", created_at__lt=world.moment(SETTLED))
    return known.order_by("created_at", "pk")


def _once(contacts: list[Contact]) -> list[Contact]:
    return list({contact.pk: contact for contact in contacts}.values())


def _write(world: World, made: Made) -> List:
    """The list with its grants and people, each as old as the list, or as the contact where that is younger."""
    by, at = world.users[f"{made.by}@{made.domain}"], world.moment(made.days, 9, 40)
    with acting(by, at):
        found = List.objects.create(
            account=by.account, name=made.name, description=made.description, owner=by, created_at=at
        )
        _share(world, made, found, by, at)
        _fill(world, made, found, by, at)
    events = ListItem.pgh_event_model.objects  # type: ignore[attr-defined]
    events.filter(list_id=found.pk, pgh_label="insert").update(pgh_created_at=F("added_at"))
    if made.archived:
        with acting(by, world.moment(made.archived, 16)):
            List.objects.filter(pk=found.pk).update(archived_at=world.moment(made.archived, 16))
        found.refresh_from_db()
    return found


def _share(world: World, made: Made, found: List, by: User, at: datetime.datetime) -> None:
    lines = [GrantLine(by, Level.ADMIN, by, at, None, True)]
    for mailbox, level in made.shares:
        user = world.users[f"{mailbox}@{made.domain}"]
        lines.append(GrantLine(user, Level(level), by, at + datetime.timedelta(hours=1), None, False))
    for line in lines:
        grants.put_back(ListUserObjectPermission, line.user, {found.pk: line})


def _fill(world: World, made: Made, found: List, by: User, at: datetime.datetime) -> None:
    rows = [
        ListItem(
            list=found, contact=contact, added_by=by, how=ListItem.How.BULK,
            added_at=max(at + datetime.timedelta(minutes=10), contact.created_at + datetime.timedelta(hours=1)),
        )
        for contact in made.people(world)
    ]  # fmt: skip
    ListItem.objects.bulk_create(rows)
    leaving = rows[made.leaves - 1 :: made.leaves] if made.leaves else []
    for row in leaving:
        row.is_subscribed, row.changed_by, row.changed_at = False, by, row.added_at + datetime.timedelta(days=9)
    with rows_unrecorded(ListItem):
        ListItem.objects.bulk_update(leaving, ["is_subscribed", "changed_by", "changed_at"])
