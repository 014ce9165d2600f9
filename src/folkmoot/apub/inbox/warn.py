"""Warn: a moderator warns one of our people about something they wrote."""

from folkmoot.apub.activities import Warn
from folkmoot.apub.inbox import checks
from folkmoot.apub.inbox.arrived import Arrived
from folkmoot.core.people.warn import warn_author
from folkmoot.model.errors import NotAllowed
from folkmoot.store.db import Tx


async def warn(tx: Tx, arrived: Arrived[Warn]) -> None:
    """Tell its author, and nobody else: it is passed on to no one (6.2).

    Raises `NotAllowed` nobody_here, never_announced, and what `warn_author` raises.
    """
    said = arrived.activity
    if not arrived.direct:
        raise NotAllowed("never_announced")
    placed = arrived.object(said.object)
    if placed.kind == "message" or not arrived.policy.is_ours(placed.creator_ap_id):
        raise NotAllowed("nobody_here", detail=placed.creator_ap_id)
    checks.must_be_from(arrived, await arrived.known.community(tx, placed.community_id))
    about = {"post_id" if placed.kind == "post" else "comment_id": placed.id}
    await warn_author(tx, arrived.viewer(), **about, reason=said.reason)
