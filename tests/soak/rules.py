"""The rules at length: what takes turns in `bin/test` is asked of everybody, with every value, over many histories."""

from __future__ import annotations

import argparse
import os
import subprocess
import time
from pathlib import Path

from . import place
from .faults import Result


def modules() -> list[Path]:
    """The tests that ask more with EVERY_VALUE=1 (tests/turns.py), some of them by way of contracts/walking.py."""
    marks = ("from tests.turns import", "assert_fragments_are_denied")
    files = sorted((place.ROOT / "tests").rglob("test_*.py"))
    return [file for file in files if any(mark in file.read_text() for mark in marks)]


def rules(options: argparse.Namespace) -> Result:
    """All of them by `bin/test`, in the cluster of the tests; what they say stands in var/soak/rules.log."""
    chosen, log = modules(), place.ROOT / "var/soak/rules.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with log.open("wb") as out:
        processes = place.AS_CALLED.get("TEST_PROCESSES", "2")
        command = ["bin/test", *map(str, chosen), "-n", processes, "--dist", "worksteal"]
        environment = place.AS_CALLED | {"EVERY_VALUE": "1"}
        done = subprocess.run(command, cwd=place.ROOT, env=environment, stdout=out, stderr=out, check=False)
    facts: dict[str, object] = {"modules": len(chosen), "seconds": round(time.monotonic() - began)}
    if done.returncode:
        facts["failures in"] = os.path.relpath(log)
    return Result("rules", done.returncode == 0, facts)
