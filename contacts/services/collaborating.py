"""How lists, lines and engagements are shared: one set of rules for what has grants of its own (product.md §2c).

Each kind says in a `Sharing` what differs; who may share, and the lock under which it is judged, stay with its own
service. Contacts have theirs (`sharing`): many at once, with an outcome for each.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from contacts_project.accounts import grants
from contacts_project.accounts.grants import Grant, GrantLine, Level
from contacts_project.accounts.models import User
from contacts_project.accounts.services.notices import notify

from .sharing import CHANGED, INACTIVE, read_lines
from .undoing import CannotUndo

NOT_LONGER = "Your own access ends on {day}: it cannot be given for longer."


@dataclass(frozen=True)
class Sharing:
    """One kind of thing: its grants, what stops the last Admin from going, and the error that says so.

    `problem` makes the error out of the field of the form ("user", "access", "until") and the sentence for people.
    `notice` is the kind of notice that tells somebody who had nothing (`accounts.notices`).
    """

    grants: type[Grant]
    last_admin: str
    problem: Callable[[str, str], Exception]
    notice: str

    def line_of(self, thing: Any, user_id: int) -> GrantLine | None:
        """One person's current grant, or None. One query."""
        return grants.line_on(self.grants, thing, user_id)

    def is_last(self, thing: Any, line: GrantLine | None) -> bool:
        """Whether this line is the last Admin of an active person without an end date. One query, if any."""
        return grants.is_last_admin(self.grants, thing, line)

    def give(
        self,
        actor: User,
        thing: Any,
        user: User,
        level: str,
        until: datetime.date | None,
        *,
        raise_only: bool = False,
        fixed: str = "",
        is_bounded: bool = True,
    ) -> bool:
        """Give the locked `user` exactly this level on the locked `thing`; False if he or she had it already.

        With `raise_only` nobody's access gets less: an answer to a request, which tells the person itself; otherwise
        who had nothing is told. `fixed` says why this person's does not change at all. Nobody gives more than he or
        she has, unless not `is_bounded`. Raises the kind's problem.
        """
        line = self.line_of(thing, user.pk)
        if line and line.level == level and line.until == until:
            return False
        if line and raise_only and grants.LEVELS.index(line.level) >= grants.LEVELS.index(Level(level)):
            return False
        if not user.is_active or user.account_id != thing.account_id:
            raise self.problem("user", INACTIVE)
        if fixed:
            raise self.problem("access", fixed)
        if is_bounded:
            self._refuse_longer(actor, thing, until)
        if self.is_last(thing, line) and (level != Level.ADMIN or until):
            raise self.problem("access", self.last_admin)
        if line is None:  # what has ended must not come back to life with its old giver
            self.take(actor, thing, user)
        grants.set_level(self.grants, [thing], [user], level, by=actor, until=until)
        if line is None and not raise_only:
            notify(self.notice, thing.pk, to=[user], by=actor)
        return True

    def take(self, actor: User, thing: Any, user: User) -> None:
        """Take away what `user` has on `thing`, ended or not. Asks for nothing."""
        grants.set_level(self.grants, [thing], [user], None, by=actor)

    def refuse_last(self, thing: Any, line: GrantLine) -> None:
        """Raise the kind's problem if without this line nobody would administer the thing."""
        if self.is_last(thing, line):
            raise self.problem("access", self.last_admin)

    def put_back(self, thing: Any, user: User, before: dict[str, Any]) -> None:
        """Give one person back what was taken (`sharing.kept_line`). Raises CannotUndo."""
        if not user.is_active:
            raise CannotUndo(INACTIVE)
        if self.line_of(thing, user.pk):
            raise CannotUndo(CHANGED)
        grants.put_back(self.grants, user, read_lines(user, {thing.pk: before}))

    def _refuse_longer(self, actor: User, thing: Any, until: datetime.date | None) -> None:
        own = self.line_of(thing, actor.pk)
        if own and own.until and (until is None or until > own.until):
            raise self.problem("until", NOT_LONGER.format(day=f"{own.until:%-d %B %Y}"))
