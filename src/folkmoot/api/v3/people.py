"""People: their pages, and leaving somebody or something out of what one sees."""

from typing import Any

from folkmoot.api.call import Call
from folkmoot.api.v3.asked import page_of
from folkmoot.api.v3.joined import comments_of, posts_of
from folkmoot.api.v3.render import pieces
from folkmoot.api.v3.render.communities import community_view
from folkmoot.api.v3.render.people import person_view
from folkmoot.api.v3.wire import communities as wire_communities
from folkmoot.api.v3.wire import people as wire
from folkmoot.api.v3.wire import site as wire_site
from folkmoot.core.communities.view import community_view as core_community_view
from folkmoot.core.listings.profile import ReadPerson, read_person
from folkmoot.core.people import block
from folkmoot.core.search.resolve import or_bring
from folkmoot.core.site.view import site_of
from folkmoot.model.enums import PostSort
from folkmoot.model.errors import Invalid


async def get_person(call: Call, asked: wire.GetPersonDetails) -> bytes:
    """Somebody, and what they wrote (Q-4, Q-5); asked for at their server where they are not known here (L-6)."""
    who = asked.username if asked.person_id is None else asked.person_id
    if who is None:
        raise Invalid("no_id_given")
    page, limit = page_of(asked)
    wanted = ReadPerson(
        who, asked.sort or PostSort.HOT, asked.community_id, bool(asked.saved_only), page, limit
    )

    async def look(tx: Any) -> bytes:
        found = await read_person(tx, call.viewer, wanted)
        home = await site_of(tx, found.person.instance_id)
        posts = await posts_of(tx, found.posts)
        comments = await comments_of(tx, found.comments, in_full=call.viewer.admin)
        places = (("community", each.id) for each in found.moderates)
        call.made_from(("site", 0), ("posts", 0), ("person", found.person.id), *places, late=(("front", 0),))
        shelf = pieces.pieces_of(tx.memory)
        return pieces.join_person(shelf, found.person, found.moderates, home, posts=posts, comments=comments)

    return await or_bring(call.context.db, call.viewer, str(who), call.app.state.bring, look)


async def block_person(call: Call, asked: wire.BlockPerson) -> wire.BlockPersonResponse:
    """Block somebody, or no more (R-8)."""
    async with call.write() as tx:
        person = await block.block_person(tx, call.viewer, asked.person_id, blocked=asked.block)
    return wire.BlockPersonResponse(person_view=person_view(person), blocked=asked.block)


async def block_community(
    call: Call, asked: wire_communities.BlockCommunity
) -> wire_communities.BlockCommunityResponse:
    """Block a community, which unfollows it, or no more (R-8)."""
    async with call.write() as tx:
        await block.block_community(tx, call.viewer, asked.community_id, blocked=asked.block)
        view = await core_community_view(tx, call.viewer, asked.community_id)
    return wire_communities.BlockCommunityResponse(community_view=community_view(view), blocked=asked.block)


async def block_instance(call: Call, asked: wire_site.BlockInstance) -> wire_site.BlockInstanceResponse:
    """Block the communities of a server, or no more (R-8)."""
    async with call.write() as tx:
        await block.block_instance(tx, call.viewer, asked.instance_id, blocked=asked.block)
    return wire_site.BlockInstanceResponse(blocked=asked.block)
