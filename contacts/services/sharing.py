"""Collaborators of contacts: give, change, take away and put back (product.md §2a; seed S1).

Each service takes ids, one or a thousand, and says what happened to each contact. It locks the contacts first, so
that the last Admin is judged by what stands when the change is made. Contacts hidden from the actor are left out.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse

from contacts import policy
from contacts.models import Contact, ContactUserObjectPermission, Kind
from contacts_project.accounts import grants
from contacts_project.accounts.grants import GrantLine, Level
from contacts_project.accounts.models import User
from contacts_project.accounts.services.notices import notify

from .outcomes import ALREADY, DONE, REFUSED, Outcome
from .undoing import CannotUndo, remember, undoes

OWNER_FIXED = "The owner keeps Admin. Make somebody else owner first."
LAST_ADMIN = "A contact keeps at least one Admin without an end date. Give somebody else Admin first."
INACTIVE = "This person is deactivated."
CHANGED = "Changed by somebody else since."
ORIGINAL_FIXED = "The original owner keeps his or her own access."
# product.md §2b: what comes by role is not granted.
TOO_HIGH = {
    Kind.DEPARTMENT: "A Department Contact takes Read and Write. Admin comes by role only.",
    Kind.SHARED: "A shared contact takes Read only.",
}


@dataclass(frozen=True)
class Judged:
    """A locked contact, why the action is refused on it ("" if allowed), and the line of the user in question.

    `own_end` is the last day of the actor's own grant, None where that does not end.
    """

    contact: Contact
    refusal: str
    line: GrantLine | None
    own_end: datetime.date | None = None

    def outlasts(self, until: datetime.date | None) -> str:
        """Why the actor cannot give something until that day; "" if it can be. Nobody gives more than they have."""
        if self.own_end is None or (until is not None and until <= self.own_end):
            return ""
        return f"Your own access ends on {self.own_end:%-d %B %Y}: it cannot be given for longer."


def set_access(
    actor: User,
    ids: Iterable[int],
    user: User,
    level: str,
    until: datetime.date | None = None,
    *,
    raise_only: bool = False,
    tells: bool = True,
) -> list[Outcome]:
    """Give `user` exactly this level on each contact, until the given day inclusive; `before` is what he or she had.

    With `raise_only` nobody's access gets less. Needs the right to grant; a kind takes only its own levels. The owner's
    grant and the last Admin stay. Who had nothing is told, but not where the caller `tells` it in another way. Locks
    the user, so that he or she is not deactivated meanwhile, then the contacts. A constant number of queries.
    """
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        judged = judge(actor, ids, "grant", user)
        administered = administered_without(judged, user)
        outcomes, chosen = [], []
        for one in judged:
            outcome = _setting(one, user, Level(level), until, raise_only=raise_only, administered=administered)
            outcomes.append(outcome)
            if outcome.status == DONE:
                chosen.append(one.contact)
        grants.set_level(ContactUserObjectPermission, _with_ended_line(chosen, user), [user], None, by=actor)
        grants.set_level(ContactUserObjectPermission, chosen, [user], level, by=actor, until=until)
        if tells:
            notify("contact-shared", newly_given(outcomes), to=[user], by=actor)
        return outcomes


def newly_given(outcomes: Iterable[Outcome]) -> list[int]:
    """Ids of the contacts on which somebody had nothing before."""
    return [outcome.contact_id for outcome in outcomes if outcome.status == DONE and outcome.before is None]


def remove_access(actor: User, ids: Iterable[int], user: User) -> list[Outcome]:
    """Take the grants of `user` away. Needs Admin; works on archived contacts. The owner and the last Admin stay."""
    with transaction.atomic():
        judged = judge(actor, ids, "revoke", user)
        administered = administered_without(judged, user)
        outcomes = [_removing(one, user, administered) for one in judged]
        gone = [one.contact for one, outcome in zip(judged, outcomes, strict=True) if outcome.status == DONE]
        grants.set_level(ContactUserObjectPermission, gone, [user], None, by=actor)
        return outcomes


def restore_access(
    actor: User, before: dict[int, dict[str, Any] | None], user: User, *, expected: str | None = None
) -> list[Outcome]:
    """Put the user's grants back: contact id -> `before` of an outcome. `expected` is the level that the act left.

    Refused where somebody has changed it since, where `actor` may not grant any more, or where a rule forbids it.
    """
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=user.pk)  # nobody is deactivated meanwhile
        judged = judge(actor, before, "revoke", user)  # an archived contact gets back what was just taken, too
        lines = read_lines(user, before)
        administered = administered_without(judged, user)
        outcomes = []
        for one in judged:
            back = lines[one.contact.pk]
            reason = _restoring(one, user, back, expected=expected, administered=administered)
            outcomes.append(Outcome(one.contact.pk, REFUSED if reason else DONE, reason))
        done = {outcome.contact_id: lines[outcome.contact_id] for outcome in outcomes if outcome.status == DONE}
        grants.put_back(ContactUserObjectPermission, user, done)
        return outcomes


def judge(actor: User, ids: Iterable[int], action: str, user: User) -> list[Judged]:
    """Lock the contacts of `ids` that `actor` can see, in the order given, and say where `action` is refused.

    Three queries. Must run inside the transaction that makes the change.
    """
    wanted = list(dict.fromkeys(ids))
    mine = policy.visible_to(actor).filter(pk__any_of=wanted)
    list(mine.order_by("pk").select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True))
    # Asked again, behind the lock: what another session has changed meanwhile counts now.
    allowed = policy.scope(actor, action, frozen=True).filter(pk=OuterRef("pk"))
    found = {contact.pk: contact for contact in mine.annotate(is_allowed=Exists(allowed))}
    today = policy.today(actor)
    where = {"content_object_id__in": list(found), "user__in": {user.pk, actor.pk}}
    lines = {
        key: line
        for key, line in grants.lines(ContactUserObjectPermission, **where).items()
        if line.until is None or line.until >= today
    }
    # Whoever may grant by role is not bound by the end of a grant of his or her own.
    by_grant = {pk for pk, contact in found.items() if contact.kind == Kind.PERSONAL}
    ends = {pk: line.until for (pk, holder), line in lines.items() if holder == actor.pk and pk in by_grant}
    return [
        Judged(found[pk], _refusal(found[pk], action), lines.get((pk, user.pk)), ends.get(pk))
        for pk in wanted
        if pk in found
    ]


def _refusal(contact: Contact, action: str) -> str:
    if not contact.is_allowed:  # type: ignore[attr-defined]
        return policy.rule_for(action, contact.kind)
    return policy.ARCHIVED if contact.archived_at and action not in policy.THAWED else ""


def administered_without(judged: Iterable[Judged], user: User) -> set[int]:
    """Ids of those contacts that have an active Admin without an end date beside `user`. One query."""
    others = lasting_admins().filter(content_object__in=[one.contact.pk for one in judged]).exclude(user=user)
    return set(others.values_list("content_object", flat=True))


def lasting_admins():
    """Admin grants that keep a contact administered: of active people, without an end date."""
    admin = grants.permission_id(Contact, Level.ADMIN)
    return ContactUserObjectPermission.objects.filter(permission=admin, until__isnull=True, user__is_active=True)


def _setting(
    one: Judged, user: User, level: Level, until: datetime.date | None, *, raise_only: bool, administered: set[int]
) -> Outcome:
    pk, line = one.contact.pk, one.line
    if one.refusal:
        return Outcome(pk, REFUSED, one.refusal)
    if not user.is_active or user.account_id != one.contact.account_id:
        return Outcome(pk, REFUSED, INACTIVE)
    if level not in policy.GRANTABLE[one.contact.kind]:
        return Outcome(pk, REFUSED, TOO_HIGH[Kind(one.contact.kind)])
    if line and line.level == level and line.until == until:
        return Outcome(pk, ALREADY)
    if line and raise_only and grants.LEVELS.index(line.level) >= grants.LEVELS.index(level):
        return Outcome(pk, ALREADY)
    if one.contact.owner_id == user.pk:
        return Outcome(pk, REFUSED, _owner_fixed(one.contact))
    if one.outlasts(until):
        return Outcome(pk, REFUSED, one.outlasts(until))
    if _is_last(one, administered) and (level != Level.ADMIN or until):
        return Outcome(pk, REFUSED, LAST_ADMIN)
    return Outcome(pk, DONE, before=kept_line(line))


def _removing(one: Judged, user: User, administered: set[int]) -> Outcome:
    if one.refusal:
        return Outcome(one.contact.pk, REFUSED, one.refusal)
    if one.line is None:
        return Outcome(one.contact.pk, ALREADY)
    if one.contact.owner_id == user.pk:
        return Outcome(one.contact.pk, REFUSED, _owner_fixed(one.contact))
    if _is_last(one, administered):
        return Outcome(one.contact.pk, REFUSED, LAST_ADMIN)
    return Outcome(one.contact.pk, DONE, before=kept_line(one.line))


def _restoring(one: Judged, user: User, back: GrantLine | None, *, expected: str | None, administered: set[int]) -> str:
    """Why the line cannot be put back; "" if it can."""
    if one.refusal:
        return one.refusal
    if back and not user.is_active:
        return INACTIVE
    if (one.line.level if one.line else None) != expected or one.contact.owner_id == user.pk:
        return CHANGED
    if back and back.level not in policy.GRANTABLE[one.contact.kind]:
        return CHANGED  # it has become a contact of another kind
    lasts = back and back.level == Level.ADMIN and back.until is None
    return LAST_ADMIN if _is_last(one, administered) and not lasts else ""


def _owner_fixed(contact: Contact) -> str:
    return OWNER_FIXED if contact.kind == Kind.PERSONAL else ORIGINAL_FIXED


def _is_last(one: Judged, administered: set[int]) -> bool:
    """Whether the line in question is the contact's last Admin without an end date."""
    lasting = one.line and one.line.level == Level.ADMIN and one.line.until is None
    return bool(lasting and one.contact.pk not in administered)


