"""What the people of the demo have been told of, from what stands there: what was shared with them lately, who
mentioned them, what became of engagements. What is older than a few days has been read.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator

from django.db.models import F
from django.utils import timezone

from contacts.models import Contact, ContactUserObjectPermission, List, ListUserObjectPermission
from contacts_project.accounts import grants
from contacts_project.accounts.models import Notice, User
from conversations.engagements import policy
from conversations.engagements.models import Engagement, EngagementUserObjectPermission, Review
from conversations.models import Channel, ChannelUserObjectPermission, Conversation, Mention
from departments.models import Operator

from .world import World

LATELY, READ_AFTER = datetime.timedelta(days=45), datetime.timedelta(days=6)
MOST = 2  # of one kind for one person
GRANTS = (
    ("contact-shared", ContactUserObjectPermission, Contact),
    ("list-shared", ListUserObjectPermission, List),
    ("channel-shared", ChannelUserObjectPermission, Channel),
    ("engagement-shared", EngagementUserObjectPermission, Engagement),
)


def load(world: World) -> None:
    """In the order of time, as the page shows them; what the services told while they made this past goes."""
    people = {user.pk for user in world.users.values()}
    Notice.objects.filter(user__in=people).delete()
    rows = [*_shared(people), *_mentioned(), *_assigned(world), *_of_engagements(world)]
    rows.sort(key=lambda row: (row.at, row.kind, row.user_id, row.about))
    for row in rows:
        row.seen_at = row.at + datetime.timedelta(hours=2) if row.at < timezone.now() - READ_AFTER else None
    Notice.objects.bulk_create(rows)


def _shared(people: set[int]) -> Iterator[Notice]:
    since, taken = timezone.now() - LATELY, Counter[tuple[str, int]]()
    for kind, model, shared in GRANTS:
        view = grants.permission_id(shared, grants.Level.READ)
        rows = model._default_manager.filter(user__in=people, permission=view, granted_at__gte=since)
        rows = rows.filter(granted_by__isnull=False).exclude(user=F("granted_by")).order_by("-granted_at", "-pk")
        for row in rows:
            taken[kind, row.user_id] += 1
            if taken[kind, row.user_id] <= MOST:
                yield _notice(row.user_id, kind, row.content_object_id, row.granted_by_id, row.granted_at)


def _mentioned() -> Iterator[Notice]:
    for row in Mention.objects.select_related("interaction"):
        yield _notice(row.user_id, "mention", row.interaction_id, row.interaction.author_id, row.interaction.at)


def _assigned(world: World) -> Iterator[Notice]:
    """Who leads a department hands out what comes in on its lines."""
    rows = Conversation.objects.filter(assigned_to__in=[user.pk for user in world.users.values()])
    for row in rows.filter(channel__department__isnull=False).order_by("-pk")[:MOST]:
        leader = Operator.objects.filter(department=row.channel.department_id, is_admin=True).order_by("pk")[0]
        if leader.user_id != row.assigned_to_id:
            yield _notice(row.assigned_to_id, "assigned", row.pk, leader.user_id, world.moment(1, 9, 20))


def _of_engagements(world: World) -> Iterator[Notice]:
    for engagement in world.engagements.values():
        engagement.refresh_from_db()
        if engagement.status == Engagement.Status.DONE and engagement.finished_at:
            told: set[User] = {engagement.author, *policy.admins_of(engagement)}
            for person in told:
                yield _notice(person.pk, "engagement-done", engagement.pk, None, engagement.finished_at)
        for review in Review.objects.filter(engagement=engagement, answer=Review.Answer.ASKED):
            for person in policy.reviewers_of(engagement):
                yield _notice(person.pk, "review-asked", engagement.pk, review.asked_by_id, review.asked_at)


def _notice(user: int | None, kind: str, about: int, actor: int | None, at: datetime.datetime) -> Notice:
    return Notice(user_id=user, kind=kind, about=about, actor_id=actor, at=at)
