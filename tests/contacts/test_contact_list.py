"""The collection: what it shows, how it is searched and filtered, and what its address holds."""

from __future__ import annotations

import pytest
from django.utils import timezone

from contacts.models import Contact, ContactTag, Tag
from tests.factories import UserFactory
from tests.factories_contacts import ContactFactory, share

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client):
    user = UserFactory()
    client.force_login(user)
    return user


def shown(response) -> list[str]:
    return [row.name for row in response.context["rows"]]


def test_lists_in_the_order_of_family_names_without_regard_to_accents(client, owner):
    for family, given in [("Zeller", "Ann"), ("Öberg", "Bo"), ("oberg", "Al"), ("", "")]:
        ContactFactory(owner=owner, family_name=family, given_name=given, company="" if family else "Nordic Post")
    assert shown(client.get("/contacts/")) == ["Nordic Post", "Al oberg", "Bo Öberg", "Ann Zeller"]
    assert shown(client.get("/contacts/?sort=-name")) == ["Ann Zeller", "Bo Öberg", "Al oberg", "Nordic Post"]
    assert shown(client.get("/contacts/?sort=created"))[0] == "Nordic Post"


def test_turns_pages_by_key_and_keeps_the_filter(client, owner):
    for number in range(55):
        ContactFactory(owner=owner, family_name=f"Page {number:02}", given_name="", company="")
    first = client.get("/contacts/?q=page")
    second = client.get("/contacts/", {"q": "page", "after": first.context["next"]})
    assert len(shown(first)) == 50
    assert shown(second) == [f"Page {number}" for number in range(50, 55)]
    assert "q=page" in first.content.decode().split('id="more"')[1]


@pytest.mark.parametrize(
    "typed",
    ["mart", "MARTÍN", "renee mart", "harbor", "renee@harbor.example", "@harbor.example", "harbor.ex", "0142",
     "202 555", "+1 202", "(202) 555-0142", "2025550142", "mart 0142", "nie"],
)  # fmt: skip
def test_finds_by_name_company_email_and_both_ends_of_a_number(client, owner, typed):
    ContactFactory(
        owner=owner, family_name="Martínez", given_name="Renée", nickname="Niecy", company="Harbor Bakery",
        phone="+12025550142", email="renee@harbor.example",
    )  # fmt: skip
    ContactFactory(owner=owner, family_name="Quist", given_name="Ola", phone="+4687701234", email="ola@quist.example")
    assert shown(client.get("/contacts/", {"q": typed})) == ["Renée Martínez"]


@pytest.mark.parametrize("typed", ["0142 55", "555", "!!!", "martinex", "' OR 1=1", "\\", "a:*&b|", "\0"])
def test_finds_nothing_and_survives_whatever_is_typed(client, owner, typed):
    ContactFactory(owner=owner, family_name="Martínez", phone="+12025550142", company="")
    response = client.get("/contacts/", {"q": typed})
    assert response.status_code == 200
    assert shown(response) == ([] if typed != "\0" else ["Renee Martínez"])


def test_national_form_with_its_zero_finds_the_international_number(client, owner):
    ContactFactory(owner=owner, family_name="Weber", phone="+491711234567")
    assert shown(client.get("/contacts/", {"q": "0171 1234567"})) == ["Renee Weber"]


def test_a_zero_at_the_front_of_an_ending_counts(client, owner):
    for number in ("+12025550150", "+12025551150", "+15035550199"):
        ContactFactory(owner=owner, family_name=number[-4:], phone=number)
    assert shown(client.get("/contacts/", {"q": "0150"})) == ["Renee 0150"]
    assert shown(client.get("/contacts/", {"q": "5503"})) == []
    assert shown(client.get("/contacts/", {"q": "1503"})) == ["Renee 0199"]


