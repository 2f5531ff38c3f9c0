"""Kithline's own settings and one address more: the floor. In use by the benchmark only."""

from contacts_project.settings import *  # noqa: F403  all of them, so that what is measured is what runs
from contacts_project.settings import BASE_DIR, TEMPLATES

ROOT_URLCONF = "tests.bench.urls"
TEMPLATES[0]["DIRS"].append(BASE_DIR / "tests/bench/templates")
