"""A server of its own for a benchmark: real processes on a free port, watched from outside."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil

_TIDIED = 12
"""Seconds after which a quiet process has given back the memory that it no longer needs."""
FOLKMOOT = Path(".venv/bin/folkmoot")


@dataclass(slots=True)
class Server:
    """A running server. `database`: the name of its PostgreSQL database, whose work counts too; empty for SQLite."""

    base: str
    process: psutil.Process
    database: str

    def processes(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]

    def cpu_seconds(self) -> float:
        """User and system time of the server and its database so far."""
        watched = self.processes()
        if self.database:
            watched += [
                process
                for process in psutil.process_iter(["name", "cmdline"])
                if process.info["name"] == "postgres" and _works_for(self.database, process.info["cmdline"])
            ]
        total = 0.0
        for process in watched:
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system
        return total

    def settle(self) -> None:
        """Wait until the periodic work that a start brings is done, until a second costs next to nothing, four minutes at most; and until
        the processes have given back what it took."""
        for _ in range(120):
            before = self.cpu_seconds()
            time.sleep(2)
            if self.cpu_seconds() - before < 0.1:
                break
        time.sleep(_TIDIED)

    def drain(self) -> None:
        """Wait until what the last run left behind is done, half a minute at most."""
        for _ in range(150):
            before = self.cpu_seconds()
            time.sleep(0.2)
            if self.cpu_seconds() - before < 0.03:
                return

    def memory_mb(self) -> float:
        """Proportional set size of all its processes: shared pages counted once."""
        return sum(process.memory_full_info().pss for process in self.processes()) / 2**20


def environment(database: str, port: int, folder: Path, workers: int) -> dict[str, str]:
    """The settings of the benchmarked server."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("FOLKMOOT_")},
        "FOLKMOOT_DATABASE": database,
        "FOLKMOOT_DATA_DIR": str(folder / "data"),
        "FOLKMOOT_BIND": f"127.0.0.1:{port}",
        "FOLKMOOT_HOSTNAME": f"127.0.0.1:{port}",
        "FOLKMOOT_WORKERS": str(workers),
        "FOLKMOOT_LOG_LEVEL": "warning",
    }


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _works_for(database: str, command_line: list[str] | None) -> bool:
    """Whether a process of PostgreSQL serves this database, or all of them: those that serve one name it and who is connected."""
    title = " ".join(command_line or ())
    return database in title.split() or not ("(" in title or "[local]" in title)


@contextmanager
def serving(settings: dict[str, str], *arguments: str) -> Iterator[Server]:
    """`folkmoot serve` with these settings and arguments, from ready to stopped."""
    base = f"http://{settings['FOLKMOOT_BIND']}"
    with subprocess.Popen(
        [FOLKMOOT, "serve", *arguments], env=settings, stdout=subprocess.DEVNULL
    ) as started:
        try:
            _wait_until_ready(base, started)
            url = urlsplit(settings["FOLKMOOT_DATABASE"])
            database = url.path.lstrip("/") if url.scheme.startswith("postgres") else ""
            yield Server(base, psutil.Process(started.pid), database)
        finally:
            started.send_signal(signal.SIGTERM)


def _wait_until_ready(base: str, started: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if started.poll() is not None:
            raise RuntimeError(f"the server ended with {started.returncode} before it was ready")
        try:
            with urllib.request.urlopen(f"{base}/health", timeout=1) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("the server was not ready within a minute")
