"""What people do with an engagement that is to be sent: send, pause, resume, cancel, retry (product.md §10).

Each holds the engagement (`ledger.hold_alone`): every hand-over of its workers is finished before, or sees it after.
Who does it needs the right on the engagement; sending and going on need the channel, too.
"""

from __future__ import annotations

import pghistory
from django.db import connection, transaction
from django.db.models import Q
from django.http import Http404
from django.utils import timezone

from contacts import list_policy
from contacts_project.accounts.models import User
from contacts_project.core.errors import Refused
from conversations import policy as channel_policy
from conversations.engagements import jobs, policy, preflight, reasons, statuses
from conversations.engagements.checking import problems_of
from conversations.engagements.models import EarlierTry, Engagement, Recipient, Review
from conversations.engagements.stopping import why_stopped

from . import ledger
from .errors import EngagementError, TooLate
from .notices import ask_reviewers

__all__ = ["EngagementError", "TooLate", "begin", "cancel", "pause", "resume", "retry", "send"]

Status = Engagement.Status
SENT_ALREADY = "It has been sent already. Copy it to send it again."
IN_REVIEW = "It waits for a compliance administrator. Take it back to change or send it."
NOT_SENDING = "It is not being sent: there is nothing to pause."
NOT_PAUSED = "It is not paused: there is nothing to resume."
OVER = "It is over: what has left cannot be taken back."
A_DRAFT = "It has not been sent yet: there is nothing to cancel."
NOTHING_FAILED = "No message of it has failed: there is nothing to send again."
NOT_SENT = "It has not been sent yet: there is nothing to send again."
NOT_YOUR_LIST = "Neither you nor {author} may use one of its lists any more. Take it out first."
NOBODY = "Nobody on these lists would get it: the pre-flight says why, person by person."
WAS_CANCELLED = "It was cancelled. Copy it to send it again."


def send(actor: User, engagement: Engagement) -> Engagement:
    """Send a draft now or at its time; where the account reviews before sending, hand it in for review instead.

    Raises Refused and Http404 by the rights on it and its channel, TooLate when it is no draft any more,
    EngagementError with the field for what does not fit. The engagement as it stands comes back.
    """
    policy.require(actor, "send", engagement)
    with transaction.atomic(), pghistory.context(user=actor.pk):
        row = _hold(engagement)
        if row.status != Status.DRAFT:
            raise TooLate(IN_REVIEW if row.status == Status.REVIEW else SENT_ALREADY)
        require_ready(actor, row)
        if not row.account.compliance_required:
            return begin(row, by=actor)
        Review.objects.create(engagement=row, asked_by=actor, version=row.version)
        ask_reviewers(row, by=actor)
        return _set(row, Status.REVIEW)


@transaction.atomic
def begin(engagement: Engagement, *, by: User) -> Engagement:
    """Let a draft, or what has just been approved, leave: now, or at its time. Asks for no right; `by` is recorded.

    Raises TooLate when it began before, EngagementError when its channel or author may not send any more.
    """
    with pghistory.context(user=by.pk):
        row = _hold(engagement)
        if row.status not in (Status.DRAFT, Status.REVIEW):
            raise TooLate(SENT_ALREADY)
        _require_line(row)
        if row.when == Engagement.When.AT and row.at and row.at > timezone.now():
            return _set(row, Status.SCHEDULED)
        return start(row)


def start(row: Engagement) -> Engagement:
    """Have a held engagement sent from now on. In the transaction of whoever holds it."""
    jobs.enqueue_fan_out(row.pk)
    return _set(row, Status.SENDING, started_at=timezone.now())


def require_ready(actor: User, row: Engagement) -> None:
    """Raise EngagementError for the first thing that must be mended before `actor` can send it."""
    for problem in problems_of(actor, row):
        raise EngagementError(problem.field, problem.words)
    chosen = row.with_lists.order_by().values("list")
    usable = list_policy.lists_with(actor, "use") | list_policy.lists_with(row.author, "use")
    if chosen.exclude(list__in=usable.order_by().values("pk")).exists():
        raise EngagementError("lists", NOT_YOUR_LIST.format(author=row.author.get_full_name()))
    _require_line(row)
    if not preflight.reaches_anybody(row):
        raise EngagementError("lists", NOBODY)


def pause(actor: User, engagement: Engagement) -> Engagement:
    """Hand nothing over any more until it is resumed; what was handed over leaves. A paused one stays so.

    Raises Refused, Http404, and TooLate when it is not being sent.
    """
    policy.require(actor, "send", engagement)
    with transaction.atomic(), pghistory.context(user=actor.pk):
        row = _hold(engagement)
        if row.status == Status.PAUSED:
            return row
        if row.status != Status.SENDING:
            raise TooLate(NOT_SENDING)
        return _set(row, Status.PAUSED, problem="")


