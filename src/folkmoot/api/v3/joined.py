"""Lists of posts and comments as JSON: from lines, with what is kept of them, and from the database what is not (decision 0008)."""

from collections.abc import Sequence
from typing import Any

import msgspec

from folkmoot.api.v3.render import pieces
from folkmoot.core.listings import comments, front
from folkmoot.model.views import CommentLine, PostLine


async def posts_of(tx: Any, lines: Sequence[PostLine]) -> bytes:
    """An array of post views. One query where something is not kept, else none."""
    shelf = pieces.pieces_of(tx.memory)
    kept = pieces.kept_posts(shelf, lines)
    absent = [line.id for line, piece in zip(lines, kept, strict=True) if piece is None]
    views = await front.post_views(tx, absent) if absent else {}
    return pieces.join_posts(shelf, lines, kept, views)


async def comments_of(tx: Any, lines: Sequence[CommentLine], *, in_full: bool) -> bytes:
    """An array of comment views. `in_full`: with the texts of what is gone (C-6). One query where something is not kept, else none."""
    shelf = pieces.pieces_of(tx.memory)
    kept = pieces.kept_in_list(shelf, lines, in_full=in_full)
    absent = [line.id for line, both in zip(lines, kept, strict=True) if None in both]
    views = await comments.comment_views(tx, absent) if absent else {}
    return pieces.join_comments(shelf, lines, kept, views, in_full=in_full)


def as_member(array: bytes) -> Any:
    """An array that is encoded already, as a member of an answer that is not."""
    return msgspec.Raw(array)
