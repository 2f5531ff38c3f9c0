"""A department's recent activity: for its operators, from what each may see."""

from __future__ import annotations

import re

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from contacts.models import DepartmentLink
from contacts.services.undoing import undo
from conversations.paging import PAGE
from departments.models import Operator
from tests.factories import UserFactory
from tests.factories_conversations import arrive, department_line
from tests.factories_departments import department_contact, link, operate

from .team import NUMBER, TYPED, Team, ago, interaction, log

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return Team()


@pytest.fixture
def read(client):
    def get(user, department, after="", status=200, **headers):
        client.force_login(user)
        response = client.get(f"/departments/{department.pk}/activity/?after={after}", headers=headers)
        assert response.status_code == status
        return response.content.decode()

    return get


def lines(page: str) -> list[str]:
    """The text of each entry."""
    entries = re.findall(r'<li class="row-f align-items-start".*?</li>', page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", entry).split()) for entry in entries]


def test_calls_say_what_came_of_them(read, team):
    log(team.operator, department=team.sales, number=TYPED, outcome="no answer", direction="in", note="Rang off")
    first = lines(read(team.leader, team.sales))[0]
    assert "Omar logged an incoming call with (202) 555-0142" in first
    assert "No answer" in first
    assert "New contact" in first
    assert "Rang off" in first
    assert "You logged" in lines(read(team.operator, team.sales))[0]


def test_a_call_and_its_link_are_one_entry(read, team):
    before = len(lines(read(team.leader, team.sales)))
    log(team.operator, department=team.sales, number=TYPED)
    log(team.operator, department=team.sales, number=TYPED)
    assert len(lines(read(team.leader, team.sales))) == before + 2


def test_operators_that_came_changed_and_went(read, team):
    person = UserFactory(account=team.account, name="Nadia")
    operate(team.sales, person)
    operate(team.sales, person, admin=True)
    Operator.objects.filter(user=person).delete()
    found = [line for line in lines(read(team.operator, team.sales)) if "Nadia" in line]
    assert len(found) == 3
    assert any("added Nadia as Department Operator" in line for line in found)
    assert any("made Nadia an Admin Operator" in line for line in found)
    assert any("removed Nadia from the operators" in line for line in found)


def test_links_that_came_went_and_came_back(read, team):
    contact = department_contact(team.sales, given_name="Zelda", family_name="Quick")
    link(contact, team.sales, ended=True)
    link(contact, team.sales)
    found = [line for line in lines(read(team.operator, team.sales)) if "Zelda Quick" in line]
    assert len(found) == 3
    assert any("restored Zelda" in line for line in found)


def test_who_was_removed_is_named_to_admin_operators_only(read, team):
    contact = department_contact(team.sales, given_name="Zelda", family_name="Quick")
    interaction(team.sales, contact, author=team.leader, body="Secret words")
    link(contact, team.sales, ended=True)
    assert "Zelda" not in read(team.operator, team.sales)
    page = read(team.leader, team.sales)
    assert "removed Zelda Quick" in " ".join(lines(page))
    assert f"/departments/{team.sales.pk}/removed/" in page
    for reader in (team.operator, team.leader):
        assert "Secret words" not in read(reader, team.sales)


def test_other_departments_tell_nothing(read, team):
    log(team.supporter, department=team.support, number=TYPED, note="Secret words")
    contact = department_contact(team.support, given_name="Zelda")
    assert "Secret words" not in read(team.operator, team.sales)
    assert contact.name not in read(team.operator, team.sales)
    assert "Secret words" in read(team.supporter, team.support)


@pytest.mark.usefixtures("still_clock")
def test_what_the_viewer_cannot_see_changes_no_byte(read, team):
    """A hidden contact on a call that the viewer sees is not named; the number stands in its place."""
    seen = interaction(team.sales, outside_address=NUMBER, arrived_without_contact=True)
    before = lines(read(team.operator, team.sales))
    seen.contacts.add(team.mine(given_name="Secret"))
    assert lines(read(team.operator, team.sales)) == before


def test_others_are_refused(read, team):
    for user in (team.supporter, team.stranger, UserFactory(account=team.account, is_account_admin=True)):
        assert "Only operators of Sales" in read(user, team.sales, status=403)
    read(UserFactory(), team.sales, status=404)


def test_pages_hold_everything_once_across_the_streams(read, team):
    at = ago(days=1)
    for _ in range(PAGE + 2):
        interaction(team.sales, at=at)
    for number in range(4):
        department_contact(team.sales, given_name=f"Contact {number}")
    found, after = [], ""
    while True:
        page = read(team.leader, team.sales, after)
        found += lines(page)
        following = re.findall(r"\?after=([\d.]+)\">Older", page)
        if not following:
            break
        (after,) = following
    assert len(found) == PAGE + 2 + 4 + 2  # calls, links, the two operators
    assert "Back to the newest" in page


@pytest.mark.parametrize("after", ["x", "1.2", "9" * 300, "1.0.999999999999999999999"])
def test_a_key_that_is_none_shows_the_first_page(read, team, after):
    assert len(lines(read(team.leader, team.sales, after))) == 2


def test_queries_do_not_grow(client, team):
    client.force_login(team.leader)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/departments/{team.sales.pk}/activity/").status_code == 200
        return len(queries)

    log(team.operator, department=team.sales, number=TYPED)
    department_contact(team.sales, phone="+14155550100")
    asked()
    few = asked()
    for number in range(15):
        log(team.leader, department=team.sales, number=f"415 555 {number:04}")
        department_contact(team.sales, phone=f"+1202555{number:04}")
    assert asked() == few <= 18


@pytest.mark.django_db(transaction=True)
def test_it_is_newest_first(read, team):
    """Own transactions, so that each event has its own time."""
    contact = department_contact(team.sales, given_name="Zelda")
    log(team.operator, department=team.sales, number=TYPED, at=ago(days=2))
    with transaction.atomic():
        DepartmentLink.objects.filter(contact=contact).update(ended_at=ago(days=0))
    found = lines(read(team.leader, team.sales))
    assert "removed Zelda" in found[0]
    assert "logged an outgoing call" in found[-1]


def test_much_that_is_hidden_does_not_hide_what_lies_behind_it(read, team):
    gone, here = department_contact(team.sales), department_contact(team.sales, given_name="Zelda")
    interaction(team.sales, here, at=ago(days=9), body="The old one")
    for number in range(PAGE * 2):
        interaction(team.sales, gone, at=ago(days=1, minutes=number))
    link(gone, team.sales, ended=True)
    page = read(team.operator, team.sales)
    assert "The old one" in page
    assert page.count("data-interaction-id") == 1


def test_a_call_that_was_undone_leaves_no_entry(read, team):
    before = lines(read(team.leader, team.sales))
    undo(team.operator, log(team.operator, department=team.sales, number=TYPED).undo)
    assert lines(read(team.leader, team.sales)) == before


def test_calls_and_messages_of_its_lines_stand_there_too(read, team):
    channel = department_line(team.sales)
    for sender, type, facts in (
        ("+12025550142", "sms", {"body": "Is the oven ready?"}),
        ("+12025550143", "call", {"is_answered": False}),
        ("+12025550144", "call", {"is_answered": True, "author": team.operator, "duration": 250}),
        ("+12025550145", "fax", {}),
        ("+12025550146", "sms", {"direction": "out", "author": team.operator, "body": "It is"}),
    ):
        arrive(channel, sender, type, **facts)
    found = lines(read(team.leader, team.sales))
    assert any(line.startswith("Text from (202) 555-0142") and "Is the oven ready?" in line for line in found)
    assert any(line.startswith("Missed call from (202) 555-0143") for line in found)
    assert any(line.startswith("Omar answered a call, 4 min 10 s, from (202) 555-0144") for line in found)
    assert any(line.startswith("Fax from (202) 555-0145") and "New contact" in line for line in found)
    assert any(line.startswith("Omar sent a text to (202) 555-0146") for line in found)
    read(team.supporter, team.sales, status=403)
