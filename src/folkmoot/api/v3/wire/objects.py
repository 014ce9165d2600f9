"""The things that nearly every answer holds: posts, comments, communities, people and their counts."""

from enum import StrEnum

from folkmoot.api.v3.wire.base import Wire


class CommunityVisibility(StrEnum):
    """The two words that apps know (decision 0014)."""

    PUBLIC = "Public"
    LOCAL_ONLY = "LocalOnly"


class Person(Wire):
    id: int
    name: str
    banned: bool
    published: str
    actor_id: str
    local: bool
    deleted: bool
    bot_account: bool
    instance_id: int
    display_name: str | None = None
    avatar: str | None = None
    updated: str | None = None
    bio: str | None = None
    banner: str | None = None
    matrix_user_id: str | None = None
    ban_expires: str | None = None


class PersonAggregates(Wire):
    person_id: int
    post_count: int
    comment_count: int


class PersonView(Wire):
    person: Person
    counts: PersonAggregates
    is_admin: bool


class Community(Wire):
    id: int
    name: str
    title: str
    removed: bool
    published: str
    deleted: bool
    nsfw: bool
    actor_id: str
    local: bool
    hidden: bool
    posting_restricted_to_mods: bool
    instance_id: int
    visibility: CommunityVisibility
    description: str | None = None
    updated: str | None = None
    icon: str | None = None
    banner: str | None = None


class CommunityModeratorView(Wire):
    community: Community
    moderator: Person


class Post(Wire):
    id: int
    name: str
    creator_id: int
    community_id: int
    removed: bool
    locked: bool
    published: str
    deleted: bool
    nsfw: bool
    ap_id: str
    local: bool
    language_id: int
    featured_community: bool
    featured_local: bool
    url: str | None = None
    body: str | None = None
    updated: str | None = None
    embed_title: str | None = None
    embed_description: str | None = None
    thumbnail_url: str | None = None
    embed_video_url: str | None = None
    url_content_type: str | None = None
    alt_text: str | None = None


class CommunityAggregates(Wire):
    community_id: int
    subscribers: int
    posts: int
    comments: int
    published: str
    users_active_day: int
    users_active_week: int
    users_active_month: int
    users_active_half_year: int
    subscribers_local: int


class CommunityView(Wire):
    community: Community
    subscribed: str
    blocked: bool
    counts: CommunityAggregates
    banned_from_community: bool


class Comment(Wire):
    id: int
    creator_id: int
    post_id: int
    content: str
    removed: bool
    published: str
    deleted: bool
    ap_id: str
    local: bool
    path: str
    distinguished: bool
    language_id: int
    updated: str | None = None


class CommentAggregates(Wire):
    comment_id: int
    score: int
    upvotes: int
    downvotes: int
    published: str
    child_count: int


class CommentView(Wire):
    """What is the same for every reader comes first, then the place, then the reader's own: `render/pieces.py` cuts there."""

    comment: Comment
    creator: Person
    counts: CommentAggregates
    creator_banned_from_community: bool
    creator_is_moderator: bool
    creator_is_admin: bool
    post: Post
    community: Community
    banned_from_community: bool
    subscribed: str
    saved: bool
    creator_blocked: bool
    my_vote: int | None = None


class CommunityFollowerView(Wire):
    community: Community
    follower: Person


class Site(Wire):
    id: int
    name: str
    published: str
    actor_id: str
    last_refreshed_at: str
    inbox_url: str
    public_key: str
    instance_id: int
    sidebar: str | None = None
    updated: str | None = None
    icon: str | None = None
    banner: str | None = None
    description: str | None = None
    content_warning: str | None = None


class ImageDetails(Wire):
    link: str
    width: int
    height: int
    content_type: str


class PostAggregates(Wire):
    post_id: int
    comments: int
    score: int
    upvotes: int
    downvotes: int
    published: str
    newest_comment_time: str


class PostView(Wire, kw_only=True):
    """What is the same for every reader comes first, then the reader's own: `render/pieces.py` cuts there."""

    post: Post
    creator: Person
    community: Community
    image_details: ImageDetails | None = None
    creator_banned_from_community: bool
    creator_is_moderator: bool
    creator_is_admin: bool
    counts: PostAggregates
    banned_from_community: bool
    subscribed: str
    saved: bool
    read: bool
    hidden: bool
    creator_blocked: bool
    unread_comments: int
    my_vote: int | None = None


class Instance(Wire):
    id: int
    domain: str
    published: str
    updated: str | None = None
    software: str | None = None
    version: str | None = None


class VoteView(Wire):
    creator: Person
    creator_banned_from_community: bool
    score: int


class SuccessResponse(Wire):
    success: bool
