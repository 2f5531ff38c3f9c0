"""Blocking and unblocking a contact: who, where, and what it leaves behind (product.md §2b and §9)."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts import blocking
from contacts.models import Block, Contact
from contacts.services.undoing import CannotUndo
from tests.factories import UserFactory
from tests.factories_contacts import ContactFactory, share
from tests.factories_departments import link, operate

from .crew import make_crew, undo_last
from .team import NUMBER, Team, bytes_of, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return make_team()


def block(team: Team, who: str, contact: Contact | None = None, **data: object):
    contact = contact or team.contact
    return team.client(who).post(f"/contacts/{contact.pk}/block/", {"reason": "Robot", **data})


def unblock(team: Team, who: str, contact: Contact | None = None, **data: object):
    return team.client(who).post(f"/contacts/{(contact or team.contact).pk}/unblock/", data)


def standing() -> set[tuple[str, int | None]]:
    """(scope, department) of every block that is not lifted."""
    return set(Block.objects.filter(lifted_at=None).values_list("scope", "department"))


def test_an_admin_operator_blocks_for_the_own_department(team: Team) -> None:
    answer = block(team, "lead")
    assert (answer.status_code, answer["Location"]) == (303, f"/contacts/{team.contact.pk}/")
    made = Block.objects.get()
    assert (made.scope, made.department, made.author, made.reason) == ("department", team.sales, team.lead, "Robot")
    page = team.client("operator").get(f"/contacts/{team.contact.pk}/").text
    assert "Blocked for" in page
    assert "Robot" in page
    assert "data-blocked" in page
    assert 'data-action="unblock"' not in page  # a Department Operator may not
    assert 'data-action="unblock"' in team.client("lead").get(f"/contacts/{team.contact.pk}/").text


def test_blocking_twice_changes_nothing(team: Team) -> None:
    block(team, "lead")
    assert block(team, "lead", reason="Spam").status_code == 303
    assert Block.objects.get().reason == "Robot"


def test_undo_unblocks(team: Team) -> None:
    block(team, "lead")
    assert undo_last(team.lead)[0] == "Unblocked"
    assert standing() == set()
    assert Block.objects.get().lifted_by == team.lead


@pytest.mark.parametrize("who", ["operator", "helper"])
@pytest.mark.parametrize("scope", [{}, {"scope": "account"}, {"scope": "department"}])
def test_a_department_operator_does_not_block(team: Team, who: str, scope: dict) -> None:
    if scope.get("scope") == "department":
        scope = {"scope": f"department:{team.sales.pk}"}
    answer = block(team, who, **scope)
    assert answer.status_code == 403
    assert "Only an Admin Operator can block" in answer.text
    assert f"/contacts/{team.contact.pk}/ask-block/" in answer.text
    assert not Block.objects.exists()


def test_an_admin_operator_does_not_block_for_another_department(team: Team) -> None:
    answer = block(team, "lead", scope=[f"department:{team.sales.pk}", f"department:{team.support.pk}"])
    assert answer.status_code == 403
    assert "Only an Admin Operator of Support" in answer.text
    assert not Block.objects.exists()


def test_an_admin_operator_of_both_blocks_for_both(team: Team) -> None:
    operate(team.support, team.lead, admin=True)
    block(team, "lead")
    assert standing() == {("department", team.sales.pk), ("department", team.support.pk)}


def test_the_original_owner_blocks_for_every_linked_department(team: Team) -> None:
    link(team.shared, team.support)
    block(team, "owner", team.shared)
    assert standing() == {("department", team.sales.pk), ("department", team.support.pk)}
    assert "Only the original owner can block" in block(team, "operator", team.shared).text
    unblock(team, "owner", team.shared)
    assert standing() == set()


def test_account_administrators_block_for_the_account_where_they_see_the_contact(team: Team) -> None:
    assert block(team, "admin").status_code == 404
    share(team.contact, team.admin, "read")
    page = team.client("admin").get(f"/contacts/{team.contact.pk}/block/").text
    assert 'value="account" checked' in page
    assert f'value="department:{team.sales.pk}"' not in page
    block(team, "admin")
    assert standing() == {("account", None)}
    assert "Blocked for" in team.client("helper").get(f"/contacts/{team.contact.pk}/").text
    assert unblock(team, "helper_lead", scope="account").status_code == 403
    assert unblock(team, "admin", scope="account").status_code == 303
    assert standing() == set()


def test_a_personal_contact_is_blocked_for_own_lines() -> None:
    crew = make_crew()
    assert crew.client("reader").post(crew.url("block/")).status_code == 403
    crew.client("writer").post(crew.url("block/"))
    made = Block.objects.get()
    assert (made.scope, made.author) == ("lines", crew.writer)
    crew.client("owner").post(crew.url("block/"), {"scope": "lines"})
    assert Block.objects.count() == 2  # everybody's own


def test_archived_contacts_are_blocked_and_unblocked(team: Team) -> None:
    Contact.objects.update(archived_at=timezone.now())
    assert block(team, "lead").status_code == 303
    assert standing() == {("department", team.sales.pk)}
    assert unblock(team, "lead").status_code == 303
    assert standing() == set()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"scope": [""]}, "Choose where it is blocked."),
        ({"scope": ["everywhere"]}, "Choose where it is blocked."),
        ({"scope": ["department:0"]}, "Choose where it is blocked."),
        ({"until": "2001-01-01"}, "This day has passed."),
        ({"until": "soon"}, "Enter a valid date."),
        ({"reason": "x" * 201}, "at most 200 characters"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_form(team: Team, data: dict, words: str) -> None:
    answer = block(team, "lead", **data)
    assert answer.status_code == 422
    assert words in answer.text
    assert not Block.objects.exists()


def test_a_department_of_another_account_is_unknown(team: Team) -> None:
    other = make_team()
    assert block(team, "lead", scope=f"department:{other.sales.pk}").status_code == 422
    assert block(other, "lead", team.contact).status_code == 404


def test_a_block_that_has_ended_is_set_anew(team: Team) -> None:
    today = team.contact.account.today()
    block(team, "lead", until=today)
    Block.objects.update(until=today - datetime.timedelta(days=1))
    block(team, "lead", reason="Again")
    assert list(Block.objects.filter(lifted_at=None).values_list("reason", flat=True)) == ["Again"]
    assert Block.objects.count() == 2


def test_unblocking_lifts_what_blocks_an_address_of_the_contact(team: Team) -> None:
    common = {"account": team.contact.account, "author": team.lead}
    Block.objects.create(scope="department", department=team.sales, address=NUMBER, **common)
    page = team.client("operator").get(f"/contacts/{team.contact.pk}/").text
    assert "(202) 555-0142" in page
    assert "Blocked for" in page
    assert unblock(team, "lead", scope=f"department:{team.sales.pk}").status_code == 303
    assert standing() == set()
    assert undo_last(team.lead)[0] == "Blocked again"
    assert standing() == {("department", team.sales.pk)}


@pytest.mark.parametrize(("who", "status"), [("operator", 403), ("helper", 403), ("outsider", 404), ("lead", 303)])
def test_who_may_set_a_block_may_lift_it(team: Team, who: str, status: int) -> None:
    block(team, "lead")
    assert unblock(team, who).status_code == status
    assert bool(standing()) is (status != 303)


def test_an_admin_operator_elsewhere_lifts_nothing_here(team: Team) -> None:
    """He operates Sales as well, so he knows the block; he administers Support only."""
    operate(team.sales, team.helper_lead)
    block(team, "lead")
    answer = unblock(team, "helper_lead", scope=f"department:{team.sales.pk}")
    assert answer.status_code == 403
    assert "Only an Admin Operator of Sales" in answer.text
    assert standing() == {("department", team.sales.pk)}


def test_unblocking_what_is_not_blocked_changes_nothing(team: Team) -> None:
    assert unblock(team, "lead").status_code == 303
    assert not Block.objects.exists()


def test_undo_asks_again_who_may(team: Team) -> None:
    block(team, "lead")
    operate(team.sales, team.operator, admin=True)
    operate(team.sales, team.lead)
    with pytest.raises(CannotUndo):
        undo_last(team.lead)
    assert standing() == {("department", team.sales.pk)}


def test_the_contact_is_locked_while_a_block_is_set(team: Team) -> None:
    """A send that is being decided under a share lock is finished first, or sees the block (product.md §10)."""
    client = team.client("lead")
    with CaptureQueriesContext(connection) as queries:
        client.post(f"/contacts/{team.contact.pk}/block/")
    statements = [query["sql"] for query in queries]
    locked = next(i for i, sql in enumerate(statements) if '"contacts_contact"' in sql and "FOR NO KEY UPDATE" in sql)
    assert locked < next(i for i, sql in enumerate(statements) if 'INSERT INTO "contacts_block"' in sql)


def test_later_addresses_are_blocked_too(team: Team) -> None:
    block(team, "lead")
    team.contact.phones.create(number="+12025550199")
    assert blocking.is_blocked(team.sales, "+12025550199")
    assert not blocking.is_blocked(team.support, "+12025550199")


def pages(team: Team) -> list[str]:
    record = f"/contacts/{team.contact.pk}/"
    tabs = [record, f"{record}details/", f"{record}edit/", f"{record}access/", f"{record}block/"]
    lists = ["/contacts/", "/contacts/?blocked=1", "/contacts/count/?blocked=1", "/search/?q=dana", "/blocks/"]
    return [*tabs, *lists, f"/departments/{team.support.pk}/blocks/", "/today/", "/access-requests/"]


@pytest.mark.usefixtures("still_clock")
@pytest.mark.parametrize("who", ["helper", "helper_lead"])
def test_a_block_in_another_department_changes_no_byte(team: Team, who: str) -> None:
    before = bytes_of(team.client(who), *pages(team))
    block(team, "lead")
    Block.objects.create(
        account=team.contact.account, author=team.lead, scope="department", department=team.sales, address=NUMBER
    )
    assert standing() == {("department", team.sales.pk)}
    assert bytes_of(team.client(who), *pages(team)) == before


@pytest.mark.usefixtures("still_clock")
def test_a_block_of_a_colleagues_own_lines_changes_no_byte() -> None:
    crew = make_crew(phone=NUMBER)
    addresses = [crew.url(), crew.url("details/"), crew.url("block/"), "/contacts/", "/contacts/?blocked=1", "/blocks/"]
    before = bytes_of(crew.client("manager"), *addresses)
    assert crew.client("writer").post(crew.url("block/")).status_code == 303
    Block.objects.create(account=crew.owner.account, author=crew.writer, scope="lines", address=NUMBER)
    assert bytes_of(crew.client("manager"), *addresses) == before
    assert "data-blocked" in crew.client("writer").get(crew.url()).text


@pytest.mark.usefixtures("still_clock")
def test_a_department_block_by_address_tells_a_personal_owner_nothing() -> None:
    team = make_team()
    contact = ContactFactory(owner=UserFactory(account=team.sales.account), phone=NUMBER)
    team.outsider = contact.owner
    addresses = [f"/contacts/{contact.pk}/", "/contacts/?blocked=1", "/contacts/"]
    before = bytes_of(team.client("outsider"), *addresses)
    Block.objects.create(
        account=contact.account, author=team.lead, scope="department", department=team.sales, address=NUMBER
    )
    assert bytes_of(team.client("outsider"), *addresses) == before


def test_the_collection_marks_and_finds_blocked_contacts(team: Team) -> None:
    block(team, "lead")
    for who, found in (("operator", True), ("helper", False)):
        everything = team.client(who).get("/contacts/").text
        assert ("data-blocked" in everything) is found
        assert "Dana Whitfield" in everything
        assert ("Dana Whitfield" in team.client(who).get("/contacts/?blocked=1").text) is found
