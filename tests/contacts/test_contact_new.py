"""A new contact: who owns it, what it needs, and the hint at duplicates that the viewer may see."""

import uuid

import pytest

from contacts import policy
from contacts.models import Contact, ContactUserObjectPermission, Note
from tests.factories import UserFactory
from tests.factories_contacts import ContactFactory, EmailFactory, PhoneFactory

from .crew import make_crew
from .forms import rows

pytestmark = pytest.mark.django_db
URL = "/contacts/new/"


@pytest.fixture
def user():
    return UserFactory(name="Maker")


@pytest.fixture
def signed_in(client, user):
    client.force_login(user)
    return client


def test_the_form_opens_for_everybody_signed_in(client, signed_in):
    assert signed_in.get(URL).status_code == 200
    client.logout()
    assert client.get(URL).status_code == 302
    assert client.post(URL, {"given_name": "x"}).status_code == 302


def test_other_methods_are_refused(signed_in):
    assert signed_in.delete(URL).status_code == 405
    assert signed_in.post("/contacts/new/duplicates/").status_code == 405


def test_the_creator_becomes_owner_with_admin(signed_in, user):
    answer = signed_in.post(
        URL,
        {"given_name": "Renata", "tags": "Key", "note": "Call at noon"} | rows("phones", {"number": "202 555 0142"}),
    )
    contact = Contact.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/contacts/{contact.pk}/")
    assert (contact.kind, contact.owner, contact.created_by, contact.account) == ("personal", user, user, user.account)
    assert policy.can(user, "grant", contact)
    assert ContactUserObjectPermission.objects.filter(content_object=contact).count() == 3
    assert contact.phones.get().number == "+12025550142"
    assert contact.tags.get().name == "Key"
    note = Note.objects.get()
    assert (note.body, note.visibility, note.author) == ("Call at noon", "public", user)
    assert signed_in.get(answer["Location"]).status_code == 200


def test_nobody_else_sees_it(signed_in, user):
    colleague = UserFactory(account=user.account)
    signed_in.post(URL, {"given_name": "Renata"})
    assert not policy.visible_to(colleague).exists()


@pytest.mark.parametrize(
    "data",
    [{"given_name": "R"}, {"company": "Harbor"}, {"nickname": "Ren"}, rows("emails", {"address": "a@x.example"}),
     rows("phones", {"number": "+12025550142"})],
)  # fmt: skip
def test_a_name_a_company_an_email_or_a_phone_is_enough(signed_in, data):
    assert signed_in.post(URL, data).status_code == 303


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"job_title": "Baker"},
        {"tags": "Key"},
        rows("addresses", {"city": "Oakland"}),
        rows("phones", {"label": "Work"}),
    ],
)
def test_without_any_of_them_it_is_refused_and_nothing_typed_is_lost(signed_in, data):
    answer = signed_in.post(URL, data | {"note": "kept words"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "A contact needs a name, a company, an email or a phone." in page
    assert "kept words" in page
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (rows("phones", {"number": "415 555 01"}), "two digits short"),
        (
            rows("phones", {"number": "+12025550142"}, {"number": "(202) 555-0142"}),
            "This number stands on the contact already.",
        ),
        ({"given_name": "a\0"}, "Null characters"),
        ({"given_name": "a", "note": "b\0"}, "null characters"),
        ({"given_name": "a", "note": "b" * 10_001}, "A note has at most 10,000 characters."),
        ({"given_name": "a", "outside_id": "7"}, "Say which system"),
        ({"given_name": "a", "phones-TOTAL_FORMS": "x", "phones-0-number": "1"}, "came in incomplete"),
    ],
)
def test_bad_input_is_told_in_words(signed_in, data, sentence):
    answer = signed_in.post(URL, data)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Contact.objects.exists()


def test_the_same_form_posted_twice_makes_one_contact(signed_in):
    data = {"given_name": "Renata", "once": str(uuid.uuid4())}
    first, second = signed_in.post(URL, data), signed_in.post(URL, data)
    assert first.status_code == second.status_code == 303
    assert first["Location"] == second["Location"]
    assert Contact.objects.count() == 1


def test_a_refused_form_can_be_posted_again(signed_in):
    data = {"once": str(uuid.uuid4())}
    assert signed_in.post(URL, data).status_code == 422
    assert signed_in.post(URL, data | {"given_name": "Renata"}).status_code == 303


def test_a_row_is_added_without_javascript(signed_in):
    answer = signed_in.post(URL, {"add": "phones", "given_name": "Renata"} | rows("phones", {"number": "415"}))
    assert answer.status_code == 200
    assert 'name="phones-1-number"' in answer.content.decode()
    assert not Contact.objects.exists()


def test_a_visible_duplicate_is_hinted_at_and_made_anyway_on_request(signed_in, user):
    known = ContactFactory(owner=user, given_name="Known", email="renee@x.example")
    data = {"given_name": "Renata"} | rows("emails", {"address": "Renee@X.example"})
    answer = signed_in.post(URL, data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "You already have someone with this email or number." in page
    assert f'href="/contacts/{known.pk}/"' in page
    assert 'name="confirm" value="1"' in page
    assert signed_in.post(URL, data | {"confirm": "1"}).status_code == 303
    assert Contact.objects.count() == 2


def test_hidden_archived_and_former_holders_are_no_duplicates(signed_in, user):
    hidden = make_crew().contact
    PhoneFactory(contact=hidden, number="+12025550142")
    colleagues = ContactFactory(owner=UserFactory(account=user.account))
    PhoneFactory(contact=colleagues, number="+12025550142")
    archived = ContactFactory(owner=user, archived_at="2026-01-01T00:00:00Z")
    EmailFactory(contact=archived, address="a@x.example")
    former = ContactFactory(owner=user)
    EmailFactory(contact=former, address="a@x.example", former_at="2026-01-01T00:00:00Z")
    data = {"given_name": "R"} | rows("phones", {"number": "+12025550142"}) | rows("emails", {"address": "a@x.example"})
    assert signed_in.post(URL, data).status_code == 303


def test_the_hint_comes_while_typing_too(signed_in, user):
    ContactFactory(owner=user, given_name="Known", phone="+12025550142")
    typed = rows("phones", {"number": "202-555-0142"}) | rows("emails", {"address": "half@"})
    part = signed_in.get("/contacts/new/duplicates/", typed, headers={"HX-Request": "true"}).content.decode()
    assert "Known Martinez" in part
    assert "<html" not in part
    page = signed_in.get("/contacts/new/duplicates/", typed).content.decode()
    assert "Known Martinez" in page
    assert "<html" in page
    nothing = signed_in.get(
        "/contacts/new/duplicates/",
        {"phones-TOTAL_FORMS": "x", "phones-0-number": "\0"},
        headers={"HX-Request": "true"},
    )
    assert nothing.status_code == 200
    assert "Known" not in nothing.content.decode()
