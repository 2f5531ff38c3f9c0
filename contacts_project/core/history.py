"""Edit history: how models are tracked, and what is recorded of where a change came from.

The database records every change by triggers, also of bulk and raw SQL writes (django-pghistory). Each change carries
the user's id, a source (page, admin, import, job, command) and, for pages, the address that was posted to.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pghistory
import pgtrigger
from django.db import connection
from django.db.models import Index, Model, QuerySet
from pghistory.middleware import HistoryMiddleware as BaseMiddleware


def tracked(*, with_before: bool = False, indexes: Iterable[Index] = (), **options: Any):
    """Class decorator: record inserts (a statement at a time), updates and deletes (row by row).

    `with_before`: the row before each event is read (an edit history), so events are indexed by row and id. `indexes`
    are further ones of the table of events.

    Statement-level updates were measured up to 25 times slower (design/datalayer.md §1.5). A function, because
    pghistory's event objects remember the first model they were given to.
    """
    if with_before:
        options["obj_field"] = pghistory.ObjForeignKey(related_name="events", db_index=False)
        indexes = [Index(fields=["pgh_obj", "pgh_id"]), *indexes]
    options["meta"] = {"indexes": list(indexes)}
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


@contextmanager
def rows_unrecorded(*models: type[Model]) -> Iterator[None]:
    """Inside, changes of rows of these tracked models are not recorded one by one: the caller calls record_rows.

    For changes of a hundred thousand rows: the row trigger takes most of their time (design/datalayer.md §1.5).
    """
    triggers = [f"{model._meta.label}:{name}" for model in models for name in ("update_update", "delete_delete")]
    with pgtrigger.ignore(*triggers):
        yield


def record_rows(rows: QuerySet, label: str = "update") -> None:
    """Write the events of changed rows as they stand now ("delete": before they go), in the context at hand.

    One statement. Asks nothing about what was recorded already.
    """
    model, event = rows.model, rows.model.pgh_event_model
    own = {field.attname: field.column for field in event._meta.concrete_fields if not field.name.startswith("pgh_")}
    quote = connection.ops.quote_name
    columns = ", ".join(quote(column) for column in own.values())
    keys = rows.order_by().values_list("pk")
    select, params = keys.query.sql_with_params()
    into, table, key = (quote(name) for name in (event._meta.db_table, model._meta.db_table, model._meta.pk.column))
    values = ", ".join(f"changed.{quote(column)}" for column in own.values())
    # Nothing but quoted names of our own models stands in the text; values are parameters.
    statement = (
        f"INSERT INTO {into} (pgh_created_at, pgh_label, pgh_obj_id, pgh_context_id, {columns})"  # noqa: S608  names only
        " WITH context AS MATERIALIZED (SELECT _pgh_attach_context() AS id)"
        f" SELECT now(), %s, changed.{key}, context.id, {values}"
        f" FROM {table} changed, context WHERE changed.{key} IN ({select})"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [label, *params])
