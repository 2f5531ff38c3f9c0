"""The case that imports: a CSV of 100,000 people, by the service, in a process of its own so that its memory shows."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from . import place, readers
from .figures import Row
from .importer import CHECKING, IMPORTING, JUDGING
from .writing import account_to_write_in

PEOPLE = 100_000
WRITING, WHOLE, MEMORY = 2_000, 1_500, 200
HEADERS = (
    "First Name", "Last Name", "Company", "Email", "Mobile Phone", "Work Phone",
    "Street", "City", "State", "Zip", "Country",
)  # fmt: skip
GIVEN = ("John", "Maria", "Jürgen", "Renee", "Priya", "Łukasz", "Chloé", "Omar")
FAMILY = ("Smith", "Martinez", "Müller", "O'Brien", "Nguyen", "Novák", "Okafor")


def cases() -> Iterator[Row]:
    """Speeds of the import beside all the contacts that are there already, and the memory of its process."""
    user = readers.reader(readers.WRITER)
    with account_to_write_in(user), tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "people.csv")
        write_file(file)
        command = [sys.executable, "-m", "tests.bench.importer", str(file), user.email]
        environment = os.environ | {"KITHLINE_ROLE": "worker", "MEDIA_ROOT": folder}
        answer = subprocess.run(command, cwd=place.ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    told = json.loads(answer.stdout.splitlines()[-1])
    if told["created"] != PEOPLE:
        raise RuntimeError(f"{told['created']} of {PEOPLE} were created")
    writing = told[IMPORTING] - told[JUDGING]
    parts = (CHECKING, IMPORTING, JUDGING)
    detail = ", ".join(f"{name} {told[name]:.0f} s ({told[f'{name}, processor']:.0f} of processor)" for name in parts)
    yield Row("import of 100,000, writing", PEOPLE / writing, WRITING, "contacts/s", True, detail)
    yield Row("import of 100,000, whole", PEOPLE / (told[CHECKING] + told[IMPORTING]), WHOLE, "contacts/s", True)
    yield Row("import of 100,000, peak memory", told["memory"], MEMORY, "MB")


def write_file(file: Path) -> None:
    with file.open("w", newline="", encoding="utf-8") as stream:
        out = csv.writer(stream)
        out.writerow(HEADERS)
        for n in range(PEOPLE):
            given, family = GIVEN[n % len(GIVEN)], FAMILY[n // 3 % len(FAMILY)]
            work = f"+1 {212 + n // 10_000}-{2 + n % 8}{n // 100 % 100:02}-{n % 10_000:04}"
            mobile = f"(415) 555-{n % 10_000:04}"
            place_of = f"{n % 900 + 1} Market Street", "San Francisco", "CA", "94111", "US"
            out.writerow(
                [given, f"{family} {n}", f"Firm {n % 700}", f"person{n}@import.example", mobile, work, *place_of]
            )
