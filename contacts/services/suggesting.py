"""Suggested changes of a shared contact: what is proposed, whether it still fits, and accepting it (product.md §2d).

Only the original owner can edit a shared contact; others who see it propose new values of its attributes and addresses.
A proposal is JSON: {"attributes": {name: value}, "rows": {kind: [{"id": row or None, "values": {column: value}}]},
"before": {attribute, or "phones-<id>": what stood there}}. Dates are ISO.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from typing import Any

import pghistory
from django.db import transaction
from django.urls import reverse

from contacts import policy
from contacts.models import AccessRequest, Contact
from contacts_project.accounts.models import User
from contacts_project.core.errors import Refused

from . import access_requests, editing
from .access_requests import Answer, Enqueue, Purpose
from .editing import Invalid
from .holding import hold
from .merging import Changes, RowChange
from .states import ROW_KINDS, RowKind

Proposal = dict[str, Any]
KINDS = ("phones", "emails")
NOTHING = "Nothing is changed here yet. Type the new value in its field."
OWN = "You are the original owner: edit it yourself."
LEFT = "The original owner has left: nobody can accept a change. An Admin Operator may convert the contact."
GONE = "What this would change has been removed meanwhile. Decline it, or edit the contact yourself."


def require_suggest(user: User, contact: Contact) -> None:
    """Raise Refused where `user` cannot suggest a change of this visible contact, with the way out."""
    policy.require(user, "suggest", contact)
    assert contact.owner
    if contact.owner_id == user.pk:
        raise Refused(OWN, way_out=(reverse("contacts:contact-edit", args=[contact.pk]), "Edit"))
    if not contact.owner.is_active:
        convert = (reverse("contacts:contact-convert", args=[contact.pk]), "Convert it")
        raise Refused(
            LEFT, who=policy.whom_to_ask(contact), way_out=convert if policy.can(user, "give", contact) else None
        )


def suggest(user: User, contact: Contact, changes: Changes, *, message: str, mail: Enqueue) -> AccessRequest:
    """Send what of `changes` differs from the contact to its original owner; it takes the place of an open suggestion.

    Raises Refused, Invalid with sentences at the fields as the edit form does, TooMany. Locks the contact.
    """
    with transaction.atomic():
        access_requests.hold_asker(user.pk)
        contact = hold(contact)
        require_suggest(user, contact)
        proposal = propose(contact, changes)
        if not proposal["attributes"] and not any(proposal["rows"].values()):
            raise Invalid([("", NOTHING)])
        editing.check(contact, changes_of(proposal))
        path = reverse("contacts:contact-overview", args=[contact.pk])
        facts = {"proposal": proposal, "message": message}
        return access_requests.keep(user, Purpose.SUGGESTION, path=path, contact=lambda: contact.pk, mail=mail, **facts)


def propose(contact: Contact, changes: Changes) -> Proposal:
    """What of `changes` differs from what stands. Removing, marking as primary, tags and other rows are left out."""
    attributes = {name: _plain(new) for name, new in changes.attributes.items() if new != getattr(contact, name)}
    rows = {kind: _proposed_rows(contact, ROW_KINDS[kind], changes.rows.get(kind, [])) for kind in KINDS}
    proposal: Proposal = {"attributes": attributes, "rows": rows}
    return {**proposal, "before": standing(contact, proposal)}


def _proposed_rows(contact: Contact, kind: RowKind, posted: list[RowChange]) -> list[dict[str, Any]]:
    stored = _rows(contact, kind)
    found = []
    for row in posted:
        if row.delete:
            continue
        if row.pk is not None and row.pk not in stored:
            raise Invalid([(f"{kind.name}-{row.index}", editing.ROW_IS_GONE)])
        was = stored.get(row.pk or 0, {})
        edits = {name: value for name, value in row.values.items() if row.pk is None or value != was[name]}
        if edits:
            found.append({"id": row.pk, "values": edits})
    return found


def _rows(contact: Contact, kind: RowKind) -> dict[int, dict[str, Any]]:
    """The current rows of one kind by id; what has become former is not suggested about."""
    rows = getattr(contact, kind.name).all()
    return {row.pk: {name: getattr(row, name) for name in kind.columns} for row in rows if not row.former_at}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date) else value


def standing(contact: Contact, proposal: Proposal) -> dict[str, Any]:
    """What stands now where the proposal would change something; None for a row that is gone.

    No query where phones and emails are prefetched, else one for each kind that the proposal touches.
    """
    found = {name: _plain(getattr(contact, name)) for name in proposal["attributes"]}
    for kind, rows in proposal["rows"].items():
        stored = _rows(contact, ROW_KINDS[kind]) if any(row["id"] for row in rows) else {}
        found |= {f"{kind}-{row['id']}": stored.get(row["id"]) for row in rows if row["id"]}
    return found


def changes_of(proposal: Proposal) -> Changes:
    """The proposal as an edit of the contact as it stands."""
    attributes = dict(proposal["attributes"])
    if attributes.get("birthday"):
        attributes["birthday"] = datetime.date.fromisoformat(attributes["birthday"])
    rows = {
        kind: [RowChange(index, row["id"], dict(row["values"])) for index, row in enumerate(posted)]
        for kind, posted in proposal["rows"].items()
    }
    return Changes(attributes=attributes, rows=rows)


def mark_of(proposal: Proposal, stands: dict[str, Any]) -> str:
    """Names what somebody has looked at: the proposal, and what stood when the page was made."""
    looked_at = json.dumps([proposal["attributes"], proposal["rows"], stands], sort_keys=True)
    return hashlib.sha256(looked_at.encode()).hexdigest()[:16]


def accept(actor: User, seen: str, request: AccessRequest) -> Answer | None:
    """Write the suggestion as its original owner; the edit history names both. None when done (see `answer`).

    `seen` is the mark of what the owner looked at; empty where the answer came without a page. Where something else
    stands now than when it was suggested, or than what was seen, the answer is stale: nothing is written.
    """
    assert request.contact
    contact = hold(request.contact)
    proposal = request.proposal
    stands = standing(contact, proposal)
    if seen != mark_of(proposal, stands) and (seen or stands != proposal["before"]):
        return Answer(request, is_new=False, is_stale=True)
    if None in [stands[key] for key in stands if "-" in key]:
        return Answer(request, is_new=False, reason=GONE)
    try:
        with pghistory.context(suggested_by=request.user_id):
            editing.save_edit(actor, contact.pk, changes_of(proposal))
    except Invalid as error:
        return Answer(request, is_new=False, reason=" ".join(dict.fromkeys(words for _, words in error.errors)))
    return None
