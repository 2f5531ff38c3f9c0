"""/blocks/: what one may know, blocking an address that nobody has, lifting (product.md §9)."""

from __future__ import annotations

import pytest

from contacts.models import Block, UndoStep
from tests.factories_contacts import ContactFactory, PhoneFactory
from tests.factories_departments import operate

from .crew import undo_last
from .team import NUMBER, Team, make_team

pytestmark = pytest.mark.django_db
ADDRESS = "/blocks/"


@pytest.fixture
def team() -> Team:
    return make_team()


def post(team: Team, who: str, **data: str):
    return team.client(who).post(ADDRESS, {"address": "(800) 555-0166", "reason": "Robot", **data})


def make(team: Team, scope: str = "department", **fields) -> Block:
    department = fields.pop("department", team.sales) if scope == "department" else None
    facts = {"account": team.sales.account, "author": team.lead, "department": department, "scope": scope, **fields}
    return Block.objects.create(**facts)


def test_everybody_blocks_for_own_lines(team: Team) -> None:
    answer = post(team, "outsider")
    assert (answer.status_code, answer["Location"]) == (303, ADDRESS)
    made = Block.objects.get()
    assert (made.scope, made.address, made.author, made.reason) == ("lines", "+18005550166", team.outsider, "Robot")
    assert post(team, "outsider").status_code == 303
    assert Block.objects.count() == 1
    assert undo_last(team.outsider) == ("Unblocked", ADDRESS)


def test_the_account_is_the_default_of_its_administrators(team: Team) -> None:
    """contract.md: POST /blocks/ {address, reason, until} are blocks of the account."""
    post(team, "admin")
    assert Block.objects.get().scope == "account"
    assert post(team, "outsider", scope="account").status_code == 403


def test_an_admin_operator_blocks_for_the_department(team: Team) -> None:
    here = f"department:{team.sales.pk}"
    assert post(team, "lead", scope=here).status_code == 303
    assert Block.objects.get().department == team.sales
    answer = post(team, "operator", scope=here)
    assert answer.status_code == 403
    assert "Only an Admin Operator of Sales" in answer.text
    assert post(team, "admin", scope=here).status_code == 403  # the account's flag is no role in a department


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Offers@Bulk.Example", "offers@bulk.example"),
        ("Ann <ann@bulk.example>", "ann@bulk.example"),
        ("+44 20 7946 0018", "+442079460018"),
        ("800.555.0166 ext 4", "+18005550166"),
    ],
)
def test_addresses_have_one_spelling(team: Team, typed: str, kept: str) -> None:
    post(team, "outsider", address=typed)
    assert Block.objects.get().address == kept


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"address": ""}, "Type a phone number or an email."),
        ({"address": "nobody"}, "Type a phone number or an email."),
        ({"address": "555 016"}, "digits short"),
        ({"address": "a@b"}, "domain ending"),
        ({"address": "\0"}, "Null characters"),
        ({"scope": "everywhere"}, "Choose where it is blocked."),
        ({"until": "2001-01-01"}, "This day has passed."),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_form(team: Team, data: dict, words: str) -> None:
    for headers in ({}, {"HX-Request": "true"}):
        answer = team.client("outsider").post(ADDRESS, {"address": "800 555 0166", **data}, headers=headers)
        assert answer.status_code == 422
        assert words in answer.text
    assert not Block.objects.exists()


def shown(team: Team, who: str) -> list[int]:
    page = team.client(who).get(ADDRESS)
    assert page.status_code == 200
    return [line.block.pk for line in page.context["page"].lines]


def test_the_list_holds_what_one_may_know(team: Team) -> None:
    sales, support = make(team, address="+18005550101"), make(team, department=team.support, address="+18005550102")
    account, lines = make(team, "account", address="a@bulk.example"), make(team, "lines", address="b@bulk.example")
    assert shown(team, "operator") == [account.pk, sales.pk]
    assert shown(team, "lead") == [lines.pk, account.pk, sales.pk]
    assert shown(team, "helper") == [account.pk, support.pk]
    assert shown(team, "outsider") == shown(team, "owner") == [account.pk]
    assert shown(make_team(), "lead") == []


