"""Editing a contact: attributes, rows and tags, whole or in part; what is refused, and in which words."""

import html
import re

import pytest

from contacts.models import (
    Contact,
    ContactAddress,
    ContactEmail,
    ContactOtherField,
    ContactPhone,
    ContactTag,
    ContactWebsite,
    Tag,
)
from tests.factories_contacts import AddressFactory, EmailFactory, PhoneFactory

from .crew import Crew, make_crew
from .forms import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def crew() -> Crew:
    return make_crew()


def edit(crew: Crew, data: dict, who: str = "writer", **headers: str):
    return crew.client(who).post(crew.url("edit/"), data, headers=headers)


def filled_in(page: str) -> dict[str, str]:
    """The inputs of a page as a browser would post them, but for lists and text areas."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        attributes = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        if "name" in attributes and attributes.get("type") not in ("checkbox", "file"):
            found[attributes["name"]] = html.unescape(attributes.get("value", ""))
    return found


def fresh(crew: Crew) -> Contact:
    return Contact.objects.get(pk=crew.contact.pk)


@pytest.mark.parametrize(
    ("who", "status"),
    [("owner", 303), ("manager", 303), ("writer", 303), ("reader", 403), ("outsider", 404), ("stranger", 404)],
)
def test_write_and_admin_edit(crew: Crew, who: str, status: int):
    assert edit(crew, {"nickname": "Ren"}, who).status_code == status
    assert fresh(crew).nickname == ("Ren" if status == 303 else "")
    assert crew.client(who).get(crew.url("edit/")).status_code == (200 if status == 303 else status)


def test_anonymous_visitors_sign_in_first_and_other_methods_are_refused(crew: Crew, client):
    assert client.post(crew.url("edit/"), {"nickname": "x"}).status_code == 302
    assert crew.client("owner").put(crew.url("edit/")).status_code == 405


def test_fields_that_are_not_posted_stay_unchanged(crew: Crew):
    answer = edit(crew, {"company": "Harbor Bakery", "birthday": "1984-03-30", "time_zone": "Europe/Rome"})
    assert answer["Location"] == crew.url("details/")
    contact = fresh(crew)
    assert (contact.given_name, contact.company, str(contact.birthday)) == ("Renee", "Harbor Bakery", "1984-03-30")
    assert contact.version == 2


def test_a_post_that_changes_nothing_raises_no_version(crew: Crew):
    assert edit(crew, {"given_name": "Renee", "tags": ""}).status_code == 303
    assert fresh(crew).version == 1


def test_no_server_side_field_can_be_posted(crew: Crew):
    posted = {"owner": crew.writer.pk, "kind": "shared", "account": 1, "archived_at": "2020-01-01", "photo_digest": "x"}
    assert edit(crew, {"nickname": "Ren", **posted}).status_code == 303
    contact = fresh(crew)
    assert (contact.owner_id, contact.kind, contact.archived_at) == (crew.owner.pk, "personal", None)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("birthday", "30/03/1984", "Write the date as year, month, day"),
        ("birthday", "2999-01-01", "This day is in the future."),
        ("birthday", "1984-02-31", "Write the date as year, month, day"),
        ("time_zone", "Mars/Olympus", "This is not a time zone"),
        ("given_name", "x" * 121, "at most 120 characters"),
        ("given_name", "a\0b", "Null characters are not allowed"),
        ("tags", "x" * 61, "A tag has at most 60 characters."),
        ("tags", ",".join(map(str, range(60))), "A contact has at most 50 tags."),
        ("outside_id", "4711", "Say which system the outside id comes from."),
        ("version", "abc", "Reload the page"),
        ("version", "0", "greater than or equal to 1"),
    ],
)
def test_bad_values_are_refused_at_their_field(crew: Crew, field: str, value: str, sentence: str):
    answer = edit(crew, {field: value})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert fresh(crew).version == 1


def test_tags_are_names_and_each_is_one_whatever_its_case(crew: Crew):
    Tag.objects.create(account=crew.owner.account, name="Key account")
    edit(crew, {"tags": "key ACCOUNT, Spanish-speaking, spanish-SPEAKING,  "})
    assert set(fresh(crew).tags.values_list("name", flat=True)) == {"Key account", "Spanish-speaking"}
    edit(crew, {"tags": "Key account"})
    assert ContactTag.objects.filter(contact=crew.contact).count() == 1
    assert fresh(crew).version == 3


@pytest.mark.parametrize(
    ("typed", "stored", "extension"),
    [
        ("(202) 555-0142", "+12025550142", ""),
        ("+44 20 7946 0018", "+442079460018", ""),
        ("tel:+1-202-555-0142;ext=12", "+12025550142", "12"),
        ("202 555 0142 x9", "+12025550142", "9"),
    ],
)
def test_numbers_in_any_common_format_are_stored_as_e164(crew: Crew, typed: str, stored: str, extension: str):
    assert edit(crew, rows("phones", {"number": typed, "label": "Mobile"})).status_code == 303
    phone = ContactPhone.objects.get(contact=crew.contact)
    assert (phone.number, phone.extension, phone.label) == (stored, extension, "Mobile")


def test_numbers_are_read_with_the_country_of_the_address(crew: Crew):
    AddressFactory(contact=crew.contact, country="DE")
    edit(crew, rows("phones", {"number": "030 901820"}))
    assert ContactPhone.objects.get(contact=crew.contact).number == "+4930901820"


def test_an_impossible_number_is_refused_with_help_and_kept_as_typed(crew: Crew):
    answer = edit(crew, rows("phones", {"number": "415 555 01"}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This number is two digits short. US numbers have 10." in page
    assert 'value="415 555 01"' in page
    assert not ContactPhone.objects.exists()


def test_an_unlikely_number_is_saved_with_a_hint(crew: Crew):
    assert edit(crew, rows("phones", {"number": "+1 555 555 0142"})).status_code == 303
    page = crew.client("reader").get(crew.url("details/")).content.decode()
    assert "do not usually look like this" in page


@pytest.mark.parametrize(
    ("address", "sentence"),
    [("renee", "This email address has no @."), ("a b@c.de", "no spaces"), ("a@b", "no domain ending")],
)
def test_a_wrong_email_is_refused_in_words(crew: Crew, address: str, sentence: str):
    answer = edit(crew, rows("emails", {"address": address}))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_the_same_email_or_number_stands_on_a_contact_once(crew: Crew):
    EmailFactory(contact=crew.contact, address="renee@x.example")
    answer = edit(crew, rows("emails", {"address": "RENEE@x.example"}))
    assert answer.status_code == 422
    assert "This email stands on the contact already." in answer.content.decode()
    answer = edit(crew, rows("phones", {"number": "+12025550142"}, {"number": "202-555-0142"}))
    assert "This number stands on the contact already." in answer.content.decode()
    assert fresh(crew).version == 1


def test_a_removed_number_becomes_former_and_can_come_back(crew: Crew):
    phone = PhoneFactory(contact=crew.contact, is_primary=True)
    edit(crew, rows("phones", {"id": phone.pk, "DELETE": "on"}))
    phone.refresh_from_db()
    assert phone.former_at
    assert not phone.is_primary
    page = crew.client("writer").get(crew.url("details/")).content.decode()
    assert "Make current again" in page
    edit(crew, rows("phones", {"id": phone.pk, "current": "on"}))
    phone.refresh_from_db()
    assert phone.former_at is None
    assert fresh(crew).version == 3


def test_adding_a_former_value_again_brings_it_back(crew: Crew):
    email = EmailFactory(contact=crew.contact, address="renee@x.example")
    edit(crew, rows("emails", {"id": email.pk, "DELETE": "on"}))
    assert edit(crew, rows("emails", {"address": "Renee@X.example", "label": "New"})).status_code == 303
    email.refresh_from_db()
    assert (email.former_at, email.label) == (None, "New")
    assert ContactEmail.objects.count() == 1


def test_the_primary_mark_moves(crew: Crew):
    first, second = PhoneFactory(contact=crew.contact, is_primary=True), PhoneFactory(contact=crew.contact)
    both = rows("phones", {"id": first.pk, "is_primary": "on"}, {"id": second.pk, "is_primary": "on"})
    assert edit(crew, both).status_code == 303
    assert list(ContactPhone.objects.filter(is_primary=True)) == [second]
    edit(crew, rows("phones", {"id": first.pk, "label": "Old"}))
    assert list(ContactPhone.objects.filter(is_primary=True)) == [second]
    edit(crew, rows("phones", {"number": "+12025550142", "is_primary": "on"}))
    assert ContactPhone.objects.get(is_primary=True).number == "+12025550142"


def test_two_new_primary_rows_are_one_too_many(crew: Crew):
    answer = edit(
        crew,
        rows("emails", {"address": "a@x.example", "is_primary": "on"}, {"address": "b@x.example", "is_primary": "on"}),
    )
    assert answer.status_code == 422
    assert "Only one email can be the primary one." in answer.content.decode()


def test_addresses_websites_and_other_fields_are_edited_and_removed(crew: Crew):
    edit(
        crew,
        rows("addresses", {"street": "Pier 3", "city": "San Francisco", "country": "US", "label": "Work"})
        | rows("websites", {"url": "harbor.example"})
        | rows("other_fields", {"label": "Seg", "value": "A"}),
    )
    address, site, other = ContactAddress.objects.get(), ContactWebsite.objects.get(), ContactOtherField.objects.get()
    assert fresh(crew).version == 2
    edit(crew, rows("addresses", {"id": address.pk, "city": "Oakland"}))
    address.refresh_from_db()
    assert (address.street, address.city) == ("Pier 3", "Oakland")
    edit(
        crew,
        rows("addresses", {"id": address.pk, "DELETE": "on"})
        | rows("websites", {"id": site.pk, "DELETE": "on"})
        | rows("other_fields", {"id": other.pk, "value": "B"}),
    )
    assert not ContactAddress.objects.exists()
    assert not ContactWebsite.objects.exists()
    assert ContactOtherField.objects.get().value == "B"


def test_a_row_of_another_contact_is_no_row_here(crew: Crew):
    other = make_crew()
    phone = PhoneFactory(contact=other.contact, number="+14155550111")
    answer = edit(crew, rows("phones", {"id": phone.pk, "number": "+14155550122"}))
    assert answer.status_code == 422
    phone.refresh_from_db()
    assert phone.number == "+14155550111"


def test_emptying_a_row_says_how_to_remove_it(crew: Crew):
    phone = PhoneFactory(contact=crew.contact)
    answer = edit(crew, rows("phones", {"id": phone.pk, "number": ""}))
    assert answer.status_code == 422
    assert "Type the number, or remove it." in answer.content.decode()


def test_a_contact_keeps_a_name_a_company_an_email_or_a_phone(crew: Crew):
    phone = PhoneFactory(contact=crew.contact)
    assert edit(crew, {"given_name": "", "family_name": ""}).status_code == 303
    answer = edit(crew, rows("phones", {"id": phone.pk, "DELETE": "on"}))
    assert answer.status_code == 422
    assert "A contact needs a name, a company, an email or a phone." in answer.content.decode()
    assert edit(crew, {"company": "Harbor"} | rows("phones", {"id": phone.pk, "DELETE": "on"})).status_code == 303


def test_rows_that_exchange_their_values_are_refused_in_words(crew: Crew):
    a = EmailFactory(contact=crew.contact, address="a@x.example")
    b = EmailFactory(contact=crew.contact, address="b@x.example")
    answer = edit(crew, rows("emails", {"id": a.pk, "address": "b@x.example"}, {"id": b.pk, "address": "a@x.example"}))
    assert answer.status_code == 422
    assert "Two rows exchange their values." in answer.content.decode()


@pytest.mark.parametrize(
    "data",
    [
        {"phones-TOTAL_FORMS": "abc", "phones-INITIAL_FORMS": "x", "phones-0-number": "+12025550142"},
        {"phones-0-number": "+12025550142"},
        {"phones-TOTAL_FORMS": "-5", "phones-INITIAL_FORMS": "-1"},
        {"phones-TOTAL_FORMS": "99999999999999999999", "phones-INITIAL_FORMS": "0", "phones-0-number": "a\0"},
        rows("phones", {"id": "9" * 40, "number": "+12025550142"}),
        rows("phones", {"id": "-1", "number": "+12025550142"}),
        rows("phones", {"id": "x", "number": "+12025550142"}),
        rows("phones", {"number": "5" * 100_000}),
        rows("emails", {"address": "a\0@b.example"}),
        rows("addresses", {"street": "x" * 301, "country": "ZZ"}),
        rows("addresses", {"city": "\0"}),
        rows("websites", {"url": "x" * 600}),
        rows("other_fields", {"label": "x" * 61, "value": "v"}),
        {"field": "phone-" + "9" * 30, "nickname": "\0"},
        {"tags": "\0"},
        {"add": "nonsense"},
        {"add": "phones", "phones-TOTAL_FORMS": "x"},
        {"conflict": ["phones-0", "\0"], "take": "theirs", "nickname": "x\0"},
        {"version": "9" * 60, "nickname": "\0"},
    ],
)
def test_nonsense_is_answered_in_words(crew: Crew, data: dict):
    answer = edit(crew, data)
    assert answer.status_code in (200, 303, 404, 422)
    assert fresh(crew).version == 1


def test_a_version_that_has_not_been_reached_counts_as_the_current_one(crew: Crew):
    assert edit(crew, {"version": "99", "nickname": "Ren"}).status_code == 303


def test_a_row_is_added_to_the_form_without_javascript(crew: Crew):
    PhoneFactory(contact=crew.contact)
    page = edit(crew, {"add": "emails", "nickname": "typed"} | rows("emails", {"address": "half@"})).content.decode()
    assert 'name="emails-1-address"' in page
    assert 'value="half@"' in page
    assert 'value="typed"' in page
    assert fresh(crew).version == 1


SMALL_FORMS = [
    "name", "nickname", "company", "job_title", "birthday", "language", "time_zone", "tags", "photo", "outside_id",
    "phones", "emails", "addresses", "websites", "other_fields",
]  # fmt: skip


@pytest.mark.parametrize("field", SMALL_FORMS)
def test_every_field_has_a_small_form_of_its_own(crew: Crew, field: str):
    page = crew.client("writer").get(crew.url(f"edit/?field={field}")).content.decode()
    assert page.count('class="k-field is-edit"') == 1
    assert f'name="field" value="{field}"' in page
    part = crew.client("writer").get(crew.url(f"edit/?field={field}"), headers={"HX-Request": "true"}).content.decode()
    assert part.startswith('<section class="k-card"') or part.lstrip().startswith("<section")
    assert 'class="k-field is-edit"' in part
    assert "<html" not in part


@pytest.mark.parametrize("field", ["owner", "version", "phone-999999999", "phone-", "phone-x", "../x", "\0"])
def test_an_unknown_field_is_not_found(crew: Crew, field: str):
    assert crew.client("writer").get(crew.url("edit/"), {"field": field}).status_code == 404


def test_htmx_gets_the_card_and_the_head_after_saving(crew: Crew):
    htmx = {"HX-Request": "true", "HX-Target": "section#details-name"}
    answer = edit(crew, {"field": "name", "given_name": "Renata"}, **htmx)
    part = answer.content.decode()
    assert answer.status_code == 200
    assert 'id="details-name"' in part
    assert 'id="record-header" hx-swap-oob="true"' in part
    assert "Renata Martinez" in part
    wrong = edit(crew, {"field": "birthday", "birthday": "x"}, **htmx)
    assert wrong.status_code == 422
    assert 'id="details-name"' in wrong.content.decode()


def test_the_whole_form_posted_back_changes_nothing(crew: Crew):
    """What a program does that reads the form and posts it again."""
    EmailFactory(contact=crew.contact)
    PhoneFactory(contact=crew.contact, number="+442079460018", extension="3", is_primary=True)
    AddressFactory(contact=crew.contact)
    page = crew.client("writer").get(crew.url("edit/")).content.decode()
    data = filled_in(page)
    assert data["phones-0-number"] == "+44 20 7946 0018"
    data |= {"addresses-0-street": "Pier 3, Suite 210", "addresses-0-country": "US"}
    assert edit(crew, data).status_code == 303
    assert fresh(crew).version == 1
