"""Posts (section 6): lists, one post, and what is done with them."""

from typing import Any

from folkmoot.api.call import Call
from folkmoot.api.v3.asked import community_of, or_brought, page_of
from folkmoot.api.v3.joined import posts_of
from folkmoot.api.v3.render import pieces
from folkmoot.api.v3.render.posts import post_view, vote_view
from folkmoot.api.v3.wire import posts as wire
from folkmoot.api.v3.wire.base import PostFeatureType
from folkmoot.api.v3.wire.objects import SuccessResponse
from folkmoot.core.listings import front
from folkmoot.core.listings.front import ListPosts
from folkmoot.core.posts import fetch_link, view
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.posts.delete import delete_post
from folkmoot.core.posts.edit import EditPost, edit_post
from folkmoot.core.posts.feature import feature_post
from folkmoot.core.posts.hide import hide_posts
from folkmoot.core.posts.lock import lock_post
from folkmoot.core.posts.read import mark_posts_read, record_visit
from folkmoot.core.posts.remove import remove_post
from folkmoot.core.posts.save import save_and_show
from folkmoot.core.posts.visits import visits_of
from folkmoot.core.threads.complete import wants_the_rest
from folkmoot.core.votes.cast import vote_on_post
from folkmoot.core.votes.list import votes_on_post
from folkmoot.logs import logger
from folkmoot.model.errors import Invalid, NotFound
from folkmoot.model.events import PostCreated, PostEdited

log = logger(__name__)


async def list_posts(call: Call, asked: wire.GetPosts) -> bytes:
    """A page of posts (section 4). Every page that holds a post names a next one (L-2)."""
    return await or_brought(call, asked.community_name, lambda: _list_posts(call, asked))


async def _list_posts(call: Call, asked: wire.GetPosts) -> bytes:
    async with call.read() as tx:
        wanted = ListPosts(
            scope=asked.type_,
            sort=asked.sort,
            community_id=await community_of(tx, asked.community_name, asked.community_id),
            saved=bool(asked.saved_only),
            vote=vote_of(asked),
            show_nsfw=asked.show_nsfw,
            show_read=asked.show_read,
            show_hidden=bool(asked.show_hidden),
            limit=10 if asked.limit is None else asked.limit,
            page=1 if asked.page is None else asked.page,
            after=asked.page_cursor,
        )
        lines = await front.post_lines(tx, call.viewer, wanted)
        posts = await posts_of(tx, lines)
    place = (("community", wanted.community_id),) if wanted.community_id else ()
    call.made_from(("site", 0), ("posts", 0), *place, late=(("front", 0),))
    following = b',"next_page":"%s"' % front.post_cursor(lines[-1].id).encode() if lines else b""
    return b'{"posts":%s%s}' % (posts, following)


def vote_of(asked: Any) -> int:
    """Which votes of the caller's are listed, 0 for whatever (L-14). Raises `Invalid` contradicting_filters."""
    if asked.liked_only and asked.disliked_only:
        raise Invalid("contradicting_filters")
    return int(bool(asked.liked_only)) - int(bool(asked.disliked_only))


async def get_post(call: Call, asked: wire.GetPost) -> bytes:
    """One post with its community, by its own number or that of a comment; after the answer was read it counts as seen (P-9)."""
    if not asked.id and not asked.comment_id:
        raise NotFound("couldnt_find_post")
    async with call.read() as tx:
        opened = await view.open_post(tx, call.viewer, asked.id or 0, comment_id=asked.comment_id or 0)
        incomplete = await wants_the_rest(tx, call.viewer, opened.post.post)
    post = opened.post.post
    if incomplete:
        async with call.write() as tx:
            await record_visit(tx, call.viewer, post)
    elif call.viewer.account is not None:
        looks = visits_of(call.context.db)
        opened = looks.laid_over(call.viewer, opened)
        looks.note(call.viewer, post)
    crossposts = (("posts", 0),) if post.url else ()
    call.made_from(
        ("site", 0), ("thread", post.id), ("community", post.community_id), ("author", 0), *crossposts,
        late=(("front", 0),),
    )  # fmt: skip
    return pieces.join_opened(pieces.pieces_of(call.context.db.memory), opened)


async def add_post(call: Call, asked: wire.CreatePost) -> wire.PostResponse:
    """Write a post (P-1 to P-7). Raises `Invalid` honeypot_failed for who fills in what people do not see."""
    if asked.honeypot:
        raise Invalid("honeypot_failed", field="honeypot")
    wanted = CreatePost(
        community_id=asked.community_id,
        name=asked.name,
        url=asked.url,
        body=asked.body,
        alt_text=asked.alt_text,
        nsfw=bool(asked.nsfw),
        language_id=asked.language_id,
        custom_thumbnail=asked.custom_thumbnail,
    )
    async with call.write() as tx:
        post = await create_post(tx, call.viewer, wanted)
        held = await fetch_link.hold(tx, PostCreated(call.viewer.id, post.id), post)
        answer = await _post(tx, call, post.id)
    return await _with_link(call, answer, held)


