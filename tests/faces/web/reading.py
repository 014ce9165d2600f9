"""Things to read, for the tests of pages."""

from typing import Any

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.model.comments import Comment
from folkmoot.model.people import Viewer
from folkmoot.model.posts import Post
from folkmoot.store.db import Database

HOSTILE = "</script><script>alert(1)</script>\"'&<b onmouseover=x>{{7*7}}"
"""What somebody may try to be called, or to title a post."""


async def write_post(db: Database, author: Viewer, community_id: int, name: str, **more: Any) -> Post:
    """A post as its author writes it."""
    async with db.write() as tx:
        return await create_post(tx, author, CreatePost(community_id, name, **more))


async def write_comment(
    db: Database, author: Viewer, post: Post, text: str, parent: Comment | None = None, **more: Any
) -> Comment:
    """A comment as its author writes it."""
    async with db.write() as tx:
        asked = CreateComment(post.id, text, parent.id if parent else None, **more)
        return (await create_comment(tx, author, asked)).comment


async def change(db: Database, sql: str, *told: tuple[str, int], **values: Any) -> None:
    """Change a row directly and tell the caches."""
    async with db.write() as tx:
        await tx.run(sql, **values)
        for kind, number in told:
            tx.changed(kind, number)
