"""`folkmoot serve` as an operator sees it: it says how to begin, answers, and stops within seconds."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
import psutil
import pytest

from folkmoot.model.time import SystemClock
from folkmoot.store import jobs
from folkmoot.store.engine import open_database
from tests.serving import serving

pytestmark = pytest.mark.slow


def _stop(process: subprocess.Popen[str], number: signal.Signals) -> float:
    """Tell it to stop; the seconds it took."""
    began = time.monotonic()
    process.send_signal(number)
    process.wait(timeout=10)
    return time.monotonic() - began


@pytest.mark.parametrize(
    ("workers", "number"), [("1", signal.SIGTERM), ("2", signal.SIGTERM), ("2", signal.SIGINT)]
)
def test_it_stops_within_five_seconds_also_with_open_connections(
    tmp_path: Path, workers: str, number: signal.Signals
) -> None:
    with serving(tmp_path, FOLKMOOT_WORKERS=workers) as (process, address), httpx.Client() as kept:
        assert kept.get(f"{address}/health").status_code == 200
        host, _, port = address.removeprefix("http://").partition(":")
        with (
            socket.create_connection((host, int(port))) as idle,
            socket.create_connection((host, int(port))) as slow,
        ):
            slow.sendall(b"POST /language HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\na=")
            children = psutil.Process(process.pid).children()
            assert _stop(process, number) < 5
            idle.close()
    assert process.returncode == 0, (tmp_path / "said.txt").read_text()
    assert not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children)
    assert "Traceback" not in (tmp_path / "said.txt").read_text()


def test_it_says_what_it_is_and_how_to_begin(tmp_path: Path) -> None:
    with serving(tmp_path, FOLKMOOT_DEVELOPMENT="1") as (_, address):
        said = (tmp_path / "said.txt").read_text()
    assert "Folkmoot 0." in said
    assert str(tmp_path / "data" / "folkmoot.db") in said
    assert f"{address}/register: the first account becomes the administrator's" in said
    assert "DEVELOPMENT MODE" in said
    assert all(word in said for word in ("plain http", "any port", "private networks"))


def test_the_admin_of_the_settings_is_announced(tmp_path: Path) -> None:
    named = {"FOLKMOOT_ADMIN_NAME": "keeper", "FOLKMOOT_ADMIN_PASSWORD": "correct horse"}
    with serving(tmp_path, **named) as (_, address):
        said = (tmp_path / "said.txt").read_text()
    assert f"{address}/login as keeper" in said
    assert "correct horse" not in said


def test_a_database_of_another_name_is_served_but_said(tmp_path: Path) -> None:
    with serving(tmp_path, FOLKMOOT_HOSTNAME="old.example"):
        assert "belongs to" not in (tmp_path / "said.txt").read_text()
    with serving(tmp_path, FOLKMOOT_HOSTNAME="new.example"):
        said = (tmp_path / "said.txt").read_text()
    assert "It belongs to https://old.example, but the settings say https://new.example" in said


def test_a_process_that_dies_is_replaced(tmp_path: Path) -> None:
    with serving(tmp_path, FOLKMOOT_WORKERS="2") as (process, address):
        master = psutil.Process(process.pid)
        victim = master.children()[0]
        victim.kill()
        for _ in range(300):
            alive = [child.pid for child in master.children() if child.status() != psutil.STATUS_ZOMBIE]
            if len(alive) == 2 and victim.pid not in alive:
                break
            time.sleep(0.1)
        assert len(alive) == 2
        assert httpx.get(f"{address}/health").status_code == 200


def test_connections_are_shared_evenly_also_after_a_process_died(tmp_path: Path) -> None:
    with serving(tmp_path, FOLKMOOT_WORKERS="2") as (process, address):
        host, _, port = address.removeprefix("http://").partition(":")
        master = psutil.Process(process.pid)

        def shares(number: int) -> list[int]:
            """How many of so many connections each process has."""
            with ExitStack() as kept:
                for _ in range(number):
                    caller = kept.enter_context(socket.create_connection((host, int(port))))
                    caller.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
                    kept.callback(caller.close)
                    assert caller.recv(100).startswith(b"HTTP/1.1 200")
                return [
                    sum(each.status == psutil.CONN_ESTABLISHED for each in child.net_connections("tcp"))
                    for child in master.children()
                ]

        def evenly() -> bool:
            """Whether they are shared evenly in the end: once both are ready, and have heard that the last callers have gone."""
            return any(abs(first - second) <= 3 for first, second in (shares(40) for _ in range(300)))

        assert evenly()
        victim = master.children()[0]
        victim.kill()
        for _ in range(300):
            alive = [child for child in master.children() if child.status() != psutil.STATUS_ZOMBIE]
            if len(alive) == 2 and victim not in alive:
                break
            time.sleep(0.1)
        assert evenly()


def test_it_serves_and_stops_on_ipv6(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET6) as free:
        free.bind(("::1", 0))
        port = free.getsockname()[1]
    with serving(tmp_path, FOLKMOOT_WORKERS="2", FOLKMOOT_BIND=f"[::1]:{port}") as (process, _):
        assert httpx.get(f"http://[::1]:{port}/health").status_code == 200
        assert _stop(process, signal.SIGTERM) < 5
    assert process.returncode == 0


def test_processes_do_not_outlive_their_master(tmp_path: Path) -> None:
    with serving(tmp_path, FOLKMOOT_WORKERS="2") as (process, _):
        children = psutil.Process(process.pid).children()
        process.kill()
        process.wait()
        gone, alive = psutil.wait_procs(children, timeout=30)
        assert not alive
        assert len(gone) == 2


def test_an_address_in_use_is_said_in_one_line(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, address):
        told = {
            **os.environ,
            "FOLKMOOT_BIND": address.removeprefix("http://"),
            "FOLKMOOT_DATA_DIR": str(tmp_path),
        }
        second = subprocess.run(
            [sys.executable, "-m", "folkmoot", "serve"],
            env=told,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
    assert second.returncode == 1
    assert "cannot be listened on" in second.stderr
    assert "Traceback" not in second.stderr


def test_work_alone_does_what_was_written_down_and_stops_when_told(tmp_path: Path) -> None:
    with serving(tmp_path, "--no-work") as (_, _address):
        database = f"sqlite:///{tmp_path / 'data' / 'folkmoot.db'}"
        asyncio.run(_write_a_job(database))
        told = {**os.environ, "FOLKMOOT_DATABASE": database, "FOLKMOOT_DATA_DIR": str(tmp_path / "data")}
        with subprocess.Popen(
            [sys.executable, "-m", "folkmoot", "work"],
            env=told,
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as worker:
            left = asyncio.run(_wait_for_jobs(database))
            seconds = _stop(worker, signal.SIGTERM)
            complaints = worker.stderr.read() if worker.stderr else ""
    assert left == 0
    assert seconds < 5
    assert worker.returncode == 0, complaints


async def _write_a_job(url: str) -> None:
    db = await open_database(url, SystemClock())
    async with db.write() as tx:
        await jobs.enqueue(tx, "accounts.mail_application", {"application_id": 1})
    await db.close()


async def _wait_for_jobs(url: str) -> int:
    db = await open_database(url, SystemClock())
    left = 1
    for _ in range(300):
        async with db.read() as tx:
            left = await tx.value("SELECT count(*) FROM job")
        if not left:
            break
        await asyncio.sleep(0.1)
    await db.close()
    return left
