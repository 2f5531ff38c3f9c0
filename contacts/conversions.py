"""What the pages of converting and handing over show: what changes in access, and a record beside its match."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import Count
from django.http import QueryDict

from contacts_project.accounts import grants
from contacts_project.accounts.models import User
from departments.models import Department, Operator

from . import paging, policy
from .filters import read_filters
from .matching import Match, matches
from .models import Contact, ContactUserObjectPermission, DepartmentLink, Kind, Note

MOST_NAMES = 6
MOST_PREVIEWED = 2000


@dataclass(frozen=True)
class Change:
    """One line of "What changes in access": something that people get, or that somebody has no longer."""

    gives: bool
    title: str
    detail: str


def named(user: User, people: Iterable[User]) -> str:
    """ "You, Dana Okafor and 3 others": the reader first, at most MOST_NAMES names."""
    chosen = sorted(people, key=lambda person: (person.pk != user.pk, person.get_full_name().casefold()))
    names = ["You" if person.pk == user.pk else person.get_full_name() for person in chosen]
    if len(names) > MOST_NAMES:
        names = [*names[: MOST_NAMES - 1], f"{len(names) - MOST_NAMES + 1} others"]
    return joined(names)


def joined(words: list[str]) -> str:
    """ "Sales, Support and Billing"."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _operators(departments: Iterable[int]) -> list[Operator]:
    rows = Operator.objects.filter(department__in=list(departments), user__is_active=True)
    return list(rows.select_related("user", "department").order_by("department__name", "added_at", "pk"))


def changes_by_giving(user: User, contacts: list[Contact], departments: list[Department]) -> list[Change]:
    """What changes in access when these contacts of one owner are given to these departments. Three queries."""
    operators = _operators(department.pk for department in departments)
    people = {operator.user_id: operator.user for operator in operators}
    admins = {operator.user_id: operator.user for operator in operators if operator.is_admin}
    names = joined([department.name for department in departments])
    lines = [
        Change(True, f"{_counted(len(people), 'operator')} of {names} can view and edit", named(user, people.values())),
        Change(
            True,
            f"{_counted(len(admins), 'Admin Operator')} can also delete, block and share",
            named(user, admins.values()),
        ),
    ]
    return [*lines, _owner(user, contacts, operators), *_collaborators(user, contacts)]


def _counted(number: int, word: str) -> str:
    return f"{'The ' if word == 'operator' and number > 1 else ''}{number} {word}{'' if number == 1 else 's'}"


def _owner(user: User, contacts: list[Contact], operators: list[Operator]) -> Change:
    """What the owner has no longer, and what stays. The contacts come with their owner."""
    owner, kind = contacts[0].owner, contacts[0].kind
    assert owner is not None
    mine = next((operator for operator in operators if operator.user_id == owner.pk), None)
    you = owner.pk == user.pk
    title = "You are no longer the owner" if you else f"{owner.get_full_name()} is no longer the owner"
    if not owner.is_active:
        return Change(False, title, "This person has left and keeps nothing")
    keeps = "You keep" if you else f"{owner.get_full_name()} keeps"
    if mine:
        return Change(False, title, f"{keeps} access as {mine.role} of {mine.department.name}")
    level = "Write" if kind == Kind.PERSONAL else "Read"
    return Change(False, title, f"{keeps} {level}, as a collaborator")


def _collaborators(user: User, contacts: list[Contact]) -> list[Change]:
    """What becomes of grants, other than the owner's."""
    owner, personal = contacts[0].owner_id, contacts[0].kind == Kind.PERSONAL
    lines = grants.lines(ContactUserObjectPermission, content_object__in=contacts, user__is_active=True)
    others = {line.user.pk: line for (_, who), line in lines.items() if who != owner}
    admins = [line.user for (_, who), line in lines.items() if who != owner and line.level == grants.Level.ADMIN]
    if personal:
        detail = f"Admin comes by role only: {named(user, set(admins))}" if admins else "Admin comes by role only"
        return [Change(False, "Grants of Write stay as Write, Admin becomes Write", detail)]
    if not others:
        return []
    return [Change(True, "Read grants stay", named(user, [line.user for line in others.values()]))]


