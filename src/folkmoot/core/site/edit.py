"""Change what the site says of itself and how it works; set it up the first time."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from folkmoot.core import limits, permissions, writing
from folkmoot.core.communities.rules import checked_picture
from folkmoot.core.images.delete import replaced
from folkmoot.core.instances.policy import set_allowed_instances, set_blocked_instances
from folkmoot.core.people.rules import checked_word
from folkmoot.core.permissions import Standing
from folkmoot.core.site import rules
from folkmoot.core.site.blocklist import set_blocked_urls
from folkmoot.core.site.languages_of_site import set_languages
from folkmoot.core.site.taglines import set_taglines
from folkmoot.core.writing import House
from folkmoot.model.enums import CommentSort, Listing, PostSort, RegistrationMode
from folkmoot.model.errors import Conflict, Invalid
from folkmoot.model.people import Viewer
from folkmoot.model.site import LocalSite
from folkmoot.store import applications, counts
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class EditSite:
    """What was asked: None leaves a thing as it is, an empty text erases it. Lists replace the whole list (W-6).

    `rate_limits`: by the names of `RateLimits`; a period of 0 is ignored (W-7), a count of 0 means no limit.
    """

    name: str | None = None
    description: str | None = None
    sidebar: str | None = None
    icon: str | None = None
    banner: str | None = None
    content_warning: str | None = None
    legal_information: str | None = None
    registration_mode: RegistrationMode | None = None
    application_question: str | None = None
    require_email_verification: bool | None = None
    application_email_admins: bool | None = None
    captcha_enabled: bool | None = None
    captcha_difficulty: str | None = None
    private_instance: bool | None = None
    enable_downvotes: bool | None = None
    enable_nsfw: bool | None = None
    community_creation_admin_only: bool | None = None
    actor_name_max_length: int | None = None
    hide_modlog_mod_names: bool | None = None
    reports_email_admins: bool | None = None
    slur_filter_regex: str | None = None
    default_theme: str | None = None
    default_listing_type: Listing | None = None
    default_post_listing_mode: str | None = None
    default_sort_type: PostSort | None = None
    default_comment_sort_type: CommentSort | None = None
    federation_enabled: bool | None = None
    federation_signed_fetch: bool | None = None
    discussion_languages: tuple[int, ...] | None = None
    allowed_instances: tuple[str, ...] | None = None
    blocked_instances: tuple[str, ...] | None = None
    blocked_urls: tuple[str, ...] | None = None
    taglines: tuple[str, ...] | None = None
    rate_limits: Mapping[str, int] = field(default_factory=dict)


_AS_GIVEN = (
    "registration_mode", "require_email_verification", "application_email_admins", "captcha_enabled", "private_instance",
    "enable_downvotes", "enable_nsfw", "community_creation_admin_only", "hide_modlog_mod_names", "reports_email_admins",
    "default_sort_type", "default_comment_sort_type", "federation_enabled", "federation_signed_fetch",
)  # fmt: skip


async def edit_site(tx: Tx, viewer: Viewer, asked: EditSite) -> LocalSite:
    """Change what was given. Turning on applications accepts, and turning on confirmed addresses confirms, every account there is (A-17);
    accounts whose application was denied stay outside.

    Raises `NotLoggedIn`; `NotAllowed` not_an_admin, cant_block_local_instance; `Invalid` invalid_regex, permissive_regex,
    site_name_required, site_name_length_overflow, site_description_length_overflow, slurs, blocked_url, invalid_body_field, invalid_url…,
    application_question_required, invalid_default_post_listing_type, invalid_actor_name_max_length, invalid_rate_limit, unknown (a choice,
    language or entry of the blocklist that does not exist), invalid_domain.
    """
    permissions.check("site.edit", Standing(viewer))
    await store_site.hold(tx)
    return await _edit(tx, viewer, await _stored(tx), asked)


async def set_up_site(tx: Tx, viewer: Viewer, asked: EditSite) -> LocalSite:
    """The same for the first time: from then on nobody becomes an admin by registering (A-16). Languages are not taken (W-8).

    Raises as `edit_site`, and `Conflict` site_already_exists.
    """
    await store_site.hold(tx)
    before = await _stored(tx)
    permissions.check("site.edit", Standing(viewer))
    if before.site_setup:
        raise Conflict("site_already_exists")
    if asked.name is None:
        raise Invalid("site_name_required", field="name")
    asked = replace(
        asked, registration_mode=asked.registration_mode or RegistrationMode(before.registration_mode)
    )
    return await _edit(tx, viewer, before, replace(asked, discussion_languages=None), site_setup=True)


async def _stored(tx: Tx) -> LocalSite:
    site = await store_site.read_local_site(tx)
    if site is None:
        raise LookupError("this database has no site yet")
    return site


async def _edit(tx: Tx, viewer: Viewer, before: LocalSite, asked: EditSite, **more: Any) -> LocalSite:
    values = _values(await _house(tx, before, asked), asked) | more
    for picture in values.keys() & {"icon", "banner"}:
        await replaced(tx, viewer, getattr(before, picture), values[picture])
    limited = await store_site.read_rate_limits(tx)
    await store_site.update_local(tx, values)
    await limits.begin_anew(tx, limited, await store_site.read_rate_limits(tx))
    if asked.discussion_languages is not None:
        await set_languages(tx, viewer, asked.discussion_languages)
    if asked.allowed_instances is not None:
        await set_allowed_instances(tx, viewer, asked.allowed_instances)
    if asked.blocked_instances is not None:
        await set_blocked_instances(tx, viewer, asked.blocked_instances)
    if asked.blocked_urls is not None:
        await set_blocked_urls(tx, viewer, asked.blocked_urls)
    if asked.taglines is not None:
        await set_taglines(tx, viewer, asked.taglines)
    await _let_existing_in(tx, before, await _stored(tx))
    return await _stored(tx)


async def _house(tx: Tx, before: LocalSite, asked: EditSite) -> House:
    """What the house says about texts, with the word filter that will be in force."""
    house = await writing.house(tx)
    if asked.slur_filter_regex is None:
        return replace(house, site=before)
    return replace(house, site=before, filter=rules.checked_filter(asked.slur_filter_regex))


async def _let_existing_in(tx: Tx, before: LocalSite, after: LocalSite) -> None:
    """What A-17 says of the accounts that are there when the door gets a guard."""
    required = RegistrationMode.REQUIRE_APPLICATION
    if after.registration_mode == required and before.registration_mode != required:
        await counts.site_counted(tx, users=await applications.accept_everybody(tx))
    if after.require_email_verification and not before.require_email_verification:
        await applications.verify_everybody(tx)


def _values(house: House, asked: EditSite) -> dict[str, Any]:
    """The columns to set, in the order in which their refusals come."""
    values: dict[str, Any] = {}
    if asked.slur_filter_regex is not None:
        values["slur_filter_regex"] = asked.slur_filter_regex or None
    if asked.name is not None:
        values["name"] = rules.checked_name(house, asked.name)
    if asked.description is not None:
        values["description"] = rules.checked_description(house, asked.description)
    values |= _texts(house, asked)
    values |= _choices(asked)
    rules.check_question(house.site, asked.registration_mode, asked.application_question)
    values |= {name: value for name in _AS_GIVEN if (value := getattr(asked, name)) is not None}
    if asked.actor_name_max_length is not None:
        values["actor_name_max_length"] = rules.checked_name_length(asked.actor_name_max_length)
    values |= {f"rate_{name}": value for name, value in rules.checked_limits(asked.rate_limits).items()}
    return values


def _texts(house: House, asked: EditSite) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if asked.sidebar is not None:
        text = house.long_text(asked.sidebar, "sidebar") if asked.sidebar.strip() else None
        values |= {"sidebar": text.source if text else None, "sidebar_html": text.html if text else None}
    if asked.legal_information is not None:
        legal = rules.checked_legal(house, asked.legal_information)
        values |= {
            "legal_information": legal.source if legal else None,
            "legal_html": legal.html if legal else None,
        }
    for name in ("content_warning", "application_question"):
        if (plain := getattr(asked, name)) is not None:
            values[name] = rules.checked_plain(plain, name)
    for name in ("icon", "banner"):
        if (url := getattr(asked, name)) is not None:
            values[name] = house.picture(checked_picture(url, name))
    return values


def _choices(asked: EditSite) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if asked.default_listing_type is not None:
        values["default_listing_type"] = rules.checked_listing(asked.default_listing_type)
    if asked.default_theme is not None:
        values["default_theme"] = checked_word(asked.default_theme, "default_theme")
    for name, allowed in rules.WORDS.items():
        if (word := getattr(asked, name)) is not None:
            if word not in allowed:
                raise Invalid("unknown", field=name)
            values[name] = word
    return values
