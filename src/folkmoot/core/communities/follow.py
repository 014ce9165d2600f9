"""Follow a community, or leave it."""

from folkmoot.core import after, permissions
from folkmoot.core.communities import rules
from folkmoot.model.communities import Community
from folkmoot.model.enums import Subscribed, Visibility
from folkmoot.model.errors import NotFound, NotLoggedIn
from folkmoot.model.events import CommunityFollowed
from folkmoot.model.people import Viewer
from folkmoot.model.time import MINUTE, Micros
from folkmoot.store import communities, counts, follows, jobs, people
from folkmoot.store.db import Tx


async def follow_community(tx: Tx, viewer: Viewer, community_id: int) -> Subscribed:
    """Follow: at once here, pending until the other server accepts elsewhere, or until a moderator lets them in where the community is
    private. Following again is no error (M-4).

    Raises `NotFound` couldnt_find_community; `NotAllowed` deleted, banned_from_community (local communities), site_ban.
    """
    community = await _known(tx, community_id)
    rules.must_be_visible(viewer, community)
    standing = await permissions.standing_in(tx, viewer, community)
    permissions.check("community.follow", standing)
    assert viewer.person is not None
    asks = community.visibility == Visibility.PRIVATE and not (standing.moderator or viewer.admin)
    pending = asks or not community.local
    if await communities.set_follow(tx, community_id, viewer.id, pending=pending):
        if counts_as_follower(community, pending=pending):
            await count_follow(tx, community, 1, follower_local=viewer.person.local)
        await after.record(tx, CommunityFollowed(viewer.id, community_id, True))
        tx.changed("person", viewer.id)
    relation = await communities.relation(tx, community_id, viewer.id)
    return Subscribed.PENDING if relation.pending else Subscribed.SUBSCRIBED


async def unfollow_community(tx: Tx, viewer: Viewer, community_id: int) -> Subscribed:
    """Stop following; no error where the viewer does not follow. Raises `NotLoggedIn`; `NotFound` couldnt_find_community."""
    if viewer.person is None:
        raise NotLoggedIn
    community = await _known(tx, community_id)
    await end_follow(tx, community, viewer.id, follower_local=viewer.person.local)
    return Subscribed.NOT_SUBSCRIBED


async def end_follow(tx: Tx, community: Community, person_id: int, *, follower_local: bool) -> None:
    """The same on somebody's behalf: bans and refusals of the other server end follows."""
    pending = await communities.drop_follow(tx, community.id, person_id)
    if pending is not None:
        if counts_as_follower(community, pending=pending):
            await count_follow(tx, community, -1, follower_local=follower_local)
        await after.record(tx, CommunityFollowed(person_id, community.id, False))
        tx.changed("person", person_id)


async def follow_anew(
    tx: Tx, person_id: int, community_id: int | None = None, *, wait: Micros = MINUTE
) -> None:
    """Have somebody of this server ask once more to follow what they follow elsewhere, one community or all: whoever was banned ceased to
    follow there, and went on here, so that we hear of the end of the ban. After a while, in which the other servers hear of that too."""
    if community_id is not None:
        asks = await follows.keeps_following(tx, person_id, community_id)
    else:
        asks = await people.is_local(tx, person_id) and bool(await follows.followed_elsewhere(tx, person_id))
    if asks:
        payload = {"person_id": person_id, "community_id": community_id}
        await jobs.enqueue(tx, follows.FOLLOW_ANEW, payload, run_at=tx.now + wait)


async def accept_follow(tx: Tx, community_id: int, person_id: int) -> bool:
    """The other server accepted; False where nobody was waiting."""
    settled = await communities.settle_follow(tx, community_id, person_id)
    tx.changed("person", person_id)
    return settled


def counts_as_follower(community: Community, *, pending: bool) -> bool:
    """Somebody who waits for a moderator of ours is not a follower yet; whether another server has answered does not matter (G-3)."""
    return not (community.local and pending)


async def count_follow(tx: Tx, community: Community, by: int, *, follower_local: bool) -> None:
    """One follower more (1) or less (-1)."""
    await counts.follows_changed(tx, community.id, by, local=community.local, follower_local=follower_local)


async def _known(tx: Tx, community_id: int) -> Community:
    community = await communities.by_id(tx, community_id)
    if community is None:
        raise NotFound("couldnt_find_community")
    return community
