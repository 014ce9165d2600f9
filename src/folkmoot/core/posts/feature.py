"""Pin a post to the top of its community (moderators) or of the site (admins), or let it go."""

from folkmoot.core import after, permissions
from folkmoot.model.enums import ModlogKind
from folkmoot.model.errors import NotFound
from folkmoot.model.events import PostFeatured
from folkmoot.model.people import Viewer
from folkmoot.model.posts import Post
from folkmoot.store import modlog, posts
from folkmoot.store.db import Tx


async def feature_post(tx: Tx, viewer: Viewer, post_id: int, *, featured: bool, site: bool = False) -> Post:
    """Set whether a post stays on top, of its community or of the site: two flags of their own (P-13).

    Raises `NotFound` couldnt_find_post; `NotAllowed` not_a_mod_or_admin, not_an_admin (site), banned_from_community, deleted.
    """
    post = await posts.by_id(tx, post_id)
    if post is None:
        raise NotFound("couldnt_find_post")
    await permissions.officer_in(
        tx, viewer, post.community_id, "post.feature_site" if site else "post.feature"
    )
    column = "featured_local" if site else "featured_community"
    if getattr(post, column) == featured:
        return post
    await posts.update(tx, post_id, {column: featured})
    await modlog.record(
        tx,
        ModlogKind.FEATURE_POST_SITE if site else ModlogKind.FEATURE_POST,
        viewer.id,
        state=featured,
        person_id=post.creator_id,
        community_id=post.community_id,
        post_id=post_id,
    )
    await after.record(tx, PostFeatured(viewer.id, post_id, featured, site))
    stored = await posts.by_id(tx, post_id)
    assert stored is not None
    return stored
