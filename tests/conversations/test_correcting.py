"""Correcting an entry of the history: outcome and note, wrong person, remove; the original is kept and told of."""

import pytest
from django.test import Client
from django.urls import reverse

from contacts.models import Contact, UndoStep
from conversations.models import Interaction, Unread
from conversations.services import correcting
from conversations.visibility import interactions_visible_to
from tests.factories_contacts import ContactFactory, share
from tests.factories_conversations import arrive, department_line, line, share_channel
from tests.factories_departments import department_contact, shared_contact

from .team import NUMBER, Team, interaction, log

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return Team()


def post(client: Client, user, name: str, row, **data):
    client.force_login(user)
    return client.post(reverse(f"conversations:interaction-{name}", args=[row.pk]), data)


def history(client: Client, user, contact) -> str:
    client.force_login(user)
    return client.get(reverse("contacts:contact-edit-history", args=[contact.pk])).content.decode()


def current(row: Interaction) -> list[Contact]:
    return [link.contact for link in row.with_contacts.filter(is_current=True)]


def test_a_department_operator_corrects_a_call_and_the_history_tells_of_it(team: Team, client: Client) -> None:
    contact = department_contact(team.sales, phone=NUMBER)
    call = log(team.leader, contact, team.sales, number=NUMBER, note="Wants a visit").interaction
    assert post(client, team.operator, "edit", call, outcome="no answer", note="Nobody there").status_code == 303
    call.refresh_from_db()
    assert (call.outcome, call.is_answered, call.body) == ("no answer", False, "Nobody there")
    assert call.corrected_at
    page = history(client, team.leader, contact)
    assert "Outcome of the call on" in page
    assert '<del dir="auto">Answered</del>' in page
    assert '<ins dir="auto">No answer</ins>' in page
    assert "Omar" in page
    assert "Wants a visit" in page


def test_a_shared_contact_is_corrected_by_operators_and_owner_but_not_by_a_reader(team: Team, client: Client) -> None:
    contact = shared_contact(team.owner, team.sales, phone=NUMBER)
    call = interaction(team.sales, contact, outcome="answered")
    share(contact, team.stranger, "read")
    assert post(client, team.stranger, "edit", call, outcome="no answer").status_code == 404  # does not read the line
    assert post(client, team.operator, "edit", call, outcome="no answer").status_code == 303
    own = interaction(None, contact, outcome="answered")
    assert post(client, team.stranger, "edit", own, outcome="no answer").status_code == 403
    assert post(client, team.owner, "edit", own, outcome="no answer").status_code == 303


def test_an_archived_contact_is_corrected_once_it_is_unarchived(team: Team, client: Client) -> None:
    contact = team.mine(phone=NUMBER)
    call = interaction(None, contact, outcome="answered")
    Contact.objects.filter(pk=contact.pk).update(archived_at=call.at)
    refused = post(client, team.owner, "remove", call)
    assert (refused.status_code, "Archived: unarchive it first" in refused.content.decode()) == (403, True)
    Contact.objects.filter(pk=contact.pk).update(archived_at=None)
    assert post(client, team.owner, "remove", call).status_code == 303


def test_bad_input_is_answered_and_changes_nothing(team: Team, client: Client) -> None:
    call = interaction(None, team.mine(), outcome="answered")
    assert post(client, team.owner, "edit", call, outcome="sold").status_code == 422
    assert post(client, team.owner, "edit", call, outcome="answered", note="x" * 10_001).status_code == 422
    assert post(client, team.owner, "edit", call, outcome="answered", note="a\0b").status_code == 422
    for contact in ("", "me", "9" * 30, "-1"):
        assert post(client, team.owner, "move", call, contact=contact).status_code == 422
    assert post(client, team.owner, "move", call, contact="9223372036854775807").status_code == 404
    text = arrive(line(team.account, admin=team.owner), NUMBER)
    assert post(client, team.owner, "edit", text, outcome="answered").status_code == 403
    client.force_login(team.owner)
    assert client.get(f"/interactions/{text.pk}/move/?q=%00{'a' * 300}").status_code == 200
    call.refresh_from_db()
    assert (call.outcome, call.corrected_at) == ("answered", None)


