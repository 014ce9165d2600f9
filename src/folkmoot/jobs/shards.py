"""Which servers this process sends to: they are dealt out in shards, and each shard has one holder at a time (DLV-13).

Every process that works says so by a lease of its own, takes its share of the shards, and gives back what is more when others come. When
one dies, its leases end, and the others take over; on the same machine that is seen at once (`heirs.py`).
"""

from folkmoot.model.time import SECOND, Micros
from folkmoot.store import leases
from folkmoot.store.db import Database, Tx

COUNT = 16
LENGTH: Micros = 12 * SECOND
RENEWED_EVERY: Micros = 4 * SECOND
_SHARD = "deliver "
_WORKER = "delivers: "


def shard_of(instance_id: int) -> int:
    """The shard that a server belongs to."""
    return instance_id % COUNT


class Shards:
    """The shards of one process."""

    def __init__(self, db: Database, holder: str) -> None:
        self._db = db
        self._holder = holder
        self._mine: set[int] = set()
        self._until: Micros = 0
        self._renewed: Micros | None = None

    def held(self, now: Micros) -> frozenset[int]:
        """The shards that are ours now."""
        return frozenset(self._mine) if now < self._until else frozenset()

    async def renew(self) -> bool:
        """Hold on to what is ours and take our share; nothing where that was done a moment ago. Whether anything changed hands."""
        now = self._db.clock.now()
        if self._renewed is not None and now < self._renewed + RENEWED_EVERY and now < self._until:
            return False
        before = self.held(now)
        async with self._db.write() as tx:
            await self._deal(tx)
            self._until = tx.now + LENGTH
            self._renewed = tx.now
        return self.held(self._db.clock.now()) != before

    async def _deal(self, tx: Tx) -> None:
        known = await leases.by_name(tx, lock=True)
        await leases.take(tx, _WORKER + self._holder, holder=self._holder, length=LENGTH)
        workers = {
            lease.holder
            for name, lease in known.items()
            if name.startswith(_WORKER) and lease.lease_end > tx.now
        }
        share = -(-COUNT // len(workers | {self._holder}))
        mine: set[int] = set()
        for number in sorted(range(COUNT), key=lambda number: number not in self._mine):
            name = f"{_SHARD}{number}"
            lease = known.get(name)
            if len(mine) == share:
                if lease is not None and lease.holder == self._holder:
                    await leases.give_back(tx, name, holder=self._holder, done=False)
                continue
            if await leases.take(tx, name, holder=self._holder, length=LENGTH):
                mine.add(number)
        self._mine = mine
        await leases.forget(tx, _WORKER, tx.now - 10 * LENGTH)

    async def give_back(self) -> None:
        """Let others have all of them."""
        if not self._mine:
            return
        async with self._db.write() as tx:
            for name in sorted(f"{_SHARD}{number}" for number in self._mine):
                await leases.give_back(tx, name, holder=self._holder, done=False)
            await leases.give_back(tx, _WORKER + self._holder, holder=self._holder, done=False)
        self._mine = set()
