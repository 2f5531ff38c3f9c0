"""The command line of the soak: each fault in turn, one line for what was asked and what came of it.

bin/soak                         all faults, and the rules at length
bin/soak --only deliveries       10,000 deliveries of 2,000 events: duplicates, replays, forgeries, shuffled
bin/soak --only worker           kill -9 of the worker again and again while events are applied
bin/soak --only database         the database restarted again and again under webhook writes
bin/soak --only engagement       kill -9 of the worker while an engagement is sent, contacts are archived and opt out
bin/soak --only migrations       an empty database migrated together and one operation after the other: one schema
bin/soak --only rules            access, input and random histories with every value that takes turns in bin/test
"""

from __future__ import annotations

import argparse
import signal
import sys

from . import place

FAULTS = ("deliveries", "worker", "database", "engagement", "migrations")
RULES = "rules"


def main() -> None:
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped, too
    place.prepare()
    import django  # only now do the settings know where the database is

    django.setup()
    from . import engaging, faults, migrating, rules, running

    known = {
        "deliveries": faults.deliveries, "worker": faults.worker, "database": faults.database,
        "engagement": engaging.engagement, "migrations": migrating.migrations,
    }  # fmt: skip
    results = []

    def tell(result: faults.Result) -> None:
        results.append(result)
        print(result, flush=True)

    wanted = options.only or [*FAULTS, RULES]
    if chosen := [name for name in wanted if name in FAULTS]:
        with running.Product() as product:
            product.make_line()
            for name in chosen:
                print(f"{name} …", file=sys.stderr, flush=True)
                tell(known[name](product, options))
    if RULES in wanted:
        print(f"{RULES} …", file=sys.stderr, flush=True)
        tell(rules.rules(options))
    raise SystemExit(0 if all(result.held for result in results) else 1)


def arguments() -> argparse.Namespace:
    as_written = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(prog="bin/soak", description=__doc__, formatter_class=as_written)
    parser.add_argument("--only", nargs="+", choices=(*FAULTS, RULES), help="only these")
    parser.add_argument("--events", type=int, default=2000, help="events of the deliveries (2,000)")
    parser.add_argument("--people", type=int, default=2000, help="recipients of the engagement (2,000)")
    parser.add_argument("--kills", type=int, default=20, help="how often the worker is killed (20)")
    parser.add_argument("--restarts", type=int, default=10, help="how often the database is restarted (10)")
    parser.add_argument("--seed", type=int, default=4, help="of the shuffling (4)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
