"""Runs jobs and periodic work in one process, beside others that do the same.

Jobs are claimed in batches with a lease, run side by side, and their rows deleted when they are done. One that fails is tried again
later and later, and given up in the end (`attempts.py`), its error kept for admins. A process that dies loses nothing: its leases end, and
on the same machine others take over at once (`heirs.py`).
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from folkmoot.apub.inbox.process import processor_of
from folkmoot.jobs.attempts import after_failure
from folkmoot.jobs.catalogue import CATALOGUE, Work
from folkmoot.jobs.heirs import take_over
from folkmoot.jobs.lanes import Lanes
from folkmoot.jobs.moments import MOMENTS, Moment
from folkmoot.jobs.schedule import SCHEDULE, Periodic
from folkmoot.jobs.tools import Tools
from folkmoot.jobs.wake import Wake, Watch
from folkmoot.logs import logger
from folkmoot.model.errors import Refusal
from folkmoot.model.time import MINUTE, Micros
from folkmoot.store import jobs, leases
from folkmoot.store.holders import new_holder
from folkmoot.store.jobs import Job

SIDE_BY_SIDE = 8
LEASE: Micros = 2 * MINUTE
PATIENCE = 110.0
"""Seconds a job may take: less than its lease, so that nobody else begins it meanwhile."""
_IDLE = 5.0
_AFTER_FAILURE = 2.0
_STOP_WITHIN = 1.0

log = logger(__name__)


class Runner:
    """The workers of one process: `run` until `stop`."""

    def __init__(
        self,
        tools: Tools,
        *,
        catalogue: Mapping[str, Work] = CATALOGUE,
        schedule: Sequence[Periodic] = SCHEDULE,
        moments: Sequence[Moment] = MOMENTS,
    ) -> None:
        self.tools = tools
        self.db = tools.db
        self.catalogue = catalogue
        self.schedule = schedule
        self.moments = moments
        self.holder = new_holder()
        self.lanes = Lanes(tools.context, self.holder)
        self._sending: asyncio.Task[None] | None = None
        self._taking: tuple[asyncio.Task[None], ...] = ()
        self._stopping = asyncio.Event()
        self._working: set[asyncio.Task[None]] = set()
        self._tending: dict[str, asyncio.Task[bool]] = {}

    async def run(self) -> None:
        """Work until `stop` is called, first at what a process before this one left."""
        try:
            await take_over(self.db)
        except Exception:
            log.exception("not_taken_over")  # it is tried again every few seconds
        self._sending = asyncio.create_task(self.lanes.run(self._stopping))
        self._taking = asyncio.create_task(self._work()), asyncio.create_task(self._tend())
        await asyncio.gather(
            self._sending,
            *self._taking,
            self._watch(),
            *(self._every_moment(moment) for moment in self.moments),
        )

    async def stop(self) -> None:
        """Begin nothing new, give what runs a moment, and give back the rest for others to do."""
        self._stopping.set()
        self.db.changes.wake()
        await processor_of(self.tools.context).stop()
        await asyncio.gather(self._let_arrive(), self._let_finish())

    async def _let_arrive(self) -> None:
        """Wait for what is on its way to other servers, and for how far each has got to be written down."""
        if self._sending is not None:
            await asyncio.wait({self._sending}, timeout=2 * _STOP_WITHIN)

    async def _let_finish(self) -> None:
        """Wait for the jobs and the periodic work under way, and for what is just being taken."""
        if self._taking:
            await asyncio.wait(self._taking, timeout=_STOP_WITHIN)
        running: set[asyncio.Task[Any]] = {*self._working, *self._tending.values()}
        if running:
            _, late = await asyncio.wait(running, timeout=_STOP_WITHIN)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
            async with self.db.write() as tx:
                await jobs.release(tx, self.holder)

    # --- jobs --------------------------------------------------------------------------------------------------------------

    async def _work(self) -> None:
        wake = Wake(self.db, "jobs")
        while not self._stopping.is_set():
            free = SIDE_BY_SIDE - len(self._working)
            try:
                taken = await self.take(free) if free else []
            except Exception:
                log.exception("jobs_not_taken")
                await self._pause(_AFTER_FAILURE)
                continue
            for job in taken:
                self._start(job)
            if len(taken) < free or not free:
                await wake.wait(_IDLE if free else 0.05)

    def _start(self, job: Job) -> None:
        task = asyncio.create_task(self.run_one(job))
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    async def take(self, limit: int) -> list[Job]:
        """Claim due jobs; nothing is written where there are none."""
        async with self.db.read() as tx:
            due = await jobs.next_due(tx)
            if due is None or due > tx.now:
                return []
        async with self.db.write() as tx:
            return await jobs.claim(tx, holder=self.holder, lease=LEASE, limit=limit)

    async def run_one(self, job: Job) -> None:
        """Do a job that is held, and write down how it went."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self.catalogue[job.name](self.tools, job.payload)
        except Refusal as refusal:
            # A server that does not answer is no fault in here: one line says it, without where in the program it was noticed.
            log.warning("job_failed", job=job.name, id=job.id, attempt=job.attempts, why=str(refusal))
            await self._failed(job, refusal)
        except Exception as error:
            log.warning("job_failed", job=job.name, id=job.id, attempt=job.attempts, exc_info=True)
            await self._failed(job, error)
        else:
            async with self.db.write() as tx:
                await jobs.finish(tx, self.holder, [job.id])

    async def _failed(self, job: Job, error: Exception) -> None:
        async with self.db.write() as tx:
            again = after_failure(tx.now, job.attempts)
            await jobs.fail(tx, self.holder, job.id, f"{type(error).__name__}: {error}"[:2000], run_at=again)

    async def run_all_due(self) -> int:
        """Do everything that is due now, one after the other, what follows from it included; how many. For tests and commands."""
        done = 0
        while taken := await self.take(SIDE_BY_SIDE):
            for job in taken:
                await self.run_one(job)
            done += len(taken)
        return done

    async def settle(self) -> None:
        """The same, and everything published and sent that can be now. For tests and commands."""
        while await self.run_all_due() or await self.lanes.drain():
            continue

    # --- periodic work -----------------------------------------------------------------------------------------------------

    async def _tend(self) -> None:
        while not self._stopping.is_set():
            try:
                for task in await self.due():
                    if task.name not in self._tending:
                        self._tending[task.name] = asyncio.create_task(self.run_periodic(task))
            except Exception:
                log.exception("periodic_work_not_looked_up")
            await self._pause(1.0)

    async def due(self) -> list[Periodic]:
        """The periodic work that should be done now and that nobody does."""
        async with self.db.read() as tx:
            held = await leases.by_name(tx)
            now = tx.now
        found = []
        for task in self.schedule:
            if task.engine not in ("", self.db.dialect.name):
                continue
            lease = held.get(task.name)
            if lease is None or (
                lease.lease_end < now and (lease.last_run is None or lease.last_run <= now - task.every)
            ):
                found.append(task)
        return found

    async def run_periodic(self, task: Periodic) -> bool:
        """Do one task if its lease can be had; whether it was done."""
        done = False
        try:
            async with self.db.write() as tx:
                if not await leases.take(
                    tx, task.name, holder=self.holder, length=task.length, every=task.every
                ):
                    return False
            try:
                await task.run(self.db)
                done = True
            except Exception:
                # It counts as done, or a task that always fails would run without a pause.
                done = True
                log.exception("periodic_work_failed", task=task.name)
            finally:
                async with self.db.write() as tx:
                    await leases.give_back(tx, task.name, holder=self.holder, done=done)
        finally:
            self._tending.pop(task.name, None)
        return done

    async def _every_moment(self, moment: Moment) -> None:
        """What is done every second or so, in each process: it looks first, and costs nothing where there is nothing to do."""
        wake = Wake(self.db, *moment.kinds)
        while not self._stopping.is_set():
            try:
                await moment.run(self.tools)
            except Exception:
                log.exception("work_failed", task=moment.name)
                await self._pause(_AFTER_FAILURE)
            if moment.rest:
                await asyncio.sleep(moment.rest)
            await wake.wait(moment.seconds)

    async def _watch(self) -> None:
        """Look for what other processes committed, as long as there is somebody to wake."""
        watch = Watch(self.db, self._stopping, eager=self.tools.context.settings.development)
        while not self._stopping.is_set():
            try:
                await watch.run()
            except Exception:
                log.exception("changes_not_looked_for")
                await self._pause(_AFTER_FAILURE)

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return
