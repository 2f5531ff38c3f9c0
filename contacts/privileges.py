"""The privileges chart of seed S2 as it is shown: each cell is read from the tables of `rights` that enforce it.

Nothing here decides anything. Beneath a No of a shared contact stands the rule with which it is refused, beneath a Yes
what limits it.
"""

from __future__ import annotations

from dataclasses import dataclass

from contacts_project.accounts.models import User
from departments import policy as departments_policy
from departments.models import Department

from . import policy, rights
from .models import Kind
from .rights import CHART_COLUMNS, CHART_ROWS, CREATORS, GRANTABLE, RIGHTS, Column

CREATE = "create"
HOW_CREATED = "Make an outbound call from a Department, or receive an inbound call to a Department"
ALSO_CREATED = "A fax or message does the same"
ONLY_IF_LEFT = "Only if the owner has left"
# Rows beyond the seed's five (product.md §2b); the first stands after Create, as there.
VIEW_ROW = ("view", "View contact")
MORE_ROWS = (
    ("note", "Notes"),
    ("grant", "Grant collaborators"),
    ("unarchive", "Unarchive"),
    ("unblock", "Unblock"),
    ("give", "Convert to Department Contact"),
    ("keep", "Convert to personal"),
)
SEED_ACTIONS = {action for action, _ in CHART_ROWS}


@dataclass(frozen=True)
class Cell:
    """`allowed` is None where the question does not arise; `text` is a remark beneath the word."""

    allowed: bool | None
    text: str
    column: Column
    is_mine: bool
    starts_group: bool


@dataclass(frozen=True)
class Line:
    title: str
    cells: list[Cell]


def chart(mine: set[Column]) -> list[Line]:
    """All rows of the table; the cells in `mine`, the viewer's columns, are marked. No query."""
    rows = [CHART_ROWS[0], VIEW_ROW, *CHART_ROWS[1:], *MORE_ROWS]
    return [Line(title, [_cell(action, column, mine) for column in CHART_COLUMNS]) for action, title in rows]


def headings(mine: set[Column]) -> list[Cell]:
    """The heads of the columns, with the viewer's own marked."""
    return [_dressed(None, "", column, mine) for column in CHART_COLUMNS]


def groups() -> list[tuple[str, int]]:
    """(kind's name, number of columns), in order."""
    kinds = [column.kind for column in CHART_COLUMNS]
    return [(WORDS_OF_KIND[kind], kinds.count(kind)) for kind in dict.fromkeys(kinds)]


def columns_of(user: User, department: Department) -> set[Column]:
    """The viewer's columns: by role here, and as original owner of a shared contact of this department. Two queries."""
    role = departments_policy.role_in(user, department)
    shared = policy.visible_to(user).filter(kind=Kind.SHARED, owner=user, links__department=department)
    roles = {role} | ({rights.ORIGINAL_OWNER} if shared.exists() else set())
    return {column for column in CHART_COLUMNS if column.role in roles}


WORDS_OF_KIND: dict[str, str] = {Kind.DEPARTMENT: "Department Contact", Kind.SHARED: "Shared Department Contact"}


def allowed(action: str, column: Column) -> bool | None:
    """What the tables say; None where no role of this kind has the action, as converting what is converted."""
    if action == CREATE:
        return column.role in CREATORS[column.kind]
    return column.role in RIGHTS[action][column.kind] if column.kind in RIGHTS[action] else None


def remark(action: str, column: Column) -> str:
    """The words beneath the answer, derived from the same tables; "" where the word says it all."""
    answer = allowed(action, column)
    if answer is None:
        return ""
    if not answer:
        return _why_not(action, column)
    if action == CREATE:
        return f"{HOW_CREATED}. {ALSO_CREATED}"
    if action == "grant":
        return _levels(column.kind)
    return _as_level(column) if action == "note" else ""


def _why_not(action: str, column: Column) -> str:
    """The rule, where the seed has an exception: its five rows, on a shared contact that somebody may do it with."""
    if (
        action == "give"
        and column.role == rights.ADMIN_OPERATOR
        and rights.ORPHAN_KEEPER in RIGHTS[action][column.kind]
    ):
        return ONLY_IF_LEFT
    if action in SEED_ACTIONS - {CREATE} and column.kind == Kind.SHARED:
        return policy.rule_for(action, column.kind)
    return ""


def _levels(kind: str) -> str:
    words = [level.title() for level in GRANTABLE[kind]]
    return f"{words[0]} only" if len(words) == 1 else " and ".join(words)


def _as_level(column: Column) -> str:
    """Which column of the personal table notes follow: Admin deletes any, Write has private ones, else public only."""
    if column.role in RIGHTS["note_delete_any"][column.kind]:
        return "As Admin"
    return "As Write" if column.role in RIGHTS["note_write_private"][column.kind] else "Public, as Write"


def _cell(action: str, column: Column, mine: set[Column]) -> Cell:
    return _dressed(allowed(action, column), remark(action, column), column, mine)


def _dressed(answer: bool | None, text: str, column: Column, mine: set[Column]) -> Cell:
    first = next(other for other in CHART_COLUMNS if other.kind == column.kind)
    return Cell(answer, text, column, is_mine=column in mine, starts_group=column == first)
