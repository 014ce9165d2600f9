"""What one has read: marks on posts, and visits to threads.

A visit begins with a look at a thread and goes on for as long as the looks are less than `store/marks.py:VISIT_GAP` apart, so that
a reload, a vote or an answer does not take the highlights away. What came after the last look of the visit before is new. Two moments
are kept per reader and post: the last look, and since when comments are new.
"""

from collections.abc import Collection

from folkmoot.core import permissions
from folkmoot.core.permissions import Standing
from folkmoot.core.posts import rules
from folkmoot.core.threads import complete
from folkmoot.model.errors import Invalid, NotFound
from folkmoot.model.people import Viewer
from folkmoot.model.posts import Post
from folkmoot.model.time import Micros
from folkmoot.store import marks, posts
from folkmoot.store.db import Tx


async def mark_posts_read(tx: Tx, viewer: Viewer, post_ids: Collection[int], *, read: bool) -> None:
    """Mark posts read or unread (P-14). Repeats are fine.

    Raises `NotLoggedIn`; `Invalid` too_many_items, couldnt_mark_post_as_read for an unknown one.
    """
    permissions.check("account", Standing(viewer))
    rules.must_be_few(post_ids)
    if read and await marks.unknown_post(tx, post_ids):
        raise Invalid("couldnt_mark_post_as_read", field="post_ids")
    await marks.mark_many(tx, viewer.id, post_ids, read=read)


async def mark_post_read(tx: Tx, viewer: Viewer, post_id: int, *, read: bool | None) -> bool:
    """The same for one; None switches. Whether it is read now. Raises `NotLoggedIn`; `NotFound` couldnt_find_post."""
    permissions.check("account", Standing(viewer))
    if await posts.by_id(tx, post_id) is None:
        raise NotFound("couldnt_find_post")
    if read is None:
        read = not await marks.has(tx, "read", viewer.id, post_id)
    await marks.mark_many(tx, viewer.id, [post_id], read=read)
    return read


async def record_visit(tx: Tx, viewer: Viewer, post: Post) -> Micros | None:
    """Somebody looks at a thread: it is read, and its comments are seen (P-9). Since when comments are new to them; None at the first
    visit, and for visitors. `post` as it was shown. Of a thread from elsewhere the rest is sent for (BKF-3)."""
    if viewer.account is None:
        return None
    if not post.local:
        await complete.ask_for_the_rest(tx, viewer, post)
    return await marks.visit(tx, viewer.id, post.id, comments=post.comments)
