"""Replies and mentions."""

from folkmoot.api.v3.wire.base import Id, Int64, Wire
from folkmoot.api.v3.wire.objects import Comment, CommentAggregates, Community, Person, Post
from folkmoot.model.enums import CommentSort


class CommentReply(Wire):
    id: int
    recipient_id: int
    comment_id: int
    read: bool
    published: str


class NoticedComment(Wire):
    """What replies and mentions show alike: the comment, and what is around it."""

    comment: Comment
    creator: Person
    post: Post
    community: Community
    recipient: Person
    counts: CommentAggregates
    creator_banned_from_community: bool
    banned_from_community: bool
    creator_is_moderator: bool
    creator_is_admin: bool
    subscribed: str
    saved: bool
    creator_blocked: bool
    my_vote: int | None = None


class CommentReplyView(NoticedComment, kw_only=True):
    comment_reply: CommentReply


class CommentReplyResponse(Wire):
    comment_reply_view: CommentReplyView


class GetPersonMentions(Wire):
    sort: CommentSort | None = None
    page: Int64 | None = None
    limit: Int64 | None = None
    unread_only: bool | None = None


class PersonMention(Wire):
    id: int
    recipient_id: int
    comment_id: int
    read: bool
    published: str


class PersonMentionView(NoticedComment, kw_only=True):
    person_mention: PersonMention


class GetPersonMentionsResponse(Wire):
    mentions: list[PersonMentionView]


class GetReplies(Wire):
    sort: CommentSort | None = None
    page: Int64 | None = None
    limit: Int64 | None = None
    unread_only: bool | None = None


class GetRepliesResponse(Wire):
    replies: list[CommentReplyView]


class GetUnreadCountResponse(Wire):
    replies: int
    mentions: int
    private_messages: int


class MarkCommentReplyAsRead(Wire):
    comment_reply_id: Id
    read: bool


class MarkPersonMentionAsRead(Wire):
    person_mention_id: Id
    read: bool


class PersonMentionResponse(Wire):
    person_mention_view: PersonMentionView
