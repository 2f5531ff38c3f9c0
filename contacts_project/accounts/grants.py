"""Levels of access on shared objects: the only module that imports guardian, and the only writer of grants.

A shared model declares beside itself a direct-foreign-key permission model that inherits `Grant`, and in its Meta the
permission `admin_<model>`. Levels are stored cumulatively, one row for each permission: Read = view, Write = view and
change, Admin = view, change and admin. So "who may read" is one range of one index whatever the level.

guardian's own `has_perm` and `get_objects_for_user` are not used: they say yes to superusers, ignore accounts and, the
second, inactive users (docs/decisions/0003-grants.md).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Now
from django.utils import timezone
from guardian.mixins import GuardianUserMixin
from guardian.models import UserObjectPermissionBase

from contacts_project.core import written
from contacts_project.core.history import record_rows, rows_unrecorded

if TYPE_CHECKING:
    from .models import User

__all__ = [
    "LEVELS",
    "Grant",
    "GrantLine",
    "GuardianUserMixin",
    "Level",
    "current",
    "granted",
    "holders",
    "is_last_admin",
    "lasting_admins",
    "line_on",
    "lines",
    "mark_owner",
    "permission_id",
    "set_level",
]


class Level(models.TextChoices):
    """Access types of seed S1, weakest first."""

    READ = "read", "Read"
    WRITE = "write", "Write"
    ADMIN = "admin", "Admin"


LEVELS = list(Level)
VERBS = {Level.READ: "view", Level.WRITE: "change", Level.ADMIN: "admin"}


class Grant(UserObjectPermissionBase):
    """One permission of one user on one object; who gave it, when, and until which day (inclusive).

    `sort_key`, `archived`, `unnamed` and `is_owner` copy the object's place in ordered lists; database triggers keep
    them right.
    """

    granted_by = models.ForeignKey(
        "accounts.User", models.SET_NULL, null=True, editable=False, related_name="+", db_index=False
    )
    granted_at = models.DateTimeField(db_default=Now(), editable=False)
    until = models.DateField(null=True, blank=True)
    sort_key = models.CharField(max_length=120, db_collation="C", db_default="", editable=False)
    archived = models.BooleanField(db_default=False, editable=False)
    unnamed = models.BooleanField(db_default=False, editable=False)
    is_owner = models.BooleanField(db_default=False, editable=False)

    class Meta(UserObjectPermissionBase.Meta):
        abstract = True


@dataclass(frozen=True)
class GrantLine:
    """The rows of one user on one object, as people see them: one level."""

    user: User
    level: Level
    granted_by: User | None
    granted_at: datetime.datetime
    until: datetime.date | None
    is_owner: bool


@lru_cache(maxsize=64)
def permission_id(model: type[models.Model], level: str) -> int:
    """Id of the permission row that stands for `level` on `model` (cached; forgotten after each migrate)."""
    content_type = ContentType.objects.get_for_model(model)
    return Permission.objects.get(
        content_type=content_type, codename=f"{VERBS[Level(level)]}_{model._meta.model_name}"
    ).pk


def _rows_of(grant_model: type[Grant]) -> Any:
    """All its rows. Untyped, because the object's column is declared by each model that inherits Grant."""
    return grant_model._default_manager


def _model_of(grant_model: type[Grant]) -> type[models.Model]:
    """What it gives levels on."""
    return grant_model.content_object.field.related_model  # type: ignore[attr-defined]


def forget_permissions(**_: Any) -> None:
    """Receiver of post_migrate: permission ids may be new."""
    permission_id.cache_clear()
    written.forget()


def current(today: datetime.date) -> Q:
    """Grants that have not ended before `today` (a date in the account's time zone)."""
    return Q(until__isnull=True) | Q(until__gte=today)


def lines(grant_model: type[Grant], **where: Any) -> dict[tuple[int, int], GrantLine]:
    """Grants as levels: (object id, user id) -> line, oldest first; one query. Ended grants are included."""
    level_of = {permission_id(_model_of(grant_model), level): level for level in LEVELS}
    rows = _rows_of(grant_model).filter(**where).select_related("user", "granted_by").order_by("granted_at", "pk")
    best: dict[tuple[int, int], GrantLine] = {}
    for row in rows:
        key, level = (row.content_object_id, row.user_id), level_of[row.permission_id]  # type: ignore[attr-defined]
        if key in best and LEVELS.index(best[key].level) >= LEVELS.index(level):
            continue
        best[key] = GrantLine(row.user, level, row.granted_by, row.granted_at, row.until, row.is_owner)
    return best


def set_level(
    grant_model: type[Grant],
    objects: Iterable[models.Model],
    users: Iterable[User],
    level: str | None,
    *,
    by: User | None,
    until: datetime.date | None = None,
) -> None:
    """Give each of `users` exactly `level` on each of `objects`, or nothing when it is None.

    Rows that already say so are kept with their giver and date, unless `until` differs. Two queries, three when rows
    must be added, whatever the numbers. Rules about who may call this are policy's; the database refuses a user of
    another account.
    """
    objects, users = list(objects), list(users)
    if not objects or not users:
        return
    model = type(objects[0])
    wanted = [permission_id(model, step) for step in LEVELS[: LEVELS.index(Level(level)) + 1]] if level else []
    rows = _rows_of(grant_model).filter(content_object__in=objects, user__in=users)
    rows.exclude(permission__in=wanted).delete()
    rows.filter(Q(until__isnull=False) if until is None else ~Q(until=until) | Q(until__isnull=True)).update(
        until=until
    )
    row: Any = grant_model  # untyped like _rows_of
    _rows_of(grant_model).bulk_create(
        [
            row(content_object=thing, user=user, permission_id=permission, granted_by=by, until=until)
            for thing in objects
            for user in users
            for permission in wanted
        ],
        ignore_conflicts=True,
        batch_size=3000,
    )


