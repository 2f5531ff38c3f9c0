"""Clusters of their own for the tests of the embedded server: real folders, real processes, nothing shared."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from contacts_project import postgres
from contacts_project.accounts.models import Account, User

OPTIONS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
START = "import sys; from contacts_project import postgres as p; print(p.ensure(sys.argv[1], sys.argv[2]), flush=True)"


@dataclass
class Cluster:
    """A data folder, and the programs that use it."""

    data: Path

    def user(self, *, keep: bool = False, **environment: str) -> subprocess.Popen[str]:
        """Start a process that uses the server; with `keep` until it is killed."""
        script = START + ("; sys.stdin.read()" if keep else "")
        return subprocess.Popen(
            [sys.executable, "-c", script, str(self.data), OPTIONS],
            env=os.environ | {"PG_LINGER": "0.3"} | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, **environment: str) -> str:
        """Have the server started by a process that stays, and return the socket folder."""
        process = self.user(keep=True, **environment)
        assert process.stdout
        return process.stdout.readline().strip()

    def connect(self, folder: str) -> psycopg.Connection:
        return psycopg.connect(host=folder, user=postgres.SUPERUSER, dbname=postgres.DATABASE, autocommit=True)

    def postmaster(self) -> int:
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def stopped(self, seconds: float = 15) -> bool:
        """Wait until the server has left; say whether it did."""
        end = time.monotonic() + seconds
        while (self.data / "postmaster.pid").exists() and time.monotonic() < end:
            time.sleep(0.1)
        return not (self.data / "postmaster.pid").exists()


@contextmanager
def folder_of_clusters() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="kithline-"))
    yield folder
    for data in folder.glob("**/postmaster.pid"):
        postgres._run("pg_ctl", "-D", data.parent, "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def new_cluster() -> Iterator[Cluster]:
    """Nothing stands in its data folder: the first start makes it."""
    with folder_of_clusters() as folder:
        yield Cluster(folder / "pg")


@pytest.fixture(scope="session")
def started_once() -> Iterator[Path]:
    """The data folder of a server that ran and left."""
    with folder_of_clusters() as folder:
        made = Cluster(folder / "pg")
        process = made.user(keep=True)
        assert process.stdout
        assert process.stdout.readline()
        process.kill()
        assert made.stopped()
        yield made.data


@pytest.fixture
def cluster(started_once: Path) -> Iterator[Cluster]:
    """Its data folder is a copy: making one takes seconds."""
    with folder_of_clusters() as folder:
        shutil.copystat(started_once.parent, folder)
        subprocess.run(["cp", "-a", started_once, folder / "pg"], check=True)
        yield Cluster(folder / "pg")


@pytest.fixture
def core_urls(settings):
    """Visit tests/core/urls.py instead of the product's addresses."""
    settings.ROOT_URLCONF = "tests.core.urls"


@pytest.fixture
def member(db):
    """A person of an account whose clock is New York's."""
    account = Account.objects.create(name="Acme", time_zone="America/New_York")
    return User.objects.create_user("member@acme.example", "kithline-demo", account=account, name="Mia Member")


@pytest.fixture
def signed_in(client, member, core_urls):
    client.force_login(member)
    return client
