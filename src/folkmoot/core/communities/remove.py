"""Remove a community from the site, hide it, or take either back: for admins."""

from folkmoot.core import after, permissions
from folkmoot.core.moderation import checked_reason
from folkmoot.core.permissions import Standing
from folkmoot.model.communities import Community
from folkmoot.model.enums import ModlogKind
from folkmoot.model.errors import NotFound
from folkmoot.model.events import CommunityEdited, CommunityRemoved
from folkmoot.model.people import Viewer
from folkmoot.model.records import altered
from folkmoot.store import communities, counts, modlog
from folkmoot.store.db import Tx


async def remove_community(
    tx: Tx, viewer: Viewer, community_id: int, *, removed: bool, reason: str | None = None
) -> Community:
    """Set whether a community is removed (R-5).

    Raises `NotFound` couldnt_find_community; `NotAllowed` not_a_mod_or_admin, not_an_admin (a moderator), banned_from_community;
    `Invalid` invalid_body_field.
    """
    reason = checked_reason(reason)
    await permissions.officer_in(tx, viewer, community_id, "community.remove")
    await mark_removed(tx, viewer, community_id, removed=removed, reason=reason)
    return await _known(tx, community_id)


async def mark_removed(
    tx: Tx, viewer: Viewer, community_id: int, *, removed: bool, reason: str | None
) -> None:
    """The same for use cases that have asked already who may."""
    community = await communities.for_change(tx, community_id)
    if community is None or community.removed == removed:
        return
    await communities.update(tx, community.id, {"removed": removed})
    await counts.community_changed(tx, community, altered(community, removed=removed))
    await modlog.record(
        tx, ModlogKind.REMOVE_COMMUNITY, viewer.id, state=removed, reason=reason, community_id=community.id
    )
    await after.record(tx, CommunityRemoved(viewer.id, community.id, removed, reason))


async def hide_community(
    tx: Tx, viewer: Viewer, community_id: int, *, hidden: bool, reason: str | None = None
) -> Community:
    """Keep a community out of the lists of those who do not follow it (M-6). Raises `NotFound` couldnt_find_community; `NotAllowed`
    not_an_admin; `Invalid` invalid_body_field."""
    reason = checked_reason(reason)
    permissions.check("community.hide", Standing(viewer))
    community = await _known(tx, community_id)
    if community.hidden != hidden:
        await communities.update(tx, community_id, {"hidden": hidden})
        await modlog.record(
            tx, ModlogKind.HIDE_COMMUNITY, viewer.id, state=hidden, reason=reason, community_id=community_id
        )
        await after.record(tx, CommunityEdited(viewer.id, community_id))
    return await _known(tx, community_id)


async def _known(tx: Tx, community_id: int) -> Community:
    community = await communities.by_id(tx, community_id)
    if community is None:
        raise NotFound("couldnt_find_community")
    return community
