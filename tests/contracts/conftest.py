"""The world in which addresses are asked: one contact with a collaborator of each level, and one of everything."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from contacts.imports.steps import start_check
from contacts.imports.uploads import store_upload
from contacts.models import AccessRequest, BulkAction, Contact, ContactPhoto, FollowUp, Note
from contacts.services.undoing import remember
from contacts_project.accounts.models import Invitation, Notice
from tests.factories import AccountFactory, UserFactory
from tests.factories_contacts import ContactFactory, share

from .department_world import edited
from .walking import standing


class World:
    """One contact with a collaborator of each level, and one of everything that an address may name."""

    def __init__(self) -> None:
        self.account = AccountFactory()
        person = {
            kind: UserFactory(account=self.account) for kind in ("stranger", "read", "write", "admin", "inactive")
        }
        self.colleague, self.newcomer, self.owner = (UserFactory(account=self.account) for _ in range(3))
        person["account_admin"] = UserFactory(account=self.account, is_account_admin=True)
        person["other"] = UserFactory()
        person["staff"] = UserFactory(account=None, is_staff=True)
        self.people = person
        self.contact = ContactFactory(owner=self.owner)
        for level in ("read", "write", "admin"):
            share(self.contact, person[level], level)
        share(self.contact, person["inactive"], "admin")
        share(self.contact, self.colleague, "read")
        ContactPhoto.objects.create(contact=self.contact, image=b"RIFF....WEBP")
        Contact.objects.filter(pk=self.contact.pk).update(photo_digest="0123456789abcdef")
        self.things()
        person["inactive"].is_active = False
        person["inactive"].save()

    def things(self) -> None:
        admin, now = self.people["admin"], timezone.now()
        self.note = Note.objects.create(contact=self.contact, author=admin, body="Prefers mornings")
        self.follow_up = FollowUp.objects.create(contact=self.contact, user=admin, due=now.date(), text="Ring")
        self.bulk = BulkAction.objects.create(account=self.account, user=admin, action="archive", status="done")
        self.imported = store_upload(admin, name="people.csv", stream=BytesIO(b"First name,Phone\nAnn,202 555 0143\n"))
        start_check(self.imported)
        self.event = edited(self.contact)
        self.token = remember(admin, "archive", contact=self.contact.pk)
        self.request = AccessRequest.objects.create(
            account=self.account, user=self.people["stranger"], contact=self.contact, path="/contacts/1/",
            asked_at=now, expires_at=now + timedelta(days=14),
        )  # fmt: skip
        self.notice = Notice.objects.create(user=admin, kind="contact-shared", about=self.contact.pk, actor=self.owner)
        self.secret = "invitation-secret"
        self.invitation = Invitation.objects.create(
            account=self.account, email="new@x.example", expires_at=now + timedelta(hours=72),
            token_hash=hashlib.sha256(self.secret.encode()).hexdigest(),
        )  # fmt: skip

    def arguments(self, name: str) -> list[object]:
        """What the address of this name takes."""
        special = {
            "contacts:bulk-detail": [self.bulk.pk],
            "contacts:note-edit": [self.contact.pk, self.note.pk],
            "contacts:note-delete": [self.contact.pk, self.note.pk],
            "contacts:collaborator-edit": [self.contact.pk, self.colleague.pk],
            "contacts:collaborator-remove": [self.contact.pk, self.colleague.pk],
            "contacts:follow-up-done": [self.follow_up.pk],
            "contacts:undo": [uuid.UUID(self.token)],
            "contacts:access-request-answer": [self.request.pk],
            "accounts:person-detail": [self.colleague.pk],
            "accounts:person-deactivate": [self.newcomer.pk],
            "accounts:person-reactivate": [self.people["inactive"].pk],
            "accounts:invitation-resend": [self.invitation.pk],
            "accounts:invitation-withdraw": [self.invitation.pk],
            "accounts:invitation-accept": [self.secret],
            "accounts:notification-visit": [self.notice.pk],
        }
        plain = {"contact-list", "contact-count", "contact-new", "contact-duplicates", "bulk-start", "import-list"}
        if name in special:
            return special[name]
        if name.startswith("contacts:import-") and name != "contacts:import-list":
            return [self.imported.pk]
        app, _, stem = name.rpartition(":")
        with_contact = stem not in plain and (stem.startswith(("contact-", "people-search", "follow-up-create")))
        return [self.contact.pk] if app and app != "accounts" and with_contact else []

    def fill(self, value: str) -> str:
        return value.format(
            contact=self.contact.pk, newcomer=self.newcomer.pk, colleague=self.colleague.pk, event=self.event,
            notice=self.notice.pk,
        )  # fmt: skip


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """One world for all tests of a module: each takes back what it did."""
    with standing(World, django_db_blocker) as made:
        yield made
