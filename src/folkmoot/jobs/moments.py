"""The table of what is looked after every second or so, in every process that works."""

import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from folkmoot.apub.inbox.process import processor_of
from folkmoot.core.search.index import index_due
from folkmoot.jobs.heirs import take_over
from folkmoot.jobs.tools import Tools
from folkmoot.store.sqlite import SqliteDatabase


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing to look after, and the seconds between looks. It decides itself whether there is something to do.

    Changes of `kinds` (`store/changes.py`) bring the next look forward, to `rest` seconds after the last at the earliest.
    """

    name: str
    seconds: float
    run: Callable[[Tools], Awaitable[object]]
    kinds: tuple[str, ...] = ()
    rest: float = 0.0


async def checkpoint(tools: Tools) -> None:
    """SQLite: move what was committed from the log into the file, off the loop, so that no writer has to."""
    db = tools.db
    if not isinstance(db, SqliteDatabase):
        return
    try:
        written = os.stat(f"{db.path}-wal").st_mtime_ns
    except FileNotFoundError:
        return
    if db.memory.get("checkpointed") != written and await db.checkpoint(patient=True):
        db.memory["checkpointed"] = written


async def index(tools: Tools) -> None:
    """Move texts that wait into the search tables."""
    await index_due(tools.db)


async def inbox(tools: Tools) -> int:
    """Do what other servers sent."""
    return await processor_of(tools.context).work()


async def heirs(tools: Tools) -> None:
    """Do what processes of this machine did that died."""
    await take_over(tools.db)


MOMENTS: tuple[Moment, ...] = (
    Moment("inbox", 0.25, inbox, kinds=("received",), rest=0.02),
    Moment("checkpoint", 1.0, checkpoint),
    Moment("search index", 1.0, index, kinds=("thread", "posts"), rest=0.2),
    Moment("what the dead held", 5.0, heirs),
)
