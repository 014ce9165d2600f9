"""Delete a post that one wrote, or bring it back."""

from folkmoot.core import after, permissions
from folkmoot.core.posts import rules
from folkmoot.model.errors import Conflict, NotFound
from folkmoot.model.events import PostDeleted
from folkmoot.model.people import Viewer
from folkmoot.model.posts import Post
from folkmoot.store import counts, places, posts
from folkmoot.store.db import Tx


async def delete_post(tx: Tx, viewer: Viewer, post_id: int, *, deleted: bool) -> Post:
    """Set whether a post is deleted. After a month its text is overwritten for good (P-15); until then it can be brought back.

    Raises `NotFound` couldnt_find_post; `NotAllowed` no_post_edit_allowed, deleted (the community), banned_from_community, site_ban;
    `Conflict` couldnt_update_post where it is so already (P-8).
    """
    place = await places.post(tx, post_id, viewer.id)
    if place is None:
        raise NotFound("couldnt_find_post")
    post = place.post
    permissions.check("post.delete", permissions.standing_on(viewer, place.ground))
    rules.must_own(viewer, post)
    if post.deleted == deleted:
        raise Conflict("couldnt_update_post")
    stored = await posts.update(tx, post_id, {"deleted": deleted, "deleted_at": tx.now if deleted else None})
    if not post.removed:
        await counts.post_appeared(tx, post, -1 if deleted else 1)
    await after.record(tx, PostDeleted(viewer.id, post_id, deleted))
    return stored
