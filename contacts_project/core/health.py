"""/healthz: can this installation serve? Asked by load balancers and by bin/serve, without signing in."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import FloatField, Max
from django.db.models.functions import Extract, Now
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from procrastinate.contrib.django.models import ProcrastinateWorker

from contacts_project import postgres


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when database, migrations and worker are well, else 503; the body says which is not.

    Body: {"ok": bool, "database": str, "migrations": str, "worker": str, "worker_heartbeat_seconds": number or null}.
    """
    facts = examine()
    return JsonResponse(facts, status=200 if facts["ok"] else 503)


def examine() -> dict[str, Any]:
    """Return the facts of /healthz. Nothing is raised: what cannot be asked is "unknown"."""
    facts: dict[str, Any] = {
        "ok": False,
        "database": "ok",
        "migrations": "unknown",
        "worker": "unknown",
        "worker_heartbeat_seconds": None,
    }
    try:
        connection.ensure_connection()
        facts["migrations"] = "missing" if missing_migrations() else "ok"
        if facts["migrations"] == "ok":
            facts["worker_heartbeat_seconds"], facts["worker"] = worker_state()
    except postgres.OldServer:
        facts["database"] = "older than PostgreSQL 18"
    except DatabaseError:
        facts["database"] = "unreachable"
    facts["ok"] = all(facts[part] == "ok" for part in ("database", "migrations", "worker"))
    return facts


def missing_migrations() -> bool:
    """Say whether this code has migrations that the database has not."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def worker_state() -> tuple[float | None, str]:
    """Return the age in seconds of the youngest worker's last heartbeat, by the database's clock, and a word."""
    age = Extract(Now() - Max("last_heartbeat"), "epoch", output_field=FloatField())
    seconds = ProcrastinateWorker.objects.aggregate(age=age)["age"]
    if seconds is None:
        return None, "none"
    limit = settings.PROCRASTINATE_WORKER_DEFAULTS["stalled_worker_timeout"]
    return round(seconds, 1), "ok" if seconds <= limit else "silent"
