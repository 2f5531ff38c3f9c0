"""Create, change and delete a department."""

import pytest
from django.contrib.auth import get_user_model

from contacts_project.core.errors import Refused
from conversations.models import Channel
from departments.models import Department
from departments.services import departments as services
from departments.services.errors import DepartmentInUse, NameTaken, NotInAccount
from tests.factories_departments import DepartmentFactory, department_contact, link

BILLING = {"name": "Billing", "hue": "amber", "description": "Invoices"}


def test_an_account_administrator_creates_one_with_its_first_admin_operator(crew):
    made = services.create_department(crew.boss, **BILLING, admin=crew.member)
    made.refresh_from_db()
    assert (made.account, made.name, made.hue, made.description) == (crew.boss.account, *BILLING.values())
    assert made.created_by == crew.boss
    operator = made.operators.get()
    assert (operator.user, operator.is_admin, operator.added_by) == (crew.member, True, crew.boss)


@pytest.mark.parametrize("who", ["leader", "worker", "member"])
def test_nobody_else_creates_one(crew, who):
    with pytest.raises(Refused, match="Only account administrators create departments"):
        services.create_department(getattr(crew, who), **BILLING, admin=crew.member)
    assert not Department.objects.filter(name="Billing").exists()


def test_the_first_admin_operator_is_an_active_person_of_the_account(crew):
    crew.member.is_active = False
    crew.member.save()
    for person in (crew.stranger, crew.member):
        with pytest.raises(NotInAccount):
            services.create_department(crew.boss, **BILLING, admin=person)
    assert not Department.objects.filter(name="Billing").exists()


def test_a_name_is_taken_once_in_an_account_whatever_its_case(crew):
    with pytest.raises(NameTaken):
        services.create_department(crew.boss, name="SALES", hue="teal", admin=crew.member)
    assert services.create_department(crew.stranger, name="Sales", hue="teal", admin=crew.stranger)
    other = DepartmentFactory(account=crew.sales.account, name="Support")
    with pytest.raises(NameTaken):
        services.edit_department(crew.boss, other, name="sales", hue="teal")


def test_managers_edit_it_and_the_change_is_recorded(crew):
    for who in ("leader", "boss"):
        services.edit_department(getattr(crew, who), crew.sales, name=f"By {who}", hue="rose", description="Us")
    crew.sales.refresh_from_db()
    assert (crew.sales.name, crew.sales.hue, crew.sales.description) == ("By boss", "rose", "Us")
    events = crew.sales.events.filter(pgh_label="update")
    assert list(events.order_by("pgh_id").values_list("name", flat=True)) == ["By leader", "By boss"]
    with pytest.raises(Refused):
        services.edit_department(crew.worker, crew.sales, name="Mine", hue="rose")


def test_only_account_administrators_delete_one(crew):
    with pytest.raises(Refused, match="Only account administrators delete departments"):
        services.delete_department(crew.leader, crew.sales)
    services.delete_department(crew.boss, crew.sales)
    assert not Department.objects.filter(pk=crew.sales.pk).exists()
    assert get_user_model().objects.filter(pk=crew.leader.pk).exists()


@pytest.mark.parametrize("ended", [False, True])
def test_a_department_that_has_or_had_contacts_stays_and_the_refusal_names_the_way_out(crew, ended):
    support = DepartmentFactory(account=crew.sales.account, name="Support")
    contact = department_contact(support)
    link(contact, crew.sales, ended=ended)
    assert services.is_used(crew.sales)
    with pytest.raises(DepartmentInUse) as refused:
        services.delete_department(crew.boss, crew.sales)
    assert "remove its contacts or hand them over" in str(refused.value)
    assert set(crew.roles()) == {"Leader Person", "Worker Person"}


def test_a_department_with_a_line_stays_too(crew):
    Channel.objects.create(account=crew.sales.account, department=crew.sales, kind="phone", address="+12025550100")
    with pytest.raises(DepartmentInUse, match="contacts or lines belong to it, or did"):
        services.delete_department(crew.boss, crew.sales)


def test_every_table_that_keeps_its_department_is_asked(crew, django_assert_num_queries):
    """Links, channels and conversations; blocks and reminders go with their department."""
    assert not services.is_used(crew.sales)
    with django_assert_num_queries(3):
        services.is_used(crew.sales)
