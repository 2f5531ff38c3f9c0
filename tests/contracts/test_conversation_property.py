"""Who sees which conversation: one rule, by whatever way it is asked (product.md §2c).

Random histories of traffic, grants on lines and contacts, roles, corrections, addresses, archiving and deactivation;
after each the sentence of the product is worked out by hand for every person and interaction, and queryset, parties,
inbox, unread, records and last contact must say the same. Fixed seed, as in test_access_property.
"""

from __future__ import annotations

import datetime

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from contacts import last_contacts, paging_last, policy
from contacts.models import Contact, ContactPhone
from contacts.paging import Order, Selection
from contacts_project.accounts.models import User
from conversations import inbox
from conversations.filters import Filters
from conversations.models import Channel, Interaction, InteractionContact, Unread
from conversations.policy import can
from conversations.services import linking
from conversations.visibility import (
    conversations_visible_to,
    get_conversation,
    interactions_visible_to,
    interactions_with,
    parties_visible_to,
)
from departments.models import Operator
from tests.conversations.team import interaction
from tests.factories_contacts import PhoneFactory
from tests.factories_conversations import arrive, department_line, line, share_channel
from tests.turns import examples

from .test_access_property import World as ContactWorld
from .test_access_property import days, level, person, team, thing

NUMBERS = [f"+1202555010{n}" for n in range(5)]  # of the four contacts, and of nobody
place = st.integers(0, 2)  # two shared lines, one of the first department
which = st.integers(0, 9)  # an interaction
step = st.one_of(
    st.tuples(st.just("grant"), person, thing, level, days),
    st.tuples(st.just("operate"), person, team, st.sampled_from([None, False, True])),
    st.tuples(st.just("link"), st.integers(2, 3), team, st.sampled_from([None, "live", "ended"])),
    st.tuples(st.just("archive"), thing, st.booleans()),
    st.tuples(st.just("active"), person, st.booleans()),
    st.tuples(st.just("share_line"), person, st.integers(0, 1), level, days),
    st.tuples(st.just("comes"), place, st.integers(0, 4), st.sampled_from(["sms", "call"])),
    st.tuples(st.just("by_hand"), st.sampled_from([None, 0, 1]), thing),
    st.tuples(st.just("move"), which, thing),
    st.tuples(st.just("remove"), which),
    st.tuples(st.just("number"), thing, st.integers(0, 4)),
    st.tuples(st.just("close_line"), place),
)


class World(ContactWorld):
    """The contacts with a number each; a line of two people, one of a third, and one of a department."""

    def __init__(self) -> None:
        super().__init__()
        for number, contact in zip(NUMBERS, self.contacts, strict=False):
            PhoneFactory(contact=contact, number=number)
        first, second, third, _ = self.users
        account = first.account
        self.lines = [line(account, admin=first, read=second), line(account, admin=third)]
        self.lines.append(department_line(self.departments[0]))
        self.comes(0, 0, "sms")
        self.comes(0, 4, "call")
        self.comes(2, 2, "call")

    @property
    def all(self) -> list[Interaction]:
        return list(Interaction.objects.order_by("pk"))

    def share_line(self, who: int, what: int, level: str | None, days: int | None) -> None:
        channel, user = self.lines[what], self.users[who]
        if user.account_id == channel.account_id:
            until = None if days is None else channel.account.today() + datetime.timedelta(days=days)
            share_channel(channel, user, level, until=until)

    def comes(self, where: int, sender: int, type: str) -> None:
        arrive(Channel.objects.get(pk=self.lines[where].pk), NUMBERS[sender], type, at=timezone.now())

    def by_hand(self, team: int | None, what: int) -> None:
        department = None if team is None else self.departments[team]
        interaction(department, self.contacts[what])

    def move(self, one: int, what: int) -> None:
        """As the service writes it, whoever may."""
        rows = self.all
        if one >= len(rows):
            return
        links = InteractionContact.objects.filter(interaction=rows[one])
        links.exclude(contact=self.contacts[what]).update(is_current=False)
        InteractionContact.objects.update_or_create(
            interaction=rows[one], contact=self.contacts[what], defaults={"is_current": True}
        )

    def remove(self, one: int) -> None:
        rows = self.all
        if one < len(rows):
            removed = None if rows[one].removed_at else rows[one].at
            Interaction.objects.filter(pk=rows[one].pk).update(removed_at=removed)

    def number(self, what: int, number: int) -> None:
        contact = self.contacts[what]
        ContactPhone.objects.get_or_create(contact=contact, number=NUMBERS[number])
        linking.link_contacts([contact.pk])

    def close_line(self, where: int) -> None:
        Channel.objects.filter(pk=self.lines[where].pk).update(archived_at=timezone.now())


def reads(user: User, one: Interaction) -> bool:
    """Whether `user` reads the line: a grant or a role; of what was logged by hand, the department's role."""
    if not policy.holds_anything(user):
        return False
    if one.channel:
        return can(user, "read", one.channel)
    return Operator.objects.filter(user=user, department=one.department_id).exists()


