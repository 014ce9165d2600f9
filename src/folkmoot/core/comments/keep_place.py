"""Keep the place of a comment elsewhere that is gone and never was here, for the answers to it (PAR-3)."""

from folkmoot.model.comments import Comment
from folkmoot.model.people import Person
from folkmoot.model.posts import Post
from folkmoot.store import comments
from folkmoot.store.db import Tx


async def keep_place(tx: Tx, post: Post, ap_id: str, author: Person) -> Comment:
    """A deleted comment without words at this address, directly under the post, because what is left of it names no other place; `author`
    stands for whoever it was. It counts nowhere, like every deleted one."""
    values = {
        "post_id": post.id,
        "community_id": post.community_id,
        "creator_id": author.id,
        "content": "",
        "content_html": "",
        "ap_id": ap_id,
        "local": False,
        "deleted": True,
        "deleted_at": tx.now,
        "published": post.published,
    }
    comment = await comments.insert(tx, values, parent_path="0", ap_prefix="")
    if comment is None:  # somebody else kept it, or it came after all
        comment = await comments.by_ap_id(tx, ap_id)
        assert comment is not None
    tx.changed("thread", post.id)
    return comment
