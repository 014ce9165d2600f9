"""Comments: what is asked and answered."""

from folkmoot.api.v3.wire.base import Id, Int32, Int64, Wire
from folkmoot.api.v3.wire.objects import CommentView, VoteView
from folkmoot.model.enums import CommentSort, Listing


class CommentResponse(Wire):
    comment_view: CommentView
    recipient_ids: list[int]


class CreateComment(Wire):
    content: str
    post_id: Id
    parent_id: Id | None = None
    language_id: Id | None = None


class CreateCommentLike(Wire):
    comment_id: Id
    score: Int32


class DeleteComment(Wire):
    comment_id: Id
    deleted: bool


class DistinguishComment(Wire):
    comment_id: Id
    distinguished: bool


class EditComment(Wire):
    comment_id: Id
    content: str | None = None
    language_id: Id | None = None


class GetComment(Wire):
    id: Id


class GetComments(Wire):
    type_: Listing | None = None
    sort: CommentSort | None = None
    max_depth: Int32 | None = None
    page: Int64 | None = None
    limit: Int64 | None = None
    community_id: Id | None = None
    community_name: str | None = None
    post_id: Id | None = None
    parent_id: Id | None = None
    saved_only: bool | None = None
    liked_only: bool | None = None
    disliked_only: bool | None = None


class GetCommentsResponse(Wire):
    comments: list[CommentView]


class ListCommentLikes(Wire):
    comment_id: Id
    page: Int64 | None = None
    limit: Int64 | None = None


class ListCommentLikesResponse(Wire):
    comment_likes: list[VoteView]


class RemoveComment(Wire):
    comment_id: Id
    removed: bool
    reason: str | None = None


class SaveComment(Wire):
    comment_id: Id
    save: bool