async def change_post(call: Call, asked: wire.EditPost) -> wire.PostResponse:
    """Change a post of one's own (P-4)."""
    wanted = EditPost(
        post_id=asked.post_id,
        name=asked.name,
        url=asked.url,
        body=asked.body,
        alt_text=asked.alt_text,
        nsfw=asked.nsfw,
        language_id=asked.language_id,
        custom_thumbnail=asked.custom_thumbnail,
    )
    async with call.write() as tx:
        post = await edit_post(tx, call.viewer, wanted)
        held = await fetch_link.hold(tx, PostEdited(call.viewer.id, post.id), post)
        answer = await _post(tx, call, post.id)
    return await _with_link(call, answer, held)


async def like_post(call: Call, asked: wire.CreatePostLike) -> wire.PostResponse:
    """Vote (P-18)."""
    if not -(2**15) <= asked.score < 2**15:
        raise Invalid("unknown", field="score")
    async with call.write() as tx:
        await vote_on_post(tx, call.viewer, asked.post_id, asked.score)
        return await _post(tx, call, asked.post_id)


async def list_votes(call: Call, asked: wire.ListPostLikes) -> wire.ListPostLikesResponse:
    """Who voted, for moderators (P-20)."""
    page, limit = page_of(asked)
    async with call.read() as tx:
        cast = await votes_on_post(tx, call.viewer, asked.post_id, page=page, limit=limit)
    return wire.ListPostLikesResponse(post_likes=[vote_view(each) for each in cast])


async def set_deleted(call: Call, asked: wire.DeletePost) -> wire.PostResponse:
    """Delete a post of one's own, or bring it back (P-8)."""
    async with call.write() as tx:
        await delete_post(tx, call.viewer, asked.post_id, deleted=asked.deleted)
        return await _post(tx, call, asked.post_id)


async def set_removed(call: Call, asked: wire.RemovePost) -> wire.PostResponse:
    """Remove a post, or restore it: moderators (P-16)."""
    async with call.write() as tx:
        await remove_post(tx, call.viewer, asked.post_id, removed=asked.removed, reason=asked.reason)
        return await _post(tx, call, asked.post_id)


async def set_locked(call: Call, asked: wire.LockPost) -> wire.PostResponse:
    """Close a post to comments, or open it: moderators (P-12)."""
    async with call.write() as tx:
        await lock_post(tx, call.viewer, asked.post_id, locked=asked.locked)
        return await _post(tx, call, asked.post_id)


async def set_featured(call: Call, asked: wire.FeaturePost) -> wire.PostResponse:
    """Pin a post, to its community or to the site (P-13)."""
    site = asked.feature_type is PostFeatureType.LOCAL
    async with call.write() as tx:
        await feature_post(tx, call.viewer, asked.post_id, featured=asked.featured, site=site)
        return await _post(tx, call, asked.post_id)


async def set_saved(call: Call, asked: wire.SavePost) -> wire.PostResponse:
    """Keep a post for later; it counts as read from the next answer on."""
    async with call.write() as tx:
        shown = await save_and_show(tx, call.viewer, asked.post_id, saved=asked.save)
    return wire.PostResponse(post_view=post_view(shown))


async def set_hidden(call: Call, asked: wire.HidePost) -> SuccessResponse:
    """Keep posts out of one's lists (P-14)."""
    async with call.write() as tx:
        await hide_posts(tx, call.viewer, asked.post_ids, hidden=asked.hide)
    return SuccessResponse(success=True)


async def set_read(call: Call, asked: wire.MarkPostAsRead) -> SuccessResponse:
    """Mark posts read or unread (P-14)."""
    async with call.write() as tx:
        await mark_posts_read(tx, call.viewer, asked.post_ids, read=asked.read)
    return SuccessResponse(success=True)


async def _with_link(
    call: Call, answer: wire.PostResponse, held: fetch_link.Held | None
) -> wire.PostResponse:
    """The answer with what the linked page says of itself, for which an app waits (P-7)."""
    if held is None:
        return answer
    context = call.context
    pictures = fetch_link.Pictures(context.fetch_picture, context.files)
    try:
        written = await fetch_link.look(context.db, context.look_at, pictures, held)
    except TimeoutError:
        return answer
    except Exception:
        # The post is written, whatever became of this; the background tries again.
        log.exception("link_not_looked_at", post=answer.post_view.post.id)
        return answer
    if not written:
        return answer
    async with call.read() as tx:
        return await _post(tx, call, answer.post_view.post.id)


async def _post(tx: Any, call: Call, post_id: int) -> wire.PostResponse:
    """The post as it is now."""
    return wire.PostResponse(post_view=post_view(await view.post_view(tx, call.viewer, post_id)))
