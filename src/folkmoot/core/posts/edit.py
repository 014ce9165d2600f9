"""Change a post that one wrote."""

from dataclasses import dataclass
from typing import Any

from folkmoot.core import after, permissions, writing
from folkmoot.core.images.delete import preview_replaced
from folkmoot.core.posts import rules
from folkmoot.core.site import languages
from folkmoot.core.writing import House
from folkmoot.model.errors import NotFound
from folkmoot.model.events import PostEdited
from folkmoot.model.people import Viewer
from folkmoot.model.posts import Post
from folkmoot.model.tags import chosen
from folkmoot.model.time import Micros
from folkmoot.store import communities, places, posts
from folkmoot.store.db import Tx
from folkmoot.store.places import PlacedPost

_NO_FACTS: dict[str, Any] = {
    "embed_title": None,
    "embed_description": None,
    "embed_video_url": None,
    "thumbnail_url": None,
    "url_content_type": None,
}
"""The columns of a link about which nothing is known (I-3)."""


@dataclass(frozen=True, slots=True)
class EditPost:
    """What was asked. None leaves as it is; an empty text erases, where that is possible (P-4).
    `updated` comes with edits from elsewhere. `counted`: only the votes of a poll elsewhere, which stand in its text, have changed: that is
    no edit, and nothing follows from it."""

    post_id: int
    name: str | None = None
    url: str | None = None
    body: str | None = None
    alt_text: str | None = None
    nsfw: bool | None = None
    language_id: int | None = None
    custom_thumbnail: str | None = None
    tags: tuple[str, ...] | None = None
    updated: Micros | None = None
    counted: bool = False


async def edit_post(tx: Tx, viewer: Viewer, asked: EditPost) -> Post:
    """Change what was asked; what was known of an old link goes with it, and the link is looked at again (I-4).

    Raises `Invalid` invalid_post_title, invalid_body_field, invalid_url…, alt_text_length_overflow, slurs, blocked_url,
    language_not_allowed; `NotFound` couldnt_find_post; `NotAllowed` no_post_edit_allowed, deleted, banned_from_community, site_ban.
    """
    house = await writing.house(tx)
    texts = _checked_texts(house, asked)
    place = await _own_post(tx, viewer, asked.post_id, lock=True)
    post = place.post
    if "url" in texts and texts["url"] != post.url:
        texts = _NO_FACTS | texts
    if asked.nsfw is not None:
        texts["nsfw"] = asked.nsfw
    if asked.language_id is not None:
        taken = frozenset(await communities.languages(tx, post.community_id))
        texts["language_id"] = languages.chosen(viewer, taken, asked.language_id)
    if asked.tags is not None:
        texts["tags"] = chosen(asked.tags, place.ground.community.post_tags)
    if asked.counted:
        return await posts.update(tx, post.id, texts)
    texts["updated"] = tx.now if asked.updated is None else asked.updated
    stored = await posts.update(tx, post.id, texts)
    await preview_replaced(tx, post.thumbnail_url, stored.thumbnail_url)
    await after.record(tx, PostEdited(viewer.id, post.id))
    return stored


async def post_to_edit(tx: Tx, viewer: Viewer, post_id: int) -> PlacedPost:
    """The post for the form that changes it. Raises `NotFound`, `NotAllowed` as `edit_post`."""
    return await _own_post(tx, viewer, post_id, lock=False)


async def _own_post(tx: Tx, viewer: Viewer, post_id: int, *, lock: bool) -> PlacedPost:
    place = await places.post(tx, post_id, viewer.id, lock=lock)
    if place is None:
        raise NotFound("couldnt_find_post")
    permissions.check("post.edit", permissions.standing_on(viewer, place.ground))
    rules.must_own(viewer, place.post)
    return place


def _checked_texts(house: House, asked: EditPost) -> dict[str, Any]:
    """The columns to set for what was asked, `None` for what shall be erased."""
    values: dict[str, Any] = {}
    if asked.name is not None:
        name = rules.checked_title(house, asked.name, as_sent=True, short=asked.updated is not None)
        values |= {"name": name, "name_html": rules.title_html(name)}
    if asked.url is not None:
        link = rules.checked_link(house, asked.url) if asked.url.strip() else None
        values |= {"url": link.url if link else None, "url_host": link.host if link else None}
    if asked.body is not None:
        body = rules.checked_body(house, asked.body) if asked.body else None
        values |= {
            "body": body.source if body else None,
            "body_html": body.html if body else None,
            "excerpt": rules.excerpt_of(body.source if body else None),
        }
    if asked.alt_text is not None:
        values["alt_text"] = rules.checked_alt_text(asked.alt_text) or None
    if asked.custom_thumbnail is not None:
        given = asked.custom_thumbnail.strip()
        values["thumbnail_url"] = (
            house.picture(rules.checked_link(house, given, "custom_thumbnail").url) if given else None
        )
    return values
