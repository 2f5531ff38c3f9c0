"""How fast events of phone systems are taken: signed posts over several connections, no one of them lost."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from django.db import connection
from django.utils import timezone

from contacts_project.accounts.models import Account
from conversations.models import Channel, InboundEvent, WebhookSecret
from tests.soak.sender import deliver, delivery

from .figures import Row
from .site import Site

EVENTS, WARM_UP, CONNECTIONS = 3000, 200, 8
RATE, SLOWEST = 200, 100  # events a second; milliseconds, 95 % of them
LINE = "+12025556001"


def cases(site: Site) -> Iterator[Row]:
    """Post events as fast as they are taken; count what is stored. Everything is taken away again."""
    account = Account.objects.create(name="Webhooks")
    try:
        Channel.objects.create(account=account, kind="phone", address=LINE, has_voice=True, has_sms=True)
        secret = WebhookSecret.objects.create(account=account, secret=secrets.token_urlsafe(32)).secret
        _post(site, secret, WARM_UP, "warm")
        begun = timezone.now()
        answers = _post(site, secret, EVENTS, "event")
        seconds = (timezone.now() - begun).total_seconds()
        kept = InboundEvent.objects.filter(account=account, external_id__startswith="event").count()
        times = sorted(answer.seconds for answer in answers)
        detail = f"{EVENTS:,} events over {CONNECTIONS} connections"
        yield Row("webhook intake", EVENTS / seconds, RATE, "events/s", more=True, detail=detail)
        slow = times[int(len(times) * 0.95)] * 1000
        yield Row(
            "webhook acknowledgement, 95 %",
            slow,
            SLOWEST,
            "ms",
            detail=f"median {times[len(times) // 2] * 1000:.0f} ms",
        )
        lost = sum(answer.status == 202 for answer in answers) - kept
        yield Row("webhook events acknowledged and lost", lost, 0, "events", detail=f"{EVENTS - kept} not taken")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs CASCADE")
        Channel.objects.filter(account=account).delete()
        account.delete()


def _post(site: Site, secret: str, number: int, name: str) -> list:
    at = timezone.now().isoformat()
    facts = {"at": at, "channel": LINE, "type": "call", "direction": "in", "status": "ringing"}
    events = ({"id": f"{name}-{one}", "from": f"+1202556{7000 + one % 2000}", **facts} for one in range(number))
    return deliver(site.port, [delivery(event, secret) for event in events], connections=CONNECTIONS)
