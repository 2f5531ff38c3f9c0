"""`manage.py prepare`: everything that must be done before serving, in one process."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Migrates, makes the cache's table, collects static files; with --demo fills an empty database."
    requires_system_checks = []  # migrate runs them, those of the database too

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="load the demo when there is no account yet")

    def handle(self, **options: Any) -> None:
        call_command("migrate", verbosity=0, skip_checks=False)
        call_command("createcachetable", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        if options["demo"]:
            call_command("demo", "--if-empty", stdout=self.stdout)
