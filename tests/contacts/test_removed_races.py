"""Two departments that remove a contact at once, and a clean-up against an archive: the lock decides."""

from __future__ import annotations

import pytest

from contacts.models import Contact, Kind
from contacts.services import archiving, converting
from tests.contracts.test_races import meanwhile
from tests.factories_departments import department_contact

from .office import make_office

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_departments_at_once_end_with_an_archived_contact() -> None:
    office = make_office()
    contact = department_contact(office.sales, office.support)
    late = meanwhile(
        lambda: archiving.archive(office.admin, [contact.pk]), lambda: archiving.archive(office.helper, [contact.pk])
    )
    assert late[0].before["archived"] is True
    assert Contact.objects.get(pk=contact.pk).archived
    assert not contact.links.filter(ended_at=None).exists()


def test_a_contact_that_is_being_archived_is_not_given_away() -> None:
    office = make_office()
    late = meanwhile(
        lambda: archiving.archive(office.admin, [office.shared.pk]),
        lambda: converting.give(office.owner, [office.shared.pk]),
    )
    assert late[0].reason == "Archived: unarchive it first"
    assert Contact.objects.get(pk=office.shared.pk).kind == Kind.SHARED


def test_a_shared_contact_is_decided_once() -> None:
    office = make_office()
    late = meanwhile(
        lambda: converting.keep(office.owner, [office.shared.pk]),
        lambda: converting.give(office.owner, [office.shared.pk]),
    )
    assert late[0].reason == converting.WHICH  # by now it is personal, and no department was named
    assert Contact.objects.get(pk=office.shared.pk).kind == Kind.PERSONAL
