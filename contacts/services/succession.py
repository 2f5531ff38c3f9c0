"""What happens to contacts when somebody leaves the organisation (product.md §2a: the successor takes over)."""

from __future__ import annotations

import pgtrigger
from django.db import transaction
from django.db.models import Exists, OuterRef

from contacts import policy
from contacts.models import Contact, ContactUserObjectPermission, FollowUp, Kind
from contacts_project.accounts import grants
from contacts_project.accounts.models import User
from contacts_project.core.history import record_rows, rows_unrecorded


def holds_more_than(user: User, number: int) -> bool:
    """Does `user` have grants on more than `number` contacts, counting no further? One query."""
    view = grants.permission_id(Contact, grants.Level.READ)
    return ContactUserObjectPermission.objects.filter(user=user, permission=view)[: number + 1].count() > number


@transaction.atomic
def hand_over(user: User, successor: User, *, by: User | None) -> None:
    """Give the successor what `user` has: a constant number of statements, and doing it twice changes nothing.

    The grants on personal contacts (the higher level of both stays), their ownership, and the open follow-ups about
    what the successor can see then. Shared contacts keep their original owner, and private notes stay with their
    author, whom nobody can be any more. Recorded like any change, but set by set.
    """
    assert user.account is not None
    personal = Contact.objects.filter(account=user.account_id, kind=Kind.PERSONAL)
    today = user.account.today()
    # First the contacts, like every other change of access: nobody is unshared or renamed in the middle.
    held = ContactUserObjectPermission.objects.filter(user=user, content_object=OuterRef("pk"))
    list(personal.filter(Exists(held)).order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    grants.hand_over(ContactUserObjectPermission, personal, giver=user, receiver=successor, by=by, today=today)
    owned = list(personal.filter(owner=user).values_list("pk", flat=True))
    # The trigger that tells grants of their contact's owner works row by row; here one statement says the same.
    with rows_unrecorded(Contact), pgtrigger.ignore("contacts.Contact:lead_followers"):
        Contact.objects.filter(pk__any_of=owned).update(owner=successor)
    record_rows(Contact.objects.filter(pk__any_of=owned))
    grants.mark_owner(ContactUserObjectPermission, owned, owner=successor)
    seen = policy.visible_to(successor).filter(pk=OuterRef("contact_id"))
    FollowUp.objects.filter(Exists(seen), user=user, done_at__isnull=True).update(user=successor)
