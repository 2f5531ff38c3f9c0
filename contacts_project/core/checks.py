"""What must hold before anything runs: a PostgreSQL of version 18 or newer."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from contacts_project import postgres


def refuse_old_server(sender: Any, connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Receiver of connection_created: no work on an old server, whoever opens the connection."""
    raw = connection.connection
    if raw is not None:
        try:
            postgres.refuse_old(raw.info.server_version)
        except postgres.OldServer:
            connection.close()
            raise


@register(Tags.database)
def server_version(app_configs: Any, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Say it in one sentence when `migrate` or `check --database default` meets an old server."""
    errors: list[CheckMessage] = []
    for alias in databases or ():
        try:
            connections[alias].ensure_connection()
        except postgres.OldServer as error:
            errors.append(Error(str(error), id="kithline.E001"))
        except DatabaseError as error:
            errors.append(Error(f"The database cannot be reached: {error}", id="kithline.E002"))
    return errors
