"""One post: as answers show it, and with all that stands around it."""

from dataclasses import dataclass

from folkmoot.core.communities.view import known_moderators, must_be_open_to
from folkmoot.core.listings import front
from folkmoot.core.listings.front import ListPosts
from folkmoot.core.threads.read import read_post_and_beside
from folkmoot.model.enums import PostSort
from folkmoot.model.errors import NotFound
from folkmoot.model.people import Person, Viewer
from folkmoot.model.views import CommunityView, PostView
from folkmoot.store.db import Tx
from folkmoot.store.listing import views

CROSSPOSTS = 10


@dataclass(frozen=True, slots=True)
class Opened:
    """A post that somebody looks at. `moderators` in their order (R-1); `crossposts`: the other posts of its link (P-11)."""

    post: PostView
    community: CommunityView
    moderators: list[Person]
    crossposts: list[PostView]


async def post_view(tx: Tx, viewer: Viewer, post_id: int) -> PostView:
    """A post with the viewer's part of it, whatever its state: for who has just done something with it. One query.

    Raises `NotFound` couldnt_find_post.
    """
    found = await views.one_post(tx, viewer.id, post_id)
    if found is None:
        raise NotFound("couldnt_find_post")
    return found[0]


async def open_post(tx: Tx, viewer: Viewer, post_id: int, *, comment_id: int = 0) -> Opened:
    """A post (0: that of a comment) and what stands around it. Marks are the caller's business: the answer shows the state before (P-9).
    One query, one more where there are other posts of its link, and one where the moderators are not known.

    Raises `NotFound` couldnt_find_post, couldnt_find_comment, couldnt_find_community (P-9); `NotAllowed` instance_is_private.
    """
    post, beside = await read_post_and_beside(tx, viewer, post_id, comment_id=comment_id)
    mine = post.mine
    place = CommunityView(
        post.community, mine.subscribed, beside.blocked, mine.banned_from_community, beside.moderates
    )
    must_be_open_to(viewer, place)
    return Opened(
        post,
        place,
        await known_moderators(tx, post.community.id),
        await _crossposts(tx, viewer, post) if beside.linked else [],
    )


async def _crossposts(tx: Tx, viewer: Viewer, view: PostView) -> list[PostView]:
    asked = ListPosts(no_scope=True, url=view.post.url, but=view.post.id, sort=PostSort.HOT, limit=CROSSPOSTS)
    return (await front.list_posts(tx, viewer, asked)).items
