"""From one step of an import to the next: small files at once, larger ones by the background worker.

Every step may be asked for again: a check that runs is not started twice, an import that is done stays done.
"""

import logging
from collections.abc import Callable

from django.db import transaction

from contacts.imports import checking, listing, running
from contacts.imports.duplicates import GROUPS
from contacts.models import Import

AT_ONCE = 200  # rows; above, the worker (issue part 11)
MOST_BYTES_AT_ONCE = 2 * 1024 * 1024  # a few cards with large photos take as long as many rows
# What the contract's one word for all duplicates means: "update" lets the file win.
FOR_ALL = {"skip": "skip", "update": "replace", "create": "create"}
Status = Import.Status

log = logging.getLogger("kithline.imports")


def is_small(made: Import) -> bool:
    return made.total <= AT_ONCE and bool(made.upload) and made.upload.size <= MOST_BYTES_AT_ONCE


def start_check(made: Import) -> None:
    """Check the file, now or soon. Nothing happens while one runs or after the import began."""
    with transaction.atomic():
        locked = Import.objects.select_for_update().get(pk=made.pk)
        if locked.status in (Status.CHECKING, Status.RUNNING, Status.DONE):
            return
        locked.status, locked.done, locked.problem = Status.CHECKING, 0, ""
        locked.save(update_fields=["status", "done", "problem"])
        if not is_small(made):
            _enqueue("check", made)
    made.refresh_from_db()
    if is_small(made):
        _do(checking.check, checking.give_up, made)


def decide(made: Import, for_all: str, by_group: dict[str, str]) -> None:
    """Keep what to do with duplicates: one word for all, or a decision for each group, which wins."""
    decisions = dict.fromkeys(GROUPS, FOR_ALL[for_all]) if for_all in FOR_ALL else {}
    for group, choice in by_group.items():
        if group in GROUPS and choice in checking.choices_for(group):
            decisions[group] = choice
    made.decisions = decisions
    made.save(update_fields=["decisions"])


def start_run(made: Import) -> None:
    """Import the rows, now or soon; only once and only after the check."""
    with transaction.atomic():
        locked = Import.objects.select_for_update().get(pk=made.pk)
        if locked.status != Status.CHECKED:
            return
        listing.make_list(locked)
        locked.status, locked.done = Status.RUNNING, 0
        locked.save(update_fields=["status", "done"])
        if not is_small(made):
            _enqueue("run", made)
    if is_small(made):
        _do(running.run, running.give_up, made)
    made.refresh_from_db()


def import_at_once(made: Import, for_all: str) -> None:
    """Check and run in this process whatever the size: for commands. Ends in status DONE or FAILED."""
    checking.check(made)
    if made.status != Status.CHECKED:
        return
    decide(made, for_all, {})
    Import.objects.filter(pk=made.pk).update(status=Status.RUNNING)
    running.run(made)
    made.refresh_from_db()


def _do(step: Callable[[Import], None], give_up: Callable[[Import], None], made: Import) -> None:
    """Do a step within a request: an error of ours ends it with words, as in the worker."""
    try:
        with transaction.atomic():
            step(made)
    except Exception:
        log.exception("import failed", extra={"import_id": made.pk})
        give_up(made)


def _enqueue(step: str, made: Import) -> None:
    """The job appears with the transaction that changed the status; one import's jobs run one after another."""
    from contacts import jobs_imports  # the worker's side knows this module

    task = {"check": jobs_imports.check_import, "run": jobs_imports.run_import}[step]
    task.configure(lock=f"import-{made.pk}").defer(import_id=made.pk)
