"""What happens to engagements when somebody leaves the organisation (product.md §2a: the successor takes over)."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef

from contacts_project.accounts import grants
from contacts_project.accounts.models import User
from conversations.engagements.models import Engagement, EngagementUserObjectPermission

Status = Engagement.Status
OVER = (Status.DONE, Status.CANCELLED)  # these keep the name of whoever sent them


@transaction.atomic
def hand_over(user: User, successor: User, *, by: User | None) -> None:
    """Give the successor the person's grants (the higher level of both stays), and what is not over yet to send.

    Whether the successor may send from the line is judged when it is sent, as for everybody. A constant number of
    statements; doing it twice changes nothing.
    """
    assert user.account
    held = EngagementUserObjectPermission.objects.filter(user=user, content_object=OuterRef("pk"))
    engagements = Engagement.objects.filter(account=user.account_id)
    # First the engagements, like every other change of access.
    list(engagements.filter(Exists(held)).order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    today = user.account.today()
    grants.hand_over(EngagementUserObjectPermission, engagements, giver=user, receiver=successor, by=by, today=today)
    engagements.filter(author=user).exclude(status__in=OVER).update(author=successor)
