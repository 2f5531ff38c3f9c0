"""What stands against an engagement, in words and with the way out: judged while it is written and when it is sent.

Knows of the things it is given that the writer may know of them; who gets it, person by person, is `preflight`'s.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from contacts.models import List, ListItem
from contacts_project.accounts.models import User
from conversations import merging
from conversations import policy as channel_policy
from conversations.models import Channel
from conversations.services.sending import FARTHEST, LONGEST

from .models import Engagement

Kind, When = Engagement.Kind, Engagement.When
WayOut = tuple[str, str]  # label, address

LONGEST_BODY: dict[str, int] = {Kind.TEXT: LONGEST["sms"], Kind.EMAIL: LONGEST["email"], Kind.VOICE: 3000}
WHAT: dict[str, str] = {Kind.TEXT: "A text", Kind.EMAIL: "An email", Kind.VOICE: "A spoken text"}
FROM: dict[str, str] = {
    Kind.TEXT: "Texts go from a phone number that carries text messages. Choose one of those.",
    Kind.EMAIL: "Email goes from a mail address. Choose one of those.",
    Kind.VOICE: "Calls go from a phone number that carries calls, or from a Caller ID. Choose one of those.",
}
NO_CHANNEL = "Choose the line to send from."
UNKNOWN_CHANNEL = "This is none of the lines that you may send from. Choose one of those."
ARCHIVED_CHANNEL = "This line is archived: nothing is sent from it. Choose another one, or unarchive it."
UNPROVEN = "This address is not verified yet: nothing is sent from it. Verify it first, or choose another one."
NOT_YOURS = "You see this line, but may not send from it. Choose another one, or ask its Admins for Write."
NOT_THE_AUTHORS = "{author} sends this engagement and may not send from this line. Choose another one."
NO_LIST = "Choose at least one list to send to."
UNKNOWN_LIST = "There is no such list among those that you can use. Choose one of yours."
ARCHIVED_LIST = "The list {name} is archived. Take it out, or unarchive it first."
EMPTY_LIST = "Nobody is on the list {name}. Take it out, or add people to it."
NO_TEXT = "Write what is sent."
NO_WORDS = "Write what is spoken, or choose a recording."
NO_SUBJECT = "An email needs a subject."
TOO_LONG = "{what} takes at most {most:,} characters. This has {count:,}."
NO_OWN_NAME = "Your own name is not known, so {{my-name}} is empty. Add it to your settings."
NO_TIME = "Choose the day and time."
IN_PAST = "This time is over. Choose a later one, or choose Now."
TOO_FAR = "Choose a time within the next year."


@dataclass(frozen=True)
class Problem:
    """Something that must be mended first: the field of the form, a sentence, and where it can be mended."""

    field: str
    words: str
    way_out: WayOut | None = None


def senders(user: User) -> QuerySet[Channel]:
    """All lines that `user` may send from, by name; with account and department."""
    return channel_policy.usable(user, "send").select_related("account", "department")


def channels_for(user: User, kind: str) -> list[Channel]:
    """Lines that `user` may send an engagement of this kind from, by name. One query."""
    return [channel for channel in senders(user) if carries(channel, kind)]


def carries(channel: Channel, kind: str) -> bool:
    """Whether an engagement of this kind can go from the channel, were it verified and not archived."""
    if kind == Kind.EMAIL:
        return channel.kind == Channel.Kind.EMAIL
    if kind == Kind.VOICE:
        return channel.kind == Channel.Kind.CALLER_ID or (channel.kind == Channel.Kind.PHONE and channel.has_voice)
    return channel.kind == Channel.Kind.PHONE and (channel.has_sms or channel.has_mms)


def channel_problem(channel: Channel, kind: str, *, actor: User, author: User, is_kept: bool = False) -> Problem | None:
    """What stands against sending from the channel. `is_kept`: the actor leaves what somebody else chose."""
    page = reverse("conversations:channel-detail", args=[channel.pk])
    if channel.archived_at:
        return Problem("channel", ARCHIVED_CHANNEL, ("Open this line", page))
    if channel.needs_check and channel.verified_at is None:
        return Problem("channel", UNPROVEN, ("Verify it", page))
    if not carries(channel, kind):
        return Problem("channel", FROM[kind], ("Your lines", reverse("conversations:channel-list")))
    if not is_kept and not channel_policy.can(actor, "send", channel):
        return Problem("channel", NOT_YOURS, ("Open this line", page))
    if author.pk != actor.pk and not channel_policy.can(author, "send", channel):
        return Problem("channel", NOT_THE_AUTHORS.format(author=author.get_full_name()))
    return None


def list_problems(lists: Iterable[List], field: str = "lists") -> list[Problem]:
    """Archived and empty ones among them. One query."""
    chosen = {one.pk: one for one in lists}
    filled = set(with_people(List.objects.filter(pk__in=chosen)).values_list("pk", flat=True))
    found = []
    for pk, one in chosen.items():
        page = ("Open the list", reverse("contacts:list-detail", args=[pk]))
        if one.archived_at:
            found.append(Problem(field, ARCHIVED_LIST.format(name=one.name), page))
        elif pk not in filled and field == "lists":
            found.append(Problem(field, EMPTY_LIST.format(name=one.name), page))
    return found


def with_people(lists: QuerySet[List]) -> QuerySet[List]:
    """Those on which somebody stands."""
    return lists.filter(Exists(ListItem.objects.filter(list=OuterRef("pk"))))


def text_problem(text: str, kind: str, *, author: User, field: str = "body") -> Problem | None:
    """An unknown merge field, a text that is too long, or the author's own name that nobody knows."""
    try:
        merging.check_fields(text)
    except merging.MergeProblem as error:
        return Problem(field, str(error))
    most = LONGEST_BODY[kind]
    if field == "body" and len(text) > most:
        return Problem(field, TOO_LONG.format(what=WHAT[kind], most=most, count=len(text)))
    if "my-name" in merging.fields_in(text) and not author.name:
        return Problem(field, NO_OWN_NAME, ("Your settings", reverse("accounts:my-settings")))
    return None


