"""Votes that a community passed on and that could not be counted yet, when their voters themselves take them back."""

from collections.abc import Iterable

from folkmoot.apub.activities import Activity, Announce, Dislike, EmojiReact, Like, Undo
from folkmoot.apub.inbox.put_off import PutOff
from folkmoot.apub.inbox.tasks import Outcome, Task, task_of
from folkmoot.apub.inbox.turns import name_of_vote
from folkmoot.context import Context
from folkmoot.store import received
from folkmoot.store.db import Tx
from folkmoot.store.received import Closed


async def overtaken(
    tx: Tx, context: Context, put_off: PutOff, outcomes: Iterable[tuple[Task, Outcome]]
) -> list[Closed]:
    """The votes that were put off since a community passed them on, and whose voters have taken them back by now: so they end."""
    closed = []
    for task, outcome in outcomes:
        name = _vote_taken_back(task, outcome)
        if name is None:
            continue
        for row in await received.rows(tx, put_off.earlier(task.row, name)):
            if _is_vote_passed_on(task_of(context, row).activity, name):
                closed.append(Closed(row.id, "accepted", "taken_back"))
    if closed:
        tx.changed("put_off")
    return closed


def _vote_taken_back(task: Task, outcome: Outcome) -> str | None:
    """The name (`turns.py`) of the votes of whoever just said themselves that they take one back. Most programs give the vote in an Undo an
    address of its own, so that what waits of them is found by who and what (IDV-3)."""
    undo = task.activity
    if outcome.closed is None or outcome.closed.state != "accepted" or not isinstance(undo, Undo):
        return None
    vote = undo.undone
    return name_of_vote(vote) if isinstance(vote, Like | Dislike | EmojiReact) else None


def _is_vote_passed_on(activity: Activity, name: str) -> bool:
    """Whether a community passes on a vote of that name, and nothing else."""
    if not isinstance(activity, Announce) or len(activity.items) != 1:
        return False
    vote = activity.items[0]
    return isinstance(vote, Like | Dislike | EmojiReact) and name_of_vote(vote) == name
