"""What waits for somebody: follow-ups late, due and to come, and a request for access."""

from __future__ import annotations

import datetime
from itertools import count

from contacts import policy
from contacts.models import AccessRequest, Contact, FollowUp
from contacts.services import access_requests
from contacts_project.accounts.models import User

from .named import RENEE
from .world import World

FOLLOW_UPS = (  # for whom, given by, days from today, what, about whom (blank: somebody whom both can see)
    ("owner", "owner", -4, "Send the corrected quote", ""),
    ("owner", "manager", -1, "Ask which day suits, by mail", ""),
    ("owner", "owner", 0, "Renewal: did she get approval?", ""),
    ("owner", "owner", 0, "Confirm the delivery window", ""),
    ("owner", "writer", 0, "Call back about invoice 1042", ""),
    ("owner", "owner", 1, "Send the service plan", ""),
    ("owner", "owner", 3, "Ring her about the second oven", RENEE),
    ("owner", "owner", 6, "Ask for a reference", ""),
    ("manager", "owner", -2, "Check her discount with finance", RENEE),
    ("manager", "manager", 2, "Introduce Elias to them", ""),
    ("writer", "manager", 0, "Write up the site visit", RENEE),
    ("reader", "owner", 1, "Read her contract before the meeting", RENEE),
    ("seller", "seller", 0, "Offer the winter package", ""),
)
DONE = (  # of whom, days since, what
    ("owner", 12, "Thank them for the referral"),
    ("owner", 6, "Ask for the floor plan"),
    ("manager", 3, "Sign the offer"),
)


def load(world: World) -> None:
    place = count()
    rows = []
    for mailbox, giver, days, text, about in FOLLOW_UPS:
        user, by = world.acme(mailbox), world.acme(giver)
        contact = world.contacts[about] if about else _seen_by_both(user, by, next(place))
        rows.append(_follow_up(world, contact, user, by, days, text))
    for mailbox, days, text in DONE:
        user = world.acme(mailbox)
        row = _follow_up(world, _seen_by_both(user, user, next(place)), user, user, -days, text)
        row.done_at = world.moment(days - 1)
        rows.append(row)
    FollowUp.objects.bulk_create(rows)
    _ask(world)


def _follow_up(world: World, contact: Contact, user: User, by: User, days: int, text: str) -> FollowUp:
    due = world.today + datetime.timedelta(days=days)
    created_at = world.moment(max(2, 2 - days))
    return FollowUp(contact=contact, user=user, created_by=by, due=due, text=text, created_at=created_at)


def _seen_by_both(user: User, by: User, place: int) -> Contact:
    """A live contact with a name, another one for each `place`."""
    live = policy.visible_to(user).filter(archived=False).exclude(family_name="").order_by("created_at", "pk")
    # Met here: a scope inside another is planned badly while the tables are as new as this.
    seen = set(policy.visible_to(by).values_list("pk", flat=True))
    contacts = [contact for contact in live if contact.pk in seen]
    return contacts[(place * 7 + 3) % len(contacts)]


def _ask(world: World) -> None:
    """Somebody of Sales asks to see Renee Martinez; her Admins find it under Requests."""
    request = access_requests.ask(
        world.acme("sales.operator"),
        path=f"/contacts/{world.contacts[RENEE].pk}/",
        access="read",
        message="I am covering for Elias this week.",
        mail=lambda _: None,  # a demo writes to nobody
    )
    asked_at = world.moment(1, 8, 40)
    AccessRequest.objects.filter(pk=request.pk).update(asked_at=asked_at, expires_at=asked_at + access_requests.LASTS)
