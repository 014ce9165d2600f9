"""The moderation log."""

from folkmoot.api.v3.wire.base import Id, Int64, ModlogActionType, Wire
from folkmoot.api.v3.wire.objects import Comment, Community, Person, Post


class AdminPurgeComment(Wire):
    id: int
    admin_person_id: int
    post_id: int
    when_: str
    reason: str | None = None


class AdminPurgeCommentView(Wire):
    admin_purge_comment: AdminPurgeComment
    post: Post
    admin: Person | None = None


class AdminPurgeCommunity(Wire):
    id: int
    admin_person_id: int
    when_: str
    reason: str | None = None


class AdminPurgeCommunityView(Wire):
    admin_purge_community: AdminPurgeCommunity
    admin: Person | None = None


class AdminPurgePerson(Wire):
    id: int
    admin_person_id: int
    when_: str
    reason: str | None = None


class AdminPurgePersonView(Wire):
    admin_purge_person: AdminPurgePerson
    admin: Person | None = None


class AdminPurgePost(Wire):
    id: int
    admin_person_id: int
    community_id: int
    when_: str
    reason: str | None = None


class AdminPurgePostView(Wire):
    admin_purge_post: AdminPurgePost
    community: Community
    admin: Person | None = None


class GetModlog(Wire):
    mod_person_id: Id | None = None
    community_id: Id | None = None
    page: Int64 | None = None
    limit: Int64 | None = None
    type_: ModlogActionType | None = None
    other_person_id: Id | None = None
    post_id: Id | None = None
    comment_id: Id | None = None


class ModAddCommunity(Wire):
    id: int
    mod_person_id: int
    other_person_id: int
    community_id: int
    removed: bool
    when_: str


class ModAddCommunityView(Wire):
    mod_add_community: ModAddCommunity
    community: Community
    modded_person: Person
    moderator: Person | None = None


class ModAdd(Wire):
    id: int
    mod_person_id: int
    other_person_id: int
    removed: bool
    when_: str


class ModAddView(Wire):
    mod_add: ModAdd
    modded_person: Person
    moderator: Person | None = None


class ModBanFromCommunity(Wire):
    id: int
    mod_person_id: int
    other_person_id: int
    community_id: int
    banned: bool
    when_: str
    reason: str | None = None
    expires: str | None = None


class ModBanFromCommunityView(Wire):
    mod_ban_from_community: ModBanFromCommunity
    community: Community
    banned_person: Person
    moderator: Person | None = None


class ModBan(Wire):
    id: int
    mod_person_id: int
    other_person_id: int
    banned: bool
    when_: str
    reason: str | None = None
    expires: str | None = None


class ModBanView(Wire):
    mod_ban: ModBan
    banned_person: Person
    moderator: Person | None = None


class ModFeaturePost(Wire):
    id: int
    mod_person_id: int
    post_id: int
    featured: bool
    when_: str
    is_featured_community: bool


class ModFeaturePostView(Wire):
    mod_feature_post: ModFeaturePost
    post: Post
    community: Community
    moderator: Person | None = None


class ModHideCommunity(Wire):
    id: int
    community_id: int
    mod_person_id: int
    when_: str
    hidden: bool
    reason: str | None = None


class ModHideCommunityView(Wire):
    mod_hide_community: ModHideCommunity
    community: Community
    admin: Person | None = None


class ModLockPost(Wire):
    id: int
    mod_person_id: int
    post_id: int
    locked: bool
    when_: str


class ModLockPostView(Wire):
    mod_lock_post: ModLockPost
    post: Post
    community: Community
    moderator: Person | None = None


class ModRemoveComment(Wire):
    id: int
    mod_person_id: int
    comment_id: int
    removed: bool
    when_: str
    reason: str | None = None


class ModRemoveCommentView(Wire):
    mod_remove_comment: ModRemoveComment
    comment: Comment
    commenter: Person
    post: Post
    community: Community
    moderator: Person | None = None


class ModRemoveCommunity(Wire):
    id: int
    mod_person_id: int
    community_id: int
    removed: bool
    when_: str
    reason: str | None = None


class ModRemoveCommunityView(Wire):
    mod_remove_community: ModRemoveCommunity
    community: Community
    moderator: Person | None = None


class ModRemovePost(Wire):
    id: int
    mod_person_id: int
    post_id: int
    removed: bool
    when_: str
    reason: str | None = None


class ModRemovePostView(Wire):
    mod_remove_post: ModRemovePost
    post: Post
    community: Community
    moderator: Person | None = None


class ModTransferCommunity(Wire):
    id: int
    mod_person_id: int
    other_person_id: int
    community_id: int
    when_: str


class ModTransferCommunityView(Wire):
    mod_transfer_community: ModTransferCommunity
    community: Community
    modded_person: Person
    moderator: Person | None = None


class GetModlogResponse(Wire):
    removed_posts: list[ModRemovePostView]
    locked_posts: list[ModLockPostView]
    featured_posts: list[ModFeaturePostView]
    removed_comments: list[ModRemoveCommentView]
    removed_communities: list[ModRemoveCommunityView]
    banned_from_community: list[ModBanFromCommunityView]
    banned: list[ModBanView]
    added_to_community: list[ModAddCommunityView]
    transferred_to_community: list[ModTransferCommunityView]
    added: list[ModAddView]
    admin_purged_persons: list[AdminPurgePersonView]
    admin_purged_communities: list[AdminPurgeCommunityView]
    admin_purged_posts: list[AdminPurgePostView]
    admin_purged_comments: list[AdminPurgeCommentView]
    hidden_communities: list[ModHideCommunityView]
