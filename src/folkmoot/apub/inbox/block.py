"""Block, and Undo of it: bans from communities and from servers, and one person blocking another."""

from folkmoot.apub.activities import Activity, Block
from folkmoot.apub.documents import host_of, same_host
from folkmoot.apub.inbox import checks
from folkmoot.apub.inbox.arrived import Arrived
from folkmoot.core.communities.ban import BanFromCommunity, ban_from_community
from folkmoot.core.people.ban import BanFromSite, ban_from_site
from folkmoot.core.people.content import set_removed
from folkmoot.model.communities import Community
from folkmoot.model.errors import NotAllowed
from folkmoot.model.people import Person
from folkmoot.model.time import SECOND
from folkmoot.store import bans, follows
from folkmoot.store.db import Tx


async def block(tx: Tx, arrived: Arrived[Block]) -> Community | None:
    """Somebody is banned from a community or a server, or blocked by a person. A ban that is over already does nothing (section 11)."""
    said = arrived.activity
    if said.until is not None and said.until <= tx.now:
        return None
    return await _set(tx, arrived, said, ban=True, restore=False)


async def lift(tx: Tx, arrived: Arrived[Block], *, restore: bool) -> Community | None:
    """The ban is over; with `restore` what was removed with it comes back."""
    return await _set(tx, arrived, arrived.activity, ban=False, restore=restore)


async def _set(tx: Tx, arrived: Arrived[Block], said: Block, *, ban: bool, restore: bool) -> Community | None:
    known = arrived.known
    if said.target is None:
        await _personal(tx, arrived, said, ban=ban)
        return None
    community = known.communities.get(said.target)
    if community is not None:
        checks.must_be_from(arrived, community)
        banned = known.person(said.object)
        await _from_community(tx, arrived, community, banned, said, ban=ban)
        if restore and not ban:
            await _restore(tx, arrived, banned, community.id)
        return community
    await _from_server(tx, arrived, said, ban=ban, restore=restore)
    return None


async def _from_community(
    tx: Tx, arrived: Arrived[Activity], community: Community, banned: Person, said: Block, *, ban: bool
) -> None:
    asked = BanFromCommunity(
        community.id,
        banned.id,
        ban=ban,
        expires=said.until // SECOND if said.until is not None else None,
        reason=said.reason,
        remove_data=said.remove_data,
    )
    await ban_from_community(tx, arrived.viewer(), asked)


async def _from_server(tx: Tx, arrived: Arrived[Block], said: Block, *, ban: bool, restore: bool) -> None:
    """A server bans somebody: its own people everywhere, others from the communities that live there (PERM-6)."""
    known = arrived.known
    assert said.target is not None
    if known.policy.is_ours(said.target):
        raise NotAllowed("local_site", detail=said.target)
    checks.must_be_of_one_host("site_of_other_host", said.target, said.actor)
    banned = known.people.get(said.object)
    if banned is None:
        raise NotAllowed("unknown_person", detail=said.object)
    actor = arrived.actor()
    if same_host(said.object, said.actor):
        asked = BanFromSite(
            banned.id,
            ban=ban,
            expires=said.until // SECOND if said.until is not None else None,
            reason=said.reason,
            remove_data=said.remove_data,
        )
        await ban_from_site(tx, arrived.viewer(), asked)
        if restore and not ban:
            await _restore(tx, arrived, banned, None)
        await known.person_changed(tx, banned)
        return
    for community_id in await bans.communities_of_server(tx, actor.instance_id, banned.id):
        community = await known.community(tx, community_id)
        await _from_community(tx, arrived, community, banned, said, ban=ban)
        if restore and not ban:
            await _restore(tx, arrived, banned, community.id)


async def _restore(tx: Tx, arrived: Arrived[Block], person: Person, community_id: int | None) -> None:
    await set_removed(tx, arrived.viewer(), person.id, community_id=community_id, removed=False, reason=None)


async def _personal(tx: Tx, arrived: Arrived[Block], said: Block, *, ban: bool) -> None:
    """Somebody elsewhere wants nothing to do with one of our people: the follows between them end (6.2)."""
    known = arrived.known
    if not arrived.direct:
        raise NotAllowed("never_announced")
    person, actor = known.people.get(said.object), known.people.get(said.actor)
    if person is None or not person.local:
        raise NotAllowed("nobody_here", detail=host_of(said.object))
    if ban and actor is not None:
        await follows.drop_person_follow(tx, actor.id, person.id)
        await follows.drop_person_follow(tx, person.id, actor.id)
