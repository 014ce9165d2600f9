"""Rate limits: how often a person or an address may do what costs others something (section 16 of the behaviour rules, K-1).

A bucket per class and key starts full and refills evenly over the period; each thing done takes one token from every key it falls
under. What is refused takes none. A changed limit is in force at once (W-7): its buckets start again, full.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from folkmoot.model.errors import Busy, RateLimited
from folkmoot.model.site import RateLimits
from folkmoot.model.time import SECOND, Micros
from folkmoot.store import limits as store_limits
from folkmoot.store import site as store_site
from folkmoot.store.db import Database, Tx, must_not_write_yet
from folkmoot.store.limits import Bucket
from folkmoot.store.together import Together

MESSAGE = "message"
"""The class of everything that is not named: counted per process, in memory."""
CLASSES = ("message", "post", "register", "image", "comment", "search", "import_user_settings")
_V6_KEYS = ((64, 1), (56, 4), (48, 16))
_MOST_IN_MEMORY = 50_000
SEARCH = "search"
"""The class of what leaves nothing behind: counted a moment later where much is left (`Later`)."""
LATER = 0.25
"""Seconds until searches that were counted are written down."""
_LATER_AT_MOST: Micros = SECOND
"""For so long it is believed what was left in a bucket."""


@dataclass(frozen=True, slots=True, order=True)
class Allowance:
    """A class in force: so many in so many microseconds. A count or a period of 0 means no limit."""

    count: int
    period: Micros

    @property
    def in_force(self) -> bool:
        return self.count > 0 and self.period > 0


def allowance(limits: RateLimits, class_: str) -> Allowance:
    """What the site's admin allows for a class."""
    return Allowance(getattr(limits, class_), getattr(limits, f"{class_}_seconds") * SECOND)


@lru_cache(maxsize=10_000)
def keys_of(person_id: int, address: str) -> Mapping[str, int]:
    """The keys that somebody's actions are counted under, each with the factor of its capacity: the person (0 is nobody), and the
    address, which for IPv6 means the networks of /64, /56 and /48."""
    keys = {f"person:{person_id}": 1} if person_id else {}
    try:
        where = ip_address(address.partition("%")[0])
    except ValueError:
        return keys | ({f"name:{address[:100]}": 1} if address else {})
    if isinstance(where, IPv6Address) and where.ipv4_mapped is None:
        return keys | {str(ip_network((where, length), strict=False)): factor for length, factor in _V6_KEYS}
    if isinstance(where, IPv6Address):
        where = where.ipv4_mapped or where
    return keys | {str(where): 1}


def after_one(
    buckets: Mapping[str, Bucket], keys: Mapping[str, int], allowed: Allowance, now: Micros
) -> dict[str, float]:
    """The tokens left in each bucket once one was taken from all. Raises `RateLimited` where one is empty."""
    left: dict[str, float] = {}
    wait = 0.0
    for key, factor in keys.items():
        capacity = allowed.count * factor
        bucket = buckets.get(key) or Bucket(capacity, now)
        # A clock that was set back must not empty anybody's bucket.
        refilled = max(0, now - bucket.updated) * capacity / allowed.period
        left[key] = min(capacity, bucket.tokens + refilled) - 1
        wait = max(wait, _wait(left[key], capacity, allowed.period))
    if wait:
        raise RateLimited(wait)
    return left


def _wait(left: float, capacity: int, period: Micros) -> float:
    """Seconds until a bucket that is `left` tokens below zero has one again; 0 where it had one."""
    # Sums of fractions miss whole numbers by a hair.
    return -left * period / capacity / SECOND if left < -1e-6 else 0.0


@dataclass(frozen=True, slots=True)
class Doing:
    """An action: it takes one token of a class from every key."""

    class_: str
    allowed: Allowance
    keys: Mapping[str, int]


async def spend(tx: Tx, limits: RateLimits, class_: str, keys: Mapping[str, int], now: Micros) -> None:
    """Take one token of a class from every key, exact across processes. Raises `RateLimited`: nothing is taken once the transaction is
    undone."""
    allowed = allowance(limits, class_)
    if allowed.in_force:
        await _spend(tx, [Doing(class_, allowed, keys)], now)


