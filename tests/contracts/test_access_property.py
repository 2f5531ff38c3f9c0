"""Row = list = search = count = explanation, whatever was granted, changed, archived or deactivated before.

Random histories over four people of two accounts; after each history every way of asking must say the same
(design/architecture.md §2). Fixed seed: the same histories in every run.
"""

from __future__ import annotations

import datetime
from itertools import product

import pytest
from django.db import transaction
from django.http import Http404
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts import paging, policy
from contacts.filters import Filters
from contacts.models import Contact, ContactUserObjectPermission, DepartmentLink
from contacts.paging import Order, Selection
from contacts_project.accounts import grants
from departments.models import Operator
from tests.factories import AccountFactory, UserFactory
from tests.factories_contacts import ContactFactory, EmailFactory
from tests.factories_departments import DepartmentFactory, department_contact, link, operate, shared_contact
from tests.turns import examples, some_of

WORDS = ("alpha", "bravo", "charlie", "delta")  # personal, personal, department, shared
person, thing, team = st.integers(0, 3), st.integers(0, 3), st.integers(0, 1)
level = st.sampled_from(["read", "write", "admin", None])
days = st.sampled_from([None, -1, 0, 30])
step = st.one_of(
    st.tuples(st.just("grant"), person, thing, level, days),
    st.tuples(st.just("operate"), person, team, st.sampled_from([None, False, True])),
    st.tuples(st.just("link"), st.integers(2, 3), team, st.sampled_from([None, "live", "ended"])),
    st.tuples(st.just("archive"), thing, st.booleans()),
    st.tuples(st.just("active"), person, st.booleans()),
    st.tuples(st.just("superuser"), person, st.booleans()),
    st.tuples(st.just("rename"), thing, st.sampled_from(["Zulu", "Älvsjö", ""])),
    st.tuples(st.just("forget"), thing, st.booleans()),
    st.tuples(st.just("owner"), st.sampled_from([0, 1, 3]), st.integers(0, 2)),
)


class World:
    """Four contacts, two departments and three people of one account, and one person of another."""

    def __init__(self) -> None:
        account = AccountFactory()
        self.users = [UserFactory(account=account) for _ in range(3)] + [UserFactory()]
        self.departments = [DepartmentFactory(account=account) for _ in range(2)]
        names = [{"given_name": word, "family_name": "Same", "company": f"{word} works"} for word in WORDS]
        self.contacts = [ContactFactory(owner=self.users[0], **name) for name in names[:2]]
        self.contacts.append(department_contact(self.departments[0], **names[2]))
        self.contacts.append(shared_contact(self.users[1], self.departments[0], **names[3]))
        for word, contact in zip(WORDS, self.contacts, strict=True):
            EmailFactory(contact=contact, address=f"{word}@same.example")

    def grant(self, who: int, what: int, level: str | None, days: int | None) -> None:
        user, contact = self.users[who], self.contacts[what]
        until = None if days is None else contact.account.today() + datetime.timedelta(days=days)
        fits = level is None or level in policy.GRANTABLE[contact.kind]
        if user.account_id == contact.account_id and fits:
            grants.set_level(ContactUserObjectPermission, [contact], [user], level, by=contact.owner, until=until)

    def operate(self, who: int, team: int, admin: bool | None) -> None:
        user, department = self.users[who], self.departments[team]
        if admin is None:
            Operator.objects.filter(user=user, department=department).delete()
        elif user.account_id == department.account_id:
            operate(department, user, admin=admin)

    def link(self, what: int, team: int, state: str | None) -> None:
        contact, department = self.contacts[what], self.departments[team]
        if state is None:
            DepartmentLink.objects.filter(contact=contact, department=department).delete()
        else:
            link(contact, department, ended=state == "ended")

    def archive(self, what: int, on: bool) -> None:
        when = datetime.datetime.now(datetime.UTC) if on else None
        Contact.objects.filter(pk=self.contacts[what].pk).update(archived_at=when)

    def active(self, who: int, on: bool) -> None:
        self._set(who, is_active=on)

    def superuser(self, who: int, on: bool) -> None:
        self._set(who, is_superuser=on)

    def rename(self, what: int, family: str) -> None:
        Contact.objects.filter(pk=self.contacts[what].pk).update(family_name=family)

    def forget(self, what: int, on: bool) -> None:
        """Take the whole name away, as of a caller nobody has named; the email it is found by stays."""
        names = dict.fromkeys(("given_name", "family_name", "company"), "")
        Contact.objects.filter(pk=self.contacts[what].pk).update(awaits_name=on, **names)

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


