"""Changing a contact's kind: give it to departments, or keep it as personal (product.md §8). Nothing else does.

`give` makes a Department Contact of a shared one (clean-up) or of a personal one (hand-over by its owner); `keep` makes
a shared one personal. Ids in, outcomes out; `before` of an outcome is what `reverting` needs to undo it for 30 days.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from contacts import policy
from contacts.matching import Match, best_matches
from contacts.models import Contact, ContactUserObjectPermission, DepartmentLink, Kind
from contacts.signals import contact_kept_personal
from contacts_project.accounts import grants
from contacts_project.accounts.grants import GrantLine, Level
from contacts_project.accounts.models import User
from contacts_project.core.errors import Refused
from departments.models import Department, Operator

from . import joining
from .contacts import SWITCHED_OFF
from .holding import all_active, hold_all
from .outcomes import DONE, REFUSED, Outcome
from .sharing import Judged, judge, kept_line

JOIN, KEEP = "join", "keep"
NO_DEPARTMENT = "No department works it any more: keep it as personal, or delete it."
WHICH = "Choose the department that gets it."
OWN_DEPARTMENTS = "A shared contact goes to its own departments: open Your shared contacts."

Lines = dict[int, GrantLine]


def give(
    actor: User, ids: Iterable[int], *, department: int | None = None, existing: str = KEEP, into: int | None = None
) -> list[Outcome]:
    """Make Department Contacts of these: shared ones for their own departments, personal ones for `department`.

    With `existing` "join" a record whose address a live Department Contact holds, which the actor may edit, is joined
    into it (`into`, if it is one of them, else the best match); what the actor cannot see is left as it is, without a
    word. Hidden ids are left out. Locks the contacts and the records joined into, in the order of their ids, and first
    the department, which is not deleted meanwhile. A constant number of queries beside about 40 for each join.
    """
    wanted = _visible(actor, ids)
    with transaction.atomic():
        list(Department.objects.select_for_update(no_key=True).filter(pk=department or 0).values_list("pk", flat=True))
        found = best_matches(actor, wanted, department=department, prefer=into) if existing == JOIN else {}
        hold_all([*wanted, *(match.pk for match in found.values())])
        judged = judge(actor, wanted, "give", actor)
        targets = _targets(actor, judged, department)
        refusals = {one.contact.pk: one.refusal or _refused(one.contact, targets[one.contact.pk]) for one in judged}
        chosen = [one for one in judged if not refusals[one.contact.pk]]
        giving = _Giving(actor, chosen, targets)
        # Asked again behind the lock: it may have been archived or closed to the actor meanwhile.
        found = best_matches(actor, list(found), department=department, prefer=into) if found else {}
        before = {one.contact.pk: giving.give(one, found.get(one.contact.pk)) for one in chosen}
        giving.finish()
    return [
        Outcome(pk, REFUSED, refusals[pk]) if refusals[pk] else Outcome(pk, DONE, before=before[pk]) for pk in refusals
    ]


def _visible(actor: User, ids: Iterable[int]) -> list[int]:
    """Those of `ids` that `actor` sees, in their order: nothing else is even locked. One query."""
    wanted = list(dict.fromkeys(ids))
    seen = set(policy.visible_to(actor).filter(pk__any_of=wanted).values_list("pk", flat=True))
    return [pk for pk in wanted if pk in seen]


def _targets(actor: User, judged: list[Judged], department: int | None) -> dict[int, list[int]]:
    """Contact id -> ids of the departments that get it; none where there is none to give it to. Two queries.

    A department is chosen for personal contacts only; a shared one has its own.
    """
    targets: dict[int, list[int]] = {one.contact.pk: [] for one in judged}
    if department is not None:
        known = Department.objects.filter(pk=department, account=actor.account_id).exists()
        given = [department] if known else []
        return targets | {one.contact.pk: given for one in judged if one.contact.kind == Kind.PERSONAL}
    shared = [one.contact.pk for one in judged if one.contact.kind == Kind.SHARED]
    live = DepartmentLink.objects.filter(contact__any_of=shared, ended_at__isnull=True)
    for contact, pk in live.order_by("linked_at", "pk").values_list("contact", "department"):
        targets[contact].append(pk)
    return targets


def _refused(contact: Contact, targets: list[int]) -> str:
    if targets:
        return ""
    if contact.kind == Kind.PERSONAL:
        return WHICH
    live = contact.links.filter(ended_at__isnull=True)
    return OWN_DEPARTMENTS if live.exists() else NO_DEPARTMENT


class _Giving:
    """One act of `give`: what is read for all contacts at once, and what is written for all at the end."""

    def __init__(self, actor: User, judged: list[Judged], targets: dict[int, list[int]]) -> None:
        self.actor, self.targets = actor, targets
        self.plain: list[Contact] = []  # to become Department Contacts as they are
        self.levels: dict[tuple[int, Level | None, datetime.date | None], list[Contact]] = {}
        ids = [one.contact.pk for one in judged]
        owners = {one.contact.owner_id for one in judged}
        self.people = User.objects.in_bulk([pk for pk in owners if pk])
        self.lines: dict[int, Lines] = {pk: {} for pk in ids}
        for (pk, user_id), line in grants.lines(ContactUserObjectPermission, content_object_id__in=ids).items():
            self.lines[pk][user_id] = line
            self.people[user_id] = line.user
        operators = Operator.objects.filter(user__in=[pk for pk in owners if pk])
        self.operates = set(operators.values_list("user", "department"))

    def give(self, one: Judged, match: Match | None) -> dict[str, Any]:
        """Convert one contact, or join it: what undo needs. The plain ones are written by `finish`."""
        contact = one.contact
        lines, after = self.lines[contact.pk], self._after(contact, match)
        before: dict[str, Any] = {
            "kind": contact.kind,
            "owner": contact.owner_id,
            "lines": {str(user): kept_line(line) for user, line in lines.items()},
            "departments": self.targets[contact.pk],
        }
        if match is None:
            self.plain.append(contact)
            for user, line in {**dict.fromkeys(lines), **after}.items():
                if line != lines.get(user):
                    key = (user, line.level if line else None, line.until if line else None)
                    self.levels.setdefault(key, []).append(contact)
            return before
        return before | self._join(contact, match, after)

    def _after(self, contact: Contact, match: Match | None) -> Lines:
        """The grants that stay: Admin becomes Write, the former owner keeps what his or her kind of contact gave."""
        personal = contact.kind == Kind.PERSONAL
        after = {
            user: replace(line, level=Level.WRITE) if line.level == Level.ADMIN else line
            for user, line in self.lines[contact.pk].items()
        }
        owner = self.people.get(contact.owner_id or 0)
        if owner is None:
            return after
        departments = {*self.targets[contact.pk], *(match.departments if match else ())}
        if any((owner.pk, pk) in self.operates for pk in departments):
            after.pop(owner.pk, None)  # from now on by role alone
        elif owner.is_active and not personal:
            after[owner.pk] = _line(owner, Level.READ, self.actor)
        return after

    def _join(self, contact: Contact, match: Match, after: Lines) -> dict[str, Any]:
        kept = Contact.objects.select_related("account").get(pk=match.pk)
        links = list(DepartmentLink.objects.filter(contact=contact))
        if contact.kind == Kind.PERSONAL and not policy.can(self.actor, "grant", kept):
            after = {}  # a Department Operator grants nothing on it, by this way neither (product.md §2b)
        ContactUserObjectPermission.objects.filter(content_object=contact).delete()
        moved = joining.join(self.actor, contact, kept, self.targets[contact.pk], after)
        DepartmentLink.objects.filter(contact=contact).delete()
        Contact.objects.filter(pk=contact.pk).update(
            kind=Kind.DEPARTMENT, owner=None, archived_at=timezone.now(), version=F("version") + 1
        )
        return {"links": [_kept_link(link) for link in links], "joined": moved}

    def finish(self) -> None:
        """Write what was planned: grants first, since a Department Contact takes no Admin."""
        for (user, level, until), contacts in self.levels.items():
            person = self.people[user]
            grants.set_level(ContactUserObjectPermission, contacts, [person], level, by=self.actor, until=until)
        personal = [contact.pk for contact in self.plain if contact.kind == Kind.PERSONAL]
        Contact.objects.filter(pk__any_of=[contact.pk for contact in self.plain]).update(
            kind=Kind.DEPARTMENT, owner=None
        )
        DepartmentLink.objects.bulk_create(
            DepartmentLink(contact_id=pk, department_id=department, linked_by=self.actor)
            for pk in personal
            for department in self.targets[pk]
        )


def _line(user: User, level: Level, by: User) -> GrantLine:
    return GrantLine(user, level, by, timezone.now(), None, False)


def keep(actor: User, ids: Iterable[int]) -> list[Outcome]:
    """Make shared contacts personal ones of their original owner: links go, Read grants stay, the owner gets Admin.

    The departments keep their conversations. Hidden ids are left out. Locks the contacts. A constant number of queries.
    """
    with transaction.atomic():
        if not all_active([actor.pk]):  # a contact that came after the succession would have no Admin
            raise Refused(SWITCHED_OFF)
        judged = judge(actor, ids, "keep", actor)
        chosen = [one.contact for one in judged if not one.refusal]
        pks = [contact.pk for contact in chosen]
        links: dict[int, list[DepartmentLink]] = {pk: [] for pk in pks}
        for link in DepartmentLink.objects.filter(contact__any_of=pks).order_by("pk"):
            links[link.contact_id].append(link)
        DepartmentLink.objects.filter(contact__any_of=pks).delete()
        Contact.objects.filter(pk__any_of=pks).update(kind=Kind.PERSONAL)
        grants.set_level(ContactUserObjectPermission, chosen, [actor], Level.ADMIN, by=actor)
        told = {pk: _tell(pk, links[pk]) for pk in pks}
    return [_keeping(one, links, told) for one in judged]


def _tell(pk: int, links: list[DepartmentLink]) -> dict[str, Any]:
    departments = [link.department_id for link in links]
    return joining.told(contact_kept_personal.send(Contact, contact_id=pk, departments=departments))


def _keeping(one: Judged, links: dict[int, list[DepartmentLink]], told: dict[int, Any]) -> Outcome:
    if one.refusal:
        return Outcome(one.contact.pk, REFUSED, one.refusal)
    pk, owner = one.contact.pk, one.contact.owner_id
    before = {
        "kind": Kind.SHARED.value,
        "owner": owner,
        "lines": {str(owner): kept_line(one.line)},
        "kept": True,
        "links": [_kept_link(link) for link in links[pk]],
        "elsewhere": told[pk],
    }
    return Outcome(pk, DONE, before=before)


def _kept_link(link: DepartmentLink) -> dict[str, Any]:
    return {
        "department": link.department_id,
        "linked_at": link.linked_at.isoformat(),
        "linked_by": link.linked_by_id,
        "ended_at": link.ended_at.isoformat() if link.ended_at else None,
        "ended_by": link.ended_by_id,
    }
