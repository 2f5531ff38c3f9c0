"""The entries of a thread, or of all threads with a contact: what one reader may read of them, a page at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from contacts_project.accounts.models import User

from . import words
from .corrections import WITH_OUTCOME, by_contacts, correctable_where
from .marks import Mark, marks_of
from .models import Attachment, Conversation, Interaction, Mail, Mention
from .paging import PAGE, Place, behind, decode, walk
from .rows import line_name
from .visibility import interactions_visible_to

Kind, Status, Type = Attachment.Kind, Interaction.Status, Interaction.Type
BUBBLES = frozenset({Type.SMS, Type.MMS, Type.CHAT})


@dataclass
class Entry:
    """One entry as it is drawn. `line` names its channel where several are shown together; `by` its author;
    `corrects` says whether the reader may correct it, `sends` whether he or she may send from its line."""

    interaction: Interaction
    line: str = ""
    by: str = ""
    is_mine: bool = False
    corrects: bool = False
    sends: bool = False
    files: list[Attachment] = field(default_factory=list)
    mail: dict[str, Any] | None = None
    mentioned: list[str] = field(default_factory=list)
    mark: Mark | None = None

    @property
    def is_bubble(self) -> bool:
        return self.interaction.type in BUBBLES

    @property
    def is_out(self) -> bool:
        return self.interaction.direction == Interaction.Direction.OUT

    @property
    def is_note(self) -> bool:
        return self.interaction.type == Type.NOTE

    @property
    def edits(self) -> bool:
        """Whether it has an outcome and a note that the reader may correct."""
        return self.corrects and self.interaction.type in WITH_OUTCOME

    @property
    def icon(self) -> str:
        return words.icon_of(self.interaction)

    @property
    def title(self) -> str:
        return words.title_of(self.interaction, self.files)

    @property
    def state(self) -> str:
        """The word beside a message of ours; "" for what came in and for calls."""
        is_call = self.interaction.type in words.CALLS or self.interaction.type == Type.NOTE
        return words.STATES.get(Status(self.interaction.status), "") if self.is_out and not is_call else ""

    @property
    def is_bad(self) -> bool:
        return self.interaction.status in (Status.BLOCKED, Status.FAILED) or words.is_missed(self.interaction)

    @property
    def outcome(self) -> str:
        return words.outcome_in_words(self.interaction)

    @property
    def pictures(self) -> list[Attachment]:
        return [file for file in self.files if file.kind in (Kind.IMAGE, Kind.PAGE)]

    @property
    def recordings(self) -> list[Attachment]:
        return [file for file in self.files if file.kind == Kind.AUDIO]

    @property
    def papers(self) -> list[Attachment]:
        return [file for file in self.files if file.kind in (Kind.PDF, Kind.FILE)]


@dataclass(frozen=True)
class Stream:
    """Entries, the oldest of the page first, and the key of the page before, "" at the beginning of all."""

    entries: list[Entry]
    older: str

    @property
    def newest(self) -> Interaction | None:
        return self.entries[-1].interaction if self.entries else None


def stream_of(interactions: list[Interaction], dress: Callable[[list[Interaction]], list[Entry]]) -> Stream:
    """A page out of interactions that stand newest first, one more than a page where there are older ones."""
    last = interactions[PAGE - 1] if len(interactions) > PAGE else None
    return Stream(dress(interactions[:PAGE][::-1]), Place(last.at, 0, last.pk).encode() if last else "")


def interactions_of(user: User, conversation: Conversation, after: str = "") -> list[Interaction]:
    """What `user` may read of this visible conversation, newest first, up to a page and one. Two queries a batch."""
    rows = Interaction.objects.filter(conversation=conversation, removed_at__isnull=True).select_related("author")
    rows = rows.order_by("-at", "-pk")

    def fetch(place: Place | None, number: int) -> list[Interaction]:
        return list(rows.filter(behind(place, 0, at="at", pk="id"))[:number])

    def keep(found: list[Interaction]) -> list[Interaction]:
        if not found:
            return []
        asked = interactions_visible_to(user).filter(pk__any_of=[row.pk for row in found])
        seen = set(asked.values_list("pk", flat=True))
        return [row for row in found if row.pk in seen]

    return walk(decode(after), fetch, keep, lambda row: Place(row.at, 0, row.pk))


def entries_of(
    user: User,
    interactions: list[Interaction],
    *,
    sends: Callable[[Interaction], bool],
    with_lines: bool = False,
    corrects: Callable[[list[Interaction]], dict[int, bool]] | None = None,
) -> list[Entry]:
    """Dress these readable interactions: files, mail, mentions, marks, who may correct them. Six queries at most.

    `sends` says whether the reader may send from the line of one. Authors must be fetched, and channels `with_lines`.
    `corrects` answers as `corrections.by_contacts`, where the view knows more.
    """
    ids = [row.pk for row in interactions]
    files, mails, mentioned = _files(ids), _mails(interactions), _mentions(interactions)
    by_contact = (corrects(interactions) if corrects else by_contacts(user, interactions)) if ids else {}
    mine = correctable_where(user, interactions, by_contact, sends)
    marks = marks_of(user, interactions)
    region = user.region
    return [
        Entry(
            interaction=row,
            line=line_name(row.channel, region) if with_lines and row.channel else "",
            by=row.author.get_full_name() if row.author else "",
            is_mine=row.author_id == user.pk,
            corrects=row.pk in mine,
            sends=row.conversation_id is not None and sends(row),
            files=files.get(row.pk, []),
            mail=mails.get(row.pk),
            mentioned=mentioned.get(row.pk, []),
            mark=marks.get(row.pk),
        )
        for row in interactions
    ]


def _files(ids: list[int]) -> dict[int, list[Attachment]]:
    found: dict[int, list[Attachment]] = {}
    for file in Attachment.objects.filter(interaction__any_of=ids).order_by("position", "pk") if ids else ():
        found.setdefault(file.interaction_id or 0, []).append(file)
    return found


def _mails(interactions: list[Interaction]) -> dict[int, dict[str, Any]]:
    """What stands above a mail, without its formatted body (a page of its own). One query where there are any."""
    ids = [row.pk for row in interactions if row.type == Type.EMAIL]
    if not ids:
        return {}
    rows = Mail.objects.filter(interaction__any_of=ids).annotate(formatted=~Q(html=""))
    return {row["interaction"]: row for row in rows.values("interaction", "from_name", "to", "cc", "formatted")}


def _mentions(interactions: list[Interaction]) -> dict[int, list[str]]:
    ids = [row.pk for row in interactions if row.type == Type.NOTE]
    if not ids:
        return {}
    found: dict[int, list[str]] = {}
    for row in Mention.objects.filter(interaction__any_of=ids).select_related("user").order_by("pk"):
        found.setdefault(row.interaction_id, []).append(row.user.get_full_name())
    return found