def granted(grant_model: type[Grant], user: User | int, level: str, today: datetime.date) -> models.QuerySet:
    """Ids of the objects on which the user's own grant gives `level` on this date: a subquery, or one query when read.

    Levels are stored cumulatively, so this is one range of an index whatever the level.
    """
    rows = _rows_of(grant_model).filter(
        current(today), user=user, permission=permission_id(_model_of(grant_model), level)
    )
    return rows.order_by().values("content_object")


def holders(grant_model: type[Grant], thing: Any, level: str) -> models.QuerySet[User]:
    """The active people whose grant gives at least `level` on `thing` today (its account's date), by name."""
    rows = _rows_of(grant_model).filter(
        current(thing.account.today()), content_object=thing, user=OuterRef("pk"),
        permission=permission_id(_model_of(grant_model), level),
    )  # fmt: skip
    return get_user_model().objects.filter(Exists(rows), is_active=True).order_by("name", "pk")


def line_on(grant_model: type[Grant], thing: Any, user_id: int) -> GrantLine | None:
    """One person's grant on `thing` that has not ended, or None. One query."""
    line = lines(grant_model, content_object=thing, user_id=user_id).get((thing.pk, user_id))
    return line if line and (line.until is None or line.until >= thing.account.today()) else None


def lasting_admins(grant_model: type[Grant], thing: Any) -> models.QuerySet:
    """Admin rows that keep `thing` administered: of active people, without an end date. One query when read."""
    admin = permission_id(_model_of(grant_model), Level.ADMIN)
    return _rows_of(grant_model).filter(
        content_object=thing, permission=admin, until__isnull=True, user__is_active=True
    )


def is_last_admin(grant_model: type[Grant], thing: Any, line: GrantLine | None) -> bool:
    """Whether this line on `thing` is the only one of `lasting_admins`. One query, if any."""
    if line is None or line.level != Level.ADMIN or line.until is not None or not line.user.is_active:
        return False
    return not lasting_admins(grant_model, thing).exclude(user=line.user).exists()


def put_back(grant_model: type[Grant], user: User, before: dict[int, GrantLine | None]) -> None:
    """Make the user's grants on these objects (by id) what they were: level, giver, date and end; None takes all away.

    Two queries whatever the number of objects.
    """
    model = _model_of(grant_model)
    _rows_of(grant_model).filter(user=user, content_object__in=list(before)).delete()
    row: Any = grant_model  # untyped like _rows_of
    rows = [
        row(
            content_object_id=pk,
            user=user,
            permission_id=permission_id(model, step),
            granted_by=line.granted_by,
            granted_at=line.granted_at,
            until=line.until,
        )
        for pk, line in before.items()
        if line
        for step in LEVELS[: LEVELS.index(line.level) + 1]
    ]
    _rows_of(grant_model).bulk_create(rows, batch_size=3000)


def hand_over(
    grant_model: type[Grant],
    objects: models.QuerySet,
    *,
    giver: User,
    receiver: User,
    by: User | None,
    today: datetime.date,
) -> None:
    """Move the giver's grants on `objects` (a queryset) to the receiver, who ends with the higher level of both.

    Where both hold a permission the later end stays. What had ended before `today` is dropped. Seven queries, whatever
    the number of objects; for objects of the account of both, the caller decides who may do this.
    """
    rows = _rows_of(grant_model).filter(content_object__in=objects)
    mine, theirs = rows.filter(user=giver), rows.filter(user=receiver)
    same = _rows_of(grant_model).filter(content_object=OuterRef("content_object"), permission=OuterRef("permission"))
    mine.exclude(current(today)).delete()
    endless = Exists(same.filter(user=giver, until__isnull=True))
    theirs.filter(endless, until__isnull=False).update(until=None)
    later = same.filter(user=giver, until__gt=OuterRef("until"))
    theirs.filter(Exists(later)).update(until=Subquery(later.values("until")[:1]))
    doubled = mine.filter(Exists(same.filter(user=receiver)))
    record_rows(doubled, "delete")
    now = timezone.now()
    with rows_unrecorded(grant_model):
        doubled.delete()
        mine.update(user=receiver, granted_by=by, granted_at=now)
    record_rows(theirs.filter(granted_at=now))


def mark_owner(grant_model: type[Grant], objects: list[int], *, owner: User) -> None:
    """Tell the grants on these objects (by id) who owns them, where the trigger that does so was off. One query."""
    rows = _rows_of(grant_model).filter(content_object__in=objects, user=owner, is_owner=False)
    rows.update(is_owner=True)


def remove_ended(grant_model: type[Grant], account_id: int, today: datetime.date) -> int:
    """Delete the grants of an account's users that ended before `today` (its date); returns the number of rows."""
    ended = _rows_of(grant_model).filter(until__lt=today, user__account_id=account_id)
    return ended.delete()[0]