def time_problem(when: str, at: datetime.datetime | None) -> Problem | None:
    """A set time that is missing, over, or more than a year away."""
    if when != When.AT:
        return None
    if at is None:
        return Problem("at", NO_TIME)
    now = timezone.now()
    if at <= now:
        return Problem("at", IN_PAST)
    return Problem("at", TOO_FAR) if at > now + FARTHEST else None


def problems_of(actor: User, engagement: Engagement) -> list[Problem]:
    """All that must be mended before it can be sent by `actor`, who was allowed to send it. Some six queries."""
    author, kind = engagement.author, engagement.kind
    found: list[Problem | None] = []
    if engagement.channel is None:
        found.append(Problem("channel", NO_CHANNEL))
    else:
        found.append(channel_problem(engagement.channel, kind, actor=actor, author=author))
    rows = list(engagement.with_lists.select_related("list").order_by("list__name", "pk"))
    to = [row.list for row in rows if not row.is_left_out]
    found += list_problems(to) if to else [Problem("lists", NO_LIST)]
    found += list_problems((row.list for row in rows if row.is_left_out), "exclude")
    if not engagement.body.strip() and not (kind == Kind.VOICE and engagement.recording):
        found.append(Problem("body", NO_WORDS if kind == Kind.VOICE else NO_TEXT))
    found.append(text_problem(engagement.body, kind, author=author))
    if kind == Kind.EMAIL:
        found.append(text_problem(engagement.subject, kind, author=author, field="subject"))
        if not engagement.subject.strip():
            found.append(Problem("subject", NO_SUBJECT))
    found.append(time_problem(engagement.when, engagement.at))
    return [one for one in found if one]
