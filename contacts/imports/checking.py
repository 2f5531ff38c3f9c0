"""The dry run: reads everybody in the file into rows, says what is new, already here, remarked or refused.

Nothing but the import's own rows is written. A check that was killed begins again from the start.
"""

from collections.abc import Iterator
from itertools import islice

from django.db import transaction

from contacts.imports.cards import draft_of_card
from contacts.imports.duplicates import READ_ONLY, Match, find_matches
from contacts.imports.limits import FileRefused
from contacts.imports.mapping import RowReader
from contacts.imports.owners import Owners
from contacts.imports.rows import Draft, correct
from contacts.imports.targets import take_apart
from contacts.imports.uploads import read_records
from contacts.imports.vcards import RawCard
from contacts.models import Import, ImportRow

CHUNK = 1000
VCARD_SOURCE = "vCard"
BROKEN = "Something went wrong on our side while this file was read. It has been logged."
Status = Import.Status
Outcome = ImportRow.Outcome


class DraftReader:
    """Makes the Draft of any row of one import, with the corrections made on screen."""

    def __init__(self, made: Import):
        self.region = made.options.get("region") or made.account.default_region
        targets = made.mapping.get("targets")
        self.table = RowReader(made.headers, targets, self.region) if targets else None

    def draft(self, cells: dict) -> Draft:
        if self.table is None:
            draft = draft_of_card(RawCard(cells["card"], cells.get("problem", "")), self.region)
        else:
            draft = self.table.draft(cells["values"])
        return correct(draft, cells.get("fixes") or {}, self.region)


def outside_source(made: Import) -> str:
    """The system that the outside ids come from: the column's own header, so that the next file matches this one."""
    for header, target in zip(made.headers, made.mapping.get("targets") or (), strict=False):
        if take_apart(target)[0] == "outside_id":
            return header[:120]
    return VCARD_SOURCE


def check(made: Import) -> None:
    """Read the file into rows and judge them. A file that turns out unreadable ends in status FAILED with its words."""
    Import.objects.filter(pk=made.pk).update(status=Status.CHECKING, done=0, problem="")
    made.rows.all().delete()
    reader, owners, done = DraftReader(made), Owners(made), 0
    try:
        for chunk in _chunks(read_records(made), CHUNK):
            if not _store_chunk(made, chunk, reader, owners, done):
                return
            done += len(chunk)
    except FileRefused as refusal:
        made.rows.all().delete()
        Import.objects.filter(pk=made.pk).update(status=Status.FAILED, problem=str(refusal)[:300])
    else:
        mine = Import.objects.filter(pk=made.pk, status=Status.CHECKING, done=done)
        mine.update(status=Status.CHECKED, total=done, done=0)
    made.refresh_from_db()


def give_up(made: Import) -> None:
    """After an error that is ours: words for the user in place of a bar that stands still."""
    Import.objects.filter(pk=made.pk, status=Status.CHECKING).update(status=Status.FAILED, problem=BROKEN)
    made.refresh_from_db()


@transaction.atomic
def _store_chunk(made: Import, chunk: list, reader: "DraftReader", owners: Owners, done: int) -> bool:
    """Judge and store the next rows; False where another worker, taking this one for dead, has begun the check anew."""
    now = Import.objects.select_for_update().get(pk=made.pk)
    if (now.status, now.done) != (Status.CHECKING, done):
        return False
    rows = [ImportRow(source=made, number=number, cells=cells) for number, cells in chunk]
    judge(made, rows, reader, owners)
    ImportRow.objects.bulk_create(rows)
    Import.objects.filter(pk=made.pk).update(done=done + len(rows))
    return True


def _chunks(records: Iterator, size: int) -> Iterator[list]:
    while chunk := list(islice(records, size)):
        yield chunk


def judge(made: Import, rows: list[ImportRow], reader: DraftReader, owners: Owners) -> list[Draft]:
    """Set issues, duplicate and outcome of unsaved changes to `rows`; returns their drafts."""
    drafts = [reader.draft(row.cells) for row in rows]
    matches = find_matches(made.user, drafts, outside_source(made))
    for row, draft, match in zip(rows, drafts, matches, strict=True):
        row.issues = [
            {"kind": "remark", "field": r.field, "value": r.value, "reason": r.reason, "fix": r.key if r.kind else ""}
            for r in draft.remarks
        ]
        row.duplicate_of_id = match.contact_id if match else None
        problem = draft.refusal or _owner_problem(draft, owners)
        row.outcome, row.reason = (Outcome.FAILED, problem[:300]) if problem else (Outcome.PENDING, "")
        if match and not problem:
            row.issues.append({"kind": "duplicate", "group": match.group})
    return drafts


def _owner_problem(draft: Draft, owners: Owners) -> str:
    try:
        owners.owner_of(draft.owner)
    except LookupError as error:
        return str(error.args[0])
    return ""


@transaction.atomic
def apply_fixes(made: Import, fixes: dict[int, dict[str, str]]) -> int:
    """Take corrections of a checked import: row id -> {remark's name or "full_name": new text}. Returns how many rows.

    Only rows of this import; they are judged anew.
    """
    rows = list(made.rows.select_for_update().filter(pk__in=list(fixes)))
    for row in rows:
        row.cells = {**row.cells, "fixes": {**(row.cells.get("fixes") or {}), **fixes[row.pk]}}
    judge(made, rows, DraftReader(made), Owners(made))
    ImportRow.objects.bulk_update(rows, ["cells", "issues", "duplicate_of", "outcome", "reason"])
    return len(rows)


def decision_for(made: Import, match: Match | None) -> str:
    """What to do with a row: create, fill, replace or skip. Somebody new is created."""
    if match is None:
        return "create"
    decided = made.decisions.get(match.group)
    allowed = choices_for(match.group)
    return decided if decided in allowed else allowed[0]


def choices_for(group: str) -> tuple[str, ...]:
    """Decisions that a group allows, the first being the usual one. What one may only read can't be updated."""
    return ("skip", "create") if group == READ_ONLY else ("fill", "replace", "skip", "create")
