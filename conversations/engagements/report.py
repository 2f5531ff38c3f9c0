"""The report of an engagement as a file: a line for each recipient whom the reader may see by name (product.md §6)."""

from __future__ import annotations

import csv
import datetime
import io
import logging
from collections.abc import Iterator

from contacts.imports.cells import neutral
from contacts_project.accounts.models import User
from contacts_project.core.errors import Refused

from .models import Engagement, Recipient
from .recipient_rows import Row
from .recipients import batches, lists_read
from .wording import status_of

EXPORT_IS_OFF = "Export is switched off: an account administrator switches it on in the settings"
BYTE_ORDER = "\ufeff"  # so that spreadsheets read UTF-8
MOMENTS: dict[str, str] = {
    "handed_over_at": "Sent at",
    "final_at": "Reported at",
    "opened_at": "Opened at",
    "clicked_at": "Clicked at",
    "replied_at": "Replied at",
    "unsubscribed_at": "Opted out at",
    "complained_at": "Complained at",
}
log = logging.getLogger("kithline.exports")


def require_export(user: User) -> None:
    """Raise Refused with the rule where the account does not let its people export (product.md §6)."""
    assert user.account
    if not user.account.export_enabled:
        chiefs = user.account.users.filter(is_account_admin=True, is_active=True).order_by("name", "pk")
        raise Refused(EXPORT_IS_OFF, who=[person.get_full_name() for person in chiefs[:3]])


def report_parts(user: User, engagement: Engagement) -> Iterator[str]:
    """The file in parts, formulas neutralised, times in the reader's zone. Some queries for each 1,000 recipients.

    What people replied is not in it: that stays in their conversations.
    """
    log.info("report of engagement %s for user %s", engagement.pk, user.pk)
    address = "Email" if engagement.kind == Engagement.Kind.EMAIL else "Number"
    yield BYTE_ORDER + _written([["Name", address, "Status", "Reason", *MOMENTS.values(), "Seconds"]])
    for rows in batches(user, engagement, lists_read(user, engagement)):
        yield _written([_cells(row, user.zone) for row in rows])


def _written(lines: list[list[str]]) -> str:
    file = io.StringIO()
    csv.writer(file).writerows([neutral(cell) for cell in cells] for cells in lines)
    return file.getvalue()


def _cells(row: Row, zone: datetime.tzinfo) -> list[str]:
    recipient: Recipient = row.recipient
    moments = [_moment(getattr(recipient, column), zone) for column in MOMENTS]
    seconds = "" if recipient.seconds is None else str(recipient.seconds)
    return [row.name, row.address, status_of(recipient).partition(",")[0], row.note, *moments, seconds]


def _moment(moment: datetime.datetime | None, zone: datetime.tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}" if moment else ""
