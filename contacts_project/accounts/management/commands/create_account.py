"""manage.py create_account NAME --admin EMAIL: a real account, and a link for the person who will administer it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from phonenumbers import SUPPORTED_REGIONS

from contacts_project.core.emails import EmailImpossible, parse_email

from ... import services
from ...links import link_to
from ...models import ZONES


class Command(BaseCommand):
    help = "Makes an account and prints a one-time sign-in link for its first account administrator."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="name of the organisation")
        parser.add_argument("--admin", required=True, metavar="EMAIL", help="who will administer the account")
        parser.add_argument("--region", default="US", help="country of numbers typed without one (US)")
        parser.add_argument("--time-zone", default="America/New_York", help="time zone (America/New_York)")
        parser.add_argument("--address", default=settings.PUBLIC_ADDRESS, help="where the site stands, for the link")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            email = parse_email(options["admin"]).lower()
            invitation = services.create_account(_name(options), admin_email=email, **_place(options))
        except (EmailImpossible, services.EmailTaken) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Account {invitation.account_id} made. {email} signs in once, within 72 hours, at:")
        self.stdout.write(link_to(invitation, options["address"]))


def _name(options: dict[str, Any]) -> str:
    name = options["name"].strip()
    if not 0 < len(name) <= 120:
        raise CommandError("The name of an account has 1 to 120 characters.")
    return name


def _place(options: dict[str, Any]) -> dict[str, str]:
    region, zone = options["region"].upper(), options["time_zone"]
    if region not in SUPPORTED_REGIONS:
        raise CommandError(f"{region} is not a country code such as US or GB.")
    if zone not in ZONES:
        raise CommandError(f"{zone} is not a time zone such as Europe/Berlin.")
    return {"region": region, "zone": zone}
