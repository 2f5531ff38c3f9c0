"""Requests as lines of their page: what would be done, in words, and what a suggestion changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from contacts_project.accounts.models import User
from contacts_project.core import phones
from departments.models import Department

from .models import AccessRequest, Contact
from .services import access_requests, asking, places, suggesting
from .services.places import PlaceLine
from .services.states import ROW_KINDS

Purpose = AccessRequest.Purpose
EMPTY = "Empty"
REMOVED = "Removed"


@dataclass(frozen=True)
class Change:
    """One value that a suggestion changes; `now` is empty where something is added. `was`: where that has changed."""

    label: str
    now: str
    proposed: str
    was: str = ""


@dataclass(frozen=True)
class RequestLine:
    """One request for its page. `levels` answer a request for access, `departments` are blocked by accepting.

    `place` is what a request is about that names no contact.
    """

    request: AccessRequest
    levels: tuple[str, ...] = ()
    departments: list[Department] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    mark: str = ""
    place: PlaceLine | None = None


def request_lines(user: User, requests: Iterable[AccessRequest]) -> list[RequestLine]:
    """Lines in the order given; `user` reads them. A constant number of queries for each kind among them."""
    requests = list(requests)
    _read_seen([request for request in requests if getattr(request, "sees", False)])
    departments = asking.led_by_request(user, requests)
    region = user.region
    about = places.lines(user, [request for request in requests if not hasattr(request, "sees")])
    return [
        RequestLine(request, about[request.pk].levels, place=about[request.pk])
        if request.pk in about
        else _line(user, request, departments.get(request.pk, []), region)
        for request in requests
    ]


def _read_seen(sent: list[AccessRequest]) -> None:
    """Give what the reader has sent its contact, where he or she sees it: nothing else is even read."""
    found = Contact.objects.prefetch_related("phones", "emails").in_bulk([request.contact_id for request in sent])
    for request in sent:
        request.contact = found[request.contact_id]


def _line(user: User, request: AccessRequest, departments: list[Department], region: str) -> RequestLine:
    if request.purpose == Purpose.ACCESS:
        return RequestLine(request, () if hasattr(request, "sees") else access_requests.grantable(user, request))
    if request.purpose == Purpose.BLOCK:
        return RequestLine(request, departments=departments)
    seen = request.contact if request.status == AccessRequest.Status.OPEN and _sees(request) else None
    stands = suggesting.standing(seen, request.proposal) if seen else request.proposal["before"]
    mark = suggesting.mark_of(request.proposal, stands)
    return RequestLine(request, changes=_changes(request.proposal, stands, region), mark=mark)


def _sees(request: AccessRequest) -> bool:
    """Whether the reader sees the contact: who answers does, who asked may not any more."""
    return getattr(request, "sees", True)


def _changes(proposal: dict[str, Any], stands: dict[str, Any], region: str) -> list[Change]:
    before = proposal["before"]
    found = []
    for name, value in proposal["attributes"].items():
        label = str(Contact._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        was = "" if before.get(name) == stands.get(name) else str(before.get(name) or EMPTY)
        now = str(stands.get(name) or "")
        found.append(Change(label[:1].upper() + label[1:], now, str(value or EMPTY), was))
    for kind, rows in proposal["rows"].items():
        found += [_row_change(kind, row, before, stands, region) for row in rows]
    return found


def _row_change(kind: str, row: dict[str, Any], before: dict, stands: dict, region: str) -> Change:
    noun = ROW_KINDS[kind].noun.capitalize()
    if not row["id"]:
        return Change(f"New {noun.lower()}", "", _row_text(kind, row["values"], region, with_label=True))
    key = f"{kind}-{row['id']}"
    then, now = before.get(key) or {}, stands.get(key)
    with_label = "label" in row["values"]
    was = "" if then == now else _row_text(kind, then, region, with_label=with_label)
    return Change(
        then.get("label") or noun,
        _row_text(kind, now, region, with_label=with_label) if now else REMOVED,
        _row_text(kind, {**(now or then), **row["values"]}, region, with_label=with_label),
        was,
    )


def _row_text(kind: str, values: dict[str, Any], region: str, *, with_label: bool) -> str:
    value = values.get(ROW_KINDS[kind].value) or ""
    text = phones.format_national(value, region) if kind == "phones" else value
    extension = f" ext. {values['extension']}" if values.get("extension") else ""
    label = f" ({values['label']})" if with_label and values.get("label") else ""
    return f"{text}{extension}{label}"
