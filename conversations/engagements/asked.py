"""Requests for access to an engagement (product.md §2d): to its Admins."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse

from contacts.models import AccessRequest
from contacts.services.places import PlaceLine
from contacts_project.accounts.grants import Level
from contacts_project.accounts.models import User

from . import policy
from .models import Engagement
from .services.errors import EngagementError
from .services.sharing import set_access

PATH = re.compile(r"/engagements/([0-9]{1,18})/")
MARK = "engagement:"
LEVELS = (Level.READ.value, Level.WRITE.value)
ACTION = {Level.READ.value: "view", Level.WRITE.value: "edit"}


class AskedEngagements:
    """The Place of engagements (contacts.services.places, where its methods are described)."""

    def find(self, user: User, path: str, access: str) -> list[str]:
        """One query, the same one whatever stands at the path."""
        match = PATH.fullmatch(path)
        found = Engagement.objects.filter(pk=int(match[1]) if match else 0, account=user.account_id)
        missing = found.exclude(pk__in=policy.engagements_with(user, ACTION[access]).order_by().values("pk"))
        return [f"{MARK}{pk}" for pk in missing.values_list("pk", flat=True)]

    def answered_by(self, user: User) -> QuerySet:
        rows = policy.engagements_with(user, "share")
        return rows.annotate(mark=Concat(Value(MARK), Cast("pk", CharField()))).order_by().values("mark")

    def answerers(self, request: AccessRequest) -> list[User]:
        rows = Engagement.objects.filter(pk__in=_ids(request)).select_related("account")
        people = {user.pk: user for engagement in rows for user in policy.admins_of(engagement)}
        people.pop(request.user_id, None)
        return sorted(people.values(), key=lambda user: (user.name, user.pk))

    def lines(self, user: User, requests: Iterable[AccessRequest]) -> dict[int, PlaceLine]:
        """One query. Only requests about engagements have a line here."""
        asked = {request.pk: _ids(request) for request in requests}
        wanted = {pk for ids in asked.values() for pk in ids}
        mine = policy.engagements_with(user, "share").filter(pk__in=wanted).in_bulk()
        return {
            pk: PlaceLine(
                what=", ".join(mine[one].name for one in ids if one in mine),
                names=tuple((mine[one].name, _address(one)) for one in ids if one in mine),
                levels=LEVELS if any(one in mine for one in ids) else (),
            )
            for pk, ids in asked.items() if ids
        }  # fmt: skip

    def give(self, actor: User, level: str, request: AccessRequest) -> str:
        mine = policy.engagements_with(actor, "share").filter(pk__in=_ids(request)).select_related("account")
        try:
            for engagement in mine.order_by("pk"):
                set_access(actor, engagement, request.user, level, raise_only=True)
        except EngagementError as error:
            return str(error)
        return ""

    def has(self, request: AccessRequest) -> bool:
        return policy.visible_to(request.user).filter(pk__in=_ids(request)).exists()


def _ids(request: AccessRequest) -> list[int]:
    return [int(mark.removeprefix(MARK)) for mark in request.about if mark.startswith(MARK)]


def _address(pk: int) -> str:
    return reverse("engagements:engagement-detail", args=[pk])
