"""SQL that is written once and used again and again, with new values each time.

Django takes several times as long to write a rule of access as the database to answer it, and a page asks a dozen of
them. The rules stay querysets; `write` turns them into text once for each process, and `Written` is a condition with
that text which any queryset takes: filtered, annotated, as a subquery within others.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ParamSpec

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Expression, F, QuerySet
from django.db.models.sql.compiler import SQLCompiler


@dataclass(frozen=True)
class Column:
    """Where a column of the row that is asked about stands; the use says which."""

    name: str


@dataclass(frozen=True)
class Given:
    """Where a value stands that the use gives."""

    name: str


@dataclass(frozen=True)
class Fixed:
    """A value that is the same in every use."""

    value: Any


Slot = Column | Given | Fixed
Text = tuple[str | Slot, ...]


StandIns = Sequence[tuple[Any, Slot]]
A_USER, A_DAY = -(2**53), datetime.date.min
STAND_INS: StandIns = [(A_USER, Given("user")), (A_DAY, Given("day"))]


P = ParamSpec("P")
_forget: list[Callable[[], None]] = []


def once(function: Callable[P, Text]) -> Callable[P, Text]:
    """Keeps what this function has written for each of its arguments, until `forget`."""
    kept = lru_cache(maxsize=128)(function)
    _forget.append(kept.cache_clear)
    return kept  # type: ignore[return-value]  # a wrapper takes what the function takes


def forget() -> None:
    """Write all anew: ids of permissions, which stand in the texts, may have changed with a migration."""
    for each in _forget:
        each()


def write(*pieces: str | Slot | QuerySet, stand_ins: StandIns) -> Text:
    """SQL, slots and subqueries in order, as text.

    A subquery is a queryset made with values that stand in for what only the use knows: `stand_ins` says which value
    stands for what. They must be values that nobody ever means.
    """
    return tuple(part for piece in pieces for part in _parts(piece, stand_ins))


def exists(rows: QuerySet) -> QuerySet:
    """The subquery of an EXISTS: one row, no columns."""
    found = rows.order_by()
    found.query = found.query.exists()
    return found


def _parts(piece: str | Slot | QuerySet, stand_ins: StandIns) -> Iterator[str | Slot]:
    if not isinstance(piece, QuerySet):
        yield piece
        return
    query = piece.query.clone()
    # Names of its own: within it, the columns of the row that is asked about must not mean the subquery's own tables.
    query.change_aliases({alias: f"own_{alias}" for alias in query.alias_map})
    sql, values = query.sql_with_params()
    first, *others = sql.split("%s")
    if len(others) != len(values) or any("%" in text for text in (first, *others)):
        raise ValueError(f"Only parameters may hold a % sign: {sql}")
    yield first
    for value, text in zip(values, others, strict=True):
        yield next((slot for stand_in, slot in stand_ins if stand_in == value), Fixed(value))
        yield text


class Written(Expression):
    """A condition with the text of `write`. `columns` names the columns' paths from the model that is filtered."""

    def __init__(self, text: Text, columns: Mapping[str, str | F], values: Mapping[str, Any]) -> None:
        super().__init__(output_field=BooleanField())
        self.text, self.names, self.values = text, list(columns), dict(values)
        self.columns: list[Any] = [F(path) if isinstance(path, str) else path for path in columns.values()]

    def get_source_expressions(self) -> list[Any]:
        return self.columns

    def set_source_expressions(self, exprs: Iterable[Any]) -> None:
        self.columns = list(exprs)

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        """The text with the columns as this query calls them, and its parameters."""
        return _filled(self.text, dict(zip(self.names, map(compiler.compile, self.columns), strict=True)), self.values)


def statement(text: Text, values: Mapping[str, Any]) -> tuple[str, tuple[Any, ...]]:
    """A whole statement of `write`, which asks about no row of another, and its parameters."""
    return _filled(text, {}, values)


def _filled(
    text: Text, columns: Mapping[str, tuple[str, Iterable[Any]]], values: Mapping[str, Any]
) -> tuple[str, tuple[Any, ...]]:
    sql: list[str] = []
    parameters: list[Any] = []
    for part in text:
        if isinstance(part, str):
            sql.append(part)
        elif isinstance(part, Column):
            column, more = columns[part.name]
            sql.append(column)
            parameters.extend(more)
        else:
            sql.append("%s")
            parameters.append(part.value if isinstance(part, Fixed) else values[part.name])
    return "".join(sql), tuple(parameters)
