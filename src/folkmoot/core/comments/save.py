"""Keep a comment for later."""

from folkmoot.core import permissions
from folkmoot.core.communities.sight import must_read
from folkmoot.core.permissions import Standing
from folkmoot.model.errors import NotFound
from folkmoot.model.people import Viewer
from folkmoot.store import comments, marks
from folkmoot.store.db import Tx


async def save_comment(tx: Tx, viewer: Viewer, comment_id: int, *, saved: bool | None) -> bool:
    """Set whether a comment is in the viewer's saved list; None switches. Whether it is now.

    Raises `NotLoggedIn`; `NotFound` couldnt_save_comment for an unknown one (T-9).
    """
    permissions.check("account", Standing(viewer))
    comment = await comments.by_id(tx, comment_id)
    if comment is None:
        raise NotFound("couldnt_save_comment")
    await must_read(tx, viewer, comment.community_id, "couldnt_save_comment")
    if saved is None:
        saved = not await marks.has(tx, "saved comment", viewer.id, comment_id)
    await marks.save_comment(tx, viewer.id, comment_id, comment.post_id, saved=saved)
    return saved
