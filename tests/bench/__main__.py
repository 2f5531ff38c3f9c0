"""The command line of the benchmark: builds or keeps the data set, runs the cases, prints the report.

bin/bench            all cases with 1,000,000 contacts (the first time: about a quarter of an hour to load)
bin/bench --quick    the same with 50,000, for a look; targets are meant for the large one
bin/bench --only reading weight --json
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator

from . import place

LARGE, QUICK = 1_000_000, 50_000
CASES = (
    "reading", "conversing", "streams", "narrowing", "weight", "webhooks", "writing", "importing", "calls", "engaging",
)  # fmt: skip


def main() -> None:
    options = arguments()
    contacts = QUICK if options.quick else options.contacts
    place.prepare(contacts, rebuild=options.rebuild)
    import django  # only now do the settings know where the database is

    django.setup()
    from . import dataset, figures, traffic

    dataset.ensure(contacts, say)
    traffic.ensure(contacts, say)
    rows = []
    for row in run(options.only or CASES):
        say(f"{row.case}: {row.reached:.3g} {row.unit}")
        rows.append(row)
    if options.json:
        print(json.dumps({"contacts": contacts, "rows": [row.as_dict() for row in rows]}, indent=1))
    else:
        print(figures.table(rows))


def run(wanted: tuple[str, ...]) -> Iterator:
    """Rows of the wanted cases; the server runs only for those that need it."""
    from . import (
        calls,
        conversing,
        engaging,
        importing,
        narrowing,
        reading,
        site,
        streams,
        webhooks,
        weight,
        writing,
    )  # fmt: skip

    served: dict[str, Callable] = {
        "reading": reading.cases, "conversing": conversing.cases, "weight": weight.cases,
        "webhooks": webhooks.cases,
    }  # fmt: skip
    if any(name in wanted for name in served):
        with site.serve() as running:
            for name, cases in served.items():
                if name in wanted:
                    yield from cases(running)
    plain: dict[str, Callable] = {
        "streams": streams.cases, "narrowing": narrowing.cases, "writing": writing.cases,
        "importing": importing.cases, "calls": calls.cases, "engaging": engaging.cases,
    }  # fmt: skip
    for name, cases in plain.items():
        if name in wanted:
            yield from cases()


def arguments() -> argparse.Namespace:
    as_written = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__, formatter_class=as_written)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} contacts instead of {LARGE:,}")
    parser.add_argument("--contacts", type=int, default=LARGE, help="size of the large account")
    parser.add_argument("--rebuild", action="store_true", help="make the data set again")
    parser.add_argument("--only", nargs="+", choices=CASES, help="only these cases")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    return parser.parse_args()


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
