"""Lists and engagements at /admin/: whose they are and how they stand; no name, no words and no people by a flag."""

import pytest
from django.test import Client
from django.urls import reverse

from contacts.models import ListItem
from tests.factories import UserFactory

from .engagement_world import EngagementWorld

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["contacts_list", "engagements_engagement"])
def test_states_without_contents(name):
    world = EngagementWorld()
    world.draft.name = "Oven service, spring"
    world.draft.save()
    EngagementWorld()  # another account's
    ours = world.list if name == "contacts_list" else world.draft
    total = ListItem.objects.filter(list=world.list).count() if name == "contacts_list" else 0
    pages = {}
    for kind in ("account_admin", "staff"):
        client = Client()
        client.force_login(world.people[kind])
        url = reverse(f"admin:{name}_changelist")
        answer = client.get(url)
        pages[kind] = answer.context["cl"].result_list
        for word in (
            "Bakeries",
            "Oven service",
            world.contact.name,
            "first-name",
            world.list.description or "Bakeries",
        ):
            assert word not in answer.content.decode(), (kind, word)
        assert client.get(f"{url}?q={ours.pk}").status_code == 200
        for page in ("change", "delete", "history"):
            assert client.get(reverse(f"admin:{name}_{page}", args=[ours.pk])).status_code in {302, 403}, (kind, page)
        assert client.get(reverse(f"admin:{name}_add")).status_code == 403
    assert {row.account_id for row in pages["account_admin"]} == {world.account.pk}
    assert len({row.account_id for row in pages["staff"]}) == 2
    assert not any(hasattr(row, "item_total") or hasattr(row, "recipient_total") for row in pages["account_admin"])
    (row,) = (row for row in pages["staff"] if row.pk == ours.pk)
    assert getattr(row, "item_total", getattr(row, "recipient_total", None)) == total


def test_others_learn_nothing_from_the_administration():
    world = EngagementWorld()
    client = Client()
    client.force_login(UserFactory(account=world.account))
    assert client.get(reverse("admin:engagements_engagement_changelist")).status_code == 403
