"""Nightly cleaning: ended sessions, and forms that nobody can post twice any more."""

import datetime

from django.core.management import call_command
from django.utils import timezone
from procrastinate.contrib.django import app

from .models import Submission

KEPT = datetime.timedelta(days=7)  # longer than any form stays open


@app.periodic(cron="11 3 * * *")
@app.task(queueing_lock="clean_accounts")
def clean_accounts(timestamp: int) -> None:
    """Delete sessions that have ended and submissions older than a week."""
    call_command("clearsessions")
    Submission.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
