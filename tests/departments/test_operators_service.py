"""Add, change the role of and remove operators."""

import pytest
from django.core import mail
from procrastinate.contrib.django.models import ProcrastinateJob

from contacts_project.core.errors import Refused
from departments import jobs
from departments.models import MOST_OPERATORS, Operator
from departments.services import operators as services
from departments.services.errors import DepartmentFull, LastAdminOperator, NotInAccount
from tests.factories import UserFactory
from tests.factories_departments import DepartmentFactory, operate

SITE = "https://kithline.example/"


def fill(crew) -> None:
    for _ in range(MOST_OPERATORS - crew.sales.operators.count()):
        operate(crew.sales, UserFactory(account=crew.sales.account))


@pytest.mark.parametrize("who", ["leader", "boss"])
def test_those_who_manage_a_department_add_operators(crew, who):
    operator, is_new = services.add_operator(getattr(crew, who), crew.sales, crew.member, is_admin=True)
    assert is_new
    assert (operator.is_admin, operator.added_by) == (True, getattr(crew, who))


@pytest.mark.parametrize("who", ["worker", "member"])
def test_nobody_else_changes_operators(crew, who):
    actor, before = getattr(crew, who), crew.roles()
    for act in (
        lambda: services.add_operator(actor, crew.sales, actor, is_admin=True),
        lambda: services.set_role(actor, crew.operator("worker"), is_admin=True),
        lambda: services.remove_operator(actor, crew.operator("worker")),
    ):
        with pytest.raises(Refused, match="Only Admin Operators of Sales and account administrators manage it"):
            act()
    assert crew.roles() == before


def test_adding_twice_keeps_the_role(crew):
    operator, is_new = services.add_operator(crew.leader, crew.sales, crew.worker, is_admin=True)
    assert (operator.is_admin, is_new) == (False, False)


def test_operators_are_active_people_of_the_same_account(crew):
    crew.member.is_active = False
    crew.member.save()
    for person in (crew.member, crew.stranger):
        with pytest.raises(NotInAccount):
            services.add_operator(crew.leader, crew.sales, person, is_admin=False)


def test_the_26th_operator_is_refused_and_the_25th_is_not(crew):
    fill(crew)
    with pytest.raises(DepartmentFull, match="Sales has 25 operators, which is the most"):
        services.add_operator(crew.leader, crew.sales, crew.member, is_admin=False)
    services.remove_operator(crew.leader, crew.operator("worker"))
    services.add_operator(crew.leader, crew.sales, crew.member, is_admin=False)
    assert crew.sales.operators.count() == MOST_OPERATORS


def test_the_last_admin_operator_is_neither_removed_nor_demoted(crew):
    for act in (
        lambda: services.remove_operator(crew.boss, crew.operator("leader")),
        lambda: services.set_role(crew.leader, crew.operator("leader"), is_admin=False),
    ):
        with pytest.raises(LastAdminOperator, match="Make somebody else Admin Operator first"):
            act()
    assert services.set_role(crew.leader, crew.operator("worker"), is_admin=True)
    services.remove_operator(crew.leader, crew.operator("leader"))
    assert crew.roles() == {"Worker Person": "Admin Operator"}


def test_a_deactivated_admin_operator_does_not_count_as_one(crew):
    operate(crew.sales, UserFactory(account=crew.sales.account, is_active=False), admin=True)
    with pytest.raises(LastAdminOperator):
        services.remove_operator(crew.boss, crew.operator("leader"))


def test_a_role_given_twice_and_a_removal_done_twice_change_nothing(crew):
    worker = crew.operator("worker")
    assert not services.set_role(crew.leader, worker, is_admin=False)
    services.remove_operator(crew.leader, worker)
    services.remove_operator(crew.leader, worker)
    with pytest.raises(Operator.DoesNotExist):
        services.set_role(crew.leader, worker, is_admin=True)


def test_every_change_is_recorded(crew):
    operator, _ = services.add_operator(crew.leader, crew.sales, crew.member, is_admin=False)
    services.set_role(crew.leader, operator, is_admin=True)
    services.remove_operator(crew.leader, operator)
    events = Operator.pgh_event_model.objects.filter(user=crew.member).order_by("pgh_id")
    assert list(events.values_list("pgh_label", "is_admin")) == [("insert", False), ("update", True), ("delete", True)]


class TestAnAccountAdministratorNamesHimself:
    def told(self) -> list[dict]:
        named = ProcrastinateJob.objects.filter(task_name="departments.jobs.send_own_naming").order_by("id")
        return list(named.values_list("args", flat=True))

    def test_and_the_admin_operators_are_told(self, crew):
        services.add_operator(crew.boss, crew.sales, crew.boss, is_admin=False, address=SITE)
        services.set_role(crew.boss, crew.operator("boss"), is_admin=True, address=SITE)
        about = {"department_id": crew.sales.pk, "user_id": crew.boss.pk, "address": SITE}
        assert self.told() == [
            about | {"is_admin": False, "recipient_ids": [crew.leader.pk]},
            about | {"is_admin": True, "recipient_ids": [crew.leader.pk]},
        ]

    def test_and_only_that_is_told(self, crew):
        services.add_operator(crew.boss, crew.sales, crew.member, is_admin=True, address=SITE)
        services.set_role(crew.leader, crew.operator("worker"), is_admin=True, address=SITE)
        lonely = DepartmentFactory(account=crew.sales.account, name="Lonely")
        services.add_operator(crew.boss, lonely, crew.boss, is_admin=True, address=SITE)
        services.set_role(crew.boss, Operator.objects.get(department=lonely), is_admin=True, address=SITE)
        assert self.told() == []

    def test_the_mail_says_who_became_what_and_leads_to_the_operators(self, crew):
        inactive = UserFactory(account=crew.sales.account, is_active=False)
        recipients = [crew.leader.pk, inactive.pk, crew.stranger.pk]
        jobs.send_own_naming(crew.sales.pk, crew.boss.pk, True, recipients, SITE)
        (message,) = mail.outbox
        assert message.to == [crew.leader.email]
        assert message.subject == "Boss Person is now Admin Operator of Sales"
        assert f"https://kithline.example/departments/{crew.sales.pk}/operators/" in message.body

    def test_about_what_is_gone_nobody_gets_a_mail(self, crew):
        jobs.send_own_naming(0, crew.boss.pk, True, [crew.leader.pk], SITE)
        jobs.send_own_naming(crew.sales.pk, 0, True, [crew.leader.pk], SITE)
        assert mail.outbox == []
