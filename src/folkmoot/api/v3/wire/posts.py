"""Posts: what is asked and answered."""

from folkmoot.api.v3.wire.base import Id, Int32, Int64, PostFeatureType, Wire
from folkmoot.api.v3.wire.objects import CommunityModeratorView, CommunityView, PostView, VoteView
from folkmoot.model.enums import Listing, PostSort


class CreatePost(Wire):
    name: str
    community_id: Id
    url: str | None = None
    body: str | None = None
    alt_text: str | None = None
    honeypot: str | None = None
    nsfw: bool | None = None
    language_id: Id | None = None
    custom_thumbnail: str | None = None


class CreatePostLike(Wire):
    post_id: Id
    score: Int32


class DeletePost(Wire):
    post_id: Id
    deleted: bool


class EditPost(Wire):
    post_id: Id
    name: str | None = None
    url: str | None = None
    body: str | None = None
    alt_text: str | None = None
    nsfw: bool | None = None
    language_id: Id | None = None
    custom_thumbnail: str | None = None


class FeaturePost(Wire):
    post_id: Id
    featured: bool
    feature_type: PostFeatureType


class GetPost(Wire):
    id: Id | None = None
    comment_id: Id | None = None


class GetPostResponse(Wire):
    post_view: PostView
    community_view: CommunityView
    moderators: list[CommunityModeratorView]
    cross_posts: list[PostView]


class GetPosts(Wire):
    type_: Listing | None = None
    sort: PostSort | None = None
    page: Int64 | None = None
    limit: Int64 | None = None
    community_id: Id | None = None
    community_name: str | None = None
    saved_only: bool | None = None
    liked_only: bool | None = None
    disliked_only: bool | None = None
    show_hidden: bool | None = None
    show_read: bool | None = None
    show_nsfw: bool | None = None
    page_cursor: str | None = None


class GetPostsResponse(Wire):
    posts: list[PostView]
    next_page: str | None = None


class HidePost(Wire):
    post_ids: list[Id]
    hide: bool


class ListPostLikes(Wire):
    post_id: Id
    page: Int64 | None = None
    limit: Int64 | None = None


class ListPostLikesResponse(Wire):
    post_likes: list[VoteView]


class LockPost(Wire):
    post_id: Id
    locked: bool


class MarkPostAsRead(Wire):
    post_ids: list[Id]
    read: bool


class PostResponse(Wire):
    post_view: PostView


class RemovePost(Wire):
    post_id: Id
    removed: bool
    reason: str | None = None


class SavePost(Wire):
    post_id: Id
    save: bool
