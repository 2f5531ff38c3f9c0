"""Import a file of contacts as one user: `manage.py import_contacts FILE --owner EMAIL` (contract.md)."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contacts.imports.limits import FileRefused
from contacts.imports.results import count
from contacts.imports.steps import FOR_ALL, import_at_once
from contacts.imports.uploads import store_upload
from contacts.models import Import
from contacts_project.accounts.models import User


class Command(BaseCommand):
    help = "Imports a .vcf, .csv or .xlsx file as a user and prints what became of its rows."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--owner", required=True, help="email of the account user who imports")
        parser.add_argument("--duplicates", choices=sorted(FOR_ALL), default="skip", help="rows already here")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["owner"], is_active=True, account__isnull=False).first()
        if user is None:
            raise CommandError(f"{options['owner']} is no active account user.")
        try:
            with options["file"].open("rb") as stream:
                made = store_upload(user, name=options["file"].name, stream=stream)
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        except FileRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        import_at_once(made, options["duplicates"])
        if made.status == Import.Status.FAILED:
            raise CommandError(made.problem)
        counts = count(made)
        self.stdout.write(
            f"{counts.total} rows: {counts.created} created, {counts.updated} updated, "
            f"{counts.skipped} skipped, {counts.failed} failed. {counts.remarked} with a remark."
        )
