"""What must not be worked off out of turn: of activities about the same thing, the later waits for the earlier (INB-11).

Votes on one thing, and answers to one, do not mind each other: what each of them needs is the thing itself. So an activity keeps some
names for itself and shares others.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from folkmoot.apub.activities import (
    Activity,
    Create,
    Dislike,
    EmojiReact,
    Flag,
    Like,
    Update,
)
from folkmoot.apub.inbox.names import Around, inside
from folkmoot.apub.objects.actors import Actor
from folkmoot.apub.objects.content import Comment, Content, Tombstone, Written

_Name = tuple[str, bool]
"""A name, and whether it is shared."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The names of one activity: those it keeps for itself, and those it shares with others that share them."""

    own: frozenset[str]
    shared: frozenset[str]


class Queue:
    """The names of those that have not had their turn yet."""

    def __init__(self, turns: Iterable[Turn] = ()) -> None:
        self._own = set[str]()
        self._shared = set[str]()
        for turn in turns:
            self.add(turn)

    def add(self, turn: Turn) -> None:
        """One more, behind all that are here."""
        self._own |= turn.own
        self._shared |= turn.shared

    def is_before(self, turn: Turn) -> bool:
        """Whether one of those here has to go first."""
        return not (
            self._own.isdisjoint(turn.own)
            and self._own.isdisjoint(turn.shared)
            and self._shared.isdisjoint(turn.own)
        )


def turn_of(activity: Activity) -> Turn:
    """What this activity must not be done out of turn with."""
    names = list(_names(activity))
    own = frozenset(name for name, is_shared in names if not is_shared)
    return Turn(own, frozenset(name for name, is_shared in names if is_shared) - own)


def name_of_vote(vote: Like | Dislike | EmojiReact) -> str:
    """What one person's votes on one thing have in common."""
    return f"{vote.actor} {vote.object}"


def _names(activity: Activity) -> Iterator[_Name]:
    if activity.id:
        yield activity.id, False  # it may be undone by that alone
    if isinstance(activity, Around):
        for part in inside(activity):
            yield from _names(part) if isinstance(part, Activity) else _of_content(part)
    elif isinstance(activity, Like | Dislike | EmojiReact):
        yield activity.object, True
        yield name_of_vote(activity), False
    elif isinstance(activity, Flag):
        yield from ((reported, True) for reported in activity.objects)
    elif isinstance(activity, Create | Update):
        thing = activity.object
        if isinstance(thing, Actor):
            yield thing.id, False
        else:
            yield from _of_content(thing)
    elif isinstance(found := getattr(activity, "object", None), str):
        yield found, False


def _of_content(content: Content | str) -> Iterator[_Name]:
    if isinstance(content, str):
        yield content, False
    elif isinstance(content, Written | Tombstone):
        yield content.id, False
        if isinstance(content, Comment):
            yield content.parent, True
