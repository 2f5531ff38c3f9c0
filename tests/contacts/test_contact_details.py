"""The Details tab: the complete list of attributes, and what is said about each."""

import pytest
from django.utils import timezone

from contacts.models import Contact, ContactOtherField, ContactRemark, ContactWebsite, Import
from contacts.templatetags.contacts import website_href
from tests.factories_contacts import AddressFactory, EmailFactory, PhoneFactory

from .crew import Crew, make_crew
from .test_contact_edit import edit

pytestmark = pytest.mark.django_db


@pytest.fixture
def crew() -> Crew:
    return make_crew()


def details(crew: Crew, who: str = "reader") -> str:
    return crew.client(who).get(crew.url("details/")).content.decode()


def test_every_attribute_stands_there(crew: Crew):
    Contact.objects.filter(pk=crew.contact.pk).update(
        prefix="Dr.", middle_name="Ana", suffix="Jr.", nickname="Ren", company="Harbor & Co", job_title="Baker",
        birthday="1984-03-30", language="Spanish", time_zone="Europe/Rome", outside_id="4711", outside_source="CRM",
    )  # fmt: skip
    PhoneFactory(contact=crew.contact, number="+14155550142", extension="4", label="Boat")
    PhoneFactory(contact=crew.contact, number="+14155550143", former_at=timezone.now())
    EmailFactory(contact=crew.contact, address="renee@x.example")
    AddressFactory(contact=crew.contact, city="Roma", country="IT")
    ContactWebsite.objects.create(contact=crew.contact, url="harbor.example")
    ContactOtherField.objects.create(contact=crew.contact, label="Seg", value="A1")
    page = details(crew)
    for words in (
        "Dr. Renee Ana Martinez Jr.", "Ren", "Harbor &amp; Co", "Baker", "30 Mar 1984", "Spanish", "Rome (Europe/Rome)",
        "4711", "CRM", "Boat", "(415) 555-0142 ext. 4", "Primary", "Former", "renee@x.example", "Roma", "Italy",
        'href="https://harbor.example"', "Seg", "A1", "by <span dir=\"auto\">Owner Person</span>",
    ):  # fmt: skip
        assert words in page, words


def test_the_time_zone_comes_from_the_primary_phone_and_says_so(crew: Crew):
    PhoneFactory(contact=crew.contact, number="+442079460018")
    assert "London (Europe/London), from the primary phone" in details(crew)


def test_the_last_edit_names_who_made_it(crew: Crew):
    edit(crew, {"nickname": "Ren"}, "manager")
    assert 'by <span dir="auto">Manager Person</span>' in details(crew)


def test_readers_get_no_pencils(crew: Crew):
    PhoneFactory(contact=crew.contact, former_at=timezone.now())
    assert 'data-action="edit"' in details(crew, "writer")
    assert 'data-action="edit"' not in details(crew, "reader")


def test_what_an_import_could_not_read_is_shown_and_the_file_named_to_its_owner_only(crew: Crew):
    source = Import.objects.create(account=crew.owner.account, user=crew.owner, file_name="leads.csv", format="csv")
    Contact.objects.filter(pk=crew.contact.pk).update(source_import=source)
    ContactRemark.objects.create(
        contact=crew.contact, field="Phone", value="call Bob", reason="This is not a phone number."
    )
    assert "call Bob" in details(crew)
    assert "leads.csv" not in details(crew)
    assert "leads.csv" in details(crew, "owner")


@pytest.mark.parametrize(
    ("typed", "href"),
    [
        ("harbor.example", "https://harbor.example"),
        ("HTTP://harbor.example/x", "HTTP://harbor.example/x"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("not a site", ""),
    ],
)
def test_only_web_addresses_become_links(typed: str, href: str):
    assert website_href(typed) == href


def test_a_script_address_is_shown_but_not_linked(crew: Crew):
    ContactWebsite.objects.create(contact=crew.contact, url="javascript:alert(1)")
    page = details(crew)
    assert "javascript:alert(1)" in page
    assert 'href="javascript' not in page
