"""Writing notices: told when something happens, seen, and forgotten. What they say is `accounts.notices`'s."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from ..models import Notice, User

KEPT = datetime.timedelta(days=90)


def notify(
    kind: str, about: int | Iterable[int], *, to: Iterable[User | None], by: User | None, again: bool = False
) -> None:
    """Tell these people of it, in the caller's transaction: with it the notice stands or falls.

    Whoever did it (`by`; None: the worker) is not told, nor is anybody deactivated. A later notice of a kind about the
    same thing takes the earlier one's place, unless each counts (`again`). Two queries, none for nobody.
    """
    people = {person.pk for person in to if person and person.is_active and not (by and person.pk == by.pk)}
    ids = [about] if isinstance(about, int) else list(about)
    if not people or not ids:
        return
    if not again:
        Notice.objects.filter(user__in=people, kind=kind, about__in=ids).delete()
    actor = by.pk if by else None
    Notice.objects.bulk_create(
        Notice(user_id=person, kind=kind, about=pk, actor_id=actor) for pk in ids for person in sorted(people)
    )


def see(user: User, which: Q) -> None:
    """Mark those of the user's unseen notices that `which` is true of as seen. One query."""
    Notice.objects.filter(which, user=user, seen_at__isnull=True).update(seen_at=timezone.now())


def see_all(user: User, *, until: int) -> None:
    """Mark everything up to this notice as seen: what came after the page was read stays new. One query."""
    see(user, Q(pk__lte=until))


def forget() -> int:
    """Delete what is older than KEPT, seen or not; returns the number."""
    return Notice.objects.filter(at__lt=timezone.now() - KEPT).delete()[0]


def forget_all(user: User) -> None:
    """Delete everything of somebody who leaves."""
    Notice.objects.filter(user=user).delete()
