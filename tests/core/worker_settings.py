"""The product's settings with one more module of jobs, for worker processes that tests start."""

from contacts_project.settings import *  # noqa: F403  settings are a flat list of names
from contacts_project.settings import PROCRASTINATE_IMPORT_PATHS

PROCRASTINATE_IMPORT_PATHS = [*PROCRASTINATE_IMPORT_PATHS, "tests.core.slow_jobs"]
