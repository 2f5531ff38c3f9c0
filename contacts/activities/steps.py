"""Steps that could be undone, as far as the edit history of contacts does not tell of them: those of lists, follow-ups
and blocks here, those of higher apps by their own tellers."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence

from django.urls import reverse
from django.utils.text import get_text_list

from contacts import blocking, list_policy, policy
from contacts.models import Block, Contact, FollowUp, Kind, UndoStep
from contacts.templatetags.contacts import NAMELESS, phone_text
from contacts_project.accounts.models import User

from .places import STEPS, Place, behind, walk
from .telling import TELLERS, Deed, Entry, Unit, ids_of, tell, tells
from .things import Seen, seen_lists


def steps_of(user: User, place: Place | None, since: datetime.datetime) -> list[Unit]:
    """One's own steps behind `place` that have a teller. One query for a batch, and those of its tellers."""
    rows = UndoStep.objects.filter(user=user, action__in=TELLERS, created_at__gte=since).defer("data")
    rows = rows.order_by("-created_at", "-token")

    def fetch(place: Place | None, number: int) -> list[UndoStep]:
        return list(rows.filter(behind(place, STEPS, pk="token"))[:number])

    def keep(found: list[UndoStep]) -> list[Unit]:
        deeds = tell(user, found)
        return [_unit(step, deeds[step.token]) for step in found if step.token in deeds]

    return walk(place, fetch, keep, _place)


def _place(step: UndoStep) -> Place:
    return Place(step.created_at, STEPS, step.token.int)


def _unit(step: UndoStep, deed: Deed) -> Unit:
    entry = Entry(step.created_at, deed)
    entry.offer(step)
    return Unit(_place(step), [entry])


def seen_contacts(user: User, ids: Sequence[int]) -> dict[int, Contact]:
    """Those of these contacts that `user` sees now. One query, none without ids."""
    return policy.visible_to(user).in_bulk(ids) if ids else {}


def link_to(contact: Contact) -> dict[str, str]:
    """Name and address of a contact for a Deed."""
    return {"name": contact.name or NAMELESS, "url": reverse("contacts:contact-overview", args=[contact.pk])}


def people_of(user: User, steps: Sequence[UndoStep]) -> dict[int, str]:
    """Names of colleagues that the steps are about: open to everybody of the account. One query, none without."""
    ids = ids_of(steps, "person")
    found = User.objects.filter(account=user.account_id, pk__in=ids) if ids else ()
    return {person.pk: person.get_full_name() for person in found}


OF_LISTS = {
    "archive-list": ("Archived the list", "archive"),
    "unarchive-list": ("Unarchived the list", "archive-off"),
    "remove-list-access": ("Ended access to the list", "user-off"),
}


def tell_of(thing: str, words: dict[str, tuple[str, str]], seen: Seen) -> None:
    """Register the teller of steps that were about a `thing` ("list"), and maybe a colleague.

    `words`: action -> what was said and the icon. `seen` as in `things.Thing`. Two queries.
    """

    @tells(*words)
    def teller(user: User, steps: Sequence[UndoStep]) -> dict[uuid.UUID, Deed]:
        known, people = seen(user, ids_of(steps, thing)), people_of(user, steps)
        found = {}
        for step in steps:
            if one := known.get(step.about.get(thing, 0)):
                said, icon = words[step.action]
                found[step.token] = Deed(said, *one, more=people.get(step.about.get("person"), ""), icon=icon)
        return found


tell_of("list", OF_LISTS, seen_lists)


@tells("add-list-item", "remove-list-item")
def _people_on_lists(user: User, steps: Sequence[UndoStep]) -> dict[uuid.UUID, Deed]:
    """Both the person and the list must be seen. Two queries."""
    lists = list_policy.visible_to(user).in_bulk(ids_of(steps, "list"))
    contacts = seen_contacts(user, ids_of(steps, "contact"))
    found = {}
    for step in steps:
        contact, one = contacts.get(step.about.get("contact", 0)), lists.get(step.about.get("list", 0))
        if contact and one:
            said, word = ("Added", "to") if step.action == "add-list-item" else ("Removed", "from")
            found[step.token] = Deed(said, **link_to(contact), rest=f"{word} the list {one.name}", icon="list")
    return found


@tells("follow-up-done")
def _follow_ups(user: User, steps: Sequence[UndoStep]) -> dict[uuid.UUID, Deed]:
    """One query, or two."""
    rows = FollowUp.objects.filter(pk__in=ids_of(steps, "follow_up"))
    rows_by_id = dict(rows.values_list("pk", "contact"))
    contacts = seen_contacts(user, sorted(set(rows_by_id.values())))
    found = {}
    for step in steps:
        if contact := contacts.get(rows_by_id.get(step.about.get("follow_up", 0), 0)):
            found[step.token] = Deed("Did a follow-up for", **link_to(contact), icon="circle-check")
    return found


@tells("block", "unblock")
def _blocks(user: User, steps: Sequence[UndoStep]) -> dict[uuid.UUID, Deed]:
    """Of contacts that are seen, and of addresses: where the block is known to `user` (blocking). Two queries."""
    ids = sorted({pk for step in steps for pk in step.about.get("blocks", ())})
    rows = Block.objects.filter(pk__any_of=ids, account=user.account_id).select_related("department")
    known = set(rows.filter(blocking.known_to(user)).values_list("pk", flat=True))
    blocks = {block.pk: block for block in rows}
    contacts = seen_contacts(user, sorted({pk for step in steps if (pk := step.about.get("contact"))}))
    found = {}
    for step in steps:
        contact = contacts.get(step.about.get("contact", 0))
        is_owner = contact is not None and contact.kind == Kind.SHARED and contact.owner_id == user.pk
        own = [blocks[pk] for pk in step.about.get("blocks", ()) if pk in blocks and (pk in known or is_owner)]
        if not own or (contact is None and (step.about.get("contact") or any(block.contact_id for block in own))):
            continue
        said, word = ("Blocked", "for") if step.action == "block" else ("Unblocked", "for")
        places = get_text_list(list(dict.fromkeys(blocking.place_in_words(block, user) for block in own)), "and")
        what = link_to(contact) if contact else {"name": _address(user, own[0]), "url": reverse("contacts:block-list")}
        found[step.token] = Deed(said, **what, rest=f"{word} {places}", icon="ban")
    return found


def _address(user: User, block: Block) -> str:
    return phone_text(block.address, "", user.region) if block.address.startswith("+") else block.address
