"""manage.py demo: loads, reloads and removes, each time the same, and nothing of others."""

import inspect
import io
import re
import shutil

import pghistory
import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F
from procrastinate.contrib.django import app as jobs

from contacts.models import Block, Contact, DepartmentLink, Import, ListItem, Note
from contacts_project.accounts.models import Account, User
from conversations.engagements.demo import loading, removal
from conversations.engagements.demo.world import event_models
from conversations.engagements.models import Recipient
from conversations.models import Attachment, CallableHour, Channel, Conversation, Interaction, Unread
from tests.factories import AccountFactory, UserFactory
from tests.factories_contacts import ContactFactory, NoteFactory

from .conftest import counts

pytestmark = pytest.mark.django_db
LINK = re.compile(r"/unsubscribe/\S+")


def demo(*options: str) -> str:
    out = io.StringIO()
    call_command("demo", *options, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def sent() -> list:
    """Who stands on lists, what was sent to whom, and who answers when, without ids."""
    return [
        sorted(
            ListItem.objects.values_list("list__name", "contact__sort_key", "is_subscribed", "added_at", "changed_at"),
            key=str,
        ),
        sorted(
            Recipient.objects.values_list(
                "engagement__name",
                "contact__sort_key",
                "address",
                "status",
                "reason",
                "handed_over_at",
                "final_at",
                "opened_at",
                "clicked_at",
                "replied_at",
                "unsubscribed_at",
                "complained_at",
                "seconds",
                "error",
            ),
            key=str,
        ),
        sorted(CallableHour.objects.values_list("contact__sort_key", "hour", "rank"), key=str),
    ]


def snapshot() -> list:
    """What people see of the demo, without ids."""
    names = (
        "given_name",
        "family_name",
        "company",
        "created_at",
        "archived",
        "owner__email",
        "version",
        "photo_digest",
    )
    notes = Note.objects.order_by("contact__sort_key", "created_at", "body")
    grants = Contact.grants.rel.related_model.objects.annotate(contact=F("content_object__sort_key"))
    links, calls = DepartmentLink.objects.all(), Interaction.objects.all()
    return [
        list(User.objects.order_by("email").values_list("email", "name", "is_account_admin")),
        list(Contact.objects.order_by("created_at", "sort_key", "company").values_list(*names)),
        sorted(
            Contact.objects.values_list("sort_key", "phones__number", "emails__address", "tags__name").distinct(),
            key=str,
        ),
        list(notes.values_list("contact__sort_key", "author__email", "created_at", "visibility", "body")),
        sorted(grants.values_list("contact", "user__email", "permission", "granted_at", "until"), key=str),
        sorted(links.values_list("contact__sort_key", "department__name", "linked_at", "ended_at"), key=str),
        sorted(
            calls.values_list("department__name", "author__email", "at", "outcome", "contacts__sort_key"),
            key=str,
        ),
        sorted(Block.objects.values_list("department__name", "contact__sort_key", "address", "created_at"), key=str),
        list(Channel.objects.order_by("created_at", "address").values_list("address", "kind", "verified_at")),
        sorted(
            (
                (*row, LINK.sub("", body))  # the way out of an email names its recipient by id
                for *row, body in calls.values_list(
                    "channel__address", "outside_address", "type", "status", "at", "send_at", "body"
                )
            ),
            key=str,
        ),
        list(Attachment.objects.order_by("created_at", "name", "position").values_list("name", "kind", "size")),
        sorted(
            Conversation.objects.values_list("outside_address", "assigned_to__email", "closed_at", "snoozed_until"),
            key=str,
        ),
        sorted(Unread.objects.values_list("user__email", "party__contact__sort_key", "at"), key=str),
        *sent(),
        [(model.__name__, model.objects.count()) for model in event_models()],
    ]


def test_it_is_the_same_each_time_and_leaves_nothing_behind(loaded):
    first, there = snapshot(), counts()
    assert demo("--remove").startswith("Removed with ")
    assert counts() == loaded.before
    assert demo("--remove") == "There is no demo.\n"
    assert "owner@acme.example" in demo("--if-empty")  # the installation is
    assert snapshot() == first
    assert counts() == there
    assert "owner@acme.example" in demo("--if-empty")
    assert "--reset" in demo()
    assert counts() == there


def test_others_keep_everything(client, loaded):
    demo("--remove")
    account = AccountFactory(name="Acme")
    with pghistory.context(user=1, source="page"):
        contact = ContactFactory(owner=UserFactory(account=account))
        NoteFactory(contact=contact)
    client.force_login(contact.owner)
    defer("send_access_request", request_id=10**9, address="")
    before = counts()
    assert "owner@acme.example" in demo("--reset")
    assert counts()["contacts.Contact"] > before["contacts.Contact"]
    demo("--remove")
    assert counts() == before
    assert Account.objects.get() == account
    assert client.get("/me/").status_code == 200


def test_a_reset_removes_what_is_there_and_loads_anew(loaded, monkeypatch):
    there = [account.pk for account in loading.demo_accounts()]
    monkeypatch.setattr(loading, "load", lambda: loaded.world)  # what it loads, the test above says
    assert "owner@acme.example" in demo("--reset")
    assert not Account.objects.filter(pk__in=there).exists()


def test_what_people_did_in_the_demo_goes_with_it(
    client, loaded, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = shutil.copytree(settings.MEDIA_ROOT, tmp_path / "media")  # its files will be removed
    owner = User.objects.get(email="owner@acme.example")
    client.force_login(owner)
    NoteFactory(contact=Contact.objects.filter(owner=owner).first())
    Contact.objects.filter(owner=owner).last().delete()
    upload = Import(account=owner.account, user=owner, file_name="people.csv", format="csv")
    upload.upload.save("people.csv", ContentFile(b"name\n"))
    pictures = list(Attachment.objects.all())
    assert pictures
    assert all(one.file.storage.exists(one.file.name) for one in pictures)
    defer("send_invitation", invitation_id=invite(owner), address="")
    with django_capture_on_commit_callbacks(execute=True):
        demo("--remove")
    assert counts() == loaded.before
    assert not upload.upload.storage.exists(upload.upload.name)
    assert not any(one.file.storage.exists(one.file.name) for one in pictures)
    assert not Session.objects.exists()


def invite(user: User) -> int:
    invited = user.account.invitations.create(email="a@b.example", token_hash="x", expires_at=user.date_joined)
    return invited.pk


def defer(name: str, **arguments) -> None:
    jobs.perform_import_paths()
    task = next(task for path, task in jobs.tasks.items() if path.endswith(f".{name}"))
    task.defer(**arguments)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        assert cursor.fetchone()[0] == 1


def test_it_does_not_load_by_itself_beside_an_account():
    demo("--remove")
    AccountFactory()
    assert demo("--if-empty") == ""
    assert loading.demo_accounts() == []


def test_it_says_what_stands_in_its_way():
    demo("--remove")
    UserFactory(email="owner@acme.example")
    with pytest.raises(CommandError, match=r"owner@acme\.example"):
        demo()
    assert EmailAddress.objects.count() == 1


def test_every_job_with_an_id_is_known_to_removal():
    jobs.perform_import_paths()
    arguments = {name for task in jobs.tasks.values() for name in inspect.signature(task.func).parameters}
    assert {name for name in arguments if name.endswith("_id")} <= set(removal.JOB_ARGUMENTS)


@pytest.mark.parametrize("model", event_models(), ids=lambda model: model.__name__)
def test_every_kind_of_history_is_known_to_removal(model):
    assert removal.about(model, {one: [] for one in removal.OWNED})
