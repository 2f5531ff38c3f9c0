"""The import itself: rows that wait become contacts, chunk by chunk, each chunk one transaction with its outcomes.

A worker that is killed leaves whole chunks behind it; the next one goes on with the rows that still wait, so nothing
is lost or made twice. Rights are judged when the chunk is written, not when the file was checked.
"""

import pghistory
from django.db import DatabaseError, IntegrityError, transaction
from django.http import Http404
from django.utils import timezone

from contacts import policy
from contacts.imports.checking import DraftReader, decision_for, outside_source
from contacts.imports.duplicates import Match, find_matches
from contacts.imports.files import VCARD
from contacts.imports.listing import put_on_lists
from contacts.imports.owners import Owners
from contacts.imports.rows import Draft
from contacts.imports.updating import update_contact
from contacts.imports.uploads import forget_file
from contacts.imports.writing import NewContact, analyze, record_outcomes, write_contacts
from contacts.models import Import, ImportRow
from contacts.services.holding import all_active
from contacts.signals import addresses_added
from contacts_project.accounts.services.notices import notify
from contacts_project.core.errors import Refused

FIRST_CHUNK = 500  # then ANALYZE: triggers cache plans made on empty tables (design/datalayer.md, trap 3)
CHUNK = 5000
CARD_CHUNK = 500  # cards carry photos
ANALYZE_AFTER = {1, 2, 5}
SAME = "The contact already says all of this."
MEANWHILE = "Somebody added this person since the check."
NOT_SAVED = "This row could not be saved."
GONE = "Your access ended before this row was imported."
Status, Outcome = Import.Status, ImportRow.Outcome


def run(made: Import, *, tells: bool = False) -> None:
    """Import every row that waits; safe to call again after a crash, and beside another worker.

    With `tells` nobody looks on: its user gets a notice when it is done.
    """
    number = 0
    while _do_chunk(made.pk, FIRST_CHUNK if number == 0 and made.done == 0 else CHUNK):
        number += 1
        if number in ANALYZE_AFTER and made.total > FIRST_CHUNK:
            analyze()
    _finish(made, tells)


@transaction.atomic
def _finish(made: Import, tells: bool) -> None:
    made = Import.objects.select_for_update().get(pk=made.pk)
    if made.status == Status.RUNNING:
        made.status, made.finished_at = Status.DONE, timezone.now()
        made.save(update_fields=["status", "finished_at"])
        if tells:
            notify("import", made.pk, to=[made.user], by=None)
        transaction.on_commit(lambda: forget_file(made))


def give_up(made: Import, *, tells: bool = False) -> None:
    """After errors again and again: the rows that still wait become failed rows, to be downloaded; the rest stays."""
    made.rows.filter(outcome=Outcome.PENDING).update(outcome=Outcome.FAILED, reason=NOT_SAVED)
    _finish(made, tells)


class _OwnerLeft(Exception):
    """Somebody was deactivated while rows were written for him or her: they are to be judged again."""


def _do_chunk(import_id: int, size: int) -> bool:
    """Write the next rows that wait, with their outcomes; False where none do."""
    try:
        return _write_chunk(import_id, size)
    except _OwnerLeft:  # nothing was written
        return True


def _write_chunk(import_id: int, size: int) -> bool:
    """One chunk in one transaction. The lock on the import keeps workers one after another."""
    with transaction.atomic():
        made = (
            Import.objects.select_for_update(of=("self",)).select_related("account", "user__account").get(pk=import_id)
        )
        if made.status != Status.RUNNING:
            return False
        size = min(size, CARD_CHUNK) if made.format == VCARD else size
        rows = list(made.rows.filter(outcome=Outcome.PENDING).order_by("number")[:size])
        if not rows:
            return False
        with pghistory.context(user=made.user_id, source="import", import_id=made.pk):
            named: dict[int, list[str]] = {}
            if policy.holds_anything(made.user):
                named = _import_rows(made, rows)
            else:
                _fail(rows, GONE)
            record_outcomes(rows)
            put_on_lists(made, rows, named)
            written = {row.contact_id for row in rows if row.outcome in (Outcome.CREATED, Outcome.UPDATED)}
            if written:
                addresses_added.send(sender=None, contact_ids=sorted(written))
        made.done += len(rows)
        made.save(update_fields=["done", "options"])
    return True


def _import_rows(made: Import, rows: list[ImportRow]) -> dict[int, list[str]]:
    """Write these rows; returns the lists that they name, by their ids."""
    reader, owners, source = DraftReader(made), Owners(made), outside_source(made)
    drafts = [reader.draft(row.cells) for row in rows]
    matches = find_matches(made.user, drafts, source, but_import=made.pk)
    new = []
    for row, draft, match in zip(rows, drafts, matches, strict=True):
        try:
            owner_id = owners.owner_of(draft.owner)
        except LookupError as error:
            _fail([row], str(error.args[0]))
            continue
        if draft.refusal:
            _fail([row], draft.refusal)
            continue
        is_new_match = match and not any(issue["kind"] == "duplicate" for issue in row.issues)
        decision = "skip" if is_new_match else decision_for(made, match)
        if match is None or decision == "create":
            new.append(NewContact(row, draft, owner_id))
        elif decision == "skip":
            row.outcome, row.contact_id = Outcome.SKIPPED, match.contact_id
            row.reason = MEANWHILE if is_new_match else "Already here, skipped as decided."
        else:
            _update(made, row, draft, match, decision, source)
    _create(made, new, source)
    return {row.pk: draft.lists for row, draft in zip(rows, drafts, strict=True) if draft.lists}


def _create(made: Import, new: list[NewContact], source: str) -> None:
    """All at once; if the database refuses one, one by one, so that only that one fails."""
    try:
        with transaction.atomic():
            ids = write_contacts(made, new, source)
    except (IntegrityError, DatabaseError):
        if len(new) == 1:
            _fail([new[0].row], NOT_SAVED)
            return
        for item in new:
            _create(made, [item], source)
        return
    if not all_active(item.owner_id for item in new):  # asked at the end, so that nobody waits for the whole chunk
        raise _OwnerLeft
    for item, pk in zip(new, ids, strict=True):
        item.row.outcome, item.row.contact_id, item.row.reason = Outcome.CREATED, pk, ""


def _update(made: Import, row: ImportRow, draft: Draft, match: Match, decision: str, source: str) -> None:
    row.contact_id = match.contact_id
    try:
        with transaction.atomic():
            replace = decision == "replace"
            changed = update_contact(made.user, match.contact_id, draft, replace=replace, source=source)
    except (Refused, Http404):
        row.outcome, row.reason = Outcome.SKIPPED, "You may no longer edit this contact."
    except DatabaseError:
        _fail([row], NOT_SAVED)
    else:
        row.outcome, row.reason = (Outcome.UPDATED, "") if changed else (Outcome.SKIPPED, SAME)


def _fail(rows: list[ImportRow], reason: str) -> None:
    for row in rows:
        row.outcome, row.reason = Outcome.FAILED, reason[:300]
