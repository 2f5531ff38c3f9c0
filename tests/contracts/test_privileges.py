"""The chart of seed S2, cell by cell: page, fragment, bulk and direct POST on active, archived and blocked contacts.

`privileges.csv` is a copy of the chart (with the original owner's column of product.md §2b and "anyone else"), written
from the seed and not from the code. A denial is 403 with the rule for people who see the contact, 404 for others; a
cell that says yes works, and nothing changes where one says no.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from contacts import policy
from contacts.models import Block, BulkItem, Contact, Kind
from tests.factories import AccountFactory, UserFactory
from tests.factories_departments import DepartmentFactory, department_contact, operate, shared_contact
from tests.turns import some_of

from .walking import standing

pytestmark = pytest.mark.django_db
CHART = Path(__file__).with_name("privileges.csv")
STATES = ("active", "archived", "blocked")
NEW_NUMBER = "(202) 555-0187"
WORDS = {  # the seed's own, and product.md's where the seed only says No
    ("edit", "shared"): "Only the original owner can edit",
    ("delete", "shared"): "Only the original owner can delete",
    ("block", "shared"): "Only the original owner can block",
    ("delete", "department"): "Only an Admin Operator can delete",
    ("block", "department"): "Only an Admin Operator can block",
}


@dataclass(frozen=True)
class Cell:
    """One cell of the chart: may `who` do `action` to a contact of `kind`?"""

    action: str
    who: str
    kind: str
    allowed: bool

    def __str__(self) -> str:
        return f"{self.action}: {self.who} / {self.kind}"


def cells() -> Iterator[Cell]:
    with CHART.open() as file:
        for row in csv.DictReader(file):
            who, _, kind = row["column"].partition(" / ")
            yield Cell(row["action"], who, kind, row["verdict"] == "yes")


CELLS = list(cells())
DONE_TO_CONTACTS = [cell for cell in CELLS if cell.action != "create"]


class World:
    """One department, one contact of each kind, one person for each column."""

    def __init__(self) -> None:
        account = AccountFactory()
        columns = ("admin operator", "department operator", "original owner", "anyone else")
        self.people = {name: UserFactory(account=account) for name in columns}
        self.department = DepartmentFactory(account=account, name="Sales")
        operate(self.department, self.people["admin operator"], admin=True)
        operate(self.department, self.people["department operator"])
        self.contacts = {
            "department": department_contact(self.department, phone="+12025550141"),
            "shared": shared_contact(self.people["original owner"], self.department, phone="+12025550142"),
        }

    def contact(self, cell: Cell, state: str) -> Contact:
        contact = self.contacts[cell.kind]
        if state == "archived":
            Contact.objects.filter(pk=contact.pk).update(archived_at=timezone.now())
        elif state == "blocked":
            Block.objects.create(
                account=contact.account, scope="department", department=self.department, contact=contact,
                author=self.people["admin operator"],
            )  # fmt: skip
        return contact


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with standing(World, django_db_blocker) as made:
        yield made


def post(world: World, cell: Cell, contact: Contact, **headers: str):
    """Do the cell's action as a form of the record does."""
    base, ask = f"/contacts/{contact.pk}/", partial(world.visitors.ask, cell.who, **headers)
    if cell.action == "delete":
        return ask("POST", f"{base}archive/")
    if cell.action == "block":
        return ask("POST", f"{base}block/", {"scope": f"department:{world.department.pk}", "reason": "Robot"})
    if cell.action == "edit":
        return ask("POST", f"{base}edit/", {"given_name": "Changed", "version": contact.version})
    return ask("GET", f"{base}edit-history/")


def state_of(contact: Contact) -> tuple:
    now = Contact.objects.get(pk=contact.pk)
    blocks = Block.objects.filter(contact=contact, lifted_at=None).count()
    links = list(now.links.order_by("pk").values_list("department", "ended_at"))
    return now.given_name, now.archived, now.version, now.kind, blocks, links


def expected(cell: Cell, state: str) -> bool:
    """Whether the cell's yes works in that state: an archived contact is read-only but for deleting (once more:
    nothing happens), blocking and reading (product.md §2a, Archived)."""
    return cell.allowed and not (cell.action == "edit" and state == "archived")


def denied(cell: Cell) -> int:
    return 404 if cell.who == "anyone else" else 403


def test_the_copy_of_the_chart_is_whole() -> None:
    columns = {(cell.who, cell.kind) for cell in CELLS}
    assert len(columns) == 7
    assert {cell.action for cell in CELLS} == {"create", "delete", "block", "edit", "edit history"}
    assert len(CELLS) == 35
    seed = [cell for cell in CELLS if "operator" in cell.who]
    assert (len(seed), sum(cell.allowed for cell in seed)) == (20, 12)


