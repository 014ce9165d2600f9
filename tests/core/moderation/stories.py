"""What happened before: posts and comments that moderators then look at."""

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.model.comments import Comment
from folkmoot.model.communities import Community
from folkmoot.model.people import Viewer
from folkmoot.model.posts import Post
from folkmoot.store import comments, posts
from folkmoot.store.db import Tx


async def post(tx: Tx, author: Viewer, community: Community, name: str = "Tomatoes in June") -> Post:
    """A post by somebody, from elsewhere if they live there."""
    local = author.account is not None
    return await create_post(
        tx,
        author,
        CreatePost(community.id, name, ap_id=None if local else f"https://there.example/post/{name}"),
    )


async def comment(
    tx: Tx, author: Viewer, post: Post, content: str = "Water them.", parent: Comment | None = None
) -> Comment:
    """A comment by somebody, from elsewhere if they live there."""
    local = author.account is not None
    created = await create_comment(
        tx,
        author,
        CreateComment(
            post.id,
            content,
            parent.id if parent else None,
            ap_id=None if local else f"https://there.example/comment/{content}",
        ),
    )
    return created.comment


async def post_now(tx: Tx, post: Post) -> Post:
    """As it stands."""
    found = await posts.by_id(tx, post.id)
    assert found
    return found


async def comment_now(tx: Tx, comment: Comment) -> Comment:
    """As it stands."""
    found = await comments.by_id(tx, comment.id)
    assert found
    return found


async def log(tx: Tx) -> list[tuple[str, int, bool, str | None]]:
    """The modlog from the beginning: kind, number in its kind, state, reason."""
    rows = await tx.all("SELECT kind, kind_id, state, reason FROM modlog ORDER BY id")
    return [(row[0], row[1], bool(row[2]), row[3]) for row in rows]
