"""Log a call on a contact's record."""

from __future__ import annotations

import datetime
import uuid
import zoneinfo

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from contacts.models import Contact, FollowUp, UndoStep
from contacts.services.undoing import CannotUndo, undo
from contacts_project.core.errors import Refused
from conversations.models import Interaction
from conversations.services.calls import CannotLog
from tests.factories_contacts import PhoneFactory, share
from tests.factories_departments import department_contact, operate, shared_contact

from .team import NUMBER, TYPED, Team, ago, log

pytestmark = pytest.mark.django_db
POSTED = {"direction": "out", "outcome": "answered", "note": "Wants a visit"}


@pytest.fixture
def team() -> Team:
    return Team()


@pytest.fixture
def post(client: Client, team: Team):
    """post(user, contact, **fields): the answer to the form."""

    def send(user, contact, **fields):
        client.force_login(user)
        return client.post(f"/contacts/{contact.pk}/calls/", {**POSTED, **fields})

    return send


def said(response) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def test_the_form_offers_the_numbers_and_the_outcomes(client, team):
    contact = team.mine(phone=NUMBER)
    PhoneFactory(contact=contact, number="+14155550160", extension="4", label="Work")
    client.force_login(team.owner)
    page = client.get(f"/contacts/{contact.pk}/calls/").content.decode()
    assert "Mobile, (202) 555-0142" in page
    assert "Work, (415) 555-0160 ext. 4" in page
    assert page.count('name="outcome"') == 6
    assert 'name="for"' not in page  # Owen operates nothing
    assert 'name="once"' in page


def test_a_call_stands_on_the_record(post, team):
    contact = team.mine(phone=NUMBER)
    response = post(team.owner, contact, minutes="4", at="2026-03-02 09:40", outcome="visit booked")
    assert (response.status_code, response["Location"]) == (303, f"/contacts/{contact.pk}/conversations/")
    row = Interaction.objects.get()
    assert list(row.contacts.all()) == [contact]
    assert (row.type, row.direction, row.outcome, row.is_answered) == ("call", "out", "visit booked", True)
    assert (row.duration, row.body, row.outside_address, row.author) == (240, "Wants a visit", NUMBER, team.owner)
    assert (row.department, row.channel, row.is_by_hand, row.arrived_without_contact) == (None, None, True, False)
    assert row.at == datetime.datetime(2026, 3, 2, 9, 40, tzinfo=zoneinfo.ZoneInfo("America/New_York"))
    assert not Contact.objects.exclude(pk=contact.pk).exists()
    assert "Call logged" in said(response)


def test_time_is_the_readers(post, team):
    team.owner.time_zone = "Asia/Tokyo"
    team.owner.save()
    post(team.owner, team.mine(), at="2026-03-02T09:40")
    assert Interaction.objects.get().at == datetime.datetime(2026, 3, 2, 0, 40, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("at", "utc"),
    [
        ("2025-11-02T01:30", "2025-11-02T06:30"),  # twice that night in New York: the later one
        ("2025-03-09T02:30", "2025-03-09T07:30"),  # never that night
        ("2025-06-01T12:00:00+02:00", "2025-06-01T10:00"),
    ],
)
def test_hours_that_clocks_repeat_or_leave_out_are_taken(post, team, at, utc):
    assert post(team.owner, team.mine(), at=at).status_code == 303
    found = Interaction.objects.get().at.astimezone(datetime.UTC)
    assert found.strftime("%Y-%m-%dT%H:%M") in {utc, "2025-03-09T06:30"}


