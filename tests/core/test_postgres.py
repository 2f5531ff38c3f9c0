"""The embedded server: who may start it, what it survives, when it stops."""

import os
import signal
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from contacts_project import postgres
from contacts_project.core import checks


def test_three_simultaneous_starters_share_one_server(new_cluster):
    starters = [new_cluster.user(keep=True) for _ in range(3)]
    folders = {starter.stdout.readline().strip() for starter in starters}
    assert folders == {str(new_cluster.data)}
    with new_cluster.connect(folders.pop()) as connection:
        assert connection.info.server_version >= 180000
    for starter in starters:
        starter.kill()


def test_a_committed_row_survives_kill_9_of_the_server(cluster):
    folder = cluster.start()
    with cluster.connect(folder) as connection:
        connection.execute("CREATE TABLE kept (value text)")
        connection.execute("INSERT INTO kept VALUES ('still here')")
        connection.execute("CHECKPOINT")
    os.kill(cluster.postmaster(), signal.SIGKILL)
    folder = cluster.start()
    with cluster.connect(folder) as connection:
        assert connection.execute("SELECT value FROM kept").fetchall() == [("still here",)]


def test_it_stops_when_its_last_user_was_killed(cluster):
    first, second = cluster.user(keep=True), cluster.user(keep=True)
    assert first.stdout.readline()
    assert second.stdout.readline()
    first.kill()
    assert not cluster.stopped(seconds=1.5)
    second.kill()
    assert cluster.stopped()


def test_a_pid_that_belongs_to_another_program_is_no_server(cluster):
    lines = [str(os.getpid()), str(cluster.data), "1700000000", "5432", str(cluster.data), "", "", "ready"]
    (cluster.data / "postmaster.pid").write_text("\n".join(lines) + "\n")
    (cluster.data / ".s.PGSQL.5432.lock").write_text("\n".join(lines) + "\n")
    with cluster.connect(cluster.start()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_long_path_gets_a_private_short_socket_folder(new_cluster):
    new_cluster.data = new_cluster.data.parent / ("long" * 30) / "pg"
    folder = Path(new_cluster.start())
    assert folder != new_cluster.data
    assert folder.stat().st_mode & 0o777 == 0o700
    with new_cluster.connect(str(folder)) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_killed_first_start_leaves_nothing_in_the_way(new_cluster):
    half = new_cluster.data.with_name("pg.new")
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with new_cluster.connect(new_cluster.start()) as connection:
        assert connection.info.dbname == "app"


def test_settings_of_the_callers_own_server_do_not_leak_in(cluster):
    folder = cluster.start(PGPORT="6543", PGHOST="db.invalid", PGDATA="/nowhere", PGUSER="somebody")
    with cluster.connect(folder) as connection:
        assert connection.execute("SHOW port").fetchone() == ("5432",)


def test_a_large_server_log_is_set_aside_at_start(cluster):
    with (cluster.data / "server.log").open("ab") as log:
        log.truncate(postgres.LOG_LIMIT + 1)
    cluster.start()
    assert (cluster.data / "server.log").stat().st_size < 100_000
    assert (cluster.data / "server.log.1").stat().st_size > postgres.LOG_LIMIT


def test_a_server_that_cannot_start_names_its_log(cluster, monkeypatch):
    monkeypatch.setattr(postgres, "START_TRIES", 2)
    with pytest.raises(postgres.PostgresError, match=r"did not start, see .*/server\.log"):
        postgres.ensure(cluster.data, "-c shared_buffers=nonsense")


def test_a_folder_of_another_version_is_refused_in_words(new_cluster):
    new_cluster.data.mkdir()
    (new_cluster.data / "PG_VERSION").write_text("16\n")
    with pytest.raises(postgres.PostgresError, match="was made by PostgreSQL 16"):
        postgres.ensure(new_cluster.data)


def test_an_older_server_is_refused_with_both_versions():
    with pytest.raises(postgres.OldServer, match=r"needs PostgreSQL 18 or newer; .* is 15\.18"):
        postgres.refuse_old(150018)
    postgres.refuse_old(180000)


def test_a_connection_to_an_older_server_is_closed_at_once():
    closed = []
    raw = SimpleNamespace(info=SimpleNamespace(server_version=170002))
    connection = SimpleNamespace(connection=raw, close=lambda: closed.append(True))
    with pytest.raises(postgres.OldServer):
        checks.refuse_old_server(None, connection)
    assert closed == [True]


def test_no_tcp_port_is_opened(cluster):
    folder = postgres.ensure(cluster.data)
    with psycopg.connect(host=folder, user="postgres", dbname="app") as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
