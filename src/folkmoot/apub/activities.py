"""Activities: what somebody did, each kind one frozen type (6.2). `reading.py` makes them of documents."""

from dataclasses import dataclass, field

from folkmoot.apub.documents import Document
from folkmoot.apub.objects.actors import Actor
from folkmoot.apub.objects.content import Content
from folkmoot.model.time import Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What every activity has. `id` is empty only for one that another embeds and that came without.

    `document` is the whole of it as received, for relaying.
    """

    id: str
    actor: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    audience: str | None
    document: Document = field(compare=False, repr=False)

    @property
    def type(self) -> str:
        """Its name on the wire."""
        return type(self).__name__


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow(Activity):
    """`actor` wants to follow `object`, a person or community."""

    object: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept(Activity):
    """The answer yes to what was asked: a Follow or QuoteRequest, or only its id."""

    asked: "Activity | str"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject(Activity):
    """The answer no, also later."""

    asked: "Activity | str"


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo(Activity):
    """Takes back what was done; `undone` is only an id where nothing more was given. `restore_data`: of an Undo{Block}."""

    undone: "Activity | str"
    restore_data: bool


@dataclass(frozen=True, slots=True)
class Unreadable:
    """One announced thing that cannot be read; the others of its batch are not its fault."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce(Activity):
    """What a community passes on, or a person boosts: ids, activities or content, the first 100 in order (ANN-8)."""

    items: "tuple[Activity | Content | Unreadable | str, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Create(Activity):
    """Something new; only its id where nothing more was given."""

    object: Content | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Update(Activity):
    """Something changed: content, or an actor, of which only the claims about a community we host are used (ACT-1)."""

    object: Content | Actor | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete(Activity):
    """`object` is gone. `reason`: None where the document has no `summary`, which tells an author from a moderator (DEL-1)."""

    object: str
    reason: str | None
    remove_data: bool
    with_replies: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Like(Activity):
    """A vote for `object`, or with `content` a reaction (REA-1)."""

    object: str
    content: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dislike(Activity):
    """A vote against `object`."""

    object: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmojiReact(Activity):
    """A reaction to `object`."""

    object: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Add(Activity):
    """`object` comes into the collection `target`: moderators, or featured posts."""

    object: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove(Activity):
    """`object` leaves the collection `target`."""

    object: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Block(Activity):
    """`object` is banned from the community or site `target`; without target, one person blocks another.

    `until`: None for ever. `remove_data`: with everything that was written there.
    """

    object: str
    target: str | None
    reason: str | None
    until: Micros | None
    remove_data: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Activity):
    """A report about `objects`, the first 20."""

    objects: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve(Activity):
    """A report is dealt with."""

    report: "Activity | str"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock(Activity):
    """Nobody may answer `object` any more."""

    object: str
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Warn(Activity):
    """A moderator's warning about `object`, to its author."""

    object: str
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move(Activity):
    """The account, or the post, `object` goes on as, or in, `target`; `origin` where it was."""

    object: str
    target: str | None
    origin: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PollVote(Activity):
    """One answer to the poll `object`, PieFed's way."""

    object: str
    choice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseAnswer(Activity):
    """The comment `object` answers the question."""

    object: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRequest(Activity):
    """May `instrument` quote `object`?"""

    object: str
    instrument: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Other(Activity):
    """What we do not act upon: `what` names it, with the kind of its object where that is the reason."""

    what: str

    @property
    def type(self) -> str:
        """Its name on the wire."""
        return self.what.partition(" ")[0]


Announced = Activity | Content | Unreadable | str
