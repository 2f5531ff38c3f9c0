"""People on a list: adding by id or by words, subscribing, removing and undo; from the collection in one step."""

from __future__ import annotations

import uuid

import pytest

from contacts.list_adding import meant, offered
from contacts.models import BulkAction, BulkItem, Contact, List, ListItem
from contacts.services import bulk as bulk_service
from contacts.services import list_items as service
from contacts.services.undoing import CannotUndo
from tests.factories_contacts import ContactFactory, share
from tests.factories_engagements import ListFactory, put_on_list, share_list

from .crew import undo_last
from .lists_room import Room, make_room, texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def room() -> Room:
    return make_room()


@pytest.fixture
def new(room: Room) -> Contact:
    """Not on the list yet; the writer reads it, and nobody else but its owner."""
    made = ContactFactory(
        owner=room.keeper, given_name="Nina", family_name="New", phone="+14155550177", email="nina@new.example"
    )
    return share(made, room.writer, "read")


def add(room: Room, contact: object, who: str = "writer", **more: str):
    return room.client(who).post(room.url("items/"), {"contact": str(contact), **more})


@pytest.mark.parametrize("typed", ["nina new", "NINA", "nina@new.example", "(415) 555-0177", "+14155550177"])
def test_words_that_name_one_visible_contact_add_it(room: Room, new: Contact, typed: str) -> None:
    answer = add(room, typed)
    assert answer.status_code == 303
    assert answer["Location"] == room.url()
    item = room.list.items.get(contact=new)
    assert (item.is_subscribed, item.added_by, item.how) == (True, room.writer, "page")
    assert texts(answer) == ["Nina New added to Bakeries"]
    undo_last(room.writer)
    assert new.pk not in room.on_list()


def test_an_id_adds_it_and_twice_changes_nothing(room: Room, new: Contact) -> None:
    form = {"once": str(uuid.uuid4())}
    assert add(room, new.pk, **form).status_code == add(room, new.pk, **form).status_code == 303
    assert room.list.items.filter(contact=new).count() == 1
    assert texts(add(room, new.pk))[-1] == "Nina New is on Bakeries already"


def test_hidden_archived_and_unknown_are_not_added(room: Room, new: Contact) -> None:
    hidden = ContactFactory(owner=room.keeper, given_name="Olga")
    elsewhere = ContactFactory(owner=room.stranger, given_name="Olga")
    answers = [add(room, value) for value in (hidden.pk, elsewhere.pk, 2**60, "Olga", "", "nobody", "\0", "9" * 40)]
    assert {answer.status_code for answer in answers} == {422}
    assert all(b"No contact that you can see matches this." in answer.content for answer in answers)
    room.client("keeper").post(f"/contacts/{new.pk}/archive/")
    assert b"Archived: unarchive it first" in add(room, new.pk).content
    assert room.on_list() == {room.contact.pk, room.hidden.pk}


def test_several_that_match_are_offered_and_one_that_is_meant_exactly_is_taken(room: Room, new: Contact) -> None:
    other = share(ContactFactory(owner=room.keeper, given_name="Nina", family_name="Newman"), room.writer, "read")
    answer = add(room, "nina")
    assert answer.status_code == 422
    assert f'name="contact" value="{other.pk}"' in answer.content.decode()
    assert add(room, other.pk).status_code == 303
    assert add(room, "Nina New").status_code == 303
    assert {new.pk, other.pk} < room.on_list()


def test_while_typing_only_visible_contacts_are_offered(room: Room, new: Contact) -> None:
    ContactFactory(owner=room.keeper, given_name="Nina", family_name="Hidden")
    text = room.client("writer").get(room.url("people/?contact=nina")).content.decode()
    assert f'value="{new.pk}"' in text
    assert "Hidden" not in text
    assert "On the list" in room.client("writer").get(room.url("people/?q=renee")).content.decode()
    assert offered(room.stranger, "nina") == []
    assert meant(room.reader, "nina new").pk is None


def test_putting_on_a_list_needs_write_on_it_and_sight_of_the_contact(room: Room, new: Contact) -> None:
    share(new, room.reader, "admin")
    share(new, room.outsider, "admin")
    assert add(room, new.pk, "reader").status_code == 403
    assert add(room, new.pk, "outsider").status_code == 404
    assert add(room, new.pk, "stranger").status_code == 404
    share(new, room.writer, None)
    assert add(room, new.pk).status_code == 422
    share(new, room.writer, "read")
    assert add(room, new.pk).status_code == 303


