"""Tell the page that a post links to (P-7)."""

from collections.abc import Awaitable, Callable
from typing import Any

from folkmoot.model.enums import Visibility
from folkmoot.store import communities, posts
from folkmoot.store import site as store_site
from folkmoot.store.db import Database

MENTION = "posts.mention_link"
"""The job, written with every new post (`core/after.py`)."""

SendMention = Callable[[str, str], Awaitable[bool]]
"""Tell the page at the second address that the one at the first links to it; whether it wanted to know. Raises `ValueError` where that
fails."""


async def mention_link(db: Database, send: SendMention, payload: dict[str, Any]) -> bool:
    """The job `posts.mention_link`: send a webmention, outside of any transaction, if the post was written here, everybody can read it and
    it links elsewhere. Whether the page took it. Raises what `send` raises.
    """
    async with db.read() as tx:
        post = await posts.by_id(tx, payload["post_id"])
        if post is None or not post.local or post.deleted or post.removed:
            return False
        site = await store_site.local_site(tx)
        community = await communities.by_id(tx, post.community_id)
    url = post.url or ""
    if not url.startswith(("http://", "https://")) or url.startswith(f"{site.origin}/"):
        return False
    if site.private_instance or community is None or community.visibility != Visibility.PUBLIC:
        return False
    if community.deleted or community.removed:
        return False
    return await send(post.ap_id, url)
