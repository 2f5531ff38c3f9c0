"""Nightly cleaning: ended sessions, forms that nobody can post twice any more, and old notices."""

import datetime

from django.core.management import call_command
from django.utils import timezone
from procrastinate.contrib.django import app

from .models import Submission
from .services import notices

KEPT = datetime.timedelta(days=7)  # longer than any form stays open


@app.periodic(cron="11 3 * * *")
@app.task(queueing_lock="clean_accounts")
def clean_accounts(timestamp: int) -> None:
    """Delete sessions that have ended, submissions older than a week and notices older than 90 days."""
    call_command("clearsessions")
    Submission.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    notices.forget()