def test_filters_are_and_between_kinds_and_or_inside_one(client, owner):
    vip, cold = (Tag.objects.create(account=owner.account, name=name) for name in ("VIP", "Cold"))
    tagged = {}
    for name, tags in (("A", [vip]), ("B", [cold]), ("C", [])):
        tagged[name] = ContactFactory(owner=owner, family_name=name, given_name="")
        for tag in tags:
            ContactTag.objects.create(contact=tagged[name], tag=tag)
    assert shown(client.get(f"/contacts/?tag={vip.pk}")) == ["A"]
    assert shown(client.get(f"/contacts/?tag={vip.pk}&tag={cold.pk}")) == ["A", "B"]
    assert shown(client.get(f"/contacts/?tag={vip.pk}&tag={cold.pk}&q=b")) == ["B"]
    assert shown(client.get(f"/contacts/?tag={vip.pk}&kind=department")) == []


def test_ignores_unknown_parameters_and_foreign_ids(client, owner):
    ContactFactory(owner=owner)
    foreign = Tag.objects.create(account=UserFactory().account, name="Theirs")
    unknown = ("tag=x", "owner=99999999999999999999", "sort=boom", "view=boom", "after=%ff", "after=5.%21", "page=9")
    for query in (f"tag={foreign.pk}", *unknown):
        assert len(shown(client.get(f"/contacts/?{query}"))) == 1, query


def test_views_split_what_is_mine_from_what_was_shared(client, owner):
    ContactFactory(owner=owner, family_name="Mine")
    share(ContactFactory(owner=UserFactory(account=owner.account), family_name="Theirs"), owner, "read")
    assert shown(client.get("/contacts/?view=mine")) == ["Renee Mine"]
    assert shown(client.get("/contacts/?view=shared")) == ["Renee Theirs"]
    assert shown(client.get("/contacts/?owner=me")) == ["Renee Mine"]


def test_archived_contacts_stand_behind_the_switch_alone(client, owner):
    contact = ContactFactory(owner=owner)
    Contact.objects.filter(pk=contact.pk).update(archived_at=timezone.now())
    live, archived = client.get("/contacts/"), client.get("/contacts/?archived=1")
    assert (shown(live), shown(archived)) == ([], ["Renee Martinez"])
    assert 'role="switch" aria-checked="false"' in live.content.decode()
    assert 'role="switch" aria-checked="true"' in archived.content.decode()
    assert client.get("/contacts/?q=renee").context["match_elsewhere"]


def test_rows_offer_only_what_the_viewer_may_do(client, owner):
    share(ContactFactory(owner=UserFactory(account=owner.account)), owner, "read")
    assert b'data-action="archive"' not in client.get("/contacts/").content.split(b'id="bulk"')[0]
    share(ContactFactory(owner=UserFactory(account=owner.account)), owner, "write")
    assert b'data-action="archive"' in client.get("/contacts/").content.split(b'id="bulk"')[0]


def test_htmx_gets_the_collection_and_load_more_gets_rows(client, owner):
    ContactFactory(owner=owner)
    part = client.get("/contacts/", headers={"HX-Request": "true", "HX-Target": "collection"}).content.decode()
    rows = client.get("/contacts/", headers={"HX-Request": "true", "HX-Target": "rows"}).content.decode()
    assert "<html" not in part
    assert 'id="collection"' in part
    assert "<table" not in rows
    assert "data-contact-id" in rows


def test_counts_are_of_what_the_viewer_sees(client, owner):
    ContactFactory(owner=owner)
    ContactFactory(owner=UserFactory(account=owner.account))
    context = client.get("/contacts/count/").context
    assert context["here"] == 1
    assert [view["count"] for view in context["views"]] == [1, 1, 0, 0]


@pytest.mark.usefixtures("still_clock")
def test_a_hidden_contact_changes_no_byte(client, owner):
    ContactFactory(owner=owner)
    colleague = UserFactory(account=owner.account)  # names of colleagues are open to the account
    before = [client.get(path).content for path in ("/contacts/count/?q=renee", "/contacts/?q=renee")]
    hidden = ContactFactory(owner=colleague, given_name="Renee")
    Contact.objects.filter(pk=hidden.pk).update(archived_at=timezone.now())
    after = [client.get(path).content for path in ("/contacts/count/?q=renee", "/contacts/?q=renee")]
    assert [strip(text) for text in after] == [strip(text) for text in before]


def strip(text: bytes) -> bytes:
    """Without CSRF tokens, which are masked anew in each answer."""
    return b"\n".join(line for line in text.splitlines() if b"csrf" not in line)
