"""Handing a personal contact over to a department: by its owner, one by one or many, with what changes shown before."""

from __future__ import annotations

import pytest

from contacts import policy
from contacts.models import BulkAction, Contact, JoinedContact, Kind
from contacts.services import converting
from contacts.services.outcomes import REFUSED
from contacts.services.undoing import CannotUndo
from tests.factories import UserFactory
from tests.factories_contacts import ContactFactory, share
from tests.factories_departments import DepartmentFactory, department_contact, link, operate

from .crew import undo_last
from .office import NUMBER, Office, again, levels, make_office

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return make_office()


@pytest.fixture
def mine(office: Office) -> Contact:
    """A personal contact of the owner, with a second Admin and a reader."""
    contact = ContactFactory(owner=office.owner, phone=NUMBER)
    share(contact, office.helper, "admin")
    share(contact, office.reader, "read")
    return contact


def post(office: Office, who: str, contact: Contact, **data):
    data = {"to": "department", "department": office.sales.pk} | data
    return office.client(who).post(f"/contacts/{contact.pk}/convert/", data)


@pytest.mark.parametrize(("who", "status"), [("owner", 303), ("helper", 403), ("reader", 403), ("operator", 404)])
def test_only_its_owner_hands_it_over(office: Office, mine: Contact, who: str, status: int) -> None:
    assert office.client(who).get(f"/contacts/{mine.pk}/convert/").status_code == (200 if status == 303 else status)
    assert post(office, who, mine).status_code == status
    assert again(mine).kind == (Kind.DEPARTMENT if status == 303 else Kind.PERSONAL)


def test_admin_becomes_write_and_the_former_owner_writes_on(office: Office, mine: Contact) -> None:
    answer = post(office, "owner", mine)
    assert answer["Location"] == f"/contacts/{mine.pk}/"
    contact = again(mine)
    assert (contact.owner, list(contact.links.values_list("department", flat=True))) == (None, [office.sales.pk])
    assert levels(contact) == {"Olive": "write", "Hal": "write", "Rita": "read"}
    assert policy.can(office.operator, "edit", contact)
    assert policy.can(office.admin, "archive", contact)
    assert not policy.can(office.owner, "archive", contact)


def test_an_owner_who_operates_the_department_goes_on_by_role(office: Office, mine: Contact) -> None:
    operate(office.sales, office.owner)
    post(office, "owner", mine)
    assert levels(again(mine)) == {"Hal": "write", "Rita": "read"}
    assert policy.can(office.owner, "edit", again(mine))


def test_the_page_says_what_changes_in_access(office: Office, mine: Contact) -> None:
    page = office.client("owner").get(f"/contacts/{mine.pk}/convert/?department={office.sales.pk}").content.decode()
    for words in (
        "The 2 operators of Sales can view and edit", "1 Admin Operator can also delete, block and share",
        "You are no longer the owner", "You keep Write, as a collaborator", "Admin comes by role only: Hal",
        "Hand over to Sales",
    ):  # fmt: skip
        assert words in page
    other = office.client("owner").get(f"/contacts/{mine.pk}/convert/?department={office.support.pk}")
    assert "Hand over to Support" in other.content.decode()


def test_undo_gives_it_back_whole(office: Office, mine: Contact) -> None:
    post(office, "owner", mine)
    message, _ = undo_last(office.owner)
    contact = again(mine)
    assert message == "Renee Martinez is personal again"
    assert (contact.kind, contact.owner, contact.links.count()) == (Kind.PERSONAL, office.owner, 0)
    assert levels(contact) == {"Olive": "admin", "Hal": "admin", "Rita": "read"}


def test_undo_is_refused_where_another_department_works_it_since(office: Office, mine: Contact) -> None:
    post(office, "owner", mine)
    link(mine, office.support)
    with pytest.raises(CannotUndo, match="Other departments"):
        undo_last(office.owner)


def test_undo_is_refused_to_one_who_sees_it_no_more(office: Office, mine: Contact) -> None:
    post(office, "owner", mine)
    share(again(mine), office.owner, None)
    with pytest.raises(CannotUndo, match="do not see"):
        undo_last(office.owner)


@pytest.mark.parametrize("department", ["", "x", "foreign", "missing"])
def test_only_to_a_department_of_the_account(office: Office, mine: Contact, department: str) -> None:
    value = {"foreign": str(DepartmentFactory().pk), "missing": "999999999"}.get(department, department)
    assert post(office, "owner", mine, department=value).status_code == 422
    assert again(mine).kind == Kind.PERSONAL
    foreign = DepartmentFactory().pk
    assert converting.give(office.owner, [mine.pk], department=foreign)[0].reason == converting.WHICH


def test_it_is_not_made_personal_again_by_hand(office: Office, mine: Contact) -> None:
    assert post(office, "owner", mine, to="personal").status_code == 403


