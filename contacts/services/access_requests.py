"""Asking for access without learning anything, and answering (product.md §2d).

A request is kept alike whether or not its path names something: same rows, same queries, same job. Only the job that
mails the Admins, and the page of those who may grant, tell the difference.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from contacts import policy
from contacts.models import AccessRequest, Contact
from contacts_project.accounts.grants import Level
from contacts_project.accounts.models import User

from .outcomes import REFUSED
from .sharing import set_access

Status = AccessRequest.Status
LASTS = datetime.timedelta(days=14)
DAY = datetime.timedelta(days=1)
MOST_A_DAY = 20
LONGEST_PATH = 200
CONTACT_PATH = re.compile(r"/contacts/0*([0-9]{1,18})/")
RIGHT_OF = {Level.READ.value: "view", Level.WRITE.value: "edit"}
Enqueue = Callable[[AccessRequest], object]


class TooMany(Exception):
    """The user has asked for MOST_A_DAY things in the last 24 hours."""


def normalise(path: str) -> str:
    """The path of a page, without query, doubled slashes or tab: /contacts/7/notes/?v=all gives /contacts/7/."""
    try:
        path = urlsplit(path.strip()).path
    except ValueError:  # "//[" is no address
        path = ""
    path = re.sub(r"/+", "/", f"/{path}/")[:LONGEST_PATH]
    contact = CONTACT_PATH.match(path)
    return f"/contacts/{contact[1]}/" if contact else path


@transaction.atomic
def ask(user: User, *, path: str, access: str, message: str, mail: Enqueue) -> AccessRequest:
    """Keep the request, or renew the open one for the same path, and enqueue the mail to its Admins with `mail`.

    The same queries and the same job whatever stands at the path. Raises TooMany. Locks the user's row, so that
    requests are counted one after the other. Renewing within a day writes to nobody again.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    now, path = timezone.now(), normalise(path)
    if AccessRequest.objects.filter(user=user, asked_at__gt=now - DAY).count() >= MOST_A_DAY:
        raise TooMany
    open_one = AccessRequest.objects.filter(user=user, path=path, status=Status.OPEN).first()
    is_due = open_one is None or open_one.asked_at <= now - DAY
    request = open_one or AccessRequest(user=user, path=path, account=user.account)
    request.contact_id = _contact_at(user, path, access)
    request.access, request.message = access, message
    request.asked_at, request.expires_at = now, now + LASTS
    request.save()
    if is_due:
        mail(request)
    return request


def _contact_at(user: User, path: str, access: str) -> int | None:
    """Id of the contact in the user's account that the path names; None for nothing and for what the user has."""
    match = CONTACT_PATH.fullmatch(path)
    has = policy.scope(user, RIGHT_OF[access], frozen=True).filter(pk=OuterRef("pk"))
    contacts = Contact.objects.filter(~Exists(has), account=user.account_id, pk=int(match[1]) if match else 0)
    return contacts.values_list("pk", flat=True).first()


def answerable(user: User) -> QuerySet[AccessRequest]:
    """Open requests of others about contacts on which `user` may grant, archived ones too, the newest first."""
    return _of_granter(user).filter(status=Status.OPEN, expires_at__gt=timezone.now())


def answerable_count(user: User) -> int:
    """How many of them there are. One query, two where the account has any; every page asks, most find none."""
    waiting = AccessRequest.objects.filter(account=user.account_id, status=Status.OPEN, contact__isnull=False)
    return answerable(user).count() if waiting.exclude(user=user).exists() else 0


def answered_for(user: User) -> QuerySet[AccessRequest]:
    """Answered requests about contacts on which `user` may grant, the newest first."""
    return _of_granter(user).filter(status__in=[Status.GRANTED, Status.DECLINED])


def _of_granter(user: User) -> QuerySet[AccessRequest]:
    contacts = policy.scope(user, "grant", frozen=True).filter(pk=OuterRef("contact_id"))
    others = AccessRequest.objects.filter(Exists(contacts), account=user.account_id, user__is_active=True)
    others = others.exclude(user=user)
    shown = others.select_related("user", "contact", "answered_by")
    return shown.prefetch_related("contact__phones", "contact__emails").order_by("-pk")


def sent_by(user: User) -> QuerySet[AccessRequest]:
    """The user's own requests, the newest first; they say nothing about what stands at their path."""
    return AccessRequest.objects.filter(user=user).select_related("answered_by").order_by("-pk")


def get_answerable(user: User, pk: int) -> AccessRequest | None:
    """A request that `user` may answer, open or not; None where there is none."""
    return _of_granter(user).filter(pk=pk).first()


@dataclass(frozen=True)
class Answer:
    """What became of an answer: given, or why not."""

    request: AccessRequest
    is_new: bool
    reason: str = ""


@transaction.atomic
def answer(actor: User, request: AccessRequest, *, grant: str | None, message: str, mail: Enqueue) -> Answer:
    """Give Read or Write, or decline (`grant` is None). An answer given before, or an ended request, stays as it is.

    Nobody's access gets less by it. Rights are judged when the access is given. Locks the person who asked (as `ask`
    does) and the request. `mail` enqueues the message to him or her.
    """
    User.objects.select_for_update(no_key=True).get(pk=request.user_id)
    request = (
        AccessRequest.objects.select_for_update(no_key=True, of=("self",)).select_related("user").get(pk=request.pk)
    )
    if request.status != Status.OPEN or request.expires_at <= timezone.now():
        return Answer(request, is_new=False)
    if grant:
        assert request.contact_id  # what nobody can see, nobody can answer
        outcomes = set_access(actor, [request.contact_id], request.user, grant, raise_only=True)
        reason = outcomes[0].reason if outcomes else policy.rule_for("grant")
        if not outcomes or outcomes[0].status == REFUSED:
            return Answer(request, is_new=False, reason=reason)
    request.status = Status.GRANTED if grant else Status.DECLINED
    request.access = grant or request.access
    request.answered_by, request.answered_at, request.answer_message = actor, timezone.now(), message
    request.save()
    mail(request)
    return Answer(request, is_new=True)


def expire() -> int:
    """Close requests that nobody answered in time; returns their number."""
    late = AccessRequest.objects.filter(status=Status.OPEN, expires_at__lte=timezone.now())
    return late.update(status=Status.EXPIRED)
