"""What pages, commands and downloads say about an import: counts, groups, rows with remarks, failed rows."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Count, Q, QuerySet

from contacts import policy
from contacts.imports.cells import neutral
from contacts.imports.checking import DraftReader, choices_for
from contacts.imports.duplicates import GROUPS
from contacts.imports.files import VCARD
from contacts.imports.updating import differences
from contacts.models import Contact, Import, ImportRow
from contacts_project.core.phones import format_national

Outcome = ImportRow.Outcome
REMARK = [{"kind": "remark"}]
LEFT_OUT = (Outcome.FAILED, Outcome.SKIPPED)  # their remarks stand on no contact
MOST_REASONS = 20
SHOWN = 10  # rows shown of each group of duplicates
PAGE = 50
DECISIONS = {
    "fill": "Fill in what is missing",
    "replace": "Replace with the file",
    "skip": "Skip",
    "create": "Create anyway",
}


@dataclass
class Counts:
    """How many rows came to what; `remarked` counts people with at least one remark."""

    created: int = 0
    updated: int = 0
    skipped: int = 0
    failed: int = 0
    pending: int = 0
    remarked: int = 0
    already_here: int = 0

    @property
    def total(self) -> int:
        return self.created + self.updated + self.skipped + self.failed + self.pending

    @property
    def new(self) -> int:
        return self.pending - self.already_here


def count(made: Import) -> Counts:
    """One query."""
    wanted = {outcome.value: Count("pk", filter=Q(outcome=outcome)) for outcome in Outcome}
    stored = ~Q(outcome__in=LEFT_OUT)
    wanted["remarked"] = Count("pk", filter=Q(issues__contains=REMARK) & stored)
    wanted["already_here"] = Count("pk", filter=Q(issues__contains=[{"kind": "duplicate"}]) & stored)
    return Counts(**made.rows.aggregate(**wanted))


@dataclass
class Line:
    """One row as the check page shows it."""

    row: ImportRow
    name: str
    contact: Contact | None = None
    added: list[tuple[str, str]] = field(default_factory=list)  # (field, value that is new)
    kept: list[tuple[str, str, str]] = field(default_factory=list)  # (field, here, in the file)


@dataclass
class Group:
    """Rows that are already here for one reason, with the decisions that are possible."""

    key: str
    page: Page
    choices: list[tuple[str, str]]
    lines: list[Line]
    chosen: str
    is_open: bool = False

    @property
    def count(self) -> int:
        return self.page.paginator.count

    @property
    def title(self) -> str:
        return GROUPS[self.key]


def groups(made: Import, opened: str, page: str | None) -> list[Group]:
    """The groups of duplicates that occur with their first rows; the `opened` one with a page of all its rows."""
    found = []
    reader = DraftReader(made)
    for key in GROUPS:
        rows = in_group(made, key)
        part = Paginator(rows, PAGE if key == opened else SHOWN).get_page(page if key == opened else 1)
        if part.paginator.count:
            choices = [(choice, DECISIONS[choice]) for choice in choices_for(key)]
            chosen = made.decisions.get(key) or choices[0][0]
            found.append(
                Group(key, part, choices, lines_of(made, list(part.object_list), reader), chosen, key == opened)
            )
    return found


def in_group(made: Import, key: str) -> QuerySet[ImportRow]:
    wanted = [{"kind": "duplicate", "group": key}]
    return made.rows.filter(issues__contains=wanted).exclude(outcome=Outcome.FAILED).order_by("number")


def lines_of(made: Import, rows: QuerySet[ImportRow] | list[ImportRow], reader: DraftReader) -> list[Line]:
    """Rows with the contact they match, as far as it is visible to the importer now. Four queries."""
    rows = list(rows)
    ids = [row.duplicate_of_id for row in rows if row.duplicate_of_id]
    contacts = policy.visible_to(made.user).filter(pk__any_of=ids).prefetch_related("emails", "phones")
    seen = {contact.pk: contact for contact in contacts}
    lines, region = [], made.account.default_region
    for row in rows:
        draft, contact = reader.draft(row.cells), seen.get(row.duplicate_of_id)
        line = Line(row, draft.name or f"Row {row.number}", contact)
        if contact:
            emails = {email.address.lower() for email in contact.emails.all()}
            numbers = {phone.number for phone in contact.phones.all()}
            line.added = [("Email", e.address) for e in draft.emails if e.address.lower() not in emails]
            line.added += [("Phone", format_national(p.e164, region)) for p in draft.phones if p.e164 not in numbers]
            for words, here, file in differences(contact, draft):
                if here:
                    line.kept.append((words, here, file))
                else:
                    line.added.append((words, file))
        lines.append(line)
    return lines


def remarked(made: Import, reason: str = "") -> QuerySet[ImportRow]:
    """Rows whose people are imported with a remark (of this `reason`), in the file's order."""
    wanted = [{"kind": "remark", "reason": reason}] if reason else REMARK
    return made.rows.filter(issues__contains=wanted).exclude(outcome__in=LEFT_OUT).order_by("number")


def remark_reasons(made: Import) -> list[tuple[str, int]]:
    """(reason, how many remarks) of a checked import, the most frequent first; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT issue->>'reason', count(*) FROM contacts_importrow, jsonb_array_elements(issues) issue"
            " WHERE source_id = %s AND issue->>'kind' = 'remark' AND NOT outcome = ANY(%s)"
            " GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %s",
            [made.pk, [str(outcome) for outcome in LEFT_OUT], MOST_REASONS],
        )
        return cursor.fetchall()


def failed_reasons(made: Import) -> list[tuple[str, int]]:
    """(reason, how many rows), the most frequent first; one query."""
    reasons = made.rows.filter(outcome=Outcome.FAILED).values("reason").annotate(count=Count("pk"))
    return list(reasons.order_by("-count", "reason").values_list("reason", "count")[:MOST_REASONS])


def failed(made: Import) -> QuerySet[ImportRow]:
    return made.rows.filter(outcome=Outcome.FAILED).order_by("number")


class _Echo:
    """A file that gives back what is written to it, so that csv can stream."""

    def write(self, value: str) -> str:
        return value


def failed_rows_csv(made: Import) -> Iterator[str]:
    """The failed rows in the file's own columns, with row number and reason behind them; formulas are neutralised.

    Correct it and import it again: the two columns at the end are left out then.
    """
    writer = csv.writer(_Echo())
    yield "\ufeff"  # so that Excel reads UTF-8
    headers = ["Card"] if made.format == VCARD else made.headers
    yield writer.writerow([neutral(header) for header in (*headers, "Import row", "Import reason")])
    for row in failed(made).iterator(chunk_size=500):
        cells = [row.cells.get("card", "")] if made.format == VCARD else row.cells["values"]
        cells = [*cells, *[""] * (len(headers) - len(cells))]
        yield writer.writerow([neutral(str(cell)) for cell in (*cells, row.number, row.reason)])
