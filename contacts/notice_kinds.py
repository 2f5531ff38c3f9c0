"""What contacts tell people of: what was shared with them or is theirs now, answers to their requests, imports.

Access is asked when a notice is read (`policy`, `list_policy`): what was shared and taken away again is not told.
"""

from __future__ import annotations

from functools import partial

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.urls import reverse

from contacts_project.accounts import notices
from contacts_project.accounts.models import Notice, User
from contacts_project.accounts.notices import Kind, Line

from . import list_policy, policy
from .models import AccessRequest, BulkAction, BulkItem, Contact, Import, ImportRow, List
from .services.access_requests import ROOT_PATH
from .templatetags.contacts import NAMELESS, phone_text
from .words import contacts as contacts_in_words

Purpose, Status = AccessRequest.Purpose, AccessRequest.Status
LOOKED_AT = 200  # contacts of a bulk action: more are not asked one by one whether the reader still sees them
SHARED, OWNED = ("shared", "with you"), ("made you owner of", "")
SOMEBODY = "Somebody"  # who is gone: else a sentence begins with who did it


def add() -> None:
    """Register the kinds."""
    notices.register(
        contact_shared=Kind(_contacts, partial(_contact_lines, words=SHARED)),
        contact_owner=Kind(_own_contacts, partial(_contact_lines, words=OWNED)),
        contacts_shared=Kind(partial(_bulks, action="share"), partial(_bulk_lines, words=SHARED, view="shared")),
        contacts_owner=Kind(partial(_bulks, action="owner"), partial(_bulk_lines, words=OWNED, view="mine")),
        list_shared=Kind(_lists, partial(_list_lines, words=("shared the list", "with you"))),
        list_owner=Kind(_own_lists, partial(_list_lines, words=("made you owner of the list", ""))),
        request=Kind(_requests, _request_lines),
        successor=Kind(_leavers, _successor_lines),
        **{"import": Kind(_imports, _import_lines, icon="file-import")},
    )


def by_somebody(told: Notice, words: str) -> str:
    """The beginning of a sentence that needs somebody who did it."""
    return words if told.actor else f"{SOMEBODY} {words}"


def _contacts(user: User, ids: list[int]) -> QuerySet:
    return policy.visible_to(user).filter(pk__any_of=ids).values_list("pk")


def _own_contacts(user: User, ids: list[int]) -> QuerySet:
    return policy.visible_to(user).filter(pk__any_of=ids, owner=user).values_list("pk")


def _contact_lines(user: User, told: list[Notice], words: tuple[str, str]) -> dict[int, Line]:
    names = names_of(user, [one.about for one in told])
    return {
        one.pk: Line(by_somebody(one, words[0]), names[one.about], words[1], _record(one.about))
        for one in told
        if one.about in names
    }


def names_of(user: User, ids: list[int]) -> dict[int, str]:
    """Contact id -> its name, else a number or an email of it, of those that `user` sees. Three queries."""
    region = user.region
    seen = policy.visible_to(user).filter(pk__any_of=ids).prefetch_related("phones", "emails")
    return {contact.pk: _name(contact, region) for contact in seen}


def _name(contact: Contact, region: str) -> str:
    if contact.name:
        return contact.name
    number = next((one for one in contact.phones.all() if one.former_at is None), None)
    if number:
        return phone_text(number.number, number.extension, region)
    return next((one.address for one in contact.emails.all() if one.former_at is None), NAMELESS)


def _record(pk: int) -> str:
    return reverse("contacts:contact-overview", args=[pk])


def _bulks(user: User, ids: list[int], action: str) -> QuerySet:
    """Told as long as the reader sees one of the first contacts that he or she got by it."""
    bulks = BulkAction.objects.filter(pk__in=ids, account=user.account_id, action=action)
    return bulks.filter(Exists(_got(user))).values_list("pk")


def _got(user: User) -> QuerySet[Contact]:
    """Of the first contacts that the bulk action in the outer query gave, those that `user` sees."""
    items = BulkItem.objects.filter(bulk=OuterRef(OuterRef("pk")), outcome=BulkItem.Outcome.DONE).order_by("pk")
    return policy.visible_to(user).filter(pk__in=items.values("contact")[:LOOKED_AT]).order_by()


