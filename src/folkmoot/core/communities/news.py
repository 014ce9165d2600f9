"""Communities of other servers: whether what is known of one is old, and asking for what is new."""

from folkmoot.model.communities import Community
from folkmoot.model.people import Viewer
from folkmoot.model.time import DAY, MINUTE, Micros
from folkmoot.store import communities, fetches, jobs
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx, writing

LOOK_AGAIN = "actors.look_again"
"""The job that reads one actor, or one post, once more from its own server."""
MAX_AGE: Micros = DAY
"""What was read longer ago is read again, once it is used (ACT-6)."""


_LOOK_EVERY: Micros = 10 * MINUTE
"""For so long a process does not look again how old a community is, nor ask for news of it again."""
_MOST_LOOKED_AT = 20_000


async def wants_news(tx: Tx, viewer: Viewer, community: Community) -> bool:
    """Whether a community that somebody with an account looks at was last read from its own server a day ago or more, and is not left alone
    because it does not answer (ABU-27). One query for those from elsewhere that are known well enough, and none for ten minutes after
    that: or everybody who looks at a community while its server is asked would write that down once more."""
    if viewer.account is None or community.local:
        return False
    looked: dict[int, Micros] = tx.memory.setdefault("news_looked_for", {})
    if 0 <= tx.now - looked.get(community.id, 0) < _LOOK_EVERY and not writing.get():
        return False
    if len(looked) >= _MOST_LOOKED_AT:
        looked.clear()
    looked[community.id] = tx.now
    if not await communities.read_before(tx, community.id, tx.now - MAX_AGE):
        return False
    if not (await store_site.local_site(tx)).federation_enabled:
        return False
    host = community.host.partition(":")[0]
    return await fetches.failure(tx, [community.ap_id, host]) is None


async def ask_for_news(tx: Tx, community: Community) -> None:
    """Have a community read anew, with its moderators, its pinned posts and the number of its followers (SND-12)."""
    await read_again(tx, community.ap_id)


async def read_whole(tx: Tx, ap_id: str) -> None:
    """Have a community read as if it were new here, with its posts: those of a private one show only to whom it lets in (VIS-2)."""
    key = f"{LOOK_AGAIN} whole {ap_id}"
    await jobs.enqueue(tx, LOOK_AGAIN, {"ap_id": ap_id, "whole": True}, unique_key=key)


async def read_again(tx: Tx, ap_id: str, *, run_at: Micros | None = None) -> None:
    """Have an actor, or a post, read once more from its own server, now or at a moment; asked for twice it is done once."""
    await jobs.enqueue(tx, LOOK_AGAIN, {"ap_id": ap_id}, run_at=run_at, unique_key=f"{LOOK_AGAIN} {ap_id}")
