"""Keep a post for later."""

from folkmoot.core import permissions
from folkmoot.core.communities.sight import must_read
from folkmoot.core.permissions import Standing
from folkmoot.core.posts.view import post_view
from folkmoot.model.errors import NotFound
from folkmoot.model.people import Viewer
from folkmoot.model.views import PostView
from folkmoot.store import marks, posts
from folkmoot.store.db import Tx


async def save_post(tx: Tx, viewer: Viewer, post_id: int, *, saved: bool | None) -> bool:
    """Set whether a post is in the viewer's saved list; None switches. Whether it is now.

    Raises `NotLoggedIn`; `NotFound` couldnt_save_post for an unknown one (T-9).
    """
    permissions.check("account", Standing(viewer))
    post = await posts.by_id(tx, post_id)
    if post is None:
        raise NotFound("couldnt_save_post")
    await must_read(tx, viewer, post.community_id, "couldnt_save_post")
    if saved is None:
        saved = not await marks.has(tx, "saved post", viewer.id, post_id)
    await marks.save_post(tx, viewer.id, post_id, saved=saved)
    return saved


async def save_and_show(tx: Tx, viewer: Viewer, post_id: int, *, saved: bool) -> PostView:
    """The same for apps, which show a post's state when it is saved: the post counts as read from then on, but as with opening the
    answer shows the state before (P-9). Raises as `save_post`."""
    await save_post(tx, viewer, post_id, saved=saved)
    shown = await post_view(tx, viewer, post_id)
    await marks.mark_read(tx, viewer.id, post_id)
    return shown
