"""How conversations are shown in a list: whom each is with, on which line, and its newest entry in a few words.

Starts from what `inbox` found for this reader; asks nothing that he or she could not read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from contacts.department_tags import DepartmentTag, Operated, Tags, department_tags
from contacts.models import Contact
from contacts.templatetags.contacts import phone_text
from contacts_project.accounts.models import User

from .inbox import Found
from .models import Attachment, Channel, ChatVisitor, Interaction
from .services.people import UNKNOWN
from .words import icon_of, preview_of

UNKNOWNS = ("Unknown caller", "Unknown sender", "Visitor")
LONGEST = 120  # characters of a preview


@dataclass(frozen=True)
class Row:
    """One line of the list. `contact` is None where nobody is known; `others` is how many more contacts the reader
    sees in the conversation. `mine` marks what the reader wrote, `by` names another author."""

    found: Found
    title: str
    contact: Contact | None
    others: int
    tags: Tags
    line: str
    icon: str
    preview: str
    by: str = ""
    mine: bool = False
    files: list[Attachment] = field(default_factory=list)

    department: DepartmentTag | None = None  # whose line it is

    @property
    def pk(self) -> int:
        return self.found.conversation

    @property
    def face(self) -> str:
        """Of whom the initials are drawn; "" where only a number is known."""
        return face_of(self.title)


def rows_of(
    user: User,
    found: list[Found],
    channels: Iterable[Channel],
    *,
    named: bool = True,
    operated: list[Operated] | None = None,
    read: Iterable[tuple[Interaction, list[Attachment]]] = (),
) -> list[Row]:
    """Lines for these conversations. At most six queries: tags, entries, their files, visitors.

    On a contact's own record the lines need not be `named`: no tags are read. `operated` as for department_tags;
    `read` are entries with their files that the page has read anyhow, authors too.
    """
    if not found:
        return []
    lines = {channel.pk: channel for channel in channels}
    facts = {(one.contact.pk, one.contact.kind) for one in found if one.contact} if named else set()
    tags = department_tags(user, facts, operated) if facts else {}
    entries = _entries([one.last_interaction for one in found], read)
    visitors = visitors_of([one.conversation for one in found if lines[one.channel].kind == Channel.Kind.CHAT])
    region = user.region
    rows = []
    for one in found:
        line, entry = lines[one.channel], entries[one.last_interaction]
        contact = one.contact if named else None
        name = contact.name if contact else visitors.get(one.conversation, "")
        rows.append(
            Row(
                found=one,
                title=name or address_in_words(one.outside_address, line, region),
                contact=contact,
                others=max(0, len(one.contacts) - 1),
                tags=tags.get(contact.pk, ()) if contact else tags_of(line),
                line=line_name(line, region),
                icon=icon_of(entry),
                department=next(iter(tags_of(line)), None),
                preview=preview_of(entry, entry.files)[:LONGEST],  # type: ignore[attr-defined]
                **_author(user, entry),
            )
        )
    return rows


def _entries(ids: list[int], read: Iterable[tuple[Interaction, list[Attachment]]]) -> dict[int, Interaction]:
    """The entries by id, each with its `files`. Two queries, none where all of them were `read`."""
    entries: dict[int, Interaction] = {}
    for row, files in read:
        row.files = files  # type: ignore[attr-defined]
        entries[row.pk] = row
    ids = [pk for pk in ids if pk not in entries]
    for row in Interaction.objects.filter(pk__any_of=ids).select_related("author") if ids else ():
        row.files = []  # type: ignore[attr-defined]
        entries[row.pk] = row
    for file in Attachment.objects.filter(interaction__any_of=ids).order_by("position", "pk") if ids else ():
        entries[file.interaction_id].files.append(file)  # type: ignore[attr-defined,index]
    return entries


def visitors_of(conversations: list[int]) -> dict[int, str]:
    """Conversation id -> what the visitor of a chat called himself or herself. One query where there are chats."""
    if not conversations:
        return {}
    rows = ChatVisitor.objects.filter(conversation__any_of=conversations).order_by("pk")
    return {pk: name or email for pk, name, email in rows.values_list("conversation", "name", "email")}


def _author(user: User, entry: Interaction) -> dict[str, Any]:
    if entry.direction != Interaction.Direction.OUT or entry.type in (
        Interaction.Type.CALL,
        Interaction.Type.VOICEMAIL,
    ):
        return {}
    name = entry.author.get_full_name().split(" ")[0] if entry.author else ""
    return {"mine": entry.author_id == user.pk, "by": name}


def tags_of(channel: Channel) -> Tags:
    """Where nobody is known: the tag of the department whose line it is."""
    one = channel.department
    return (DepartmentTag(one.pk, one.name, one.hue),) if one else ()


def face_of(title: str) -> str:
    """The words whose initials stand for somebody without a record; "" for who is unknown: then a picture does."""
    return "" if title in UNKNOWNS else title


def line_name(channel: Channel, region: str) -> str:
    """The channel's label, or its address as people of `region` write it."""
    return channel.label or address_in_words(channel.address, channel, region)


def address_in_words(address: str, channel: Channel, region: str) -> str:
    """An own or outside address as a person reads it; withheld numbers and visitors of a chat have none."""
    if channel.kind == Channel.Kind.CHAT:
        return address if address == channel.address else UNKNOWNS[2]
    if address == UNKNOWN:
        return UNKNOWNS[channel.kind == Channel.Kind.EMAIL]
    return address if channel.kind == Channel.Kind.EMAIL else phone_text(address, "", region)
