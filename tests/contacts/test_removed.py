"""Deleting a Department Contact ends one department's link; the last one archives it; what was removed comes back."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts import policy, removed
from contacts.models import Contact, DepartmentLink
from contacts.services import archiving
from contacts.services.outcomes import ALREADY, DONE, REFUSED
from contacts.services.undoing import CannotUndo
from tests.factories_contacts import ContactFactory, share
from tests.factories_departments import department_contact, link, operate

from .crew import undo_last
from .office import Office, again, make_office

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return make_office()


@pytest.fixture
def both(office: Office) -> Contact:
    """A contact of Sales and Support."""
    return department_contact(office.sales, office.support, phone="+12025550111")


def live(contact: Contact) -> list[str]:
    links = contact.links.filter(ended_at=None).order_by("department__name")
    return list(links.values_list("department__name", flat=True))


def said(response) -> str:
    return str(list(get_messages(response.wsgi_request))[-1])


@pytest.mark.parametrize(("who", "status"), [("admin", 303), ("operator", 403), ("owner", 404)])
def test_only_an_admin_operator_deletes(office: Office, who: str, status: int) -> None:
    contact = department_contact(office.sales)
    answer = office.client(who).post(f"/contacts/{contact.pk}/archive/")
    assert answer.status_code == status
    assert again(contact).archived == (status == 303)
    if status == 403:
        assert "Only an Admin Operator can delete" in answer.content.decode()


def test_a_writer_by_grant_does_not_delete(office: Office) -> None:
    contact = share(department_contact(office.sales), office.reader, "write")
    assert office.client("reader").post(f"/contacts/{contact.pk}/archive/").status_code == 403


def test_one_of_two_departments_removes_it_for_itself_alone(office: Office, both: Contact) -> None:
    answer = office.client("admin").post(f"/contacts/{both.pk}/archive/")
    assert (answer.status_code, answer["Location"]) == (303, f"/departments/{office.sales.pk}/contacts/")
    assert said(answer) == "Removed from Sales. Support keeps it"
    assert (again(both).archived, live(both)) == (False, ["Support"])
    ended = DepartmentLink.objects.get(contact=both, department=office.sales)
    assert (ended.ended_by, ended.ended_at is not None) == (office.admin, True)
    assert office.client("operator").get(f"/contacts/{both.pk}/").status_code == 404
    assert office.client("helper").get(f"/contacts/{both.pk}/").status_code == 200


def test_whoever_still_sees_it_by_a_grant_is_led_back_to_it(office: Office, both: Contact) -> None:
    share(both, office.admin, "read")
    answer = office.client("admin").post(f"/contacts/{both.pk}/archive/")
    assert answer["Location"] == f"/contacts/{both.pk}/"


def test_the_last_department_archives_it(office: Office, both: Contact) -> None:
    archiving.archive(office.admin, [both.pk])
    answer = office.client("helper").post(f"/contacts/{both.pk}/archive/")
    assert answer["Location"] == f"/contacts/{both.pk}/"
    assert said(answer) == "Dana Whitfield archived"
    assert (again(both).archived, live(both)) == (True, [])
    for who in ("admin", "operator", "helper"):  # those of both departments see it, read-only
        assert policy.can(getattr(office, who), "view", again(both))
    assert archiving.archive(office.helper, [both.pk])[0].status == ALREADY


def test_an_admin_operator_of_two_says_which(office: Office, both: Contact) -> None:
    operate(office.support, office.admin, admin=True)
    client = office.client("admin")
    asked = client.post(f"/contacts/{both.pk}/archive/")
    assert asked.status_code == 422
    assert "Remove from Sales" in asked.content.decode()
    assert live(both) == ["Sales", "Support"]
    answer = client.post(f"/contacts/{both.pk}/archive/", {"department": office.support.pk})
    assert answer["Location"] == f"/contacts/{both.pk}/"  # Sales' link still shows it
    assert said(answer) == "Removed from Support. Sales keeps it"
    assert client.post(f"/contacts/{both.pk}/archive/", {"department": office.support.pk}).status_code == 403
    assert live(both) == ["Sales"]


def test_nobody_removes_it_from_somebody_elses_department(office: Office, both: Contact) -> None:
    assert (
        office.client("admin").post(f"/contacts/{both.pk}/archive/", {"department": office.support.pk}).status_code
        == 403
    )
    assert live(both) == ["Sales", "Support"]


def test_undo_of_a_removal_and_of_an_archive(office: Office, both: Contact) -> None:
    office.client("admin").post(f"/contacts/{both.pk}/archive/")
    message, address = undo_last(office.admin)
    assert (message, address) == ("Dana Whitfield is back", f"/contacts/{both.pk}/")
    assert live(both) == ["Sales", "Support"]
    archiving.archive(office.admin, [both.pk])
    office.client("helper").post(f"/contacts/{both.pk}/archive/")
    undo_last(office.helper)
    assert (again(both).archived, live(both)) == (False, ["Support"])


def test_undo_needs_the_role_at_that_time(office: Office, both: Contact) -> None:
    office.client("admin").post(f"/contacts/{both.pk}/archive/")
    operate(office.sales, office.admin, admin=False)
    with pytest.raises(CannotUndo):
        undo_last(office.admin)
    assert live(both) == ["Support"]


def test_unarchive_brings_it_back_to_ones_own_departments(office: Office, both: Contact) -> None:
    archiving.archive(office.admin, [both.pk])
    archiving.archive(office.helper, [both.pk])
    assert office.client("operator").post(f"/contacts/{both.pk}/unarchive/").status_code == 403
    assert office.client("admin").post(f"/contacts/{both.pk}/unarchive/").status_code == 303
    assert (again(both).archived, live(both)) == (False, ["Sales"])
    undo_last(office.admin)
    assert (again(both).archived, live(both)) == (True, [])


def test_undo_of_unarchive_leaves_it_to_those_who_work_it_since(office: Office, both: Contact) -> None:
    archiving.archive(office.admin, [both.pk])
    archiving.archive(office.helper, [both.pk])
    office.client("admin").post(f"/contacts/{both.pk}/unarchive/")
    link(both, office.support)
    undo_last(office.admin)
    assert (again(both).archived, live(both)) == (False, ["Support"])


def test_a_shared_contact_is_archived_whole_and_keeps_its_links(office: Office) -> None:
    assert office.client("operator").post(office.url("archive/")).status_code == 403
    assert office.client("admin").post(office.url("archive/")).status_code == 303
    assert (again(office.shared).archived, live(office.shared)) == (True, ["Sales"])
    assert office.client("owner").post(office.url("unarchive/")).status_code == 303
    assert (again(office.shared).archived, live(office.shared)) == (False, ["Sales"])
    assert office.client("owner").post(office.url("archive/")).status_code == 303
    undo_last(office.owner)
    assert not again(office.shared).archived


def test_bulk_archive_does_the_same_for_each_and_is_undone(office: Office, both: Contact) -> None:
    alone, personal = department_contact(office.sales), ContactFactory(owner=office.admin)
    theirs = share(ContactFactory(owner=office.owner), office.admin, "read")
    ids = [both.pk, alone.pk, personal.pk, office.shared.pk, theirs.pk]
    client = office.client("admin")
    answer = client.post("/contacts/bulk/", {"action": "archive", "ids": ids})
    assert said(answer) == "4 contacts archived, 1 not done"
    assert [again(one).archived for one in (both, alone, personal, office.shared)] == [False, True, True, True]
    assert live(both) == ["Support"]
    undo_last(office.admin)
    assert [again(one).archived for one in (both, alone, personal, office.shared)] == [False] * 4
    assert (live(both), live(alone)) == (["Sales", "Support"], ["Sales"])


def test_bulk_archive_refuses_where_the_department_is_not_clear(office: Office, both: Contact) -> None:
    operate(office.support, office.admin, admin=True)
    assert archiving.archive(office.admin, [both.pk])[0].reason == archiving.WHICH
    post = {"action": "archive", "ids": [both.pk], "department": office.sales.pk}
    office.client("admin").post("/contacts/bulk/", post)
    assert live(both) == ["Support"]


@pytest.mark.parametrize(("action", "archived"), [("archive", False), ("unarchive", True)])
def test_many_cost_as_many_queries_as_one(
    office: Office, django_assert_num_queries, action: str, archived: bool
) -> None:
    contacts = [department_contact(office.sales) for _ in range(12)]
    if archived:
        archiving.archive(office.admin, [contact.pk for contact in contacts])
    act = getattr(archiving, action)
    with CaptureQueriesContext(connection) as one:
        act(office.admin, [contacts[0].pk])
    with django_assert_num_queries(len(one)):
        act(office.admin, [contact.pk for contact in contacts[1:]])


# The page of what was removed.


def removed_url(office: Office, contact: Contact | None = None) -> str:
    page = f"/departments/{office.sales.pk}/removed/"
    return (
        page + f"{DepartmentLink.objects.get(contact=contact, department=office.sales).pk}/restore/"
        if contact
        else page
    )


def test_the_page_names_what_was_removed_by_whom(office: Office, both: Contact) -> None:
    archiving.archive(office.admin, [both.pk])
    page = office.client("admin").get(removed_url(office)).content.decode()
    assert "Dana Whitfield" in page
    assert "Removed by you" in page
    assert f'href="/contacts/{both.pk}/"' not in page  # it is hidden from Sales
    assert office.client("operator").get(removed_url(office)).status_code == 403
    assert "Dana" not in office.client("helper").get(f"/departments/{office.support.pk}/removed/").content.decode()


def test_restore_gives_it_back_to_this_department(office: Office, both: Contact) -> None:
    archiving.archive(office.admin, [both.pk])
    assert office.client("operator").post(removed_url(office, both)).status_code == 403
    answer = office.client("admin").post(removed_url(office, both))
    assert (answer.status_code, said(answer)) == (303, "Dana Whitfield is back in Sales")
    assert live(both) == ["Sales", "Support"]
    assert office.client("admin").post(removed_url(office, both)).status_code == 303  # twice changes nothing


def test_restore_unarchives(office: Office) -> None:
    contact = department_contact(office.sales)
    archiving.archive(office.admin, [contact.pk])
    office.client("admin").post(removed_url(office, contact))
    assert (again(contact).archived, live(contact)) == (False, ["Sales"])


def test_a_link_of_another_department_is_not_restored_here(office: Office, both: Contact) -> None:
    archiving.archive(office.helper, [both.pk])
    theirs = DepartmentLink.objects.get(contact=both, department=office.support)
    assert (
        office.client("admin").post(f"/departments/{office.sales.pk}/removed/{theirs.pk}/restore/").status_code == 404
    )
    assert archiving.restore(office.admin, [theirs.pk])[0].status == REFUSED
    assert archiving.restore(office.helper, [theirs.pk])[0].status == DONE


def test_further_pages_go_on_where_the_first_ended(office: Office, monkeypatch) -> None:
    monkeypatch.setattr(removed, "PAGE", 2)
    contacts = [department_contact(office.sales, given_name=f"N{number}") for number in range(5)]
    archiving.archive(office.admin, [contact.pk for contact in contacts])
    seen, after = [], ""
    for _ in range(3):
        page, after = removed.page_of(office.sales, after)
        seen += [one.contact_id for one in page]
    assert sorted(seen) == [contact.pk for contact in contacts]
    assert after == ""
    for nonsense in ("x", "AAAA", "MSAy"):
        assert office.client("admin").get(f"{removed_url(office)}?after={nonsense}").status_code == 200
