"""What moderators and admins did."""

from dataclasses import dataclass

from folkmoot.model.comments import Comment
from folkmoot.model.communities import Community
from folkmoot.model.people import Person
from folkmoot.model.posts import Post
from folkmoot.model.time import Micros


@dataclass(frozen=True, slots=True)
class ModlogEntry:
    """One line of the log.

    `kind` is a `ModlogKind`, `kind_id` its number within the kind (features of both sorts share one row of numbers).
    `state` says whether it was done (removed, locked, featured, banned, hidden, appointed) or undone. `moderator` is None
    for readers who may not know the name (O-5); `moderator_id` always stands. `person` is whom it concerned: the author of a removed
    item, who was banned or appointed.
    """

    id: int
    kind: str
    kind_id: int
    moderator_id: int
    state: bool
    reason: str | None
    expires: Micros | None
    published: Micros
    moderator: Person | None
    person: Person | None
    community: Community | None
    post: Post | None
    comment: Comment | None
