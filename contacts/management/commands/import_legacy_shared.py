"""Old data: `manage.py import_legacy_shared FILE --department NAME [--account NAME]` (contract.md, product.md §2b).

The only way in which Shared Department Contacts come to be. Running it again changes nothing.
"""

from pathlib import Path
from typing import Any

import pghistory
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from contacts.imports.legacy import read_legacy
from contacts.imports.limits import FileRefused
from contacts.services.legacy import import_shared
from departments.models import Department


class Command(BaseCommand):
    help = (
        "Imports old Shared Department Contacts from a CSV file with the columns given_name, family_name, company, "
        "phone, email and owner (the email of an account user). Rows without a known owner are refused and listed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--department", required=True, help="name of the department that the contacts are linked to"
        )
        parser.add_argument("--account", help="name or id of its account, where several have such a department")

    def handle(self, *args: Any, **options: Any) -> None:
        department = find_department(options["department"], options["account"])
        try:
            with options["file"].open("rb") as stream:
                rows = list(read_legacy(stream, department))
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        except FileRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        with pghistory.context(source="command", command="import_legacy_shared"):
            made, there = import_shared(department, rows)
        refused = [row for row in rows if row.refusal]
        for row in refused:
            self.stderr.write(f"line {row.number}: {row.refusal}")
        for row in rows:
            for remark in row.remarks if not row.refusal else ():
                self.stderr.write(
                    f"line {row.number}: kept with a remark, {remark.field} {remark.value}: {remark.reason}"
                )
        self.stdout.write(
            f"{len(rows)} rows: {len(made)} shared contacts made in {department}, {there} there already, "
            f"{len(refused)} refused."
        )
        if refused:
            raise CommandError(f"{len(refused)} of {len(rows)} rows were refused.", returncode=1)


def find_department(name: str, account: str | None) -> Department:
    """The department of that name; CommandError where there is none, or more than one."""
    found = Department.objects.select_related("account").filter(name__iexact=name.strip())
    if account:
        is_id = account.isascii() and account.isdecimal() and len(account) <= 18
        found = found.filter(Q(account__name__iexact=account) | (Q(account=int(account)) if is_id else Q()))
    departments = list(found[:2])
    if not departments:
        raise CommandError(f"There is no department {name}{f' in {account}' if account else ''}.")
    if len(departments) > 1:
        raise CommandError(f"Several accounts have a department {name}: name one with --account.")
    return departments[0]