def _bulk_lines(user: User, told: list[Notice], words: tuple[str, str], view: str) -> dict[int, Line]:
    bulks = BulkAction.objects.filter(pk__in=[one.about for one in told], account=user.account_id)
    numbers = {pk: len(got) for pk, got in bulks.values_list("pk", ArraySubquery(_got(user).values("pk")))}
    address = f"{reverse('contacts:contact-list')}?view={view}"
    return {
        one.pk: Line(by_somebody(one, words[0]), _number_in_words(numbers[one.about]), words[1], address)
        for one in told
        if numbers.get(one.about)
    }


def _number_in_words(number: int) -> str:
    return f"{LOOKED_AT} contacts or more" if number >= LOOKED_AT else contacts_in_words(number)


def _lists(user: User, ids: list[int]) -> QuerySet:
    return list_policy.visible_to(user).filter(pk__in=ids).values_list("pk")


def _own_lists(user: User, ids: list[int]) -> QuerySet:
    return list_policy.visible_to(user).filter(pk__in=ids, owner=user).values_list("pk")


def _list_lines(user: User, told: list[Notice], words: tuple[str, str]) -> dict[int, Line]:
    found: dict[int, List] = list_policy.visible_to(user).in_bulk([one.about for one in told])
    return {
        one.pk: Line(
            by_somebody(one, words[0]),
            found[one.about].name,
            words[1],
            reverse("contacts:list-detail", args=[one.about]),
        )
        for one in told
        if one.about in found
    }


def _requests(user: User, ids: list[int]) -> QuerySet:
    answered = AccessRequest.objects.filter(user=user, pk__in=ids, status__in=[Status.GRANTED, Status.DECLINED])
    return answered.values_list("pk")


def _request_lines(user: User, told: list[Notice]) -> dict[int, Line]:
    """What one asked for is called as one typed it, a contact that one sees (by now) by its name."""
    requests = AccessRequest.objects.in_bulk([one.about for one in told])
    names = names_of(user, [one.contact_id for one in requests.values() if one.contact_id])
    lines = {}
    for one in told:
        if request := requests.get(one.about):
            name = names.get(request.contact_id or 0, request.path)
            before, after = _answer(request)
            lines[one.pk] = Line(by_somebody(one, before), name, after, _way(request))
    return lines


def _answer(request: AccessRequest) -> tuple[str, str]:
    is_granted = request.status == Status.GRANTED
    if request.purpose == Purpose.ACCESS:
        return (f"gave you {request.get_access_display()} on" if is_granted else "declined your request for"), ""
    if request.purpose == Purpose.BLOCK:
        return ("blocked", "as you asked") if is_granted else ("declined to block", "as you asked")
    return ("accepted your change to" if is_granted else "declined your change to"), ""


def _way(request: AccessRequest) -> str:
    """To what was given, where its path is one of ours; else to what one has asked for."""
    if request.status == Status.GRANTED and ROOT_PATH.fullmatch(request.path):
        return request.path
    return f"{reverse('contacts:access-requests')}?v=mine"


def _leavers(user: User, ids: list[int]) -> QuerySet:
    """Told as long as one is the successor: who comes back has nobody in his or her place."""
    return User.objects.filter(pk__in=ids, account=user.account_id, successor=user).values_list("pk")


def _successor_lines(user: User, told: list[Notice]) -> dict[int, Line]:
    people = User.objects.filter(account=user.account_id).in_bulk([one.about for one in told])
    address = f"{reverse('contacts:contact-list')}?view=mine"
    return {
        one.pk: Line(
            by_somebody(one, "deactivated"), people[one.about].get_full_name(),
            "and named you successor: what was theirs is yours", address,
        )
        for one in told
        if one.about in people
    }  # fmt: skip


def _imports(user: User, ids: list[int]) -> QuerySet:
    return Import.objects.filter(user=user, pk__in=ids, status=Import.Status.DONE).values_list("pk")


def _import_lines(user: User, told: list[Notice]) -> dict[int, Line]:
    found = Import.objects.filter(user=user).in_bulk([one.about for one in told])
    rows = ImportRow.objects.filter(source__in=found).order_by("source", "outcome").values_list("source", "outcome")
    counts: dict[int, list[str]] = {}
    for pk, outcome, number in rows.annotate(Count("pk")):
        counts.setdefault(pk, []).append(f"{number:,} {outcome}")
    return {
        one.pk: Line(
            "Your import", made.file_name, f"is done: {', '.join(counts.get(made.pk, ['nothing in it']))}",
            reverse("contacts:import-result", args=[made.pk]),
        )
        for one in told
        if (made := found.get(one.about))
    }  # fmt: skip
