"""What a reader sees: things with what belongs beside them, and the reader's own part apart.

Three layers, so that what is the same for everybody can be made once and shared. *Keys* say which things a list or thread holds, in order,
and under which versions their rendering may be kept. *Views* are the things themselves with their author and community. *Overlays* are one
reader's own part: votes, saves, blocks.
"""

from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from folkmoot.model.comments import Comment
from folkmoot.model.communities import Community
from folkmoot.model.enums import Subscribed
from folkmoot.model.images import ImageDetails
from folkmoot.model.instances import Doubt
from folkmoot.model.people import Person
from folkmoot.model.posts import Post
from folkmoot.model.records import Record
from folkmoot.model.time import Micros

T = TypeVar("T")


class Listed(NamedTuple):
    """A page as crawlers are told of it."""

    address: str
    changed: Micros


# --- keys ----------------------------------------------------------------------------------------------------------


class PostKey(NamedTuple):
    """A post in a list. Equal keys look equal to everybody."""

    id: int
    version: int
    creator_id: int
    community_id: int
    creator_version: int
    community_version: int


class PostLine(NamedTuple):
    """A post in a list, and what the reader has to do with it. The first eight say how it looks to everybody; the others are what nobody
    in particular has. `pending`: None for a reader who does not follow its community."""

    id: int
    version: int
    creator_id: int
    community_id: int
    creator_version: int
    community_version: int
    moderator: bool
    banned: bool
    my_vote: int | None = None
    saved: bool = False
    read: bool | None = None
    hidden: bool = False
    read_comments: int | None = None
    visited: Micros | None = None
    pending: bool | None = None
    creator_blocked: bool = False
    banned_from_community: bool = False


class CommentKey(NamedTuple):
    """A comment in a list outside its thread. Equal keys look equal to everybody."""

    id: int
    version: int
    creator_id: int
    community_id: int
    creator_version: int
    community_version: int
    post_id: int
    post_version: int


class CommentLine(NamedTuple):
    """A comment in a list outside its thread, and what the reader has to do with it. The first five say how it looks to everybody, the
    versions of post and community how its place does; the last five are what nobody in particular has."""

    id: int
    version: int
    creator_version: int
    moderator: bool
    banned: bool
    deleted: bool
    removed: bool
    post_id: int
    post_version: int
    community_version: int
    community_id: int
    creator_id: int
    my_vote: int | None = None
    saved: bool = False
    creator_blocked: bool = False
    pending: bool | None = None
    banned_from_community: bool = False


class Line(NamedTuple):
    """A comment in its thread: what orders and nests it. The first six say how it looks to everybody."""

    id: int
    version: int
    creator_version: int
    moderator: bool
    banned: bool
    depth: int
    """0 for the first level that is shown."""
    parent_id: int | None
    creator_id: int
    children: int
    """All below it, deleted and removed ones included (C-10)."""
    published: Micros
    deleted: bool
    removed: bool
    cut: int
    """So many answers directly below it are not in the thread as it was read."""


class Branch(NamedTuple):
    """A comment in its thread, before the thread is ordered and nested: the first five say how it looks to everybody."""

    id: int
    version: int
    creator_version: int
    moderator: bool
    banned: bool
    parent_id: int | None
    creator_id: int
    children: int
    published: Micros
    deleted: bool
    removed: bool
    distinguished: bool
    score: int
    hot_rank: float
    controversy_rank: float
    language_id: int
    bot: bool


# --- views and overlays --------------------------------------------------------------------------------------------


def standing(pending: bool | None) -> str:
    """How somebody stands to a community, in the API's word. `pending`: None for a reader who does not follow it."""
    if pending is None:
        return Subscribed.NOT_SUBSCRIBED
    return Subscribed.PENDING if pending else Subscribed.SUBSCRIBED


class PostOverlay(Record, frozen=True, gc=False):
    """One reader's own part of a post. `read_comments`: how many were there at the last visit, None where never opened (P-10).
    `visited`: since when a comment is new."""

    my_vote: int | None = None
    saved: bool = False
    read: bool = False
    hidden: bool = False
    read_comments: int | None = None
    visited: Micros | None = None
    subscribed: str = "NotSubscribed"
    creator_blocked: bool = False
    banned_from_community: bool = False


