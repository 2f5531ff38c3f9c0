"""Background jobs of contacts: mails about requests, ends of requests and grants, and large successions.

At least once: a mail may come twice, which does no harm. Arguments hold ids and the site's address, nothing else.
"""

from __future__ import annotations

import datetime

import pghistory
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from contacts_project.accounts import grants
from contacts_project.accounts.models import Account, User

from . import policy
from .models import AccessRequest, ContactUserObjectPermission
from .services import access_requests, asking, places, succession

MOST_MAILS = 20  # where hundreds are Admins, the longest-standing ones get a mail; all of them see the page
Purpose = AccessRequest.Purpose
# Templates of templates/emails/ by what is asked for.
ASKED: dict[str, str] = {
    Purpose.ACCESS: "access_request",
    Purpose.BLOCK: "block_request",
    Purpose.SUGGESTION: "suggestion",
}
ANSWERED: dict[str, str] = {
    Purpose.ACCESS: "access_answer",
    Purpose.BLOCK: "block_answer",
    Purpose.SUGGESTION: "suggestion_answer",
}
MAIL_RETRY = RetryStrategy(max_attempts=5, exponential_wait=10)


@app.task(retry=MAIL_RETRY)
def send_access_request(request_id: int, address: str) -> None:
    """Mail a request that is still open to those who may answer it. One about nothing reaches nobody.

    The same job is made for every request, so that asking takes the same time whether or not something stands there.
    """
    request = _request(request_id)
    if request is None or not (request.contact or request.about) or not request.user.is_active:
        return
    if request.status != AccessRequest.Status.OPEN or request.expires_at <= timezone.now():
        return
    for person in asking.who_answers(request)[:MOST_MAILS]:
        _mail(ASKED[request.purpose], person, request, address, reverse("contacts:access-requests"))


@app.task(retry=MAIL_RETRY)
def send_access_answer(request_id: int, address: str) -> None:
    """Mail the answer to the person who asked."""
    request = _request(request_id)
    if request is None or not request.user.is_active:
        return
    is_granted = request.status == AccessRequest.Status.GRANTED
    if is_granted and not _has(request):
        return  # taken away again meanwhile
    _mail(ANSWERED[request.purpose], request.user, request, address, request.path if is_granted else "")


def _has(request: AccessRequest) -> bool:
    if request.about:
        return places.has(request)
    return bool(request.contact and policy.can(request.user, "view", request.contact))


def _request(pk: int) -> AccessRequest | None:
    related = ("user", "contact__account", "answered_by")
    return AccessRequest.objects.select_related(*related).filter(pk=pk).first()


def _mail(template: str, to: User, request: AccessRequest, address: str, path: str) -> None:
    link = address.rstrip("/") + path if path else ""
    place = places.line(to, request) if request.about else None
    context = {"request": request, "contact": request.contact, "place": place, "to": to, "link": link}
    subject = " ".join(render_to_string(f"emails/{template}_subject.txt", context).split())
    send_mail(subject, render_to_string(f"emails/{template}.txt", context), settings.DEFAULT_FROM_EMAIL, [to.email])


@app.task(retry=3, queue="bulk")
def hand_over_contacts(user_id: int, successor_id: int, actor_id: int | None) -> None:
    """Hand over what a deactivated person had, unless he or she is back; 100,000 contacts are one transaction."""
    people = User.objects.select_related("account").in_bulk([user_id, successor_id, actor_id or successor_id])
    user, successor = people.get(user_id), people.get(successor_id)
    if user is None or successor is None or user.is_active or user.successor_id != successor_id:
        return
    with pghistory.context(user=actor_id, source="job", job="hand_over_contacts"):
        succession.hand_over(user, successor, by=people.get(actor_id) if actor_id else None)


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="expire_access_requests")
def expire_access_requests(timestamp: int) -> None:
    """Close requests that nobody answered within 14 days; readers judge the date themselves until then."""
    access_requests.expire()


@app.periodic(cron="41 2 * * *")
@app.task(queueing_lock="remove_ended_grants")
def remove_ended_grants(timestamp: int) -> None:
    """Delete grants whose last day is over in their account; nobody can use them any more, whatever this job does."""
    latest = timezone.now().date() + datetime.timedelta(days=1)  # no zone is further ahead
    ended = ContactUserObjectPermission.objects.filter(until__lt=latest)
    for account in Account.objects.filter(pk__in=ended.values("user__account_id").distinct()):
        with pghistory.context(source="job", job="remove_ended_grants"):
            grants.remove_ended(ContactUserObjectPermission, account.pk, account.today())
