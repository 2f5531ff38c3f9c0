"""Actions on many contacts: outcomes for each, rights, undo, jobs that go on after a crash."""

from __future__ import annotations

import uuid
from types import SimpleNamespace

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from contacts.jobs_bulk import forget_undo_steps, run_bulk
from contacts.models import BulkAction, BulkItem, Contact, ContactTag, UndoStep
from contacts.services import bulk as service
from tests.factories import UserFactory
from tests.factories_contacts import ContactFactory, share

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client):
    user = UserFactory()
    client.force_login(user)
    return user


def post(client, **data):
    return client.post("/contacts/bulk/", data)


def archived(*contacts) -> list[bool]:
    return [Contact.objects.get(pk=contact.pk).archived for contact in contacts]


def undo_token(response) -> str:
    message = list(response.wsgi_request._messages)[-1]
    return next(tag for tag in message.extra_tags.split() if tag.startswith("undo:")).removeprefix("undo:")


def test_archives_what_it_may_and_says_why_not(client, owner):
    mine, theirs = ContactFactory(owner=owner), ContactFactory(owner=UserFactory(account=owner.account))
    share(theirs, owner, "read")
    hidden = ContactFactory(owner=UserFactory(account=owner.account))
    response = post(client, action="archive", ids=[mine.pk, theirs.pk, hidden.pk])
    assert response.status_code == 303
    assert archived(mine, theirs, hidden) == [True, False, False]
    message = str(next(iter(response.wsgi_request._messages)))
    assert message == "1 contact archived, 1 not done"
    assert BulkItem.objects.filter(contact=hidden).count() == 0
    detail = client.get(f"/contacts/bulk/{BulkAction.objects.get().pk}/").content.decode()
    assert "Archiving needs Write or Admin access." in detail


def test_undo_brings_back_exactly_what_was_archived_once(client, owner):
    first, second = ContactFactory(owner=owner), ContactFactory(owner=owner)
    post(client, action="archive", ids=[first.pk])
    client.get("/contacts/")
    token = undo_token(post(client, action="archive", ids=[first.pk, second.pk]))
    assert client.post(f"/undo/{token}/").status_code == 303
    assert archived(first, second) == [True, False]
    post(client, action="archive", ids=[second.pk])
    client.post(f"/undo/{token}/")
    assert archived(second) == [True]


def test_unarchive_by_the_collection(client, owner):
    contact = ContactFactory(owner=owner)
    post(client, action="archive", ids=[contact.pk])
    post(client, action="unarchive", ids=[contact.pk])
    assert archived(contact) == [False]


def test_tags_by_name_and_takes_them_back(client, owner):
    contact = ContactFactory(owner=owner)
    response = post(client, action="tag", ids=[contact.pk], tags="VIP, vip , Key account")
    assert sorted(contact.tags.values_list("name", flat=True)) == ["Key account", "VIP"]
    assert Contact.objects.get(pk=contact.pk).version == 2
    client.post(f"/undo/{undo_token(response)}/")
    assert not ContactTag.objects.filter(contact=contact).exists()


def test_asks_for_what_an_action_needs_and_keeps_the_selection(client, owner):
    contact = ContactFactory(owner=owner)
    response = post(client, action="share", ids=[contact.pk])
    assert response.status_code == 200
    assert f'name="ids" value="{contact.pk}"' in response.content.decode()
    assert not response.context["form"].is_bound
    wrong = post(client, action="share", ids=[contact.pk], user="nobody@x.example", access="read")
    assert "Nobody active" in wrong.content.decode()


def test_shares_and_unshares_with_undo(client, owner):
    contact, friend = ContactFactory(owner=owner), UserFactory(account=owner.account, name="Fay Friend")
    response = post(client, action="share", ids=[contact.pk], user="fay friend", access="write")
    assert contact.grants.filter(user=friend).count() == 2
    client.post(f"/undo/{undo_token(response)}/")
    assert not contact.grants.filter(user=friend).exists()
    share(contact, friend, "read")
    response = post(client, action="unshare", ids=[contact.pk], user=friend.email)
    assert not contact.grants.filter(user=friend).exists()
    client.post(f"/undo/{undo_token(response)}/")
    assert contact.grants.filter(user=friend).count() == 1


