"""Keep posts out of one's own lists."""

from collections.abc import Collection

from folkmoot.core import permissions
from folkmoot.core.permissions import Standing
from folkmoot.core.posts import rules
from folkmoot.model.errors import Invalid, NotFound
from folkmoot.model.people import Viewer
from folkmoot.store import marks, posts
from folkmoot.store.db import Tx


async def hide_posts(tx: Tx, viewer: Viewer, post_ids: Collection[int], *, hidden: bool) -> None:
    """Hide posts from the viewer's lists, or show them again (P-14). Repeats are fine.

    Raises `NotLoggedIn`; `Invalid` too_many_items, couldnt_hide_post for an unknown one.
    """
    permissions.check("account", Standing(viewer))
    rules.must_be_few(post_ids)
    if hidden and await marks.unknown_post(tx, post_ids):
        raise Invalid("couldnt_hide_post", field="post_ids")
    await marks.hide_many(tx, viewer.id, post_ids, hidden=hidden)


async def hide_post(tx: Tx, viewer: Viewer, post_id: int, *, hidden: bool | None) -> bool:
    """The same for one; None switches. Whether it is hidden now. Raises `NotLoggedIn`; `NotFound` couldnt_find_post."""
    permissions.check("account", Standing(viewer))
    if await posts.by_id(tx, post_id) is None:
        raise NotFound("couldnt_find_post")
    if hidden is None:
        hidden = not await marks.has(tx, "hidden", viewer.id, post_id)
    await marks.hide_many(tx, viewer.id, [post_id], hidden=hidden)
    return hidden
