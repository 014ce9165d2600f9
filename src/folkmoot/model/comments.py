"""Comments."""

from typing import Literal

from folkmoot.model.records import Record
from folkmoot.model.time import Micros

Whole = Literal["community", "post", "comment"]
"""What comments are within."""


class Comment(Record, frozen=True, gc=False):
    """A reply to a post or to another comment.

    `path`: the ids from the root, `0.5.12` (C-1). Kept by others: votes, score, ranks and `child_count` (all descendants, C-10) by
    `store/counts.py`. `locked`: it takes no answers but by moderators, and what is below it is locked too. `content_html` is rendered when
    written. `version` grows with every change a reader can see.
    """

    id: int
    post_id: int
    community_id: int
    parent_id: int | None
    creator_id: int
    path: str
    content: str
    content_html: str
    ap_id: str
    local: bool
    language_id: int
    removed: bool
    deleted: bool
    distinguished: bool
    locked: bool
    upvotes: int
    downvotes: int
    score: int
    child_count: int
    hot_rank: float
    controversy_rank: float
    version: int
    published: Micros
    updated: Micros | None

    @property
    def depth(self) -> int:
        """1 for a top-level comment."""
        return self.path.count(".")
