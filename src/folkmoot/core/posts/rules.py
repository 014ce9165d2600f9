"""What a post may be: rules without a database."""

from collections.abc import Collection
from dataclasses import dataclass

from folkmoot.core.writing import BODY_LIMIT, House, Written
from folkmoot.model.errors import Invalid, NotAllowed
from folkmoot.model.people import Viewer
from folkmoot.model.posts import Post
from folkmoot.text import links, markdown
from folkmoot.text.tidy import is_visible, tidy, utf16_length

TITLE_MIN, TITLE_MAX = 3, 200
ALT_TEXT_MAX = 1500
ITEMS_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Link:
    """A post's address as stored, and the host that lists show beside the title."""

    url: str
    host: str | None


def checked_title(house: House, name: str, *, as_sent: bool = False, short: bool = False) -> str:
    """The title, trimmed unless it is kept `as_sent`. `short`: one from elsewhere may have a single character. Something of it has to be
    seen.

    Raises `Invalid` invalid_post_title, slurs (P-1).
    """
    name = tidy(name)
    trimmed = name.strip()
    fits = (1 if short else TITLE_MIN) <= len(trimmed) <= TITLE_MAX and "\n" not in trimmed
    if not fits or not any(map(is_visible, trimmed)):
        raise Invalid("invalid_post_title", field="name")
    house.check_words(name, "name")
    return name.strip("\n") if as_sent else trimmed


def checked_link(house: House, url: str, field: str = "url") -> Link:
    """The address, tracking parameters stripped.

    Raises `Invalid` invalid_url, invalid_url_scheme, url_length_overflow, blocked_url (P-3).
    """
    try:
        url = links.check_post_url(url.strip())
    except links.UrlRefused as error:
        raise Invalid(error.code, field=field) from error
    house.check_links(url, field)
    return Link(links.strip_tracking(url), links.host_of(url))


def checked_body(house: House, body: str) -> Written:
    """Raises `Invalid` invalid_body_field, blocked_url (P-2)."""
    return house.long_text(body, "body", limit=BODY_LIMIT)


def checked_alt_text(alt_text: str) -> str:
    """Raises `Invalid` alt_text_length_overflow (P-2)."""
    alt_text = tidy(alt_text).strip()
    if utf16_length(alt_text) > ALT_TEXT_MAX:
        raise Invalid("alt_text_length_overflow", field="alt_text")
    return alt_text


def excerpt_of(body: str | None) -> str | None:
    """The quiet first line that lists show under a text post."""
    return markdown.excerpt(body, limit=200) or None if body else None


def must_be_few(post_ids: Collection[int]) -> None:
    """Raises `Invalid` too_many_items for more than 10000 different ones (P-14)."""
    if len(set(post_ids)) > ITEMS_MAX:
        raise Invalid("too_many_items", field="post_ids")


def must_own(viewer: Viewer, post: Post) -> None:
    """Only the author edits or deletes (P-8). Raises `NotAllowed` no_post_edit_allowed."""
    if viewer.id != post.creator_id:
        raise NotAllowed("no_post_edit_allowed")


def title_html(name: str) -> str:
    """A title's small inline subset, rendered (D-3)."""
    return markdown.render_inline(name)
