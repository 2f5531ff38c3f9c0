"""When access ends, who is blocked, archived or has opted out: nothing goes on (product.md §2, §9 and §10).

Each denial stands beside somebody for whom the same works.
"""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from contacts.models import Block, Contact
from contacts_project.accounts.models import User
from conversations.live import telling
from conversations.live.audience import Fact, audience_of
from conversations.models import Channel, Interaction, Unread
from conversations.ringing import rings_for
from conversations.services import delivering
from conversations.services.dialling import CannotDial, dial
from conversations.services.sending import CannotSend, send_message
from conversations.visibility import parties_visible_to
from departments.models import Operator
from departments.services.operators import remove_operator
from tests.factories_contacts import share
from tests.factories_conversations import arrive, share_channel

from .conversation_world import NUMBER, ConversationWorld

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[ConversationWorld]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield ConversationWorld()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def undone(world: ConversationWorld) -> Iterator[None]:
    """Each test takes back what it did to the world of the module."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def told(world: ConversationWorld, interaction: Interaction, kind: str = telling.MESSAGE) -> set[int]:
    """Ids of those to whose pages this event goes."""
    fact = Fact(world.account.pk, kind, interaction.channel_id, interaction.conversation_id, interaction.pk)
    return set(audience_of([fact], {world.account.pk: [person.pk for person in world.people.values()]}))


# Access that ends.


ENDS = {
    "grant on the line": lambda world: share_channel(world.line, world.people["writer"], None),
    "line's last day": lambda world: share_channel(
        world.line, world.people["writer"], "write", until=world.account.today() - datetime.timedelta(days=1)
    ),
    "grant on the contact": lambda world: share(world.contact, world.people["writer"], None),
    "deactivation": lambda world: User.objects.filter(pk=world.people["writer"].pk).update(is_active=False),
}


@pytest.mark.parametrize("way", ENDS)
def test_when_access_ends_all_ends_with_it(world: ConversationWorld, way: str) -> None:
    writer, queued = world.people["writer"], world.planned_message
    client = browser(writer)
    paths = (
        f"/conversations/{world.thread.pk}/",
        f"/attachments/{world.attached.pk}/",
        f"/interactions/{world.mail.pk}/mail/",
    )
    assert [client.get(path).status_code for path in paths[:2]] == [200, 200]
    assert writer.pk in told(world, world.message)
    ENDS[way](world)
    assert {client.get(path).status_code for path in paths[:2]} <= {302, 404}
    assert writer.pk not in told(world, world.message)
    seen = parties_visible_to(User.objects.get(pk=writer.pk)).filter(channel=world.line, contact=world.contact)
    assert not Unread.objects.filter(user=writer, party__in=seen).exists()
    Interaction.objects.filter(pk=queued.pk).update(status="queued", send_at=None)
    left = delivering.claim(queued.pk)
    assert (left is None) == (way != "grant on the contact")


def test_an_operator_who_was_removed_reads_and_sends_nothing(world: ConversationWorld) -> None:
    operator = world.people["operator"]
    sent = send_message(operator, channel=world.office, to="+12025550188", type="sms", body="Soon")
    remove_operator(world.people["admin_operator"], Operator.objects.get(user=operator, department=world.department))
    client = browser(operator)
    assert client.get(f"/conversations/{world.office_thread.pk}/").status_code == 404
    assert delivering.claim(sent.pk) is None
    assert Interaction.objects.get(pk=sent.pk).error == delivering.NO_RIGHT


def test_what_is_archived_is_read_and_not_written_to(world: ConversationWorld) -> None:
    client, path = browser(world.people["writer"]), f"/conversations/{world.thread.pk}/"
    Contact.objects.filter(pk=world.contact.pk).update(archived_at=timezone.now())
    assert client.get(path).status_code == 200
    assert client.post(path + "messages/", {"type": "sms", "body": "x"}).status_code == 403
    Contact.objects.filter(pk=world.contact.pk).update(archived_at=None)
    Channel.objects.filter(pk=world.line.pk).update(archived_at=timezone.now())
    assert client.get(path).status_code == 200
    assert client.post(path + "messages/", {"type": "sms", "body": "x"}).status_code == 422
    start = {"channel": world.line.pk, "to": "+12025550155", "type": "sms", "body": "x"}
    assert client.post("/conversations/start/", start).status_code == 422
    assert client.post("/conversations/start/", {**start, "type": "call"}).status_code == 422


# Blocks and opting out.


def blocked(scope: str, **fields):
    return lambda world: Block.objects.create(
        account=world.account, scope=scope, author=world.people["writer" if scope == "lines" else "admin_operator"],
        **{name: getattr(world, value, value) for name, value in fields.items()},
    )  # fmt: skip


OFFICE = "+12025550188"
BLOCKS = {  # the block, where it holds
    "account by address": (blocked("account", address=NUMBER), {"line": True, "office": True}),
    "lines by address": (blocked("lines", address=NUMBER), {"line": True, "office": False}),
    "lines by contact": (blocked("lines", contact="contact"), {"line": True, "office": False}),
    "account by contact": (blocked("account", contact="contact"), {"line": True, "office": False}),
    "department by address": (
        blocked("department", department="department", address=NUMBER), {"line": False, "office": True},
    ),
}  # fmt: skip


@pytest.mark.parametrize("former", [False, True])
@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_holds_in_and_out_within_its_scope(world: ConversationWorld, block: str, former: bool) -> None:
    waiting = send_message(world.people["writer"], channel=world.line, to=NUMBER, type="sms", body="Before")
    make, where = BLOCKS[block]
    if former:
        world.contact.phones.update(former_at=timezone.now())
    row = make(world)
    contacts, rings = Contact.objects.count(), Unread.objects.count()
    for name, holds in where.items():
        if block == "account by contact" and name == "office":
            continue  # whose number it is, only its readers know: see test_blocks of departments
        channel, person = getattr(world, name), "writer" if name == "line" else "operator"
        with transaction.atomic():
            call = arrive(channel, NUMBER, "call", status="ringing")
            assert (call.status == "blocked") == holds, (name, call.status)
            if holds:
                assert (Contact.objects.count(), Unread.objects.count()) == (contacts, rings)
                assert not rings_for(world.people[person]).filter(pk=call.pk).exists()
            with refused(holds):
                send_message(world.people[person], channel=channel, to=NUMBER, type="sms", body="x")
            with refused(holds):
                dial(world.people[person], channel=channel, to=NUMBER)
            transaction.set_rollback(True)
    assert (delivering.claim(waiting.pk) is None) == where["line"]
    row.lifted_at = timezone.now()
    row.save()
    assert arrive(world.line, NUMBER, "call", status="ringing").status == "ringing"


def refused(expected: bool):
    return pytest.raises((CannotSend, CannotDial)) if expected else contextlib.nullcontext()


def test_who_opts_out_gets_no_text_until_they_return(world: ConversationWorld) -> None:
    writer = world.people["writer"]
    waiting = [send_message(writer, channel=world.line, to=NUMBER, type="sms", body="Before") for _ in range(2)]
    arrive(world.line, NUMBER, body=" Stop ")
    with pytest.raises(CannotSend):
        send_message(writer, channel=world.line, to=NUMBER, type="sms", body="x")
    assert delivering.claim(waiting[0].pk) is None
    client = browser(writer)
    assert client.post(f"/interactions/{waiting[0].pk}/retry/", {"sure": 1}).status_code == 422
    arrive(world.line, NUMBER, body="START")
    assert delivering.claim(waiting[1].pk)
    assert client.post(f"/interactions/{waiting[0].pk}/retry/", {"sure": 1}).status_code == 303


def test_whom_one_calls_oneself_stays_in_sight(world: ConversationWorld) -> None:
    share_channel(world.line, world.people["line_only"], "write")
    call = dial(world.people["line_only"], channel=world.line, to=NUMBER)
    client = browser(world.people["line_only"])
    found = client.get(f"/conversations/{call.conversation_id}/")
    assert found.status_code == 200
    assert "Renee" not in found.content.decode()


def test_nobody_is_called_who_is_archived(world: ConversationWorld) -> None:
    Contact.objects.filter(pk=world.contact.pk).update(archived_at=timezone.now())
    with pytest.raises(CannotDial):
        dial(world.people["writer"], channel=world.line, to=NUMBER)
    Contact.objects.filter(pk=world.contact.pk).update(archived_at=None)
    assert dial(world.people["writer"], channel=world.line, to=NUMBER).contacts.get() == world.contact