def seen(user: User, one: Interaction, contacts: dict[int, bool]) -> bool:
    """The product's sentence; `contacts` says which contacts the user sees."""
    current = [link.contact_id for link in one.with_contacts.all() if link.is_current]
    sees_one = any(contacts[pk] for pk in current)
    if one.removed_at:
        return False
    if one.channel_id is None and one.department_id is None:
        return sees_one
    return reads(user, one) and (sees_one or one.arrived_without_contact or not current)


def check(world: World) -> None:
    rows = list(Interaction.objects.select_related("channel__department").prefetch_related("with_contacts"))
    contacts = list(Contact.objects.filter(account=world.contacts[0].account_id).select_related("account"))
    for user in world.users:
        sees = {contact.pk: policy.can(user, "view", contact) for contact in contacts}
        visible = {one.pk: one for one in rows if seen(user, one, sees)}
        assert set(interactions_visible_to(user).values_list("pk", flat=True)) == set(visible)
        check_conversations(user, visible, sees)
        check_records(user, contacts, visible, sees)


def check_conversations(user: User, visible: dict[int, Interaction], sees: dict[int, bool]) -> None:
    in_threads = [one for one in visible.values() if one.conversation_id]
    threads = {one.conversation_id for one in in_threads}
    assert set(conversations_visible_to(user).values_list("pk", flat=True)) == threads
    assert all(get_conversation(user, pk).pk == pk for pk in threads)
    expected: dict[tuple[int, int | None], int] = {}
    for one in sorted(in_threads, key=lambda one: (one.at, one.pk)):
        current = [link.contact_id for link in one.with_contacts.all() if link.is_current]
        nobody = [None] if one.arrived_without_contact or not current else []
        for contact in [*filter(sees.__getitem__, current), *nobody]:
            expected[one.conversation_id, contact] = one.pk  # type: ignore[index]  # stands in a thread
    parties = parties_visible_to(user).values_list("conversation", "contact", "last_interaction")
    assert {(thread, contact): last for thread, contact, last in parties} == expected
    page = inbox.page_of(user, inbox.readable_channels(user), Filters()) if policy.holds_anything(user) else None
    assert {found.conversation for found in page.found} == threads if page else not threads
    unread = Unread.objects.filter(user=user).values_list("party__conversation", "party__contact")
    assert inbox.unread_count(user) == len({thread for thread, contact in unread if (thread, contact) in expected})


def check_records(user: User, contacts: list[Contact], visible: dict[int, Interaction], sees: dict[int, bool]) -> None:
    latest: dict[int, datetime.datetime] = {}
    for contact in contacts:
        if not sees[contact.pk]:
            continue
        own = {one.pk for one in visible.values() for link in one.with_contacts.all()
               if link.is_current and link.contact_id == contact.pk}  # fmt: skip
        assert set(interactions_with(user, contact).values_list("interaction", flat=True)) == own
        if own:
            latest[contact.pk] = max(visible[pk].at for pk in own)
    ids = [pk for pk, is_seen in sees.items() if is_seen]
    assert last_contacts.times(user, ids) == latest
    for archived in (False, True):
        shown = [
            contact for contact in contacts if sees[contact.pk] and contact.archived == archived and not contact.unnamed
        ]
        dated = [contact.pk for contact in shown if contact.pk in latest]
        dated.sort(key=lambda pk: (latest[pk], pk), reverse=True)
        others = sorted(
            (contact for contact in shown if contact.pk not in latest), key=lambda one: (one.sort_key, one.pk)
        )
        page = paging_last.page_by(user, Selection(archived, unnamed=False), Order("last", descending=True))
        assert page.ids == [*dated, *(contact.pk for contact in others)]


@pytest.mark.django_db
@settings(
    max_examples=examples(8, 100), deadline=None, derandomize=True, database=None, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(history=st.lists(step, min_size=3, max_size=10))
def test_every_way_of_asking_about_conversations_says_the_same(history) -> None:
    with transaction.atomic():
        world = World()
        for name, *arguments in history:
            getattr(world, name)(*arguments)
        check(world)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_what_this_property_checks_is_not_empty() -> None:
    """The positive twin: readers of the line see what is theirs, a third person nothing until the line is shared."""
    world = World()
    first, second, third, other = world.users
    known, unknown, sold = world.all
    assert set(interactions_visible_to(first)) == {known, unknown}
    assert set(interactions_visible_to(second)) == {unknown}
    assert not interactions_visible_to(third).exists()
    assert not interactions_visible_to(other).exists()
    world.operate(2, 0, False)
    world.share_line(2, 0, "read", None)
    assert set(interactions_visible_to(third)) == {unknown, sold}
    world.grant(2, 0, "read", None)
    assert set(interactions_visible_to(third)) == {known, unknown, sold}
    world.active(2, False)
    assert not interactions_visible_to(third).exists()
    check(world)
