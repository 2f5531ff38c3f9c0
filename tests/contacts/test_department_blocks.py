"""A department's blocks: read by its operators, set and lifted by its Admin Operators (product.md §8 and §9)."""

from __future__ import annotations

import pytest

from contacts.models import Block

from .crew import undo_last
from .team import Team, bytes_of, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return make_team()


def address(team: Team, rest: str = "") -> str:
    return f"/departments/{team.sales.pk}/blocks/{rest}"


def post(team: Team, who: str, **data: str):
    return team.client(who).post(address(team), {"address": "(800) 555-0166", "reason": "Robot", **data})


def test_an_admin_operator_blocks_and_lifts(team: Team) -> None:
    answer = post(team, "lead")
    assert (answer.status_code, answer["Location"]) == (303, address(team))
    made = Block.objects.get()
    assert (made.scope, made.department, made.address) == ("department", team.sales, "+18005550166")
    assert post(team, "lead").status_code == 303
    assert Block.objects.count() == 1
    assert team.client("lead").post(address(team, f"{made.pk}/remove/")).status_code == 303
    made.refresh_from_db()
    assert made.lifted_by == team.lead
    assert undo_last(team.lead)[0] == "Blocked again"


@pytest.mark.parametrize("who", ["operator", "helper_lead", "owner", "admin", "outsider"])
def test_nobody_else_blocks_or_lifts(team: Team, who: str) -> None:
    post(team, "lead")
    made = Block.objects.get()
    for answer in (post(team, who, address="x@y.example"), team.client(who).post(address(team, f"{made.pk}/remove/"))):
        assert answer.status_code == 403
        assert "Only Admin Operators of Sales" in answer.text
        assert "Lead Person" in answer.text  # whom to ask
    assert Block.objects.get(lifted_at=None) == made


def test_operators_read_it_without_the_form(team: Team) -> None:
    post(team, "lead")
    page = team.client("operator").get(address(team)).text
    assert "(800) 555-0166" in page
    assert 'data-action="block"' not in page
    assert 'data-action="lift"' not in page
    assert 'data-action="lift"' in team.client("lead").get(address(team)).text


@pytest.mark.parametrize("who", ["helper", "owner", "admin", "outsider"])
def test_others_do_not_read_it(team: Team, who: str) -> None:
    answer = team.client(who).get(address(team))
    assert answer.status_code == 403
    assert "Only operators of Sales" in answer.text


def test_another_account_gets_404(team: Team) -> None:
    other = make_team()
    assert other.client("lead").get(address(team)).status_code == 404
    assert other.client("lead").post(address(team), {"address": "x@y.example"}).status_code == 404


def test_a_block_is_removed_through_its_own_department_only(team: Team) -> None:
    """Child rows are looked up by parent and child: not the block of Support, nor the account's."""
    common = {"account": team.sales.account, "author": team.lead}
    others = [
        Block.objects.create(scope="department", department=team.support, address="a@b.example", **common),
        Block.objects.create(scope="account", address="a@b.example", **common),
    ]
    for block in others:
        assert team.client("lead").post(address(team, f"{block.pk}/remove/")).status_code == 404
    assert Block.objects.filter(lifted_at=None).count() == 2


@pytest.mark.parametrize("typed", ["", "nobody", "555 016", "a@b"])
def test_what_cannot_be_read_is_refused_with_the_form(team: Team, typed: str) -> None:
    answer = post(team, "lead", address=typed)
    assert answer.status_code == 422
    assert "id_address_error" in answer.text
    assert not Block.objects.exists()


def test_the_page_holds_this_departments_blocks_alone(team: Team) -> None:
    before = bytes_of(team.client("operator"), address(team))
    common = {"account": team.sales.account, "author": team.helper_lead}
    Block.objects.create(scope="department", department=team.support, address="a@b.example", **common)
    Block.objects.create(scope="account", address="c@d.example", **common)
    Block.objects.create(scope="lines", address="e@f.example", **common)
    assert bytes_of(team.client("operator"), address(team)) == before
