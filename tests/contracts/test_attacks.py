"""Attacks that once worked, each beside the twin that must go on working (design/security.md)."""

from __future__ import annotations

import datetime
import time
import uuid
from io import BytesIO

import pytest
from django.test import Client
from django.utils import timezone

from contacts.imports.uploads import store_upload
from contacts.models import BulkItem, FollowUp, Note
from contacts.services import archiving, bulk, follow_ups
from contacts.services.outcomes import DONE, REFUSED
from contacts.services.ownership import change_owner
from contacts.services.sharing import set_access
from contacts.services.undoing import CannotUndo
from contacts_project.accounts.models import User
from contacts_project.accounts.services import read_emails
from contacts_project.core import logs
from tests.contacts.crew import Crew, make_crew, undo_last
from tests.factories import UserFactory
from tests.factories_contacts import ContactFactory, share

pytestmark = pytest.mark.django_db
ENDLESS = ["9" * 5000, "9" * 30, "²"]


@pytest.fixture
def crew() -> Crew:
    return make_crew()


@pytest.mark.parametrize("typed", ["㌖" * 200, "㌖" * 120 + " Renee", "ﷺ" * 200, "@" + "é" * 199, "<" * 200])
def test_words_that_grow_when_they_are_folded_can_be_searched(crew: Crew, typed: str) -> None:
    client = crew.client("reader")
    assert client.get("/contacts/", {"q": typed}).status_code == 200
    assert client.get("/search/", {"q": typed}).status_code == 200
    assert b"Martinez" in client.get("/contacts/", {"q": "martin"}).content


def test_a_long_word_is_found_by_a_search_that_is_cut(crew: Crew) -> None:
    made = ContactFactory(owner=crew.owner, given_name="㌖" * 100, family_name="")
    assert str(made.pk).encode() in crew.client("owner").get("/contacts/", {"q": "㌖" * 100}).content


@pytest.mark.parametrize("number", ENDLESS)
def test_numbers_without_end_are_no_numbers(crew: Crew, number: str) -> None:
    User.objects.filter(pk=crew.owner.pk).update(is_account_admin=True)
    client = crew.client("owner")
    for path in ("/people/", "/access-requests/", "/contacts/", crew.url("notes/"), crew.url("collaborators/")):
        assert client.get(path, {"after": number, "tag": number}).status_code == 200
    row = {"phones-TOTAL_FORMS": "1", "phones-INITIAL_FORMS": "1", "phones-0-number": "+12025550142"}
    assert client.post(crew.url("edit/"), {**row, "phones-0-id": number}).status_code in (303, 422)
    assert client.post(crew.url("edit/"), {**row, "phones-0-id": ""}).status_code == 303


@pytest.mark.parametrize("number", ENDLESS)
def test_owner_choices_that_are_no_ids_are_left_out(crew: Crew, number: str) -> None:
    made = store_upload(crew.owner, name="a.csv", stream=BytesIO(b"First name,Phone\nAnn,202 555 0143\n"))
    address = f"/contacts/import/{made.pk}/map/"
    assert crew.client("owner").post(address, {"owner-value-0": "Bob", "owner-0": number}).status_code == 303


def test_tokens_of_invitations_stay_out_of_the_log() -> None:
    token = uuid.uuid4().hex * 2
    assert logs.blot(f"Conflict: /invitations/{token}/") == "Conflict: /invitations/[token]/"
    assert logs.blot("id a1b2c3d4e5f60718") == "id a1b2c3d4e5f60718"


@pytest.mark.parametrize("sign", ["a", "1 ", "a:", "1)", "a@", ".-"])
def test_a_long_path_takes_no_time_to_log(sign: str) -> None:
    """Anybody may ask for an address that does not exist, and it is logged."""
    begun = time.process_time()
    logs.blot("Not Found: /" + sign * 30_000)
    assert time.process_time() - begun < 1
    assert logs.blot("Not Found: /invite/ann@mail.example.com") == "Not Found: [email]"


def test_a_long_word_takes_no_time_in_a_list_of_people_to_invite() -> None:
    begun = time.process_time()
    read_emails("a" * 19_990 + " @")
    assert time.process_time() - begun < 1
    assert read_emails("Doe, Ann <ann@mail.example.com>; bob@mail.example.com") == [
        "ann@mail.example.com",
        "bob@mail.example.com",
    ]


@pytest.mark.parametrize("named", ["javascript:alert(1)", "//elsewhere.example/contacts/", "/contacts/nothing/here/"])
def test_the_way_back_of_a_bulk_form_is_a_page_of_ours(crew: Crew, named: str) -> None:
    data = {"action": "tag", "ids": crew.contact.pk}
    client = crew.client("owner")
    assert f'href="{named}"'.encode() not in client.post("/contacts/bulk/", {**data, "next": named}).content
    assert b'href="/contacts/?q=a"' in client.post("/contacts/bulk/", {**data, "next": "/contacts/?q=a"}).content
    answer = client.post("/contacts/bulk/", {**data, "tags": "VIP", "next": named}, headers={"HX-Request": "true"})
    assert answer.status_code == 200


