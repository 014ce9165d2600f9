"""A real server process, for tests that have to see one."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
        return port


@contextmanager
def serving(folder: Path, *arguments: str, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server of its own, once it answers, and its address. What it said is in `said.txt`."""
    port = _free_port()
    told = {name: value for name, value in os.environ.items() if not name.startswith("FOLKMOOT_")}
    told |= {
        "FOLKMOOT_BIND": f"127.0.0.1:{port}",
        "FOLKMOOT_DATA_DIR": str(folder / "data"),
        "FOLKMOOT_HOSTNAME": f"127.0.0.1:{port}",
        **settings,
    }
    address = f"http://{told['FOLKMOOT_BIND']}"
    with (folder / "said.txt").open("w") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "folkmoot", "serve", *arguments],
            env=told,
            cwd=folder,
            stdout=said,
            stderr=said,
            text=True,
        )
        try:
            _wait(address, process, folder)
            yield process, address
        finally:
            for each in (*psutil.Process(process.pid).children(), process) if process.poll() is None else ():
                each.kill()
            process.wait()


def _wait(address: str, process: subprocess.Popen[str], folder: Path) -> None:
    for _ in range(600):
        assert process.poll() is None, (folder / "said.txt").read_text()
        try:
            if httpx.get(f"{address}/health").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail((folder / "said.txt").read_text())
