"""Email: out through a mail server (SMTP, EMAIL_URL) or a mail service (anymail, MAIL_SERVICE). RFC 5321, 5322.

What comes in is `services.mail_intake`'s. A message counts as handed over from the moment its content is on the way:
whatever breaks then leaves its outcome unknown, so that nobody gets it twice.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
from collections.abc import Iterator
from email.utils import formataddr, make_msgid
from typing import Any

import requests
from anymail.exceptions import AnymailAPIError, AnymailConfigurationError, AnymailError, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend

from .base import DeliveryError, OutcomeUnknown, Outgoing, OutgoingCall, Receipt

SMTP = "django.core.mail.backends.smtp.EmailBackend"
TIMEOUT = 30  # seconds for each answer of a mail server
MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")
REFUSALS = frozenset({"invalid", "rejected", "failed"})  # of anymail_status
BUSY = (408, 425, 429, 503)

NOT_REACHED = "The mail server could not be reached"
NOT_SIGNED_IN = "The mail server did not accept our password"
NOT_CONFIGURED = "The mail service is not configured"
NOT_WRITTEN = "This message cannot be written as an email"
BROKE_OFF = "The connection broke off before the mail server said whether it took the message"
REFUSED = "The receiving server refused this address"
LATER = "The mail server asked us to try later ({code})"
NEVER = "The mail server refused this message ({code})"
NO_CALLS = "An email address carries no calls"


class Email:
    """The provider of Email IDs."""

    name = "email"
    label = "Email"
    kinds = frozenset({"email"})

    def is_on(self) -> bool:
        """Whether mail leaves by a server or a service; a console and the like are none."""
        return settings.EMAIL_BACKEND == SMTP or settings.EMAIL_BACKEND.startswith("anymail.")

    def send(self, message: Outgoing) -> Receipt:
        """Hand the message over, with its Message-ID unchanged at each try. Raises DeliveryError, OutcomeUnknown."""
        try:
            mail = written(message)
            mail.message()  # refuses headers with line breaks, before anything is opened
        except (ValueError, TypeError) as error:
            raise DeliveryError(NOT_WRITTEN, permanent=True) from error
        if settings.EMAIL_BACKEND == SMTP:
            return _by_server(mail, message)
        return _by_service(mail, message)

    def call(self, call: OutgoingCall) -> Receipt:
        raise DeliveryError(NO_CALLS, permanent=True)

    def look_up(self, message: Outgoing, external_id: str) -> Receipt | None:
        """Nobody can ask a mail server; a bounce or a report may still come."""
        return None


def written(message: Outgoing) -> EmailMultiAlternatives:
    """The mail as it leaves. Raises ValueError for headers that cannot be written."""
    facts = message.mail
    message_id = facts.message_id or make_msgid(domain=message.sender.rpartition("@")[2])
    headers = {"Message-ID": message_id, **facts.others}
    if facts.in_reply_to:
        headers["In-Reply-To"] = facts.in_reply_to
    if facts.references:
        headers["References"] = " ".join(facts.references)
    name = " ".join(facts.from_name.split())
    mail = EmailMultiAlternatives(
        " ".join(message.subject.split()),
        message.body,
        formataddr((name, message.sender)) if name else message.sender,
        [message.to],
        cc=list(facts.cc),
        headers=headers,
    )
    for file in message.files:
        kind = file.content_type if MEDIA_TYPE.fullmatch(file.content_type) else "application/octet-stream"
        mail.attach(file.name, file.content, kind)
    return mail


class _Watched:
    """A connection that knows whether a message's content is on its way, and which of its recipients were refused."""

    is_handing_over = False
    refused: dict[str, Any] = {}

    def data(self, msg: Any) -> Any:
        self.is_handing_over = True
        return super().data(msg)  # type: ignore[misc]

    def sendmail(self, *args: Any, **options: Any) -> Any:
        self.refused = super().sendmail(*args, **options)  # type: ignore[misc]
        return self.refused


