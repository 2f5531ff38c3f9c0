"""Lists that somebody asks for by their address (product.md §2d): their Admins answer with Read or Write."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse

from contacts_project.accounts.grants import Level
from contacts_project.accounts.models import User

from . import list_policy
from .models import AccessRequest, List
from .services.list_sharing import set_access
from .services.lists import ListError
from .services.places import PlaceLine

LIST_PATH = re.compile(r"/lists/([0-9]{1,18})/")
MARK = "list:"
LEVELS = (Level.READ.value, Level.WRITE.value)
ACTION = {Level.READ.value: "view", Level.WRITE.value: "edit"}


class AskedLists:
    """The Place of lists (contacts.services.places, where its methods are described)."""

    def find(self, user: User, path: str, access: str) -> list[str]:
        """One query, the same one whatever stands at the path."""
        match = LIST_PATH.fullmatch(path)
        found = List.objects.filter(pk=int(match[1]) if match else 0, account=user.account_id)
        has = list_policy.lists_with(user, ACTION[access], frozen=True).values("pk")
        return [f"{MARK}{pk}" for pk in found.exclude(pk__in=has).values_list("pk", flat=True)]

    def answered_by(self, user: User) -> QuerySet:
        rows = list_policy.lists_with(user, "share")
        return rows.annotate(mark=Concat(Value(MARK), Cast("pk", CharField()))).order_by().values("mark")

    def answerers(self, request: AccessRequest) -> list[User]:
        lists = List.objects.filter(pk__in=_ids(request)).select_related("account")
        people = {user.pk: user for found in lists for user in list_policy.admins_of(found)}
        people.pop(request.user_id, None)
        return sorted(people.values(), key=lambda user: (user.name, user.pk))

    def lines(self, user: User, requests: Iterable[AccessRequest]) -> dict[int, PlaceLine]:
        """One query."""
        asked = {request.pk: _ids(request) for request in requests}
        wanted = {pk for ids in asked.values() for pk in ids}
        mine = {found.pk: found for found in list_policy.lists_with(user, "share").filter(pk__in=wanted)}
        lines = {}
        for request, ids in asked.items():
            here = [mine[pk] for pk in ids if pk in mine]
            if ids:
                names = tuple((found.name, reverse("contacts:list-detail", args=[found.pk])) for found in here)
                lines[request] = PlaceLine(", ".join(found.name for found in here), names, LEVELS if here else ())
        return lines

    def give(self, actor: User, level: str, request: AccessRequest) -> str:
        mine = list_policy.lists_with(actor, "share").filter(pk__in=_ids(request)).order_by("pk")
        try:
            for pk in mine.values_list("pk", flat=True):
                set_access(actor, pk, request.user, level, raise_only=True)
        except ListError as error:
            return str(error)
        return ""

    def has(self, request: AccessRequest) -> bool:
        return list_policy.visible_to(request.user).filter(pk__in=_ids(request)).exists()


def _ids(request: AccessRequest) -> list[int]:
    return [int(mark.removeprefix(MARK)) for mark in request.about if mark.startswith(MARK)]
