"""Background jobs of channels: sending what proves an address, and ending grants. Arguments hold ids and addresses of
this site, nothing else. At least once."""

from __future__ import annotations

import datetime

import pghistory
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from contacts_project.accounts import grants
from contacts_project.accounts.models import Account

from .models import ChannelUserObjectPermission
from .services import verifying


@app.task(retry=RetryStrategy(max_attempts=3, wait=5))
def send_channel_check(channel_id: int, address: str) -> None:
    """Call the number, or mail the address, with a new secret; a mail server that is away is tried again."""
    verifying.deliver(channel_id, address)


@app.periodic(cron="47 2 * * *")
@app.task(queueing_lock="remove_ended_channel_grants")
def remove_ended_channel_grants(timestamp: int) -> None:
    """Delete grants whose last day is over in their account; nobody can use them any more, whatever this job does."""
    latest = timezone.now().date() + datetime.timedelta(days=1)  # no zone is further ahead
    ended = ChannelUserObjectPermission.objects.filter(until__lt=latest)
    for account in Account.objects.filter(pk__in=ended.values("user__account_id").distinct()):
        with pghistory.context(source="job", job="remove_ended_channel_grants"):
            grants.remove_ended(ChannelUserObjectPermission, account.pk, account.today())