def test_who_has_the_address_is_named_to_those_who_see_the_contact(team: Team) -> None:
    make(team, address=NUMBER)
    hidden = ContactFactory(owner=team.outsider, given_name="Hidden")
    PhoneFactory(contact=hidden, number=NUMBER)
    page = team.client("operator").get(ADDRESS).text
    assert "Dana Whitfield" in page
    assert "Hidden" not in page


def test_a_blocked_contact_that_one_does_not_see_is_not_named(team: Team) -> None:
    hidden = ContactFactory(owner=team.admin, given_name="Hidden", phone="+12025550155")
    make(team, "account", contact=hidden, author=team.admin)
    page = team.client("operator").get(ADDRESS).text
    assert "A contact that is not shared with you" in page
    assert "Hidden" not in page
    assert f"/contacts/{hidden.pk}/" not in page
    assert "555-0155" not in page
    assert "Hidden" in team.client("admin").get(ADDRESS).text


@pytest.mark.parametrize(
    ("who", "status"), [("lead", 303), ("operator", 403), ("helper", 404), ("owner", 404), ("admin", 404)]
)
def test_a_departments_block_is_lifted_by_its_admin_operators(team: Team, who: str, status: int) -> None:
    block = make(team, address=NUMBER)
    assert team.client(who).post(f"{ADDRESS}{block.pk}/lift/").status_code == status
    block.refresh_from_db()
    assert (block.lifted_by == team.lead) is (status == 303)


def test_own_lines_are_lifted_by_their_author(team: Team) -> None:
    block = make(team, "lines", address=NUMBER)
    assert team.client("operator").post(f"{ADDRESS}{block.pk}/lift/").status_code == 404
    assert team.client("lead").post(f"{ADDRESS}{block.pk}/lift/").status_code == 303
    assert team.client("lead").post(f"{ADDRESS}{block.pk}/lift/").status_code == 303  # twice changes nothing
    assert undo_last(team.lead)[0] == "Blocked again"
    assert shown(team, "lead") == [block.pk]


def test_what_was_blocked_again_is_not_put_back(team: Team) -> None:
    block = make(team, "lines", address=NUMBER)
    team.client("lead").post(f"{ADDRESS}{block.pk}/lift/")
    post(team, "lead", address=NUMBER)
    answer = team.client("lead").post(_undo_address(team))
    assert answer.status_code == 303
    assert Block.objects.filter(lifted_at=None).count() == 1


def _undo_address(team: Team) -> str:
    step = UndoStep.objects.filter(user=team.lead, action="unblock").latest("created_at")
    return f"/undo/{step.token}/"


def test_pages_are_cut_at_fifty(team: Team) -> None:
    made = [make(team, "lines", address=f"+1800555{n:04}") for n in range(53)]
    first = team.client("lead").get(ADDRESS)
    after = first.context["page"].after
    assert len(first.context["page"].lines) == 50
    assert f"?after={after}" in first.text
    rest = team.client("lead").get(f"{ADDRESS}?after={after}").context["page"].lines
    assert [line.block.pk for line in rest] == [block.pk for block in reversed(made[:3])]
    assert team.client("lead").get(f"{ADDRESS}?after=x").context["page"].after == after


def test_the_list_takes_a_constant_number_of_queries(team: Team, django_assert_max_num_queries) -> None:
    for n in range(20):
        make(team, "lines", address=f"+1800555{n:04}")
        make(team, address=f"p{n}@bulk.example")
    make(team, contact=team.contact)
    operate(team.support, team.lead, admin=True)
    client = team.client("lead")
    client.get(ADDRESS)
    with django_assert_max_num_queries(22):
        client.get(ADDRESS)
