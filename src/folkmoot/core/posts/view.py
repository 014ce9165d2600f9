"""One post: as answers show it, and with all that stands around it."""

from dataclasses import dataclass

from folkmoot.core.communities.view import known_moderators, must_be_open_to
from folkmoot.core.kept import Known
from folkmoot.core.listings import front
from folkmoot.core.listings.front import ListPosts
from folkmoot.core.threads.read import must_be_open, must_be_visible
from folkmoot.model.enums import PostSort
from folkmoot.model.errors import NotFound
from folkmoot.model.people import Person, Viewer
from folkmoot.model.records import altered
from folkmoot.model.views import CommunityView, PostLine, PostView
from folkmoot.store.changes import Key
from folkmoot.store.db import Tx
from folkmoot.store.listing import views

CROSSPOSTS = 10
_POSTS_KEPT = 8 << 20
"""About so many bytes of opened posts are remembered."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A post that somebody looks at. `moderators` in their order (R-1); `crossposts`: the other posts of its link (P-11)."""

    post: PostView
    community: CommunityView
    moderators: list[Person]
    crossposts: list[PostView]


async def post_view(tx: Tx, viewer: Viewer, post_id: int) -> PostView:
    """A post with the viewer's part of it, whatever its state: for somebody who has just done something with it. One query.

    Raises `NotFound` couldnt_find_post.
    """
    found = await views.one_post(tx, viewer.id, post_id)
    if found is None:
        raise NotFound("couldnt_find_post")
    return found[0]


async def open_post(tx: Tx, viewer: Viewer, post_id: int, *, comment_id: int = 0) -> Opened:
    """A post (0: that of a comment) and what stands around it. Marks are the caller's business: the answer shows the state before (P-9).
    One query, one more where there are other posts of its link, and one each where the post or the moderators are not known.

    Raises `NotFound` couldnt_find_post, couldnt_find_comment, couldnt_find_community (P-9); `NotAllowed` instance_is_private.
    """
    await must_be_open(tx, viewer)
    found = await views.line_of_post(tx, viewer.id, post_id, comment_id=comment_id, free_of=viewer.free_of)
    if found is None:
        raise NotFound("couldnt_find_post" if post_id else "couldnt_find_comment")
    line, mine, beside = found
    known = await _known_post(tx, line)
    post = PostView(
        known.post, known.creator, known.community, known.creator_is_moderator, known.creator_banned_from_community, mine,
        known.crossposts, known.image,
    )  # fmt: skip
    must_be_visible(viewer, post, moderates=beside.moderates or viewer.admin)
    community = post.community
    if community.comments != beside.comments:  # which raise nobody's version
        community = altered(community, comments=beside.comments)
    place = CommunityView(
        community, mine.subscribed, beside.blocked, mine.banned_from_community, beside.moderates
    )
    must_be_open_to(viewer, place)
    return Opened(
        post,
        place,
        await known_moderators(tx, post.community.id),
        await _crossposts(tx, viewer, post) if beside.linked else [],
    )


async def _known_post(tx: Tx, line: PostLine) -> PostView:
    """How a post looks to everybody: remembered per process while the versions of its line stand and neither its thread nor its community
    is said to have changed."""
    known: Known[PostView] | None = tx.memory.get("opened_posts")
    if known is None:
        known = tx.memory["opened_posts"] = Known(_POSTS_KEPT, _made_from, _size)

    async def read() -> PostView:
        return (await views.post_views(tx, [line.id]))[line.id]

    return await known.get(tx, line.id, line[:8], read)


def _made_from(post_id: int, view: PostView) -> tuple[Key, ...]:
    return (("thread", post_id), ("community", view.post.community_id))


def _size(view: PostView) -> int:
    texts = len(view.post.body or "") + len(view.post.body_html or "") + len(view.community.description or "")
    return 8000 + 2 * texts


async def _crossposts(tx: Tx, viewer: Viewer, view: PostView) -> list[PostView]:
    asked = ListPosts(no_scope=True, url=view.post.url, but=view.post.id, sort=PostSort.HOT, limit=CROSSPOSTS)
    return (await front.list_posts(tx, viewer, asked)).items
