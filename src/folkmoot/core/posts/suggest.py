"""Suggest a title for a link, and tell where it was posted before."""

from dataclasses import dataclass

from folkmoot.core import permissions, writing
from folkmoot.core.permissions import Standing
from folkmoot.core.posts import rules
from folkmoot.core.posts.fetch_link import Fetch
from folkmoot.model.people import Viewer
from folkmoot.model.views import Crosspost
from folkmoot.store import posts
from folkmoot.store.db import Database
from folkmoot.text.tidy import tidy


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`title` is empty where the page has none, or did not answer. `earlier`: the newest posts with this link."""

    title: str
    earlier: list[Crosspost]


async def suggest(db: Database, viewer: Viewer, url: str, fetch: Fetch) -> Suggestion:
    """What a page calls itself, cut to the length of a title. Uses the network, so never call it inside a transaction.

    Raises `NotLoggedIn`; `Invalid` invalid_url, invalid_url_scheme, url_length_overflow, blocked_url.
    """
    permissions.check("account", Standing(viewer))
    async with db.read() as tx:
        link = rules.checked_link(await writing.house(tx), url)
        earlier = await posts.of_link(tx, link.url, viewer.id)
    title = ""
    if link.url.startswith(("http://", "https://")):
        try:
            title = (await fetch(link.url)).title or ""
        except (ValueError, OSError):
            title = ""
    return Suggestion(" ".join(tidy(title).split())[: rules.TITLE_MAX].rstrip(), earlier)
