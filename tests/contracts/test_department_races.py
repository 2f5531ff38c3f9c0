"""Two sessions at once on what departments own: the lock decides, and nobody gets an error page (§2b and §8)."""

from __future__ import annotations

import pytest
from django.http import Http404
from django.test import Client
from django.utils import timezone

from contacts import policy
from contacts.models import Contact, DepartmentLink, Kind, Note
from contacts.services import archiving, blocks, converting, editing, notes, tagging
from contacts.services.follow_ups import create_follow_up
from contacts.services.merging import Changes
from contacts.services.parties import record_interaction_party
from contacts.services.sharing import set_access
from conversations.services.calls import NextStep, log_call
from departments.models import Operator
from departments.services.operators import remove_operator
from tests.contacts.office import NUMBER, Office, again, make_office
from tests.factories_contacts import ContactFactory
from tests.factories_departments import department_contact, operate

from .test_races import meanwhile

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office() -> Office:
    return make_office()


def call(office: Office, **more):
    facts = {"answered": True, "by": office.operator, "at": timezone.now(), **more}
    return record_interaction_party(office.sales, NUMBER, **facts)


def lonely() -> list[int]:
    """Live Department Contacts without a live link: there must never be one."""
    linked = DepartmentLink.objects.filter(ended_at=None).values("contact")
    found = Contact.objects.filter(kind=Kind.DEPARTMENT, archived=False).exclude(pk__in=linked)
    return list(found.values_list("pk", flat=True))


@pytest.mark.parametrize("path", ["archive/", "unarchive/"])
def test_a_double_click_on_remove_is_no_error(office: Office, path: str) -> None:
    contact = department_contact(office.sales, office.support)
    late = meanwhile(
        lambda: archiving.archive(office.admin, [contact.pk]),
        lambda: office.client("admin").post(f"/contacts/{contact.pk}/{path}"),
    )
    assert late.status_code in (303, 404)
    assert not again(contact).archived
    assert lonely() == []


def test_a_double_click_on_keep_or_give_is_no_error(office: Office) -> None:
    admin = office.client("owner")
    late = meanwhile(
        lambda: converting.give(office.owner, [office.shared.pk]),
        lambda: admin.post(office.url("convert/"), {"to": "department"}),
    )
    assert late.status_code in (303, 403, 404)
    assert again(office.shared).kind == Kind.DEPARTMENT


def test_a_call_that_comes_while_the_contact_is_removed_restores_it(office: Office) -> None:
    contact = department_contact(office.sales, phone=NUMBER)
    Contact.objects.filter(pk=office.shared.pk).update(archived_at=timezone.now())
    party = meanwhile(lambda: archiving.archive(office.admin, [contact.pk]), lambda: call(office))
    assert party.contacts == (contact,)
    assert party.restored
    assert (again(contact).archived, lonely()) == (False, [])


def test_a_removal_that_comes_while_a_call_links_another_department_keeps_it(office: Office) -> None:
    contact = department_contact(office.support, phone=NUMBER)
    Contact.objects.filter(pk=office.shared.pk).update(archived_at=timezone.now())
    meanwhile(lambda: call(office), lambda: archiving.archive(office.helper, [contact.pk]))
    assert not again(contact).archived
    assert [row.department for row in contact.links.filter(ended_at=None)] == [office.sales]


@pytest.mark.parametrize("to", ["give", "keep"])
def test_a_call_that_comes_while_its_contact_is_converted(office: Office, to: str) -> None:
    act = converting.give if to == "give" else converting.keep
    party = meanwhile(lambda: act(office.owner, [office.shared.pk]), lambda: call(office))
    (found,) = party.contacts
    assert (found == office.shared) is (to == "give")
    assert found.kind == Kind.DEPARTMENT
    assert lonely() == []


def test_a_call_with_a_follow_up_beside_a_join_does_not_lock_up(office: Office) -> None:
    """The record on which it is logged is older than the department's contact, which it locks first."""
    operate(office.sales, office.owner)
    Contact.objects.filter(pk=office.shared.pk).update(archived_at=timezone.now())
    mine = ContactFactory(owner=office.owner, phone=NUMBER)
    kept = department_contact(office.sales, phone=NUMBER)
    step = NextStep(timezone.localdate(), "Ring")
    late = meanwhile(
        lambda: log_call(
            office.owner, contact=mine, department=office.sales, number=NUMBER, direction="out", at=timezone.now(),
            outcome="answered", follow_up=step,
        ),
        lambda: converting.give(office.owner, [mine.pk], department=office.sales.pk, existing="join"),
    )  # fmt: skip
    assert not isinstance(late, Exception), late
    assert kept.follow_ups.get().text == "Ring"


