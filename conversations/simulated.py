"""What the simulator shows of the outside world: their phone, seen from there, as far as the viewer may see it."""

from __future__ import annotations

from dataclasses import dataclass

from contacts_project.accounts.models import User

from .models import Attachment, Interaction
from .services.people import UNKNOWN
from .services.simulating import WITHHELD, CannotHappen, playable, read_address
from .visibility import interactions_visible_to

SHOWN = 15
Status = Interaction.Status
# Nothing of these has reached the other side.
NOT_THERE = (Status.QUEUED, Status.SENDING, Status.FAILED, Status.UNKNOWN)


@dataclass(frozen=True)
class Entry:
    """One interaction with its files, and whether it came from us."""

    interaction: Interaction
    files: list[Attachment]

    @property
    def from_us(self) -> bool:
        return self.interaction.direction == Interaction.Direction.OUT

    @property
    def has_arrived(self) -> bool:
        return self.interaction.status not in NOT_THERE


def their_address(user: User, text: str) -> str:
    """The outside address as conversations store it; what is no number and no mail is a visitor's name, or ""."""
    assert user.account is not None
    if text.strip().lower() in WITHHELD:
        return UNKNOWN
    try:
        return read_address(text, user.account.default_region)
    except CannotHappen:
        return " ".join(text.replace("\x00", "").split())[:254]


def their_phone(user: User, address: str) -> list[Entry]:
    """What passed between simulated lines and this address, the newest SHOWN, oldest first. Three queries.

    Only what `user` may see; internal notes and what waits for its time never.
    """
    if not address:
        return []
    lines = playable(user).order_by().values("pk")
    candidates = Interaction.objects.filter(channel__in=lines, outside_address=address, removed_at__isnull=True)
    candidates = candidates.exclude(type=Interaction.Type.NOTE).exclude(status=Status.SCHEDULED)
    ids = candidates.order_by("-at", "-pk").values_list("pk", flat=True)[:200]
    # Of the newest candidates those that are visible: never order and slice what is visible (`visibility`).
    rows = interactions_visible_to(user).filter(pk__in=list(ids)).select_related("channel", "author")
    newest = sorted(rows, key=lambda row: (row.at, row.pk))[-SHOWN:]
    files: dict[int | None, list[Attachment]] = {}
    for one in Attachment.objects.filter(interaction__in=[row.pk for row in newest]).order_by("position", "pk"):
        files.setdefault(one.interaction_id, []).append(one)
    return [Entry(row, files.get(row.pk, [])) for row in newest]
