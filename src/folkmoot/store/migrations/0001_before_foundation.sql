-- The whole schema of a first Folkmoot: one text for both engines.
-- Words in braces are replaced per engine (store/dialect/): {id} an own 32-bit sequence, {micros} microseconds since the epoch (UTC),
-- {bool}, {real}, {keyed} (a table clustered by its primary key where the engine can). "--only NAME" starts a part for one engine, "--all" ends it.

-- Servers -----------------------------------------------------------------------------------------------------------------
CREATE TABLE instance (
    id {id},
    domain TEXT NOT NULL UNIQUE,
    local {bool} NOT NULL DEFAULT FALSE,
    software TEXT,
    version TEXT,
    published {micros} NOT NULL,
    updated {micros},
    last_seen {micros}
);
CREATE TABLE federation_block (
    instance_id INTEGER NOT NULL PRIMARY KEY REFERENCES instance (id) ON DELETE CASCADE,
    reason TEXT,
    expires {micros},
    published {micros} NOT NULL
);
CREATE TABLE federation_allow (
    instance_id INTEGER NOT NULL PRIMARY KEY REFERENCES instance (id) ON DELETE CASCADE,
    reason TEXT,
    expires {micros},
    published {micros} NOT NULL
);

-- The site, ours and what others say of theirs --------------------------------------------------------------------------------
CREATE TABLE site (
    id {id},
    instance_id INTEGER NOT NULL UNIQUE REFERENCES instance (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    description TEXT,
    sidebar TEXT,
    sidebar_html TEXT,
    icon TEXT,
    banner TEXT,
    content_warning TEXT,
    ap_id TEXT NOT NULL UNIQUE,
    inbox_url TEXT NOT NULL,
    public_key TEXT NOT NULL DEFAULT '',
    private_key TEXT,
    published {micros} NOT NULL,
    updated {micros},
    last_refreshed {micros} NOT NULL
);
CREATE TABLE local_site (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    site_id INTEGER NOT NULL REFERENCES site (id),
    site_setup {bool} NOT NULL DEFAULT FALSE,
    registration_mode TEXT NOT NULL DEFAULT 'RequireApplication',
    application_question TEXT,
    require_email_verification {bool} NOT NULL DEFAULT FALSE,
    enable_downvotes {bool} NOT NULL DEFAULT TRUE,
    enable_nsfw {bool} NOT NULL DEFAULT TRUE,
    community_creation_admin_only {bool} NOT NULL DEFAULT FALSE,
    private_instance {bool} NOT NULL DEFAULT FALSE,
    default_theme TEXT NOT NULL DEFAULT 'browser',
    default_listing_type TEXT NOT NULL DEFAULT 'Local',
    default_post_listing_mode TEXT NOT NULL DEFAULT 'List',
    default_sort_type TEXT NOT NULL DEFAULT 'Active',
    default_comment_sort_type TEXT NOT NULL DEFAULT 'Hot',
    legal_information TEXT,
    legal_html TEXT,
    hide_modlog_mod_names {bool} NOT NULL DEFAULT TRUE,
    application_email_admins {bool} NOT NULL DEFAULT FALSE,
    reports_email_admins {bool} NOT NULL DEFAULT FALSE,
    slur_filter_regex TEXT,
    actor_name_max_length INTEGER NOT NULL DEFAULT 20,
    federation_enabled {bool} NOT NULL DEFAULT TRUE,
    federation_signed_fetch {bool} NOT NULL DEFAULT FALSE,
    captcha_enabled {bool} NOT NULL DEFAULT FALSE,
    captcha_difficulty TEXT NOT NULL DEFAULT 'medium',
    rate_message INTEGER NOT NULL DEFAULT 180,
    rate_message_seconds INTEGER NOT NULL DEFAULT 60,
    rate_post INTEGER NOT NULL DEFAULT 6,
    rate_post_seconds INTEGER NOT NULL DEFAULT 600,
    rate_register INTEGER NOT NULL DEFAULT 10,
    rate_register_seconds INTEGER NOT NULL DEFAULT 3600,
    rate_image INTEGER NOT NULL DEFAULT 6,
    rate_image_seconds INTEGER NOT NULL DEFAULT 3600,
    rate_comment INTEGER NOT NULL DEFAULT 6,
    rate_comment_seconds INTEGER NOT NULL DEFAULT 600,
    rate_search INTEGER NOT NULL DEFAULT 60,
    rate_search_seconds INTEGER NOT NULL DEFAULT 600,
    rate_import_user_settings INTEGER NOT NULL DEFAULT 1,
    rate_import_user_settings_seconds INTEGER NOT NULL DEFAULT 86400,
    jwt_secret TEXT NOT NULL,
    users INTEGER NOT NULL DEFAULT 0,
    posts INTEGER NOT NULL DEFAULT 0,
    comments INTEGER NOT NULL DEFAULT 0,
    communities INTEGER NOT NULL DEFAULT 0,
    users_active_day INTEGER NOT NULL DEFAULT 0,
    users_active_week INTEGER NOT NULL DEFAULT 0,
    users_active_month INTEGER NOT NULL DEFAULT 0,
    users_active_half_year INTEGER NOT NULL DEFAULT 0,
    published {micros} NOT NULL,
    updated {micros}
);
CREATE TABLE language (
    id INTEGER NOT NULL PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL
);
CREATE TABLE site_language (
    site_id INTEGER NOT NULL REFERENCES site (id) ON DELETE CASCADE,
    language_id INTEGER NOT NULL REFERENCES language (id),
    PRIMARY KEY (site_id, language_id)
){keyed};
CREATE TABLE tagline (
    id {id},
    content TEXT NOT NULL,
    content_html TEXT NOT NULL,
    published {micros} NOT NULL,
    updated {micros}
);
CREATE TABLE url_blocklist (
    id {id},
    url TEXT NOT NULL UNIQUE,
    published {micros} NOT NULL,
    updated {micros}
);
CREATE TABLE custom_emoji (
    id {id},
    shortcode TEXT NOT NULL UNIQUE,
    image_url TEXT NOT NULL,
    alt_text TEXT NOT NULL,
    category TEXT NOT NULL,
    published {micros} NOT NULL,
    updated {micros}
);
CREATE TABLE custom_emoji_keyword (
    custom_emoji_id INTEGER NOT NULL REFERENCES custom_emoji (id) ON DELETE CASCADE,
    keyword TEXT NOT NULL,
    PRIMARY KEY (custom_emoji_id, keyword)
){keyed};

-- People ------------------------------------------------------------------------------------------------------------------
CREATE TABLE person (
    id {id},
    instance_id INTEGER NOT NULL REFERENCES instance (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    host TEXT NOT NULL,
    local {bool} NOT NULL,
    display_name TEXT,
    bio TEXT,
    bio_html TEXT,
    avatar TEXT,
    banner TEXT,
    matrix_user_id TEXT,
    ap_id TEXT NOT NULL UNIQUE,
    inbox_url TEXT NOT NULL,
    shared_inbox_url TEXT,
    public_key TEXT NOT NULL DEFAULT '',
    private_key TEXT,
    bot {bool} NOT NULL DEFAULT FALSE,
    admin {bool} NOT NULL DEFAULT FALSE,
    deleted {bool} NOT NULL DEFAULT FALSE,
    banned {bool} NOT NULL DEFAULT FALSE,
    ban_expires {micros},
    post_count INTEGER NOT NULL DEFAULT 0,
    post_score INTEGER NOT NULL DEFAULT 0,
    comment_count INTEGER NOT NULL DEFAULT 0,
    comment_score INTEGER NOT NULL DEFAULT 0,
    version INTEGER NOT NULL DEFAULT 1,
    published {micros} NOT NULL,
    updated {micros},
    last_refreshed {micros} NOT NULL,
    UNIQUE (name_key, instance_id)
);
CREATE INDEX person_by_instance ON person (instance_id);
CREATE INDEX person_by_comment_score ON person (comment_score DESC, id DESC);
CREATE INDEX person_by_published ON person (published DESC, id DESC);
CREATE INDEX person_banned ON person (id) WHERE banned;
CREATE TABLE local_user (
    id {id},
    person_id INTEGER NOT NULL UNIQUE REFERENCES person (id) ON DELETE CASCADE,
    password_hash TEXT,
    email TEXT,
    email_key TEXT UNIQUE,
    email_verified {bool} NOT NULL DEFAULT FALSE,
    accepted_application {bool} NOT NULL DEFAULT FALSE,
    admin {bool} NOT NULL DEFAULT FALSE,
    theme TEXT NOT NULL DEFAULT 'browser',
    interface_language TEXT NOT NULL DEFAULT 'browser',
    default_listing_type TEXT NOT NULL DEFAULT 'Local',
    default_sort_type TEXT NOT NULL DEFAULT 'Active',
    default_comment_sort_type TEXT NOT NULL DEFAULT 'Hot',
    post_listing_mode TEXT NOT NULL DEFAULT 'List',
    show_nsfw {bool} NOT NULL DEFAULT FALSE,
    blur_nsfw {bool} NOT NULL DEFAULT TRUE,
    show_avatars {bool} NOT NULL DEFAULT TRUE,
    show_bot_accounts {bool} NOT NULL DEFAULT TRUE,
    show_read_posts {bool} NOT NULL DEFAULT TRUE,
    show_scores {bool} NOT NULL DEFAULT TRUE,
    vote_show_score {bool} NOT NULL DEFAULT FALSE,
    vote_show_upvotes {bool} NOT NULL DEFAULT TRUE,
    vote_show_downvotes {bool} NOT NULL DEFAULT TRUE,
    vote_show_percentage {bool} NOT NULL DEFAULT FALSE,
    open_links_in_new_tab {bool} NOT NULL DEFAULT FALSE,
    auto_expand {bool} NOT NULL DEFAULT FALSE,
    infinite_scroll {bool} NOT NULL DEFAULT FALSE,
    keyboard_navigation {bool} NOT NULL DEFAULT FALSE,
    animated_images {bool} NOT NULL DEFAULT TRUE,
    collapse_bot_comments {bool} NOT NULL DEFAULT FALSE,
    send_notifications_to_email {bool} NOT NULL DEFAULT FALSE,
    last_donation_notification {micros} NOT NULL,
    totp_secret TEXT,
    totp_enabled {bool} NOT NULL DEFAULT FALSE,
    totp_last_step INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE recovery_code (
    local_user_id INTEGER NOT NULL REFERENCES local_user (id) ON DELETE CASCADE,
    code_hash TEXT NOT NULL,
    PRIMARY KEY (local_user_id, code_hash)
){keyed};
CREATE TABLE local_user_language (
    local_user_id INTEGER NOT NULL REFERENCES local_user (id) ON DELETE CASCADE,
    language_id INTEGER NOT NULL REFERENCES language (id),
    PRIMARY KEY (local_user_id, language_id)
){keyed};
CREATE TABLE session (
    id {id},
    token_hash TEXT NOT NULL UNIQUE,
    local_user_id INTEGER NOT NULL REFERENCES local_user (id) ON DELETE CASCADE,
    published {micros} NOT NULL,
    last_used {micros} NOT NULL,
    ip TEXT,
    user_agent TEXT
);
CREATE INDEX session_by_user ON session (local_user_id);
CREATE TABLE email_verification (
    id {id},
    local_user_id INTEGER NOT NULL REFERENCES local_user (id) ON DELETE CASCADE,
    email TEXT NOT NULL,
    token TEXT NOT NULL UNIQUE,
    published {micros} NOT NULL
);
CREATE TABLE password_reset (
    id {id},
    local_user_id INTEGER NOT NULL REFERENCES local_user (id) ON DELETE CASCADE,
    token_hash TEXT NOT NULL UNIQUE,
    published {micros} NOT NULL
);
CREATE TABLE registration_application (
    id {id},
    local_user_id INTEGER NOT NULL UNIQUE REFERENCES local_user (id) ON DELETE CASCADE,
    answer TEXT NOT NULL,
    admin_id INTEGER REFERENCES person (id) ON DELETE SET NULL,
    deny_reason TEXT,
    published {micros} NOT NULL,
    decided {micros}
);
CREATE TABLE person_block (
    person_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    target_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    published {micros} NOT NULL,
    PRIMARY KEY (person_id, target_id)
){keyed};
CREATE TABLE instance_block (
    person_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    instance_id INTEGER NOT NULL REFERENCES instance (id) ON DELETE CASCADE,
    published {micros} NOT NULL,
    PRIMARY KEY (person_id, instance_id)
){keyed};
CREATE TABLE domain_block (
    person_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    domain TEXT NOT NULL,
    expires {micros},
    published {micros} NOT NULL,
    PRIMARY KEY (person_id, domain)
){keyed};
CREATE TABLE keyword_block (
    person_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    keyword TEXT NOT NULL,
    expires {micros},
    published {micros} NOT NULL,
    PRIMARY KEY (person_id, keyword)
){keyed};

-- Communities -------------------------------------------------------------------------------------------------------------
CREATE TABLE community (
    id {id},
    instance_id INTEGER NOT NULL REFERENCES instance (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    host TEXT NOT NULL,
    local {bool} NOT NULL,
    title TEXT NOT NULL,
    description TEXT,
    description_html TEXT,
    icon TEXT,
    banner TEXT,
    ap_id TEXT NOT NULL UNIQUE,
    inbox_url TEXT NOT NULL,
    shared_inbox_url TEXT,
    followers_url TEXT,
    moderators_url TEXT,
    featured_url TEXT,
    public_key TEXT NOT NULL DEFAULT '',
    private_key TEXT,
    nsfw {bool} NOT NULL DEFAULT FALSE,
    hidden {bool} NOT NULL DEFAULT FALSE,
    removed {bool} NOT NULL DEFAULT FALSE,
    deleted {bool} NOT NULL DEFAULT FALSE,
    posting_restricted_to_mods {bool} NOT NULL DEFAULT FALSE,
    visibility TEXT NOT NULL DEFAULT 'Public',
    subscribers INTEGER NOT NULL DEFAULT 0,
    subscribers_local INTEGER NOT NULL DEFAULT 0,
    posts INTEGER NOT NULL DEFAULT 0,
    comments INTEGER NOT NULL DEFAULT 0,
    users_active_day INTEGER NOT NULL DEFAULT 0,
    users_active_week INTEGER NOT NULL DEFAULT 0,
    users_active_month INTEGER NOT NULL DEFAULT 0,
    users_active_half_year INTEGER NOT NULL DEFAULT 0,
    hot_rank {real} NOT NULL DEFAULT 0.0001,
    version INTEGER NOT NULL DEFAULT 1,
    published {micros} NOT NULL,
    updated {micros},
    last_refreshed {micros} NOT NULL,
    UNIQUE (name_key, instance_id)
);
CREATE INDEX community_by_instance ON community (instance_id);
CREATE INDEX community_by_hot ON community (hot_rank DESC, id DESC);
CREATE INDEX community_by_subscribers ON community (subscribers DESC, id DESC);
CREATE TABLE community_language (
    community_id INTEGER NOT NULL REFERENCES community (id) ON DELETE CASCADE,
    language_id INTEGER NOT NULL REFERENCES language (id),
    PRIMARY KEY (community_id, language_id)
){keyed};
CREATE TABLE community_moderator (
    community_id INTEGER NOT NULL REFERENCES community (id) ON DELETE CASCADE,
    person_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    published {micros} NOT NULL,
    PRIMARY KEY (community_id, person_id)
){keyed};
CREATE INDEX community_moderator_by_person ON community_moderator (person_id, community_id);
CREATE TABLE community_follow (
    person_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    community_id INTEGER NOT NULL REFERENCES community (id) ON DELETE CASCADE,
    pending {bool} NOT NULL DEFAULT FALSE,
    published {micros} NOT NULL,
    PRIMARY KEY (person_id, community_id)
){keyed};
CREATE INDEX community_follow_by_community ON community_follow (community_id, person_id);
CREATE TABLE community_ban (
    community_id INTEGER NOT NULL REFERENCES community (id) ON DELETE CASCADE,
    person_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    expires {micros},
    published {micros} NOT NULL,
    PRIMARY KEY (community_id, person_id)
){keyed};
CREATE INDEX community_ban_by_person ON community_ban (person_id);
CREATE TABLE community_block (
    person_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    community_id INTEGER NOT NULL REFERENCES community (id) ON DELETE CASCADE,
    published {micros} NOT NULL,
    PRIMARY KEY (person_id, community_id)
){keyed};

-- Posts -------------------------------------------------------------------------------------------------------------------
CREATE TABLE post (
    id {id},
    community_id INTEGER NOT NULL REFERENCES community (id) ON DELETE CASCADE,
    creator_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    name_html TEXT NOT NULL,
    url TEXT,
    url_host TEXT,
    body TEXT,
    body_html TEXT,
    excerpt TEXT,
    alt_text TEXT,
    ap_id TEXT NOT NULL UNIQUE,
    local {bool} NOT NULL,
    nsfw {bool} NOT NULL DEFAULT FALSE,
    language_id INTEGER NOT NULL DEFAULT 0,
    removed {bool} NOT NULL DEFAULT FALSE,
    deleted {bool} NOT NULL DEFAULT FALSE,
    deleted_at {micros},
    locked {bool} NOT NULL DEFAULT FALSE,
    featured_community {bool} NOT NULL DEFAULT FALSE,
    featured_local {bool} NOT NULL DEFAULT FALSE,
    embed_title TEXT,
    embed_description TEXT,
    embed_video_url TEXT,
    thumbnail_url TEXT,
    url_content_type TEXT,
    upvotes INTEGER NOT NULL DEFAULT 0,
    downvotes INTEGER NOT NULL DEFAULT 0,
    score INTEGER NOT NULL DEFAULT 0,
    carried_upvotes INTEGER NOT NULL DEFAULT 0,
    carried_downvotes INTEGER NOT NULL DEFAULT 0,
    comments INTEGER NOT NULL DEFAULT 0,
    newest_comment {micros} NOT NULL,
    newest_comment_necro {micros} NOT NULL,
    hot_rank {real} NOT NULL DEFAULT 0.0001,
    active_rank {real} NOT NULL DEFAULT 0.0001,
    scaled_rank {real} NOT NULL DEFAULT 0.0001,
    controversy_rank {real} NOT NULL DEFAULT 0,
    version INTEGER NOT NULL DEFAULT 1,
    published {micros} NOT NULL,
    updated {micros}
);
CREATE INDEX post_by_hot ON post (featured_local DESC, hot_rank DESC, published DESC, id DESC);
CREATE INDEX post_by_active ON post (featured_local DESC, active_rank DESC, published DESC, id DESC);
CREATE INDEX post_by_scaled ON post (featured_local DESC, scaled_rank DESC, published DESC, id DESC);
CREATE INDEX post_by_controversy ON post (featured_local DESC, controversy_rank DESC, published DESC, id DESC);
CREATE INDEX post_by_published ON post (featured_local DESC, published DESC, id DESC);
CREATE INDEX post_by_newest_comment ON post (featured_local DESC, newest_comment DESC, id DESC);
CREATE INDEX post_by_comments ON post (featured_local DESC, comments DESC, published DESC, id DESC);
CREATE INDEX post_by_score ON post (featured_local DESC, score DESC, published DESC, id DESC);
CREATE INDEX post_in_community_by_hot ON post (community_id, featured_community DESC, hot_rank DESC, published DESC, id DESC);
CREATE INDEX post_in_community_by_active ON post (community_id, featured_community DESC, active_rank DESC, published DESC, id DESC);
CREATE INDEX post_in_community_by_scaled ON post (community_id, featured_community DESC, scaled_rank DESC, published DESC, id DESC);
CREATE INDEX post_in_community_by_controversy ON post (community_id, featured_community DESC, controversy_rank DESC, published DESC, id DESC);
CREATE INDEX post_in_community_by_published ON post (community_id, featured_community DESC, published DESC, id DESC);
CREATE INDEX post_in_community_by_newest_comment ON post (community_id, featured_community DESC, newest_comment DESC, id DESC);
CREATE INDEX post_in_community_by_comments ON post (community_id, featured_community DESC, comments DESC, published DESC, id DESC);
CREATE INDEX post_in_community_by_score ON post (community_id, featured_community DESC, score DESC, published DESC, id DESC);
CREATE INDEX post_by_creator ON post (creator_id, published DESC, id DESC);
CREATE INDEX post_by_url ON post (url) WHERE url IS NOT NULL;
CREATE INDEX post_by_url_host ON post (url_host, published DESC, id DESC) WHERE url_host IS NOT NULL;
CREATE INDEX post_ranked ON post (id) WHERE hot_rank > 0 OR active_rank > 0;
CREATE TABLE post_vote (
    post_id INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    person_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    value INTEGER NOT NULL CHECK (value IN (-1, 1)),
    published {micros} NOT NULL,
    PRIMARY KEY (post_id, person_id)
){keyed};
CREATE INDEX post_vote_by_person ON post_vote (person_id, post_id, value);
CREATE INDEX post_vote_by_published ON post_vote (published);
CREATE TABLE post_saved (
    person_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    post_id INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    published {micros} NOT NULL,
    PRIMARY KEY (person_id, post_id)
){keyed};
CREATE INDEX post_saved_by_post ON post_saved (post_id);
CREATE INDEX post_saved_by_time ON post_saved (person_id, published DESC, post_id DESC);
CREATE TABLE post_hidden (
    person_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    post_id INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    published {micros} NOT NULL,
    PRIMARY KEY (person_id, post_id)
){keyed};
CREATE INDEX post_hidden_by_post ON post_hidden (post_id);
-- One row per person and post that was opened, voted on or marked: "read" as Lemmy means it, how many comments there were, when they looked last
-- (seen), and since when a comment counts as new in this visit (visited: the last look of the visit before; core/posts/read.py).
CREATE TABLE post_read (
    person_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    post_id INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    read {bool} NOT NULL DEFAULT TRUE,
    read_comments INTEGER,
    visited {micros},
    seen {micros},
    published {micros} NOT NULL,
    PRIMARY KEY (person_id, post_id)
){keyed};
CREATE INDEX post_read_by_post ON post_read (post_id);

-- Comments ----------------------------------------------------------------------------------------------------------------
CREATE TABLE comment (
    id {id},
    post_id INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    community_id INTEGER NOT NULL,
    parent_id INTEGER REFERENCES comment (id) ON DELETE CASCADE,
    creator_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    content TEXT NOT NULL,
    content_html TEXT NOT NULL,
    ap_id TEXT NOT NULL UNIQUE,
    local {bool} NOT NULL,
    language_id INTEGER NOT NULL DEFAULT 0,
    removed {bool} NOT NULL DEFAULT FALSE,
    deleted {bool} NOT NULL DEFAULT FALSE,
    deleted_at {micros},
    distinguished {bool} NOT NULL DEFAULT FALSE,
    upvotes INTEGER NOT NULL DEFAULT 0,
    downvotes INTEGER NOT NULL DEFAULT 0,
    score INTEGER NOT NULL DEFAULT 0,
    carried_upvotes INTEGER NOT NULL DEFAULT 0,
    carried_downvotes INTEGER NOT NULL DEFAULT 0,
    child_count INTEGER NOT NULL DEFAULT 0,
    hot_rank {real} NOT NULL DEFAULT 0.0001,
    controversy_rank {real} NOT NULL DEFAULT 0,
    version INTEGER NOT NULL DEFAULT 1,
    published {micros} NOT NULL,
    updated {micros}
);
CREATE INDEX comment_by_post ON comment (post_id, id);
CREATE INDEX comment_by_parent ON comment (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX comment_by_creator ON comment (creator_id, published DESC, id DESC);
CREATE INDEX comment_by_community ON comment (community_id, published DESC, id DESC);
CREATE INDEX comment_in_community_by_hot ON comment (community_id, hot_rank DESC, score DESC, id DESC);
CREATE INDEX comment_in_community_by_score ON comment (community_id, score DESC, id DESC);
CREATE INDEX comment_by_hot ON comment (hot_rank DESC, score DESC, id DESC);
CREATE INDEX comment_by_score ON comment (score DESC, id DESC);
CREATE INDEX comment_by_controversy ON comment (controversy_rank DESC, id DESC);
CREATE INDEX comment_by_published ON comment (published DESC, id DESC);
CREATE INDEX comment_ranked ON comment (id) WHERE hot_rank > 0;
CREATE TABLE comment_vote (
    comment_id INTEGER NOT NULL REFERENCES comment (id) ON DELETE CASCADE,
    person_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    post_id INTEGER NOT NULL,
    value INTEGER NOT NULL CHECK (value IN (-1, 1)),
    published {micros} NOT NULL,
    PRIMARY KEY (comment_id, person_id)
){keyed};
CREATE INDEX comment_vote_by_person ON comment_vote (person_id, post_id, comment_id, value);
CREATE INDEX comment_vote_by_published ON comment_vote (published);
CREATE TABLE comment_saved (
    person_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    comment_id INTEGER NOT NULL REFERENCES comment (id) ON DELETE CASCADE,
    post_id INTEGER NOT NULL,
    published {micros} NOT NULL,
    PRIMARY KEY (person_id, comment_id)
){keyed};
CREATE INDEX comment_saved_by_comment ON comment_saved (comment_id);
CREATE INDEX comment_saved_by_time ON comment_saved (person_id, published DESC, comment_id DESC);
CREATE INDEX comment_saved_by_post ON comment_saved (person_id, post_id, comment_id);
CREATE TABLE comment_reply (
    id {id},
    recipient_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    comment_id INTEGER NOT NULL REFERENCES comment (id) ON DELETE CASCADE,
    read {bool} NOT NULL DEFAULT FALSE,
    published {micros} NOT NULL,
    UNIQUE (recipient_id, comment_id)
);
CREATE INDEX comment_reply_by_time ON comment_reply (recipient_id, published DESC, id DESC);
CREATE INDEX comment_reply_by_comment ON comment_reply (comment_id);
CREATE INDEX comment_reply_unread ON comment_reply (recipient_id, id) WHERE NOT read;
CREATE TABLE person_mention (
    id {id},
    recipient_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    comment_id INTEGER NOT NULL REFERENCES comment (id) ON DELETE CASCADE,
    read {bool} NOT NULL DEFAULT FALSE,
    published {micros} NOT NULL,
    UNIQUE (recipient_id, comment_id)
);
CREATE INDEX person_mention_by_time ON person_mention (recipient_id, published DESC, id DESC);
CREATE INDEX person_mention_by_comment ON person_mention (comment_id);
CREATE INDEX person_mention_unread ON person_mention (recipient_id, id) WHERE NOT read;

-- Messages ----------------------------------------------------------------------------------------------------------------
CREATE TABLE private_message (
    id {id},
    creator_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    recipient_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    content TEXT NOT NULL,
    content_html TEXT NOT NULL,
    ap_id TEXT NOT NULL UNIQUE,
    local {bool} NOT NULL,
    deleted {bool} NOT NULL DEFAULT FALSE,
    removed {bool} NOT NULL DEFAULT FALSE,
    read {bool} NOT NULL DEFAULT FALSE,
    published {micros} NOT NULL,
    updated {micros}
);
CREATE INDEX private_message_by_recipient ON private_message (recipient_id, id DESC);
CREATE INDEX private_message_by_creator ON private_message (creator_id, id DESC);
CREATE INDEX private_message_unread ON private_message (recipient_id, id) WHERE NOT read;

-- Reports and the modlog ---------------------------------------------------------------------------------------------------
CREATE TABLE post_report (
    id {id},
    creator_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    post_id INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
    original_post_name TEXT NOT NULL,
    original_post_url TEXT,
    original_post_body TEXT,
    reason TEXT NOT NULL,
    resolved {bool} NOT NULL DEFAULT FALSE,
    resolver_id INTEGER REFERENCES person (id) ON DELETE SET NULL,
    published {micros} NOT NULL,
    updated {micros},
    UNIQUE (post_id, creator_id)
);
CREATE INDEX post_report_open ON post_report (id) WHERE NOT resolved;
CREATE TABLE comment_report (
    id {id},
    creator_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    comment_id INTEGER NOT NULL REFERENCES comment (id) ON DELETE CASCADE,
    original_comment_text TEXT NOT NULL,
    reason TEXT NOT NULL,
    resolved {bool} NOT NULL DEFAULT FALSE,
    resolver_id INTEGER REFERENCES person (id) ON DELETE SET NULL,
    published {micros} NOT NULL,
    updated {micros},
    UNIQUE (comment_id, creator_id)
);
CREATE INDEX comment_report_open ON comment_report (id) WHERE NOT resolved;
CREATE TABLE private_message_report (
    id {id},
    creator_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    private_message_id INTEGER NOT NULL REFERENCES private_message (id) ON DELETE CASCADE,
    original_pm_text TEXT NOT NULL,
    reason TEXT NOT NULL,
    resolved {bool} NOT NULL DEFAULT FALSE,
    resolver_id INTEGER REFERENCES person (id) ON DELETE SET NULL,
    published {micros} NOT NULL,
    updated {micros},
    UNIQUE (private_message_id, creator_id)
);
-- All kinds of moderation in one table, so that the public log is one ordered range. kind_id counts within the kind: the id that API v3 shows
-- and that a server moving in keeps. state: removed, locked, featured, banned, hidden … or its opposite.
CREATE TABLE modlog (
    id {id},
    kind TEXT NOT NULL,
    kind_id INTEGER NOT NULL,
    moderator_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    state {bool} NOT NULL DEFAULT TRUE,
    reason TEXT,
    expires {micros},
    person_id INTEGER REFERENCES person (id) ON DELETE CASCADE,
    community_id INTEGER REFERENCES community (id) ON DELETE CASCADE,
    post_id INTEGER REFERENCES post (id) ON DELETE CASCADE,
    comment_id INTEGER REFERENCES comment (id) ON DELETE CASCADE,
    published {micros} NOT NULL,
    UNIQUE (kind, kind_id)
);
CREATE INDEX modlog_by_published ON modlog (published DESC, id DESC);
CREATE INDEX modlog_by_community ON modlog (community_id, published DESC, id DESC) WHERE community_id IS NOT NULL;
CREATE INDEX modlog_by_person ON modlog (person_id, published DESC, id DESC) WHERE person_id IS NOT NULL;
CREATE INDEX modlog_by_post ON modlog (post_id) WHERE post_id IS NOT NULL;
CREATE INDEX modlog_by_comment ON modlog (comment_id) WHERE comment_id IS NOT NULL;
CREATE TABLE modlog_sequence (
    kind TEXT NOT NULL PRIMARY KEY,
    last INTEGER NOT NULL
){keyed};

-- Work and upkeep ------------------------------------------------------------------------------------------------------------
CREATE TABLE job (
    id {id},
    name TEXT NOT NULL,
    payload TEXT NOT NULL DEFAULT '{}',
    unique_key TEXT UNIQUE,
    run_at {micros} NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    holder TEXT,
    lease_end {micros},
    last_error TEXT,
    failed {micros},
    published {micros} NOT NULL
);
CREATE INDEX job_due ON job (run_at, id) WHERE failed IS NULL;
CREATE TABLE lease (
    name TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    lease_end {micros} NOT NULL,
    last_run {micros}
){keyed};
CREATE TABLE rate_bucket (
    class TEXT NOT NULL,
    key TEXT NOT NULL,
    tokens {real} NOT NULL,
    updated {micros} NOT NULL,
    PRIMARY KEY (class, key)
){keyed};
CREATE INDEX rate_bucket_by_updated ON rate_bucket (updated);
-- Texts whose full-text rows are not written yet: they go in batches, outside the writer's transaction.
CREATE TABLE search_pending (
    kind TEXT NOT NULL,
    object_id INTEGER NOT NULL,
    PRIMARY KEY (kind, object_id)
){keyed};
--only sqlite
CREATE TABLE change (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    object_id INTEGER NOT NULL
) STRICT;
CREATE VIRTUAL TABLE post_search USING fts5 (name, body, alt_text, content = '', contentless_delete = 1, tokenize = 'trigram');
CREATE VIRTUAL TABLE comment_search USING fts5 (content, content = '', contentless_delete = 1, tokenize = 'trigram');
--only postgresql
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE TABLE post_search (
    rowid INTEGER NOT NULL PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    alt_text TEXT NOT NULL
);
CREATE INDEX post_search_text ON post_search USING gin ((name || ' ' || body || ' ' || alt_text) gin_trgm_ops);
CREATE TABLE comment_search (
    rowid INTEGER NOT NULL PRIMARY KEY REFERENCES comment (id) ON DELETE CASCADE,
    content TEXT NOT NULL
);
CREATE INDEX comment_search_text ON comment_search USING gin (content gin_trgm_ops);
--all