class _Plain(_Watched, smtplib.SMTP):
    pass


class _Encrypted(_Watched, smtplib.SMTP_SSL):
    pass


class _Server(EmailBackend):
    """Django's backend, over a connection that is watched."""

    @property
    def connection_class(self) -> type:
        return _Encrypted if self.use_ssl else _Plain


def _by_server(mail: EmailMultiAlternatives, message: Outgoing) -> Receipt:
    server = _Server(timeout=settings.EMAIL_TIMEOUT or TIMEOUT)
    try:
        with _words_for_errors(server, message.to):
            server.open()
            server.send_messages([mail])
        refused = message.to in getattr(server.connection, "refused", {})
    finally:
        with contextlib.suppress(OSError):  # it was taken, or has failed: a bad goodbye changes neither
            server.close()
    external_id = mail.extra_headers["Message-ID"]
    return Receipt(external_id, "failed", REFUSED) if refused else Receipt(external_id, "sent")


@contextlib.contextmanager
def _words_for_errors(server: EmailBackend, to: str) -> Iterator[None]:
    """Turn what smtplib raises into whether to try again. Its errors are OSErrors as well."""
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        raise DeliveryError(NOT_SIGNED_IN, permanent=False) from error  # somebody will mend it
    except smtplib.SMTPRecipientsRefused as error:
        code = error.recipients.get(to, next(iter(error.recipients.values()), (550, b"")))[0]
        raise _refusal(code, REFUSED) from error
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code, NEVER.format(code=error.smtp_code)) from error
    except smtplib.SMTPNotSupportedError as error:
        raise DeliveryError(NEVER.format(code="not supported"), permanent=True) from error
    except OSError as error:
        if getattr(server.connection, "is_handing_over", False):
            raise OutcomeUnknown(BROKE_OFF) from error
        raise DeliveryError(NOT_REACHED, permanent=False) from error


def _refusal(code: int, never: str) -> DeliveryError:
    is_permanent = 500 <= code < 600
    return DeliveryError(never if is_permanent else LATER.format(code=code), permanent=is_permanent)


def _by_service(mail: EmailMultiAlternatives, message: Outgoing) -> Receipt:
    try:
        get_connection().send_messages([mail])
    except AnymailConfigurationError as error:
        raise DeliveryError(NOT_CONFIGURED, permanent=False) from error
    except AnymailRecipientsRefused as error:
        raise DeliveryError(REFUSED, permanent=True) from error
    except AnymailAPIError as error:
        raise _of_service(error) from error
    except (AnymailError, ValueError) as error:
        raise DeliveryError(NOT_WRITTEN, permanent=True) from error
    status = mail.anymail_status  # type: ignore[attr-defined]  # set by anymail
    own = status.recipients.get(message.to)
    external_id = (own.message_id if own else status.message_id) or mail.extra_headers["Message-ID"]
    if own and own.status in REFUSALS:
        return Receipt(external_id, "failed", REFUSED)
    return Receipt(external_id, "sent")


def _of_service(error: AnymailAPIError) -> DeliveryError | OutcomeUnknown:
    """A service's error: refused by an answer of 4xx, busy, not reached at all, or nobody knows."""
    code = error.status_code
    if code in BUSY:
        return DeliveryError(LATER.format(code=code), permanent=False)
    if code in (401, 403):
        return DeliveryError(NOT_SIGNED_IN, permanent=False)
    if code and 400 <= code < 500:
        return DeliveryError(NEVER.format(code=code), permanent=True)
    if code is None and isinstance(error.__cause__, requests.ConnectTimeout | requests.exceptions.SSLError):
        return DeliveryError(NOT_REACHED, permanent=False)
    cause = getattr(error.__cause__, "args", None)
    if code is None and cause and "NewConnectionError" in repr(cause[0]):
        return DeliveryError(NOT_REACHED, permanent=False)
    return OutcomeUnknown(BROKE_OFF)