def test_unsubscribing_and_subscribing_keep_who_did_it(room: Room) -> None:
    url = room.url(f"items/{room.hidden_item.pk}/")
    assert room.client("writer").post(url, {"is_subscribed": ""}).status_code == 303
    item = ListItem.objects.get(pk=room.hidden_item.pk)
    assert (item.is_subscribed, item.changed_by) == (False, room.writer)
    assert texts(room.client("owner").post(url, {"is_subscribed": ""})) == []  # it is so already
    assert ListItem.objects.get(pk=item.pk).changed_by == room.writer
    room.client("owner").post(url, {"is_subscribed": "1"})
    assert ListItem.objects.get(pk=item.pk).is_subscribed


def test_a_fragment_comes_back_to_htmx(room: Room) -> None:
    headers = {"HX-Request": "true", "HX-Target": "list-people"}
    form = {"is_subscribed": "", "next": room.url("?s=subscribed")}
    answer = room.client("writer").post(room.url(f"items/{room.item.pk}/"), form, headers=headers)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in text
    assert f'data-item-id="{room.item.pk}"' not in text
    assert f'data-item-id="{room.hidden_item.pk}"' in text
    assert 'id="list-views"' in text


def test_removing_and_undo_put_the_same_place_back(room: Room) -> None:
    ListItem.objects.filter(pk=room.hidden_item.pk).update(is_subscribed=False, changed_by=None, how="import")
    before = ListItem.objects.values("is_subscribed", "how", "added_at").get(pk=room.hidden_item.pk)
    client = room.client("writer")
    assert client.post(room.url(f"items/{room.hidden_item.pk}/remove/")).status_code == 303
    assert room.on_list() == {room.contact.pk}
    assert client.post(room.url(f"items/{room.hidden_item.pk}/remove/")).status_code == 404
    undo_last(room.writer)
    assert room.list.items.values("is_subscribed", "how", "added_at").get(contact=room.hidden) == before


def test_undo_needs_the_right_still_and_a_free_place(room: Room) -> None:
    client = room.client("writer")
    client.post(room.url(f"items/{room.item.pk}/remove/"))
    put_on_list(room.list, room.contact)
    with pytest.raises(CannotUndo, match="again already"):
        undo_last(room.writer)
    room.list.items.all().delete()
    share_list(room.list, room.writer, "read")
    with pytest.raises(CannotUndo, match="not change who is on this list"):
        undo_last(room.writer)


def test_an_item_is_found_on_its_own_list_only(room: Room) -> None:
    other = ListFactory(owner=room.writer, name="Other")
    for rest in (f"items/{room.item.pk}/", f"items/{room.item.pk}/remove/"):
        assert room.client("writer").post(f"/lists/{other.pk}/{rest}").status_code == 404
    assert room.on_list() == {room.contact.pk, room.hidden.pk}


# Assign to list, from the collection.


def assign(room: Room, who: str = "writer", **data):
    return room.client(who).post("/contacts/bulk/", {"action": "list", **data})


def test_assigning_says_what_happened_to_each_and_undo_takes_off_who_came(room: Room, new: Contact) -> None:
    ids = [new.pk, room.contact.pk, room.hidden.pk]
    answer = assign(room, ids=ids, list=str(room.list.pk))
    assert texts(answer) == ["1 contact assigned, 2 already there"]  # who stands there is known to who fills the list
    outcomes = dict(BulkItem.objects.values_list("contact", "outcome"))
    assert outcomes[new.pk] == "done"
    assert outcomes[room.contact.pk] == "already"
    assert room.list.items.get(contact=new).how == "bulk"
    undo_last(room.writer)
    assert room.on_list() == {room.contact.pk, room.hidden.pk}


def test_whom_one_knows_from_a_list_only_is_refused_and_the_hidden_are_not_named(room: Room, new: Contact) -> None:
    other = ListFactory(owner=room.writer, name="Other")
    unknown = ContactFactory(owner=room.keeper)
    answer = assign(room, ids=[new.pk, room.hidden.pk, unknown.pk], list=str(other.pk))
    assert texts(answer) == ["1 contact assigned, 1 not: no access"]
    assert set(other.items.values_list("contact", flat=True)) == {new.pk}
    assert not BulkItem.objects.filter(contact=unknown).exists()
    page = room.client("writer").get(f"/contacts/bulk/{BulkAction.objects.get().pk}/").content.decode()
    assert "You have no access to this contact." in page


