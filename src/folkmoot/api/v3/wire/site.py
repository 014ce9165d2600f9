"""The site, its administration, search."""

from folkmoot.api.v3.wire.accounts import MyUserInfo
from folkmoot.api.v3.wire.base import Id, Int32, Int64, PostListingMode, WebAddress, Wire
from folkmoot.api.v3.wire.objects import CommentView, CommunityView, PersonView, PostView, Site
from folkmoot.model.enums import Listing, PostSort, RegistrationMode, SearchType


class AddAdmin(Wire):
    person_id: Id
    added: bool


class AddAdminResponse(Wire):
    admins: list[PersonView]


class BlockInstance(Wire):
    instance_id: Id
    block: bool


class BlockInstanceResponse(Wire):
    blocked: bool


class CreateCustomEmoji(Wire):
    category: str
    shortcode: str
    image_url: WebAddress
    alt_text: str
    keywords: list[str]


class SiteFields(Wire):
    """What setting up and changing a site have alike."""

    sidebar: str | None = None
    description: str | None = None
    icon: str | None = None
    banner: str | None = None
    enable_downvotes: bool | None = None
    enable_nsfw: bool | None = None
    community_creation_admin_only: bool | None = None
    require_email_verification: bool | None = None
    application_question: str | None = None
    private_instance: bool | None = None
    default_theme: str | None = None
    default_post_listing_type: Listing | None = None
    default_sort_type: PostSort | None = None
    legal_information: str | None = None
    application_email_admins: bool | None = None
    hide_modlog_mod_names: bool | None = None
    discussion_languages: list[Id] | None = None
    slur_filter_regex: str | None = None
    actor_name_max_length: Int32 | None = None
    rate_limit_message: Int32 | None = None
    rate_limit_message_per_second: Int32 | None = None
    rate_limit_post: Int32 | None = None
    rate_limit_post_per_second: Int32 | None = None
    rate_limit_register: Int32 | None = None
    rate_limit_register_per_second: Int32 | None = None
    rate_limit_image: Int32 | None = None
    rate_limit_image_per_second: Int32 | None = None
    rate_limit_comment: Int32 | None = None
    rate_limit_comment_per_second: Int32 | None = None
    rate_limit_search: Int32 | None = None
    rate_limit_search_per_second: Int32 | None = None
    federation_enabled: bool | None = None
    federation_debug: bool | None = None
    captcha_enabled: bool | None = None
    captcha_difficulty: str | None = None
    allowed_instances: list[str] | None = None
    blocked_instances: list[str] | None = None
    taglines: list[str] | None = None
    registration_mode: RegistrationMode | None = None
    content_warning: str | None = None
    default_post_listing_mode: PostListingMode | None = None


class CreateSite(SiteFields, kw_only=True):
    name: str


class CustomEmoji(Wire):
    id: int
    local_site_id: int
    shortcode: str
    image_url: str
    alt_text: str
    category: str
    published: str
    updated: str | None = None


class CustomEmojiKeyword(Wire):
    custom_emoji_id: int
    keyword: str


class CustomEmojiView(Wire):
    custom_emoji: CustomEmoji
    keywords: list[CustomEmojiKeyword]


class CustomEmojiResponse(Wire):
    custom_emoji: CustomEmojiView


class DeleteCustomEmoji(Wire):
    id: Id


class EditCustomEmoji(Wire):
    id: Id
    category: str
    image_url: WebAddress
    alt_text: str
    keywords: list[str]


class EditSite(SiteFields):
    name: str | None = None
    blocked_urls: list[str] | None = None
    reports_email_admins: bool | None = None


class ReadableFederationState(Wire):
    instance_id: int
    fail_count: int
    last_successful_id: int | None = None
    last_successful_published_time: str | None = None
    last_retry: str | None = None
    next_retry: str | None = None


class InstanceWithFederationState(Wire):
    id: int
    domain: str
    published: str
    updated: str | None = None
    software: str | None = None
    version: str | None = None
    federation_state: ReadableFederationState | None = None


class FederatedInstances(Wire):
    linked: list[InstanceWithFederationState]
    allowed: list[InstanceWithFederationState]
    blocked: list[InstanceWithFederationState]


class GetFederatedInstancesResponse(Wire):
    federated_instances: FederatedInstances | None = None


class Language(Wire):
    id: int
    code: str
    name: str


class LocalSiteUrlBlocklist(Wire):
    id: int
    url: str
    published: str
    updated: str | None = None


class LocalSite(Wire):
    id: int
    site_id: int
    site_setup: bool
    enable_downvotes: bool
    enable_nsfw: bool
    community_creation_admin_only: bool
    require_email_verification: bool
    private_instance: bool
    default_theme: str
    default_post_listing_type: str
    hide_modlog_mod_names: bool
    application_email_admins: bool
    actor_name_max_length: int
    federation_enabled: bool
    captcha_enabled: bool
    captcha_difficulty: str
    published: str
    registration_mode: str
    reports_email_admins: bool
    federation_signed_fetch: bool
    default_post_listing_mode: str
    default_sort_type: str
    application_question: str | None = None
    legal_information: str | None = None
    slur_filter_regex: str | None = None
    updated: str | None = None


class LocalSiteRateLimit(Wire):
    local_site_id: int
    message: int
    message_per_second: int
    post: int
    post_per_second: int
    register: int
    register_per_second: int
    image: int
    image_per_second: int
    comment: int
    comment_per_second: int
    search: int
    search_per_second: int
    published: str
    import_user_settings: int
    import_user_settings_per_second: int
    updated: str | None = None


class SiteAggregates(Wire):
    site_id: int
    users: int
    posts: int
    comments: int
    communities: int
    users_active_day: int
    users_active_week: int
    users_active_month: int
    users_active_half_year: int


class SiteView(Wire):
    site: Site
    local_site: LocalSite
    local_site_rate_limit: LocalSiteRateLimit
    counts: SiteAggregates


class Tagline(Wire):
    id: int
    local_site_id: int
    content: str
    published: str
    updated: str | None = None


class GetSiteResponse(Wire):
    site_view: SiteView
    admins: list[PersonView]
    version: str
    all_languages: list[Language]
    discussion_languages: list[int]
    taglines: list[Tagline]
    custom_emojis: list[CustomEmojiView]
    blocked_urls: list[LocalSiteUrlBlocklist]
    my_user: MyUserInfo | None = None


class PurgeComment(Wire):
    comment_id: Id
    reason: str | None = None


class PurgeCommunity(Wire):
    community_id: Id
    reason: str | None = None


class PurgePerson(Wire):
    person_id: Id
    reason: str | None = None


class PurgePost(Wire):
    post_id: Id
    reason: str | None = None


class ResolveObject(Wire):
    q: str


class ResolveObjectResponse(Wire):
    comment: CommentView | None = None
    post: PostView | None = None
    community: CommunityView | None = None
    person: PersonView | None = None


class Search(Wire):
    q: str
    community_id: Id | None = None
    community_name: str | None = None
    creator_id: Id | None = None
    type_: SearchType | None = None
    sort: PostSort | None = None
    listing_type: Listing | None = None
    page: Int64 | None = None
    limit: Int64 | None = None
    post_title_only: bool | None = None


class SearchResponse(Wire):
    type_: str
    comments: list[CommentView]
    posts: list[PostView]
    communities: list[CommunityView]
    users: list[PersonView]


class SiteResponse(Wire):
    site_view: SiteView
    taglines: list[Tagline]
