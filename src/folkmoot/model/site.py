"""Sites: what servers say of themselves; of ours also what its admin set, and its counts."""

from dataclasses import dataclass

from folkmoot.model.time import Micros


@dataclass(frozen=True, slots=True)
class Site:
    """What a server says of its site, ours or another. `public_key` is empty until it is known; ours is made at its first use."""

    id: int
    instance_id: int
    name: str
    description: str | None
    sidebar: str | None
    icon: str | None
    banner: str | None
    content_warning: str | None
    ap_id: str
    inbox_url: str
    public_key: str
    published: Micros
    updated: Micros | None
    last_refreshed: Micros


@dataclass(frozen=True, slots=True)
class Operator:
    """What of the operator's settings is written into the site's row, by the names of `Settings`."""

    image_mode: str
    verify_announced: str
    reactions: str
    boosts: str
    message_min_age: int
    retention_days: int
    private_denylist: str


@dataclass(frozen=True, slots=True)
class LocalSite:
    """Settings and counts of this server's site (defaults: W-11). One row; cached per process, see `store/site.py`."""

    site_id: int
    instance_id: int
    name: str
    description: str | None
    sidebar: str | None
    sidebar_html: str | None
    icon: str | None
    banner: str | None
    content_warning: str | None
    ap_id: str
    site_setup: bool
    registration_mode: str
    application_question: str | None
    require_email_verification: bool
    enable_downvotes: bool
    enable_nsfw: bool
    community_creation_admin_only: bool
    private_instance: bool
    default_theme: str
    default_listing_type: str
    default_post_listing_mode: str
    default_sort_type: str
    default_comment_sort_type: str
    legal_information: str | None
    legal_html: str | None
    hide_modlog_mod_names: bool
    application_email_admins: bool
    reports_email_admins: bool
    slur_filter_regex: str | None
    actor_name_max_length: int
    federation_enabled: bool
    federation_signed_fetch: bool
    captcha_enabled: bool
    captcha_difficulty: str
    jwt_secret: str
    users: int
    posts: int
    comments: int
    communities: int
    users_active_day: int
    users_active_week: int
    users_active_month: int
    users_active_half_year: int
    published: Micros
    updated: Micros | None
    image_mode: str
    """What the operator set, as `Settings.image_mode`; written at every start, like those that follow."""
    verify_announced: str
    reactions: str
    boosts: str
    message_min_age: int
    retention_days: int
    private_denylist: str

    @property
    def origin(self) -> str:
        """`https://host`, without a trailing slash."""
        return self.ap_id.rstrip("/")

    @property
    def host(self) -> str:
        """The public host name, with a port where there is one."""
        return self.origin.split("://", 1)[1]


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Per class: how many in how many seconds (section 16). Fields are `<class>` and `<class>_seconds`."""

    message: int
    message_seconds: int
    post: int
    post_seconds: int
    register: int
    register_seconds: int
    image: int
    image_seconds: int
    comment: int
    comment_seconds: int
    search: int
    search_seconds: int
    import_user_settings: int
    import_user_settings_seconds: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for somebody: unread notices and messages, open reports, undecided applications; whether they moderate, and how many
    ask to be let into what they moderate."""

    unread: int
    reports: int
    applications: int
    moderates: bool
    requests: int = 0
