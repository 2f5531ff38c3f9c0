"""Writing engagements of the demo: drafts as they are saved, and the past as the workers would have left it.

The ledger, the messages and calls in people's conversations, what was reported of them, and the answers.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import pghistory

from contacts.models import List, ListItem
from contacts_project.accounts import grants
from contacts_project.accounts.grants import GrantLine, Level
from contacts_project.accounts.models import User
from contacts_project.core.history import rows_unrecorded
from conversations.engagements import preflight, statuses
from conversations.engagements.models import (
    Engagement,
    EngagementList,
    EngagementUserObjectPermission,
    Recipient,
    Review,
)
from conversations.models import Interaction, OptOut
from conversations.services.opting import asks_to_leave

from .messages import answer, leave_behind
from .world import ACME, World, acting, date_history

Kind, Status = Engagement.Kind, Engagement.Status
SEED = "Kithline demo, engagements"


@dataclass(frozen=True)
class Fate:
    """What may become of a message or call: the status in the ledger, how often, and why it failed."""

    status: str
    weight: int
    error: str = ""


@dataclass(frozen=True)
class Reply:
    """An answer, so many minutes after its message."""

    minutes: int
    body: str


@dataclass(frozen=True)
class Campaign:
    """An engagement to be: by whom, on which line, so many days ago at which hour, and what people did.

    `pace`: seconds between two messages. Of those whom an email reached `opens` and `clicks` are shares; `leaves` of
    them unsubscribed by its link, `complains` complained.
    """

    name: str
    kind: str
    by: str
    line: str
    days: int
    hour: int
    body: str
    lists: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    subject: str = ""
    when: str = Engagement.When.NOW
    status: str = Status.DONE
    fates: tuple[Fate, ...] = ()
    replies: tuple[Reply, ...] = ()
    opens: float = 0
    clicks: float = 0
    leaves: int = 0
    complains: int = 0
    pace: int = 2
    shares: tuple[tuple[str, str], ...] = ()
    domain: str = ACME

    def lists_of(self, world: World) -> list[List]:
        return [world.lists[name] for name in self.lists]


@dataclass
class Sending:
    """A campaign while its past is written."""

    world: World
    campaign: Campaign
    engagement: Engagement
    started: datetime.datetime
    rng: random.Random
    handed: list[Recipient] = field(default_factory=list)

    @property
    def got_it(self) -> list[Recipient]:
        return [row for row in self.handed if row.status in statuses.ARRIVED]


def write(world: World, campaign: Campaign) -> Engagement:
    """The engagement with its people; one that is done with its ledger and all that came of it."""
    by = world.users[f"{campaign.by}@{campaign.domain}"]
    started = world.moment(campaign.days, campaign.hour, 5)
    engagement = _draft(world, campaign, by, started - datetime.timedelta(hours=20))
    if campaign.status == Status.REVIEW:
        _hand_in(engagement, by, started)
    elif campaign.status == Status.DONE:
        rng = random.Random(f"{SEED} {campaign.name}")  # noqa: S311  made-up people, no secret
        _send(Sending(world, campaign, engagement, started, rng))
    return Engagement.objects.get(pk=engagement.pk)


def _draft(world: World, campaign: Campaign, by: User, at: datetime.datetime) -> Engagement:
    hours = (None, None) if campaign.kind == Kind.EMAIL else (9, 20)
    with acting(by, at):
        engagement = Engagement.objects.create(
            account=by.account, name=campaign.name, kind=campaign.kind, channel=world.channels[campaign.line],
            subject=campaign.subject, body=campaign.body, when=campaign.when, from_hour=hours[0], to_hour=hours[1],
            author=by, created_at=at, version=2,
        )  # fmt: skip
        _share(world, campaign, engagement, by, at)
        chosen = [(name, False) for name in campaign.lists] + [(name, True) for name in campaign.exclude]
        EngagementList.objects.bulk_create(
            EngagementList(engagement=engagement, list=world.lists[name], is_left_out=out) for name, out in chosen
        )
    _touch(engagement, updated_at=at + datetime.timedelta(minutes=25))
    return engagement


def _share(world: World, campaign: Campaign, engagement: Engagement, by: User, at: datetime.datetime) -> None:
    lines = [GrantLine(by, Level.ADMIN, by, at, None, False)]
    for mailbox, level in campaign.shares:
        user = world.users[f"{mailbox}@{campaign.domain}"]
        lines.append(GrantLine(user, Level(level), by, at, None, False))
    for line in lines:
        grants.put_back(EngagementUserObjectPermission, line.user, {engagement.pk: line})


def _touch(engagement: Engagement, **values: object) -> None:
    """Times that the database sets by itself, without a line of history."""
    with rows_unrecorded(Engagement):
        Engagement.objects.filter(pk=engagement.pk).update(**values)


def _hand_in(engagement: Engagement, by: User, at: datetime.datetime) -> None:
    with acting(by, at):
        Engagement.objects.filter(pk=engagement.pk).update(status=Status.REVIEW)
        review = Review.objects.create(engagement=engagement, asked_by=by, version=engagement.version)
    Review.objects.filter(pk=review.pk).update(asked_at=at)
    _touch(engagement, updated_at=at)


def _send(sending: Sending) -> None:
    """As the workers left it: nobody is on the way any more."""
    _write_ledger(sending)
    leave_behind(sending.engagement, sending.handed)
    _open(sending)
    _answer(sending)
    _leave(sending)
    Recipient.objects.bulk_update(
        sending.handed,
        ["interaction", "opened_at", "clicked_at", "replied_at", "unsubscribed_at", "complained_at"],
    )
    last = max(row.final_at for row in sending.handed if row.final_at)
    with acting(sending.engagement.author, sending.started):
        Engagement.objects.filter(pk=sending.engagement.pk).update(
            status=Status.DONE, started_at=sending.started, finished_at=last
        )
    _touch(sending.engagement, updated_at=last)


def _write_ledger(sending: Sending) -> None:
    """One row for everybody on the lists: the pre-flight says who was left out and why, the fates the rest."""
    engagement, rows = sending.engagement, []
    decisions = preflight.decide(engagement)
    fates = _fates(sending, sum(not decision.reason for decision in decisions))
    for decision in decisions:
        row = Recipient(engagement=engagement, contact_id=decision.contact, reason=decision.reason)
        if decision.reason:
            row.status, row.final_at = Recipient.Status.SKIPPED, sending.started
        else:
            _hand_over(sending, row, decision.address, fates[len(sending.handed)])
            sending.handed.append(row)
        rows.append(row)
    Recipient.objects.bulk_create(rows)


def _fates(sending: Sending, number: int) -> list[Fate]:
    """One for each of so many people, in the proportions of the campaign and shuffled; none of its fates is missing."""
    rare = sorted(sending.campaign.fates, key=lambda fate: fate.weight)
    whole = sum(fate.weight for fate in rare)
    found = [fate for fate in rare[:-1] for _ in range(max(1, round(fate.weight * number / whole)))]
    found += [rare[-1]] * (number - len(found))
    sending.rng.shuffle(found)
    return found


def _hand_over(sending: Sending, row: Recipient, address: str, fate: Fate) -> None:
    at = sending.started + datetime.timedelta(seconds=4 + len(sending.handed) * sending.campaign.pace)
    row.address, row.status, row.error, row.attempts = address, fate.status, fate.error, 1
    row.handed_over_at = at
    row.final_at = at + datetime.timedelta(seconds=sending.rng.randint(3, 40))
    if row.status in (Recipient.Status.ANSWERED, Recipient.Status.MACHINE):
        row.seconds = sending.rng.randint(9, 31)
        row.final_at = at + datetime.timedelta(seconds=row.seconds + 8)


def _open(sending: Sending) -> None:
    """Emails are opened most in the first hours, and some a day later."""
    rng = sending.rng
    for row in sending.got_it:
        if sending.campaign.opens and rng.random() < sending.campaign.opens:
            row.opened_at = row.handed_over_at + datetime.timedelta(minutes=int(rng.expovariate(1 / 260)) + 3)
            if rng.random() < sending.campaign.clicks / sending.campaign.opens:
                row.clicked_at = row.opened_at + datetime.timedelta(minutes=rng.randint(1, 9))


def _answer(sending: Sending) -> None:
    """Some write back: from people whom it reached, evenly spread over the ledger. STOP is no reply but leaving."""
    for row, reply in _spread(sending.got_it, sending.campaign.replies):
        at = row.handed_over_at + datetime.timedelta(minutes=reply.minutes)
        left = answer(row, sending.engagement, reply.body, at)
        if left:
            row.unsubscribed_at = at
        else:
            row.replied_at = at
            if sending.campaign.opens:
                row.opened_at = min(row.opened_at or at, at - datetime.timedelta(minutes=4))
    _count_what_came_in(sending)


def _count_what_came_in(sending: Sending) -> None:
    """Whatever came in on the line since is an answer, too, as the receivers would have it."""
    sent = {
        row.interaction.conversation_id: row
        for row in sending.handed
        if row.interaction and row.status not in statuses.FAILURES
    }
    came = Interaction.objects.filter(conversation__in=sent, direction="in", at__gt=sending.started)
    for message in came.exclude(status=Interaction.Status.BLOCKED).order_by("at", "pk"):
        row = sent[message.conversation_id]
        if message.at > row.handed_over_at and not asks_to_leave(message.type, message.body):
            row.replied_at = row.replied_at or message.at


def _leave(sending: Sending) -> None:
    """By the link of the email: the address gets no more, and the person is unsubscribed; one complained as well."""
    opened = [row for row in sending.got_it if row.opened_at and not row.replied_at]
    leaving = opened[len(opened) - sending.campaign.leaves :]
    for row in leaving:
        row.unsubscribed_at = row.opened_at + datetime.timedelta(minutes=2)
        with pghistory.context(source="link") as context:
            _opt_out(sending, row)
        date_history(context.id, row.unsubscribed_at)
    for row in opened[: sending.campaign.complains]:
        row.complained_at = row.opened_at + datetime.timedelta(hours=1)


def _opt_out(sending: Sending, row: Recipient) -> None:
    OptOut.objects.create(
        account=sending.engagement.account, medium=OptOut.Medium.EMAIL, address=row.address,
        created_at=row.unsubscribed_at,
    )  # fmt: skip
    items = ListItem.objects.filter(contact=row.contact_id, list__in=sending.campaign.lists_of(sending.world))
    items.update(is_subscribed=False, changed_at=row.unsubscribed_at, changed_by=None)


def _spread(rows: list[Recipient], replies: tuple[Reply, ...]) -> Iterator[tuple[Recipient, Reply]]:
    step = max(1, len(rows) // (len(replies) or 1))
    return zip(rows[::step], replies, strict=False)
