"""Two people change one department at the same time: the lock on its row decides, not the clock."""

import pytest

from contacts_project.accounts.services import deactivate_user
from contacts_project.core.errors import Refused
from departments.models import MOST_OPERATORS, Department, Operator
from departments.services import departments, operators
from departments.services.errors import DepartmentFull, LastAdminOperator, NameTaken, NotInAccount
from tests.contracts.test_races import meanwhile
from tests.factories import UserFactory
from tests.factories_departments import operate

from .crew import Crew, make_crew

pytestmark = pytest.mark.django_db(transaction=True)


def two_leaders() -> Crew:
    crew = make_crew()
    operators.set_role(crew.leader, crew.operator("worker"), is_admin=True)
    return crew


def leads(crew: Crew) -> list[str]:
    return [name for name, role in crew.roles().items() if role == "Admin Operator"]


def test_two_admin_operators_do_not_remove_each_other():
    crew = two_leaders()
    leader, worker = crew.operator("leader"), crew.operator("worker")
    late = meanwhile(
        lambda: operators.remove_operator(crew.leader, worker),
        lambda: operators.remove_operator(crew.worker, leader),
    )
    assert isinstance(late, Refused)  # whoever has been removed manages nothing any more
    assert leads(crew) == ["Leader Person"]


@pytest.mark.parametrize("late_act", ["demote", "remove"])
def test_the_last_two_do_not_step_down_together(late_act):
    crew = two_leaders()
    leader, worker = crew.operator("leader"), crew.operator("worker")
    acts = {
        "demote": lambda: operators.set_role(crew.boss, worker, is_admin=False),
        "remove": lambda: operators.remove_operator(crew.boss, worker),
    }
    late = meanwhile(lambda: operators.set_role(crew.leader, leader, is_admin=False), acts[late_act])
    assert isinstance(late, LastAdminOperator)
    assert leads(crew) == ["Worker Person"]


def test_two_people_added_at_once_do_not_make_26():
    crew = make_crew()
    for _ in range(MOST_OPERATORS - 3):
        operate(crew.sales, UserFactory(account=crew.sales.account))
    late = meanwhile(
        lambda: operators.add_operator(crew.leader, crew.sales, crew.member, is_admin=False),
        lambda: operators.add_operator(crew.boss, crew.sales, crew.boss, is_admin=False),
    )
    assert isinstance(late, DepartmentFull)
    assert crew.sales.operators.count() == MOST_OPERATORS


def test_one_person_added_twice_at_once_is_one_operator():
    crew = make_crew()
    late = meanwhile(
        lambda: operators.add_operator(crew.leader, crew.sales, crew.member, is_admin=False),
        lambda: operators.add_operator(crew.boss, crew.sales, crew.member, is_admin=True),
    )
    assert late[1] is False
    assert crew.roles()["Member Person"] == "Department Operator"


def test_nobody_becomes_an_operator_while_being_deactivated():
    crew = make_crew()
    late = meanwhile(
        lambda: deactivate_user(crew.boss, user=crew.member, successor=crew.worker),
        lambda: operators.add_operator(crew.leader, crew.sales, crew.member, is_admin=False),
    )
    assert isinstance(late, NotInAccount)
    assert not Operator.objects.filter(user=crew.member).exists()


def test_the_last_admin_operator_steps_down_while_the_other_one_leaves():
    crew = two_leaders()
    leader = crew.operator("leader")
    late = meanwhile(
        lambda: deactivate_user(crew.boss, user=crew.worker, successor=crew.member),
        lambda: operators.set_role(crew.leader, leader, is_admin=False),
    )
    assert isinstance(late, LastAdminOperator)
    assert leads(crew) == ["Leader Person"]


def test_one_name_is_given_once():
    crew = make_crew()
    late = meanwhile(
        lambda: departments.create_department(crew.boss, name="Billing", hue="sky", admin=crew.member),
        lambda: departments.create_department(crew.boss, name="billing", hue="teal", admin=crew.worker),
    )
    assert isinstance(late, NameTaken)
    assert Department.objects.filter(name__iexact="billing").count() == 1
