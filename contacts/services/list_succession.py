"""What happens to lists when somebody leaves the organisation (product.md §2a: the successor takes over)."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from contacts.models import List, ListUserObjectPermission
from contacts_project.accounts import grants
from contacts_project.accounts.models import User


@transaction.atomic
def hand_over(user: User, successor: User, *, by: User | None) -> None:
    """Give the successor the person's grants on lists (the higher level of both stays) and the lists that he or she
    owns. A constant number of statements; doing it twice changes nothing.
    """
    assert user.account
    lists = List.objects.filter(account=user.account_id)
    held = Exists(ListUserObjectPermission.objects.filter(user=user, content_object=OuterRef("pk")))
    mine = lists.filter(Q(held) | Q(owner=user)).order_by("pk")
    list(mine.select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True))
    today = user.account.today()
    grants.hand_over(ListUserObjectPermission, lists, giver=user, receiver=successor, by=by, today=today)
    lists.filter(owner=user).update(owner=successor)
