"""Add and Remove: moderators, and posts on top of a community."""

from folkmoot.apub.activities import Add, Remove
from folkmoot.apub.inbox import checks
from folkmoot.apub.inbox.arrived import Arrived
from folkmoot.core.communities.moderators import appoint_moderator, dismiss_moderator
from folkmoot.core.posts.feature import feature_post
from folkmoot.model.communities import Community
from folkmoot.model.errors import NotAllowed
from folkmoot.model.people import Person
from folkmoot.store import actors, communities
from folkmoot.store.actors import CommunityList
from folkmoot.store.db import Tx


async def add(tx: Tx, arrived: Arrived[Add]) -> Community:
    """Somebody becomes a moderator, or a post is pinned."""
    return await _set(tx, arrived, arrived.activity.object, arrived.activity.target, there=True)


async def remove(tx: Tx, arrived: Arrived[Remove]) -> Community:
    """Somebody is no moderator any more, or a post is let go."""
    return await _set(tx, arrived, arrived.activity.object, arrived.activity.target, there=False)


async def _set(tx: Tx, arrived: Arrived[Add | Remove], thing: str, target: str, *, there: bool) -> Community:
    collection = await collection_at(tx, target)
    community = await arrived.known.community(tx, collection.community_id)
    checks.must_be_from(arrived, community)
    if collection.what == "moderators":
        person = arrived.known.person(thing)
        if there and community.local:
            await _must_be_fit(tx, community, person)
        change = appoint_moderator if there else dismiss_moderator
        await change(tx, arrived.viewer(), community.id, person.id)
        return community
    placed = arrived.object(thing)
    if placed.kind != "post" or placed.community_id != community.id:
        raise NotAllowed("object_of_other_community", detail=thing)
    await feature_post(tx, arrived.viewer(), placed.id, featured=there)
    return community


async def _must_be_fit(tx: Tx, community: Community, person: Person) -> None:
    """Who is banned here does not become a moderator at the word of another server (PERM-5). Raises `NotAllowed`."""
    if person.banned or person.deleted:
        raise NotAllowed("site_ban" if person.banned else "deleted", detail=person.ap_id)
    if (await communities.relation(tx, community.id, person.id)).banned:
        raise NotAllowed("banned_from_community", detail=person.ap_id)


async def collection_at(tx: Tx, target: str) -> CommunityList:
    """The community and the list of it that an address names. Raises `NotAllowed` unknown_collection."""
    found = await actors.collection_at(tx, target)
    if found is None:
        raise NotAllowed("unknown_collection", detail=target)
    return found
