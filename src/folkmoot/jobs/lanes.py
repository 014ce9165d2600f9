"""Sends activities to other servers: one lane for each (`jobs/lane.py`), shared out among the processes that work (`jobs/shards.py`).

Each process looks at new activities once (`jobs/cargo.py`) and adds them to the lanes that they concern; a lane that lags reads what it has
missed in pieces. How far each has got is written down every two seconds or so (`jobs/ledger.py`).
"""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress

from folkmoot.apub.deliver import SCHEME_KEPT, Postman
from folkmoot.apub.look_again import without_inbox
from folkmoot.apub.outbox.publish import BATCH, publish_due
from folkmoot.apub.signing import Scheme
from folkmoot.context import Context
from folkmoot.jobs.cargo import Cargo, Hold
from folkmoot.jobs.lane import DEAD_AFTER, LONGEST_PAUSE, WINDOW, Alarm, Lane
from folkmoot.jobs.ledger import Ledger
from folkmoot.jobs.shards import Shards, shard_of
from folkmoot.logs import logger
from folkmoot.model.time import DAY, SECOND, Micros
from folkmoot.store import destinations, outbox
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx

_KINDS = ("outgoing", "outbox", "destination", "site")
"""What has to happen for something to do; of it, or of a delivery that has landed, `_landed` tells."""
_LOOK = 0.25
"""Seconds between looks at what time brings."""
_REST = 0.004
"""And between any two: what happens meanwhile is looked at together."""
_BETWEEN_PUBLISHING = 0.1
"""Seconds between two transactions that publish: the first of what people say goes out at once, and where many talk, what they say in
between shares the next one, which costs the same for one as for ten."""
_BETWEEN_WHILE_DEVELOPING = 0.02
_PIECES = 20
"""So many pieces are published in one turn, before what they became is sent."""
_BEGIN_IN_DELIVERY = 2000
"""Activities that are at most looked at for all lanes together, however far these are behind."""
_LOOKED_AT = 200
"""So many of them at once."""
_LOOK_ANYWAY: Micros = 5 * SECOND
_AFTER_FAILURE = 2.0
_STOP_WITHIN = 1.0

_SCHEMES = {scheme.value: scheme for scheme in Scheme}

log = logger(__name__)


