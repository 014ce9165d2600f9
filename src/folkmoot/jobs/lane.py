"""One server that is sent to: what waits for it, what is on its way, and how far it has got. No database and no network in here.

Activities go in the order of their ids where that matters: two whose paths lie on each other (`c5`, `c5/p17`) never pass, and an empty path
lies on everything. Others go side by side, so that the time a server takes to answer does not cap what it can be told (DLV-3).
The cursor stands before the first that is not done. After a failure everything waits, and what comes then goes one by one
until the server has recovered (DLV-6).
"""

from bisect import insort
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache
from heapq import heappop, heappush

from folkmoot.apub.patience import LONGEST_WISH
from folkmoot.model.instances import Destination
from folkmoot.model.time import DAY, SECOND, Micros
from folkmoot.store.destinations import Progress

LONGEST_PAUSE: Micros = DAY
DEAD_AFTER: Micros = 3 * DAY
WINDOW = 1000
"""Activities of one server that are looked at together (DLV-3)."""
_TAKEN_OVER = (
    "fails", "last_try", "next_try", "last_success", "last_error", "dead", "scheme", "scheme_since", "since", "last_seen"
)  # fmt: skip
_GLANCE = 64
"""How far past one that has to wait others are looked for."""


def pause_after(fails: int, jitter: float) -> Micros:
    """How long to wait after so many failures in a row; `jitter` from 0 to 1 lengthens it by up to a tenth (DLV-6)."""
    if fails < 2:
        return 0
    pause = min(LONGEST_PAUSE, int(SECOND * 1.25 ** min(fails - 1, 200)))
    return pause + int(pause * jitter / 10)


@lru_cache(maxsize=20_000)
def _ancestors(path: str) -> frozenset[str]:
    """The paths that `path` lies on, itself and the empty one included: of `c5/p17` those are ``, `c5`, `c5/p17`."""
    parts = path.split("/") if path else []
    return frozenset("/".join(parts[:count]) for count in range(len(parts) + 1))


class Held:
    """Paths that others may not pass."""

    def __init__(self, paths: Collection[str]) -> None:
        self._exactly = set[str]()
        self._beneath = set[str]()
        for path in paths:
            self.add(path)

    def add(self, path: str) -> None:
        if path not in self._exactly:
            self._exactly.add(path)
            self._beneath |= _ancestors(path)

    def __contains__(self, path: str) -> bool:
        return path in self._beneath or not self._exactly.isdisjoint(_ancestors(path))


