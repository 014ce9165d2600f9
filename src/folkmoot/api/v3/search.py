"""Search, and from addresses to things (section 13)."""

from collections.abc import Iterator

from folkmoot.api.call import Call, Key
from folkmoot.api.v3.asked import community_of, or_brought, page_of
from folkmoot.api.v3.joined import as_member, comments_of, posts_of
from folkmoot.api.v3.render.comments import comment_view
from folkmoot.api.v3.render.communities import community_view
from folkmoot.api.v3.render.people import person_view
from folkmoot.api.v3.render.posts import post_view
from folkmoot.api.v3.wire import site as wire
from folkmoot.core.comments import view as comments
from folkmoot.core.communities import view as communities
from folkmoot.core.people import find as people
from folkmoot.core.posts import view as posts
from folkmoot.core.search.find import FoundLines, SearchFor, find_lines
from folkmoot.core.search.resolve import resolve_anywhere
from folkmoot.model.enums import PostSort, SearchType


async def search(call: Call, asked: wire.Search) -> wire.SearchResponse:
    """Look for words, or for posts of one address (Q-1, Q-2)."""
    return await or_brought(call, asked.community_name, lambda: _found(call, asked))


async def _found(call: Call, asked: wire.Search) -> wire.SearchResponse:
    page, limit = page_of(asked)
    kind = asked.type_ or SearchType.ALL
    async with call.read() as tx:
        wanted = SearchFor(
            term=asked.q,
            kind=kind,
            scope=asked.listing_type,
            sort=asked.sort or PostSort.HOT,
            community_id=await community_of(tx, asked.community_name, asked.community_id),
            creator_id=asked.creator_id,
            anywhere=True,
            title_only=bool(asked.post_title_only),
            page=page,
            limit=limit,
        )
        found = await find_lines(tx, call.viewer, wanted)
        posts = await posts_of(tx, found.posts)
        comments = await comments_of(tx, found.comments, in_full=call.viewer.admin)
    if not call.token:
        call.made_from(("site", 0), ("posts", 0), ("search", 0), *_shown(found), late=(("front", 0),))
    return wire.SearchResponse(
        type_=kind,
        comments=as_member(comments),
        posts=as_member(posts),
        communities=[community_view(each) for each in found.communities],
        users=[person_view(each) for each in found.people],
    )


def _shown(found: FoundLines) -> Iterator[Key]:
    """What an answer shows something of."""
    for post in found.posts:
        yield from (("thread", post.id), ("community", post.community_id), ("person", post.creator_id))
    for said in found.comments:
        yield from (("thread", said.post_id), ("community", said.community_id), ("person", said.creator_id))
    yield from (("community", each.community.id) for each in found.communities)
    yield from (("person", each.id) for each in found.people)


async def resolve_object(call: Call, asked: wire.ResolveObject) -> wire.ResolveObjectResponse:
    """The thing of an address or handle, asked for at its own server where it is not known here (Q-3)."""
    found = await resolve_anywhere(call.context.db, call.viewer, asked.q, call.app.state.bring)
    async with call.read() as tx:
        if found.kind == "post":
            return wire.ResolveObjectResponse(
                post=post_view(await posts.post_view(tx, call.viewer, found.id))
            )
        if found.kind == "comment":
            shown = await comments.comment_view(tx, call.viewer, found.id)
            return wire.ResolveObjectResponse(comment=comment_view(shown, in_full=call.viewer.admin))
        if found.kind == "community":
            place = await communities.community_view(tx, call.viewer, found.id)
            return wire.ResolveObjectResponse(community=community_view(place))
        return wire.ResolveObjectResponse(
            person=person_view(await people.person_by_id(tx, call.viewer, found.id))
        )
