"""Collaborators of department and shared contacts: who grants, which levels, and what a grant never adds (§2b)."""

from __future__ import annotations

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from contacts import policy
from contacts.models import ContactUserObjectPermission
from contacts.services.sharing import remove_access, set_access
from contacts_project.accounts import grants
from contacts_project.accounts.grants import Level
from tests.factories import AccountFactory, UserFactory
from tests.factories_contacts import share
from tests.factories_departments import DepartmentFactory, department_contact, operate, shared_contact

pytestmark = pytest.mark.django_db
TABS = {"department": ["admin"], "shared": ["owner"]}


class Team:
    def __init__(self) -> None:
        account = AccountFactory()
        self.admin, self.operator, self.owner, self.colleague = (UserFactory(account=account) for _ in range(4))
        sales = DepartmentFactory(account=account)
        operate(sales, self.admin, admin=True)
        operate(sales, self.operator)
        self.department = department_contact(sales)
        self.shared = shared_contact(self.owner, sales)


@pytest.fixture
def team() -> Team:
    return Team()


@pytest.mark.parametrize("kind", ["department", "shared"])
@pytest.mark.parametrize("who", ["admin", "operator", "owner"])
def test_the_tab_is_for_those_who_may_grant(team: Team, kind: str, who: str) -> None:
    contact, user = getattr(team, kind), getattr(team, who)
    client = Client()
    client.force_login(user)
    status = client.get(f"/contacts/{contact.pk}/collaborators/").status_code
    hidden = kind == "department" and who == "owner"
    assert status == (404 if hidden else 200 if who in TABS[kind] else 403)


@pytest.mark.parametrize(
    ("kind", "who", "level", "given"),
    [
        ("department", "admin", "read", True),
        ("department", "admin", "write", True),
        ("department", "admin", "admin", False),
        ("shared", "owner", "read", True),
        ("shared", "owner", "write", False),
        ("shared", "owner", "admin", False),
    ],
)
def test_a_kind_takes_its_own_levels(team: Team, kind: str, who: str, level: str, given: bool) -> None:
    contact = getattr(team, kind)
    outcome = set_access(getattr(team, who), [contact.pk], team.colleague, level)[0]
    assert (outcome.status == "done") == given
    assert policy.visible_to(team.colleague).filter(pk=contact.pk).exists() == given
    assert bool(outcome.reason) != given


@pytest.mark.parametrize(("kind", "level"), [("department", "admin"), ("shared", "write"), ("shared", "admin")])
def test_the_database_refuses_a_higher_grant(team: Team, kind: str, level: str) -> None:
    with pytest.raises(IntegrityError, match="no grant of this level"), transaction.atomic():
        grants.set_level(ContactUserObjectPermission, [getattr(team, kind)], [team.colleague], level, by=None)


def test_the_form_offers_only_those_levels(team: Team) -> None:
    client = Client()
    client.force_login(team.admin)
    page = client.get(f"/contacts/{team.department.pk}/collaborators/").content.decode()
    assert '<option value="write"' in page
    assert '<option value="admin"' not in page
    answer = client.post(
        f"/contacts/{team.department.pk}/collaborators/", {"user": team.colleague.pk, "access": "admin"}
    )
    assert (answer.status_code, "Choose Read or Write." in answer.content.decode()) == (422, True)


def test_write_on_a_department_contact_edits_and_never_deletes_or_blocks(team: Team) -> None:
    share(team.department, team.colleague, Level.WRITE)
    actions = policy.allowed_actions(team.colleague, team.department)
    assert {"edit", "tag", "note", "note_write_private"} <= actions
    assert not actions & {"archive", "unarchive", "block", "unblock", "grant", "revoke", "give", "note_delete_any"}


def test_an_admin_operator_gives_longer_than_a_grant_of_his_own_lasts(team: Team) -> None:
    """The right comes by role, so an own grant that ends does not bind it."""
    share(team.department, team.admin, Level.READ, until=team.admin.account.today() + datetime.timedelta(days=1))
    assert set_access(team.admin, [team.department.pk], team.colleague, "write")[0].status == "done"


def test_the_original_owner_gets_and_loses_no_grant(team: Team) -> None:
    assert set_access(team.owner, [team.shared.pk], team.owner, "read")[0].reason
    assert remove_access(team.owner, [team.shared.pk], team.owner)[0].status == "already"


def test_the_last_collaborator_of_a_department_contact_can_go(team: Team) -> None:
    share(team.department, team.colleague, Level.WRITE)
    assert remove_access(team.admin, [team.department.pk], team.colleague)[0].status == "done"


@pytest.mark.parametrize(
    ("kind", "who", "visibility", "status"),
    [
        ("department", "operator", "public", 303),
        ("department", "operator", "private", 303),
        ("shared", "operator", "public", 303),
        ("shared", "operator", "private", 403),
        ("shared", "admin", "private", 403),
        ("shared", "owner", "private", 303),
    ],
)
def test_notes_of_operators_and_owners(team: Team, kind: str, who: str, visibility: str, status: int) -> None:
    client = Client()
    client.force_login(getattr(team, who))
    contact = getattr(team, kind)
    data = {"body": "Rang at nine", "visibility": visibility}
    assert client.post(f"/contacts/{contact.pk}/notes/", data).status_code == status
    assert contact.notes.count() == (status == 303)


def test_a_note_of_another_is_deleted_by_the_admin_operator_only(team: Team) -> None:
    note = team.department.notes.create(author=team.operator, body="x")
    assert policy.note_acts(team.admin, note, policy.allowed_actions(team.admin, team.department)) == {"edit", "delete"}
    other = team.department.notes.create(author=team.admin, body="x")
    assert policy.note_acts(team.operator, other, policy.allowed_actions(team.operator, team.department)) == {"edit"}


def test_operators_who_leave_are_told_that_access_comes_by_role(team: Team) -> None:
    client = Client()
    client.force_login(team.operator)
    answer = client.post(f"/contacts/{team.department.pk}/leave/")
    assert (answer.status_code, "Access by role is not left" in answer.content.decode()) == (403, True)
