"""Proving that an address is ours: a code read out by a call, or a link sent by mail (product.md §7).

Asking for it only enqueues a job. The job makes the secret, so that it stands in no job's arguments and, but for the
simulator, nowhere else than in what is sent; `ChannelCheck` keeps a keyed hash. A Caller ID's code has six digits, ten
minutes and five tries; a link lasts a day. At most one a minute and ten a day for each address of an account.
"""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from contacts_project.accounts.models import User
from conversations.models import Channel, ChannelCheck
from conversations.providers.base import DeliveryError, OutcomeUnknown, OutgoingCall
from conversations.providers.registry import get_provider

from .channels import ChannelError, hold

CODE_LASTS = datetime.timedelta(minutes=10)
LINK_LASTS = datetime.timedelta(days=1)
MOST_TRIES = 5
PAUSE = datetime.timedelta(minutes=1)
MOST_A_DAY = 10
DAY = datetime.timedelta(days=1)
NO_CODE = "There is no code to enter. Have it called again."
ENDED = "This code has ended. Have it called again."
USED_UP = "Five wrong codes. Have it called again and enter the new one."
WRONG = "This is not the code. Listen for six digits."
WRONG_LINK = "This link is used, or too old. Send a new one."
NO_CALLER = "Nothing could call it: add a phone number of the same provider first."
SIMULATOR = "simulator"
Enqueue = Callable[[Channel], object]


class TooSoon(Exception):
    """The address was tried a moment ago, or too often today; `str(error)` says which."""


def ask(actor: User, channel: Channel, *, send: Enqueue) -> None:
    """Begin, or begin again: forget the last code or link and enqueue the sending of a new one with `send`.

    Does nothing for what needs no check or has passed it. Raises Http404, Refused, TooSoon.
    """
    with transaction.atomic():
        channel = hold(actor, "share", channel.pk)
        if not channel.needs_check or channel.verified_at:
            return
        now = timezone.now()
        _count(channel, now)
        lasts = CODE_LASTS if channel.kind == Channel.Kind.CALLER_ID else LINK_LASTS
        facts = {"secret_hash": "", "error": "", "sent_at": now, "expires_at": now + lasts, "attempts": 0}
        ChannelCheck.objects.update_or_create(channel=channel, defaults=facts)
        cache.delete(_shown_at(channel))
        send(channel)


def _count(channel: Channel, now: datetime.datetime) -> None:
    """Keep the times of the last day for the address, also where its channel is removed and added again."""
    name = salted_hmac("channel-check", f"{channel.account_id} {channel.address}", algorithm="sha256").hexdigest()
    key = f"channel-checks:{name}"
    times = [at for at in cache.get(key, []) if at > now - DAY]
    if times and times[-1] > now - PAUSE:
        raise TooSoon("It was sent a moment ago. Try again in a minute.")
    if len(times) >= MOST_A_DAY:
        raise TooSoon(f"It was sent {MOST_A_DAY} times today. Try again tomorrow.")
    cache.set(key, [*times, now], DAY.total_seconds())


def deliver(channel_id: int, address: str) -> None:
    """Make the secret and send it; what the job does. `address` is the site's. Outside of any transaction.

    Delivered twice, the later code or link counts. An error is kept on the check, for its page.
    """
    channel = _begin(channel_id)
    if channel is None:
        return
    error = _mail(channel, address) if channel.kind == Channel.Kind.EMAIL else _call(channel)
    if error:
        ChannelCheck.objects.filter(channel=channel).update(secret_hash="", error=error[:200])


def _begin(channel_id: int) -> Channel | None:
    checks = ChannelCheck.objects.filter(channel=channel_id, expires_at__gt=timezone.now())
    check = checks.filter(channel__archived_at__isnull=True, channel__verified_at__isnull=True)
    found = check.select_related("channel").first()
    return found.channel if found else None


def _keep(channel: Channel, secret: str, lasts: datetime.timedelta, shown: str) -> None:
    """Keep the hash; for the simulator also what is shown on its page, where nobody hears calls."""
    now = timezone.now()
    facts = {"secret_hash": _hash(channel, secret), "error": "", "expires_at": now + lasts, "attempts": 0}
    ChannelCheck.objects.filter(channel=channel).update(**facts)
    if channel.provider == SIMULATOR:
        cache.set(_shown_at(channel), shown, lasts.total_seconds())


