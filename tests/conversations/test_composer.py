"""The composer: what it offers, why it offers nothing, and what posting it does."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from contacts.models import Block, Contact
from conversations import composing
from conversations.composing import composer_for
from conversations.models import Channel, ChannelPreference, Draft, Interaction, MessageTemplate
from conversations.services.opting import opt_out
from conversations.services.sending import send_message
from tests.factories_contacts import ContactFactory, share
from tests.factories_conversations import ChannelFactory, arrive, department_line, line, share_channel

from .team import NUMBER, Team

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def team() -> Team:
    return Team()


@pytest.fixture
def own(team: Team) -> Channel:
    return line(team.account, admin=team.owner, read=team.stranger)


@pytest.fixture
def renee(team: Team) -> Contact:
    return team.mine(given_name="Renee", phone=NUMBER, email="renee@example.com")


def mailbox(team: Team, **fields: Any) -> Channel:
    facts = {"kind": "email", "address": "owen@acme.example", "label": "", "verified_at": timezone.now()}
    channel = ChannelFactory(account=team.account, **{**facts, **fields})
    return share_channel(channel, team.owner, "admin")


def client(person: Any) -> Client:
    found = Client()
    found.force_login(person)
    return found


def labels(composer: composing.Composer) -> list[str]:
    return [option.label for option in composer.options]


def test_from_offers_what_one_may_send_from_and_what_reaches_the_contact(
    team: Team, own: Channel, renee: Contact
) -> None:
    mailbox(team)
    mailbox(team, address="new@acme.example", verified_at=None)
    line(team.account, read=team.owner)
    ChannelFactory(account=team.account, address="+12025560999")
    number = composing.address_text(own.address, team.account)
    offered = labels(composer_for(team.owner, contact=renee))
    assert offered == ["Email, owen@acme.example", f"Text, Main line {number}", f"Fax, Main line {number}"]


def test_the_last_used_is_the_default_then_the_preferred(team: Team, own: Channel, renee: Contact) -> None:
    box = mailbox(team)
    assert composer_for(team.owner, contact=renee).chosen.channel == box  # the first by name
    ChannelPreference.objects.create(user=team.owner, channel=own, kind="phone")
    assert composer_for(team.owner, contact=renee).chosen.channel == own
    send_message(team.owner, channel=box, to="renee@example.com", type="email", body="Hello")
    assert composer_for(team.owner, contact=renee).chosen.channel == box


def test_several_addresses_are_choices_of_their_own(team: Team, own: Channel, renee: Contact) -> None:
    renee.phones.create(number="+12025550143")
    texts = [label for label in labels(composer_for(team.owner, contact=renee)) if label.startswith("Text")]
    assert [label.partition(", to ")[2] for label in texts] == ["", "(202) 555-0143"]


def test_a_thread_has_no_from(team: Team, own: Channel, renee: Contact) -> None:
    composer = composer_for(team.owner, conversation=arrive(own, NUMBER).conversation)
    assert (composer.whom, composer.chosen.type, {option.channel for option in composer.options}) == (
        "Renee", "sms", {own},
    )  # fmt: skip
    page = client(team.owner).get(composer.here).content.decode()
    assert 'name="from"' not in page
    assert 'placeholder="Text Renee"' in page


def test_each_reason_stands_with_its_way_out(team: Team, own: Channel, renee: Contact) -> None:
    thread = arrive(own, NUMBER).conversation
    share(renee, team.stranger, "read")

    def found(person: Any = team.owner, **place: Any) -> tuple[str, str]:
        composer = composer_for(person, **(place or {"conversation": thread}))
        return composer.reason, composer.way_out.label if composer.way_out else ""

    assert found() == ("", "")
    assert found(team.stranger) == ("Sending needs Write on this line.", "Request access")
    assert found(team.stranger, contact=renee) == (composing.NO_LINES, "Your lines")
    opt_out(team.account.pk, "text", NUMBER)
    thread.channel.refresh_from_db()
    assert found() == (composing.HAS_OPTED_OUT["sms"], "")
    block = Block.objects.create(account=team.account, scope="account", contact=renee, author=team.leader)
    assert found() == found(contact=renee) == (composing.IS_BLOCKED, "See the block")
    block.delete()
    Contact.objects.filter(pk=renee.pk).update(archived_at=timezone.now())
    renee.refresh_from_db()
    assert found() == found(contact=renee) == (composing.ARCHIVED, "Unarchive")
    assert found(contact=ContactFactory(owner=team.owner)) == (composing.NO_ADDRESSES, "Add one")
    assert found(conversation=arrive(own, "").conversation) == (composing.NO_ADDRESS, "")
    Channel.objects.filter(pk=own.pk).update(archived_at=timezone.now())
    thread.channel.refresh_from_db()
    assert found() == (composing.LINE_ARCHIVED, "Open the line")


def test_a_block_that_does_not_hold_here_changes_nothing(team: Team, own: Channel, renee: Contact) -> None:
    """One of a department, and one of the own lines of somebody who may not send from this one."""
    Block.objects.create(
        account=team.account, scope="department", department=team.sales, address=NUMBER, author=team.leader
    )
    Block.objects.create(account=team.account, scope="lines", address=NUMBER, author=team.stranger)
    assert composer_for(team.owner, contact=renee).options


def test_the_composer_costs_few_queries(
    team: Team, own: Channel, renee: Contact, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(5):
        line(team.account, admin=team.owner)
    thread = arrive(own, NUMBER).conversation
    renee = Contact.objects.prefetch_related("phones", "emails").select_related("account").get(pk=renee.pk)
    with django_assert_max_num_queries(7):
        composer_for(team.owner, contact=renee)
    with django_assert_max_num_queries(11):
        composer_for(team.owner, conversation=thread)


def test_posting_sends_and_leads_back(team: Team, own: Channel, renee: Contact) -> None:
    thread = arrive(own, NUMBER).conversation
    person = client(team.owner)
    Draft.objects.create(user=team.owner, conversation=thread, body="Old")
    reply = person.post(f"/conversations/{thread.pk}/messages/", {"type": "sms", "body": "On our way"})
    assert (reply.status_code, reply["Location"]) == (303, f"/conversations/{thread.pk}/")
    started = person.post(
        "/conversations/start/", {"channel": own.pk, "to": "2025550142", "type": "sms", "body": "Hello"}
    )
    assert started["Location"] == f"/conversations/{thread.pk}/"
    on_record = person.post(
        "/conversations/start/", {"from": f"{own.pk}.sms.{NUMBER}", "contact": renee.pk, "body": "There?"}
    )
    assert on_record["Location"] == f"/contacts/{renee.pk}/conversations/"
    plain = person.post("/conversations/start/", {"channel": own.pk, "contact": renee.pk, "body": "Again"})
    assert plain.status_code == 303
    bodies = Interaction.objects.filter(direction="out", status="queued").order_by("pk").values_list("body", flat=True)
    assert list(bodies) == ["On our way", "Hello", "There?", "Again"]
    assert not Draft.objects.exists()


def test_the_same_form_twice_is_one_message(team: Team, own: Channel) -> None:
    thread = arrive(own, NUMBER).conversation
    facts = {"type": "sms", "body": "Once", "once": "b5a1b2c4-0000-4000-8000-000000000001"}
    answers = [client(team.owner).post(f"/conversations/{thread.pk}/messages/", facts) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert Interaction.objects.filter(body="Once").count() == 1


def test_a_call_is_handed_to_dialling(team: Team, own: Channel) -> None:
    facts = {"channel": own.pk, "to": NUMBER, "type": "call"}
    assert client(team.owner).post("/conversations/start/", facts).status_code == 303
    assert Interaction.objects.get().type == "call"
    wrong = client(team.owner).post("/conversations/start/", {**facts, "to": "5"})
    assert wrong.status_code == 422


def test_sending_later_reads_the_time_in_ones_own_zone(team: Team, own: Channel) -> None:
    thread = arrive(own, NUMBER).conversation
    day = timezone.localdate() + datetime.timedelta(days=2)
    facts = {"type": "sms", "body": "Later", "send_at": f"{day}T09:30"}
    assert client(team.owner).post(f"/conversations/{thread.pk}/messages/", facts).status_code == 303
    planned = Interaction.objects.get(body="Later")
    assert planned.status == "scheduled"
    assert planned.send_at.astimezone(team.owner.zone).strftime("%H:%M") == "09:30"


def test_files_travel_with_the_post(team: Team, own: Channel) -> None:
    thread = arrive(own, NUMBER).conversation
    upload = SimpleUploadedFile("plan.txt", b"Bay 2", "text/plain")
    client(team.owner).post(f"/conversations/{thread.pk}/messages/", {"type": "sms", "body": "", "files": upload})
    sent = Interaction.objects.get(type="mms")
    assert [one.name for one in sent.attachments.all()] == ["plan.txt"]


@pytest.mark.parametrize(
    "facts",
    [
        {"body": ""},
        {"body": "x" * 1601},
        {"type": "telegram", "body": "x"},
        {"type": "email", "body": "x"},
        {"body": "x", "send_at": "tomorrow"},
        {"body": "x", "send_at": "9999-12-31T23:59"},
        {"body": "x", "send_at": "2020-01-01T09:00"},
        {"body": "Dear {{nobody}}"},
        {"body": "Dear {{company}}"},
        {"body": "\x00"},
    ],
)
def test_what_cannot_be_sent_stays_in_the_composer(team: Team, own: Channel, facts: dict[str, str]) -> None:
    thread = arrive(own, NUMBER).conversation
    url = f"/conversations/{thread.pk}/messages/"
    for headers in ({}, HTMX):
        response = client(team.owner).post(url, {"type": "sms", **facts}, headers=headers)
        assert response.status_code == 422
        assert 'id="composer-error"' in response.content.decode()
    assert response["HX-Retarget"] == "#composer"
    assert not Interaction.objects.filter(direction="out").exists()


@pytest.mark.parametrize(
    "facts",
    [
        {"channel": "", "to": NUMBER, "body": "x"},
        {"channel": "nine", "to": NUMBER, "body": "x"},
        {"from": "..", "to": NUMBER, "body": "x"},
        {"channel": "{own}", "to": "", "body": "x"},
        {"channel": "{own}", "to": "12", "body": "x"},
        {"channel": "{own}", "to": "\x00", "body": "x"},
        {"channel": "{own}", "to": NUMBER, "body": "x", "type": "chat"},
    ],
)
def test_nonsense_in_a_new_message_is_422(team: Team, own: Channel, facts: dict[str, str]) -> None:
    posted = {name: value.format(own=own.pk) for name, value in facts.items()}
    assert client(team.owner).post("/conversations/start/", posted).status_code == 422


def test_hidden_lines_and_contacts_are_not_there(team: Team, own: Channel, renee: Contact) -> None:
    hidden = line(team.account, admin=team.stranger)
    person = client(team.owner)
    for facts in ({"channel": hidden.pk}, {"channel": 2**59}, {"channel": own.pk, "contact": 2**59}):
        answer = person.post("/conversations/start/", {"to": NUMBER, "body": "x", **facts})
        assert answer.status_code == 404, facts
    assert client(team.stranger).get(f"/conversations/start/?contact={renee.pk}").status_code == 404
    assert person.get("/conversations/start/?contact=abc").status_code == 404


def test_merge_fields_and_templates_fill_the_text(team: Team, own: Channel, renee: Contact) -> None:
    template = MessageTemplate.objects.create(
        account=team.account, name="Late", body="Dear {{first-name}} of {{company}}, sorry. {{my-name}}"
    )
    thread = arrive(own, NUMBER).conversation
    page = client(team.owner).get(f"/conversations/{thread.pk}/messages/?template={template.pk}").content.decode()
    assert "Dear Renee of {{company}}, sorry. Owen</textarea>" in page
    for nonsense in ("0", "x", str(2**80), f"{template.pk}%00"):
        assert client(team.owner).get(f"/conversations/{thread.pk}/messages/?template={nonsense}").status_code == 200
    client(team.owner).post(f"/conversations/{thread.pk}/messages/", {"type": "sms", "body": "Hi {{ given-name }}"})
    assert Interaction.objects.filter(body="Hi Renee").exists()


def test_a_new_message_page_chooses_what_its_address_says(team: Team, own: Channel) -> None:
    other = line(team.account, admin=team.owner)
    page = client(team.owner).get(f"/conversations/start/?to=555&channel={other.pk}&type=fax").content.decode()
    assert f'<option value="{other.pk}.fax" data-type="fax" selected>' in page
    nobody = client(team.stranger).get("/conversations/start/").content.decode()
    assert composing.NO_LINES in nobody


def test_what_failed_is_asked_about_only_where_it_may_have_arrived(team: Team, own: Channel) -> None:
    sent = send_message(team.owner, channel=own, to=NUMBER, type="sms", body="Hello")
    url, person = f"/interactions/{sent.pk}/retry/", client(team.owner)
    assert person.post(url).status_code == 422  # it waits
    Interaction.objects.update(status="unknown")
    assert person.post(url).status_code == 422
    assert "It may have arrived." in person.get(url).content.decode()
    assert person.post(url, {"sure": "1"}).status_code == 303
    assert Interaction.objects.count() == 2
    arrived = arrive(own, NUMBER)
    assert person.post(f"/interactions/{arrived.pk}/retry/").status_code == 422
    assert person.post(f"/interactions/{arrived.pk}/cancel/").status_code == 303
    assert Interaction.objects.get(pk=arrived.pk).removed_at is None


def test_an_operator_writes_from_the_departments_line(team: Team) -> None:
    office = department_line(team.sales)
    thread = arrive(office, NUMBER).conversation
    answer = client(team.operator).post(f"/conversations/{thread.pk}/messages/", {"type": "sms", "body": "Hello"})
    assert answer.status_code == 303
    assert Interaction.objects.get(direction="out").department == team.sales


def test_nothing_goes_to_archived_contacts_that_one_sees(team: Team, own: Channel, renee: Contact) -> None:
    thread, person = arrive(own, NUMBER).conversation, client(team.owner)
    Contact.objects.filter(pk=renee.pk).update(archived_at=timezone.now())
    facts = {"channel": own.pk, "to": NUMBER, "type": "sms", "body": "Hello"}
    assert person.post(f"/conversations/{thread.pk}/messages/", facts).status_code == 403
    assert person.post("/conversations/start/", {**facts, "contact": renee.pk}).status_code == 403
    typed = person.post("/conversations/start/", facts)
    assert typed.status_code == 422
    assert ">Hello</textarea>" in typed.content.decode()
