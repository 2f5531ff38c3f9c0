"""A contact out of a conversation with somebody unknown (product.md §7, last bullet; §8, What makes a Department
Contact)."""

from __future__ import annotations

import pghistory
from django.db import transaction
from django.utils import timezone

from contacts.models import Contact, ContactUserObjectPermission
from contacts.services.contacts import create_contact
from contacts.services.editing import save_edit
from contacts.services.merging import Changes, RowChange
from contacts.services.parties import EMAIL, record_interaction_party
from contacts_project.accounts import grants
from contacts_project.accounts.models import User
from contacts_project.core.errors import Refused
from conversations.live.telling import THREAD, tell
from conversations.models import Channel, Conversation, Interaction
from conversations.policy import readers_of
from conversations.visibility import interactions_visible_to

from .linking import link_conversation
from .people import OutsideAddress, read_outside

NO_ADDRESS = "A contact of {department} is found by a number or an email. This conversation has neither."
IS_BLOCKED = "This address is blocked. Lift the block first."
ONLY_MAIL = "Only mail to a department is saved. Everything else made its contact when it came."
AUTOMATIC = "Mail written by a machine makes no contact."


def address_in(conversation: Conversation) -> OutsideAddress:
    """The address by which the other side can be found: of the conversation, or what a visitor of a chat gave."""
    return read_outside(conversation.channel, conversation.outside_address)


def add_contact(actor: User, conversation: Conversation, *, names: dict[str, str], shared: bool) -> Contact:
    """The contact of this conversation, which `actor` must see, with these attributes; one transaction.

    On a department's line its service finds or makes the Department Contact, and the names go to one that has none.
    Elsewhere a personal contact of the actor, with Read for the other readers of the line where `shared` is true; all
    that was with nobody becomes the contact's. Raises Refused, `editing.Invalid`.
    """
    with transaction.atomic(), pghistory.context(user=actor.pk):
        if conversation.channel.department:
            contact = _of_department(actor, conversation, names)
        else:
            contact = _personal(actor, conversation, names)
            if shared:
                _share(actor, conversation.channel, contact)
        link_conversation(conversation, contact)
        tell(conversation.account_id, THREAD, channel=conversation.channel_id, conversation=conversation.pk)
    return contact


def save_sender(actor: User, conversation: Conversation) -> Contact:
    """Make the Department Contact of mail that nobody has answered; one transaction. Raises Refused."""
    channel = conversation.channel
    if channel.department is None or channel.kind != Channel.Kind.EMAIL:
        raise Refused(ONLY_MAIL)
    with transaction.atomic(), pghistory.context(user=actor.pk):
        mails = interactions_visible_to(actor).filter(conversation=conversation, direction=Interaction.Direction.IN)
        newest = mails.filter(is_automatic=False).select_related("mail").order_by("-at", "-pk").first()
        if newest is None:
            raise Refused(AUTOMATIC)
        hint = newest.mail.from_name if hasattr(newest, "mail") else ""
        contact = _party(actor, conversation, answered=False, name_hint=hint)
        link_conversation(conversation, contact)
        tell(conversation.account_id, THREAD, channel=channel.pk, conversation=conversation.pk)
    return contact


def _party(actor: User, conversation: Conversation, *, answered: bool, name_hint: str = "") -> Contact:
    department = conversation.channel.department
    assert department
    address = address_in(conversation)
    if not address.kind:
        raise Refused(NO_ADDRESS.format(department=department.name))
    party = record_interaction_party(
        department, address.key, kind=address.kind, answered=answered, by=actor, at=timezone.now(),
        name_hint=name_hint,
    )  # fmt: skip
    if party.blocked or not party.contacts:
        raise Refused(IS_BLOCKED)
    return party.contacts[0]


def _of_department(actor: User, conversation: Conversation, names: dict[str, str]) -> Contact:
    contact = _party(actor, conversation, answered=True)
    if not contact.name and any(names.values()):
        save_edit(actor, contact.pk, Changes(attributes=names))
    return contact


def _personal(actor: User, conversation: Conversation, names: dict[str, str]) -> Contact:
    address = address_in(conversation)
    changes = Changes(attributes=names)
    if address.kind == EMAIL:
        changes.rows["emails"] = [RowChange(0, None, {"address": address.key, "label": ""}, primary=True)]
    elif address.kind:
        values = {"number": address.key, "extension": "", "label": ""}
        changes.rows["phones"] = [RowChange(0, None, values, primary=True)]
    return create_contact(actor, changes)


def _share(actor: User, channel: Channel, contact: Contact) -> None:
    """Read for everybody else who reads the line; the contact is new, so nobody has more yet."""
    readers = list(readers_of(channel).exclude(pk=actor.pk))
    if readers:
        grants.set_level(ContactUserObjectPermission, [contact], readers, grants.Level.READ, by=actor)
