"""Row = list = search = count = explanation, whatever was granted, changed, archived or deactivated before.

Random histories over four people of two accounts; after each history every way of asking must say the same
(design/architecture.md §2). Fixed seed: the same histories in every run.
"""

from __future__ import annotations

import datetime
from itertools import product

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts import paging, policy
from contacts.filters import Filters
from contacts.models import Contact, ContactUserObjectPermission
from contacts.paging import Order, Selection
from contacts_project.accounts import grants
from tests.factories import AccountFactory, UserFactory
from tests.factories_contacts import ContactFactory

WORDS = ("alpha", "bravo", "charlie")
person, thing = st.integers(0, 3), st.integers(0, 2)
level = st.sampled_from(["read", "write", "admin", None])
days = st.sampled_from([None, -1, 0, 30])
step = st.one_of(
    st.tuples(st.just("grant"), person, thing, level, days),
    st.tuples(st.just("archive"), thing, st.booleans()),
    st.tuples(st.just("active"), person, st.booleans()),
    st.tuples(st.just("superuser"), person, st.booleans()),
    st.tuples(st.just("rename"), thing, st.sampled_from(["Zulu", "Älvsjö", ""])),
    st.tuples(st.just("owner"), thing, st.integers(0, 2)),
)


class World:
    """Three contacts and three people of one account, and one person of another."""

    def __init__(self) -> None:
        account = AccountFactory()
        self.users = [UserFactory(account=account) for _ in range(3)] + [UserFactory()]
        self.contacts = [
            ContactFactory(owner=self.users[0], given_name=word, family_name="Same", company=f"{word} works")
            for word in WORDS
        ]

    def grant(self, who: int, what: int, level: str | None, days: int | None) -> None:
        user, contact = self.users[who], self.contacts[what]
        until = None if days is None else contact.account.today() + datetime.timedelta(days=days)
        if user.account_id == contact.account_id:
            grants.set_level(ContactUserObjectPermission, [contact], [user], level, by=contact.owner, until=until)

    def archive(self, what: int, on: bool) -> None:
        when = datetime.datetime.now(datetime.UTC) if on else None
        Contact.objects.filter(pk=self.contacts[what].pk).update(archived_at=when)

    def active(self, who: int, on: bool) -> None:
        self._set(who, is_active=on)

    def superuser(self, who: int, on: bool) -> None:
        self._set(who, is_superuser=on)

    def rename(self, what: int, family: str) -> None:
        Contact.objects.filter(pk=self.contacts[what].pk).update(family_name=family)

    def owner(self, what: int, who: int) -> None:
        Contact.objects.filter(pk=self.contacts[what].pk).update(owner=self.users[who])

    def _set(self, who: int, **fields: bool) -> None:
        for name, value in fields.items():
            setattr(self.users[who], name, value)
        self.users[who].save(update_fields=list(fields))


def listed(user, selection: Selection, order: Order) -> list[int]:
    """Every page of the list, one contact a page, as a user would turn them."""
    found, after = [], None
    while True:
        page = paging.page_for(user, selection, order, after=after, size=1)
        found += page.ids
        if page.next is None:
            return found
        after = paging.decode(paging.encode(page.next))


def check(world: World) -> None:
    contacts = [Contact.objects.select_related("account").get(pk=contact.pk) for contact in world.contacts]
    for user in world.users:
        visible = {contact.pk for contact in contacts if policy.can(user, "view", contact)}
        assert set(policy.visible_to(user).values_list("pk", flat=True)) == visible
        assert {c.pk for c in contacts if policy.explain(user, c)} == visible
        assert {c.pk for c in contacts if user.pk in {holder.user.pk for holder in policy.holders(c)}} == visible
        check_lists(user, contacts, visible)
        check_actions(user, contacts)
        for word, contact in zip(WORDS, contacts, strict=True):
            filters = Filters(user, q=word, archived=contact.archived)
            found = paging.page_for(user, filters.selection).ids
            assert found == ([contact.pk] if contact.pk in visible else [])
            assert paging.capped_count(user, filters.selection) == len(found)


def check_lists(user, contacts, visible: set[int]) -> None:
    for archived, by, descending in product([False, True], ["name", "created"], [False, True]):
        expected = {contact.pk for contact in contacts if contact.pk in visible and contact.archived == archived}
        selection, order = Selection(archived), Order(by, descending)
        pages = listed(user, selection, order)
        key = {c.pk: (c.sort_key.encode(), c.pk) if by == "name" else c.pk for c in contacts}
        assert pages == sorted(expected, key=key.__getitem__, reverse=descending)
        assert paging.page_for(user, selection, order).ids == pages
        assert paging.capped_count(user, selection) == len(expected)
        own, others = (set(paging.page_for(user, Selection(archived, own=flag)).ids) for flag in (True, False))
        assert own == {c.pk for c in contacts if c.pk in expected and c.owner_id == user.pk}
        assert own | others == expected
        assert not own & others


def check_actions(user, contacts) -> None:
    facts = [(contact.pk, contact.kind, contact.archived) for contact in contacts]
    many = policy.actions_by_contact(user, facts)
    allowed = {action: set(policy.scope(user, action).values_list("pk", flat=True)) for action in policy.RIGHTS}
    for contact in contacts:
        one = policy.allowed_actions(user, contact)
        assert one == {action for action, ids in allowed.items() if contact.pk in ids}
        assert many.get(contact.pk, set()) == one


@pytest.mark.django_db
@settings(
    max_examples=12, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(history=st.lists(step, max_size=8))
def test_every_way_of_asking_says_the_same(history) -> None:
    with transaction.atomic():
        world = World()
        check(world)
        for name, *arguments in history:
            getattr(world, name)(*arguments)
        check(world)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_what_the_property_checks_is_not_empty() -> None:
    """The positive twin: a reader sees, a stranger does not."""
    world = World()
    world.grant(1, 0, "read", None)
    assert [contact.pk for contact in policy.visible_to(world.users[1])] == [world.contacts[0].pk]
    assert policy.allowed_actions(world.users[1], world.contacts[0]) == {
        "view",
        "leave",
        "follow_up",
        "list",
        "note_private",
    }
    assert not policy.visible_to(world.users[2]).exists()
