"""Who operates a department: add, change the role, remove (product.md §8).

Every change locks the department, so that two people cannot take the last Admin Operators from each other, and asks
the actor's right behind that lock.
"""

from __future__ import annotations

from django.db import transaction

from contacts_project.accounts.models import User
from contacts_project.accounts.services.notices import notify

from .. import policy
from ..jobs import send_own_naming
from ..models import MOST_OPERATORS, Department, Operator
from .departments import lock_department, lock_person
from .errors import DepartmentFull, LastAdminOperator


@transaction.atomic
def add_operator(
    actor: User, department: Department, user: User, *, is_admin: bool, address: str = ""
) -> tuple[Operator, bool]:
    """Make `user` an operator; (the row, whether it is new). Somebody who operates it already keeps the role.

    `address` is the site's, for the mail to the Admin Operators where an account administrator names himself or
    herself. Raises Refused, NotInAccount, DepartmentFull (the 26th). Locks the person, then the department.
    """
    user = lock_person(department.account_id, user)
    department = lock_department(department)
    policy.require_manager(actor, department)
    rows = Operator.objects.filter(department=department)
    operator = rows.filter(user=user).first()
    if operator is not None:
        return operator, False
    if rows.count() >= MOST_OPERATORS:
        raise DepartmentFull(department)
    by_flag = _named_by_flag(actor, department, user)
    operator = Operator.objects.create(department=department, user=user, is_admin=is_admin, added_by=actor)
    notify("operator", department.pk, to=[user], by=actor)
    if by_flag:
        _tell(operator, address)
    return operator, True


@transaction.atomic
def set_role(actor: User, operator: Operator, *, is_admin: bool, address: str = "") -> bool:
    """Give an operator this role; whether that changed anything. `address` as in add_operator.

    Raises Refused, LastAdminOperator, Operator.DoesNotExist when he or she has been removed meanwhile.
    """
    department = lock_department(operator.department)
    policy.require_manager(actor, department)
    operator = Operator.objects.select_related("user").get(pk=operator.pk)
    if operator.is_admin == is_admin:
        return False
    if operator.is_admin and not _others_lead(operator):
        raise LastAdminOperator(department)
    by_flag = is_admin and _named_by_flag(actor, department, operator.user)
    operator.is_admin = is_admin
    operator.save(update_fields=["is_admin"])
    notify("operator", department.pk, to=[operator.user], by=actor)
    if by_flag:
        _tell(operator, address)
    return True


@transaction.atomic
def remove_operator(actor: User, operator: Operator) -> None:
    """End somebody's work for the department. Twice changes nothing. Raises Refused, LastAdminOperator."""
    department = lock_department(operator.department)
    policy.require_manager(actor, department)
    found = Operator.objects.select_related("user").filter(pk=operator.pk).first()
    if found is None:
        return
    if found.is_admin and found.user.is_active and not _others_lead(found):
        raise LastAdminOperator(department)
    found.delete()


@transaction.atomic
def hand_over_operators(user: User, successor: User, *, by: User | None) -> None:
    """Somebody leaves the organisation: the rows go, and the successor leads where nobody else would.

    Locks the departments in order. Doing it twice changes nothing. Reactivation gives no role back.
    """
    mine = Operator.objects.filter(user=user)
    wanted = Department.objects.filter(pk__in=mine.values("department")).order_by("pk")
    for department in wanted.select_for_update(no_key=True):
        operator = mine.filter(department=department).first()
        if operator is None:
            continue
        needs_leader = operator.is_admin and not _others_lead(operator)
        operator.delete()
        if needs_leader:
            Operator.objects.update_or_create(
                department=department,
                user=successor,
                defaults={"is_admin": True},
                create_defaults={"is_admin": True, "added_by": by},
            )
            notify("operator", department.pk, to=[successor], by=by)


def _others_lead(operator: Operator) -> bool:
    """Whether the department has another active Admin Operator. One query."""
    rows = Operator.objects.filter(department=operator.department_id, is_admin=True, user__is_active=True)
    return rows.exclude(pk=operator.pk).exists()


def _named_by_flag(actor: User, department: Department, user: User) -> bool:
    """Whether the actor raises himself or herself by the account's flag alone, which Admin Operators are told of."""
    return user.pk == actor.pk and policy.role_in(actor, department) != policy.ADMIN_OPERATOR


def _tell(operator: Operator, address: str) -> None:
    """Tell those who lead the department now: they are to know of it also if they are removed right after."""
    leaders = list(policy.admin_operators(operator.department).exclude(pk=operator.user_id))
    recipients = [leader.pk for leader in leaders]
    notify("own-naming", operator.department_id, to=leaders, by=operator.user, again=True)
    if recipients:
        send_own_naming.defer(
            department_id=operator.department_id,
            user_id=operator.user_id,
            is_admin=operator.is_admin,
            recipient_ids=recipients,
            address=address,
        )
