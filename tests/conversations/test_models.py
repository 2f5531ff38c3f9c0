"""What the database refuses, and the copies that it keeps right."""

from __future__ import annotations

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from conversations.models import Channel, Conversation, Interaction, InteractionContact
from tests.factories_departments import department_contact

from .team import Team, interaction

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def here() -> Team:
    return Team()


@pytest.fixture
def there() -> Team:
    return Team()


def channel(team: Team, **fields) -> Channel:
    return Channel.objects.create(account=team.account, **{"kind": "phone", "address": "+14155550120", **fields})


def refused(make) -> bool:
    try:
        with transaction.atomic():
            make()
    except IntegrityError:
        return True
    return False


def test_a_line_is_there_once_while_it_lives(here, there):
    first = channel(here)
    assert refused(lambda: channel(here))
    assert not refused(lambda: channel(here, kind="caller_id"))
    assert not refused(lambda: channel(there))
    Channel.objects.filter(pk=first.pk).update(archived_at=NOW)
    assert not refused(lambda: channel(here))
    assert refused(lambda: channel(here, address=""))


def test_nothing_crosses_accounts(here, there):
    line, foreign = channel(here), channel(there)
    other = department_contact(there.sales)
    row = interaction(here.sales)
    thread = Conversation.objects.create(account=here.account, channel=line, outside_address="+1202")
    assert refused(lambda: channel(here, address="+14155550121", department=there.sales))
    assert refused(lambda: Channel.objects.filter(pk=line.pk).update(department=there.sales))
    assert refused(lambda: Conversation.objects.create(account=here.account, channel=foreign, outside_address="x"))
    assert refused(lambda: InteractionContact.objects.create(interaction=row, contact=other))
    for change in (
        {"department": there.sales},
        {"channel": foreign},
        {"author": there.owner},
        {"conversation": thread},
    ):
        assert refused(lambda change=change: Interaction.objects.filter(pk=row.pk).update(**change))
    assert not refused(lambda: Interaction.objects.filter(pk=row.pk).update(channel=line, conversation=thread))
    assert not refused(
        lambda: InteractionContact.objects.create(interaction=row, contact=department_contact(here.sales))
    )


def test_what_is_not_by_hand_came_by_a_channel(here):
    assert refused(lambda: interaction(here.sales, is_by_hand=False))
    assert not refused(lambda: interaction(here.sales, is_by_hand=False, channel=channel(here)))


def test_a_contact_stands_on_an_interaction_once(here):
    contact = department_contact(here.sales)
    row = interaction(here.sales, contact)
    assert refused(lambda: InteractionContact.objects.create(interaction=row, contact=contact))


def test_the_place_on_a_record_follows_the_time(here):
    row = interaction(here.sales, department_contact(here.sales))
    earlier = NOW - datetime.timedelta(days=3)
    assert row.with_contacts.get().at == row.at
    Interaction.objects.filter(pk=row.pk).update(at=earlier)
    assert row.with_contacts.get().at == earlier
    InteractionContact.objects.update(moved_at=NOW)
    assert row.with_contacts.get().at == earlier


def test_changes_are_recorded(here):
    row = interaction(here.sales, department_contact(here.sales), outcome="no answer")
    Interaction.objects.filter(pk=row.pk).update(outcome="wrong number")
    row.delete()
    events = Interaction.pgh_event_model.objects.order_by("pgh_id").values_list("pgh_label", "outcome")
    assert list(events) == [("insert", "no answer"), ("update", "wrong number"), ("delete", "wrong number")]
    assert InteractionContact.pgh_event_model.objects.filter(pgh_label="delete").exists()
