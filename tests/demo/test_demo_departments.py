"""The departments of the demo, and the table of their contacts (contract.md, Demo)."""

import datetime

import pytest
from django.utils import timezone

from contacts import blocking, policy
from contacts.department_tags import department_tags
from contacts.models import AccessRequest, Contact, DepartmentLink
from contacts.services import access_requests
from contacts_project.accounts.models import User
from conversations.engagements.demo.world import GLOBEX
from conversations.models import Interaction, InteractionContact
from departments.models import Department, Operator

pytestmark = pytest.mark.django_db


def named(name: str, kind: str = "department") -> Contact:
    given, family = name.split(" ", 1)
    return Contact.objects.get(given_name=given, family_name=family, kind=kind)


def live(contact: Contact) -> list[str]:
    links = contact.links.filter(ended_at=None).order_by("linked_at")
    return list(links.values_list("department__name", flat=True))


@pytest.mark.parametrize(
    ("mailbox", "roles"),
    [
        ("sales.admin", {"Sales": True}),
        ("sales.operator", {"Sales": False}),
        ("seller", {"Sales": False}),
        ("support.admin", {"Support": True}),
        ("support.operator", {"Support": False}),
        ("billing.admin", {"Billing": True, "Dispatch": True, "Support": False}),
        *((mailbox, {}) for mailbox in ("admin", "compliance", "owner", "manager", "writer", "reader", "outsider")),
    ],
)
def test_operators_are_those_of_the_contract(world, mailbox, roles):
    rows = Operator.objects.filter(user=world.acme(mailbox))
    assert dict(rows.values_list("department__name", "is_admin")) == roles


def test_every_department_is_led(world):
    for department in Department.objects.all():
        assert department.operators.filter(is_admin=True, user__is_active=True).exists()
        assert department.description
    assert len({department.hue for department in Department.objects.all()}) == 5


@pytest.mark.parametrize(
    ("name", "departments"),
    [
        ("Renee Martinez", ["Sales"]),
        ("Dana Whitfield", ["Sales"]),
        ("Marcus Bell", ["Sales", "Support"]),
        ("Gail Ostrom", ["Support"]),
    ],
)
def test_department_contacts_of_the_contract(world, name, departments):
    contact = named(name)
    assert live(contact) == departments
    assert (contact.owner, contact.archived, contact.unnamed) == (None, False, False)


def test_renee_martinez_stands_twice_with_one_number(world):
    personal, department = named("Renee Martinez", "personal"), named("Renee Martinez")
    numbers = [contact.phones.get(former_at=None, is_primary=True).number for contact in (personal, department)]
    assert numbers == ["+12025550142"] * 2
    seller, owner = world.acme("seller"), world.acme("owner")
    assert {policy.can(seller, "edit", contact) for contact in (personal, department)} == {True}
    assert [tag.name for tag in department_tags(seller, [(personal.pk, "personal")])[personal.pk]] == ["Sales"]
    assert department_tags(owner, [(personal.pk, "personal")]) == {}
    assert not policy.can(owner, "view", department)


def test_enough_calls_with_renee_for_best_call_times(world):
    """product.md §11: five in all, three in one window, both on her record of Sales and on the personal one."""
    for kind, hour in (("department", 10), ("personal", 10)):
        calls = Interaction.objects.filter(contacts=named("Renee Martinez", kind), type="call")
        at = [call.at.astimezone(world.moment(1).tzinfo) for call in calls if call.is_answered]
        assert calls.count() >= 8
        assert len([moment for moment in at if moment.hour == hour]) >= 3


def test_priya_raman_is_shared_by_her_original_owner(world):
    priya = named("Priya Raman", "shared")
    assert (priya.owner, live(priya)) == (world.acme("owner"), ["Sales"])
    assert policy.can(world.acme("owner"), "edit", priya)
    for mailbox in ("sales.admin", "sales.operator"):
        assert policy.can(world.acme(mailbox), "view", priya)
        assert not policy.can(world.acme(mailbox), "edit", priya)
    assert policy.can(world.acme("sales.admin"), "block", priya)


def test_a_shared_contact_is_left_behind(world):
    left = User.objects.get(email="josephine.ward@acme.example")
    assert not left.is_active
    assert Contact.objects.filter(owner=left, kind="shared").count() == 2
    orla = named("Orla Fitzwilliam", "shared")
    assert policy.can(world.acme("sales.admin"), "give", orla)
    assert not policy.can(world.acme("sales.operator"), "give", orla)


def test_gail_ostrom_is_blocked_by_the_admin_operator_of_support(world):
    gail, support = named("Gail Ostrom"), world.departments["Support"]
    (block,) = blocking.visible_blocks(world.acme("support.operator"), gail)
    assert (block.department, block.author) == (support, world.acme("support.admin"))
    assert blocking.is_blocked(support, "+12025550190")
    assert not blocking.visible_blocks(world.acme("owner"), gail)


def test_departments_have_many_contacts_some_unnamed_some_removed(world):
    for name, unnamed in (("Sales", 5), ("Support", 4)):
        links = DepartmentLink.objects.filter(department=world.departments[name])
        assert links.filter(counts=True, archived=False).count() >= 38
        assert links.filter(unnamed=True).count() == unnamed
        assert links.filter(ended_at__isnull=False).exists()
    assert live(named("Estelle Broome")) == ["Support"]
    removed = DepartmentLink.objects.filter(department=world.departments["Sales"], ended_at__isnull=False)
    assert set(removed.values_list("contact__archived", flat=True)) == {True, False}


def test_every_department_contact_came_by_a_call(world):
    made = InteractionContact.objects.filter(effect="made")
    assert set(made.values_list("contact", flat=True)) == set(
        Contact.objects.filter(kind="department").values_list("pk", flat=True)
    )
    linked = InteractionContact.objects.filter(effect="linked").values_list("contact__family_name", flat=True)
    assert sorted(linked) == ["Bell", "Broome"]
    for row in made.select_related("contact", "interaction"):
        assert row.contact.created_at == row.interaction.at == row.at


def test_a_wish_for_a_block_and_a_suggestion_wait(world):
    (wish,) = access_requests.answerable(world.acme("sales.admin"))
    assert (wish.purpose, wish.contact) == ("block", named("Vernon Slate"))
    suggestions = access_requests.answerable(world.acme("owner")).filter(purpose="suggestion")
    assert [(one.contact, one.user) for one in suggestions] == [
        (named("Priya Raman", "shared"), world.acme("sales.operator"))
    ]
    day_ago = timezone.now() - datetime.timedelta(hours=1)
    assert not AccessRequest.objects.filter(asked_at__gt=day_ago).exists()


def test_globex_has_a_small_department_of_its_own(world):
    department = world.departments["Globex Front Desk"]
    assert department.account == world.accounts[GLOBEX]
    assert 3 <= department.links.count() <= 10
    for link in department.links.select_related("contact"):
        assert "Globex" in link.contact.name
    assert not policy.visible_to(world.acme("sales.admin")).filter(links__department=department).exists()
