"""Keep the search tables up to date: texts wait in `search_pending` and go over in small batches, outside the writers' transactions."""

from collections.abc import Callable

from folkmoot.store import search
from folkmoot.store.db import Database, Tx

BATCH = 50
"""Texts that go over at once while the site is serving: a few milliseconds in which nobody else writes."""
MOST = 2000
"""Texts that one call of `index_due` moves at most."""
_LARGE_BATCH = 1000
_STEPS, _PAGES, _MANY_PAGES = 2, 64, 2000
"""After each full batch the index is merged so many times by so many pages, each time with room for other writers before it; by fewer after
a smaller batch, and once by many after a large one."""


async def index_pending(tx: Tx, limit: int = BATCH) -> int:
    """Move up to `limit` waiting texts into the search tables, the newest first; how many went. 0: nothing waits."""
    return await search.index_pending(tx, limit)


async def index_due(db: Database) -> int:
    """Periodic work: move what waits, in batches with room for other writers between them; how many went."""
    moved = 0
    while moved < MOST:
        async with db.read() as tx:
            if not await search.anything_pending(tx):
                break
        async with db.write() as tx:
            taken = await index_pending(tx)
        moved += taken
        if taken == 0:
            break
        for _ in range(_STEPS):
            async with db.write() as tx:
                await search.merge_step(tx, max(1, _PAGES * taken // BATCH))
    return moved


async def index_all(db: Database, progress: Callable[[int], None] = lambda done: None) -> int:
    """Move everything that waits, as after an import, where nobody else writes. `progress` hears how many went."""
    moved = 0
    while True:
        async with db.write() as tx:
            taken = await index_pending(tx, _LARGE_BATCH)
            await search.merge_step(tx, _MANY_PAGES)
        if not taken:
            break
        moved += taken
        progress(moved)
    if moved:
        async with db.write() as tx:
            await search.make_whole(tx, moved)
    return moved
