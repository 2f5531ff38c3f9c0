"""manage.py demo [--reset | --remove | --if-empty]: the demo accounts, loaded, reloaded or removed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contacts_project.accounts.models import Account
from contacts_project.accounts.services import EmailTaken
from conversations.engagements.demo import loading, people, removal


class Command(BaseCommand):
    help = "Loads the demo: the accounts Acme and Globex with made-up people. Prints the sign-ins."

    def add_arguments(self, parser: CommandParser) -> None:
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--reset", action="store_true", help="remove the demo, then load it anew")
        how.add_argument("--remove", action="store_true", help="remove the demo and everything of its two accounts")
        how.add_argument("--if-empty", action="store_true", help="load it only into an installation without accounts")

    def handle(self, *args: Any, **options: Any) -> None:
        there = loading.demo_accounts()
        if options["if_empty"]:
            self._load_if_empty(there)
        elif options["remove"]:
            self.stdout.write(f"Removed with {removal.remove(there):,} contacts." if there else "There is no demo.")
        elif there and not options["reset"]:
            self.stdout.write("The demo is there already. --reset loads it anew, --remove takes it away.")
        else:
            removal.remove(there)
            self._load()

    def _load_if_empty(self, there: list[Account]) -> None:
        if there:
            self.stdout.write(people.sign_ins())
        elif not Account.objects.exists():
            self._load()

    def _load(self) -> None:
        try:
            world = loading.load()
        except EmailTaken as error:
            raise CommandError(f"{error} It belongs to no demo account; rename it first.") from error
        self.stdout.write(people.sign_ins())
        self.stderr.write(f"Loaded {len(world.users)} people and their contacts.")
