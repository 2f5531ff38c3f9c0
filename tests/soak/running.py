"""The product as it runs: two web workers, a background worker that can be killed, and a line that phones post for."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from typing import Any

from django.core.management import call_command
from django.db import connection

from contacts_project.accounts.models import Account, User
from conversations.models import Channel, InboundEvent, WebhookSecret
from departments.models import Department, Operator

from .place import ROOT

RUN = secrets.token_hex(3)  # in the ids of this run's events
SECRET = secrets.token_urlsafe(32)
LINE = "+12025556001"
WEB_WORKERS = 2


class Product:
    """A context: inside, the web server answers and the background worker works."""

    def __enter__(self) -> Product:
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers CASCADE")
        InboundEvent.objects.all().delete()
        (ROOT / "var/soak").mkdir(parents=True, exist_ok=True)
        self.log = (ROOT / "var/soak/server.log").open("wb")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = ["-m", "uvicorn", "contacts_project.asgi:application", "--port", str(self.port), "--no-access-log"]
        command += ["--workers", str(WEB_WORKERS), "--timeout-graceful-shutdown", "3"]
        command += ["--http", "contacts_project.core.prompt_http:PromptProtocol"]
        self.web = self._start(command, "web")
        self.worker: subprocess.Popen[bytes] | None = None
        self.start_worker()
        self._wait()
        return self

    def __exit__(self, *problem: object) -> None:
        for process in (self.web, self.worker):
            if process and process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(60)
        self.log.close()

    def make_line(self) -> None:
        """An account with a department's line and a key."""
        account = Account.objects.create(name="Soak")
        user = User.objects.create_user(f"soak-{RUN}@example.com", None, account=account, name="Soak")
        department = Department.objects.create(account=account, name="Sales")
        Operator.objects.create(department=department, user=user, is_admin=True)
        Channel.objects.create(
            account=account, kind="phone", address=LINE, department=department, has_voice=True, has_sms=True
        )
        WebhookSecret.objects.create(account=account, secret=SECRET)

    def start_worker(self) -> None:
        """Start the background worker, unless it runs."""
        if self.worker is None or self.worker.poll() is not None:
            self.worker = self._start(["manage.py", "procrastinate", "worker", "--concurrency", "4"], "worker")

    def kill_worker(self) -> None:
        """kill -9, and a new one."""
        assert self.worker
        self.worker.kill()
        self.worker.wait()
        self.start_worker()

    def settled(self, seconds: float) -> bool:
        """Wait until no event waits; whether that came within so many seconds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.start_worker()
            if not InboundEvent.objects.filter(status="waiting").exists():
                return True
            time.sleep(0.5)
        return False

    def _start(self, command: list[str], role: str) -> subprocess.Popen[bytes]:
        environment: dict[str, Any] = os.environ | {"KITHLINE_ROLE": role}
        return subprocess.Popen([sys.executable, *command], cwd=ROOT, env=environment, stdout=self.log, stderr=self.log)

    def _wait(self) -> None:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/accounts/login/", timeout=5).close()
            except OSError:
                time.sleep(0.2)
            else:
                connection.close()
                return
        raise RuntimeError("the server did not start: see var/soak/server.log")