def test_moving_puts_it_on_the_other_contact_and_undo_takes_it_back(team: Team, client: Client) -> None:
    channel = line(team.account, admin=team.owner)
    wrong, right = team.mine(phone=NUMBER), team.mine(given_name="Ann")
    share(wrong, team.stranger, "read")
    share_channel(channel, team.stranger, "read")
    text = arrive(channel, NUMBER)
    assert post(client, team.stranger, "move", text, contact=right.pk).status_code == 403
    assert post(client, team.owner, "move", text, contact=right.pk).status_code == 303
    assert current(text) == [right]
    gone = text.with_contacts.get(contact=wrong)
    assert (gone.is_current, gone.moved_by) == (False, team.owner)
    assert not interactions_visible_to(team.stranger).exists()
    assert Unread.objects.filter(user=team.owner, party__contact=right).exists()  # nobody has read it by that
    assert "moved a text to another contact" in history(client, team.owner, wrong)
    assert "moved a text here" in history(client, team.owner, right)
    assert "moved" not in history(client, team.stranger, wrong)  # it reads the text no longer
    token = UndoStep.objects.get(action="move-interaction").token
    client.force_login(team.owner)
    assert client.post(reverse("contacts:undo", args=[token])).status_code == 303
    assert current(text) == [wrong]
    assert interactions_visible_to(team.stranger).get() == text


def test_moving_to_where_it_is_changes_nothing_and_hidden_targets_do_not_exist(team: Team, client: Client) -> None:
    contact, hidden = team.mine(phone=NUMBER), ContactFactory(account=team.account, owner=team.stranger)
    text = arrive(line(team.account, admin=team.owner), NUMBER)
    assert correcting.move(team.owner, text.pk, contact_id=contact.pk) == ""
    assert post(client, team.owner, "move", text, contact=hidden.pk).status_code == 404
    assert post(client, team.owner, "move", text, contact=ContactFactory().pk).status_code == 404
    text.refresh_from_db()
    assert (current(text), text.corrected_at) == ([contact], None)


def test_a_departments_call_stays_with_a_contact_of_the_department(team: Team, client: Client) -> None:
    call = arrive(department_line(team.sales), NUMBER, "call", is_answered=True)
    mine = ContactFactory(account=team.account, owner=team.operator)
    assert post(client, team.operator, "move", call, contact=mine.pk).status_code == 403
    other = department_contact(team.sales)
    assert post(client, team.operator, "move", call, contact=other.pk).status_code == 303
    assert current(call) == [other]
    assert interactions_visible_to(team.leader).get() == call


def test_removing_hides_it_from_everybody_and_undo_brings_it_back(team: Team, client: Client) -> None:
    contact = team.mine(phone=NUMBER)
    text = arrive(line(team.account, admin=team.owner), NUMBER)
    assert post(client, team.owner, "remove", text).status_code == 303
    assert not interactions_visible_to(team.owner).exists()
    assert post(client, team.owner, "remove", text).status_code == 404
    assert "removed a text" in history(client, team.owner, contact)
    token = UndoStep.objects.get(action="remove-interaction").token
    client.post(reverse("contacts:undo", args=[token]))
    assert interactions_visible_to(team.owner).get() == text
    assert "put back a text" in history(client, team.owner, contact)


def test_a_correction_is_told_only_to_those_who_may_read_the_call(team: Team, client: Client) -> None:
    contact = team.mine(phone=NUMBER)
    share(contact, team.stranger, "read")
    channel = line(team.account, admin=team.owner)
    call = arrive(channel, NUMBER, "call", is_answered=True, outcome="answered")
    post(client, team.owner, "edit", call, outcome="no answer", note="Secret")
    assert "Outcome of the call" not in history(client, team.stranger, contact)
    share_channel(channel, team.stranger, "read")
    assert "Outcome of the call" in history(client, team.stranger, contact)


def test_what_nobody_corrected_stands_in_no_edit_history(team: Team, client: Client) -> None:
    contact = team.mine(phone=NUMBER)
    call = arrive(line(team.account, admin=team.owner), NUMBER, "call", status="active")
    Interaction.objects.filter(pk=call.pk).update(status="done", outcome="answered")
    page = history(client, team.owner, contact)
    assert "Outcome of" not in page
    post(client, team.owner, "edit", call, outcome="call back", note="")
    assert "Outcome of" in history(client, team.owner, contact)
    event = Interaction.pgh_event_model.objects.latest("pgh_id").pk
    url = reverse("contacts:contact-restore", args=[contact.pk])
    assert client.post(url, {"event": f"interactions:{event}"}).status_code == 404  # has its own way back


def test_what_goes_on_is_corrected_once_it_is_over(team: Team, client: Client) -> None:
    team.mine(phone=NUMBER)
    call = arrive(line(team.account, admin=team.owner), NUMBER, "call", status="ringing")
    assert post(client, team.owner, "remove", call).status_code == 403
    Interaction.objects.filter(pk=call.pk).update(status="done")
    assert post(client, team.owner, "remove", call).status_code == 303
