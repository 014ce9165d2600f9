"""Votes and new comments of a batch, gathered and counted together: a few statements are enough for all of them.

A comment is written when it has its turn, and only what it adds to is left for later. A vote may be counted later than it came, but not
later than what is about the same (INB-11), nor than anything that may change who may vote where: only other votes, and what people write,
go past it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from folkmoot.apub.activities import Activity, Announce, Create, Dislike, EmojiReact, Like, Undo, Update
from folkmoot.apub.inbox.arrived import Gathered
from folkmoot.apub.inbox.known import Known
from folkmoot.apub.inbox.tasks import Outcome, Task, had_effect, refused
from folkmoot.apub.inbox.turns import Queue
from folkmoot.apub.objects.actors import Actor
from folkmoot.apub.objects.content import Comment
from folkmoot.core.comments.create import Uncounted, count_together
from folkmoot.core.votes.cast import FEW, Ballot, vote_together
from folkmoot.store import places
from folkmoot.store.db import Tx
from folkmoot.store.places import Pair


@dataclass(frozen=True, slots=True)
class _Vote:
    """A task whose vote waits to be counted, its outcome as it is where the vote counts, and what others are told of then."""

    task: Task
    outcome: Outcome
    ballot: Ballot
    notes: list[tuple[str, dict[str, Any]]]


class Box:
    """The votes and comments of one batch that are not counted yet."""

    def __init__(self) -> None:
        self._comments: list[Uncounted] = []
        self._votes: list[_Vote] = []
        self._queue = Queue()
        """Of those who vote."""
        self._ids = set[str]()
        """And the addresses of their activities, and of what these undo."""

    def lets_pass(self, task: Task) -> bool:
        """Whether a task may be done before what is in here is counted."""
        if _is_vote(task.activity):  # they are counted in their order, several of one person on one thing too
            return self._ids.isdisjoint(_ids(task.activity))
        return goes_past(task.activity) and not self._queue.is_before(task.turn)

    def put(
        self, task: Task, outcome: Outcome, gathered: Gathered, notes: list[tuple[str, dict[str, Any]]]
    ) -> None:
        """Count what a task brought later. `outcome` will be changed where its vote is refused, and `notes` taken back."""
        self._comments += gathered.comments
        if gathered.ballots:
            self._votes.append(_Vote(task, outcome, gathered.ballots[0], notes))
            self._queue.add(task.turn)
            self._ids |= _ids(task.activity)

    async def count(self, tx: Tx, known: Known) -> None:
        """Count what is in here, and be empty: comments first, which may be voted on."""
        known.places.clear()
        comments, self._comments = self._comments, []
        gathered, self._votes, self._queue, self._ids = self._votes, [], Queue(), set()
        await count_together(tx, comments)
        refusals = await vote_together(tx, [one.ballot for one in gathered])
        for one, refusal in zip(gathered, refusals, strict=True):
            if refusal is None:
                continue
            known.accepted = (known.accepted or set()) - had_effect(one.task, one.outcome)
            known.notes = [note for note in known.notes if not any(note is told for told in one.notes)]
            one.outcome.closed, one.outcome.inner = refused(one.task.row, refusal), ()


async def stand_ready(tx: Tx, known: Known, activities: Iterable[Activity]) -> None:
    """Look up the posts that new comments of a batch answer, for all of them at once."""
    wanted = set[Pair]()
    for activity in activities:
        said = _passed_on(activity) or activity
        if not isinstance(said, Create) or not isinstance(said.object, Comment):
            continue
        post, author = known.objects.get(said.object.parent), known.people.get(said.actor)
        if post is not None and post.kind == "post" and author and said.object.id not in known.objects:
            wanted.add((post.id, author.id))
    if len(wanted) >= FEW:
        known.places |= await places.posts(tx, wanted)


def _ids(activity: Activity) -> set[str]:
    inner = _passed_on(activity) or (activity.undone if isinstance(activity, Undo) else None)
    here = {activity.id} if activity.id else set()
    return here | _ids(inner) if isinstance(inner, Activity) else here


def _is_vote(activity: Activity) -> bool:
    """Whether it is one vote, or takes one back; also as a community passes it on."""
    if isinstance(activity, Undo):
        return isinstance(activity.undone, Like | Dislike | EmojiReact)
    inner = _passed_on(activity)
    return isinstance(activity, Like | Dislike | EmojiReact) if inner is None else _is_vote(inner)


def _passed_on(activity: Activity) -> Activity | None:
    if not isinstance(activity, Announce) or len(activity.items) != 1:
        return None
    item = activity.items[0]
    return item if isinstance(item, Activity) and not isinstance(item, Announce) else None


def goes_past(activity: Activity) -> bool:
    """Whether it may be done before votes and comments are counted that came before it, and its own with others after it: it is one of
    those, by itself or as a community passes it on."""
    said = _passed_on(activity) or activity
    return _is_vote(said) or (isinstance(said, Create | Update) and not isinstance(said.object, Actor))