async def _spend(tx: Tx, doings: Sequence[Doing], now: Micros) -> dict[str, dict[str, float]]:
    """The same for several at once, one statement for each class; what is left by class and key."""
    all_left: dict[str, dict[str, float]] = {}
    for class_, allowed in sorted({(doing.class_, doing.allowed) for doing in doings}):
        wanted: Counter[str] = Counter()
        capacities: dict[str, int] = {}
        for doing in doings:
            if (doing.class_, doing.allowed) == (class_, allowed):
                wanted.update(doing.keys.keys())
                capacities |= {key: allowed.count * factor for key, factor in doing.keys.items()}
        left = await store_limits.take(tx, class_, capacities, allowed.period, now, wanted)
        wait = max((_wait(left[key], capacities[key], allowed.period) for key in left), default=0.0)
        if wait:
            raise RateLimited(wait)
        all_left[class_] = left
    return all_left


async def spend_each(tx: Tx, doings: Sequence[Doing], now: Micros) -> list[RateLimited | None]:
    """The same for actions of several people in one transaction that goes on whoever is refused: the refusal of each, which took
    nothing."""
    refused: RateLimited | None = None
    try:
        async with tx.part():
            await _spend(tx, doings, now)
    except RateLimited as refusal:
        refused = refusal
    if refused is None or len(doings) == 1:
        return [refused] * len(doings)
    return [(await spend_each(tx, [doing], now))[0] for doing in doings]


async def _spend_together(db: Database, doings: list[Doing]) -> list[RateLimited | None]:
    """Count these together, or each on its own where one of them is refused; the refusal of each, None where there is none."""
    now = db.clock.elapsed()
    try:
        # What a crash loses of it is calls that were not counted.
        async with db.write(soon=True) as tx:
            left = await _spend(tx, doings, now)
        later_of(db).heard(left.get(SEARCH, {}), now)
    except RateLimited as refusal:
        if len(doings) == 1:
            return [refusal]
        return [(await _spend_together(db, [doing]))[0] for doing in doings]
    return [None] * len(doings)


class Later:
    """Searches of one process that are counted in the database a moment later, together: of those whose buckets were at least half full
    when this process last looked, a moment ago. Everybody else is counted before they are answered, and so is who comes after a pause.

    What another process has let pass and not written down yet is not seen here: within that moment each may let pass half of a bucket too
    many. What is written down then leaves less than nothing in the bucket, so that whoever it was waits for longer: nobody has more in the
    long run. Got by `later_of`.
    """

    def __init__(self, db: Database) -> None:
        self.db = db
        self._allowed = Allowance(0, 0)
        self._left: dict[str, Bucket] = {}
        self._taken: Counter[str] = Counter()
        self._capacities: dict[str, int] = {}
        self._turn = asyncio.Lock()
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None

    def count(self, keys: Mapping[str, int], allowed: Allowance, now: Micros) -> bool:
        """Count one search under these keys; False, and nothing is counted, for whom it has to be done at once."""
        if allowed != self._allowed:  # the buckets begin anew
            self._allowed = allowed
            self._left.clear()
            self._taken.clear()
        for key, factor in keys.items():
            known = self._left.get(key)
            if (
                known is None
                or not 0 <= now - known.updated <= _LATER_AT_MOST
                or 2 * (known.tokens - self._taken[key] - 1) < allowed.count * factor
            ):
                return False
        self._taken.update(keys.keys())
        self._capacities.update((key, allowed.count * factor) for key, factor in keys.items())
        self._wait()
        return True

    def heard(self, left: Mapping[str, float], now: Micros) -> None:
        """So much was left in these buckets at a moment, what this process has not written yet apart."""
        if len(self._left) > _MOST_IN_MEMORY:
            self._left.clear()
        self._left.update((key, Bucket(tokens, now)) for key, tokens in left.items())

    async def write_for(self, keys: Collection[str]) -> None:
        """Write down what was counted, if any of it was under these keys: before more is taken from their buckets at once."""
        if any(key in self._taken for key in keys):
            await self.write()

    async def write(self) -> None:
        """Write down what was counted. Where the database is busy, it goes on waiting."""
        async with self._turn:
            if not self._taken:
                return
            taken, allowed, now = self._taken.copy(), self._allowed, self.db.clock.elapsed()
            capacities = {key: self._capacities[key] for key in taken}
            try:
                async with self.db.write(soon=True) as tx:
                    left = await store_limits.take(tx, SEARCH, capacities, allowed.period, now, taken)
            except Busy:
                self._wait()
                return
            if allowed != self._allowed:
                return
            self._taken -= taken
            self.heard(left, now)
            if not self._taken:
                self._capacities.clear()

    def _wait(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LATER, self._begin)

    def _begin(self) -> None:
        """The moment is over."""
        self._timer = None
        self._writing = asyncio.get_running_loop().create_task(self.write())


