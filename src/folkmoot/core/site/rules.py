"""What a site may be called and how it may be set: rules without a database (W-3, W-4, W-7)."""

from collections.abc import Mapping

from folkmoot.core.people.settings import LISTING_MODES
from folkmoot.core.writing import BODY_LIMIT, TEXT_LIMIT, House, Written
from folkmoot.model.enums import Listing, RegistrationMode
from folkmoot.model.errors import Invalid
from folkmoot.model.site import LocalSite, RateLimits
from folkmoot.text import filters
from folkmoot.text.filters import Filter
from folkmoot.text.tidy import tidy, utf16_length

NAME_MAX = 20
DESCRIPTION_MAX = 150
"""Characters (W-3)."""
NAME_LENGTHS = range(3, 256)
"""What `actor_name_max_length` may be: no name is shorter than 3, no address longer than 255."""
CAPTCHA_DIFFICULTIES = ("easy", "medium", "hard")
WORDS = {"default_post_listing_mode": LISTING_MODES, "captcha_difficulty": CAPTCHA_DIFFICULTIES}
"""Settings that are one of a few words."""
_LARGEST = 2**31 - 1


def checked_name(house: House, name: str) -> str:
    """Raises `Invalid` site_name_required, site_name_length_overflow, slurs (W-3)."""
    name = " ".join(tidy(name).split())
    if not name:
        raise Invalid("site_name_required", field="name")
    if len(name) > NAME_MAX:
        raise Invalid("site_name_length_overflow", field="name")
    house.check_words(name, "name")
    return name


def checked_description(house: House, description: str) -> str | None:
    """One line; an empty one is none. Raises `Invalid` site_description_length_overflow, slurs (W-3)."""
    description = " ".join(tidy(description).split())
    if len(description) > DESCRIPTION_MAX:
        raise Invalid("site_description_length_overflow", field="description")
    house.check_words(description, "description")
    return description or None


def checked_legal(house: House, text: str) -> Written | None:
    """Rules and imprint, rendered; the word filter does not touch them, since they may have to name what it forbids.

    Raises `Invalid` invalid_body_field.
    """
    text = tidy(text)
    if utf16_length(text) > BODY_LIMIT:
        raise Invalid("invalid_body_field", field="legal_information")
    return house.render(text) if text.strip() else None


def checked_plain(text: str, field: str) -> str | None:
    """A text that is shown as it is; an empty one is none. Raises `Invalid` invalid_body_field."""
    text = tidy(text).strip()
    if utf16_length(text) > TEXT_LIMIT:
        raise Invalid("invalid_body_field", field=field)
    return text or None


def checked_filter(pattern: str) -> Filter | None:
    """The word filter of a pattern, None for an empty one. Raises `Invalid` invalid_regex, permissive_regex (W-4)."""
    try:
        return filters.compile_filter(pattern)
    except filters.FilterRefused as error:
        raise Invalid(error.code, field="slur_filter_regex", detail=str(error)) from error


def checked_listing(listing: Listing) -> Listing:
    """What visitors can be shown. Raises `Invalid` invalid_default_post_listing_type."""
    if listing not in (Listing.ALL, Listing.LOCAL):
        raise Invalid("invalid_default_post_listing_type", field="default_listing_type")
    return listing


def check_question(site: LocalSite, mode: RegistrationMode | None, question: str | None) -> None:
    """A site that takes applications has to ask something; checked when either setting changes.

    Raises `Invalid` application_question_required (W-3).
    """
    if mode is None and question is None:
        return
    asked = (question if question is not None else site.application_question) or ""
    if (mode or site.registration_mode) == RegistrationMode.REQUIRE_APPLICATION and not asked.strip():
        raise Invalid("application_question_required", field="application_question")


def checked_name_length(length: int) -> int:
    """Raises `Invalid` invalid_actor_name_max_length."""
    if length not in NAME_LENGTHS:
        raise Invalid("invalid_actor_name_max_length", field="actor_name_max_length")
    return length


def checked_limits(limits: Mapping[str, int]) -> dict[str, int]:
    """The limits to set; a period of 0 is left out (W-7). Raises `Invalid` invalid_rate_limit; `KeyError` for a name that is no limit."""
    kept = {}
    for name, value in limits.items():
        if name not in RateLimits.__dataclass_fields__:
            raise KeyError(name)
        if not 0 <= value <= _LARGEST:
            raise Invalid("invalid_rate_limit", field=name)
        if value or not name.endswith("_seconds"):
            kept[name] = value
    return kept