@dataclass(slots=True)
class Lane:
    """The state of one server. `upto`: activities up to this id were looked at; those of them that concern it and are not done
    are `waiting` (ascending, with their paths in `paths`) or `flying`. `partly`: the addresses that answered a waiting activity
    already, and whether they took it."""

    instance_id: int
    domain: str
    upto: int
    fails: int
    last_try: Micros | None
    next_try: Micros | None
    last_success: Micros | None
    last_error: str | None
    dead: bool
    scheme: str | None
    scheme_since: Micros | None
    since: Micros
    last_seen: Micros | None
    waiting: list[int] = field(default_factory=list)
    paths: dict[int, str] = field(default_factory=dict)
    flying: set[int] = field(default_factory=set)
    partly: dict[int, dict[str, bool]] = field(default_factory=dict)
    delivered: int = 0
    rejected: int = 0
    written: int = 0
    """The cursor as it was last written down."""
    fails_written: int = 0
    """And the failures: where something else stands there now, somebody else decided it."""
    dirty: bool = False
    longest_pause: Micros = LONGEST_PAUSE
    """How long it is left alone at the most after a failure."""

    @classmethod
    def of(cls, destination: Destination, longest_pause: Micros = LONGEST_PAUSE) -> "Lane":
        lane = cls(
            longest_pause=longest_pause,
            instance_id=destination.instance_id,
            domain=destination.domain,
            upto=destination.cursor,
            fails=0,
            last_try=None,
            next_try=None,
            last_success=None,
            last_error=None,
            dead=False,
            scheme=None,
            scheme_since=None,
            since=0,
            last_seen=None,
        )
        lane.reread(destination)
        lane.written = destination.cursor
        lane.dirty = False
        return lane

    def reread(self, destination: Destination) -> None:
        """Take over what was written down elsewhere: an admin lets it try again, skip ahead, or it was found alive."""
        if not self.dirty or destination.fails != self.fails_written:
            for name in _TAKEN_OVER:
                setattr(self, name, getattr(destination, name))
            self.fails_written = destination.fails
        if destination.cursor > self.cursor:
            self.drop(destination.cursor)
            self.written = destination.cursor

    # --- how far --------------------------------------------------------------------------------------------------------------

    @property
    def cursor(self) -> int:
        """Everything up to here is done."""
        first = min(self.flying, default=None)
        if self.waiting and (first is None or self.waiting[0] < first):
            first = self.waiting[0]
        return self.upto if first is None else first - 1

    @property
    def last_sign_of_life(self) -> Micros:
        return max(self.since, self.last_success or 0, self.last_seen or 0)

    def progress(self) -> Progress:
        """What to write down; counts begin anew."""
        self.written = self.cursor
        self.fails_written = self.fails
        progress = Progress(
            instance_id=self.instance_id,
            cursor=self.written,
            fails=self.fails,
            last_try=self.last_try,
            next_try=self.next_try,
            last_success=self.last_success,
            last_error=self.last_error,
            delivered=self.delivered,
            rejected=self.rejected,
            dead=self.dead,
            scheme=self.scheme,
            scheme_since=self.scheme_since,
        )
        self.delivered = self.rejected = 0
        self.dirty = False
        return progress

    # --- what waits -------------------------------------------------------------------------------------------------------------

    def add(self, activity_id: int, path: str) -> None:
        """One more to send; the newest of all."""
        self.waiting.append(activity_id)
        self.paths[activity_id] = path

    def drop(self, upto: int) -> None:
        """Leave out what waits up to an id. What is on its way arrives."""
        for activity_id in self.waiting:
            if activity_id <= upto:
                self.paths.pop(activity_id, None)
                self.partly.pop(activity_id, None)
        self.waiting = [activity_id for activity_id in self.waiting if activity_id > upto]
        self.upto = max(self.upto, upto)
        self.dirty = True

    def may_start(self, now: Micros, side_by_side: int) -> list[int]:
        """Which of the waiting can go now, the oldest first; they count as flying from here on."""
        if self.dead or not self.waiting or (self.next_try is not None and self.next_try > now):
            return []
        free = (1 if self.fails else side_by_side) - len(self.flying)
        if free <= 0:
            return []
        held = Held([self.paths[activity_id] for activity_id in self.flying])
        chosen: list[int] = []
        for activity_id in self.waiting[:_GLANCE]:
            path = self.paths[activity_id]
            if path not in held:
                chosen.append(activity_id)
                if len(chosen) == free:
                    break
            elif self.fails:
                break
            held.add(path)
        if chosen:
            taken = set(chosen)
            self.waiting = [activity_id for activity_id in self.waiting if activity_id not in taken]
            self.flying |= taken
        return chosen

    # --- how it went --------------------------------------------------------------------------------------------------------------

    def done(self, activity_id: int, now: Micros, *, rejected: bool) -> None:
        """It has arrived, or will never be taken (DLV-5)."""
        self._landed(activity_id)
        self.paths.pop(activity_id, None)
        self.partly.pop(activity_id, None)
        self.last_try = now
        if not rejected:
            self.last_success = now
        self.fails = max(0, self.fails - 1)
        self.next_try = None
        self.delivered += not rejected
        self.rejected += rejected
        if not self.fails:
            self.last_error = None

    def passed(self, activity_id: int) -> None:
        """There was nobody to send it to after all."""
        self._landed(activity_id)
        self.paths.pop(activity_id, None)
        self.partly.pop(activity_id, None)

    def failed(self, activity_id: int, now: Micros, reason: str, wish: Micros | None, jitter: float) -> None:
        """It did not arrive: it waits again, and everything with it. `wish`: how long the server asked to be left alone."""
        self._landed(activity_id)
        insort(self.waiting, activity_id)
        self.fails += 1
        self.last_try = now
        self.last_error = reason
        pause = max(pause_after(self.fails, jitter), min(wish or 0, LONGEST_WISH))
        self.next_try = now + min(pause, self.longest_pause)

    def back(self, activity_id: int) -> None:
        """It was not tried: it waits again."""
        self._landed(activity_id)
        insort(self.waiting, activity_id)

    def _landed(self, activity_id: int) -> None:
        self.flying.discard(activity_id)
        self.dirty = True


class Alarm:
    """Lanes that wait for a moment, the earliest first."""

    def __init__(self) -> None:
        self._moments: list[tuple[Micros, int]] = []

    def set(self, moment: Micros, instance_id: int) -> None:
        heappush(self._moments, (moment, instance_id))

    def due(self, now: Micros) -> list[int]:
        """Whose moment has come."""
        found: list[int] = []
        while self._moments and self._moments[0][0] <= now:
            found.append(heappop(self._moments)[1])
        return found