def later_of(db: Database) -> Later:
    """The searches that wait to be counted, of the process that opened this database."""
    waiting: Later = db.memory.get("searches") or db.memory.setdefault("searches", Later(db))
    return waiting


async def begin_anew(tx: Tx, before: RateLimits, after: RateLimits) -> None:
    """Fill the buckets of those classes whose limit was changed."""
    changed = [class_ for class_ in CLASSES if allowance(before, class_) != allowance(after, class_)]
    if changed:
        await store_limits.forget(tx, changed)


def spend_in_memory(memory: dict[str, Any], limits: RateLimits, keys: Mapping[str, int], now: Micros) -> None:
    """The same for the class `message`, in this process alone. Raises `RateLimited`."""
    allowed = allowance(limits, MESSAGE)
    if not allowed.in_force:
        return
    known: tuple[Allowance, dict[str, Bucket]] | None = memory.get("message_buckets")
    if known is None or known[0] != allowed:
        known = memory["message_buckets"] = (allowed, {})
    buckets = known[1]
    left = after_one(buckets, keys, allowed, now)
    if len(buckets) > _MOST_IN_MEMORY:
        buckets.clear()
    buckets.update((key, Bucket(tokens, now)) for key, tokens in left.items())


def spend_as_known(db: Database, address: str) -> bool:
    """Count one of the class `message` for somebody without an account, without asking the database: False, and nothing is counted, where
    this process does not know the limits at the moment. Raises `RateLimited`."""
    known = store_site.known_rate_limits(db.memory, db.changes)
    if known is None:
        return False
    spend_in_memory(db.memory, known, keys_of(0, address), db.clock.elapsed())
    return True


async def enforce(db: Database, class_: str, person_id: int, address: str) -> None:
    """Count one action of this class by a person at an address, in a transaction shared with what others do at this moment. Call it before
    the transaction that performs the action.

    Raises `RateLimited`.
    """
    if class_ == MESSAGE:
        spend_in_memory(db.memory, await _in_force(db), keys_of(person_id, address), db.clock.elapsed())
    elif (doing := await doing_of(db, class_, person_id, address)) is not None:
        must_not_write_yet()
        if class_ == SEARCH:
            later = later_of(db)
            if later.count(doing.keys, doing.allowed, db.clock.elapsed()):
                return
            await later.write_for(doing.keys)
        together: Together[Doing, RateLimited | None] | None = db.memory.get("doings")
        if together is None:
            together = db.memory["doings"] = Together(partial(_spend_together, db))
        if (refusal := await together.of(doing)) is not None:
            raise refusal


async def doing_of(db: Database, class_: str, person_id: int, address: str) -> Doing | None:
    """An action that is counted in the transaction that performs it (`spend_each`); None where there is no limit."""
    allowed = allowance(await _in_force(db), class_)
    return Doing(class_, allowed, keys_of(person_id, address)) if allowed.in_force else None


async def _in_force(db: Database) -> RateLimits:
    await db.sync()
    limits = store_site.known_rate_limits(db.memory, db.changes)
    if limits is None:
        async with db.read() as tx:
            limits = await store_site.rate_limits(tx)
    return limits
