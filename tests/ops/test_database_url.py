"""A production-like PostgreSQL: over TCP, with a password, an ordinary role; everything runs on it by DATABASE_URL."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from contacts_project import postgres

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "p@ss/word with % and #"
QUOTED = "p%40ss%2Fword%20with%20%25%20and%20%23"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A second server from the same binaries, with an ordinary role that owns one database; gives its DATABASE_URL."""
    folder = Path(tempfile.mkdtemp(prefix="kithline-"))
    secret = folder / "secret"
    secret.write_text(PASSWORD)
    for path in (folder, secret):
        path.chmod(0o700)
        if os.geteuid() == 0:
            shutil.chown(path, "nobody")
    data, port = folder / "pg", free_port()
    authentication = ("--auth=scram-sha-256", "--pwfile", secret)
    assert postgres._run("initdb", "-D", data, "-U", "postgres", *authentication, "-E", "UTF8", "--locale=C") == 0
    flags = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
    assert postgres._run("pg_ctl", "-D", data, "-w", "-l", data / "server.log", "-o", flags, "start") == 0
    where = {"host": "127.0.0.1", "port": port, "user": "postgres", "password": PASSWORD, "dbname": "postgres"}
    with psycopg.connect(**where, autocommit=True) as connection:
        connection.execute("CREATE ROLE kithline LOGIN PASSWORD 'p@ss/word with % and #'")
        connection.execute("CREATE DATABASE kithline OWNER kithline")
    yield f"postgres://kithline:{QUOTED}@127.0.0.1:{port}/kithline"
    postgres._run("pg_ctl", "-D", data, "-m", "immediate", "stop")
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def environment(server: str) -> Iterator[dict[str, str]]:
    """What a deployment sets, with folders of its own."""
    var = Path(tempfile.mkdtemp(prefix="kithline-"))
    yield os.environ | {"DATABASE_URL": server, "VAR_DIR": str(var), "PG_DIR": str(var / "never-made")}
    assert not (var / "never-made").exists(), "the embedded server was started beside DATABASE_URL"
    shutil.rmtree(var)


def manage(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_migrations_demo_worker_and_web_run_on_it(environment):
    for step in (["prepare", "--demo"], ["check", "--database=default"]):
        result = manage(environment, *step)
        assert result.returncode == 0, result.stderr
    port = str(free_port())
    worker = [sys.executable, "manage.py", "procrastinate", "worker"]
    web = [sys.executable, "-m", "uvicorn", "contacts_project.asgi:application", "--port", port]
    processes = [
        subprocess.Popen(command, cwd=ROOT, env=environment | {"KITHLINE_ROLE": role})
        for role, command in (("worker", worker), ("web", web))
    ]
    try:
        assert health(f"http://127.0.0.1:{port}/healthz")["ok"]
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)


def health(url: str) -> dict[str, object]:
    """Ask until all is well, at most a minute; return the last facts."""
    facts: dict[str, object] = {"ok": False}
    for _ in range(120):
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            facts = json.load(error)
        except OSError:
            pass  # not listening yet
        time.sleep(0.5)
    return facts


def test_a_wrong_password_is_told_in_one_sentence(environment):
    result = manage(environment | {"DATABASE_URL": environment["DATABASE_URL"].replace(QUOTED, "wrong")}, "migrate")
    assert result.returncode != 0
    assert "The database cannot be reached" in result.stderr
    assert "Traceback" not in result.stderr
