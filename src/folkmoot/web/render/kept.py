"""Pieces of HTML that are the same for every reader."""

from typing import Any

from folkmoot.core.kept import Kept


class Shelf:
    """The pieces of one process and database: rows of posts, comments, and which threads were rendered (by number and language)."""

    def __init__(self) -> None:
        self.posts: Kept[Any] = Kept(16 << 20)
        self.comments: Kept[Any] = Kept(32 << 20)
        self.threads: Kept[bool] = Kept(20_000)