def _call(channel: Channel) -> str:
    """Call the number and read the code out. Why it did not work, "" if it did."""
    numbers = Channel.objects.filter(account=channel.account_id, kind=Channel.Kind.PHONE, provider=channel.provider)
    sender = numbers.filter(has_voice=True, archived_at__isnull=True).order_by("pk").first()
    if sender is None and channel.provider != SIMULATOR:
        return NO_CALLER
    code = f"{secrets.randbelow(10**6):06}"
    _keep(channel, code, CODE_LASTS, code)
    call = OutgoingCall(
        key=f"check-{channel.pk}-{secrets.token_hex(8)}",
        sender=sender.address if sender else channel.address,
        to=channel.address,
        options={"say": code},
    )
    try:
        get_provider(channel.provider).call(call)
    except DeliveryError as error:
        return str(error)
    except OutcomeUnknown:
        return ""  # it may ring
    return ""


def _mail(channel: Channel, address: str) -> str:
    token = secrets.token_urlsafe(32)
    path = reverse("conversations:channel-verify-link", args=[channel.pk, token])
    _keep(channel, token, LINK_LASTS, path)
    context = {"channel": channel, "link": address.rstrip("/") + path}
    text = render_to_string("emails/channel_check.txt", context)
    subject = render_to_string("emails/channel_check_subject.txt", context).strip()
    send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [channel.address])
    return ""


def simulated_code(channel: Channel) -> str:
    """What the simulator's page shows: the code of a Caller ID, the path of an Email ID's link; "" for none."""
    return cache.get(_shown_at(channel), "") if channel.provider == SIMULATOR else ""


@dataclass(frozen=True)
class State:
    """How far the check of a channel is, for its page. `check` is None before it was asked for."""

    check: ChannelCheck | None
    is_over: bool

    @property
    def is_open(self) -> bool:
        return bool(self.check and not self.is_over and not self.check.error)


def state_of(channel: Channel) -> State:
    """One query."""
    check = ChannelCheck.objects.filter(channel=channel).first()
    return State(check, bool(check and (check.expires_at <= timezone.now() or check.attempts >= MOST_TRIES)))


def verify(actor: User, channel: Channel, secret: str) -> None:
    """Judge the code or the token. Raises Http404, Refused, ChannelError; a wrong try is counted in any case.

    Trying again what has been verified does nothing.
    """
    with transaction.atomic():
        channel = hold(actor, "share", channel.pk)
        problem = "" if channel.verified_at or not channel.needs_check else _judge(channel, secret)
        if not problem and channel.needs_check and not channel.verified_at:
            channel.verified_at = timezone.now()
            channel.save(update_fields=["verified_at"])
            ChannelCheck.objects.filter(channel=channel).delete()
            cache.delete(_shown_at(channel))
    if problem:  # behind the commit, which counts the try
        raise ChannelError(problem)


def _judge(channel: Channel, secret: str) -> str:
    """Why this is not it; "" if it is. Counts the try."""
    by_link = channel.kind == Channel.Kind.EMAIL
    check = ChannelCheck.objects.select_for_update().filter(channel=channel).first()
    if check is None or not check.secret_hash:
        return WRONG_LINK if by_link else NO_CODE
    if check.expires_at <= timezone.now():
        return WRONG_LINK if by_link else ENDED
    if by_link:
        return "" if _fits(channel, check, secret) else WRONG_LINK
    if check.attempts >= MOST_TRIES:
        return USED_UP
    check.attempts += 1
    check.save(update_fields=["attempts"])
    if _fits(channel, check, "".join(secret.split())):
        return ""
    return USED_UP if check.attempts >= MOST_TRIES else WRONG


def is_good_link(channel: Channel, token: str) -> bool:
    """Whether the token of a mail still counts; changes nothing. Codes are judged by `verify`, which counts tries."""
    if channel.kind != Channel.Kind.EMAIL:
        return False
    check = ChannelCheck.objects.filter(channel=channel, expires_at__gt=timezone.now()).first()
    return bool(check and check.secret_hash and _fits(channel, check, token))


def _fits(channel: Channel, check: ChannelCheck, secret: str) -> bool:
    return constant_time_compare(check.secret_hash, _hash(channel, secret))


def _hash(channel: Channel, secret: str) -> str:
    """Keyed: six digits alone would be found by trying them all."""
    return salted_hmac("channel-check", f"{channel.pk}:{secret}", algorithm="sha256").hexdigest()


def _shown_at(channel: Channel) -> str:
    return f"channel-secret:{channel.pk}"
