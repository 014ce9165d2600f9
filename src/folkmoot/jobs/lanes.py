"""Sends activities to other servers: one lane for each (`jobs/lane.py`), shared out among the processes that work (`jobs/shards.py`).

Each process looks at new activities once and adds them to the lanes that they concern; a lane that lags reads what it has missed in pieces.
Cursors are written down every second or so, all at once: who is killed in between sends a second's worth again, which receivers know by
its address (DLV-4).
"""

import asyncio
import random
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from folkmoot.apub.deliver import SCHEME_KEPT, Outcome, Postman
from folkmoot.apub.look_again import without_inbox
from folkmoot.apub.outbox.publish import BATCH, publish_due
from folkmoot.apub.signing import Scheme
from folkmoot.context import Context
from folkmoot.jobs.lane import DEAD_AFTER, LONGEST_PAUSE, WINDOW, Alarm, Lane
from folkmoot.jobs.shards import Shards, shard_of
from folkmoot.logs import logger
from folkmoot.model.time import DAY, SECOND, Micros
from folkmoot.store import audiences, destinations, outbox
from folkmoot.store import site as store_site
from folkmoot.store.audiences import Audience
from folkmoot.store.db import Tx
from folkmoot.store.outbox import Inbox, Sent

_KINDS = ("outgoing", "outbox", "destination", "site")
"""What has to happen for something to do; of it, or of a delivery that has landed, `_landed` tells."""
_LOOK = 0.25
"""Seconds between looks at what time brings."""
_REST = 0.004
"""And between any two: what happens meanwhile is looked at together."""
_REST_AFTER_PUBLISHING = 0.02
"""The same after something was published: people who write are many, and what they say in between shares the next transaction."""
_PIECES = 10
"""So many pieces are published in one turn, before what they became is sent."""
_WRITE_EVERY: Micros = SECOND
_IDLE_WRITE_EVERY: Micros = 30 * SECOND
_BEGIN_IN_DELIVERY = 2000
_CARGO = 1500
_LOOK_ANYWAY: Micros = 5 * SECOND
_AFTER_FAILURE = 2.0
_STOP_WITHIN = 1.0

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class _Cargo:
    """An activity, and where it goes besides followers."""

    sent: Sent
    inboxes: dict[int, tuple[str, ...]]


