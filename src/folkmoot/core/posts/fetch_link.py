"""Look at the page that a post links to (I-2 to I-4)."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from folkmoot.model.posts import Post
from folkmoot.model.site import LocalSite
from folkmoot.store import posts
from folkmoot.store import site as store_site
from folkmoot.store.db import Database

FETCH = "posts.fetch_link"
"""The job, written with every new or edited post (`core/after.py`)."""


class Said(Protocol):
    """What a page says about itself: `net/metadata.py` finds it out."""

    @property
    def title(self) -> str | None: ...
    @property
    def description(self) -> str | None: ...
    @property
    def image(self) -> str | None: ...
    @property
    def video(self) -> str | None: ...
    @property
    def content_type(self) -> str | None: ...


Fetch = Callable[[str], Awaitable[Said]]
"""Ask the network. Raises `ValueError` where there is no answer that can be used."""


async def fetch_link(db: Database, fetch: Fetch, payload: dict[str, Any]) -> bool:
    """The job `posts.fetch_link`: look at the link, outside of any transaction, and write down what the page says of itself.

    A page that does not answer leaves the fields empty (I-2). Whether anything was written.
    """
    async with db.read() as tx:
        post = await posts.by_id(tx, payload["post_id"])
        site = await store_site.local_site(tx)
    if post is None or post.deleted or not post.url or not post.url.startswith(("http://", "https://")):
        return False
    try:
        said = await fetch(post.url)
    except (ValueError, OSError):
        return False
    facts = {
        "embed_title": said.title,
        "embed_description": said.description,
        "embed_video_url": said.video,
        "url_content_type": said.content_type,
    }
    async with db.write() as tx:
        return await posts.set_link_facts(tx, post.id, post.url, facts, _thumbnail(site, post, said))


def _thumbnail(site: LocalSite, post: Post, said: Said) -> str | None:
    """The picture itself where the link leads to one, else the one that the page names; none for NSFW posts where the
    site wants none (I-4)."""
    if post.nsfw and not site.enable_nsfw:
        return None
    return post.url if (said.content_type or "").startswith("image/") else said.image
