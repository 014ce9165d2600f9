"""Look at the page that a post links to (I-2 to I-4)."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from folkmoot.core.images import addresses
from folkmoot.core.images.preview import Preview, fetch_preview, record_preview
from folkmoot.core.images.show import FetchPicture
from folkmoot.media.files import Files
from folkmoot.model.events import PostCreated, PostEdited
from folkmoot.model.posts import Post
from folkmoot.model.site import LocalSite
from folkmoot.model.time import MINUTE, Micros
from folkmoot.store import images, jobs, posts
from folkmoot.store import site as store_site
from folkmoot.store.db import Database, Tx

FETCH = "posts.fetch_link"
"""The job, written with every new or edited post (`core/after.py`)."""
PATIENCE = 4.0
"""Seconds for which whoever wrote a post waits to see what its link says (P-7); nearly every page answers sooner."""
_HELD_FOR: Micros = 2 * MINUTE


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


@dataclass(frozen=True, slots=True)
class Pictures:
    """What keeping previews needs: the network, and somewhere to keep them."""

    fetch: FetchPicture
    files: Files


@dataclass(frozen=True, slots=True)
class _SaidOfPicture:
    """What is known about a link straight to a picture here: there is no page, so no title."""

    content_type: str | None
    title: str | None = None
    description: str | None = None
    image: str | None = None
    video: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """The look at a link, taken out of the waiting work by a caller that wants to see it done."""

    holder: str
    job: jobs.Job


async def hold(tx: Tx, event: PostCreated | PostEdited, post: Post) -> Held | None:
    """Take the look that this event has just asked for, in the transaction of the event; None where there is no page to look at.

    Whoever takes it calls `look` after the transaction. If that never happens, it is done like other work once the lease has ended.
    """
    if not _leads_to_page(post.url):
        return None
    holder = f"author:{secrets.token_hex(8)}"
    job = await jobs.take_newest(tx, FETCH, asdict(event), holder=holder, lease=_HELD_FOR)
    return Held(holder, job) if job else None


async def look(db: Database, fetch: Fetch, pictures: Pictures, held: Held) -> bool:
    """Look now, outside of any transaction; whether anything was written.

    What fails, or takes longer than `PATIENCE`, is given back to be done in the background. Raises `TimeoutError` and what `fetch_link`
    raises.
    """
    done = False
    try:
        async with asyncio.timeout(PATIENCE):
            written = await fetch_link(db, fetch, pictures, held.job.payload)
        done = True
    finally:
        async with db.write() as tx:
            if done:
                await jobs.finish(tx, held.holder, [held.job.id])
            else:
                await jobs.release(tx, held.holder)
    return written


def _leads_to_page(url: str | None) -> bool:
    return bool(url) and str(url).startswith(("http://", "https://"))


async def fetch_link(db: Database, fetch: Fetch, pictures: Pictures, payload: dict[str, Any]) -> bool:
    """The job `posts.fetch_link`: look at the link, outside of any transaction, and write down what the page says of itself, with a
    preview of its picture.

    A page that does not answer leaves the fields empty (I-2). Whether anything was written.
    """
    async with db.read() as tx:
        post = await posts.by_id(tx, payload["post_id"])
        site = await store_site.local_site(tx)
        if post is None or post.deleted or not post.url or not _leads_to_page(post.url):
            return False
        said: Said | None = await _said_of_own(tx, site, post.url)
    try:
        said = said or await fetch(post.url)
    except (ValueError, OSError):
        return False
    facts = {
        "embed_title": said.title,
        "embed_description": said.description,
        "embed_video_url": said.video,
        "url_content_type": said.content_type,
    }
    # A link that was looked at before has its picture, or its author wanted none.
    known = post.thumbnail_url or post.url_content_type or post.embed_title
    picture = None if known else _picture(site, post, said)
    preview = await fetch_preview(site, pictures.fetch, pictures.files, picture) if picture else Preview()
    async with db.write() as tx:
        thumbnail = await record_preview(tx, preview)
        return await posts.set_link_facts(tx, post.id, post.url, facts, thumbnail)


async def _said_of_own(tx: Tx, site: LocalSite, url: str) -> Said | None:
    """What is known of a link to a picture here, without asking the network about ourselves."""
    if addresses.alias_in(site.origin, url) is None:
        return None
    known = await images.details(tx, url)
    return _SaidOfPicture(known.content_type if known else None)


def _picture(site: LocalSite, post: Post, said: Said) -> str | None:
    """The picture itself where the link leads to one, else the one that the page names; none for NSFW posts where the
    site wants none (I-4)."""
    if post.nsfw and not site.enable_nsfw:
        return None
    return post.url if (said.content_type or "").startswith("image/") else said.image
