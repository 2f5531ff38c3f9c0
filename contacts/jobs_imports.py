"""Background jobs of imports: checking and running files above 200 rows, and forgetting files nobody went on with.

At least once: a check begins again, a run goes on with the rows that still wait. What fails again and again ends with
words for its user, never as a bar that stands still.
"""

import datetime

from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app

from contacts.imports import checking, running
from contacts.imports.uploads import forget_file
from contacts.models import Import, ImportRow

KEEP_DAYS = 30
RETRIES = 3


@app.task(retry=RETRIES, queue="bulk", pass_context=True)
def check_import(context: JobContext, import_id: int) -> None:
    """Read the file into rows; ends in CHECKED or FAILED."""
    made = Import.objects.select_related("account", "user__account").get(pk=import_id)
    if made.status != Import.Status.CHECKING:
        return
    try:
        checking.check(made)
    except Exception:
        if _is_last(context):
            checking.give_up(made)
        raise


@app.task(retry=RETRIES, queue="bulk", pass_context=True)
def run_import(context: JobContext, import_id: int) -> None:
    """Import the rows that wait; ends in DONE, where need be with the rest as failed rows."""
    made = Import.objects.get(pk=import_id)
    try:
        running.run(made, tells=True)
    except Exception:
        if _is_last(context):
            running.give_up(made, tells=True)
        raise


def _is_last(context: JobContext) -> bool:
    return context.job is not None and context.job.attempts >= RETRIES


@app.periodic(cron="53 2 * * *")
@app.task(queueing_lock="forget_import_files")
def forget_import_files(timestamp: int) -> None:
    """Delete files of imports begun long ago, with the rows that nobody imported; contacts are untouched."""
    old = timezone.now() - datetime.timedelta(days=KEEP_DAYS)
    for made in Import.objects.filter(created_at__lt=old).exclude(upload=""):
        forget_file(made)
        made.rows.filter(outcome=ImportRow.Outcome.PENDING).delete()
