"""Create, change and delete a department (product.md §8)."""

from __future__ import annotations

from django.db import IntegrityError, models, transaction

from contacts_project.accounts.models import User
from contacts_project.accounts.services.notices import notify

from .. import policy
from ..models import Department, Operator
from .errors import DepartmentInUse, NameTaken, NotInAccount


@transaction.atomic
def create_department(actor: User, *, name: str, hue: str, description: str = "", admin: User) -> Department:
    """A new department whose first Admin Operator is `admin`, an active person of the account; often the actor.

    Raises Refused unless the actor administers the account, NotInAccount, NameTaken. Locks the person, so that he or
    she is not deactivated meanwhile.
    """
    policy.require_creator(actor)
    assert actor.account_id
    admin = lock_person(actor.account_id, admin)
    department = Department(account_id=actor.account_id, name=name, hue=hue, description=description, created_by=actor)
    _save(department)
    Operator.objects.create(department=department, user=admin, is_admin=True, added_by=actor)
    notify("operator", department.pk, to=[admin], by=actor)
    return department


@transaction.atomic
def edit_department(actor: User, department: Department, *, name: str, hue: str, description: str = "") -> Department:
    """Change name, colour and description. Raises Refused unless the actor manages the department, NameTaken."""
    department = lock_department(department)
    policy.require_manager(actor, department)
    department.name, department.hue, department.description = name, hue, description
    _save(department)
    return department


@transaction.atomic
def delete_department(actor: User, department: Department) -> None:
    """Delete a department that never had contacts, with its operators.

    Raises Refused unless the actor administers the account, DepartmentInUse where records name the department.
    """
    department = lock_department(department, against_references=True)
    policy.require(actor, "delete", department)
    if is_used(department):
        raise DepartmentInUse(department)
    department.delete()


def is_used(department: Department) -> bool:
    """Whether rows that must keep their department name this one, also those of the past. One query for each table.

    Which tables those are is asked of the models: they stand in higher apps.
    """
    found = Department._meta.get_fields(include_hidden=True)
    keepers = [field for field in found if getattr(field, "on_delete", None) in (models.PROTECT, models.RESTRICT)]
    return any(
        keeper.related_model._default_manager.filter(**{keeper.field.name: department}).exists()  # type: ignore[union-attr]
        for keeper in keepers
    )


def lock_department(department: Department, *, against_references: bool = False) -> Department:
    """The department as it stands now, locked until the transaction ends: its operators change one act at a time.

    With `against_references` also new rows that name it wait. Raises Department.DoesNotExist when it is gone.
    """
    return Department.objects.select_for_update(no_key=not against_references).get(pk=department.pk)


def lock_person(account_id: int, person: User) -> User:
    """The person, locked against a deactivation meanwhile. Raises NotInAccount unless active in this account."""
    locked = User.objects.select_for_update(no_key=True).filter(pk=person.pk, account=account_id, is_active=True)
    found = locked.first()
    if found is None:
        raise NotInAccount
    return found


def _save(department: Department) -> None:
    try:
        with transaction.atomic():
            department.save()
    except IntegrityError as error:
        if "department_name_once" in str(error):
            raise NameTaken from error
        raise