POSTS = [  # as a page and as a fragment: each cell both, its states take turns
    pytest.param(cell, state, as_fragment, id=f"{'fragment' if as_fragment else 'page'}-{cell}-{state}")
    for place, cell in enumerate(DONE_TO_CONTACTS)
    for turn, state in enumerate(STATES, start=place)
    for as_fragment in some_of([False, True], turn)
]


@pytest.mark.parametrize(("cell", "state", "as_fragment"), POSTS)
def test_a_post_does_what_the_chart_says(world: World, cell: Cell, state: str, as_fragment: bool) -> None:
    contact = world.contact(cell, state)
    before = state_of(contact)
    answer = post(world, cell, contact, **({"HX_Request": "true"} if as_fragment else {}))
    if expected(cell, state):
        assert answer.status_code in {200, 303}
        unchanged = cell.action == "edit history" or state == {"delete": "archived", "block": "blocked"}.get(
            cell.action
        )
        assert (state_of(contact) == before) == bool(unchanged)
    else:
        assert answer.status_code == denied(cell)
        assert state_of(contact) == before
        rule = "Archived: unarchive it first" if cell.allowed else WORDS.get((cell.action, cell.kind), "")
        assert cell.who == "anyone else" or rule in answer.content.decode()


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("cell", [cell for cell in DONE_TO_CONTACTS if cell.action in ("delete", "edit")], ids=str)
def test_in_bulk_the_chart_holds_as_well(world: World, cell: Cell, state: str) -> None:
    """Deleting in bulk, and editing in bulk, which is tagging: the outcome of each contact tells."""
    contact = world.contact(cell, state)
    before = state_of(contact)
    data = {"action": "archive" if cell.action == "delete" else "tag", "tags": "Key account", "ids": contact.pk}
    answer = world.visitors.ask(cell.who, "POST", "/contacts/bulk/", data)
    assert answer.status_code in {303, 422} if cell.who == "anyone else" else answer.status_code == 303
    outcome = BulkItem.objects.filter(contact_id=contact.pk).first()
    tagged = contact.contact_tags.exists()
    if expected(cell, state):
        assert outcome.outcome in ({"done"} if cell.action == "edit" or state != "archived" else {"already"})
        assert cell.action == "delete" or tagged
    else:
        assert outcome is None or outcome.outcome == "refused"
        assert (state_of(contact), tagged) == (before, False)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("cell", DONE_TO_CONTACTS, ids=str)
def test_the_record_offers_what_the_chart_says_and_nothing_else(world: World, cell: Cell, state: str) -> None:
    contact = world.contact(cell, state)
    answer = world.visitors.ask(cell.who, "GET", f"/contacts/{contact.pk}/")
    if cell.who == "anyone else":
        assert answer.status_code == 404
        return
    page = answer.content.decode()
    marks = {"delete": "archive", "block": "block", "edit": "edit", "edit history": "edit-history"}
    offered = f'data-action="{marks[cell.action]}"' in page
    pointless = {"delete": "archived", "block": "blocked"}.get(cell.action) == state  # it is done already
    assert offered == (expected(cell, state) and not pointless) or (pointless and cell.allowed)


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell.action == "create"], ids=str)
def test_contacts_are_created_by_department_calls_as_department_contacts_only(world: World, cell: Cell) -> None:
    data = {"direction": "in", "number": NEW_NUMBER, "outcome": "answered", "note": ""}
    answer = world.visitors.ask(cell.who, "POST", f"/departments/{world.department.pk}/calls/", data)
    may = any(one.allowed for one in CELLS if one.action == "create" and one.who == cell.who)
    assert answer.status_code == (303 if may else 403)
    made = Contact.objects.filter(account=world.department.account, phones__number="+12025550187")
    assert [contact.kind for contact in made] == ([Kind.DEPARTMENT] if may else [])
    assert made.filter(kind=cell.kind).exists() == cell.allowed


@pytest.mark.parametrize("cell", DONE_TO_CONTACTS, ids=str)
def test_the_policy_says_the_same(world: World, cell: Cell) -> None:
    """Row check, queryset and list of actions, beside the addresses."""
    contact, user = world.contacts[cell.kind], world.people[cell.who]
    action = {"delete": "archive", "edit history": "edit_history"}.get(cell.action, cell.action)
    assert policy.can(user, action, contact) == cell.allowed
    assert (action in policy.allowed_actions(user, contact)) == cell.allowed
    assert policy.scope(user, action).filter(pk=contact.pk).exists() == cell.allowed
