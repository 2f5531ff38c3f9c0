"""manage.py receive_mail: one raw message (RFC 5322) from standard input, as a mail server's pipe brings it.

Ends with the codes that mail servers know (sysexits): 0 kept, 65 too large or empty, 67 for nobody here, 75 try again.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error

from conversations.inbound_mail import LARGEST, MailTooLarge
from conversations.services.mail_intake import take_mail
from conversations.services.mail_traffic import lines_for

BAD_DATA, NO_USER, TRY_LATER = 65, 67, 75


class Command(BaseCommand):
    """Keep the message for the worker; it arrives in its conversations a moment later."""

    help = "Take one email from standard input, as a mail server's pipe brings it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "recipients", nargs="*", help="recipients of the envelope; without them, those of To and Cc"
        )

    def handle(self, *, recipients: list[str], **options: Any) -> None:
        raw = sys.stdin.buffer.read(LARGEST + 1)
        try:
            if not raw.strip():
                self._end("There is no message on standard input.", BAD_DATA)
            if recipients and not lines_for(recipients):
                self._end("None of the recipients is a verified Email ID.", NO_USER)
            take_mail(raw, recipients=recipients, service="pipe")
        except MailTooLarge as error:
            self._end(str(error), BAD_DATA)
        except Error:
            self._end("The database cannot be reached.", TRY_LATER)

    def _end(self, words: str, code: int) -> None:
        self.stderr.write(words)
        sys.exit(code)
