"""The words of an entry, and who finds them: each app tells of its own steps (`services.undoing`).

What a step was about is named as it is now, and only to who sees it now: a teller starts from `visible_to`, and leaves
out the steps of which nothing can be told.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from contacts.models import UndoStep
from contacts.services.undoing import is_open
from contacts_project.accounts.models import User

from .places import Place


@dataclass(frozen=True)
class Deed:
    """ "Archived *Renee Martinez* with Undo": what was `said` about a `name` with an address, and the `rest`.

    `more` is a second line: which fields, with whom. `icon` is one of the sprite.
    """

    said: str
    name: str = ""
    url: str = ""
    rest: str = ""
    more: str = ""
    icon: str = "pencil"

    @property
    def text(self) -> str:
        return " ".join(filter(None, (self.said, self.name, self.rest)))


@dataclass
class Entry:
    """One line of the page. `token` is that of its Undo while that is possible, `is_undone` says that it was used.

    `contact` is the id of the contact that it is about, 0 where it is about another thing.
    """

    at: datetime.datetime
    deed: Deed
    contact: int = 0
    token: str = ""
    is_undone: bool = False

    def offer(self, step: UndoStep) -> None:
        self.token = str(step.token) if is_open(step) else ""
        self.is_undone = step.used_at is not None


@dataclass(frozen=True)
class Unit:
    """What stands at one place: the entries of one saving, or a single one."""

    place: Place
    entries: list[Entry] = field(default_factory=list)


Teller = Callable[[User, Sequence[UndoStep]], dict[uuid.UUID, Deed]]
TELLERS: dict[str, Teller] = {}


def tells(*actions: str) -> Callable[[Teller], Teller]:
    """Register who tells of these actions of steps: (user, steps) -> their deeds by token, in few queries.

    What else was saved in the same request is told by the step alone. An action without a teller is told by the edit
    history, and its Undo stands there.
    """

    def register(teller: Teller) -> Teller:
        TELLERS.update(dict.fromkeys(actions, teller))
        return teller

    return register


def tell(user: User, steps: Iterable[UndoStep]) -> dict[uuid.UUID, Deed]:
    """The deeds of these steps by token; what `user` does not see any more is left out."""
    by_teller: dict[Teller, list[UndoStep]] = {}
    for step in steps:
        by_teller.setdefault(TELLERS[step.action], []).append(step)
    return {token: deed for teller, own in by_teller.items() for token, deed in teller(user, own).items()}


def ids_of(steps: Iterable[UndoStep], thing: str) -> list[int]:
    """Ids of the things of this name ("list") that the steps were about."""
    return sorted({step.about[thing] for step in steps if thing in step.about})
