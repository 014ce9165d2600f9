"""Write a post."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from folkmoot.core import after, permissions, writing
from folkmoot.core.posts import rules
from folkmoot.core.site import languages
from folkmoot.core.writing import House
from folkmoot.model.errors import NotFound
from folkmoot.model.events import PostCreated
from folkmoot.model.people import Viewer
from folkmoot.model.posts import Post
from folkmoot.model.ranking import hot_rank, scaled_rank
from folkmoot.model.tags import chosen
from folkmoot.model.time import MINUTE, Micros
from folkmoot.store import counts, marks, places, posts, votes
from folkmoot.store.db import Tx


@dataclass(frozen=True, slots=True)
class CreatePost:
    """What was asked. `tags`: keys; what the community does not know is left out (4.1). `ap_id`, `published`, `updated` and `locked` come
    with posts from elsewhere."""

    community_id: int
    name: str
    url: str | None = None
    body: str | None = None
    alt_text: str | None = None
    nsfw: bool = False
    language_id: int | None = None
    custom_thumbnail: str | None = None
    tags: tuple[str, ...] = ()
    ap_id: str | None = None
    published: Micros | None = None
    updated: Micros | None = None
    locked: bool = False


async def create_post(tx: Tx, author: Viewer, asked: CreatePost) -> Post:
    """Write a post; its author's vote comes with it and it counts as read by them (P-7). One that says the
    same within a minute is the same one while it is there, and so is one of the same address.

    Raises `Invalid` invalid_post_title, invalid_body_field, invalid_url…, alt_text_length_overflow, slurs, blocked_url,
    language_not_allowed; `NotFound` couldnt_find_community; `NotAllowed` deleted, banned_from_community, only_mods_can_post_in_community.
    """
    house = await writing.house(tx)
    texts = _texts(house, asked)
    ground = await places.community(tx, asked.community_id, author.id)
    if ground is None:
        raise NotFound("couldnt_find_community")
    community = ground.community
    permissions.check("post.create", permissions.standing_on(author, ground))
    language_id = await languages.language_for(tx, author, ground, asked.language_id)
    published = asked.published if asked.published is not None else tx.now
    hot = hot_rank(1, published, tx.now)
    values = texts | {
        "community_id": community.id,
        "creator_id": author.id,
        "local": asked.ap_id is None,
        "nsfw": asked.nsfw
        or (community.nsfw and asked.ap_id is None),  # elsewhere each mark is its own (VIS-6)
        "language_id": language_id,
        "tags": chosen(asked.tags, community.post_tags),
        "upvotes": 1,
        "score": 1,
        "newest_comment": published,
        "newest_comment_necro": published,
        "hot_rank": hot,
        "active_rank": hot,
        "scaled_rank": scaled_rank(hot, community.users_active_month),
        "published": published,
    }
    if (twin := await _twin(tx, asked, values)) is not None:
        return twin
    if asked.ap_id is not None:
        values |= {"ap_id": asked.ap_id, "updated": asked.updated, "locked": asked.locked}
    post = await posts.insert(tx, values, ap_prefix=f"{house.site.origin}/post/")
    await votes.add_post_vote(tx, author.id, post.id)
    if author.account:
        await marks.mark_read(tx, author.id, post.id, comments=0)
    await counts.post_written(tx, post)
    if post.local:
        await counts.site_wrote(tx, posts=1)
    await after.record(tx, PostCreated(author.id, post.id))
    return post


def _texts(house: House, asked: CreatePost) -> dict[str, Any]:
    """The columns of what readers see of it. Raises as `create_post`."""
    name = rules.checked_title(house, asked.name, short=asked.ap_id is not None)
    link = rules.checked_link(house, asked.url) if asked.url and asked.url.strip() else None
    body = rules.checked_body(house, asked.body) if asked.body else None
    alt_text = (rules.checked_alt_text(asked.alt_text) or None) if asked.alt_text else None
    thumbnail = (
        rules.checked_link(house, asked.custom_thumbnail, "custom_thumbnail")
        if asked.custom_thumbnail
        else None
    )
    return {
        "name": name,
        "name_html": rules.title_html(name),
        "url": link.url if link else None,
        "url_host": link.host if link else None,
        "body": body.source if body else None,
        "body_html": body.html if body else None,
        "excerpt": rules.excerpt_of(body.source if body else None),
        "alt_text": alt_text,
        "thumbnail_url": house.picture(thumbnail.url) if thumbnail else None,
    }


async def _twin(tx: Tx, asked: CreatePost, values: Mapping[str, Any]) -> Post | None:
    """The same post, where it is here already: by its address, or equal and sent again within a minute."""
    if asked.ap_id is not None:
        return await posts.by_ap_id(tx, asked.ap_id)
    return await posts.same_since(tx, values, tx.now - MINUTE)
