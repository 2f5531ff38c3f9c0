"""Who may do what with a department (product.md §8)."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from contacts_project.core.errors import Refused
from departments import policy
from tests.factories import UserFactory
from tests.factories_departments import DepartmentFactory, operate

CHART = {  # who: what product.md §8 gives
    "leader": {"view", "work", "lead", "administer"},
    "worker": {"view", "work"},
    "boss": {"view", "administer", "create", "delete"},
    "member": {"view"},
}


@pytest.mark.parametrize("who", CHART)
def test_each_may_do_what_the_specification_gives(crew, who):
    user = getattr(crew, who)
    assert {action for action in policy.RIGHTS if policy.can(user, action, crew.sales)} == CHART[who]
    for action in policy.RIGHTS.keys() - CHART[who] - {"create", "view"}:
        with pytest.raises(Refused):
            policy.require(user, action, crew.sales)


def test_nothing_reaches_across_accounts(crew):
    assert not any(policy.can(crew.stranger, action, crew.sales) for action in policy.RIGHTS)
    for call in (policy.require_operator, policy.require_admin_operator, policy.require_manager):
        with pytest.raises(Http404):
            call(crew.stranger, crew.sales)
    with pytest.raises(Http404):
        policy.get_department(crew.stranger, crew.sales.pk)
    assert policy.get_department(crew.member, crew.sales.pk) == crew.sales


def test_platform_staff_visitors_and_the_deactivated_see_no_department(crew):
    crew.leader.is_active = False
    crew.leader.save()
    for user in (UserFactory(staff=True), crew.leader, AnonymousUser()):
        assert not policy.visible_to(user).exists()
        assert not policy.operated_by(user).exists()
    assert policy.role_in(crew.leader, crew.sales) is None
    assert policy.roles_in(crew.leader) == {}


def test_roles_are_of_their_department(crew):
    support = DepartmentFactory(account=crew.sales.account, name="Support")
    operate(support, crew.worker, admin=True)
    assert policy.role_in(crew.worker, crew.sales) == "operator"
    assert policy.role_in(crew.worker, support) == "admin operator"
    assert policy.role_in(crew.boss, crew.sales) is None
    assert policy.roles_in(crew.worker) == {crew.sales.pk: "operator", support.pk: "admin operator"}
    assert list(policy.operated_by(crew.worker)) == [crew.sales, support]


def test_a_refusal_names_the_rule_and_the_admin_operators(crew):
    with pytest.raises(Refused) as refused:
        policy.require_operator(crew.member, crew.sales)
    assert refused.value.rule == "Only operators of Sales open this"
    assert refused.value.who == ["Leader Person"]
    with pytest.raises(Refused) as refused:
        policy.require(crew.leader, "delete", crew.sales)
    assert refused.value.who == ["Boss Person"]


def test_a_deactivated_admin_operator_is_not_named(crew):
    crew.leader.is_active = False
    crew.leader.save()
    assert not policy.admin_operators(crew.sales)


def test_asking_takes_two_queries_at_most(crew, django_assert_max_num_queries):
    with django_assert_max_num_queries(1):
        policy.get_department(crew.leader, crew.sales.pk)
    with django_assert_max_num_queries(1):
        policy.require_operator(crew.worker, crew.sales)
    with django_assert_max_num_queries(2), pytest.raises(Refused):
        policy.require_operator(crew.member, crew.sales)
