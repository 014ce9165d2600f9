"""Read actors, and now and then a post, anew: who acts and was not read for a day, and who has no inbox any more (ACT-6, DLV-5)."""

from collections.abc import Mapping
from zlib import crc32

from folkmoot.apub.fetch import Budget
from folkmoot.apub.resolve import Resolver
from folkmoot.context import Context
from folkmoot.core.communities.news import MAX_AGE, read_again
from folkmoot.logs import logger
from folkmoot.model.errors import Refusal
from folkmoot.model.time import HOUR
from folkmoot.store import actors
from folkmoot.store.db import Database, Tx
from folkmoot.store.site import local_site

HOURS = 24

log = logger(__name__)


async def when_used(tx: Tx, ap_id: str) -> None:
    """Have an actor read again, some time within the hour: after a night's pause all of them come at once."""
    await read_again(tx, ap_id, run_at=tx.now + crc32(ap_id.encode()) % HOUR)


async def without_inbox(tx: Tx, instance_id: int, inbox: str) -> None:
    """Have the actor read again whose server says that this inbox is gone (410). Where many share it, nobody is meant."""
    ids = await actors.at_inbox(tx, instance_id, inbox)
    if len(ids) == 1:
        await read_again(tx, ids[0])


async def look_at_communities(db: Database) -> int:
    """Have those communities elsewhere read again that somebody here follows and that nobody has read for a day, so that what is said
    of them, and of how many follow them, does not grow old where little happens (ACT-6, SND-12); how many. Each has its hour of the day,
    which may be one in which it was read yesterday a little later."""
    async with db.write() as tx:
        if not (await local_site(tx)).federation_enabled:
            return 0
        due = await actors.followed_communities(
            tx, refreshed_before=tx.now - MAX_AGE + 2 * HOUR, hour=tx.now // HOUR % HOURS, hours=HOURS
        )
        for ap_id in due:
            await when_used(tx, ap_id)
    return len(due)


async def look_again(context: Context, payload: Mapping[str, object]) -> None:
    """The job `actors.look_again`. Who cannot be read stays as known; who is gone is asked for once more later (ACT-5)."""
    ident = str(payload["ap_id"])
    try:
        budget = Budget(context.settings.development)
        await Resolver(context).refresh(ident, budget, whole=bool(payload.get("whole")))
    except Refusal as error:
        log.info("not_read_again", ap_id=ident, code=error.code, detail=error.detail)
