"""Row = list, whatever happened before: access to a contact and to the line (product.md §2c; decision 11).

Random histories over two departments and four people; what the queryset says must be what the rule says of each row.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts import policy
from contacts.models import Contact
from conversations.models import Channel, Interaction, InteractionContact
from conversations.visibility import contacts_visible_in, interactions_visible_to, interactions_with
from departments.models import Operator
from tests.factories import UserFactory
from tests.factories_contacts import share
from tests.factories_departments import department_contact, link, operate, shared_contact
from tests.turns import examples

from .team import Team, interaction

pytestmark = pytest.mark.django_db
person, team, thing = st.integers(0, 3), st.integers(0, 1), st.integers(0, 3)
row = st.integers(0, 9)
step = st.one_of(
    st.tuples(st.just("operate"), person, team, st.sampled_from([None, False, True])),
    st.tuples(st.just("grant"), person, thing, st.sampled_from(["read", None])),
    st.tuples(st.just("link"), st.integers(1, 3), team, st.booleans()),
    st.tuples(st.just("archive"), thing, st.booleans()),
    st.tuples(st.just("active"), person, st.booleans()),
    st.tuples(st.just("move"), row, thing),
    st.tuples(st.just("leave_alone"), row),
)


class World:
    """A personal contact, two of departments, a shared one; ten interactions of every line with some of them."""

    def __init__(self) -> None:
        self.base = base = Team()
        self.users = [base.owner, base.operator, base.supporter, UserFactory()]
        self.departments = [base.sales, base.support]
        self.contacts = [
            base.mine(), department_contact(base.sales), department_contact(base.sales, base.support),
            shared_contact(base.owner, base.support),
        ]  # fmt: skip
        numbers = ("+14155550120", "+14155550121")
        lines = [
            Channel.objects.create(account=base.account, kind="phone", address=number, department=department)
            for number, department in zip(numbers, (base.sales, None), strict=True)
        ]
        mine, ours, both, shared = self.contacts
        self.rows = [
            interaction(None, mine), interaction(None, ours, mine), interaction(base.sales, ours),
            interaction(base.sales, both), interaction(base.support, both, shared), interaction(base.sales),
            interaction(base.sales, both, channel=lines[0], is_by_hand=False),
            interaction(base.sales, channel=lines[0], is_by_hand=False),
            interaction(base.support, ours),
            interaction(None, mine, channel=lines[1], is_by_hand=False),
        ]  # fmt: skip

    def operate(self, who: int, which: int, admin: bool | None) -> None:
        user, department = self.users[who], self.departments[which]
        if admin is None:
            Operator.objects.filter(user=user, department=department).delete()
        elif user.account_id == department.account_id:
            operate(department, user, admin=admin)

    def grant(self, who: int, what: int, level: str | None) -> None:
        user, contact = self.users[who], self.contacts[what]
        if user.account_id == contact.account_id and user.pk != contact.owner_id:
            share(contact, user, level)

    def link(self, what: int, which: int, ended: bool) -> None:
        link(self.contacts[what], self.departments[which], ended=ended)

    def archive(self, what: int, on: bool) -> None:
        Contact.objects.filter(pk=self.contacts[what].pk).update(archived_at=timezone.now() if on else None)

    def active(self, who: int, on: bool) -> None:
        self.users[who].is_active = on
        self.users[who].save(update_fields=["is_active"])

    def move(self, what: int, to: int) -> None:
        """The correction of a wrong person: the old row stays, no longer current."""
        found = self.rows[what]
        found.with_contacts.update(is_current=False)
        InteractionContact.objects.update_or_create(
            interaction=found, contact=self.contacts[to], defaults={"is_current": True}
        )

    def leave_alone(self, what: int) -> None:
        self.rows[what].with_contacts.update(is_current=False)


def may_read(user, found: Interaction, sees: dict[int, bool]) -> bool:
    """The rule, of one row, in the words of product.md §2c; `sees` says which contacts the user sees."""
    if not user.is_active or user.account_id != found.account_id:
        return False
    contacts = [one.contact_id for one in found.with_contacts.all() if one.is_current]
    sees_one = any(sees[contact] for contact in contacts)
    if found.channel is None and found.department is None:
        return sees_one
    line = found.channel.department_id if found.channel else found.department_id
    reads = line is not None and Operator.objects.filter(user=user, department=line).exists()
    return reads and (sees_one or found.arrived_without_contact or not contacts)


def check(world: World) -> None:
    rows = list(Interaction.objects.select_related("channel", "department").prefetch_related("with_contacts"))
    contacts = list(Contact.objects.filter(pk__in=[contact.pk for contact in world.contacts]).select_related("account"))
    for user in world.users:
        sees = {contact.pk: policy.can(user, "view", contact) for contact in contacts}
        visible = {found.pk for found in rows if may_read(user, found, sees)}
        assert set(interactions_visible_to(user).values_list("pk", flat=True)) == visible
        assert interactions_visible_to(user).count() == len(visible)
        for contact in filter(lambda one: sees[one.pk], contacts):
            on_record = set(interactions_with(user, contact).values_list("interaction", flat=True))
            current = {row.pk for row in rows for one in row.with_contacts.all() if one.is_current
                       and one.contact_id == contact.pk}  # fmt: skip
            assert on_record == visible & current
        for found in contacts_visible_in(user, rows).values():
            assert all(sees[one.contact_id] and one.is_current for one in found)


@settings(
    max_examples=examples(15, 150), deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(history=st.lists(step, max_size=8))
def test_the_queryset_says_what_the_rule_says(history: list[tuple[Any, ...]]) -> None:
    with transaction.atomic():
        world = World()
        for name, *arguments in history:
            getattr(world, name)(*arguments)
        check(world)
        transaction.set_rollback(True)


def test_the_queryset_says_it_of_the_same_people_before_and_after_a_change() -> None:
    """Whatever was asked before: nothing of it is remembered."""
    world = World()
    check(world)
    world.grant(1, 0, "read")
    world.operate(2, 0, False)
    world.move(2, 0)
    check(world)


def seen_by(user) -> set[int]:
    return set(interactions_visible_to(user).values_list("pk", flat=True))


def test_what_the_property_checks_is_not_empty() -> None:
    world = World()
    owner, operator, supporter, other = (seen_by(user) for user in world.users)
    ids = [found.pk for found in world.rows]
    assert owner == {ids[0], ids[1]}
    assert operator == {ids[1], ids[2], ids[3], ids[5], ids[6], ids[7]}
    assert supporter == {ids[4]}
    assert other == set()


def test_a_call_from_elsewhere_is_seen_by_whoever_sees_the_contact() -> None:
    base = Team()
    contact = base.mine()
    found = interaction(None, contact)
    assert seen_by(base.operator) == set()
    share(contact, base.operator, "read")
    assert seen_by(base.operator) == {found.pk}


def test_a_departments_call_is_not_for_other_readers_of_the_contact() -> None:
    base = Team()
    contact = department_contact(base.sales)
    found = interaction(base.sales, contact)
    share(contact, base.stranger, "read")
    assert policy.can(base.stranger, "view", contact)
    assert seen_by(base.stranger) == set()
    assert seen_by(base.operator) == {found.pk}


def test_a_contact_that_was_removed_takes_its_calls_along() -> None:
    base = Team()
    contact = department_contact(base.sales, base.support)
    interaction(base.sales, contact)
    link(contact, base.sales, ended=True)
    assert seen_by(base.operator) == seen_by(base.leader) == set()


def test_what_arrived_with_nobody_stays_with_its_readers_when_a_contact_is_found() -> None:
    """product.md §2c: creating a contact never takes a thread away from those who read it."""
    base = Team()
    found = interaction(base.sales, arrived_without_contact=True)
    InteractionContact.objects.create(interaction=found, contact=base.mine())
    assert seen_by(base.operator) == {found.pk}
    assert seen_by(base.owner) == set()


def test_staff_and_administrators_read_nothing_by_that() -> None:
    base = Team()
    interaction(base.sales, department_contact(base.sales))
    admin = UserFactory(account=base.account, is_account_admin=True, is_superuser=True)
    staff = UserFactory(account=None, is_staff=True, is_superuser=True)
    assert seen_by(admin) == seen_by(staff) == set()
