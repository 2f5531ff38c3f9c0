"""Background jobs of bulk actions, and of what their messages offered to undo."""

import pghistory
from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app

from .models import BulkAction
from .services import bulk as bulk_service
from .services import undoing

MOST_ATTEMPTS = 3


@app.task(retry=MOST_ATTEMPTS, queue="bulk", pass_context=True)
def run_bulk(context: JobContext, bulk_id: int) -> None:
    """Go on with a bulk action until every contact has its outcome; delivered at least once, done once.

    After the last attempt its page says that it ended early; what was done until then stands there.
    """
    bulk = BulkAction.objects.select_related("user__account").get(pk=bulk_id)
    try:
        with pghistory.context(user=bulk.user_id, source="job", bulk=bulk_id):
            bulk_service.run(bulk)
    except Exception:
        if context.job.attempts >= MOST_ATTEMPTS:
            BulkAction.objects.filter(pk=bulk_id).update(status=BulkAction.Status.FAILED, finished_at=timezone.now())
        raise


@app.periodic(cron="23 3 * * *")
@app.task(queueing_lock="forget_undo_steps")
def forget_undo_steps(timestamp: int) -> None:
    """Delete steps that nobody can take back any more: they hold what was removed."""
    undoing.forget()