def _with_ended_line(contacts: list[Contact], user: User) -> list[Contact]:
    """Those contacts on which `user` has a grant that has ended: it must not come back to life with its old giver."""
    if not contacts:
        return []
    rows = ContactUserObjectPermission.objects.filter(user=user, content_object__in=contacts)
    ended = set(rows.exclude(grants.current(policy.today(user))).values_list("content_object", flat=True))
    return [contact for contact in contacts if contact.pk in ended]


def kept_line(line: GrantLine | None) -> dict[str, Any] | None:
    """A line as JSON: what undo needs to put it back."""
    if line is None:
        return None
    return {
        "level": line.level.value,
        "by": line.granted_by.pk if line.granted_by else None,
        "at": line.granted_at.isoformat(),
        "until": line.until.isoformat() if line.until else None,
    }


def read_lines(user: User, before: dict[int, dict[str, Any] | None]) -> dict[int, GrantLine | None]:
    """The inverse of kept_line, for many contacts. One query, for the givers, who may be gone."""
    givers = User.objects.in_bulk({kept["by"] for kept in before.values() if kept and kept["by"]})
    return {pk: _read_line(user, givers.get(kept["by"]), kept) if kept else None for pk, kept in before.items()}


def _read_line(user: User, giver: User | None, kept: dict[str, Any]) -> GrantLine:
    until = datetime.date.fromisoformat(kept["until"]) if kept["until"] else None
    return GrantLine(user, Level(kept["level"]), giver, datetime.datetime.fromisoformat(kept["at"]), until, False)


def remember_removal(actor: User, outcome: Outcome, user: User) -> str:
    """Keep what a message's Undo puts back after one removal."""
    return remember(actor, "remove-access", contact=outcome.contact_id, person=user.pk, before=outcome.before)


@undoes("remove-access")
def put_access_back(actor: User, data: dict[str, Any]) -> tuple[str, str]:
    """Give one person back what was taken, with its giver, date and end."""
    user = User.objects.get(pk=data["person"])
    outcomes = restore_access(actor, {data["contact"]: data["before"]}, user)
    if not outcomes:
        raise CannotUndo("You no longer have access to this contact.")
    if outcomes[0].reason:
        raise CannotUndo(outcomes[0].reason)
    return f"{user} has access again", reverse("contacts:contact-collaborators", args=[data["contact"]])
