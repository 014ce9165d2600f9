"""What a reader sees: things with what belongs beside them, and the reader's own part apart.

The part that is the same for everybody (post, creator, community, counts) is separate from the overlay (votes, saves, blocks), so that
the first can be rendered once and shared.
"""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from folkmoot.model.comments import Comment
from folkmoot.model.communities import Community
from folkmoot.model.people import Person
from folkmoot.model.posts import Post
from folkmoot.model.time import Micros

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PostOverlay:
    """One reader's own part of a post. `unread_comments` per P-10; None where never opened."""

    my_vote: int | None = None
    saved: bool = False
    read: bool = False
    hidden: bool = False
    read_comments: int | None = None
    subscribed: str = "NotSubscribed"
    creator_blocked: bool = False
    banned_from_community: bool = False


NO_POST_OVERLAY = PostOverlay()


@dataclass(frozen=True, slots=True)
class PostView:
    """A post as lists and pages show it."""

    post: Post
    creator: Person
    community: Community
    creator_is_moderator: bool = False
    creator_banned_from_community: bool = False
    mine: PostOverlay = NO_POST_OVERLAY


@dataclass(frozen=True, slots=True)
class CommentOverlay:
    """One reader's own part of a comment."""

    my_vote: int | None = None
    saved: bool = False
    creator_blocked: bool = False
    new: bool = False


NO_COMMENT_OVERLAY = CommentOverlay()


@dataclass(frozen=True, slots=True)
class CommentView:
    """A comment in a tree or list. `post` and `community` are set where it stands outside its thread."""

    comment: Comment
    creator: Person
    creator_is_moderator: bool = False
    creator_banned_from_community: bool = False
    post: Post | None = None
    community: Community | None = None
    mine: CommentOverlay = NO_COMMENT_OVERLAY


@dataclass(frozen=True, slots=True)
class Thread:
    """A post and its comments in display order: a flat list whose depth nests it.

    `shown` of `total` comments are here; `continues` lists comments whose replies were cut off (by depth or number). `focus` is the
    comment a permalink named. `visited`: when this reader was here before (comments younger are new).
    """

    post: PostView
    comments: list[CommentView]
    sort: str
    total: int
    shown: int
    moderators: list[Person] = field(default_factory=list)
    cross_posts: list[PostView] = field(default_factory=list)
    continues: frozenset[int] = frozenset()
    focus: int | None = None
    visited: Micros | None = None
    new_comments: int = 0


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list. `next` is an opaque cursor, None on the last page."""

    items: list[T]
    next: str | None = None
    previous: str | None = None


@dataclass(frozen=True, slots=True)
class CommunityView:
    """A community with the reader's standing in it."""

    community: Community
    subscribed: str = "NotSubscribed"
    blocked: bool = False
    banned: bool = False
    moderator: bool = False
