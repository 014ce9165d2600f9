"""Works off what arrived: batches of one transaction, in which each activity stands and falls alone.

A process holds lanes by lease; within its lanes it takes the oldest rows first. Who names an address that is not known here waits for it
to be fetched, aside, and whatever is about the same thing waits behind. What an activity causes and that its row is closed are one
transaction: a process that dies loses nothing and does nothing twice.
"""

import asyncio
import time
from contextlib import nullcontext
from typing import Any

from folkmoot.apub import signatures
from folkmoot.apub.activities import Announce, Other
from folkmoot.apub.fetch import AS_LONG_AS_OTHERS_WAIT, Budget
from folkmoot.apub.inbox import answers, checks
from folkmoot.apub.inbox.ahead import reading_ahead
from folkmoot.apub.inbox.announce import Effect, announce, inner_ids
from folkmoot.apub.inbox.answers import AnsweredNo
from folkmoot.apub.inbox.arrived import Arrived, Gathered
from folkmoot.apub.inbox.ballots import Box, goes_past, stand_ready
from folkmoot.apub.inbox.bring import bring
from folkmoot.apub.inbox.known import Known, Missing, look_up
from folkmoot.apub.inbox.overtaken import overtaken
from folkmoot.apub.inbox.put_off import PutOff
from folkmoot.apub.inbox.table import TABLE
from folkmoot.apub.inbox.tasks import (
    Outcome,
    Task,
    as_row,
    had_effect,
    has_to_wait,
    keeps,
    refused,
    taken_back,
    task_of,
)
from folkmoot.apub.inbox.turns import Queue
from folkmoot.apub.policy import policy
from folkmoot.apub.resolve import Resolver
from folkmoot.context import Context
from folkmoot.logs import logger
from folkmoot.model.errors import Conflict, NotAllowed, Refusal
from folkmoot.model.time import MINUTE, SECOND, Micros
from folkmoot.store import leases, outbox, received
from folkmoot.store.db import Tx, persistently
from folkmoot.store.holders import new_holder
from folkmoot.store.received import LANES, Closed

BATCH = 200
BATCH_SECONDS = {"sqlite": 0.015, "postgresql": 0.2}
"""How long one transaction may take: on SQLite everybody waits meanwhile, on PostgreSQL who writes in the same threads."""
LEAST = 10
"""But so many are done in it however long they take: what a batch costs besides is a multiple of what each of them costs."""
LEASE: Micros = 6 * SECOND
LOOK_AGAIN: Micros = SECOND
FETCHING = 16
"""Activities that may wait for other servers at once."""
ROUNDS = 6
"""How often one activity may ask for more addresses: a post, then its author, then …"""
PAUSES: tuple[Micros, ...] = (30 * SECOND, 2 * MINUTE, 7 * MINUTE)
"""Before the tries that follow a failure of another server; after the last it is given up (INB-11)."""
DEVELOPING: tuple[Micros, ...] = (SECOND,) * 60
"""The same while developing: for as long as a restart takes."""
_KEY = (("received", 0),)

log = logger(__name__)


class _Halfway(Exception):
    """An activity failed after it had written something: the batch has to be done again, with care."""


