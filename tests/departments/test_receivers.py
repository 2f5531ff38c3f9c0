"""What happens to roles when somebody leaves the organisation (product.md §2a: the successor takes over)."""

from contacts_project.accounts.services import deactivate_user, reactivate_user
from departments.models import MOST_OPERATORS, Operator
from tests.factories import UserFactory
from tests.factories_departments import DepartmentFactory, operate


def leave(crew, who: str, successor: str = "member") -> None:
    deactivate_user(crew.boss, user=getattr(crew, who), successor=getattr(crew, successor))


def test_where_the_last_admin_operator_leaves_the_successor_leads(crew):
    leave(crew, "leader")
    assert crew.roles() == {"Worker Person": "Department Operator", "Member Person": "Admin Operator"}
    assert crew.operator("member").added_by == crew.boss


def test_a_successor_who_operates_it_already_is_raised(crew):
    leave(crew, "leader", "worker")
    assert crew.roles() == {"Worker Person": "Admin Operator"}


def test_where_somebody_else_leads_the_successor_gets_no_role(crew):
    operate(crew.sales, crew.boss, admin=True)
    leave(crew, "leader")
    assert crew.roles() == {"Worker Person": "Department Operator", "Boss Person": "Admin Operator"}


def test_a_department_operator_leaves_nothing_behind(crew):
    support = DepartmentFactory(account=crew.sales.account, name="Support")
    operate(support, crew.worker)
    leave(crew, "worker")
    assert crew.roles() == {"Leader Person": "Admin Operator"}
    assert not Operator.objects.filter(department=support).exists()


def test_a_deactivated_admin_operator_does_not_lead(crew):
    operate(crew.sales, UserFactory(account=crew.sales.account, name="Gone", is_active=False), admin=True)
    leave(crew, "leader")
    assert crew.roles()["Member Person"] == "Admin Operator"


def test_a_full_department_takes_the_successor_in_the_leavers_place(crew):
    for _ in range(MOST_OPERATORS - 2):
        operate(crew.sales, UserFactory(account=crew.sales.account))
    leave(crew, "leader")
    assert crew.sales.operators.count() == MOST_OPERATORS
    assert crew.roles()["Member Person"] == "Admin Operator"


def test_reactivation_gives_no_role_back(crew):
    leave(crew, "leader")
    reactivate_user(crew.boss, user=crew.leader)
    assert "Leader Person" not in crew.roles()