WRITES = {
    "edit": lambda office: editing.save_edit(
        office.owner, office.shared.pk, Changes(attributes={"given_name": "Late"})
    ),
    "note": lambda office: notes.create_note(office.operator, office.shared, body="Late", visibility="public"),
    "private note": lambda office: notes.create_note(office.owner, office.shared, body="L", visibility="private"),
    "follow-up": lambda office: create_follow_up(
        office.operator, office.shared, due=timezone.localdate(), text="Late", user=office.operator
    ),
    "block": lambda office: blocks.block_contact(office.admin, office.shared),
    "grant": lambda office: set_access(office.owner, [office.shared.pk], office.helper, "read"),
}


@pytest.mark.parametrize("who", ["operator", "helper"])
def test_nothing_is_changed_once_the_department_has_removed_the_contact(office: Office, who: str) -> None:
    """Support keeps it, so the contact itself does not change: the links are what counts behind the lock."""
    contact, user = department_contact(office.sales, office.support), getattr(office, who)
    edit = Changes(attributes={"given_name": "Late"})
    late = meanwhile(
        lambda: archiving.archive(office.admin, [contact.pk]), lambda: editing.save_edit(user, contact.pk, edit)
    )
    assert (getattr(late, "__class__", None) is Http404) == (who == "operator")
    assert (again(contact).given_name == "Late") == (who == "helper")


@pytest.mark.parametrize("who", ["operator", "helper"])
def test_nothing_is_tagged_once_the_department_has_removed_the_contact(office: Office, who: str) -> None:
    contact, user = department_contact(office.sales, office.support), getattr(office, who)
    meanwhile(
        lambda: archiving.archive(office.admin, [contact.pk]), lambda: tagging.add_tags(user, [contact.pk], ["VIP"])
    )
    assert contact.contact_tags.exists() == (who == "helper")


@pytest.mark.parametrize("write", WRITES)
def test_what_is_written_while_a_contact_becomes_personal_is_judged_by_what_it_is_then(
    office: Office, write: str
) -> None:
    late = meanwhile(lambda: converting.keep(office.owner, [office.shared.pk]), lambda: WRITES[write](office))
    by_owner = write in ("edit", "private note", "grant")
    assert by_owner == (not isinstance(late, Exception)), late
    assert again(office.shared).kind == Kind.PERSONAL
    assert policy.can(office.owner, "grant", again(office.shared))


@pytest.mark.parametrize("write", WRITES)
def test_what_is_written_while_a_contact_is_joined_does_not_stay_behind(office: Office, write: str) -> None:
    operate(office.sales, office.owner)
    kept = department_contact(office.sales, phone=NUMBER)
    late = meanwhile(
        lambda: converting.give(office.owner, [office.shared.pk], existing="join"), lambda: WRITES[write](office)
    )
    assert late == [] or isinstance(late, Exception), late
    assert not Note.objects.filter(contact=office.shared).exists()
    assert not office.shared.follow_ups.exists()
    assert not office.shared.grants.exists()
    assert kept.joined_into.exists()


def test_who_is_removed_as_operator_meanwhile_writes_nothing_afterwards(office: Office) -> None:
    contact = department_contact(office.sales, phone=NUMBER)
    late = meanwhile(
        lambda: remove_operator(office.admin, Operator.objects.get(user=office.operator)),
        lambda: notes.create_note(office.operator, contact, body="Late", visibility="public"),
    )
    assert late is None or isinstance(late, Note)  # it was allowed when it began
    with pytest.raises(Http404):
        notes.create_note(office.operator, contact, body="Later", visibility="public")
    assert notes.create_note(office.admin, contact, body="Now", visibility="public").pk


def test_a_department_keeps_an_admin_operator_whoever_goes_at_once(office: Office) -> None:
    second = operate(office.sales, office.operator, admin=True)
    late = meanwhile(
        lambda: remove_operator(office.admin, second),
        lambda: remove_operator(office.operator, Operator.objects.get(user=office.admin, department=office.sales)),
    )
    assert isinstance(late, Exception)
    assert Operator.objects.filter(department=office.sales, is_admin=True).exists()


def test_the_same_call_logged_by_a_visitor_is_asked_to_sign_in(office: Office) -> None:
    assert Client().post(f"/departments/{office.sales.pk}/calls/", {}).status_code == 302
    assert office.client("operator").post(f"/departments/{office.sales.pk}/calls/", {}).status_code == 422