def test_a_new_list_is_made_in_the_same_form_once(room: Room, new: Contact) -> None:
    form = {"ids": [new.pk, room.contact.pk], "name": "Trade show", "once": str(uuid.uuid4())}
    assert assign(room, **form).status_code == assign(room, **form).status_code == 303
    made = List.objects.get(name="Trade show")
    assert (made.owner, made.items.count()) == (room.writer, 2)


def test_the_first_press_asks_for_the_list_and_offers_those_one_may_fill(room: Room, new: Contact) -> None:
    share_list(ListFactory(owner=room.owner, name="Only read"), room.writer, "read")
    ListFactory(owner=room.keeper, name="Hidden list")
    text = assign(room, ids=[new.pk]).content.decode()
    assert "Bakeries" in text
    assert "Only read" not in text
    assert "Hidden list" not in text


def test_a_wrong_list_is_refused_in_the_form(room: Room, new: Contact) -> None:
    foreign = ListFactory(owner=room.stranger)
    read_only = share_list(ListFactory(owner=room.owner), room.writer, "read")
    wrong = [{"list": str(pk)} for pk in (foreign.pk, read_only.pk, 2**62, "x")]
    wrong += [{"list": "", "name": ""}, {"list": str(room.list.pk), "name": "Both"}, {"name": "x" * 121}]
    for form in wrong:
        assert assign(room, ids=[new.pk], **form).status_code == 422, form
    room.client("owner").post(room.url("archive/"))
    assert assign(room, ids=[new.pk], list=str(room.list.pk)).status_code == 422
    assert not ListItem.objects.filter(contact=new).exists()


def test_all_that_match_and_the_filter_of_a_list(room: Room, new: Contact) -> None:
    other = ListFactory(owner=room.writer, name="Other")
    assign(room, select="all", filter=f"list={room.list.pk}", list=str(other.pk))
    assert set(other.items.values_list("contact", flat=True)) == {room.contact.pk}
    # The fields of the post name the filter as well, but `list` is what is done.
    assign(room, select="all", q="nina", list=str(room.list.pk))
    assert new.pk in room.on_list()
    client = room.client("writer")
    page = client.get(f"/contacts/?list={room.list.pk}").content.decode()
    assert "Renee Martinez" in page
    assert "Hilda" not in page
    assert page.count("data-contact-id") == page.count("data-kind") == 2
    hidden_list = ListFactory(owner=room.keeper)
    everything = client.get("/contacts/").content.count(b"data-contact-id")
    assert client.get(f"/contacts/?list={hidden_list.pk}").content.count(b"data-contact-id") == everything


def test_access_that_ends_while_a_job_waits_counts(room: Room, new: Contact) -> None:
    bulk = bulk_service.start(room.writer, "list", {"list": room.list.pk}, ids=[new.pk])
    assert bulk.items.get().outcome == "done"
    share_list(room.list, room.writer, "read")
    refused = bulk_service.start(room.writer, "list", {"list": room.list.pk}, ids=[room.contact.pk])
    assert refused.items.get().reason == "Adding and removing people needs Write on the list"
    outcomes = service.take_back(room.writer, {new.pk: room.list.items.get(contact=new).pk}, room.list.pk)
    assert outcomes[0].status == "refused"


def test_the_record_and_its_row_offer_it_where_it_is_allowed(room: Room) -> None:
    client = room.client("writer")
    for address in (f"/contacts/{room.contact.pk}/", "/contacts/"):
        assert b'data-action="list"' in client.get(address).content
    room.client("owner").post(f"/contacts/{room.contact.pk}/archive/")
    assert b'data-action="list"' not in client.get(f"/contacts/{room.contact.pk}/").content
    answer = client.post("/contacts/bulk/?action=list", {"ids": room.contact.pk})
    assert b"Assign 1 contact to a list" in answer.content


def test_the_assigning_costs_the_same_for_many(room: Room, django_assert_max_num_queries) -> None:
    made = [ContactFactory(owner=room.writer) for _ in range(12)]
    with django_assert_max_num_queries(16):
        outcomes = service.assign(room.writer, [one.pk for one in made], room.list.pk)
    assert [one.contact_id for one in outcomes] == [one.pk for one in made]
