"""Background job of the clean-up: the mail that reminds an original owner. At least once: it may come twice."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from .clean_up import own_shared
from .models import CleanUpReminder


@app.task(retry=RetryStrategy(max_attempts=5, exponential_wait=10))
def send_clean_up_reminder(reminder_id: int, address: str) -> None:
    """Tell the owner how many contacts wait; nothing where he or she has left or has decided meanwhile."""
    related = CleanUpReminder.objects.select_related("department", "owner__account", "sent_by")
    reminder = related.filter(pk=reminder_id).first()
    if reminder is None or not reminder.owner.is_active:
        return
    waiting = own_shared(reminder.owner).filter(links__department=reminder.department, links__ended_at=None).count()
    if not waiting:
        return
    link = address.rstrip("/") + reverse("contacts:clean-up")
    context = {"reminder": reminder, "number": waiting, "link": link}
    subject = " ".join(render_to_string("emails/clean_up_reminder_subject.txt", context).split())
    body = render_to_string("emails/clean_up_reminder.txt", context)
    send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [reminder.owner.email])
