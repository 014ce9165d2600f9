"""What every page and every request needs to know about the site and its reader."""

from folkmoot.model.people import Viewer
from folkmoot.model.site import LocalSite, Waiting
from folkmoot.store import frame
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx

NOTHING = Waiting(0, 0, 0, False)


async def read_site(tx: Tx) -> LocalSite:
    """This server's site, kept per process and at most a second old."""
    return await store_site.local_site(tx)


async def waiting_for(tx: Tx, viewer: Viewer) -> Waiting:
    """What waits for the viewer; nothing for whom has no account here. One query."""
    if viewer.account is None or viewer.person is None:
        return NOTHING
    return await frame.waiting_for(
        tx, viewer.person.id, admin=viewer.admin, bots=viewer.account.show_bot_accounts
    )