def test_changes_owner_and_back(client, owner):
    contact, heir = ContactFactory(owner=owner), UserFactory(account=owner.account)
    response = post(client, action="owner", ids=[contact.pk], user=heir.pk)
    assert Contact.objects.get(pk=contact.pk).owner == heir
    client.post(f"/undo/{undo_token(response)}/")
    assert Contact.objects.get(pk=contact.pk).owner == owner


def test_never_shares_with_another_account(client, owner):
    contact, foreign = ContactFactory(owner=owner), UserFactory()
    for value in (foreign.pk, foreign.email, foreign.name):
        assert post(client, action="share", ids=[contact.pk], user=value, access="read").status_code == 422
    assert not contact.grants.filter(user=foreign).exists()


def test_all_that_match_means_the_filter_not_the_page(client, owner):
    for number in range(60):
        ContactFactory(owner=owner, family_name="Match" if number < 55 else "Other")
    post(client, action="archive", select="all", filter="q=match")
    assert Contact.objects.filter(archived=True).count() == 55
    post(client, action="unarchive", select="all", q="match", archived="1")
    assert Contact.objects.filter(archived=True).count() == 0


@pytest.mark.parametrize("data", [{}, {"action": "boom"}, {"action": "undo"}, {"action": "archive", "ids": ["x"] * 3}])
def test_nonsense_is_refused_in_words(client, owner, data):
    assert post(client, **data).status_code in {303, 422}


def test_a_second_press_does_nothing_twice(client, owner):
    contact, once = ContactFactory(owner=owner), str(uuid.uuid4())
    for _ in range(2):
        assert post(client, action="archive", ids=[contact.pk], once=once).status_code == 303
    assert BulkAction.objects.count() == 1


def test_a_large_selection_becomes_a_job_that_goes_on_after_a_crash(client, owner, monkeypatch):
    monkeypatch.setattr(service, "AT_ONCE", 2)
    monkeypatch.setattr(service, "CHUNK", 2)
    contacts = [ContactFactory(owner=owner) for _ in range(5)]
    response = post(client, action="archive", ids=[contact.pk for contact in contacts])
    bulk = BulkAction.objects.get()
    assert response["Location"] == f"/contacts/bulk/{bulk.pk}/"
    assert ProcrastinateJob.objects.filter(task_name="contacts.jobs_bulk.run_bulk").count() == 1
    assert b'hx-trigger="every 2s"' in client.get(response["Location"]).content
    service._collect(bulk)
    service._do_chunk(bulk)  # then the worker dies
    assert sum(archived(*contacts)) == 2
    service.run(BulkAction.objects.get())
    assert all(archived(*contacts))
    assert bulk.items.filter(outcome="done").count() == 5
    assert "5 contacts archived" in client.get(response["Location"]).content.decode()


def test_a_job_that_fails_for_good_says_so_and_keeps_what_was_done(client, owner, monkeypatch):
    monkeypatch.setattr(service, "AT_ONCE", 0)
    contact = ContactFactory(owner=owner)
    address = post(client, action="archive", ids=[contact.pk])["Location"]
    monkeypatch.setattr(service, "run", lambda bulk: 1 / 0)
    bulk = BulkAction.objects.get()
    for attempts, status in ((1, "waiting"), (3, "failed")):
        with pytest.raises(ZeroDivisionError):
            run_bulk.func(SimpleNamespace(job=SimpleNamespace(attempts=attempts)), bulk_id=bulk.pk)
        bulk.refresh_from_db()
        assert bulk.status == status
    assert "ended early" in client.get(address).content.decode()


def test_steps_to_undo_are_forgotten_after_their_day(client, owner):
    post(client, action="archive", ids=[ContactFactory(owner=owner).pk])
    forget_undo_steps.func(0)
    assert UndoStep.objects.count() == 1
    UndoStep.objects.update(created_at="2020-01-01T00:00Z")
    forget_undo_steps.func(0)
    assert not UndoStep.objects.exists()
