"""Two processes with four writers each on one database: what was confirmed is there, whatever happens to the processes."""

import asyncio
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from pathlib import Path

import pytest

from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.store.db import Database
from tests.cast import Cast
from tests.conftest import POSTGRES

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]


def _url(db: Database, worker: str) -> str:
    if POSTGRES:
        return f"{POSTGRES}_{worker}"
    return f"sqlite:///{getattr(db, 'path')}"  # noqa: B009 - only SQLite has one


async def _start(url: str, name: str, seconds: float) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.cluster.writer", url, name, str(seconds), stdout=PIPE, stderr=PIPE, cwd=ROOT
    )  # fmt: skip


async def _confirmed(process: Process, heard: bytes = b"") -> tuple[Counter[str], str]:
    """How many writes each writer of a process heard were done, and what it complained about. `heard`: what it has said before."""
    said, complaints = await process.communicate()
    counts: Counter[str] = Counter()
    for name, number in re.findall(r"^(\w+) (\d+)$", (heard + said).decode(), re.MULTILINE):
        counts[name] = int(number)
    return counts, complaints.decode()


async def _post(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        assert (
            await create_post(tx, cast.bob, CreatePost(cast.gardening.id, "Everybody votes on this"))
        ).id == 1


async def _found(db: Database) -> int:
    async with db.read() as tx:
        found: int = await tx.value("SELECT count(*) FROM job WHERE name = 'cluster'")
    return found


async def _sound(db: Database) -> None:
    assert await db.check() == []
    async with db.read() as tx:
        stored, score, votes = await tx.first(
            "SELECT upvotes, score, (SELECT count(*) FROM post_vote WHERE post_id = 1 AND value = 1) FROM post WHERE id = 1"
        ) or (0, 0, -1)
    assert stored == score == votes


async def test_eight_writers_in_two_processes_lose_nothing(db: Database, cast: Cast, worker: str) -> None:
    await _post(db, cast)
    processes = [await _start(_url(db, worker), name, 3) for name in ("one", "two")]
    confirmed: Counter[str] = Counter()
    for process in processes:
        counts, complaints = await _confirmed(process)
        assert process.returncode == 0, complaints
        confirmed += counts
    assert len(confirmed) == 8, "everybody got a turn"
    assert await _found(db) == confirmed.total() > 100
    await _sound(db)


async def test_killing_a_writer_loses_nothing_that_was_confirmed(
    db: Database, cast: Cast, worker: str
) -> None:
    await _post(db, cast)
    survivor, victim = [await _start(_url(db, worker), name, 3) for name in ("one", "two")]
    assert victim.stdout is not None
    heard = b"".join([await victim.stdout.readline() for _ in range(40)])
    victim.send_signal(signal.SIGKILL)
    counts, complaints = await _confirmed(survivor)
    lost_counts, _ = await _confirmed(victim, heard)
    assert survivor.returncode == 0, complaints
    # A write of the victim may be there without the victim having heard of it.
    confirmed = counts.total() + lost_counts.total()
    assert confirmed <= await _found(db) <= confirmed + 4
    await _sound(db)
