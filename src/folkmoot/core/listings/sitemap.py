"""What crawlers are told of: the local posts of the last month."""

from folkmoot.core.site.privacy import require_open
from folkmoot.model.people import ANONYMOUS
from folkmoot.model.time import DAY
from folkmoot.model.views import Listed
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx
from folkmoot.store.listing import sitemap

DAYS, MOST = 31, 50_000
"""A sitemap holds no more than this many addresses."""


async def list_for_crawlers(tx: Tx) -> list[Listed]:
    """Posts of the last 31 days, the newest first. Raises `NotAllowed` instance_is_private."""
    require_open(await store_site.local_site(tx), ANONYMOUS)
    return await sitemap.local_posts(tx, since=tx.now - DAYS * DAY, limit=MOST)
