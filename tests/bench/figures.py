"""What is measured how: SQL of a piece of code, medians, and a row of the report."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.db import connection

REPEATS = 9


@dataclass
class Spent:
    """Statements and the milliseconds that they took, answers included."""

    milliseconds: float = 0.0
    statements: int = 0


@contextmanager
def sql_spent() -> Iterator[Spent]:
    """Count what the code within asks of the database on this connection."""
    spent = Spent()

    def watch(execute: Callable, sql: str, params: Any, many: bool, context: dict) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent.milliseconds += (time.perf_counter() - begun) * 1000
            spent.statements += 1

    with connection.execute_wrapper(watch):
        yield spent


@dataclass(frozen=True)
class Asked:
    """Medians of a piece of code: milliseconds of SQL as they were waited for, and of the server's processor in them.

    On a busy machine the first is longer than the second; on a quiet one they are alike. 0 where the server is not
    on this machine.
    """

    milliseconds: float
    processor: float

    def __str__(self) -> str:
        return f"{self.milliseconds:.1f} ms ({self.processor:.1f} of processor)"


def sql_of(work: Callable[[], object], repeats: int = REPEATS) -> Asked:
    """What `work` asks of the database, after one call to warm up."""
    work()
    times, busy = [], []
    for _ in range(repeats):
        begun = server_processor()
        with sql_spent() as spent:
            work()
        busy.append(server_processor() - begun)
        times.append(spent.milliseconds)
    return Asked(statistics.median(times), statistics.median(busy))


def server_processor() -> float:
    """Milliseconds of processor that this connection's server process has had (Linux)."""
    connection.ensure_connection()
    try:
        facts = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text()
    except OSError:
        return 0.0
    return int(facts.split()[0]) / 1e6


@dataclass(frozen=True)
class Row:
    """One line of the report. `reached` and `target` are in `unit`; at least the target where `more` is better."""

    case: str
    reached: float
    target: float | None
    unit: str = "×"
    more: bool = False
    detail: str = ""

    @property
    def met(self) -> bool | None:
        if self.target is None:
            return None
        return self.reached >= self.target if self.more else self.reached <= self.target

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"met": self.met}


def table(rows: list[Row]) -> str:
    """The report as a Markdown table."""
    lines = ["| case | target | reached | met | detail |", "| --- | --- | --- | --- | --- |"]
    for row in rows:
        target = "" if row.target is None else f"{'≥' if row.more else '≤'} {_number(row.target)} {row.unit}"
        met = {True: "yes", False: "**no**", None: ""}[row.met]
        lines.append(f"| {row.case} | {target} | {_number(row.reached)} {row.unit} | {met} | {row.detail} |")
    return "\n".join(lines)


def _number(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 10 else f"{value:.1f}"
