"""What mail services post to us: mail that came in, and reports about mail that we sent (docs/operating.md).

The services' own formats are anymail's; this is the one door before its views. Secret, then size, then content, then
the event and its job in one transaction; only then 200. Without a secret in the environment everything is refused.
"""

from __future__ import annotations

import base64
import binascii
import logging
from email.message import Message
from email.parser import BytesParser
from typing import Any

from anymail.exceptions import AnymailConfigurationError
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils.crypto import constant_time_compare
from django.utils.datastructures import MultiValueDict
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from conversations.inbound_mail import LARGEST, MailTooLarge
from conversations.mail_headers import AsItCame, decode

LARGEST_POST = LARGEST * 4 // 3 + 1024 * 1024  # bytes: a message in base64, and what stands around it
MOST_FIELDS = 500
UNKNOWN_FORM = (KeyError, ValueError, TypeError, AttributeError, IndexError)  # what anymail's readers trip over

log = logging.getLogger("kithline.inbound")


class HandedOn(HttpRequest):
    """A request whose body was read already, up to a limit of its own."""

    body: bytes = b""  # type: ignore[assignment]
    POST: QueryDict  # type: ignore[assignment]


@csrf_exempt
@login_not_required
@require_http_methods(["HEAD", "POST"])
def webhook_email(request: HttpRequest, path: str) -> HttpResponseBase:
    """POST /webhooks/email/<service>/inbound/ or tracking/: 200 kept or known; 400, 401, 404, 413, 503."""
    if not is_known(request):
        answer = HttpResponse("The user name and password of this address are missing or wrong", status=401)
        answer["WWW-Authenticate"] = 'Basic realm="mail"'
        return answer
    try:
        match = resolve(f"/{path}", "anymail.urls")
    except Resolver404 as error:
        raise Http404 from error
    if request.method == "HEAD":  # some services ask before they post
        return HttpResponse()
    body = request.read(LARGEST_POST + 1)
    if len(body) > LARGEST_POST:
        return _too_large()
    return _hand_on(handed_on(request, body), match)


def is_known(request: HttpRequest) -> bool:
    """Whether it names one of the secrets (HTTP basic authentication), compared in constant time."""
    secrets = settings.ANYMAIL["WEBHOOK_SECRET"]
    if not secrets:
        log.warning("mail webhook refused: ANYMAIL_WEBHOOK_SECRET is not set")
        return False
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    try:
        named = base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        return False
    matches = [constant_time_compare(named, secret.encode()) for secret in secrets]
    return scheme.lower() == "basic" and any(matches)


def handed_on(request: HttpRequest, body: bytes) -> HandedOn:
    """The request for anymail's views, with its form read: Django's own reader stops at the size of a page's form."""
    made = HandedOn()
    made.method, made.META, made.body = "POST", dict(request.META), body
    made.path, made.path_info = request.path, request.path_info
    made.content_type, made.content_params = request.content_type, request.content_params
    if request.content_type == "multipart/form-data":
        made.POST, made.FILES = _multipart(request.META.get("CONTENT_TYPE", ""), body)
    elif request.content_type == "application/x-www-form-urlencoded":
        made.POST = QueryDict(body, encoding="utf-8")
    return made


def _hand_on(request: HandedOn, match: Any) -> HttpResponseBase:
    try:
        return match.func(request, *match.args, **match.kwargs)
    except MailTooLarge:
        return _too_large()
    except AnymailConfigurationError:
        log.exception("a mail service posts, but its keys are not set")
        return HttpResponse("This service is not configured here", status=503)
    except UNKNOWN_FORM:
        log.exception("a post of a mail service could not be read")
        return HttpResponse("This cannot be read as a post of that service", status=400)


def _multipart(content_type: str, body: bytes) -> tuple[QueryDict, MultiValueDict]:
    """Fields and files of a form, by the standard library's reader of multipart messages (RFC 7578)."""
    head = b"Content-Type: " + content_type.encode("latin-1", "replace").replace(b"\n", b"") + b"\r\n\r\n"
    fields, files = QueryDict(mutable=True), MultiValueDict[str, Any]()
    parts = BytesParser(policy=AsItCame()).parsebytes(head + body).get_payload()
    for part in parts[:MOST_FIELDS] if isinstance(parts, list) else []:
        if not isinstance(part, Message):
            continue
        name = part.get_param("name", "", "content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            continue
        if filename := part.get_filename():
            files.appendlist(name, SimpleUploadedFile(filename, content, part.get_content_type()))
        else:
            fields.appendlist(name, decode(content, "utf-8"))
    return fields, files


def _too_large() -> HttpResponse:
    return HttpResponse(str(MailTooLarge()), status=413)
