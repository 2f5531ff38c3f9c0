"""The lines of the demo and what passed over them (contract.md, Demo)."""

import pytest
from django.db.models import Count
from django.utils import timezone

from contacts.models import Contact
from contacts_project.core.phones import format_national
from conversations import policy, ringing
from conversations.engagements.demo.callers import GAIL, OF_DEPARTMENT, RENEES_NUMBER
from conversations.engagements.demo.lines import CHAT, DESK, DIRECT, FRONT, HEAD_OFFICE, SALES_LINE, SUPPORT_LINE
from conversations.engagements.demo.named import RENEE
from conversations.engagements.demo.world import GLOBEX
from conversations.models import (
    Attachment,
    Channel,
    Conversation,
    Interaction,
    Mention,
    MessageTemplate,
    OptOut,
    Unread,
)
from conversations.providers.registry import get_provider
from conversations.visibility import conversations_visible_to, interactions_visible_to, parties_visible_to

pytestmark = pytest.mark.django_db
OPERATORS = ("sales.admin", "sales.operator", "seller", "support.admin", "support.operator")


def both(world):
    """Renee Martinez, as Sales knows her and as her owner does."""
    return [world.contacts[OF_DEPARTMENT.format(RENEE, "Sales")], world.contacts[RENEE]]


def test_lines_are_those_of_the_contract(world):
    rows = Channel.objects.order_by("pk").values_list("kind", "department__name", "account__name")
    assert sorted(map(str, rows)) == sorted(
        str(row)
        for row in (
            ("phone", "Sales", "Acme"), ("email", "Sales", "Acme"), ("chat", "Sales", "Acme"),
            ("caller_id", "Sales", "Acme"), ("phone", "Support", "Acme"), ("phone", None, "Acme"),
            ("email", None, "Acme"), ("caller_id", None, "Acme"), ("phone", "Globex Front Desk", "Globex"),
        )
    )  # fmt: skip
    assert world.channels[SUPPORT_LINE].has_fax
    assert world.channels[CHAT].public_key
    assert [world.channels[key].verified_at is None for key in (HEAD_OFFICE, DESK)] == [False, True]
    for channel in world.channels.values():
        assert channel.kind in get_provider(channel.provider).kinds


def test_the_direct_line_is_shared_for_reading(world):
    direct = world.channels[DIRECT]
    assert policy.roles_on(world.acme("owner"), direct) == {"admin"}
    assert policy.roles_on(world.acme("reader"), direct) == {"read"}
    assert not policy.can(world.acme("writer"), "view", direct)


def test_there_are_conversations_of_every_type(world):
    types = set(Interaction.objects.filter(conversation__isnull=False).values_list("type", flat=True))
    assert types == set(Interaction.Type.values)
    statuses = set(Interaction.objects.values_list("status", flat=True))
    assert statuses == {"done", "sent", "delivered", "failed", "scheduled", "blocked"}
    assert set(Attachment.objects.values_list("kind", flat=True)) >= {"image", "page", "audio", "pdf"}
    assert not Interaction.objects.filter(conversation__isnull=False, account=world.accounts[GLOBEX]).exclude(
        channel=world.channels[FRONT]
    )


def test_both_records_of_renee_were_called_often_enough(world):
    for contact, types in zip(
        both(world), ({"call", "sms", "mms", "note"}, {"call", "sms", "mms", "fax", "email", "voicemail", "note"}),
        strict=True,
    ):  # fmt: skip
        rows = Interaction.objects.filter(contacts=contact)
        calls = rows.filter(type="call")
        assert calls.count() >= 25
        assert set(calls.values_list("is_answered", flat=True)) == {True, False}
        assert set(rows.values_list("type", flat=True)) == types
    thread = Conversation.objects.get(channel=world.channels[SALES_LINE], outside_address=RENEES_NUMBER)
    assert set(thread.parties.values_list("contact", flat=True)) == {contact.pk for contact in both(world)}


def test_renee_is_seen_with_access_to_both_ends_only(world):
    personal = world.contacts[RENEE]
    direct = interactions_visible_to(world.acme("reader")).filter(contacts=personal, channel=world.channels[DIRECT])
    assert direct.count() >= 7
    for name, line in (("manager", DIRECT), ("writer", DIRECT), ("reader", SALES_LINE), ("sales.admin", DIRECT)):
        assert not interactions_visible_to(world.acme(name)).filter(channel=world.channels[line]).exists()
    assert not conversations_visible_to(world.acme("outsider")).exists()
    assert not conversations_visible_to(world.acme("admin")).exists()


def test_some_things_are_unread_and_nobody_has_calls_to_wrap_up(world):
    for name in OPERATORS:
        user = world.acme(name)
        unread = Unread.objects.filter(user=user, party__in=parties_visible_to(user))
        assert 4 <= unread.values("party__conversation").distinct().count() <= 8, name
    for user in world.users.values():
        assert ringing.to_wrap_up(user) == []
    assert not Interaction.objects.filter(status__in=["ringing", "active", "queued", "sending"]).exists()


def test_threads_are_assigned_closed_and_snoozed(world):
    now, rows = timezone.now(), Conversation.objects.all()
    assert rows.filter(assigned_to=world.acme("sales.operator"), closed_at=None).exists()
    assert rows.filter(closed_at__lt=now).count() >= 3
    assert rows.filter(snoozed_at__lt=now, snoozed_until__gt=now).exists()
    (mention,) = Mention.objects.all()
    assert (mention.user, mention.interaction.type) == (world.acme("sales.admin"), "note")


def test_some_have_opted_out_one_is_blocked_one_number_is_shared_and_one_unknown(world):
    for left in OptOut.objects.filter(medium="text"):
        assert Interaction.objects.filter(outside_address=left.address, body="STOP", at=left.created_at).exists()
    gail = Interaction.objects.filter(
        contacts=world.contacts[OF_DEPARTMENT.format(GAIL, "Support")], channel__isnull=False
    )
    assert set(gail.values_list("status", flat=True)) == {"blocked"}
    assert not Unread.objects.filter(party__conversation__in=gail.values("conversation")).exists()
    shared = Interaction.objects.filter(asks_who=True).annotate(people=Count("contacts"))
    assert {row.people for row in shared} == {2}
    assert shared.filter(channel=world.channels[DIRECT]).exists()
    assert Interaction.objects.filter(arrived_without_contact=True, channel=world.channels[DIRECT]).exists()


def test_nothing_was_made_by_the_traffic(world):
    """Every contact of a department came by a call that somebody logged; lines hang on whom they found."""
    assert (
        not Interaction.objects.filter(conversation__isnull=False)
        .exclude(with_contacts__effect="")
        .exclude(arrived_without_contact=True)
        .exists()
    )
    for row in Interaction.objects.filter(conversation__isnull=False).prefetch_related("contacts"):
        assert all(contact.created_at <= row.at for contact in row.contacts.all()), row.outside_address


def test_templates_have_merge_fields(world):
    assert MessageTemplate.objects.count() == 3
    assert all("{{given-name}}" in one.body for one in MessageTemplate.objects.all())


def test_globex_keeps_to_itself(world):
    owner = world.users[f"owner@{GLOBEX}"]
    (thread,) = conversations_visible_to(owner)
    assert thread.channel == world.channels[FRONT]
    people = Contact.objects.filter(interactions__conversation=thread).distinct()
    assert ["Globex" in contact.name for contact in people] == [True]
    assert format_national(thread.channel.address) == "(312) 555-0105"
