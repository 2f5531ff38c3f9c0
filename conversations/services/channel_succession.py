"""What happens to channels when somebody leaves the organisation (product.md §2a: the successor takes over)."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef

from contacts_project.accounts import grants
from contacts_project.accounts.models import User
from conversations.live import telling
from conversations.models import CallbackPhone, Channel, ChannelPreference, ChannelUserObjectPermission


@transaction.atomic
def hand_over(user: User, successor: User, *, by: User | None) -> None:
    """Give the successor the person's grants on channels (the higher level of both stays), and forget the person's
    defaults and callback phone. A constant number of statements; doing it twice changes nothing.
    """
    assert user.account
    held = ChannelUserObjectPermission.objects.filter(user=user, content_object=OuterRef("pk"))
    channels = Channel.objects.filter(account=user.account_id, department__isnull=True)
    # First the channels, like every other change of access.
    list(channels.filter(Exists(held)).order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    today = user.account.today()
    grants.hand_over(ChannelUserObjectPermission, channels, giver=user, receiver=successor, by=by, today=today)
    ChannelPreference.objects.filter(user=user).delete()
    CallbackPhone.objects.filter(user=user).delete()
    telling.tell(user.account.pk, telling.ACCESS, user=successor.pk)
