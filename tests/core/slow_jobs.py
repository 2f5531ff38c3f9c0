"""A job for tests of the worker: it hangs when it runs for the first time, and ends when it runs again."""

import time
from pathlib import Path

from procrastinate.contrib.django import app


@app.task
def hang_once(path: str) -> None:
    """Note each start in the file at `path`; only the first run hangs."""
    notes = Path(path)
    with notes.open("a") as file:
        file.write("started\n")
    if notes.read_text().count("started") == 1:
        time.sleep(120)
    with notes.open("a") as file:
        file.write("ended\n")
