"""Read actors anew: who acts and was not read for a day, and who has no inbox any more (ACT-6, DLV-5)."""

from collections.abc import Mapping
from zlib import crc32

from folkmoot.apub.fetch import Budget
from folkmoot.apub.resolve import Resolver
from folkmoot.context import Context
from folkmoot.logs import logger
from folkmoot.model.errors import Refusal
from folkmoot.model.time import DAY, HOUR, Micros
from folkmoot.store import actors, jobs
from folkmoot.store.db import Tx

LOOK_AGAIN = "actors.look_again"
"""The job that reads one actor once more from its own server."""
MAX_AGE: Micros = DAY
"""What was read longer ago is read again, once it is used."""

log = logger(__name__)


async def when_used(tx: Tx, ap_id: str) -> None:
    """Have an actor read again, some time within the hour: after a night's pause all of them come at once."""
    run_at = tx.now + crc32(ap_id.encode()) % HOUR
    await jobs.enqueue(tx, LOOK_AGAIN, {"ap_id": ap_id}, run_at=run_at, unique_key=f"{LOOK_AGAIN} {ap_id}")


async def without_inbox(tx: Tx, instance_id: int, inbox: str) -> None:
    """Have the actor read again whose server says that this inbox is gone (410). Where many share it, nobody is meant."""
    ids = await actors.at_inbox(tx, instance_id, inbox)
    if len(ids) == 1:
        await jobs.enqueue(tx, LOOK_AGAIN, {"ap_id": ids[0]}, unique_key=f"{LOOK_AGAIN} {ids[0]}")


async def look_again(context: Context, payload: Mapping[str, object]) -> None:
    """The job `actors.look_again`. Who cannot be read stays as known; who is gone is asked for once more later (ACT-5)."""
    ident = str(payload["ap_id"])
    try:
        await Resolver(context).actor(ident, Budget(context.settings.development))
    except Refusal as error:
        log.info("not_read_again", ap_id=ident, code=error.code, detail=error.detail)
