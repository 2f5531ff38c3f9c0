"""The process that imports, started by `importing`: prints the seconds of the parts and its own peak memory as JSON."""

from __future__ import annotations

import json
import re
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

CHECKING, IMPORTING, JUDGING = "reading and checking", "importing", "of it reading and matching again"


def timed(work: Callable[..., Any], spent: Counter[str], name: str, *, server: bool = True) -> Callable[..., Any]:
    """`work`, its seconds added up in `spent`: as they passed, and of processors (this process's, the server's)."""
    from .figures import server_processor

    def processor() -> float:
        return time.process_time() + (server_processor() / 1000 if server else 0)

    def run(*args: Any, **options: Any) -> Any:
        begun, busy = time.perf_counter(), processor()
        try:
            return work(*args, **options)
        finally:
            spent[name] += time.perf_counter() - begun
            spent[f"{name}, processor"] += processor() - busy

    return run


def work(file: Path, email: str) -> dict[str, float]:
    """Import the file as a worker would; seconds of its parts, and the most memory that this process had, in MB."""
    from contacts.imports import checking, running, steps, uploads
    from contacts_project.accounts.models import User

    spent = Counter[str]()
    with file.open("rb") as stream:
        made = uploads.store_upload(User.objects.get(email=email), name=file.name, stream=stream)
    timed(checking.check, spent, CHECKING)(made)
    steps.decide(made, "skip", {})
    type(made).objects.filter(pk=made.pk).update(status=made.Status.RUNNING)
    running.find_matches = timed(running.find_matches, spent, JUDGING)
    running.DraftReader.draft = timed(running.DraftReader.draft, spent, JUDGING, server=False)
    timed(running.run, spent, IMPORTING)(made)
    created = made.rows.filter(outcome="created").count()
    return dict(spent) | {"created": created, "memory": peak_memory()}


def peak_memory() -> float:
    """The most memory that this program had, in MB; the system's own figure would count the process it came from."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read_text()).group(1)) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2  # macOS counts bytes


def main() -> None:
    import django

    django.setup()
    print(json.dumps(work(Path(sys.argv[1]), sys.argv[2])))


if __name__ == "__main__":
    main()
