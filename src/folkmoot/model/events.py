"""What happened. Core records these (`core/after.py` names their consequences); federation and notices hang on them."""

from dataclasses import dataclass

from folkmoot.model.time import Micros


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a person did, by ids: the consequence reads what it needs when it runs."""

    actor_id: int


@dataclass(frozen=True, slots=True)
class PostCreated(Event):
    post_id: int


@dataclass(frozen=True, slots=True)
class PostEdited(Event):
    post_id: int


@dataclass(frozen=True, slots=True)
class PostDeleted(Event):
    """Deleted by its author, or restored (`state` False)."""

    post_id: int
    state: bool


@dataclass(frozen=True, slots=True)
class PostRemoved(Event):
    """Removed by a moderator, or restored (`state` False)."""

    post_id: int
    state: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class PostLocked(Event):
    post_id: int
    state: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class PostFeatured(Event):
    post_id: int
    state: bool
    site: bool


@dataclass(frozen=True, slots=True)
class CommentCreated(Event):
    comment_id: int


@dataclass(frozen=True, slots=True)
class CommentEdited(Event):
    comment_id: int


@dataclass(frozen=True, slots=True)
class CommentTold(Event):
    """A comment, or an edit of it, made notices for these accounts, who had none of it before and want mails of them."""

    comment_id: int
    local_user_ids: list[int]


@dataclass(frozen=True, slots=True)
class CommentDeleted(Event):
    comment_id: int
    state: bool


@dataclass(frozen=True, slots=True)
class CommentRemoved(Event):
    comment_id: int
    state: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class CommentLocked(Event):
    comment_id: int
    state: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class PostVoted(Event):
    """`value` 1, -1, or 0 for a vote taken back; `before`: what it was until now."""

    post_id: int
    value: int
    before: int


@dataclass(frozen=True, slots=True)
class CommentVoted(Event):
    comment_id: int
    value: int
    before: int


@dataclass(frozen=True, slots=True)
class CommunityCreated(Event):
    community_id: int


@dataclass(frozen=True, slots=True)
class CommunityEdited(Event):
    community_id: int


@dataclass(frozen=True, slots=True)
class CommunityDeleted(Event):
    community_id: int
    state: bool


@dataclass(frozen=True, slots=True)
class CommunityRemoved(Event):
    community_id: int
    state: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class CommunityFollowed(Event):
    community_id: int
    state: bool


@dataclass(frozen=True, slots=True)
class FollowAnswered(Event):
    """A moderator let somebody into a private community, or did not, or no longer. `follow_id`: what they asked with, if elsewhere."""

    community_id: int
    person_id: int
    accepted: bool
    follow_id: str | None


@dataclass(frozen=True, slots=True)
class ModeratorChanged(Event):
    community_id: int
    person_id: int
    state: bool


@dataclass(frozen=True, slots=True)
class PersonBanned(Event):
    """From the site, or from one community. `expires` None: for good."""

    person_id: int
    community_id: int | None
    state: bool
    reason: str | None
    remove_data: bool
    expires: Micros | None


@dataclass(frozen=True, slots=True)
class AuthorWarned(Event):
    """A moderator warned the author of a post, or of a comment."""

    post_id: int
    comment_id: int | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class PersonEdited(Event):
    pass


@dataclass(frozen=True, slots=True)
class PersonMoved(Event):
    """They go on under another account, `target` being its address."""

    target: str


@dataclass(frozen=True, slots=True)
class PersonDeleted(Event):
    with_content: bool


@dataclass(frozen=True, slots=True)
class MessageSent(Event):
    message_id: int


@dataclass(frozen=True, slots=True)
class MessageEdited(Event):
    message_id: int


@dataclass(frozen=True, slots=True)
class MessageDeleted(Event):
    message_id: int
    state: bool


@dataclass(frozen=True, slots=True)
class Reported(Event):
    """`kind`: post, comment or private_message."""

    kind: str
    report_id: int


@dataclass(frozen=True, slots=True)
class ReportResolved(Event):
    """`kind` as of `Reported`."""

    kind: str
    report_id: int


@dataclass(frozen=True, slots=True)
class Purged(Event):
    """Deleted for good by an admin. `kind`: person, community, post or comment. The row may be gone: the event says what is left to know.

    `pictures`: addresses that the purged posts or profile named and that may be stored here.
    """

    kind: str
    object_id: int
    ap_id: str
    community_id: int | None
    reason: str | None
    pictures: tuple[str, ...] = ()
