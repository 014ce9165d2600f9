"""The list for crawlers."""

from folkmoot.model.time import Micros
from folkmoot.model.views import Listed
from folkmoot.store.db import Tx


async def local_posts(tx: Tx, *, since: Micros, limit: int) -> list[Listed]:
    """Local posts published since then that everybody may read, the newest first."""
    rows = await tx.all(
        "SELECT p.ap_id, coalesce(p.updated, p.published) FROM post p JOIN community m ON m.id = p.community_id"
        " WHERE p.local AND NOT p.deleted AND NOT p.removed AND NOT m.deleted AND NOT m.removed AND m.visibility = 'Public' AND p.published >= :since"
        " ORDER BY p.published DESC, p.id DESC LIMIT :limit",
        since=since, limit=limit,
    )  # fmt: skip
    return [Listed(*row) for row in rows]