def test_a_form_sent_twice_as_a_fragment_leads_where_the_first_one_led(crew: Crew) -> None:
    client, htmx = crew.client("owner"), {"HX-Request": "true"}
    data = {"body": "Prefers mornings", "once": str(uuid.uuid4())}
    assert client.post(crew.url("notes/"), data, headers=htmx).status_code == 200
    assert client.post(crew.url("notes/"), data, headers=htmx)["HX-Redirect"] == crew.url("notes/")
    bulk_data = {"action": "tag", "tags": "VIP", "ids": crew.contact.pk, "once": str(uuid.uuid4())}
    assert client.post("/contacts/bulk/", bulk_data, headers=htmx).status_code == 200
    assert client.post("/contacts/bulk/", bulk_data, headers=htmx)["HX-Redirect"] == "/contacts/"
    assert Note.objects.count() == 1


def test_a_form_that_only_asked_for_another_row_is_not_taken(crew: Crew) -> None:
    data = {"given_name": "Ann", "once": str(uuid.uuid4())}
    client = crew.client("owner")
    assert client.post("/contacts/new/", {**data, "add": "phones"}).status_code == 200
    first = client.post("/contacts/new/", data)
    assert first["Location"] not in ("/contacts/new/", "")
    assert client.post("/contacts/new/", data)["Location"] == first["Location"]


def test_a_follow_up_is_not_opened_again_on_an_archived_contact(crew: Crew) -> None:
    row = FollowUp.objects.create(contact=crew.contact, user=crew.owner, due=timezone.localdate(), text="Ring")
    follow_ups.finish(crew.owner, row)
    archiving.archive(crew.owner, [crew.contact.pk])
    with pytest.raises(CannotUndo, match="Archived"):
        undo_last(crew.owner)
    archiving.unarchive(crew.owner, [crew.contact.pk])
    undo_last(crew.owner)
    assert FollowUp.objects.get(pk=row.pk).done_at is None


def test_a_bulk_action_ends_with_the_sign_in_of_its_user(crew: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large successions run later, so the grants may still be there: what counts is that the person is not."""
    ids = [crew.contact.pk, *(ContactFactory(owner=crew.owner).pk for _ in range(2))]
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    monkeypatch.setattr(bulk, "CHUNK", 1)
    begun = bulk.start(crew.owner, "tag", {"tags": ["VIP"]}, ids=ids)
    chunk = bulk._do_chunk

    def deactivated_after(started) -> bool:
        more = chunk(started)
        User.objects.filter(pk=crew.owner.pk).update(is_active=False)
        return more

    monkeypatch.setattr(bulk, "_do_chunk", deactivated_after)
    bulk.run(begun)
    outcomes = list(BulkItem.objects.filter(bulk=begun).order_by("pk").values_list("outcome", flat=True))
    assert outcomes == ["done", "refused", "refused"]


@pytest.mark.parametrize("named", ["http://[", "//[", "http://testserver/\0", "javascript:alert(1)"])
def test_headers_that_are_no_addresses_are_answered(crew: Crew, named: str) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": named, "Referer": named}
    assert Client().get("/contacts/", headers=headers)["HX-Redirect"].startswith("/accounts/login/?next=/")
    client = crew.client("owner")
    for path in ("/contacts/", crew.url(), "/contacts/987654/"):
        assert client.get(path, headers=headers).status_code in (200, 404)
    back = client.post("/me/theme/", {"theme": "dark"}, headers={"Referer": named})["Location"]
    assert back.startswith(("/me/", "http://testserver/"))
    assert client.post("/access-requests/", {"path": named}).status_code in (303, 422)


def test_private_pages_are_kept_by_no_cache(crew: Crew) -> None:
    client = crew.client("reader")
    for path in (crew.url(), "/contacts/", "/contacts/987654/", "/search/?q=renee"):
        assert client.get(path)["Cache-Control"] == "private, no-cache"
    assert "no-store" in Client().get("/accounts/login/")["Cache-Control"]  # what a page says itself stays


def test_an_admin_for_a_time_gives_nothing_that_lasts_longer(client):
    owner = UserFactory()
    guest, friend = (UserFactory(account=owner.account) for _ in range(2))
    contact, day = ContactFactory(owner=owner), owner.account.today() + datetime.timedelta(days=5)
    share(contact, guest, "admin", until=day)

    def give(user, until) -> str:
        return set_access(guest, [contact.pk], user, "admin", until)[0].status

    assert [give(guest, None), give(friend, None), give(friend, day + datetime.timedelta(days=1))] == [REFUSED] * 3
    assert change_owner(guest, [contact.pk], friend)[0].status == REFUSED
    assert give(friend, day) == DONE
    assert set_access(owner, [contact.pk], guest, "admin", None)[0].status == DONE


def test_a_refusal_names_the_owner_and_no_other_collaborator(client):
    owner = UserFactory(name="Olivia Owner")
    reader, other = (UserFactory(account=owner.account, name=name) for name in ("Rita Reader", "Adam Admin"))
    contact = share(share(ContactFactory(owner=owner), reader, "read"), other, "admin")
    client.force_login(reader)
    page = client.get(f"/contacts/{contact.pk}/edit/")
    assert page.status_code == 403
    assert b"Olivia Owner" in page.content
    assert b"Adam Admin" not in page.content
