"""The background job of large bulk actions."""

import pghistory
from procrastinate.contrib.django import app

from .models import BulkAction
from .services import bulk as bulk_service


@app.task(retry=3, queue="bulk")
def run_bulk(bulk_id: int) -> None:
    """Go on with a bulk action until every contact has its outcome; delivered at least once, done once."""
    bulk = BulkAction.objects.select_related("user__account").get(pk=bulk_id)
    with pghistory.context(user=bulk.user_id, source="job", bulk=bulk_id):
        bulk_service.run(bulk)
