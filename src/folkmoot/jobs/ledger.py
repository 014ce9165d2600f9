"""How far servers have got, and what went wrong with them, written down all at once: every two seconds of those that were sent something,
now and then of those that only kept up. Who is killed in between sends two seconds' worth again, which receivers know by its address
(DLV-4)."""

from collections.abc import Iterable

from folkmoot.apub.deliver import Outcome
from folkmoot.jobs.lane import Lane
from folkmoot.model.time import SECOND, Micros
from folkmoot.store import destinations
from folkmoot.store.db import Database

_WRITE_EVERY: Micros = 2 * SECOND
_IDLE_WRITE_EVERY: Micros = 30 * SECOND


class Ledger:
    """What is still to be written down about the lanes of one process."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._reasons: dict[tuple[int, str], int] = {}
        self._refused: list[tuple[int, int, int, int]] = []
        self._taken: list[tuple[int, int]] = []
        self._written: Micros = 0
        self._idle_written: Micros = 0

    def failed(self, lane: Lane, outcome: Outcome) -> None:
        """A delivery failed or was rejected."""
        key = (lane.instance_id, outcome.reason)
        self._reasons[key] = self._reasons.get(key, 0) + 1

    def refused(self, post_id: int, lane: Lane, status: int, activity_id: int) -> None:
        """A server does not take a post with this activity."""
        self._refused.append((post_id, lane.instance_id, status, activity_id))

    def taken(self, post_id: int, lane: Lane) -> None:
        """A server took a post that it was sent by name, and may have refused as its community announced it."""
        self._taken.append((post_id, lane.instance_id))

    async def write_down(self, lanes: Iterable[Lane], *, everything: bool = False) -> None:
        """Write down what is due, or everything."""
        now = self._db.clock.now()
        idle = everything or now >= self._idle_written + _IDLE_WRITE_EVERY
        if not everything and now < self._written + _WRITE_EVERY:
            return
        further = [lane for lane in lanes if lane.dirty or (idle and lane.cursor > lane.written)]
        self._written = now
        if idle:
            self._idle_written = now
        if not (further or self._reasons or self._refused or self._taken):
            return
        reasons, self._reasons = self._reasons, {}
        refused, self._refused = self._refused, []
        taken, self._taken = self._taken, []
        progress = [lane.progress() for lane in further]
        try:
            async with self._db.write() as tx:
                await destinations.keep_progress(tx, progress)
                await destinations.count_failures(tx, reasons)
                await destinations.refuse_post(tx, refused)
                await destinations.take_post(tx, taken)
        except BaseException:
            for lane in further:
                lane.dirty = True
            raise
