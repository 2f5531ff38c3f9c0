"""Seed S2: "we've opted to remove the ability to create any new Shared Department Contacts".

Walks every way in which a contact comes to be or changes its kind, and the database's own refusal.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from io import BytesIO, StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.imports.steps import import_at_once
from contacts.imports.uploads import store_upload
from contacts.models import Contact, Kind
from contacts.services import archiving, converting, parties
from contacts.services.contacts import create_contact
from contacts.services.legacy import shared_contacts_allowed
from contacts.services.merging import Changes
from tests.factories import UserFactory
from tests.factories_contacts import ContactFactory
from tests.factories_departments import department_contact, operate

from .office import Office, make_office

pytestmark = pytest.mark.django_db
FORGED = {"kind": "shared", "owner": "1"}
ROWS = b"First name,Phone,Kind,Owner\nAnn,202 555 0171,shared,\nBo,202 555 0172,Shared Department Contact,\n"


@pytest.fixture
def office() -> Office:
    office = make_office()
    Contact.objects.filter(pk=office.shared.pk).delete()
    operate(office.sales, office.owner, admin=True)
    return office


def by_form(office: Office) -> None:
    data = FORGED | {"given_name": "Nova", "once": str(uuid.uuid4())}
    assert office.client("owner").post("/contacts/new/", data).status_code == 303


def by_edit(office: Office) -> None:
    contact = ContactFactory(owner=office.owner)
    data = FORGED | {"given_name": "Nova", "version": "1"}
    assert office.client("owner").post(f"/contacts/{contact.pk}/edit/", data).status_code == 303


def by_service(office: Office) -> None:
    create_contact(office.owner, Changes(attributes={"given_name": "Nova"}))
    with pytest.raises((IntegrityError, TypeError)), transaction.atomic():
        create_contact(office.owner, Changes(attributes={"given_name": "Nova", "kind": Kind.SHARED}))


def by_import(office: Office) -> None:
    made = store_upload(office.owner, name="old.csv", stream=BytesIO(ROWS))
    import_at_once(made, "create")
    assert Contact.objects.count() == 2


def by_card(office: Office) -> None:
    card = b"BEGIN:VCARD\nVERSION:3.0\nN:Nova;Ann;;;\nFN:Ann Nova\nKIND:shared\nX-KIND:shared\nEND:VCARD\n"
    made = store_upload(office.owner, name="old.vcf", stream=BytesIO(card))
    import_at_once(made, "create")
    assert Contact.objects.count() == 1


def by_interaction(office: Office) -> None:
    at = timezone.now()
    for who in (None, office.owner):
        parties.record_interaction_party(office.sales, "+12025550173", answered=True, by=who, at=at, name_hint="Ann")
    assert Contact.objects.get().kind == Kind.DEPARTMENT


def by_bulk(office: Office) -> None:
    ids = [ContactFactory(owner=office.owner).pk, department_contact(office.sales).pk]
    client = office.client("owner")
    for action in ("archive", "unarchive", "tag", "share", "owner", "give", "keep", "shared"):
        data = {"action": action, "ids": ids, "tags": "x", "user": office.reader.pk, "access": "read"} | FORGED
        client.post("/contacts/bulk/", data | {"department": office.sales.pk, "confirm": "1", "to": "shared"})


def by_conversion(office: Office) -> None:
    personal, department = ContactFactory(owner=office.owner), department_contact(office.sales)
    for contact in (personal, department):
        for to in ("shared", "personal", "department"):
            data = {"to": to, "department": office.sales.pk} | FORGED
            office.client("owner").post(f"/contacts/{contact.pk}/convert/", data)
    converting.keep(office.owner, [personal.pk, department.pk])
    converting.give(office.owner, [personal.pk, department.pk], department=office.sales.pk)


def by_restore(office: Office) -> None:
    contact = department_contact(office.sales)
    archiving.archive(office.owner, [contact.pk])
    archiving.restore(office.owner, contact.links.values_list("pk", flat=True))
    event = Contact.pgh_event_model.objects.filter(pgh_obj_id=contact.pk).latest("pk")  # type: ignore[attr-defined]
    office.client("owner").post(f"/contacts/{contact.pk}/restore/", {"event": event.pk} | FORGED)


def by_admin(office: Office) -> None:
    staff = get_user_model().objects.create_superuser("root@x.example", "kithline-demo")
    client = Client()
    client.force_login(staff)
    assert client.post("/admin/contacts/contact/add/", {"given_name": "Nova"} | FORGED).status_code in (302, 403, 404)


def by_deactivation(office: Office) -> None:
    ContactFactory(owner=office.owner)
    admin = UserFactory(account=office.owner.account, is_account_admin=True)
    client = Client()
    client.force_login(admin)
    client.post(reverse("accounts:person-deactivate", args=[office.owner.pk]), {"successor": office.reader.pk} | FORGED)


WAYS: list[Callable[[Office], None]] = [
    by_form, by_edit, by_service, by_import, by_card, by_interaction, by_bulk, by_conversion, by_restore,
    by_admin, by_deactivation,
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_no_way_makes_a_shared_contact(office: Office, way: Callable[[Office], None]) -> None:
    way(office)
    assert not Contact.objects.filter(kind=Kind.SHARED).exists()


@pytest.mark.parametrize("kind", [Kind.PERSONAL, Kind.DEPARTMENT])
def test_the_database_refuses_to_make_one(office: Office, kind: str) -> None:
    personal = kind == Kind.PERSONAL
    contact = ContactFactory(owner=office.owner, grant=False) if personal else department_contact(office.sales)
    with pytest.raises(IntegrityError, match="never created"), transaction.atomic():
        Contact.objects.filter(pk=contact.pk).update(kind=Kind.SHARED, owner=office.owner)
    with pytest.raises(IntegrityError, match="never created"), transaction.atomic():
        Contact.objects.create(account=contact.account, owner=office.owner, kind=Kind.SHARED, given_name="Nova")
    with pytest.raises(IntegrityError, match="never created"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE contacts_contact SET kind = 'shared', owner_id = %s", [office.owner.pk])


def test_the_door_is_closed_again_behind_a_migration(office: Office) -> None:
    with shared_contacts_allowed():
        Contact.objects.create(account=office.owner.account, owner=office.owner, kind=Kind.SHARED, given_name="Old")
    with pytest.raises(IntegrityError, match="never created"), transaction.atomic():
        Contact.objects.create(account=office.owner.account, owner=office.owner, kind=Kind.SHARED, given_name="New")
    with pytest.raises(ValueError, match="broken"), shared_contacts_allowed():
        raise ValueError("broken")
    with pytest.raises(IntegrityError, match="never created"), transaction.atomic():
        Contact.objects.create(account=office.owner.account, owner=office.owner, kind=Kind.SHARED, given_name="New")


def test_one_has_an_owner_and_a_department_contact_has_none(office: Office) -> None:
    with pytest.raises(IntegrityError, match="contact_owner_by_kind"), shared_contacts_allowed():
        Contact.objects.create(account=office.owner.account, kind=Kind.SHARED, given_name="Nobody's")
    contact = department_contact(office.sales)
    with pytest.raises(IntegrityError, match="contact_owner_by_kind"), transaction.atomic():
        Contact.objects.filter(pk=contact.pk).update(owner=office.owner)


def test_the_old_data_command_is_the_only_door(office: Office, tmp_path) -> None:
    file = tmp_path / "old.csv"
    file.write_text(f"given_name,owner\nPriya,{office.owner.email}\n")
    call_command("import_legacy_shared", str(file), department="Sales", stdout=StringIO())
    assert Contact.objects.get(kind=Kind.SHARED).owner == office.owner