def test_without_a_time_it_was_now(post, team):
    post(team.owner, team.mine())
    assert abs(Interaction.objects.get().at - timezone.now()) < datetime.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"at": "2099-01-01T00:00"}, "This is in the future"),
        ({"at": "yesterday"}, "This is not a time"),
        ({"at": "0001-01-01T00:00"}, "This is"),
        ({"at": "2026-13-45T99:99"}, "This is not a time"),
        ({"other_number": "202 555 01"}, "short"),
        ({"other_number": "\x00"}, "Null characters"),
        ({"outcome": "bribed"}, "Choose one of these outcomes"),
        ({"outcome": ""}, "Choose an outcome"),
        ({"direction": "sideways"}, "A call is in or out"),
        ({"minutes": "-1"}, "no less than 0"),
        ({"minutes": "9" * 30}, "at most a day"),
        ({"note": "x" * 10_001}, "at most 10,000 characters"),
        ({"due": "2099-01-01"}, "Say in one line"),
        ({"line": "Ring"}, "Choose a day"),
        ({"for": "999999"}, "Choose one of these"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_lost(post, team, fields, sentence):
    contact = team.mine(phone=NUMBER)
    response = post(team.owner, contact, **fields)
    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    assert "Wants a visit" in page or "note" in fields
    assert not Interaction.objects.exists()


def test_another_number_is_taken_instead(post, team):
    contact = team.mine(phone=NUMBER)
    post(team.owner, contact, number=NUMBER, other_number="415 555 0161")
    assert Interaction.objects.get().outside_address == "+14155550161"
    assert contact.phones.count() == 1


def test_markup_in_a_note_is_text(client, post, team):
    contact = team.mine()
    post(team.owner, contact, note="<script>alert(1)</script>")
    page = client.get(f"/contacts/{contact.pk}/conversations/").content.decode()
    assert "&lt;script&gt;alert(1)" in page


def test_a_second_post_of_the_same_form_logs_nothing_more(post, team):
    contact, token = team.mine(), str(uuid.uuid4())
    first = post(team.owner, contact, once=token)
    again = post(team.owner, contact, once=token)
    assert first["Location"] == again["Location"]
    assert Interaction.objects.count() == 1


def test_a_follow_up_can_be_set_with_it(post, team):
    contact = team.mine()
    response = post(team.owner, contact, due="2099-01-05", line="Send the offer")
    row = FollowUp.objects.get()
    assert (row.contact, row.user, row.text) == (contact, team.owner, "Send the offer")
    assert "Follow-up on 5 January" in said(response)


def test_a_reader_logs_calls_and_a_stranger_sees_nothing(post, team):
    contact = team.mine()
    share(contact, team.supporter, "read")
    assert post(team.supporter, contact).status_code == 303
    assert post(team.stranger, contact).status_code == 404


def test_nothing_is_logged_on_an_archived_contact(post, team):
    contact = team.mine()
    Contact.objects.filter(pk=contact.pk).update(archived_at=timezone.now())
    response = post(team.owner, contact)
    assert response.status_code == 403
    assert "Archived: unarchive it first" in response.content.decode()


def test_a_department_contact_is_logged_for_its_first_operated_department(post, team):
    contact = department_contact(team.support, team.sales, phone=NUMBER)
    post(team.operator, contact)
    row = Interaction.objects.get()
    assert (row.department, list(row.contacts.all())) == (team.sales, [contact])


def test_a_collaborator_without_a_department_logs_it_for_the_contact(post, team):
    contact = department_contact(team.sales, phone=NUMBER)
    share(contact, team.stranger, "read")
    post(team.stranger, contact)
    assert Interaction.objects.get().department is None


def test_the_record_itself_answers_who_it_was(post, team):
    contacts = [department_contact(team.sales, phone=NUMBER) for _ in range(2)]
    post(team.operator, contacts[1])
    assert list(Interaction.objects.get().contacts.all()) == [contacts[1]]


def test_a_department_contact_without_a_number_needs_none(post, team):
    contact = department_contact(team.sales, email="dana@example.com", awaits_name=True, nickname="")
    assert post(team.operator, contact).status_code == 303
    contact.refresh_from_db()
    assert not contact.awaits_name


def test_a_new_number_makes_a_contact_of_the_department(post, team):
    contact = department_contact(team.sales, phone=NUMBER)
    response = post(team.operator, contact, other_number="(415) 555-0161")
    (made,) = Interaction.objects.get().contacts.all()
    assert made != contact
    assert "(415) 555-0161" in said(response) or "is a new contact of Sales" in said(response)


def test_a_personal_contact_logged_for_a_department_stays_private(post, client, team):
    """product.md §8: the department gets a contact of that number, and learns nothing of the personal record."""
    operate(team.sales, team.owner)
    contact = team.mine(given_name="Secret", family_name="Person", phone=NUMBER)
    response = post(team.owner, contact, **{"for": str(team.sales.pk), "due": "2099-01-05", "line": "Secret plan"})
    row = Interaction.objects.get()
    (made,) = row.contacts.all()
    assert (made.kind, made.name, row.department) == ("department", "", team.sales)
    assert response["Location"] == f"/contacts/{contact.pk}/conversations/"
    assert FollowUp.objects.get().contact == contact
    client.force_login(team.operator)
    for path in (f"/contacts/{made.pk}/conversations/", f"/departments/{team.sales.pk}/activity/"):
        page = client.get(path).content.decode()
        assert "(202) 555-0142" in page
        assert "Secret" not in page


def test_a_personal_contact_without_a_number_needs_one_for_a_department(post, team):
    operate(team.sales, team.owner)
    response = post(team.owner, team.mine(), **{"for": str(team.sales.pk)})
    assert response.status_code == 422
    assert "Type the number" in response.content.decode()


def test_a_department_one_does_not_operate_is_no_choice(post, team):
    contact = team.mine(phone=NUMBER)
    assert post(team.owner, contact, **{"for": str(team.sales.pk)}).status_code == 422
    with pytest.raises(Refused):
        log(team.owner, contact, team.sales, number=NUMBER)


def test_the_original_owner_logs_calls_of_a_shared_contact(post, team):
    contact = shared_contact(team.owner, team.sales, phone=NUMBER)
    assert post(team.owner, contact).status_code == 303
    assert post(team.operator, contact).status_code == 303
    assert [row.department for row in Interaction.objects.order_by("pk")] == [None, team.sales]
    assert all(list(row.contacts.all()) == [contact] for row in Interaction.objects.all())


def test_the_service_refuses_what_the_form_does(team):
    contact = team.mine()
    with pytest.raises(CannotLog, match="future"):
        log(team.owner, contact, at=ago(days=-1))
    with pytest.raises(CannotLog, match="short"):
        log(team.owner, contact, number="202 555 01")
    with pytest.raises(CannotLog, match="Choose whom"):
        log(team.owner)


class TestUndo:
    def test_it_removes_the_call_and_its_follow_up(self, team, client, post):
        contact = team.mine()
        post(team.owner, contact, due="2099-01-05", line="Send the offer")
        response = client.post(f"/undo/{UndoStep.objects.get().token}/", follow=True)
        assert "Call removed" in response.content.decode()
        assert not Interaction.objects.exists()
        assert not FollowUp.objects.exists()

    def test_a_contact_that_the_call_made_is_archived(self, team):
        logged = log(team.operator, department=team.sales, number=TYPED)
        undo(team.operator, logged.undo)
        contact = Contact.objects.get()
        assert contact.archived_at
        assert contact.links.get().ended_by == team.operator

    def test_a_link_that_the_call_made_ends_and_the_contact_stays(self, team):
        contact = department_contact(team.support, phone=NUMBER)
        undo(team.operator, log(team.operator, department=team.sales, number=TYPED).undo)
        contact.refresh_from_db()
        assert contact.archived_at is None
        assert list(contact.links.filter(ended_at=None).values_list("department", flat=True)) == [team.support.pk]

    def test_a_contact_that_was_there_before_stays(self, team):
        contact = department_contact(team.sales, phone=NUMBER)
        undo(team.operator, log(team.operator, department=team.sales, number=TYPED).undo)
        assert contact.links.get().ended_at is None

    def test_who_lost_access_undoes_nothing(self, team):
        contact = team.mine()
        share(contact, team.supporter, "read")
        logged = log(team.supporter, contact)
        share(contact, team.supporter, None)
        with pytest.raises(CannotUndo):
            undo(team.supporter, logged.undo)
        assert Interaction.objects.exists()

    def test_nothing_is_undone_on_an_archived_contact(self, team):
        contact = team.mine()
        logged = log(team.owner, contact)
        Contact.objects.filter(pk=contact.pk).update(archived_at=timezone.now())
        with pytest.raises(CannotUndo, match="Archived"):
            undo(team.owner, logged.undo)

    def test_a_former_operator_undoes_nothing(self, team):
        logged = log(team.operator, department=team.sales, number=TYPED)
        team.sales.operators.filter(user=team.operator).delete()
        with pytest.raises(CannotUndo):
            undo(team.operator, logged.undo)


@pytest.mark.django_db(transaction=True)
def test_a_contact_that_somebody_worked_on_since_stays(team):
    """Own transactions, because what came later is told by its time."""
    logged = log(team.operator, department=team.sales, number=TYPED)
    Contact.objects.update(given_name="Ann")
    message, _ = undo(team.operator, logged.undo)
    assert "stays" in message
    assert Contact.objects.get().archived_at is None
    assert not Interaction.objects.exists()


def test_other_methods_and_fragments(client, team):
    contact = team.mine()
    client.force_login(team.owner)
    assert client.put(f"/contacts/{contact.pk}/calls/").status_code == 405
    fragment = client.get(f"/contacts/{contact.pk}/calls/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert 'id="call-form"' in fragment
