"""What every page and every request needs to know about the site and its reader."""

from folkmoot.model.people import Person, Viewer
from folkmoot.model.site import LocalSite, Waiting
from folkmoot.model.time import SECOND, Micros
from folkmoot.store import frame
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx

KEPT: Micros = 10 * SECOND
_MOST_KEPT = 10_000
NOTHING = Waiting(0, 0, 0, False)


async def read_site(tx: Tx) -> LocalSite:
    """This server's site, kept per process until it changes; its counts are as old as that."""
    return await store_site.local_site(tx)


async def read_counted_site(tx: Tx) -> LocalSite:
    """The same with counts that are at most a second old (W-1)."""
    return await store_site.counted_site(tx)


async def read_admins(tx: Tx) -> list[Person]:
    """Who runs the site, the highest first; kept as the site is."""
    return await store_site.admins(tx)


async def waiting_for(tx: Tx, viewer: Viewer) -> Waiting:
    """What waits for the viewer; nothing for visitors. One query at the most.

    For members without an office it is kept per process until something arrives or is read. What makes notices vanish without that (a
    comment deleted, somebody blocked) shows after `KEPT`.
    """
    if viewer.account is None or viewer.person is None:
        return NOTHING
    kept: dict[int, tuple[int, Micros, Waiting]] = tx.memory.setdefault("waiting", {})
    stamp = tx.changes.newest((("inbox", viewer.person.id), ("person", viewer.person.id)))
    known = kept.get(viewer.person.id)
    if known is not None and known[0] == stamp and 0 <= tx.now - known[1] < KEPT:
        return known[2]
    found = await frame.waiting_for(
        tx, viewer.person.id, admin=viewer.admin, bots=viewer.account.show_bot_accounts
    )
    if not found.moderates and stamp <= tx.heard:  # what was told of since then this transaction need not see
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        kept[viewer.person.id] = (stamp, tx.now, found)
    return found