class Lanes:
    """What sends, one for each process: `run` until told to stop, or `drain`."""

    def __init__(
        self,
        context: Context,
        holder: str,
        *,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.context = context
        self.db = context.db
        self.lanes: dict[int, Lane] = {}
        self.shards = Shards(context.db, holder)
        self.hold = Hold(context.db)
        self._ledger = Ledger(context.db)
        self._postman = Postman(context.db, context.http, context.clock)
        self._jitter = jitter
        self._alarm = Alarm()
        self._ready: dict[int, None] = {}
        """Lanes that may have something to send, in the order in which they get their turn."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._landed = asyncio.Event()
        context.db.changes.listen(_KINDS, self._landed)
        self._head, self._begun = 0, False
        self._seen = dict[str, int]()
        self._shut_out: set[int] = set()
        self._enabled = True
        self._looked: Micros = 0
        self._publishes_from = 0.0
        """The moment of the event loop's clock from which on the next are published."""

    # --- running --------------------------------------------------------------------------------------------------------------------

    async def run(self, stopping: asyncio.Event) -> None:
        """Send until told to stop; then write down how far everybody has got, and give back the lanes."""
        while not stopping.is_set():
            self._landed.clear()
            try:
                await self.turn(patient=True)
                await asyncio.sleep(_REST)
            except Exception:
                log.exception("sending_failed")
                await asyncio.sleep(_AFTER_FAILURE)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._landed.wait(), _LOOK)
        await self.stop()

    async def stop(self) -> None:
        """Let what is on its way arrive, for a moment; write down how far everybody has got; give back the lanes."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=_STOP_WITHIN)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._ledger.write_down(self.lanes.values(), everything=True)
        await self.shards.give_back()

    async def drain(self) -> int:
        """Publish and send everything that is due now; how many deliveries were tried. For tests and commands."""
        tried = 0
        while True:
            published = await self.turn()
            begun = len(self._tasks)
            if begun:
                await asyncio.wait(self._tasks)
            tried += begun
            if not begun and not published:
                await self._ledger.write_down(self.lanes.values(), everything=True)
                return tried

    async def turn(self, *, patient: bool = False) -> int:
        """Look at everything once: publish what was noted, take over new activities, begin deliveries. How much was published.
        `patient`: what was noted may wait a moment for more."""
        await self.db.sync()
        now = self.db.clock.now()
        if await self.shards.renew() or now >= self._looked + _LOOK_ANYWAY:
            self._seen.clear()
            self._looked = now
        shards = self.shards.held(now)
        if not shards:
            return 0
        published = 0
        if 0 in shards and not (patient and self._rests()) and self._has_changed("outgoing"):
            published = await self._publish()
            self._rest(published)
        if self._has_changed("destination", "site"):
            await self._reread(shards)
        if self._has_changed("outbox"):
            await self._take_new()
        for instance_id in self._alarm.due(now):
            self._ready[instance_id] = None
        await self._begin(now)
        await self._ledger.write_down(self.lanes.values())
        return published

    def _rests(self) -> bool:
        """Whether something was published a moment ago."""
        return asyncio.get_running_loop().time() < self._publishes_from

    def _rest(self, published: int) -> None:
        if published:
            loop, settings = asyncio.get_running_loop(), self.context.settings
            pause = _BETWEEN_WHILE_DEVELOPING if settings.development else _BETWEEN_PUBLISHING
            self._publishes_from = loop.time() + pause
            loop.call_at(self._publishes_from + 0.002, self._landed.set)  # the loop counts milliseconds

    async def _publish(self) -> int:
        """Publish in pieces all that waits, up to so many: a turn is long where much is sent, and one piece a turn would fall behind."""
        published = 0
        for _ in range(_PIECES):
            piece = await publish_due(self.context)
            published += piece
            if piece < BATCH:
                return published
            await asyncio.sleep(0)  # others are answered in between
        self._seen.pop("outgoing", None)  # there may be more
        return published

    def _has_changed(self, *kinds: str) -> bool:
        """Whether something of these kinds happened since we asked last."""
        newest = self.db.changes.newest(tuple((kind, 0) for kind in kinds))
        name = kinds[0]
        if self._seen.get(name) == newest:
            return False
        self._seen[name] = newest
        return True

    # --- lanes ------------------------------------------------------------------------------------------------------------------------

    async def _reread(self, shards: frozenset[int]) -> None:
        """Bring the lanes up to date with who is sent to, who is shut out, and what admins did."""
        async with self.db.read() as tx:
            known = await destinations.all_of_them(tx)
            before, self._shut_out = self._shut_out, await destinations.shut_out(tx)
            site = await store_site.local_site(tx)
        if let_in := before - self._shut_out:
            async with self.db.write() as tx:
                await destinations.leave_out(tx, let_in)
        self._enabled, self._retention = site.federation_enabled, site.retention_days * DAY
        kept: dict[int, Lane] = {}
        for destination in known:
            if shard_of(destination.instance_id) not in shards:
                continue
            lane = self.lanes.get(destination.instance_id)
            if lane is None:
                lane = Lane.of(destination, SECOND if self.context.settings.development else LONGEST_PAUSE)
            else:
                lane.reread(destination)
            kept[lane.instance_id] = lane
        self.lanes = kept
        self._ready = dict.fromkeys(kept)

    async def _take_new(self) -> None:
        """Look at new activities, and add each to the lanes that it concerns and that have all before it."""
        async with self.db.read() as tx:
            if not self._begun:
                self._head, self._begun = await self._first_head(tx), True
                self._ready.update(dict.fromkeys(self.lanes))
            while found := await self.hold.load(tx, self._head, _LOOKED_AT):
                if (
                    len(found) == _LOOKED_AT
                    and (newest := await outbox.newest_id(tx)) > self._head + _BEGIN_IN_DELIVERY
                ):
                    self._head = newest  # everybody lags, and reads for themselves
                    self._ready.update(dict.fromkeys(self.lanes))
                    return
                await self._hand_out(tx, found)
                if len(found) < _LOOKED_AT:
                    return

    async def _first_head(self, tx: Tx) -> int:
        """From where on activities are looked at for everybody: behind the slowest, unless they are far behind."""
        newest = await outbox.newest_id(tx)
        slowest = min((lane.upto for lane in self.lanes.values()), default=newest)
        return min(newest, max(slowest, newest - _BEGIN_IN_DELIVERY))

    async def _hand_out(self, tx: Tx, found: list[Cargo]) -> None:
        """Add these to the lanes that they concern. One in which too much waits lags from there on."""
        abreast = {number: lane for number, lane in self.lanes.items() if lane.upto >= self._head}
        before = self._head
        for cargo in found:
            number = cargo.sent.id
            for instance_id in list(abreast) if cargo.sent.to_all else await self.hold.concerned(tx, cargo):
                lane = abreast.get(instance_id)
                if lane is None or lane.upto >= number:
                    continue
                if len(lane.waiting) >= WINDOW:
                    lane.upto = max(lane.upto, before)
                    del abreast[instance_id]
                    continue
                lane.upto = number
                lane.add(number, cargo.sent.order_key)
                self._ready[instance_id] = None
            before = number
        for lane in abreast.values():
            lane.upto = max(lane.upto, before)
        self._head = before

    # --- deliveries -------------------------------------------------------------------------------------------------------------------

    async def _begin(self, now: Micros) -> None:
        """Give each lane that is ready its turn, until as many requests are on their way as may be.

        What room there is they share: a server that answers at once is told one thing after the other over one connection, and only one
        for which there is room in the end gets several side by side.
        """
        settings = self.context.settings
        ready = list(self._ready)
        share = max(1, (settings.delivery_at_once - len(self._tasks)) // max(1, len(ready)))
        for instance_id in ready:
            room = settings.delivery_at_once - len(self._tasks)
            if room <= 0:
                return
            self._ready.pop(instance_id, None)
            lane = self.lanes.get(instance_id)
            if lane is None or not await self._is_open(lane, now):
                continue
            if lane.upto < self._head and len(lane.waiting) < WINDOW // 2:
                await self._catch_up(lane, now)
            side_by_side = min(settings.delivery_per_server, len(lane.flying) + min(share, room))
            begun = lane.may_start(now, side_by_side)
            for activity_id in begun:
                self._start(lane, activity_id)
            if lane.next_try is not None and lane.next_try > now:
                self._alarm.set(lane.next_try, instance_id)
            elif lane.upto < self._head and not lane.flying:
                self._ready[instance_id] = None
            elif lane.waiting and len(begun) == share:
                self._ready[instance_id] = None
                self._landed.set()

    async def _is_open(self, lane: Lane, now: Micros) -> bool:
        """Whether a server is sent to at all. One that is shut out or dead keeps up with the newest, so that nothing waits for
        it (DLV-9, -10)."""
        if not lane.dead and now > lane.last_sign_of_life + DEAD_AFTER and lane.fails:
            async with self.db.read() as tx:
                destination = await destinations.by_instance(tx, lane.instance_id)
            lane.last_seen = destination.last_seen if destination is not None else None
            if now > lane.last_sign_of_life + DEAD_AFTER:
                lane.dead = lane.dirty = True
                log.info("server_is_dead", server=lane.domain)
        if lane.dead or not self._enabled or lane.instance_id in self._shut_out:
            lane.drop(self._head)
            return False
        return True

    async def _catch_up(self, lane: Lane, now: Micros) -> None:
        """Read what comes next for a lane that lags; those that are too old are left out (DLV-7)."""
        upto = min(lane.upto + WINDOW, self._head)
        async with self.db.read() as tx:
            found = await destinations.waiting(
                tx, lane.instance_id, after=lane.upto, upto=upto, since=now - self._retention
            )
        for activity_id, path in found:
            lane.add(activity_id, path)
        lane.upto = upto

    def _start(self, lane: Lane, activity_id: int) -> None:
        task = asyncio.create_task(self._deliver(lane, activity_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, lane: Lane, activity_id: int) -> None:
        try:
            await self._send(lane, activity_id)
        except asyncio.CancelledError:
            lane.back(activity_id)
            raise
        except Exception:
            log.exception("delivery_failed", server=lane.domain, activity=activity_id)
            lane.failed(activity_id, self.db.clock.now(), "internal error", None, self._jitter())
        self._ready[lane.instance_id] = None
        self._landed.set()

    async def _send(self, lane: Lane, activity_id: int) -> None:
        cargo = await self.hold.get(activity_id)
        urls = await self.hold.addresses(cargo, lane.instance_id) if cargo is not None else []
        if cargo is None or not urls or cargo.sent.published < self.db.clock.now() - self._retention:
            lane.passed(activity_id)
            return
        reached = lane.partly.setdefault(activity_id, {})
        status = 0
        for url in urls:
            if url in reached:
                continue
            now = self.db.clock.now()
            outcome = await self._postman.deliver(
                cargo.sent,
                cargo.body,
                url,
                _scheme_of(lane, now),
                accepted_before=lane.last_success is not None,
            )
            now = self.db.clock.now()
            if outcome.result == "failed":
                self._ledger.failed(lane, outcome)
                lane.failed(activity_id, now, outcome.reason, outcome.wish, self._jitter())
                return
            reached[url] = outcome.result == "done"
            if outcome.result == "rejected":
                status = outcome.status or 0
                self._ledger.failed(lane, outcome)
                if outcome.status == 410:
                    async with self.db.write() as tx:
                        await without_inbox(tx, lane.instance_id, url)
            elif outcome.scheme is not None and lane.scheme != outcome.scheme:
                lane.scheme, lane.scheme_since = outcome.scheme, now
        taken = [reached[url] for url in urls]
        if cargo.sent.post_id is not None and not any(taken):
            self._ledger.refused(cargo.sent.post_id, lane, status, activity_id)
        elif cargo.sent.post_id is not None and lane.instance_id in cargo.inboxes:
            self._ledger.taken(cargo.sent.post_id, lane)
        lane.done(activity_id, self.db.clock.now(), rejected=not all(taken))


def _scheme_of(lane: Lane, now: Micros) -> Scheme:
    """How to sign first: the way that worked last, for a month (SIG-19)."""
    if lane.scheme is None or lane.scheme_since is None or now > lane.scheme_since + SCHEME_KEPT:
        return Scheme.DRAFT
    return _SCHEMES[lane.scheme]
