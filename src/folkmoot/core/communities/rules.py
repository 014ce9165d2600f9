"""What a community may be: rules without a database."""

from collections.abc import Iterable

from folkmoot.core.writing import House
from folkmoot.model import tags
from folkmoot.model.communities import Community
from folkmoot.model.enums import Visibility
from folkmoot.model.errors import Invalid, NotFound
from folkmoot.model.people import Viewer
from folkmoot.model.tags import Tag
from folkmoot.text import links
from folkmoot.text.names import valid_actor_name
from folkmoot.text.tidy import tidy

TITLE_MAX = 255


def checked_name(house: House, name: str) -> str:
    """Raises `Invalid` invalid_name, slurs (M-1)."""
    name = name.strip()
    if not valid_actor_name(name, house.site.actor_name_max_length):
        raise Invalid("invalid_name", field="name")
    house.check_words(name, "name")
    return name


def checked_title(house: House, title: str, *, too_long: str) -> str:
    """The title in one line. `too_long` is the code for more than 255 characters, which differs between use cases (M-1).

    Raises `Invalid` of that code, slurs.
    """
    title = " ".join(tidy(title).split())
    if len(title) > TITLE_MAX:
        raise Invalid(too_long, field="title")
    house.check_words(title, "title")
    return title


def checked_picture(url: str | None, field: str) -> str | None:
    """The address of an icon or banner, None for none. Raises `Invalid` invalid_url, invalid_url_scheme, url_length_overflow."""
    if not url or not url.strip():
        return None
    try:
        url = links.check_post_url(url)
    except links.UrlRefused as error:
        raise Invalid(error.code, field=field) from error
    if not url.startswith(("http://", "https://")):
        raise Invalid("invalid_url_scheme", field=field)
    return url


def checked_languages(asked: tuple[int, ...], site: list[int]) -> list[int]:
    """The languages to keep for a community; none means all of the site's. Raises `Invalid` language_not_allowed (M-3)."""
    if site and not set(asked) <= set(site):
        raise Invalid("language_not_allowed", field="discussion_languages")
    return sorted(set(asked))


def checked_tags(house: House, titles: Iterable[str], before: str) -> str:
    """Tags for posts, by their titles in order; those that were there `before` stay what they are, others are new. A title without
    letters and digits makes no tag. Raises `Invalid` tag_too_long, slurs."""
    known = {tag.title: tag for tag in tags.read_tags(before)}
    found: list[Tag] = []
    for given in titles:
        title = " ".join(tidy(given).split())
        if len(title) > tags.TITLE_MAX:
            raise Invalid("tag_too_long", field="post_tags")
        house.check_words(title, "post_tags")
        if title in known:
            found.append(known[title])
        elif key := tags.key_of(title):
            found.append(Tag(key, title))
    return tags.write_tags(found)


def is_visible(viewer: Viewer, community: Community) -> bool:
    """Whether they may know that it exists: of local-only ones people of this server do (R-10). Everybody may know of private ones, to ask
    to be let in."""
    return community.visibility != Visibility.LOCAL_ONLY or (
        viewer.person is not None and viewer.person.local
    )


def may_read(viewer: Viewer, community: Community, *, let_in: bool) -> bool:
    """Whether its content may be read: that of a private one by admins and by those who were `let_in`, which are its moderators and the
    followers who no longer wait."""
    if not is_visible(viewer, community):
        return False
    return community.visibility != Visibility.PRIVATE or let_in or viewer.admin


def must_be_visible(viewer: Viewer, community: Community) -> None:
    """Raises `NotFound` couldnt_find_community where it is not visible to the viewer."""
    if not is_visible(viewer, community):
        raise NotFound("couldnt_find_community")
