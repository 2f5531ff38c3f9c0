"""Background jobs of accounts: mails that must not keep a request waiting.

At least once: a mail may come twice, which does no harm. Arguments hold ids and the site's address, never a secret.
"""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from .links import link_to
from .models import Invitation


@app.task(retry=RetryStrategy(max_attempts=5, exponential_wait=10))
def send_invitation(invitation_id: int, address: str) -> None:
    """Mail the link of an invitation that is still open; withdrawn, accepted and ended ones are passed over."""
    waiting = Invitation.objects.filter(pk=invitation_id, accepted_at__isnull=True, expires_at__gt=timezone.now())
    invitation = waiting.select_related("account", "invited_by").first()
    if invitation is None:
        return
    context = {"invitation": invitation, "link": link_to(invitation, address)}
    subject = render_to_string("emails/invitation_subject.txt", context)
    body = render_to_string("emails/invitation.txt", context)
    send_mail(" ".join(subject.split()), body, settings.DEFAULT_FROM_EMAIL, [invitation.email])
