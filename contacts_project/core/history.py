"""Edit history: how models are tracked, and what is recorded of where a change came from.

The database records every change by triggers, also of bulk and raw SQL writes (django-pghistory). Each change carries
the user's id, a source (page, admin, import, job, command) and, for pages, the address that was posted to.
"""

from typing import Any

import pghistory
from pghistory.middleware import HistoryMiddleware as BaseMiddleware


def tracked(**options: Any):
    """Class decorator: record inserts (a statement at a time), updates and deletes (row by row).

    Statement-level updates were measured up to 25 times slower (design/datalayer.md §1.5). A function, because
    pghistory's event objects remember the first model they were given to.
    """
    return pghistory.track(
        pghistory.InsertEvent(level=pghistory.Statement),
        pghistory.UpdateEvent(level=pghistory.Row),
        pghistory.DeleteEvent(level=pghistory.Row),
        **options,
    )


class HistoryMiddleware(BaseMiddleware):
    """Opens a history context around each request that may change something."""

    def get_context(self, request) -> dict[str, Any]:
        source = "admin" if request.path.startswith("/admin/") else "page"
        return {
            "user": request.user.pk if request.user.is_authenticated else None,
            "source": source,
            "url": request.path,
        }
