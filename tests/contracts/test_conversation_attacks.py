"""Attacks on conversations: what is hidden changes no byte of what anybody gets, and no id crosses to where it is not.

Each denial stands beside somebody for whom the same works (product.md §2, §2c, §7 and §9; design/security.md).
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from unittest import mock

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from contacts_project.accounts.models import User
from conversations.live import telling
from conversations.live.audience import Fact, audience_of
from conversations.models import Draft, Interaction, InteractionContact
from conversations.providers.base import File
from conversations.reading import thread_for
from conversations.services import threads
from conversations.services.adding import add_contact
from conversations.services.attaching import attach
from conversations.services.drafting import Text, save_draft
from conversations.services.sending import send_message
from conversations.signatures import sign
from tests.factories_contacts import ContactFactory, share
from tests.factories_conversations import arrive, share_channel
from tests.turns import some_of

from .conversation_world import NUMBER, ConversationWorld
from .walking import standing

pytestmark = pytest.mark.django_db
CHANGING = (  # of each answer: tokens
    re.compile(rb'name="(csrfmiddlewaretoken|once)" value="[^"]*"'),
    re.compile(rb'name="(csrfmiddlewaretoken|once)" type="hidden" value="[^"]*"'),
    re.compile(rb'(?i)"x-csrftoken": *"[^"]*"'),
    re.compile(rb'name="at" value="[^"]*"'),
)
INBOX = "/conversations/"
FILTERS = (
    "", "?unread=1", "?view=mine", "?view=missed", "?view=snoozed", "?view=closed", "?type=sms", "?type=call",
    "?direction=in", "?channel={line}", "?department={department}&type=sms",
)  # fmt: skip
PAGES = (
    *(INBOX + query for query in FILTERS),
    "/conversations/{thread}/", "/conversations/{unknown}/", "/conversations/{office_thread}/",
    "/conversations/{unknown}/presence/", "/conversations/{thread}/presence/", "/conversations/{unknown}/who/",
    "/contacts/", "/contacts/?sort=-last", "/contacts/{contact}/", "/contacts/{contact}/conversations/",
    "/contacts/{contact}/edit-history/", "/contacts/{contact}/calls/", "/contacts/{office_contact}/conversations/",
    "/conversations/start/?contact={contact}", "/conversations/start/", "/conversations/start/?to=" + NUMBER[1:],
    "/channels/", "/channels/{line}/", "/simulator/", "/ringing/", "/access-requests/", "/me/activity/", "/blocks/",
    "/search/?q=2025550142", "/search/?q=secret", "/departments/{department}/activity/", "/today/", "/me/settings/",
    "/interactions/{message}/edit/", "/interactions/{message}/move/", "/attachments/{attached}/", "/nothing/",
)  # fmt: skip


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[ConversationWorld]:
    with standing(ConversationWorld, django_db_blocker, counts_anew=True) as made:
        yield made


@pytest.fixture(autouse=True)
def undone(world: ConversationWorld) -> Iterator[None]:
    """Each test takes back what it did to the world of the module.

    Its clock stands still: pages show hours and minutes, and a minute may end between two looks at them.
    """
    with mock.patch("django.utils.timezone.now", return_value=timezone.now()), transaction.atomic():
        yield
        transaction.set_rollback(True)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(content: bytes) -> bytes:
    for pattern in CHANGING:
        content = pattern.sub(b"", content)
    return content


def everything(world: ConversationWorld, who: str) -> dict[str, tuple[int, bytes]]:
    """All that this person gets: path -> status and content."""
    names = ("contact", "line", "thread", "unknown", "office_thread", "office_contact", "department", "message",
             "attached")  # fmt: skip
    ids = {name: world.argument(name) for name in names}
    found = {}
    for turn, page in enumerate(PAGES):
        for htmx in forms_of(page, turn):
            with transaction.atomic():  # a thread that is opened is read
                answer = world.visitors.ask(who, "GET", page.format(**ids), **htmx)
                content = b"".join(answer) if answer.streaming else answer.content
                found[f"{page} {bool(htmx)}"] = (answer.status_code, text_of(content))
                transaction.set_rollback(True)
    return found


def forms_of(page: str, turn: int) -> list[dict[str, str]]:
    """As a page, as a fragment; of the filters of the list one or the other."""
    both = [{}, {"HX_Request": "true"}]
    if not page.startswith(INBOX):
        return both[:1]
    return some_of(both, turn) if page.startswith(f"{INBOX}?") else both


@pytest.fixture(scope="module")
def untouched(world: ConversationWorld) -> Callable[[str], dict[str, tuple[int, bytes]]]:
    """What each person gets of the world as every test finds it: looked at once, for its clock stands still."""
    return cache(lambda who: everything(world, who))


def differences(before: dict, after: dict) -> list[str]:
    """The pages that differ, each with what stands there now from the first byte that does."""
    return [f"{page} {_first(before[page], after[page])}" for page in before if before[page] != after[page]]


def _first(before: tuple[int, bytes], after: tuple[int, bytes]) -> str:
    old, new = before[1], after[1]
    place = next(
        (at for at, (one, two) in enumerate(zip(old, new, strict=False)) if one != two), min(len(old), len(new))
    )
    start, end = max(place - 60, 0), place + 90
    return f"{before[0]}: {old[start:end]!r} -> {after[0]}: {new[start:end]!r}"


def much_happens(world: ConversationWorld) -> None:
    """On the shared line with the contact: traffic of all kinds, states, notes, drafts, files, presence."""
    writer, admin = world.people["writer"], world.people["admin"]
    sent = arrive(world.line, NUMBER, "mms", body="A secret")
    attach(sent, [File("secret.txt", "text/plain", b"secret")])
    arrive(world.line, NUMBER, "call", status="ringing")
    arrive(world.line, NUMBER, "call", is_answered=False)
    arrive(world.line, NUMBER, "voicemail", body="A secret")
    send_message(writer, channel=world.line, to=NUMBER, type="sms", body="A secret")
    thread = thread_for(writer, world.thread.pk)
    threads.write_note(writer, thread, body="A secret", mentions=[admin])
    threads.assign(writer, thread, to=admin)
    threads.be_present(writer, thread, "replying")
    threads.snooze(writer, thread_for(writer, world.thread.pk), until=timezone.now() + datetime.timedelta(days=2))
    threads.close(writer, thread_for(writer, world.thread.pk))
    threads.mark_unread(writer, thread_for(writer, world.thread.pk))
    text = Text("A secret", "", "sms", NUMBER, world.line)
    save_draft(writer, text, conversation=world.thread)
    save_draft(writer, text, conversation=world.unknown, files=[File("a.txt", "text/plain", b"secret")])
    save_draft(admin, text, contact=world.contact)


@pytest.mark.parametrize("who", ["stranger", "line_only", "contact_only", "operator", "account_admin", "other"])
def test_what_happens_where_one_may_not_look_changes_no_byte(world: ConversationWorld, untouched, who: str) -> None:
    before = untouched(who)
    much_happens(world)
    assert differences(before, everything(world, who)) == []


def test_what_happens_changes_what_those_get_who_may_look(world: ConversationWorld, untouched) -> None:
    before = untouched("reader")
    much_happens(world)
    changed = differences(before, everything(world, "reader"))
    for page in (f"{INBOX} False", "/contacts/{contact}/conversations/ False"):
        assert any(one.startswith(page) for one in changed)


# One thread with two contacts on one number, of which one is hidden from the reader.


def hidden_twin(world: ConversationWorld):
    """A contact with the same number whom the writer reads and the reader does not."""
    twin = ContactFactory(owner=world.people["writer"], account=world.account, phone=NUMBER)
    InteractionContact.objects.bulk_create(
        InteractionContact(interaction=one, contact=twin)
        for one in Interaction.objects.filter(conversation=world.thread, with_contacts__contact=world.contact)
    )
    return twin


def test_a_hidden_contact_on_what_one_reads_changes_no_byte(world: ConversationWorld, untouched) -> None:
    before = untouched("reader")
    twin = hidden_twin(world)
    Interaction.objects.filter(pk=world.message.pk).update(asks_who=True)
    assert differences(before, everything(world, "reader")) == []
    share(twin, world.people["reader"], "read")
    assert differences(before, everything(world, "reader"))


def test_traffic_with_a_hidden_contact_in_a_thread_one_reads_changes_no_byte(world: ConversationWorld) -> None:
    world.contact.phones.update(former_at=timezone.now())  # the number went on to somebody whom the reader does not see
    twin = ContactFactory(owner=world.people["writer"], account=world.account, phone=NUMBER)
    before = everything(world, "reader")
    text = arrive(world.line, NUMBER)
    assert [one.pk for one in text.contacts.all()] == [twin.pk]
    send_message(world.people["writer"], channel=world.line, to=NUMBER, type="sms", body="A secret")
    arrive(world.line, NUMBER, "call", is_answered=False)
    assert differences(before, everything(world, "reader")) == []
    assert told(world, text) == {world.people["writer"].pk}


def told(world: ConversationWorld, interaction: Interaction, kind: str = telling.MESSAGE) -> set[int]:
    """Ids of those to whose pages this event goes."""
    fact = Fact(world.account.pk, kind, interaction.channel_id, interaction.conversation_id, interaction.pk)
    return set(audience_of([fact], {world.account.pk: [person.pk for person in world.people.values()]}))


@pytest.mark.parametrize("kind", [telling.MESSAGE, telling.STATUS, telling.THREAD, telling.RING])
def test_pages_hear_only_of_what_they_may_show(world: ConversationWorld, kind: str) -> None:
    people = world.people
    both = {people[name].pk for name in ("writer", "admin")} | (
        {people["reader"].pk} if kind != telling.RING else set()
    )
    assert told(world, world.line_call, kind) == both
    assert told(world, world.office_call, kind) == {people["operator"].pk, people["admin_operator"].pk}


def test_a_colleagues_private_contact_takes_no_thread_away_and_shows_nowhere(
    world: ConversationWorld, untouched
) -> None:
    before = untouched("line_only")
    made = add_contact(world.people["writer"], world.unknown, names={"given_name": "Secret"}, shared=False)
    assert made.phones.get().number == world.unknown.outside_address
    assert differences(before, everything(world, "line_only")) == []


def test_what_one_sends_oneself_stays_in_sight(world: ConversationWorld) -> None:
    """To the number of a contact that the sender does not see (product.md §2c)."""
    share_channel(world.line, world.people["line_only"], "write")
    client = browser(world.people["line_only"])
    assert client.get(f"/conversations/{world.thread.pk}/").status_code == 404
    answer = client.post(
        "/conversations/start/", {"channel": world.line.pk, "to": NUMBER, "type": "sms", "body": "Mine alone"}
    )
    assert answer.status_code == 303
    assert "Mine alone" in client.get(answer.url).content.decode()
    assert "Renee" not in client.get(answer.url).content.decode()


# Ids of what is elsewhere, in every field.


def test_ids_of_what_is_elsewhere_lead_nowhere(world: ConversationWorld) -> None:
    other = ConversationWorld()
    there, people = other.people["admin"], world.people
    line, thread, unknown = world.line.pk, world.thread.pk, world.unknown.pk
    text = {"type": "sms", "body": "Hello", "to": "+12025550155"}
    asked = [
        ("writer", "/conversations/start/", {**text, "channel": other.line.pk}, 404),
        ("writer", "/conversations/start/", {**text, "channel": world.office.pk}, 404),
        ("writer", "/conversations/start/", {**text, "from": f"{other.line.pk}.sms.+12025550155"}, 404),
        ("writer", "/conversations/start/", {**text, "channel": line, "contact": other.contact.pk}, 404),
        ("writer", "/conversations/start/", {**text, "channel": line, "contact": world.office_contact.pk}, 404),
        ("writer", f"/conversations/{thread}/messages/", {**text, "contact": world.office_contact.pk}, 404),
        ("writer", f"/conversations/{thread}/draft/", {**text, "contact": world.office_contact.pk}, 404),
        ("writer", f"/conversations/{thread}/assign/", {"user": there.pk}, 422),
        ("writer", f"/conversations/{thread}/assign/", {"user": people["line_only"].pk}, 422),
        ("writer", f"/conversations/{thread}/assign/", {"user": people["contact_only"].pk}, 422),
        ("writer", f"/conversations/{thread}/notes/", {"body": "x", "mention": [there.pk]}, 422),
        ("writer", f"/conversations/{thread}/notes/", {"body": "x", "mention": [people["line_only"].pk]}, 422),
        ("writer", f"/interactions/{world.message.pk}/move/", {"contact": other.contact.pk}, 404),
        ("writer", f"/interactions/{world.message.pk}/move/", {"contact": world.office_contact.pk}, 404),
        ("writer", f"/conversations/{unknown}/who/", {"contact": other.contact.pk}, 404),
        ("writer", f"/conversations/{unknown}/who/", {"contact": world.office_contact.pk}, 404),
        ("writer", f"/interactions/{other.message.pk}/move/", {"contact": world.contact.pk}, 404),
        ("writer", f"/interactions/{world.office_message.pk}/retry/", {"sure": 1}, 404),
        ("writer", f"/message-templates/{other.template.pk}/remove/", {}, 404),
        ("writer", f"/attachments/{other.draft_file.pk}/remove/", {}, 404),
        ("admin", f"/attachments/{world.draft_file.pk}/remove/", {}, 404),
        ("admin", f"/channels/{line}/collaborators/", {"user": there.pk, "access": "read"}, 422),
        ("admin", f"/channels/{line}/collaborators/", {"user": there.email, "access": "read"}, 422),
        ("admin", f"/channels/{line}/collaborators/{there.pk}/", {"access": "read"}, 404),
        ("admin", f"/channels/{line}/", {"label": "x", "department": other.department.pk}, 422),
        ("admin", "/channels/new/", {"kind": "chat", "address": "x", "department": other.department.pk}, 422),
        ("admin_operator", f"/channels/{world.office.pk}/collaborators/", {"user": world.colleague.pk,
         "access": "read"}, 403),
        ("account_admin", f"/channels/{other.line.pk}/archive/", {}, 404),
        ("account_admin", f"/channels/secrets/{other.secret.pk}/retire/", {}, 404),
        ("account_admin", f"/conversations/{thread}/assign/", {"user": "me"}, 404),
        ("stranger", "/simulator/events/", {"channel": other.line.address, "from": NUMBER, "type": "sms", "body": "x"},
         404),
    ]  # fmt: skip
    for who, path, data, status in asked:
        with transaction.atomic():
            assert browser(people[who]).post(path, data).status_code == status, (who, path, data)
            transaction.set_rollback(True)


def test_pages_of_what_is_elsewhere_are_not_found(world: ConversationWorld) -> None:
    other, people = ConversationWorld(), world.people
    gets = [
        ("admin", f"/attachments/{world.draft_file.pk}/"), ("line_only", f"/attachments/{world.attached.pk}/"),
        ("contact_only", f"/attachments/{world.attached.pk}/"), ("admin", f"/attachments/{other.attached.pk}/"),
        ("account_admin", f"/attachments/{world.attached.pk}/"), ("line_only", f"/interactions/{world.mail.pk}/mail/"),
        ("admin", f"/contacts/{world.contact.pk}/conversations/?thread={world.office_thread.pk}"),
    ]  # fmt: skip
    for who, path in gets:
        assert browser(people[who]).get(path).status_code in (404, 200 if "thread=" in path else 404), (who, path)


def test_ids_of_what_is_elsewhere_choose_nothing_where_one_chooses(world: ConversationWorld) -> None:
    other = ConversationWorld()
    inbox = browser(world.people["writer"])
    for name, values in {"channel": (world.office.pk, other.line.pk), "department": (other.department.pk,)}.items():
        nothing = text_of(inbox.get(INBOX, {name: 999_999_999}).content)
        for value in values:
            found = text_of(inbox.get(INBOX, {name: value}).content)
            assert found.replace(f"{name}={value}".encode(), f"{name}=999999999".encode()) == nothing, (name, value)
    draft = {"type": "sms", "body": "Kept", "channel": world.office.pk, "from": f"{world.office.pk}.sms.1"}
    inbox.post(f"/contacts/{world.contact.pk}/draft/", draft)
    assert Draft.objects.get(user=world.people["writer"], contact=world.contact).channel is None


def test_another_accounts_line_is_no_line_to_a_webhook(world: ConversationWorld) -> None:
    other = ConversationWorld()
    found = []
    for address in (other.line.address, "+12025559999", world.line.address):
        event = {"id": f"e{address}", "channel": address, "type": "sms", "direction": "in", "from": NUMBER,
                 "at": timezone.now().isoformat()}  # fmt: skip
        body, at = json.dumps(event).encode(), int(timezone.now().timestamp())
        header = {"X-Kithline-Signature": f"t={at},v1={sign(world.secret.secret, at, body)}"}
        answer = Client().post("/webhooks/interactions/", body, content_type="application/json", headers=header)
        found.append((answer.status_code, answer.content))
    assert found[0] == found[1]
    assert [status for status, _ in found] == [400, 400, 202]
