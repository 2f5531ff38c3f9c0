"""Sending again to those to whom it failed: judged anew, a new message, the old one kept and marked."""

import pytest

from contacts.services import archiving
from conversations.engagements.models import EarlierTry, Recipient
from conversations.engagements.services import sending
from conversations.engagements.services.errors import TooLate
from conversations.services.simulating import set_behaviour

from .mailing import Mailing, left, row, states

pytestmark = pytest.mark.django_db


def test_only_what_failed_goes_again():
    mailing = Mailing()
    good, bad, worse = mailing.people
    for place in (1, 2):
        set_behaviour(mailing.ann, mailing.number(place), "fails")
    engagement = mailing.run(mailing.begun())
    old = row(engagement, bad).interaction
    Recipient.objects.filter(contact=good).update(status="unknown")
    set_behaviour(mailing.ann, mailing.number(1), "delivers")
    archiving.archive(mailing.ann, [worse.pk])
    assert sending.retry(mailing.ann, engagement).status == "sending"
    mailing.run(engagement)
    assert states(engagement) == {"unknown": 1, "delivered": 1, "archived": 1}
    now = row(engagement, bad)
    assert (now.attempts, now.error, now.interaction == old) == (2, "", False)
    assert EarlierTry.objects.get(interaction=old).recipient == now
    assert (left(), engagement.status) == (4, "done")
    with pytest.raises(TooLate):
        sending.retry(mailing.ann, engagement)
