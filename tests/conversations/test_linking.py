"""A contact that gets an address takes over what nobody had, and nothing else (product.md §2c)."""

import datetime
from io import BytesIO

import pytest
from django.test import Client

from contacts.imports.running import run
from contacts.imports.steps import start_check
from contacts.imports.uploads import store_upload
from contacts.models import Contact, ContactPhone
from contacts.services.contacts import create_contact
from contacts.services.editing import save_edit
from contacts.services.merging import Changes, RowChange
from conversations.models import Interaction
from conversations.services import linking
from conversations.visibility import interactions_visible_to
from tests.factories_contacts import ContactFactory, PhoneFactory, share
from tests.factories_conversations import arrive, department_line, line
from tests.factories_departments import department_contact

from .team import NUMBER, Team

pytestmark = pytest.mark.django_db
EMAIL = "ann@buyer.example"


@pytest.fixture
def team() -> Team:
    return Team()


def phone_added(number: str = NUMBER) -> Changes:
    values = {"number": number, "extension": "", "label": ""}
    return Changes(rows={"phones": [RowChange(0, None, values)]})


def test_a_new_contact_takes_over_what_was_with_nobody_and_takes_it_from_nobody(team: Team) -> None:
    channel = line(team.account, read=team.operator, admin=team.owner)
    text = arrive(channel, NUMBER)
    contact = create_contact(team.owner, phone_added())
    assert list(text.contacts.all()) == [contact]
    assert list(interactions_visible_to(team.operator)) == [text]  # reads the line, not the contact
    text.refresh_from_db()
    assert text.arrived_without_contact


def test_an_edit_links_as_well_and_a_strangers_contact_does_not(team: Team) -> None:
    channel = line(team.account, read=team.operator)
    text = arrive(channel, NUMBER)
    hidden = team.mine()  # its owner does not read the line, nor does a reader of the line read it
    save_edit(team.owner, hidden.pk, phone_added())
    assert not text.contacts.exists()
    mine = ContactFactory(owner=team.operator, account=team.account)
    save_edit(team.operator, mine.pk, phone_added())
    assert list(text.contacts.all()) == [mine]


def test_a_removed_number_keeps_its_past_with_the_old_person(team: Team) -> None:
    channel = line(team.account, admin=team.owner)
    old = team.mine(phone=NUMBER)
    text = arrive(channel, NUMBER)
    ContactPhone.objects.filter(contact=old).update(former_at=datetime.datetime.now(datetime.UTC))
    new = create_contact(team.owner, phone_added())
    assert list(text.contacts.all()) == [old]
    assert list(arrive(channel, NUMBER).contacts.all()) == [new]


def test_what_was_moved_away_by_hand_stays_away(team: Team) -> None:
    channel = line(team.account, admin=team.owner)
    text = arrive(channel, NUMBER)
    contact = create_contact(team.owner, phone_added())
    text.with_contacts.update(is_current=False)
    assert linking.link_contacts([contact.pk]) == 0
    assert not text.with_contacts.filter(is_current=True).exists()


def test_mail_is_found_whatever_its_case_and_two_holders_are_asked_about(team: Team) -> None:
    channel = line(team.account, admin=team.owner)
    channel.kind = "email"
    channel.save()
    mail = arrive(channel, EMAIL, "email")
    one, two = (ContactFactory(owner=team.owner, account=team.account, email="Ann@Buyer.example") for _ in range(2))
    assert linking.link_contacts([one.pk, two.pk]) == 1
    assert set(mail.contacts.all()) == {one, two}
    mail.refresh_from_db()
    assert mail.asks_who


def test_an_import_links_and_leaves_the_thread_with_its_readers(team: Team, client: Client) -> None:
    channel = line(team.account, read=team.operator, admin=team.owner)
    text = arrive(channel, NUMBER)
    csv = b"First name,Phone\nAnn,+12025550142\n"
    made = store_upload(team.owner, name="people.csv", stream=BytesIO(csv))
    start_check(made)
    client.force_login(team.owner)
    client.post(f"/contacts/import/{made.pk}/run/", {"duplicates": "skip"})
    made.refresh_from_db()
    run(made)
    assert text.contacts.get() == Contact.objects.get(given_name="Ann")
    assert interactions_visible_to(team.operator).get() == text


def test_a_department_keeps_what_an_operators_own_contact_takes_over(team: Team) -> None:
    channel = department_line(team.sales, kind="email", address="sales@acme.example")
    mail = arrive(channel, EMAIL, "email")
    assert mail.arrived_without_contact
    changes = Changes(rows={"emails": [RowChange(0, None, {"address": EMAIL, "label": ""})]})
    contact = create_contact(team.operator, changes)
    assert list(mail.contacts.all()) == [contact]
    assert interactions_visible_to(team.leader).get() == mail


def test_much_is_left_to_a_job(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    channel = line(team.account, admin=team.owner)
    texts = [arrive(channel, NUMBER) for _ in range(2)]
    monkeypatch.setattr(linking, "AT_ONCE", 1)
    deferred = []
    monkeypatch.setattr("conversations.jobs_linking.link_contact.defer", lambda **job: deferred.append(job))
    contact = create_contact(team.owner, phone_added())
    assert deferred == [{"contact_id": contact.pk}]
    assert linking.link_contacts([contact.pk]) == 2
    assert Interaction.objects.filter(contacts=contact).count() == len(texts)


def test_a_departments_new_contact_takes_over_what_its_operators_read_elsewhere(team: Team) -> None:
    shared = line(team.account, read=team.operator)
    text = arrive(shared, NUMBER)
    arrive(department_line(team.sales), NUMBER)
    contact = Contact.objects.get(kind="department")
    assert list(text.contacts.all()) == [contact]


def test_other_accounts_and_archived_contacts_take_no_part(team: Team) -> None:
    channel = line(team.account, admin=team.owner)
    text = arrive(channel, NUMBER)
    other = ContactFactory(phone=NUMBER)
    archived = team.mine(phone=NUMBER)
    Contact.objects.filter(pk=archived.pk).update(archived_at=text.at)
    assert linking.link_contacts([other.pk]) == linking.link_contacts([archived.pk]) == 0
    sold = department_contact(team.support, phone=NUMBER)  # its operators do not read the line
    assert linking.link_contacts([sold.pk]) == 0
    share(sold, team.owner, "read")
    assert linking.link_contacts([sold.pk]) == 1
    PhoneFactory(contact=sold)
    assert linking.link_contacts([sold.pk]) == 0
