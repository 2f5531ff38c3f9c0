"""The background worker as a real process: a job whose worker was killed runs again on the next one."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation

from contacts_project.core import jobs

ROOT = Path(__file__).resolve().parent.parent.parent
QUICK = {"WORKER_HEARTBEAT": "1", "WORKER_STALLED": "3", "STALLED_JOBS_CRON": "* * * * * */2"}


def wait_for(condition, seconds):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.1)


@pytest.fixture
def start_worker(transactional_db):
    """Start workers on the test's database; they are killed at the end."""
    started = []
    params = connection.get_connection_params()
    url = f"postgres:///{params['dbname']}?host={params['host']}&user={params['user']}"

    def start():
        environment = (
            os.environ
            | QUICK
            | {
                "DATABASE_URL": url,
                "DJANGO_SETTINGS_MODULE": "tests.core.worker_settings",
                "KITHLINE_ROLE": "worker",
            }
        )
        command = [sys.executable, "manage.py", "procrastinate", "worker", "--fetch-job-polling-interval", "0.5"]
        started.append(subprocess.Popen(command, cwd=ROOT, env=environment))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
    wait_for(lambda: not others(), 10)  # a killed worker's session lasts a moment longer
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers CASCADE")


def test_a_job_of_a_killed_worker_runs_again_on_the_next(start_worker, tmp_path):
    notes = tmp_path / "notes"
    job = app.configure_task("tests.core.slow_jobs.hang_once").defer(path=str(notes))
    first = start_worker()
    wait_for(notes.exists, 30)
    first.kill()
    first.wait()
    start_worker()
    wait_for(lambda: "ended" in notes.read_text(), 40)
    assert notes.read_text() == "started\nstarted\nended\n"
    wait_for(lambda: status(job) == "succeeded", 10)


def test_sigterm_lets_an_idle_worker_leave_at_once(start_worker):
    worker = start_worker()
    wait_for(workers, 30)
    worker.terminate()
    assert worker.wait(15) == 0
    assert not workers()


def test_a_job_that_takes_every_worker_down_is_given_up():
    done = []

    class Manager:
        async def get_stalled_jobs(self, seconds_since_heartbeat):
            return [
                SimpleNamespace(id=1, attempts=jobs.MOST_ATTEMPTS),
                SimpleNamespace(id=2, attempts=3),
                SimpleNamespace(id=3, attempts=0),
                SimpleNamespace(id=4, attempts=0),
            ]

        async def finish_job(self, job, status, delete_job):
            done.append((job.id, "forgotten" if delete_job else status.value))

        async def retry_job(self, job):
            if job.id == 3:  # another one of its kind waits already
                raise UniqueViolation(constraint_name="queueing_lock", queueing_lock="lane")
            done.append((job.id, "again"))

    context = SimpleNamespace(app=SimpleNamespace(job_manager=Manager()))
    asyncio.run(jobs.retry_stalled.func(context, 0))
    assert done == [(1, "failed"), (2, "again"), (3, "forgotten"), (4, "again")]


def status(job):
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE id = %s", [job])
        return cursor.fetchone()[0]


def workers():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_workers")
        return cursor.fetchone()[0]


def others():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]
