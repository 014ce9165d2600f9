"""From what happened to activities: core notes it in the transaction of the cause (`core/after.py`), and what waits is made
into activities here, in that order, many in one transaction, moments later.

Whoever publishes takes what waits longest, and takes it away in the transaction that writes the activities: of two who try at
the same time one is undone. So an activity is written exactly once, and ids are in the order in which things happened (SND-3).
"""

from collections.abc import Iterable

from folkmoot.apub.outbox.kinds import KINDS
from folkmoot.apub.outbox.library import Library
from folkmoot.context import Context
from folkmoot.logs import logger
from folkmoot.model.errors import Busy
from folkmoot.store import destinations, jobs, outbox
from folkmoot.store.db import Tx
from folkmoot.store.outbox import Activity, Noted

BATCH = 200
AGAIN = "federation.publish"
"""The job that tries once more what could not be made into an activity."""

log = logger(__name__)


class _Overtaken(Exception):
    """Somebody else has published the same."""


async def publish_due(context: Context) -> int:
    """Publish what waits longest, up to `BATCH` things; how many."""
    async with context.db.read() as tx:
        waiting = await outbox.noted(tx, BATCH)
        if not waiting:
            return 0
        library = Library(tx, context.settings)
        await library.fetch(waiting)
        made, failed = await _make(library, waiting)
    try:
        async with context.db.write() as tx:
            if not await outbox.settle(tx, [noted.id for noted in waiting]):
                raise _Overtaken
            await _write(tx, made)
            for noted in failed:
                await jobs.enqueue(tx, AGAIN, {"kind": noted.kind, "payload": noted.payload})
    except (_Overtaken, Busy):
        log.info("publishing_overtaken", waiting=len(waiting))
        return 0
    return len(waiting)


async def publish_again(context: Context, kind: str, payload: dict[str, object]) -> None:
    """Publish one thing that failed before. Raises what went wrong."""
    async with context.db.read() as tx:
        library = Library(tx, context.settings)
        noted = Noted(0, kind, dict(payload), tx.now)
        await library.fetch([noted])
        made = await KINDS[kind](library, noted.payload)
    async with context.db.write() as tx:
        await _write(tx, made)


async def _make(library: Library, waiting: Iterable[Noted]) -> tuple[list[Activity], list[Noted]]:
    """The activities of all that waits, and what none could be made of."""
    made: list[Activity] = []
    failed: list[Noted] = []
    for noted in waiting:
        try:
            made += await KINDS[noted.kind](library, noted.payload)
        except Exception:
            log.exception("not_published", kind=noted.kind, payload=noted.payload)
            failed.append(noted)
    return made, failed


async def _write(tx: Tx, made: list[Activity]) -> None:
    """Write activities, and begin sending to the servers that are named for the first time."""
    if not made:
        return
    before = await outbox.newest_id(tx)
    named = {inbox.instance_id for activity in made for inbox in activity.inboxes}
    if any(activity.to_all for activity in made):
        named |= set(await outbox.server_inboxes(tx))
    if named:
        await destinations.ensure(tx, named - await destinations.known_ids(tx), before)
    await outbox.insert(tx, made)