def preview_of_giving(
    user: User, department: Department, *, ids: Iterable[int] = (), filter_query: str = ""
) -> dict[str, Any]:
    """{changes, giving, others, more}: what a hand-over of a selection changes, before it runs (product.md §8).

    `giving` counts those that the user may hand over, `others` the rest; of a filter only the first MOST_PREVIEWED are
    looked at, and `more` says that there may be more.
    """
    chosen = list(dict.fromkeys(ids))
    if filter_query:
        found = paging.all_ids(user, read_filters(user, QueryDict(filter_query)).selection)
        chosen = list(islice((pk for batch in found for pk in batch), MOST_PREVIEWED + 1))
    more, chosen = len(chosen) > MOST_PREVIEWED, chosen[:MOST_PREVIEWED]
    seen = policy.visible_to(user).filter(pk__any_of=chosen).count()
    own = policy.scope(user, "give").filter(pk__any_of=chosen, kind=Kind.PERSONAL).select_related("owner")
    contacts = list(own)
    changes = changes_by_giving(user, contacts, [department]) if contacts else []
    return {"changes": changes, "giving": len(contacts), "others": seen - len(contacts), "more": more}


def changes_by_keeping(user: User, contact: Contact) -> list[Change]:
    """What changes in access when a shared contact becomes personal."""
    links = contact.links.filter(ended_at__isnull=True).select_related("department").order_by("linked_at", "pk")
    departments = [link.department for link in links]
    operators = {operator.user_id: operator.user for operator in _operators(one.pk for one in departments)}
    readers = _readers(contact)
    gone = [person for pk, person in operators.items() if pk not in readers and pk != user.pk]
    lines = [Change(True, "You own it, with Admin access", "You alone decide who else sees it")]
    others = [person for pk, person in readers.items() if pk != user.pk]
    if others:
        lines.append(Change(True, "Read grants stay", named(user, others)))
    if departments:
        names = joined([department.name for department in departments])
        lines.append(
            Change(False, f"Operators of {names} no longer see it", named(user, gone) or "Nobody loses access")
        )
    return lines


def _readers(contact: Contact) -> dict[int, User]:
    lines = grants.lines(ContactUserObjectPermission, content_object=contact, user__is_active=True)
    today = contact.account.today()
    return {line.user.pk: line.user for line in lines.values() if line.until is None or line.until >= today}


def readers_of_notes(user: User, contact: Contact) -> dict[str, Any]:
    """{count, people}: how many public notes there are, and who reads them once the contact is personal."""
    readers = {**_readers(contact), user.pk: user}
    public = Note.objects.filter(contact=contact, visibility=Note.Visibility.PUBLIC)
    return {"count": public.count(), "people": named(user, readers.values())}


@dataclass(frozen=True)
class Beside:
    """A visible match beside the record, for the comparison."""

    match: Match
    contact: Contact
    departments: list[str]
    notes: int
    own_notes: int

    @property
    def holders(self) -> str:
        """ "Sales", "Sales and Support"."""
        return joined(self.departments)


def beside(user: User, contact: Contact, department: int | None = None) -> Beside | None:
    """The best visible match with what the comparison shows; None where there is none. At most twelve queries."""
    found = matches(user, [contact.pk], department=department).get(contact.pk)
    if not found:
        return None
    match = next((one for one in found if one.may_join), found[0])
    other = Contact.objects.select_related("account").prefetch_related("phones", "emails").get(pk=match.pk)
    links = DepartmentLink.objects.filter(contact=other, ended_at__isnull=True).order_by("linked_at", "pk")
    public = Note.objects.filter(contact__in=[contact, other], visibility=Note.Visibility.PUBLIC).order_by()
    counts = dict(public.values_list("contact").annotate(number=Count("pk")))
    names = list(links.values_list("department__name", flat=True))
    return Beside(match, other, names, counts.get(other.pk, 0), counts.get(contact.pk, 0))