class Lanes:
    """What sends, one for each process: `run` until told to stop, or `drain`."""

    def __init__(
        self,
        context: Context,
        holder: str,
        *,
        postman: Postman | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.context = context
        self.db = context.db
        self.lanes: dict[int, Lane] = {}
        self.shards = Shards(context.db, holder)
        self._postman = postman or Postman(context.db, context.http, context.clock)
        self._jitter = jitter
        self._alarm = Alarm()
        self._ready: dict[int, None] = {}
        """Lanes that may have something to send, in the order in which they get their turn."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._landed = asyncio.Event()
        context.db.changes.listen(_KINDS, self._landed)
        self._head = 0
        self._seen = dict[str, int]()
        self._cargo: OrderedDict[int, _Cargo] = OrderedDict()
        self._shut_out: set[int] = set()
        self._enabled = True
        self._reasons: dict[tuple[int, str], int] = {}
        self._refused: list[tuple[int, int, int]] = []
        self._looked: Micros = 0
        self._written: Micros = 0
        self._idle_written: Micros = 0

    # --- running --------------------------------------------------------------------------------------------------------------------

    async def run(self, stopping: asyncio.Event) -> None:
        """Send until told to stop; then write down how far everybody has got, and give back the lanes."""
        while not stopping.is_set():
            self._landed.clear()
            try:
                published = await self.turn()
                await asyncio.sleep(_REST_AFTER_PUBLISHING if published else _REST)
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
        await self._write_down(everything=True)
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
                await self._write_down(everything=True)
                return tried

    async def turn(self) -> int:
        """Look at everything once: publish what was noted, take over new activities, begin deliveries. How much was published."""
        await self.db.sync()
        now = self.db.clock.now()
        if await self.shards.renew() or now >= self._looked + _LOOK_ANYWAY:
            self._seen.clear()
            self._looked = now
        shards = self.shards.held(now)
        if not shards:
            return 0
        published = 0
        if 0 in shards and self._has_changed("outgoing"):
            published = await self._publish()
        if self._has_changed("destination", "site"):
            await self._reread(shards)
        if self._has_changed("outbox"):
            await self._take_new()
        for instance_id in self._alarm.due(now):
            self._ready[instance_id] = None
        await self._begin(now)
        await self._write_down()
        return published

    async def _publish(self) -> int:
        """Publish in pieces all that waits, up to so many: a turn is long where much is sent, and one piece a turn would fall behind."""
        published = 0
        for _ in range(_PIECES):
            piece = await publish_due(self.context)
            published += piece
            if piece < BATCH:
                break
            await asyncio.sleep(0)  # others are answered in between
        if published:
            self._seen.pop("outgoing", None)
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
            newest = await outbox.newest_id(tx)
            if newest <= self._head:
                return
            if newest - self._head > _BEGIN_IN_DELIVERY or not self._head:
                self._head = newest  # everybody lags, and reads for themselves
                self._ready.update(dict.fromkeys(self.lanes))
                return
            while self._head < newest:
                upto = min(self._head + 200, newest)
                for cargo in await self._load(tx, self._head, upto):
                    self._keep(cargo)
                    await self._hand_out(tx, cargo, self._head)
                    self._head = cargo.sent.id
                self._advance(self._head, upto)
                self._head = upto

    async def _load(self, tx: Tx, after: int, upto: int) -> list[_Cargo]:
        found = await outbox.between(tx, after, upto)
        named = await outbox.inboxes_of(tx, [sent.id for sent in found])
        return [_Cargo(sent, _by_server(named.get(sent.id, []))) for sent in found]

    async def _hand_out(self, tx: Tx, cargo: _Cargo, before: int) -> None:
        sent = cargo.sent
        concerned = set(cargo.inboxes)
        for audience in await self._followers(tx, sent):
            concerned |= {
                instance_id for instance_id, since in audience.since.items() if since <= sent.published
            }
        for instance_id, lane in self.lanes.items():
            if lane.upto != before or len(lane.waiting) >= WINDOW:
                continue
            lane.upto = sent.id
            if sent.to_all or instance_id in concerned:
                lane.add(sent.id, sent.order_key)
                self._ready[instance_id] = None

    def _advance(self, before: int, upto: int) -> None:
        """Ids that nothing has, between those of activities."""
        for lane in self.lanes.values():
            if lane.upto == before:
                lane.upto = upto

    async def _followers(self, tx: Tx, sent: Sent) -> list[Audience]:
        """Where the followers are to whom this goes."""
        return [await audiences.audience(tx, key) for key in _audiences_of(sent)]

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
        cargo = await self._cargo_of(activity_id)
        urls = await self._addresses(lane, cargo) if cargo is not None else []
        if cargo is None or not urls or cargo.sent.published < self.db.clock.now() - self._retention:
            lane.passed(activity_id)
            return
        rejected: Outcome | None = None
        for url in urls:
            if url in lane.partly.get(activity_id, ()):
                continue
            now = self.db.clock.now()
            outcome = await self._postman.deliver(
                cargo.sent, url, _scheme_of(lane, now), accepted_before=lane.last_success is not None
            )
            now = self.db.clock.now()
            if outcome.result == "failed":
                self._count(lane, outcome)
                lane.failed(activity_id, now, outcome.reason, outcome.wish, self._jitter())
                return
            lane.partly.setdefault(activity_id, set()).add(url)
            if outcome.result == "rejected":
                rejected = outcome
                self._count(lane, outcome)
                if outcome.status == 410:
                    async with self.db.write() as tx:
                        await without_inbox(tx, lane.instance_id, url)
            elif outcome.scheme is not None and lane.scheme != outcome.scheme:
                lane.scheme, lane.scheme_since = outcome.scheme, now
        if rejected is not None and cargo.sent.post_id is not None:
            self._refused.append((cargo.sent.post_id, lane.instance_id, rejected.status or 0))
        lane.done(activity_id, self.db.clock.now(), rejected=rejected is not None)

    def _count(self, lane: Lane, outcome: Outcome) -> None:
        key = (lane.instance_id, outcome.reason)
        self._reasons[key] = self._reasons.get(key, 0) + 1

    def _keep(self, cargo: _Cargo) -> None:
        self._cargo[cargo.sent.id] = cargo
        while len(self._cargo) > _CARGO:
            self._cargo.popitem(last=False)

    async def _cargo_of(self, activity_id: int) -> _Cargo | None:
        """An activity with its addresses; None where it is no longer kept."""
        if (known := self._cargo.get(activity_id)) is not None:
            return known
        async with self.db.read() as tx:
            found = await self._load(tx, activity_id - 1, activity_id)
        for cargo in found:
            self._keep(cargo)
        return found[0] if found else None

    async def _addresses(self, lane: Lane, cargo: _Cargo) -> list[str]:
        """Where at a server an activity goes, each address once (CMN-5)."""
        sent, instance_id = cargo.sent, lane.instance_id
        urls = dict.fromkeys(cargo.inboxes.get(instance_id, ()))
        db, now = self.db, self.db.clock.now()
        found = [audiences.remembered(db.memory, db.changes, now, key) for key in _audiences_of(sent)]
        if sent.to_all or None in found:
            async with db.read() as tx:
                found = [*await self._followers(tx, sent)]
                if sent.to_all and (inbox := await outbox.server_inbox(tx, instance_id)):
                    urls[inbox] = None
        for audience in found:
            if audience is not None and audience.since.get(instance_id, sent.published + 1) <= sent.published:
                urls.update(dict.fromkeys(audience.inboxes[instance_id]))
        return list(urls)

    # --- keeping ------------------------------------------------------------------------------------------------------------------------

    async def _write_down(self, *, everything: bool = False) -> None:
        """Write down how far servers have got: those that got further each second, those that only kept up now and then."""
        now = self.db.clock.now()
        idle = everything or now >= self._idle_written + _IDLE_WRITE_EVERY
        if not everything and now < self._written + _WRITE_EVERY:
            return
        lanes = [lane for lane in self.lanes.values() if lane.dirty or (idle and lane.cursor > lane.written)]
        self._written = now
        if idle:
            self._idle_written = now
        if not (lanes or self._reasons or self._refused):
            return
        reasons, self._reasons = self._reasons, {}
        refused, self._refused = self._refused, []
        progress = [lane.progress() for lane in lanes]
        try:
            async with self.db.write() as tx:
                await destinations.keep_progress(tx, progress)
                await destinations.count_failures(tx, reasons)
                await destinations.refuse_post(tx, refused)
        except BaseException:
            for lane in lanes:
                lane.dirty = True
            raise


def _audiences_of(sent: Sent) -> list[audiences.Key]:
    """Whose followers this goes to."""
    found = []
    if sent.community_id is not None:
        found.append(audiences.of_community(sent.community_id))
    if sent.person_id is not None:
        found.append(audiences.of_person(sent.person_id))
    return found


def _by_server(inboxes: list[Inbox]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for inbox in inboxes:
        found[inbox.instance_id] = (*found.get(inbox.instance_id, ()), inbox.url)
    return found


def _scheme_of(lane: Lane, now: Micros) -> Scheme:
    """How to sign first: the way that worked last, for a month (SIG-19)."""
    if lane.scheme is None or lane.scheme_since is None or now > lane.scheme_since + SCHEME_KEPT:
        return Scheme.DRAFT
    return Scheme(lane.scheme)