def check(world: World, turn: int = 0) -> None:
    """`turn`: which orders of the list are asked of whom."""
    contacts = [Contact.objects.select_related("account").get(pk=contact.pk) for contact in world.contacts]
    for place, user in enumerate(world.users):
        visible = {contact.pk for contact in contacts if policy.can(user, "view", contact)}
        assert set(policy.visible_to(user).values_list("pk", flat=True)) == visible
        assert {c.pk for c in contacts if opens(user, c)} == visible
        assert {c.pk for c in contacts if policy.explain(user, c)} == visible
        assert {c.pk for c in contacts if user.pk in {holder.user.pk for holder in policy.holders(c)}} == visible
        check_lists(user, contacts, visible, turn + place)
        check_actions(user, contacts)
        for word, contact in zip(WORDS, contacts, strict=True):
            filters = Filters(user, q=f"{word}@same.example", archived=contact.archived)
            found = paging.page_for(user, filters.selection).ids
            assert found == ([contact.pk] if contact.pk in visible else [])
            assert paging.capped_count(user, filters.selection) == len(found)


def opens(user, contact) -> bool:
    try:
        return policy.get_visible(user, contact.pk) == contact
    except Http404:
        return False


ORDERS = tuple(product(["name", "created"], [False, True]))


def check_lists(user, contacts, visible: set[int], turn: int) -> None:
    for archived in (False, True):
        expected = {contact.pk for contact in contacts if contact.pk in visible and contact.archived == archived}
        selection = Selection(archived)
        for by, descending in some_of(ORDERS, turn + archived, 2):
            order = Order(by, descending)
            pages = listed(user, selection, order)
            key = {c.pk: (c.sort_key.encode(), c.pk) if by == "name" else c.pk for c in contacts}
            assert pages == sorted(expected, key=key.__getitem__, reverse=descending)
            assert paging.page_for(user, selection, order).ids == pages
        assert paging.capped_count(user, selection) == len(expected)
        own, others = (set(paging.page_for(user, Selection(archived, own=flag)).ids) for flag in (True, False))
        assert own == {c.pk for c in contacts if c.pk in expected and c.owner_id == user.pk}
        assert others == {c.pk for c in contacts if c.pk in expected and is_shared_with(user, c)}
        check_parts(user, contacts, archived, expected)


def is_shared_with(user, contact) -> bool:
    granted = contact.grants.filter(grants.current(contact.account.today()), user=user).exists()
    return granted and contact.owner_id != user.pk


def check_parts(user, contacts, archived: bool, expected: set[int]) -> None:
    """Named and unnamed make all; a department's part is what its links give."""
    unnamed, named = (set(paging.page_for(user, Selection(archived, unnamed=flag)).ids) for flag in (True, False))
    assert unnamed == {c.pk for c in contacts if c.pk in expected and c.unnamed}
    assert named == expected - unnamed
    for department in Operator.objects.filter(user=user).values_list("department", flat=True):
        linked = DepartmentLink.objects.filter(department=department, counts=True).values_list("contact", flat=True)
        found = paging.page_for(user, Selection(archived, department=department)).ids
        assert set(found) == (set(linked) & expected if user.is_active else set())


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
    max_examples=examples(12, 100), deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(history=st.lists(step, max_size=8))
def test_every_way_of_asking_says_the_same(history) -> None:
    with transaction.atomic():
        world = World()
        for name, *arguments in history:
            getattr(world, name)(*arguments)
        check(world, len(history))
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_every_way_says_the_same_of_the_same_people_before_and_after_a_change() -> None:
    """Whatever was asked before: nothing of it is remembered."""
    world = World()
    check(world, 0)
    world.grant(2, 0, "write", None)
    world.operate(2, 0, True)
    world.archive(1, True)
    check(world, 1)


@pytest.mark.django_db
def test_what_the_property_checks_is_not_empty() -> None:
    """The positive twin: a reader sees, a stranger does not."""
    world = World()
    world.grant(2, 0, "read", None)
    assert [contact.pk for contact in policy.visible_to(world.users[2])] == [world.contacts[0].pk]
    assert policy.allowed_actions(world.users[2], world.contacts[0]) == {
        "view",
        "leave",
        "follow_up",
        "list",
        "log_call",
        "edit_history",
        "note_private",
    }
    assert not policy.visible_to(world.users[3]).exists()


@pytest.mark.django_db
def test_a_role_opens_what_its_department_is_linked_to_and_nothing_else() -> None:
    world = World()
    world.operate(2, 0, False)
    assert set(policy.visible_to(world.users[2])) == {world.contacts[2], world.contacts[3]}
    world.link(2, 0, "ended")
    assert set(policy.visible_to(world.users[2])) == {world.contacts[3]}
    world.archive(2, True)
    assert set(policy.visible_to(world.users[2])) == {world.contacts[2], world.contacts[3]}
    world.operate(2, 0, None)
    assert not policy.visible_to(world.users[2]).exists()
