"""What the stories about writing have in common: people who write, and rows as they stand."""

from typing import Any

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.model.comments import Comment
from folkmoot.model.communities import Community
from folkmoot.model.people import Person, Viewer
from folkmoot.model.posts import Post
from folkmoot.store import comments, communities, people, posts
from folkmoot.store.db import Database, Tx
from folkmoot.store.recount import recount


async def write_post(
    tx: Tx, author: Viewer, community: Community, name: str = "Tomatoes in June", **more: Any
) -> Post:
    """A post by somebody."""
    return await create_post(tx, author, CreatePost(community.id, name, **more))


async def write_comment(
    tx: Tx,
    author: Viewer,
    post: Post,
    content: str = "Water them.",
    parent: Comment | None = None,
    **more: Any,
) -> Comment:
    """A comment by somebody."""
    asked = CreateComment(post.id, content, parent.id if parent else None, **more)
    return (await create_comment(tx, author, asked)).comment


async def now(tx: Tx, thing: Post | Comment | Community | Person) -> Any:
    """A thing as it stands."""
    if isinstance(thing, Post):
        return await posts.by_id(tx, thing.id)
    if isinstance(thing, Comment):
        return await comments.by_id(tx, thing.id)
    if isinstance(thing, Community):
        return await communities.by_id(tx, thing.id)
    return await people.by_id(tx, thing.id)


async def set_site(tx: Tx, **values: Any) -> None:
    """Change settings of the site."""
    assignments = ", ".join(f"{name} = :{name}" for name in values)
    await tx.run(f"UPDATE local_site SET {assignments}", **values)
    tx.memory.clear()
    tx.changed("site")


async def ban_here(tx: Tx, community: Community, who: Viewer) -> None:
    """Somebody is banned from a community."""
    await tx.run(
        "INSERT INTO community_ban (community_id, person_id, published) VALUES (:community_id, :person_id, :now)",
        community_id=community.id, person_id=who.id, now=tx.now,
    )  # fmt: skip


async def jobs(tx: Tx) -> list[str]:
    """The names of the waiting jobs, in order."""
    return [row[0] for row in await tx.all("SELECT name FROM job ORDER BY id")]


async def assert_counts_are_right(db: Database) -> None:
    """Every stored count is what the rows say."""
    assert await recount(db, repair=False) == []
