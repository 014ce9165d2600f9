"""Votes of a batch, gathered and counted together: most of what arrives is votes, and a few statements are enough for all of them.

A vote may be counted later than it came, but not later than what is about the same (INB-11), nor than anything that may change who may
vote where: only other votes, and what people write, go past it.
"""

from dataclasses import dataclass
from typing import Any

from folkmoot.apub.activities import Activity, Announce, Create, Dislike, EmojiReact, Like, Undo, Update
from folkmoot.apub.inbox.known import Known
from folkmoot.apub.inbox.tasks import Outcome, Task, had_effect, refused
from folkmoot.apub.inbox.turns import Queue
from folkmoot.apub.objects.actors import Actor
from folkmoot.core.votes.cast import Ballot, vote_together
from folkmoot.store.db import Tx


@dataclass(frozen=True, slots=True)
class _Gathered:
    """A task whose vote waits to be counted, its outcome as it is where the vote counts, and what others are told of then."""

    task: Task
    outcome: Outcome
    ballot: Ballot
    notes: list[tuple[str, dict[str, Any]]]


class Box:
    """The votes of one batch that are not counted yet."""

    def __init__(self) -> None:
        self._gathered: list[_Gathered] = []
        self._queue = Queue()

    def lets_pass(self, task: Task) -> bool:
        """Whether a task may be done before what is in here is counted."""
        if not self._gathered:
            return True
        return _goes_past(task.activity) and not self._queue.is_before(task.turn)

    def put(
        self, task: Task, outcome: Outcome, ballot: Ballot, notes: list[tuple[str, dict[str, Any]]]
    ) -> None:
        """Count this vote later. `outcome` will be changed where it is refused, and `notes` taken back."""
        self._gathered.append(_Gathered(task, outcome, ballot, notes))
        self._queue.add(task.turn)

    async def count(self, tx: Tx, known: Known) -> None:
        """Count what is in here, and be empty."""
        gathered, self._gathered, self._queue = self._gathered, [], Queue()
        if not gathered:
            return
        refusals = await vote_together(tx, [one.ballot for one in gathered])
        for one, refusal in zip(gathered, refusals, strict=True):
            if refusal is None:
                continue
            known.accepted = (known.accepted or set()) - had_effect(one.task, one.outcome)
            known.notes = [note for note in known.notes if not any(note is told for told in one.notes)]
            one.outcome.closed, one.outcome.inner = refused(one.task.row, refusal), ()


def is_vote(activity: Activity) -> bool:
    """Whether it is one vote, or takes one back; also as a community passes it on."""
    if isinstance(activity, Undo):
        return isinstance(activity.undone, Like | Dislike | EmojiReact)
    inner = _passed_on(activity)
    return isinstance(activity, Like | Dislike | EmojiReact) if inner is None else is_vote(inner)


def _passed_on(activity: Activity) -> Activity | None:
    if not isinstance(activity, Announce) or len(activity.items) != 1:
        return None
    item = activity.items[0]
    return item if isinstance(item, Activity) and not isinstance(item, Announce) else None


def _goes_past(activity: Activity) -> bool:
    said = _passed_on(activity) or activity
    return is_vote(said) or (isinstance(said, Create | Update) and not isinstance(said.object, Actor))
