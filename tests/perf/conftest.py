"""Pages and answers in process, as the tests of the faces have them, and a site with something on it."""

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.store.db import Tx
from tests.cast import Cast
from tests.faces.conftest import served, settings
from tests.faces.web.conftest import browser

__all__ = ["browser", "served", "settings"]


async def write_a_lot(tx: Tx, cast: Cast) -> None:
    """Thirty posts of one link, and under the first a thread of forty comments."""
    for number in range(30):
        await create_post(
            tx, cast.bob, CreatePost(cast.gardening.id, f"Post {number}", url="https://x.example/1")
        )
    for number in range(40):
        parent = number // 2 if number % 2 else None
        await create_comment(
            tx, cast.alice if number % 3 else cast.bob, CreateComment(1, f"Comment {number}", parent or None)
        )
