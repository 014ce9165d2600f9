"""The site: settings, limits, counts and lists."""

from folkmoot.api.v3.render.base import moment, moment_or_none
from folkmoot.api.v3.render.people import person_view
from folkmoot.api.v3.wire import objects as objects_wire
from folkmoot.api.v3.wire import site as wire
from folkmoot.core.site.software import LEMMY_VERSION
from folkmoot.model.administration import BlockedUrl, CustomEmoji, SiteView, Tagline
from folkmoot.model.site import LocalSite, RateLimits, Site
from folkmoot.text.languages import LANGUAGES

ONE = 1
"""The number of the one row of the local site and of its limits."""


def site(found: Site) -> objects_wire.Site:
    """What a server says of its site."""
    return objects_wire.Site(
        id=found.id,
        name=found.name,
        sidebar=found.sidebar,
        published=moment(found.published),
        updated=moment_or_none(found.updated),
        icon=found.icon,
        banner=found.banner,
        description=found.description,
        actor_id=found.ap_id,
        last_refreshed_at=moment(found.last_refreshed),
        inbox_url=found.inbox_url,
        public_key=found.public_key,
        instance_id=found.instance_id,
        content_warning=found.content_warning,
    )


def local_site(found: LocalSite) -> wire.LocalSite:
    """What the admins set."""
    return wire.LocalSite(
        id=ONE,
        site_id=found.site_id,
        site_setup=found.site_setup,
        enable_downvotes=found.enable_downvotes,
        enable_nsfw=found.enable_nsfw,
        community_creation_admin_only=found.community_creation_admin_only,
        require_email_verification=found.require_email_verification,
        application_question=found.application_question,
        private_instance=found.private_instance,
        default_theme=found.default_theme,
        default_post_listing_type=found.default_listing_type,
        legal_information=found.legal_information,
        hide_modlog_mod_names=found.hide_modlog_mod_names,
        application_email_admins=found.application_email_admins,
        slur_filter_regex=found.slur_filter_regex,
        actor_name_max_length=found.actor_name_max_length,
        federation_enabled=found.federation_enabled,
        captcha_enabled=found.captcha_enabled,
        captcha_difficulty=found.captcha_difficulty,
        published=moment(found.published),
        updated=moment_or_none(found.updated),
        registration_mode=found.registration_mode,
        reports_email_admins=found.reports_email_admins,
        federation_signed_fetch=found.federation_signed_fetch,
        default_post_listing_mode=found.default_post_listing_mode,
        default_sort_type=found.default_sort_type,
    )


def rate_limits(found: RateLimits, site: LocalSite) -> wire.LocalSiteRateLimit:
    """How often what may be done; `…_per_second` is a period in seconds (W-7)."""
    return wire.LocalSiteRateLimit(
        local_site_id=ONE,
        message=found.message,
        message_per_second=found.message_seconds,
        post=found.post,
        post_per_second=found.post_seconds,
        register=found.register,
        register_per_second=found.register_seconds,
        image=found.image,
        image_per_second=found.image_seconds,
        comment=found.comment,
        comment_per_second=found.comment_seconds,
        search=found.search,
        search_per_second=found.search_seconds,
        published=moment(site.published),
        import_user_settings=found.import_user_settings,
        import_user_settings_per_second=found.import_user_settings_seconds,
    )


def site_view(view: SiteView) -> wire.SiteView:
    """The site with settings, limits and counts."""
    found = view.site
    return wire.SiteView(
        site=site(view.public),
        local_site=local_site(found),
        local_site_rate_limit=rate_limits(view.limits, found),
        counts=wire.SiteAggregates(
            site_id=found.site_id,
            users=found.users,
            posts=found.posts,
            comments=found.comments,
            communities=found.communities,
            users_active_day=found.users_active_day,
            users_active_week=found.users_active_week,
            users_active_month=found.users_active_month,
            users_active_half_year=found.users_active_half_year,
        ),
    )


def tagline(found: Tagline) -> wire.Tagline:
    """One line of which one is shown at a time."""
    return wire.Tagline(
        id=found.id,
        local_site_id=ONE,
        content=found.content,
        published=moment(found.published),
        updated=moment_or_none(found.updated),
    )


def blocked_url(found: BlockedUrl) -> wire.LocalSiteUrlBlocklist:
    """An address that may not be linked to."""
    return wire.LocalSiteUrlBlocklist(
        id=found.id,
        url=found.url,
        published=moment(found.published),
        updated=moment_or_none(found.updated),
    )


def custom_emoji(found: CustomEmoji) -> wire.CustomEmojiView:
    """A picture with its keywords (W-10)."""
    return wire.CustomEmojiView(
        custom_emoji=wire.CustomEmoji(
            id=found.id,
            local_site_id=ONE,
            shortcode=found.shortcode,
            image_url=found.image_url,
            alt_text=found.alt_text,
            category=found.category,
            published=moment(found.published),
            updated=moment_or_none(found.updated),
        ),
        keywords=[
            wire.CustomEmojiKeyword(custom_emoji_id=found.id, keyword=keyword) for keyword in found.keywords
        ],
    )


ALL_LANGUAGES = [wire.Language(id=each.id, code=each.code, name=each.name) for each in LANGUAGES]


_ALL = [each.id for each in LANGUAGES]


def get_site_response(view: SiteView) -> wire.GetSiteResponse:
    """All of it, without what belongs to a caller. Of a site that is for all languages, all are named (W-2)."""
    return wire.GetSiteResponse(
        site_view=site_view(view),
        admins=[person_view(each) for each in view.admins],
        version=LEMMY_VERSION,
        all_languages=ALL_LANGUAGES,
        discussion_languages=view.languages or _ALL,
        taglines=[tagline(each) for each in view.taglines],
        custom_emojis=[custom_emoji(each) for each in view.emoji],
        blocked_urls=[blocked_url(each) for each in view.blocked_urls],
    )


def site_response(view: SiteView) -> wire.SiteResponse:
    """The site as it was just set."""
    return wire.SiteResponse(site_view=site_view(view), taglines=[tagline(each) for each in view.taglines])