def resume(actor: User, engagement: Engagement) -> Engagement:
    """Go on with a paused engagement. One that is being sent stays so.

    Raises Refused, Http404, TooLate when it is not paused, EngagementError while what stopped it lasts.
    """
    policy.require(actor, "send", engagement)
    with transaction.atomic(), pghistory.context(user=actor.pk):
        row = _hold(engagement)
        if row.status == Status.SENDING:
            return row
        if row.status != Status.PAUSED:
            raise TooLate(NOT_PAUSED)
        _require_sender(actor, row)
        _require_line(row)
        _go_on(row)
        return _set(row, Status.SENDING, problem="")


def cancel(actor: User, engagement: Engagement) -> Engagement:
    """End it: who was not sent to is skipped. Before anything has left (in review, scheduled) it is a draft again.

    Raises Refused, Http404, and TooLate for a draft and for what is over.
    """
    policy.require(actor, "send", engagement)
    with transaction.atomic(), pghistory.context(user=actor.pk):
        row = _hold(engagement)
        if row.status in (Status.REVIEW, Status.SCHEDULED):
            _take_back(actor, row)
            return _set(row, Status.DRAFT)
        if row.status not in (Status.SENDING, Status.PAUSED):
            raise TooLate(A_DRAFT if row.status == Status.DRAFT else OVER)
        _allow_time()
        waiting = Recipient.objects.filter(engagement=row, status__in=statuses.WAITING)
        waiting.update(
            status=Recipient.Status.SKIPPED, reason=reasons.CANCELLED, final_at=timezone.now(), claimed_at=None
        )
        return _set(row, Status.CANCELLED, finished_at=timezone.now(), problem="")


def retry(actor: User, engagement: Engagement) -> Engagement:
    """Send again to those to whom it failed: each is judged anew and gets a new message; the old one stays, marked.

    What is unknown is not sent again. Raises Refused, Http404, TooLate when it was not sent or nothing has failed,
    EngagementError when its channel or author may not send any more.
    """
    policy.require(actor, "send", engagement)
    with transaction.atomic(), pghistory.context(user=actor.pk):
        row = _hold(engagement)
        if row.status not in (Status.DONE, Status.SENDING, Status.PAUSED):
            raise TooLate(WAS_CANCELLED if row.status == Status.CANCELLED else NOT_SENT)
        failed = Recipient.objects.filter(engagement=row, status=Recipient.Status.FAILED)
        if not failed.exists():
            raise TooLate(NOTHING_FAILED)
        _require_sender(actor, row)
        _require_line(row)
        _allow_time()
        _wait_again(failed)
        if row.status == Status.PAUSED:
            return row
        _go_on(row)
        return _set(row, Status.SENDING, finished_at=None)


def _hold(engagement: Engagement) -> Engagement:
    """The engagement as it stands, held alone until the transaction ends. Two queries."""
    row = ledger.hold_alone(engagement.pk)
    if row is None:  # a draft that was deleted meanwhile
        raise Http404
    return row


def _set(row: Engagement, status: str, **fields: object) -> Engagement:
    row.status = status
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(update_fields=["status", "updated_at", *fields])
    return row


def _require_line(row: Engagement) -> None:
    if problem := why_stopped(row):
        raise EngagementError("channel", problem)


def _require_sender(actor: User, row: Engagement) -> None:
    if row.channel and not channel_policy.can(actor, "send", row.channel):
        raise Refused(channel_policy.RULES["send"])


def _go_on(row: Engagement) -> None:
    """Jobs for what waits, or for writing the ledger where that was not done yet."""
    if Recipient.objects.filter(engagement=row).exists():
        jobs.enqueue_lanes(row.pk)
    else:
        jobs.enqueue_fan_out(row.pk)


def _take_back(actor: User, row: Engagement) -> None:
    """Whoever was asked need not answer any more."""
    asked = row.reviews.filter(answer=Review.Answer.ASKED)
    asked.update(answer=Review.Answer.WITHDRAWN, answered_by=actor, answered_at=timezone.now())


def _wait_again(failed) -> None:
    """Back into the ledger's line: the message that failed is an earlier try from now on."""
    held = list(failed.order_by("pk").select_for_update().values_list("pk", "interaction"))
    EarlierTry.objects.bulk_create(
        [EarlierTry(interaction_id=message, recipient_id=pk) for pk, message in held if message], batch_size=5000
    )
    Recipient.objects.filter(Q(pk__any_of=[pk for pk, _ in held])).update(
        status=Recipient.Status.PENDING, error="", interaction=None, not_before=None, claimed_at=None,
        handed_over_at=None, final_at=None, seconds=None,
    )  # fmt: skip


def _allow_time() -> None:
    """A hundred thousand rows take longer than a page may; nobody else waits for them."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '60s'")
