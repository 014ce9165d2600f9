"""From what happened to activities: core notes it in the transaction of the cause (`core/after.py`), and what waits is made
into activities here, in that order, many in one transaction, moments later.

Whoever publishes takes what waits longest, and takes it away in the transaction that writes the activities: of two who try at
the same time one is undone. So an activity is written exactly once, and ids are in the order in which things happened (SND-3).
"""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from folkmoot.apub import software
from folkmoot.apub.outbox import roll_back
from folkmoot.apub.outbox.kinds import KINDS
from folkmoot.apub.outbox.library import Library, UnknownSoftware
from folkmoot.context import Context
from folkmoot.logs import logger
from folkmoot.model.errors import Busy
from folkmoot.model.records import altered
from folkmoot.model.time import DAY, HOUR, MINUTE, Micros
from folkmoot.store import destinations, follows, jobs, outbox
from folkmoot.store import site as store_site
from folkmoot.store.db import Database, Tx
from folkmoot.store.outbox import Activity, Noted

BATCH = 30
"""Things that are published at once, while others wait to write: with twice as many, which cost as much each, the slowest of 64 who write
comments waited a sixth longer."""
_IN_A_ROW = 10
"""Activities that are made one right behind the other: a few milliseconds of the event loop. While it made a whole batch, the other
processes waited too, where it was this one's turn to write."""
AGAIN = "federation.publish"
"""The job that tries once more what could not be made into an activity."""
ASK_AGAIN = "federation.ask_again"
"""The job that sends a Follow again that nobody answered."""
PAUSES: tuple[Micros, ...] = (MINUTE, 5 * MINUTE, HOUR, DAY)
"""How long a Follow waits before it is sent again: the first time, the second … (SND-6)."""
_LAST_WORDS = frozenset({"Undo", "Delete"})
"""What those still say who are banned or gone (CMN-10)."""

log = logger(__name__)


class _Overtaken(Exception):
    """Somebody else has published the same."""


# --- what apub itself notes ----------------------------------------------------------------------------------------------------------


async def ask_again(db: Database, payload: Mapping[str, Any]) -> None:
    """Send a Follow again that is still not answered (SND-6). A job."""
    person_id, community_id = payload["person_id"], payload["community_id"]
    async with db.write() as tx:
        if await follows.is_pending(tx, person_id, community_id):
            await _note_follow(tx, person_id, community_id)


async def follow_anew(db: Database, payload: Mapping[str, Any]) -> None:
    """Send a Follow of what somebody follows elsewhere, one community or all, as if it was new (`core/communities/follow.py`). A job."""
    person_id, community_id = payload["person_id"], payload["community_id"]
    async with db.write() as tx:
        kept = await follows.followed_elsewhere(tx, person_id)
        for number in kept if community_id is None else {community_id} & set(kept):
            await follows.begin_anew(tx, person_id, number)
            await _note_follow(tx, person_id, number)


async def _note_follow(tx: Tx, person_id: int, community_id: int) -> None:
    await outbox.note(
        tx, "CommunityFollowed", {"actor_id": person_id, "community_id": community_id, "state": True}
    )


# --- publishing ------------------------------------------------------------------------------------------------------------------------


async def publish_due(context: Context) -> int:
    """Publish what waits longest, up to `BATCH` things; how many."""
    async with context.db.read() as tx:
        waiting = await outbox.noted(tx, BATCH)
        if not waiting:
            return 0
        library = Library(context, tx, await store_site.local_site(tx))
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
    """Publish one thing that failed before, or that depends on what a server runs: it is asked. Raises what went wrong."""
    try:
        made = await _made_of(context, kind, payload)
    except UnknownSoftware as unknown:
        await software.look(context, {"instance_id": unknown.instance_id})
        made = await _made_of(context, kind, payload, asked=unknown.instance_id)
    async with context.db.write() as tx:
        await _write(tx, made)


async def _made_of(
    context: Context, kind: str, payload: dict[str, object], *, asked: int | None = None
) -> list[Activity]:
    async with context.db.read() as tx:
        library = Library(context, tx, await store_site.local_site(tx), asked)
        noted = Noted(0, kind, dict(payload), tx.now)
        await library.fetch([noted])
        return await _may_be_said(library, await KINDS[kind](library, noted.payload))


async def _make(library: Library, waiting: Iterable[Noted]) -> tuple[list[Activity], list[Noted]]:
    """The activities of all that waits, and what none could be made of yet."""
    made: list[Activity] = []
    failed: list[Noted] = []
    for number, noted in enumerate(waiting, 1):
        if number % _IN_A_ROW == 0:
            await asyncio.sleep(0)
        try:
            said = await _may_be_said(library, await KINDS[noted.kind](library, noted.payload))
            if said and await roll_back.awaits_echo(library, noted.kind, noted.payload):
                said = [altered(said[0], awaits=(noted.kind, noted.payload)), *said[1:]]
            made += said
        except UnknownSoftware:
            failed.append(noted)
        except Exception:
            log.exception("not_published", kind=noted.kind, payload=noted.payload)
            failed.append(noted)
    return made, failed


async def _write(tx: Tx, made: list[Activity]) -> None:
    """Write activities, and begin sending to the servers that are named for the first time."""
    if not made:
        return
    named = {inbox.instance_id for activity in made for inbox in activity.inboxes}
    if any(activity.to_all for activity in made):
        named |= set(await outbox.server_inboxes(tx))
    if named:
        new = named - await destinations.known_ids(tx)
        if new:
            await destinations.ensure(tx, new, await outbox.newest_id(tx))
            await software.look_at_new(tx, new)
    await outbox.insert(tx, made)
    for activity in made:
        if activity.asks is not None:
            await _wait_for_answer(tx, *activity.asks, activity.ap_id)
        if activity.awaits is not None:
            await roll_back.look_later(tx, activity.ap_id, *activity.awaits)


async def _wait_for_answer(tx: Tx, person_id: int, community_id: int, follow_id: str) -> None:
    times = await follows.asked(tx, person_id, community_id, follow_id)
    if times is not None and times <= len(PAUSES):
        await jobs.enqueue(
            tx,
            ASK_AGAIN,
            {"person_id": person_id, "community_id": community_id},
            run_at=tx.now + PAUSES[times - 1],
        )


async def _may_be_said(library: Library, made: list[Activity]) -> list[Activity]:
    """Without what the banned and those who are gone say, except that they take something back (CMN-10)."""
    kept = []
    for activity in made:
        if activity.actor_kind == "person":
            actor = await library.person(activity.actor_id)
            if (actor is None or actor.banned or actor.deleted) and activity.kind not in _LAST_WORDS:
                continue
        kept.append(activity)
    return kept