class Processor:
    """The worker of one process."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.db = context.db
        self.resolver = Resolver(context)
        self.holder = new_holder()
        self._seen = -1
        self._held: dict[int, float] = {}
        self._others_until: Micros = 0
        """Others have all lanes, and are asked for them once a second, not for each arrival."""
        self._aside: dict[int, Task] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(FETCHING)
        self._due: Micros | None = None
        self._put_off = PutOff()
        self._pace = BATCH
        """How many are looked at for one transaction."""
        self._turn = asyncio.Lock()

    # --- looking ---------------------------------------------------------------------------------------------------------

    async def work(self) -> int:
        """One look: do what waits, as far as this process may; how many rows were closed or put off. Cheap where nothing happened."""
        await self.db.sync()
        newest = self.db.changes.newest(_KEY)
        now = self.context.clock.now()
        if newest == self._seen and (self._due is None or self._due > now):
            return 0
        async with self._turn:
            # Before the look, not after it: what happens meanwhile may be what the look has just passed over.
            self._seen = newest
            try:
                await self._wake()
                done = await self._work_off()
                await self._come_back(now)
            except BaseException:
                self._seen = -1
                raise
        return done

    async def _come_back(self, now: Micros) -> None:
        """Lanes that others hold are theirs to work off. If one of them died nothing tells us: look again as long as something waits."""
        if len(self._held) == LANES:
            return
        async with self.db.read() as tx:
            waits = await received.anything_waits(tx)
        if waits:
            self._due = min(self._due or now + LOOK_AGAIN, now + LOOK_AGAIN)

    async def drain(self) -> int:
        """Do all that can be done now, what waits for other servers included; how many rows. For tests and commands."""
        self._seen, done = -1, 0
        while self._seen == -1 or self._running:  # a fetch may also have ended in the middle of a look
            if self._running:
                await asyncio.wait(set(self._running))
                self._seen = -1
                done += 1
            done += await self.work()
        return done

    async def stop(self) -> None:
        """Begin nothing new, and let others have the lanes."""
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        if self._held:
            async with self.db.write() as tx:
                for lane in self._held:
                    await leases.give_back(tx, _lease(lane), holder=self.holder, done=False)
            self._held.clear()

    async def _wake(self) -> None:
        """Let what was put off and is due take part again."""
        async with self.db.read() as tx:
            due = await received.next_due(tx)
        if due is not None and due <= self.context.clock.now():
            async with self.db.write() as tx:
                await received.wake_due(tx)
                due = await received.next_due(tx)
        self._due = due

    async def _hold(self) -> list[int]:
        """The lanes that this process has, renewed in time and taken where they are free."""
        now, moment = time.monotonic(), self.context.clock.now()
        if len(self._held) == LANES and now - min(self._held.values()) < LEASE / SECOND / 3:
            return list(self._held)
        if not self._held and moment < self._others_until:
            return []
        held: dict[int, float] = {}
        async with self.db.write() as tx:
            for lane in range(LANES):
                if await leases.take(tx, _lease(lane), holder=self.holder, length=LEASE):
                    held[lane] = now
        self._held = held
        self._others_until = 0 if held else moment + LOOK_AGAIN
        return list(held)

    async def _work_off(self) -> int:
        async with self.db.read() as tx:
            if not await received.anything_waits(tx):
                return 0
        done = 0
        async with reading_ahead(self.context, self._aside, BATCH) as reader:
            while (lanes := await self._hold()) and (read := await reader.next(lanes)) is not None:
                tasks, closed = read.tasks, read.closed
                while tasks or closed:
                    tasks, number = await self._batch(tasks, closed)
                    done, closed = done + number, []
        return done

    # --- doing -----------------------------------------------------------------------------------------------------------

    async def _batch(self, tasks: list[Task], closed: list[Closed]) -> tuple[list[Task], int]:
        """Do some of these in one transaction; those that are left for the next, and how many rows were closed or put off.

        Most activities are done, or refused before anything is written: so at first none is fenced in. If one fails in the middle, all is
        undone, and done again with a fence around each.
        """
        queue = Queue(task.turn for task in self._aside.values())
        soon, rest = tasks[: self._pace], tasks[self._pace :]
        free = [task for task in soon if not has_to_wait(queue, task)]
        try:
            left, done = await persistently(lambda: self._try_batch(free, closed, fenced=False))
        except _Halfway:
            left, done = await persistently(lambda: self._try_batch(free, closed, fenced=True))
        return [*left, *rest], done

    def _keep_pace(self, number: int, seconds: float, *, all_of_them: bool) -> None:
        """Look up for the next batch what is needed for as many as this one could do in its time, and not for all that wait."""
        patience = BATCH_SECONDS[self.db.dialect.name]
        if not all_of_them:
            self._pace = max(LEAST, number)
        elif number >= self._pace:
            self._pace = max(LEAST, min(BATCH, 2 * number, int(number * patience / max(seconds, 1e-6))))

    async def _try_batch(
        self, tasks: list[Task], closed: list[Closed], *, fenced: bool
    ) -> tuple[list[Task], int]:
        patience = BATCH_SECONDS[self.db.dialect.name]
        outcomes: list[tuple[Task, Outcome]] = []
        async with self.db.write() as tx:
            began = time.monotonic()
            still = await received.still_waiting(tx, [task.row.id for task in tasks])
            rules = await policy(tx)
            known = await look_up(tx, rules, {ident for task in tasks for ident in task.names})
            inside = [
                ident
                for task in tasks
                if isinstance(task.activity, Announce)
                for ident in inner_ids(task.activity)
            ]
            known.accepted = await received.accepted_among(tx, inside) if inside else set()
            if not fenced:
                await stand_ready(tx, known, (task.activity for task in tasks))
            await self._put_off.look(tx, lambda row: task_of(self.context, row).turn)
            left, queue, put_off, box = list(tasks), Queue(), PutOff(), Box()
            while left and (len(outcomes) < LEAST or time.monotonic() - began < patience):
                task = left.pop(0)
                if task.row.id not in still or has_to_wait(queue, task):
                    continue
                if not box.lets_pass(task):
                    await self._count(tx, known, box)
                if task.row.ap_id in known.accepted:  # it came within an announce of this batch (DUP-1)
                    outcomes.append((task, Outcome(closed=Closed(task.row.id, "accepted"))))
                    continue
                until = self._put_off.until(task.row, task.turn) or put_off.until(task.row, task.turn)
                if until is not None:
                    outcome = Outcome(due=until, behind=True)
                else:
                    outcome = await self._one(tx, known, task, box, fenced=fenced)
                if outcome.missing is not None:
                    queue.add(task.turn)
                if outcome.due is not None:
                    put_off.add(task.row, task.turn, outcome.due)
                known.accepted |= had_effect(task, outcome)
                outcomes.append((task, outcome))
            await self._count(tx, known, box)
            self._keep_pace(len(outcomes), time.monotonic() - began, all_of_them=not left)
            await self._write_down(tx, outcomes, closed, known)
        for task, outcome in outcomes:
            if outcome.missing is not None:
                self._fetch_aside(task, outcome.missing)
        self._remember_put_off(outcomes)
        return left, len(closed) + sum(outcome.missing is None for _, outcome in outcomes)

    async def _write_down(
        self, tx: Tx, outcomes: list[tuple[Task, Outcome]], closed: list[Closed], known: Known | None
    ) -> None:
        if known is not None:
            await outbox.note_all(tx, known.notes)
        ended = [*closed, *(outcome.closed for _, outcome in outcomes if outcome.closed is not None)]
        ended += await overtaken(tx, self.context, self._put_off, outcomes)
        if ended:
            await received.close(tx, ended)
        inner = [as_row(one) for _, outcome in outcomes for one in outcome.inner if one.id]
        if inner:
            await received.remember_inner(tx, inner)
        undone = [as_row(one) for task, outcome in outcomes for one in taken_back(task, outcome)]
        if undone:
            await received.remember_undone(tx, undone)
        for task, outcome in outcomes:
            if outcome.due is not None:
                if outcome.behind:
                    await received.put_behind(tx, task.row.id, due=outcome.due, reason="waits_for_earlier")
                else:
                    await received.put_off(
                        tx, task.row.id, due=outcome.due, reason=outcome.reason, detail=outcome.detail
                    )
                self._due = min(self._due or outcome.due, outcome.due)

    def _remember_put_off(self, outcomes: list[tuple[Task, Outcome]]) -> None:
        """What was put off just now, and is written down: on PostgreSQL that is heard of a moment later only."""
        for task, outcome in outcomes:
            if outcome.due is not None:
                self._put_off.add(task.row, task.turn, outcome.due)

    @staticmethod
    async def _count(tx: Tx, known: Known, box: Box) -> None:
        """Count what was gathered. Raises `_Halfway`."""
        try:
            await box.count(tx, known)
        except Exception as error:
            raise _Halfway from error

    async def _one(self, tx: Tx, known: Known, task: Task, box: Box | None, *, fenced: bool) -> Outcome:
        """Do one activity. `fenced`: what it wrote is undone where it is refused; else that it wrote something raises `_Halfway`. Its
        vote goes into the `box` where there is one."""
        before = tx.writes
        outcome = await self._outcome(tx, known, task, None if fenced else box)
        done = (
            outcome.closed is not None
            and outcome.closed.state == "accepted"
            and outcome.closed.reason is None
        )
        if not fenced and not done and tx.writes != before:
            raise _Halfway
        return outcome

    async def _outcome(self, tx: Tx, known: Known, task: Task, box: Box | None) -> Outcome:
        row, fenced, noted = task.row, box is None, len(known.notes)
        arrived: Arrived[Any] = Arrived(
            task.activity,
            signatures.of_row(row),
            known,
            fetched_anew=frozenset(task.fetched),
            read=frozenset(task.read),
            gone=frozenset(task.gone),
            moves=task.moves,
            gathered=Gathered() if box is not None and goes_past(task.activity) else None,
        )
        try:
            async with tx.part() if fenced else nullcontext():
                try:
                    effect = await perform(tx, arrived)
                    await tx.settle()
                except AnsweredNo as error:
                    return Outcome(closed=refused(row, error))
        except Missing as missing:
            return self._in_need(tx, task, missing)
        except Conflict as error:
            return Outcome(closed=Closed(row.id, "accepted", error.code, error.detail))
        except Refusal as error:
            return Outcome(closed=refused(row, error))
        except Exception as error:
            if not fenced:
                raise _Halfway from error
            log.exception("activity_failed", id=row.ap_id, kind=row.kind)
            return self._later(tx, task, "internal_error", repr(error))
        first = effect.refusals[0] if effect.refusals else None
        outcome = Outcome(
            closed=Closed(row.id, "accepted", first.code if first else None, first.detail if first else None),
            inner=effect.inner,
        )
        if box is not None and arrived.gathered is not None:
            box.put(task, outcome, arrived.gathered, known.notes[noted:])
        return outcome

    def _later(self, tx: Tx, task: Task, reason: str, detail: str | None) -> Outcome:
        attempts = task.row.attempts
        pauses = DEVELOPING if self.context.settings.development else PAUSES
        if attempts >= len(pauses):
            return Outcome(closed=Closed(task.row.id, "refused", reason, detail, keep_body=keeps(task.row)))
        return Outcome(due=tx.now + pauses[attempts], reason=reason, detail=detail)

    def _in_need(self, tx: Tx, task: Task, missing: Missing) -> Outcome:
        """More has to be fetched; unless that was tried already, and did not help."""
        got_nowhere = missing.addresses <= task.fetched or task.rounds >= ROUNDS
        if not got_nowhere:
            return Outcome(missing=missing)
        error = task.error
        if error is not None and error.temporary:
            return self._later(tx, task, error.code, error.detail)
        code = error.code if error is not None else "couldnt_find_object"
        detail = error.detail if error is not None else " ".join(sorted(missing.addresses))
        return Outcome(closed=Closed(task.row.id, "refused", code, detail, keep_body=keeps(task.row)))

    # --- fetching --------------------------------------------------------------------------------------------------------

    def _fetch_aside(self, task: Task, missing: Missing) -> None:
        self._aside[task.row.id] = task
        running = asyncio.create_task(self._fetch(task, missing))
        self._running.add(running)
        running.add_done_callback(self._running.discard)

    async def _fetch(self, task: Task, missing: Missing) -> None:
        """Fetch what is missing, and do the activity again, alone."""
        try:
            async with self._room:
                await bring(self.resolver, task, missing, task_budget(self.context))
            while True:
                known_names = task.names | task.fetched
                async with self.db.write() as tx:
                    if not await received.still_waiting(tx, [task.row.id]):
                        return
                    known = await look_up(tx, await policy(tx), known_names)
                    outcome = await self._one(tx, known, task, None, fenced=True)
                    await self._write_down(tx, [(task, outcome)], [], known)
                self._remember_put_off([(task, outcome)])
                if outcome.missing is None:
                    return
                async with self._room:
                    await bring(self.resolver, task, outcome.missing, task_budget(self.context))
        except Exception:
            log.exception("activity_not_fetched_for", id=task.row.ap_id)
            async with self.db.write() as tx:
                outcome = self._later(tx, task, "internal_error", None)
                await self._write_down(tx, [(task, outcome)], [], None)
            self._remember_put_off([(task, outcome)])
        finally:
            self._aside.pop(task.row.id, None)
            self._seen = -1  # what waited behind it may go on
            self.db.changes.wake("received")


def processor_of(context: Context) -> Processor:
    """The worker of this process and database."""
    found = context.db.memory.get("apub.processor")
    if found is None:
        found = context.db.memory["apub.processor"] = Processor(context)
    processor: Processor = found
    return processor


def task_budget(context: Context) -> Budget:
    """What one activity may cause to be fetched (section 0)."""
    return Budget(context.settings.development, until=context.clock.now() + AS_LONG_AS_OTHERS_WAIT)


async def perform(tx: Tx, arrived: Arrived[Any]) -> Effect:
    """Do an activity that came directly or was fetched from its origin. Raises `Refusal`, `Missing`."""
    activity = arrived.activity
    checks.check_envelope(activity, arrived.policy)
    if activity.actor != arrived.sender.actor:
        raise NotAllowed("not_the_sender", detail=activity.actor)
    if isinstance(activity, Announce):
        return await announce(tx, arrived)
    row = TABLE.get(type(activity))
    if row is None:
        what = activity.what if isinstance(activity, Other) else activity.type
        raise Conflict("without_effect", detail=what)
    community = await row.handler(tx, arrived)
    if community is not None and community.local and not arrived.quiet and not arrived.fetched:
        answers.relay(arrived.known, community.id, activity)
    return Effect((), ())


def _lease(lane: int) -> str:
    return f"inbox {lane}"
