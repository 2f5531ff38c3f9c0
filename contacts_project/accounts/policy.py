"""Who may manage an account's people and settings: its active account administrators, and nobody else.

The flag opens no contact (product.md §1); `is_staff` and `is_superuser` count in /admin/ only.
"""

from django.db.models import QuerySet

from contacts_project.core.errors import Refused

from .models import User

PEOPLE_RULE = "Only account administrators manage people"
SETTINGS_RULE = "Only account administrators change the settings of the account"
ADMIN_RULE = "Only account administrators and platform staff open the administration"


def is_account_admin(user: User) -> bool:
    """Whether `user` administers an account: an active member with the flag."""
    return bool(user.is_active and user.account_id and user.is_account_admin)


def is_platform_staff(user: User) -> bool:
    """Whether `user` runs the installation: active, of no account, with the flag."""
    return bool(user.is_active and user.is_staff and not user.account_id)


def require_account_admin(user: User, rule: str) -> None:
    """Raise Refused with `rule` and the names of the account's administrators unless `user` is one. One query."""
    if not is_account_admin(user):
        raise Refused(rule, who=[admin.get_full_name() for admin in administrators_of(user)])


def administrators_of(user: User) -> QuerySet[User]:
    """Active account administrators of the user's account, by name, five at most; none for platform staff."""
    people = User.objects.filter(account=user.account_id, account__isnull=False, is_active=True, is_account_admin=True)
    return people.order_by("name", "pk")[:5]


def people_of(actor: User) -> QuerySet[User]:
    """Everybody in the account of `actor`, deactivated people too. No `actor` sees people of another account."""
    return User.objects.filter(account=actor.account_id, account__isnull=False)
