"""Whose contact it is: hand it to another person, or leave it (product.md §2a, Owner)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.urls import reverse

from contacts import policy
from contacts.models import Contact, ContactUserObjectPermission
from contacts_project.accounts import grants
from contacts_project.accounts.grants import Level
from contacts_project.accounts.models import User
from contacts_project.accounts.services.notices import notify
from contacts_project.core.errors import Refused

from .outcomes import ALREADY, DONE, REFUSED, Outcome
from .sharing import CHANGED, INACTIVE, Judged, administered_without, judge, kept_line, lasting_admins, restore_access
from .undoing import CannotUndo, remember, undoes

NO_HEIR = "You are the only Admin without an end date. Give somebody else Admin first, then leave."


def change_owner(actor: User, ids: Iterable[int], user: User, *, tells: bool = True) -> list[Outcome]:
    """Make `user` owner of each contact, with Admin that does not end; the old owner keeps Admin until changed.

    Needs Admin. `before` is the old owner and what the new one had. The new owner is told, but not where the caller
    `tells` it in another way. Locks the new owner, so that he or she is not deactivated meanwhile, then the contacts.
    Ten queries whatever the number of ids.
    """
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        judged = judge(actor, ids, "change_owner", user)
        outcomes = [_changing(one, user) for one in judged]
        chosen = [one.contact for one, outcome in zip(judged, outcomes, strict=True) if outcome.status == DONE]
        Contact.objects.filter(pk__any_of=[contact.pk for contact in chosen]).update(owner=user)
        grants.set_level(ContactUserObjectPermission, chosen, [user], Level.ADMIN, by=actor)
        if tells:
            notify("contact-owner", [contact.pk for contact in chosen], to=[user], by=actor)
        return outcomes


def _changing(one: Judged, user: User) -> Outcome:
    pk = one.contact.pk
    if one.refusal:
        return Outcome(pk, REFUSED, one.refusal)
    if not user.is_active or user.account_id != one.contact.account_id:
        return Outcome(pk, REFUSED, INACTIVE)
    if one.contact.owner_id == user.pk:
        return Outcome(pk, ALREADY)
    if one.outlasts(None):
        return Outcome(pk, REFUSED, one.outlasts(None))
    return Outcome(pk, DONE, before={"owner": one.contact.owner_id, "line": kept_line(one.line)})


@transaction.atomic
def leave(actor: User, pk: int) -> None:
    """Give up one's own grant on a contact; nothing happens where it is hidden.

    An owner hands ownership to the longest-standing other Admin. Raises Refused where that would leave no Admin without
    an end date. Locks the contact.
    """
    for one in judge(actor, [pk], "leave", actor):
        if one.refusal:
            raise Refused(one.refusal)
        lasts = one.line and one.line.level == Level.ADMIN and one.line.until is None
        if (lasts or one.contact.owner_id == actor.pk) and not administered_without([one], actor):
            raise Refused(NO_HEIR)
        if one.contact.owner_id == actor.pk:
            others = lasting_admins().filter(content_object=pk).exclude(user=actor).order_by("granted_at", "pk")
            heir = others.select_related("user")[0].user  # there is one: asked above
            Contact.objects.filter(pk=pk).update(owner=heir)
            notify("contact-owner", pk, to=[heir], by=actor)
        grants.set_level(ContactUserObjectPermission, [one.contact], [actor], None, by=actor)


def remember_change(actor: User, outcome: Outcome, user: User) -> str:
    """Keep what a message's Undo puts back after one change of owner."""
    return remember(actor, "change-owner", contact=outcome.contact_id, person=user.pk, before=outcome.before)


def restore_owner(actor: User, before: dict[int, dict[str, Any]], user: User) -> list[Outcome]:
    """Give ownership that `user` got back to the old owners, and `user` the access of before: id -> `before`.

    A constant number of queries for each old owner. Refused where the owner has been changed since.
    """
    with transaction.atomic():
        still = set(Contact.objects.filter(pk__any_of=list(before), owner=user).values_list("pk", flat=True))
        by_owner: dict[int, list[int]] = {}
        for pk in still:
            by_owner.setdefault(before[pk]["owner"], []).append(pk)
        owners = User.objects.in_bulk(by_owner)
        outcomes: list[Outcome] = []
        for owner, ids in by_owner.items():
            outcomes += change_owner(actor, ids, owners[owner], tells=False)  # what was taken back is no news
        back = {one.contact_id: before[one.contact_id]["line"] for one in outcomes if one.status == DONE}
        restore_access(actor, back, user, expected=Level.ADMIN)
        visible = set(policy.visible_to(actor).filter(pk__any_of=list(before)).values_list("pk", flat=True))
        return outcomes + [Outcome(pk, REFUSED, CHANGED) for pk in visible - still]


@undoes("change-owner")
def put_owner_back(actor: User, data: dict[str, Any]) -> tuple[str, str]:
    """The old owner owns it again, and the other one has the access of before."""
    outcomes = restore_owner(actor, {data["contact"]: data["before"]}, User.objects.get(pk=data["person"]))
    if not outcomes:
        raise CannotUndo("You no longer have access to this contact.")
    if outcomes[0].reason:
        raise CannotUndo(outcomes[0].reason)
    owner = User.objects.get(pk=data["before"]["owner"])
    return f"{owner} owns it again", reverse("contacts:contact-collaborators", args=[data["contact"]])