NO_POST_OVERLAY = PostOverlay()


class PostView(Record, frozen=True, gc=False):
    """A post as lists and pages show it. `crossposts`: so many others have its link. `image`: what is known of its thumbnail (I-6)."""

    post: Post
    creator: Person
    community: Community
    creator_is_moderator: bool = False
    creator_banned_from_community: bool = False
    mine: PostOverlay = NO_POST_OVERLAY
    crossposts: int = 0
    image: ImageDetails | None = None

    @property
    def unread_comments(self) -> int:
        """Comments since the last visit, all of them where there was none (P-10)."""
        return self.post.comments - (self.mine.read_comments or 0)


class CommentOverlay(Record, frozen=True, gc=False):
    """One reader's own part of a comment."""

    my_vote: int | None = None
    saved: bool = False
    creator_blocked: bool = False
    subscribed: str = "NotSubscribed"
    banned_from_community: bool = False


NO_COMMENT_OVERLAY = CommentOverlay()


class CommentView(Record, frozen=True, gc=False):
    """A comment in a tree or list. `post` and `community` are set where it stands outside its thread."""

    comment: Comment
    creator: Person
    creator_is_moderator: bool = False
    creator_banned_from_community: bool = False
    post: Post | None = None
    community: Community | None = None
    mine: CommentOverlay = NO_COMMENT_OVERLAY


@dataclass(frozen=True, slots=True)
class Marks:
    """One reader's marks in a thread: their votes by comment id, what they saved, whom they block; `averse`: they block the community
    or its server."""

    votes: dict[int, int] = field(default_factory=dict)
    saved: frozenset[int] = frozenset()
    blocked: frozenset[int] = frozenset()
    averse: bool = False


NO_MARKS = Marks()


# --- pages ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moderator:
    """Who moderates a community, named. They stand in the order of their appointment (R-1)."""

    id: int
    name: str
    host: str
    display: str | None


@dataclass(frozen=True, slots=True)
class Crosspost:
    """Another post with the same link, named by its community."""

    id: int
    name: str
    host: str
    title: str
    comments: int


@dataclass(frozen=True, slots=True)
class ThreadFetch:
    """When a thread was last completed, how many comments are known to be missing since (None while its origin has not answered), and what
    score it said the post has, where that was another than here."""

    fetched: Micros
    missing: int | None
    score: int | None


@dataclass(frozen=True, slots=True)
class Thread:
    """A post and its comments in display order: a flat list whose depth nests it.

    `total`: all comments there are, deleted and removed ones included; `len(lines)` of them are here. `focus` is the comment a permalink
    named; `above` says that it has ancestors which are not shown. `rest` comments of the first level follow after `next`. `reasons`: why
    comments were removed, as the modlog says, by id.
    `views`: the comments themselves, as far as they were asked for. `languages`: what the community takes, none meaning all, and `doubt`:
    why an answer may not arrive; only for readers who are somebody. `pending`: a moderator did something here to which the community's
    server has not agreed yet; only for moderators. `fetched`: when the thread of a post from elsewhere was last completed.
    """

    post: PostView
    lines: list[Line]
    total: int
    marks: Marks = NO_MARKS
    views: dict[int, CommentView] = field(default_factory=dict)
    moderators: tuple[Moderator, ...] = ()
    crossposts: tuple[Crosspost, ...] = ()
    reasons: dict[int, str] = field(default_factory=dict)
    rest: int = 0
    next: int | None = None
    focus: int | None = None
    above: bool = False
    new_comments: int = 0
    may_moderate: bool = False
    languages: tuple[int, ...] = ()
    doubt: Doubt | None = None
    pending: bool = False
    fetched: ThreadFetch | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list. `next` is an opaque cursor, None on the last page."""

    items: list[T]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class CommunityView:
    """A community with the reader's standing in it."""

    community: Community
    subscribed: str = "NotSubscribed"
    blocked: bool = False
    banned: bool = False
    moderator: bool = False
