"""One row that is worked off: the activity in it, what was fetched for it, and what became of it in one try."""

from dataclasses import dataclass, field

from folkmoot.apub import documents
from folkmoot.apub.activities import Activity, Block, Delete, Dislike, EmojiReact, Like, Lock, Undo
from folkmoot.apub.documents import host_of, same_host
from folkmoot.apub.fetch import NotFetched
from folkmoot.apub.inbox.known import Missing
from folkmoot.apub.inbox.names import addresses, kind_of, object_of
from folkmoot.apub.inbox.turns import Queue, Turn, turn_of
from folkmoot.apub.reading import parse
from folkmoot.context import Context
from folkmoot.model.errors import Refusal
from folkmoot.model.time import Micros
from folkmoot.store.received import Arrival, Closed, Waiting


@dataclass(slots=True)
class Task:
    """One row on its way: the activity in it, and what was fetched for it so far: of all that was asked for, what was `read`, and what its
    own server said is `gone`."""

    row: Waiting
    activity: Activity
    names: frozenset[str]
    turn: Turn
    fetched: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    moves: dict[tuple[str, str], bool] = field(default_factory=dict)
    error: NotFetched | None = None
    rounds: int = 0


@dataclass(slots=True)
class Outcome:
    """What became of a task in one try: closed, put off, or in need of addresses. `behind`: it was not tried, but put off with one before
    it that is about the same."""

    closed: Closed | None = None
    due: Micros | None = None
    behind: bool = False
    reason: str = ""
    detail: str | None = None
    missing: Missing | None = None
    inner: tuple[Activity, ...] = ()


def task_of(context: Context, row: Waiting) -> Task:
    """A row on its way. Raises `Refusal` where it cannot be read."""
    development = context.settings.development
    document = documents.read_again(row.body, now=context.clock.now(), development=development)
    activity = parse(document)
    return Task(row, activity, frozenset(addresses(activity)), turn_of(activity))


def taken_back(task: Task, outcome: Outcome) -> list[Activity]:
    """What was taken back just now. It may be on its way still, by another server that has to wait for something, and is to have no effect
    any more when it comes (INB-11). Only where it is of the server that takes it back; follows come by the way that their Undo comes."""
    if outcome.closed is None or outcome.closed.state != "accepted":
        return []
    return [
        undo.undone
        for undo in (task.activity, *outcome.inner)
        if isinstance(undo, Undo)
        and isinstance(undo.undone, Like | Dislike | EmojiReact | Delete | Block | Lock)
        and undo.undone.id
        and same_host(undo.undone.id, undo.actor)
    ]


def had_effect(task: Task, outcome: Outcome) -> set[str]:
    """The addresses of the activities that had their effect just now, or lost it: a plain one, what was inside of one, what was undone."""
    done = {one.id for one in (*outcome.inner, *taken_back(task, outcome)) if one.id}
    if outcome.closed is not None and outcome.closed.state == "accepted" and outcome.closed.reason is None:
        done.add(task.row.ap_id)
    return done


def has_to_wait(queue: Queue, task: Task) -> bool:
    """Whether somebody before it in the queue is about the same; then whoever comes later waits behind this one too."""
    if not queue.is_before(task.turn):
        return False
    queue.add(task.turn)
    return True


def refused(row: Waiting, error: Refusal) -> Closed:
    """How a row ends that is refused."""
    return Closed(row.id, "refused", error.code, error.detail, keep_body=keeps(row))


def keeps(row: Waiting) -> bool:
    """Refused documents are kept for whoever asks why; messages between people and reports are not (ABU-22)."""
    return "ChatMessage" not in row.body and not row.kind.startswith("Flag") and "#Public" in row.body


def as_row(one: Activity) -> Arrival:
    """An activity that had no row of its own when it came to its effect, or lost it."""
    return Arrival(one.id, kind_of(one), one.actor, host_of(one.actor), object_of(one), 0, "")
