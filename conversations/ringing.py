"""Calls that ring for somebody, and calls that he or she has yet to wrap up (product.md §7).

Reads only; what is done with calls stands in `services.ringing` and `services.wrapping_up`.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from contacts.department_tags import Tags, department_tags
from contacts.models import Contact, Note
from contacts.policy import holds_anything
from contacts_project.accounts.models import User
from contacts_project.accounts.somebody import A_MOMENT, STAND_INS, answers, somebody
from contacts_project.core.written import Given, Text, once, write

from .models import Conversation, Interaction, InteractionContact, RingDismissal
from .policy import readers_of, usable
from .services.ringing import RINGS_FOR
from .visibility import contacts_visible_in, interactions_visible_to, parties_visible_to

Type, Status, Direction = Interaction.Type, Interaction.Status, Interaction.Direction
MOST_NAMED = 3
MOST_THREADS = 20
MOST_TO_WRAP_UP = 50


@dataclass(frozen=True)
class Ring:
    """What the panel shows of a call: `contact` is the first that the viewer sees (`others` counts the rest), with
    tags and its last public note; `threads` counts further open conversations with it; `rung` names colleagues."""

    call: Interaction
    contact: Contact | None
    others: int
    tags: Tags
    note: Note | None
    threads: int
    rung: tuple[str, ...]
    more_rung: int

    @property
    def seconds(self) -> int:
        """How long it has rung."""
        return max(int((timezone.now() - self.call.at).total_seconds()), 0)


def rings_for(user: User) -> QuerySet[Interaction]:
    """Calls that `user` may answer now, unordered and few: on a channel that he or she sends from, seen, not passed on.

    Blocked callers never ring: their calls are recorded as Blocked. Two queries when read, one where nothing rings.
    """
    if not holds_anything(user):
        return Interaction.objects.none()
    # Asked about by id: what rings is few, what is visible is much.
    ids = [pk for (pk,) in answers(_ringing(), user, since=timezone.now() - RINGS_FOR)]
    return interactions_visible_to(user).filter(pk__in=ids) if ids else Interaction.objects.none()


@once
def _ringing() -> Text:
    """Ids of what rings on the lines of the user, seen or not: every page asks."""
    user = somebody()
    ringing = Interaction.objects.filter(
        account=user.account_id, status=Status.RINGING, at__gt=A_MOMENT,
        type=Type.CALL, direction=Direction.IN, channel__in=usable(user).order_by().values("pk"),
    )  # fmt: skip
    dismissed = RingDismissal.objects.filter(interaction=OuterRef("pk"), user=user)
    rows = ringing.exclude(Exists(dismissed)).values_list("pk")
    return write(rows, stand_ins=[*STAND_INS, (A_MOMENT, Given("since"))])


def ringing_for(user: User) -> list[Ring]:
    """What rings for `user`, the longest first. One query where nothing does, else about six for each call."""
    calls = list(rings_for(user).select_related("channel__department", "channel__account", "conversation"))
    people = contacts_visible_in(user, calls) if calls else {}
    return [_ring(user, call, people.get(call.pk, [])) for call in sorted(calls, key=lambda one: (one.at, one.pk))]


def to_wrap_up(user: User, conversation: Conversation | None = None) -> list[Interaction]:
    """Calls that `user` took or made and has not wrapped up, the oldest first; of one conversation if given.

    The last fifty of them; seen only, as everything. Two queries, one where there are none.
    """
    ids = list(unwrapped(user).order_by("-at").values_list("pk", flat=True)[:MOST_TO_WRAP_UP])
    if not ids:
        return []
    rows = interactions_visible_to(user).filter(pk__in=ids)
    if conversation is not None:
        rows = rows.filter(conversation=conversation)
    return list(rows.select_related("channel", "conversation").order_by("at", "pk"))


def unwrapped(user: User) -> QuerySet[Interaction]:
    """The same whether or not `user` still sees them: quickly asked whether there are any."""
    mine = Interaction.objects.filter(author=user, type=Type.CALL, wrapped_at__isnull=True, is_by_hand=False)
    return mine.filter(status__in=[Status.RINGING, Status.ACTIVE, Status.DONE], conversation__isnull=False)


def unnamed_in(user: User, call: Interaction) -> Contact | None:
    """The contact of this call whom a wrap-up can name: the only one that `user` sees, if it has no name."""
    people = contacts_visible_in(user, [call]).get(call.pk, [])
    return people[0].contact if len(people) == 1 and not people[0].contact.name else None


def _ring(user: User, call: Interaction, people: list[InteractionContact]) -> Ring:
    contact = people[0].contact if people else None
    rung = _rung_beside(user, call)
    return Ring(
        call,
        contact,
        max(len(people) - 1, 0),
        department_tags(user, [(contact.pk, contact.kind)]).get(contact.pk, ()) if contact else (),
        _last_note(contact) if contact else None,
        _open_threads(user, call, contact) if contact else 0,
        tuple(person.get_short_name() for person in rung[:MOST_NAMED]),
        max(len(rung) - MOST_NAMED, 0),
    )


def _last_note(contact: Contact) -> Note | None:
    """The newest public note of a contact that the viewer sees."""
    notes = Note.objects.filter(contact=contact, visibility=Note.Visibility.PUBLIC)
    return notes.select_related("author").order_by("-created_at", "-pk").first()


def _open_threads(user: User, call: Interaction, contact: Contact) -> int:
    """How many further conversations with the contact are open, up to twenty; those that the viewer sees."""
    is_open = Q(conversation__closed_at__isnull=True) | Q(last_in_at__gt=F("conversation__closed_at"))
    rows = parties_visible_to(user).filter(is_open, contact=contact).exclude(conversation=call.conversation_id)
    return len(rows.values_list("pk", flat=True)[:MOST_THREADS])


def _rung_beside(user: User, call: Interaction) -> list[User]:
    """The other operators of a department's line, by name. On other lines it depends on who sees the contact, which
    is not for this viewer to know."""
    if call.channel is None or call.channel.department_id is None:
        return []
    return list(readers_of(call.channel).exclude(pk=user.pk).order_by("name", "pk"))
