"""manage.py create_staff EMAIL: platform staff, who run the installation in Django admin and open no account."""

from __future__ import annotations

import getpass
import os
import sys
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from contacts_project.core.emails import EmailImpossible, parse_email

from ... import services
from ...models import User

VARIABLE = "STAFF_PASSWORD"


class Command(BaseCommand):
    help = (
        "Makes a member of the platform staff for /admin/. The password is asked for, or taken from the environment "
        f"({VARIABLE}); with --link, or where nobody can be asked, a one-time link to choose one is printed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--link", action="store_true", help="print a one-time link instead of asking")
        parser.add_argument("--superuser", action="store_true", help="may also switch other staff on and off")
        parser.add_argument("--address", default=settings.PUBLIC_ADDRESS, help="where the site stands, for the link")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            email = parse_email(options["email"]).lower()
            password = _password(email, options["link"])
            user = services.create_staff(email, password=password, is_superuser=options["superuser"])
        except (EmailImpossible, services.EmailTaken) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{user.email} is platform staff.")
        if not password:
            self.stdout.write("A password is chosen once, within three days, at:")
            self.stdout.write(options["address"].rstrip("/") + _link(user))


def _password(email: str, link: bool) -> str | None:
    """From the environment, else from the terminal, else None. Raises CommandError when it is too weak."""
    if link:
        return None
    password = os.environ.get(VARIABLE) or (_ask() if sys.stdin.isatty() else None)
    if password:
        try:
            validate_password(password, User(email=email))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
    return password


def _ask() -> str:
    password = getpass.getpass("Password: ")
    if password != getpass.getpass("Password again: "):
        raise CommandError("The two passwords differ.")
    return password


def _link(user: User) -> str:
    """The address of allauth's page for a forgotten password, which ends when it is used."""
    key = default_token_generator.make_token(user)
    return reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), key])
