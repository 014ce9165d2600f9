"""What belongs to somebody, all at once: for apps, which ask for it when they start."""

from folkmoot.core.listings.profile import moderated
from folkmoot.core.people import block, rules
from folkmoot.model.accounts import Own
from folkmoot.model.people import Viewer
from folkmoot.store import communities
from folkmoot.store.db import Tx


async def read_own(tx: Tx, viewer: Viewer) -> Own:
    """What the viewer follows, moderates, blocks and reads (W-1). Raises `NotLoggedIn`."""
    person, _ = rules.must_have_account(viewer)
    return Own(
        await communities.followed_by(tx, person.id),
        await moderated(tx, viewer, person),
        await block.list_blocks(tx, viewer),
        sorted(viewer.languages),
    )