def test_it_is_joined_into_a_department_contact_that_one_may_edit(office: Office, mine: Contact) -> None:
    twin = department_contact(office.sales, phone=NUMBER, given_name="Renée")
    operate(office.sales, office.owner, admin=True)
    page = office.client("owner").get(f"/contacts/{mine.pk}/convert/").content.decode()
    assert "Join it" in page
    answer = post(office, "owner", mine, existing="join", into=twin.pk)
    assert answer["Location"] == f"/contacts/{twin.pk}/"
    assert levels(again(twin)) == {"Hal": "write", "Rita": "read"}
    assert JoinedContact.objects.get().contact_id == mine.pk
    undo_last(office.owner)
    assert levels(again(mine)) == {"Olive": "admin", "Hal": "admin", "Rita": "read"}
    assert (levels(again(twin)), again(mine).archived) == ({}, False)


def test_a_department_operator_joins_but_grants_nothing_by_it(office: Office, mine: Contact) -> None:
    twin = department_contact(office.sales, phone=NUMBER)
    operate(office.sales, office.owner)
    assert (
        "only Admin Operators grant there"
        in office.client("owner").get(f"/contacts/{mine.pk}/convert/").content.decode()
    )
    post(office, "owner", mine, existing="join")
    assert levels(again(twin)) == {}
    undo_last(office.owner)
    assert levels(again(mine)) == {"Olive": "admin", "Hal": "admin", "Rita": "read"}


@pytest.mark.parametrize(("admin", "joined"), [(False, False), (True, True)])
def test_only_an_admin_operator_brings_a_further_department_by_joining(office, mine, admin: bool, joined: bool) -> None:
    twin = department_contact(office.support, phone=NUMBER)
    operate(office.support, office.owner, admin=admin)
    post(office, "owner", mine, existing="join", into=twin.pk)  # for Sales, which does not work the twin
    assert JoinedContact.objects.filter(kept=twin).exists() == joined
    assert twin.links.filter(department=office.sales).exists() == joined


def test_a_join_shortens_nobodys_access(office: Office, mine: Contact) -> None:
    twin = department_contact(office.sales, phone=NUMBER)
    share(twin, office.reader, "write")
    operate(office.sales, office.owner, admin=True)
    post(office, "owner", mine, existing="join")
    assert levels(again(twin))["Rita"] == "write"


# Many at once.


def bulk(office: Office, **data):
    return office.client("owner").post("/contacts/bulk/", {"action": "give", **data})


def test_many_are_handed_over_after_a_look_at_what_changes(office: Office, mine: Contact) -> None:
    other = ContactFactory(owner=office.owner)
    theirs = share(ContactFactory(owner=office.reader), office.owner, "admin")
    ids = [mine.pk, other.pk, theirs.pk]
    asked = bulk(office, ids=ids)
    assert (asked.status_code, 'name="department"' in asked.content.decode()) == (200, True)
    shown = bulk(office, ids=ids, department=office.sales.pk).content.decode()
    for words in ("2 contacts go to Sales", "1 not", "The 2 operators of Sales can view and edit", 'name="confirm"'):
        assert words in shown
    assert not BulkAction.objects.exists()
    assert again(mine).kind == Kind.PERSONAL
    done = bulk(office, ids=ids, department=office.sales.pk, confirm="1")
    assert done.status_code == 303
    assert [again(one).kind for one in (mine, other, theirs)] == [Kind.DEPARTMENT, Kind.DEPARTMENT, Kind.PERSONAL]
    reasons = list(BulkAction.objects.get().items.values_list("outcome", "reason").order_by("pk"))
    assert reasons[2] == (REFUSED, "Only its owner hands a contact over to a department.")
    undo_last(office.owner)
    assert [again(one).kind for one in (mine, other)] == [Kind.PERSONAL] * 2
    assert levels(again(mine)) == {"Olive": "admin", "Hal": "admin", "Rita": "read"}


def test_a_selection_of_none_of_ones_own_cannot_be_confirmed(office: Office) -> None:
    theirs = share(ContactFactory(owner=office.reader), office.owner, "admin")
    shown = bulk(office, ids=[theirs.pk], department=office.sales.pk).content.decode()
    assert "None of these can be handed over" in shown
    assert 'name="confirm"' not in shown


def test_all_that_match_are_handed_over(office: Office, mine: Contact) -> None:
    ContactFactory(owner=office.owner, family_name="Other")
    bulk(office, select="all", filter="q=martinez", department=office.sales.pk, confirm="1")
    assert list(Contact.objects.filter(kind=Kind.DEPARTMENT)) == [mine]


def test_a_shared_contact_does_not_go_to_a_chosen_department(office: Office) -> None:
    outcome = converting.give(office.owner, [office.shared.pk], department=office.support.pk)[0]
    assert (outcome.status, outcome.reason) == (REFUSED, converting.OWN_DEPARTMENTS)


def test_a_bulk_join_is_undone_although_the_records_are_hidden_by_then(office: Office, mine: Contact) -> None:
    twin = department_contact(office.sales, phone=NUMBER)
    operate(office.sales, office.owner)
    bulk(office, ids=[mine.pk], department=office.sales.pk, existing="join", confirm="1")
    assert JoinedContact.objects.get().kept == twin
    undo_last(office.owner)
    assert (again(mine).kind, again(mine).owner) == (Kind.PERSONAL, office.owner)


def test_hidden_contacts_are_left_out(office: Office) -> None:
    hidden = ContactFactory(owner=UserFactory(account=office.owner.account))
    assert converting.give(office.owner, [hidden.pk], department=office.sales.pk) == []
