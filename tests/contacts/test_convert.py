"""Converting a shared contact: to a Department Contact (join it, or keep both), or to a personal one; and undo."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from contacts import policy
from contacts.models import Block, Contact, DepartmentLink, FollowUp, JoinedContact, Kind, Note
from contacts.services import converting
from contacts.services.outcomes import DONE, REFUSED
from contacts.services.undoing import CannotUndo
from contacts_project.accounts.models import User
from tests.factories import UserFactory
from tests.factories_contacts import EmailFactory, NoteFactory, PhoneFactory, share
from tests.factories_departments import department_contact, link, operate, shared_contact

from .crew import undo_last
from .office import NUMBER, Office, again, levels, make_office

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return make_office()


@pytest.mark.parametrize(
    ("who", "to", "status"),
    [
        ("owner", "department", 303), ("owner", "personal", 303), ("admin", "department", 403),
        ("admin", "personal", 403), ("operator", "department", 403), ("operator", "personal", 403),
        ("reader", "department", 403), ("owner", "elsewhere", 422),
    ],
)  # fmt: skip
def test_the_original_owner_converts_and_nobody_else(office: Office, who: str, to: str, status: int) -> None:
    assert office.client(who).post(office.url("convert/"), {"to": to}).status_code == status
    expected = {"department": Kind.DEPARTMENT, "personal": Kind.PERSONAL}.get(to) if status == 303 else Kind.SHARED
    assert again(office.shared).kind == expected


def test_given_to_the_department_it_loses_its_owner_and_keeps_links_and_readers(office: Office) -> None:
    answer = office.client("owner").post(office.url("convert/"), {"to": "department", "existing": "join"})
    contact = again(office.shared)
    assert (answer.status_code, answer["Location"]) == (303, office.url())
    assert (contact.kind, contact.owner, contact.archived) == (Kind.DEPARTMENT, None, False)
    assert list(contact.links.values_list("department", "ended_at")) == [(office.sales.pk, None)]
    assert levels(contact) == {"Rita": "read", "Olive": "read"}
    assert policy.can(office.operator, "edit", contact)
    assert not policy.can(office.owner, "edit", contact)


def test_an_owner_who_operates_the_department_goes_on_by_role(office: Office) -> None:
    operate(office.sales, office.owner)
    assert converting.give(office.owner, [office.shared.pk])[0].status == DONE
    assert levels(again(office.shared)) == {"Rita": "read"}
    assert policy.can(office.owner, "edit", again(office.shared))


def test_kept_as_personal_it_leaves_its_departments(office: Office) -> None:
    NoteFactory(contact=office.shared, author=office.operator, body="Public")
    answer = office.client("owner").post(office.url("convert/"), {"to": "personal"})
    contact = again(office.shared)
    assert answer["Location"] == office.url()
    assert (contact.kind, contact.owner) == (Kind.PERSONAL, office.owner)
    assert not contact.links.exists()
    assert levels(contact) == {"Rita": "read", "Olive": "admin"}
    assert not policy.can(office.operator, "view", contact)
    assert office.client("owner").get(office.url("notes/")).content.decode().count("Public") > 0


def test_an_admin_operator_converts_once_the_owner_has_left(office: Office) -> None:
    User.objects.filter(pk=office.owner.pk).update(is_active=False)
    assert office.client("operator").post(office.url("convert/"), {"to": "department"}).status_code == 403
    assert office.client("admin").post(office.url("convert/"), {"to": "personal"}).status_code == 403
    assert office.client("admin").get(office.url("convert/")).status_code == 200
    assert office.client("admin").post(office.url("convert/"), {"to": "department"}).status_code == 303
    contact = again(office.shared)
    assert contact.kind == Kind.DEPARTMENT
    assert levels(contact) == {"Rita": "read"}  # nothing is given to somebody who has left
    undo_last(office.admin)
    assert (again(contact).kind, again(contact).owner_id) == (Kind.SHARED, office.owner.pk)


@pytest.mark.parametrize("to", ["department", "personal"])
def test_undo_brings_everything_back(office: Office, to: str) -> None:
    before = list(office.shared.links.values_list("department", "linked_at", "ended_at"))
    office.client("owner").post(office.url("convert/"), {"to": to})
    message, address = undo_last(office.owner)
    contact = again(office.shared)
    assert (message, address) == ("Priya Raman is shared again", office.url())
    assert (contact.kind, contact.owner) == (Kind.SHARED, office.owner)
    assert list(contact.links.values_list("department", "linked_at", "ended_at")) == before
    assert levels(contact) == {"Rita": "read"}
    assert policy.can(office.owner, "edit", contact)


def test_undo_is_refused_where_others_built_upon_it(office: Office) -> None:
    office.client("owner").post(office.url("convert/"), {"to": "department"})
    share(again(office.shared), office.reader, "write")
    with pytest.raises(CannotUndo, match="more than Read"):
        undo_last(office.owner)
    assert again(office.shared).kind == Kind.DEPARTMENT


def test_archived_it_is_not_converted(office: Office) -> None:
    Contact.objects.filter(pk=office.shared.pk).update(archived_at=timezone.now())
    answer = office.client("owner").post(office.url("convert/"), {"to": "department"})
    assert answer.status_code == 403
    assert "Archived: unarchive it first" in answer.content.decode()


def test_without_a_department_it_cannot_be_given(office: Office) -> None:
    office.shared.links.update(ended_at=timezone.now())
    outcome = converting.give(office.owner, [office.shared.pk])[0]
    assert (outcome.status, outcome.reason) == (REFUSED, converting.NO_DEPARTMENT)


# A Department Contact with the same number: join it, or keep both.


@pytest.fixture
def twin(office: Office) -> Contact:
    """A Department Contact of Sales and Support with the same number, which the owner can edit."""
    operate(office.support, office.owner)
    return department_contact(office.sales, office.support, phone=NUMBER, given_name="Pria", family_name="Raman")


def fill(office: Office) -> None:
    shared = office.shared
    PhoneFactory(contact=shared, number="+12025550199")
    NoteFactory(contact=shared, author=office.operator, body="Public")
    NoteFactory(contact=shared, author=office.owner, body="Mine", visibility="private")
    FollowUp.objects.create(contact=shared, user=office.owner, due=timezone.localdate(), text="Ring")
    Block.objects.create(
        account=shared.account, scope="department", department=office.sales, contact=shared, author=office.admin
    )


def test_joining_moves_everything_and_leads_there(office: Office, twin: Contact) -> None:
    fill(office)
    answer = office.client("owner").post(office.url("convert/"), {"to": "department", "existing": "join"})
    kept, joined = again(twin), again(office.shared)
    assert answer["Location"] == f"/contacts/{twin.pk}/"
    assert (joined.kind, joined.owner, joined.archived) == (Kind.DEPARTMENT, None, True)
    assert not joined.links.exists()
    assert not joined.grants.exists()
    assert set(kept.phones.values_list("number", flat=True)) == {NUMBER, "+12025550199"}
    assert list(kept.emails.values_list("address", flat=True)) == ["priya@x.example"]
    assert set(kept.notes.values_list("body", "visibility")) == {("Public", "public"), ("Mine", "private")}
    assert kept.follow_ups.get().text == "Ring"
    assert kept.blocks.get().department == office.sales
    assert (kept.name, kept.nickname) == ("Pria Raman", "Priya Raman")
    assert levels(kept) == {"Rita": "read"}  # the owner goes on as operator of Support
    assert JoinedContact.objects.get().kept == twin


def test_the_old_address_leads_to_the_kept_record(office: Office, twin: Contact) -> None:
    converting.give(office.owner, [office.shared.pk], existing="join")
    answer = office.client("owner").get(office.url("notes/?show=private"))
    assert (answer.status_code, answer["Location"]) == (302, f"/contacts/{twin.pk}/notes/?show=private")
    assert office.client("owner").post(office.url("notes/"), {"body": "x"}).status_code == 404
    outsider = Client()
    outsider.force_login(UserFactory(account=office.shared.account))
    assert outsider.get(office.url()).status_code == 404


def test_joining_is_undone_whole(office: Office, twin: Contact) -> None:
    fill(office)
    phones = set(office.shared.phones.values_list("number", "is_primary", "former_at"))
    office.client("owner").post(office.url("convert/"), {"to": "department", "existing": "join"})
    undo_last(office.owner)
    kept, shared = again(twin), again(office.shared)
    assert (shared.kind, shared.owner, shared.archived) == (Kind.SHARED, office.owner, False)
    assert set(shared.phones.values_list("number", "is_primary", "former_at")) == phones
    assert shared.notes.count() == 2
    assert shared.follow_ups.count() == shared.blocks.count() == shared.emails.count() == 1
    assert shared.links.get().department == office.sales
    assert levels(shared) == {"Rita": "read"}
    assert (kept.nickname, kept.notes.count(), kept.phones.count()) == ("", 0, 1)
    assert levels(kept) == {}
    assert not JoinedContact.objects.exists()
    assert office.client("owner").get(office.url()).status_code == 200


def test_the_twin_gets_links_names_and_facts_that_it_lacks(office: Office) -> None:
    twin = department_contact(office.support, phone=NUMBER, given_name="Pria", nickname="Pri", company="Acme")
    operate(office.support, office.owner)
    Contact.objects.filter(pk=office.shared.pk).update(company="Zenith", job_title="Buyer")
    office.client("owner").post(office.url("convert/"), {"to": "department", "existing": "join"})
    kept = again(twin)
    assert set(kept.links.filter(ended_at=None).values_list("department", flat=True)) == {
        office.sales.pk, office.support.pk,
    }  # fmt: skip
    assert kept.job_title == "Buyer"
    assert set(kept.other_fields.values_list("label", "value")) == {
        ("Former name", "Priya Raman"), ("Former company", "Zenith"),
    }  # fmt: skip
    undo_last(office.owner)
    assert (again(twin).job_title, again(twin).other_fields.count()) == ("", 0)
    assert list(again(twin).links.values_list("department", flat=True)) == [office.support.pk]


def test_a_private_note_stays_closed_where_its_author_reads_the_kept_record_no_more(office: Office, twin: Contact):
    leaver = UserFactory(account=office.shared.account)
    NoteFactory(contact=office.shared, author=leaver, body="Closed", visibility="private")
    converting.give(office.owner, [office.shared.pk], existing="join")
    assert Note.objects.get(body="Closed").contact_id == office.shared.pk


def test_a_number_that_the_twin_had_once_is_current_again(office: Office, twin: Contact) -> None:
    EmailFactory(contact=twin, address="PRIYA@x.example", former_at=timezone.now())
    converting.give(office.owner, [office.shared.pk], existing="join")
    assert twin.emails.get().former_at is None
    assert office.shared.emails.get().former_at is not None


def test_keep_both_is_the_default(office: Office, twin: Contact) -> None:
    for data in ({"to": "department"}, {"to": "department", "existing": "keep"}):
        shared = shared_contact(office.owner, office.sales, phone=NUMBER)
        office.client("owner").post(f"/contacts/{shared.pk}/convert/", data)
        assert (again(shared).kind, again(shared).archived) == (Kind.DEPARTMENT, False)
    assert not JoinedContact.objects.exists()


def test_a_hidden_twin_changes_nothing(office: Office) -> None:
    client = office.client("owner")
    page = client.get(office.url("convert/")).content.decode()
    hidden = department_contact(office.sales, phone=NUMBER, given_name="Hidden")

    def bare(html: str) -> str:
        return re.sub(r"[A-Za-z0-9]{64}", "", html)  # CSRF tokens

    assert bare(client.get(office.url("convert/")).content.decode()) == bare(page)
    answer = client.post(office.url("convert/"), {"to": "department", "existing": "join", "into": hidden.pk})
    assert answer["Location"] == office.url()
    assert again(office.shared).archived is False
    assert not JoinedContact.objects.exists()


def test_one_who_only_reads_the_twin_does_not_join_it(office: Office) -> None:
    twin = department_contact(office.support, phone=NUMBER)
    share(twin, office.owner, "read")
    page = office.client("owner").get(office.url("convert/")).content.decode()
    assert "Keep both" not in page
    converting.give(office.owner, [office.shared.pk], existing="join")
    assert not JoinedContact.objects.exists()


def test_the_page_shows_both_records_side_by_side(office: Office, twin: Contact) -> None:
    page = office.client("owner").get(office.url("convert/")).content.decode()
    for words in ("Pria Raman", "Priya Raman", "Join it", "Keep both", 'name="existing"', 'value="join"'):
        assert words in page


def test_the_other_page_says_who_will_read_the_public_notes(office: Office) -> None:
    page = office.client("owner").get(office.url("convert/?to=personal")).content.decode()
    assert "public notes" in page
    assert "Rita" in page


def test_a_link_that_ended_on_the_twin_lives_again_and_ends_with_undo(office: Office) -> None:
    operate(office.support, office.owner)
    twin = department_contact(office.support, phone=NUMBER)
    link(twin, office.sales, ended=True)
    office.client("owner").post(office.url("convert/"), {"to": "department", "existing": "join"})
    assert DepartmentLink.objects.get(contact=twin, department=office.sales).ended_at is None
    undo_last(office.owner)
    assert DepartmentLink.objects.get(contact=twin, department=office.sales).ended_at is not None
