"""Requests: asking for access without learning anything, and who answers which request (product.md §2d).

A request for access is kept alike whether or not its path names something: same rows, same queries, same job. Only the
job that mails those who may grant, and their page, tell the difference. `asking` adds requests for a block and
suggested changes, about contacts that the asker sees; all three stand in one table.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from contacts import policy
from contacts.models import AccessRequest, Contact, DepartmentLink, Kind
from contacts_project.accounts.grants import Level
from contacts_project.accounts.models import User
from contacts_project.accounts.services.notices import notify
from departments.models import Operator

from . import places
from .outcomes import REFUSED
from .sharing import set_access

Status, Purpose = AccessRequest.Status, AccessRequest.Purpose
LASTS = datetime.timedelta(days=14)
DAY = datetime.timedelta(days=1)
MOST_A_DAY = 20
LONGEST_PATH = 200
CONTACT_PATH = re.compile(r"/contacts/0*([0-9]{1,18})/")
# Pages whose tabs and actions are one request; a contact's conversations are asked for by themselves.
ROOT_PATH = re.compile(r"/(contacts|channels|lists|engagements)/0*([0-9]{1,18})/(conversations/$)?")
CONVERSATIONS = "/conversations/"
RIGHT_OF = {Level.READ.value: "view", Level.WRITE.value: "edit"}
Enqueue = Callable[[AccessRequest], object]


class TooMany(Exception):
    """The user has asked for MOST_A_DAY things in the last 24 hours."""


def normalise(path: str) -> str:
    """The path of a page, without query, doubled slashes or tab: /contacts/7/notes/?v=all gives /contacts/7/.

    The tab of a contact's conversations stays: whoever sees the contact asks for lines by it (product.md §2d).
    """
    try:
        path = urlsplit(path.strip()).path
    except ValueError:  # "//[" is no address
        path = ""
    path = re.sub(r"/+", "/", f"/{path}/")[:LONGEST_PATH]
    root = ROOT_PATH.match(path)
    return f"/{root[1]}/{root[2]}/{root[3] or ''}" if root else path


@transaction.atomic
def ask(user: User, *, path: str, access: str, message: str, mail: Enqueue) -> AccessRequest:
    """Keep the request, or renew the open one for the same path, and enqueue the mail to its Admins with `mail`.

    The same queries and the same job whatever stands at the path. Raises TooMany.
    """
    path = normalise(path)
    contact = partial(_contact_at, user, path, access)
    facts = {"access": access, "message": message, "about": places.find(user, path, access)}
    return keep(user, Purpose.ACCESS, path=path, contact=contact, mail=mail, **facts)


def keep(
    user: User, purpose: str, *, path: str, contact: Callable[[], int | None], mail: Enqueue, **facts: Any
) -> AccessRequest:
    """Keep a request with these facts, or renew the open one of the same purpose and path, and enqueue its mail.

    Raises TooMany. Holds the asker; `contact` gives the id of what it is about, asked behind that lock. Renewing within
    a day writes to nobody again. Inside a transaction.
    """
    hold_asker(user.pk)
    now = timezone.now()
    if AccessRequest.objects.filter(user=user, asked_at__gt=now - DAY).count() >= MOST_A_DAY:
        raise TooMany
    open_one = AccessRequest.objects.filter(user=user, purpose=purpose, path=path, status=Status.OPEN).first()
    is_due = open_one is None or open_one.asked_at <= now - DAY
    request = open_one or AccessRequest(user=user, purpose=purpose, path=path, account=user.account)
    request.contact_id = contact()
    for name, value in facts.items():
        setattr(request, name, value)
    request.asked_at, request.expires_at = now, now + LASTS
    request.save()
    if is_due:
        mail(request)
    return request


def hold_asker(pk: int) -> None:
    """Lock the row of the person who asks: requests are counted one after the other, and answered or renewed.

    Always before the lock of a contact, as giving access does.
    """
    User.objects.select_for_update(no_key=True).get(pk=pk)


def _contact_at(user: User, path: str, access: str) -> int | None:
    """Id of the contact in the user's account that the path names; None for nothing and for what the user has.

    A shared contact grants Read only (product.md §2b): whoever sees one has all that can be asked for. By the address
    of its conversations only its view is asked for: who has that asks for lines.
    """
    match = CONTACT_PATH.match(path)
    access = Level.READ.value if path.endswith(CONVERSATIONS) else access
    has = Exists(policy.scope(user, RIGHT_OF[access], frozen=True).filter(pk=OuterRef("pk")))
    sees = Exists(policy.visible_to(user).filter(pk=OuterRef("pk"), kind=Kind.SHARED))
    contacts = Contact.objects.filter(~has, ~sees, account=user.account_id, pk=int(match[1]) if match else 0)
    return contacts.values_list("pk", flat=True).first()


def answerable(user: User) -> QuerySet[AccessRequest]:
    """Open requests of others that `user` may answer, about archived contacts too, the newest first."""
    return _of_answerer(user).filter(status=Status.OPEN, expires_at__gt=timezone.now())


def open_in(account_id: int) -> QuerySet[AccessRequest]:
    """Open requests that somebody of the account may answer: quickly asked whether there are any."""
    somebody_may = Q(contact__isnull=False) | ~Q(about=[])
    return AccessRequest.objects.filter(somebody_may, account=account_id, status=Status.OPEN)


def answerable_count(user: User) -> int:
    """How many `user` may answer. One query."""
    return answerable(user).count()


def answered_for(user: User) -> QuerySet[AccessRequest]:
    """Answered requests that `user` might have answered, the newest first."""
    return _of_answerer(user).filter(status__in=[Status.GRANTED, Status.DECLINED])


def _of_answerer(user: User) -> QuerySet[AccessRequest]:
    """Requests of others for access that `user` may grant, for a block that he or she may set, or for a change."""
    contacts = policy.scope(user, "grant", frozen=True).filter(pk=OuterRef("contact_id"))
    mine = (
        Q(Exists(contacts), purpose=Purpose.ACCESS)
        | Q(Exists(led_where_asked(user)), purpose=Purpose.BLOCK)
        | Q(purpose=Purpose.SUGGESTION, contact__kind=Kind.SHARED, contact__owner=user)
        | places.answerable(user)
    )
    others = AccessRequest.objects.filter(mine, account=user.account_id, user__is_active=True).exclude(user=user)
    shown = others.select_related("user", "contact__account", "answered_by")
    return shown.prefetch_related("contact__phones", "contact__emails").order_by("-pk")


def led_where_asked(user: User) -> QuerySet[Operator]:
    """Of a request in the outer query: departments of its contact that its asker operates and `user` administers."""
    links = DepartmentLink.objects.filter(contact=OuterRef(OuterRef("contact_id")), counts=True)
    asker = Operator.objects.filter(user=OuterRef(OuterRef("user_id")), department=OuterRef("department"))
    led = Operator.objects.filter(Exists(asker), user=user, is_admin=True)
    return led.filter(department__in=links.values("department"))


def sent_by(user: User) -> QuerySet[AccessRequest]:
    """The user's own requests, the newest first; they say nothing about what stands at their path.

    `sees` tells of a block or a suggestion whether the user (still) sees the contact; of access nothing is told.
    """
    contacts = policy.visible_to(user).filter(pk=OuterRef("contact_id"))
    sees = Case(When(purpose=Purpose.ACCESS, then=Value(False)), default=Exists(contacts))
    return AccessRequest.objects.filter(user=user).annotate(sees=sees).select_related("answered_by").order_by("-pk")


def get_answerable(user: User, pk: int) -> AccessRequest | None:
    """A request that `user` may answer, open or not; None where there is none."""
    return _of_answerer(user).filter(pk=pk).first()


@dataclass(frozen=True)
class Answer:
    """What became of an answer: given, or why not. `is_stale`: the answerer has to look at the request again first."""

    request: AccessRequest
    is_new: bool
    reason: str = ""
    is_stale: bool = False


Act = Callable[[AccessRequest], Answer | None]


@transaction.atomic
def answer(actor: User, request: AccessRequest, *, act: Act | None, message: str, mail: Enqueue) -> Answer:
    """Do what was asked for (`act`, such as give_access) or decline (None). What was answered or has ended stays.

    `act` gets the locked request; it gives None when it is done, else the answer that says why not. Rights are judged
    by it. Locks the person who asked (as `ask` does) and the request. `mail` enqueues the message to him or her.
    """
    hold_asker(request.user_id)
    locked = AccessRequest.objects.select_for_update(no_key=True, of=("self",))
    request = locked.select_related("user", "contact__account").get(pk=request.pk)
    if request.status != Status.OPEN or request.expires_at <= timezone.now():
        return Answer(request, is_new=False)
    if act and (refused := act(request)):
        return refused
    request.status = Status.GRANTED if act else Status.DECLINED
    request.answered_by, request.answered_at, request.answer_message = actor, timezone.now(), message
    request.save()
    notify("request", request.pk, to=[request.user], by=actor)
    mail(request)
    return Answer(request, is_new=True)


def give_access(actor: User, level: str, request: AccessRequest) -> Answer | None:
    """Give the person who asked Read or Write; nobody's access gets less by it."""
    if request.about:
        reason = places.give(actor, level, request)
        request.access = level
        return Answer(request, is_new=False, reason=reason) if reason else None
    assert request.contact_id  # what nobody can see, nobody can answer
    outcomes = set_access(actor, [request.contact_id], request.user, level, raise_only=True, tells=False)
    reason = outcomes[0].reason if outcomes else policy.rule_for("grant")
    if not outcomes or outcomes[0].status == REFUSED:
        return Answer(request, is_new=False, reason=reason)
    request.access = level
    return None


def grantable(user: User, request: AccessRequest) -> tuple[str, ...]:
    """The levels with which `user` may answer this request: Admin can't be asked for (product.md §2d)."""
    if request.about:
        line = places.line(user, request)
        return line.levels if line else ()
    levels = policy.GRANTABLE[request.contact.kind] if request.contact else ()
    return tuple(level for level in levels if level in RIGHT_OF)


def expire() -> int:
    """Close requests that nobody answered in time; returns their number."""
    late = AccessRequest.objects.filter(status=Status.OPEN, expires_at__lte=timezone.now())
    return late.update(status=Status.EXPIRED)
