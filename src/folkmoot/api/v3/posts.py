"""Posts."""

from folkmoot.api.call import Call
from folkmoot.api.v3.render.posts import post_view
from folkmoot.api.v3.wire import posts as wire
from folkmoot.core.listings import front
from folkmoot.core.listings.front import ListPosts


async def list_posts(call: Call, asked: wire.GetPosts) -> wire.GetPostsResponse:
    """A page of posts (section 4)."""
    wanted = ListPosts(
        scope=asked.type_,
        sort=asked.sort,
        community_id=asked.community_id,
        saved=bool(asked.saved_only),
        limit=10 if asked.limit is None else asked.limit,
        page=1 if asked.page is None else asked.page,
        after=asked.page_cursor,
    )
    async with call.read() as tx:
        page = await front.list_posts(tx, call.viewer, wanted)
    return wire.GetPostsResponse(posts=[post_view(view) for view in page.items], next_page=page.next)
