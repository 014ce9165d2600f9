"""Take over from processes of this machine that died: what they held is free at once, not when their leases end.

Of processes on other machines nobody here can tell; there the leases decide, as they do where a whole machine is lost. Periodic work waits
for its lease in any case: it has time, and if it was what killed the process, it would kill the next one too.
"""

from folkmoot.jobs.attempts import after_death
from folkmoot.jobs.schedule import SCHEDULE
from folkmoot.logs import logger
from folkmoot.store import jobs, leases
from folkmoot.store.db import Database, Tx
from folkmoot.store.holders import is_gone
from folkmoot.store.leases import Lease

ERROR = "its process died"
_TO_WAIT_FOR = frozenset(task.name for task in SCHEDULE)

log = logger(__name__)


async def take_over(db: Database) -> int:
    """Free what the dead of this machine held: shards, lanes of the inbox, jobs; how many of them there were. Writes nothing where there
    are none."""
    async with db.read() as tx:
        holders = set(_held(await leases.by_name(tx)).values()) | await jobs.holders(tx)
    gone = {holder for holder in holders if is_gone(holder)}
    if not gone:
        return 0
    async with db.write() as tx:
        for name, holder in _held(await leases.by_name(tx, lock=True)).items():
            if holder in gone:
                await leases.give_back(tx, name, holder=holder, done=False)
        for holder in sorted(gone):
            await _free_jobs(tx, holder)
        tx.changed("jobs")
        tx.changed("received")
    return len(gone)


def _held(known: dict[str, Lease]) -> dict[str, str]:
    """What is held, or was until its lease ended, by whom."""
    return {
        name: lease.holder for name, lease in known.items() if lease.lease_end and name not in _TO_WAIT_FOR
    }


async def _free_jobs(tx: Tx, holder: str) -> None:
    for job in await jobs.held_by(tx, holder):
        await jobs.fail(tx, holder, job.id, ERROR, run_at=after_death(tx.now, job.attempts))
        log.warning("job_taken_over", job=job.name, id=job.id, attempt=job.attempts)
