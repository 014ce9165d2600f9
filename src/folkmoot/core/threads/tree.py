"""A thread, or the comments below one of them, as API v3 sends it: level by level, without places for what the reader does not see."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from folkmoot.core.communities.rules import may_read
from folkmoot.core.threads import order
from folkmoot.core.threads.read import Kept, kept_thread, must_be_open, place_of_post
from folkmoot.model.enums import CommentSort, Listing, Subscribed
from folkmoot.model.errors import NotFound
from folkmoot.model.people import Viewer
from folkmoot.model.views import NO_MARKS, Branch, Marks, PostView
from folkmoot.store import comments
from folkmoot.store import threads as store
from folkmoot.store.db import Tx

MOST = 300
"""Comments of one answer (C-4)."""
_ORDERS_KEPT = 8


@dataclass(frozen=True, slots=True)
class ReadTree:
    """What was asked: the thread of `post_id`, or `parent_id` with what is below it. `vote`: only what the reader voted 1 or -1 on.
    `scope`: nothing, unless the community is in it (L-7); of a list of one community's comments it is All (L-3)."""

    max_depth: int
    post_id: int | None = None
    parent_id: int | None = None
    community_id: int | None = None
    scope: Listing = Listing.ALL
    sort: CommentSort = CommentSort.HOT
    saved: bool = False
    vote: int = 0


@dataclass(frozen=True, slots=True)
class Tree:
    """The comments in order, what the reader has to do with them, and the post that they all have; None where there are none."""

    rows: list[Branch]
    post: PostView | None = None
    marks: Marks = NO_MARKS


async def read_tree(tx: Tx, viewer: Viewer, asked: ReadTree) -> Tree:
    """At most 300 comments (C-4, C-6): authors the reader blocks are missing while the answers to them stay (L-16). Three queries, two for
    nobody, one more with a parent.

    Raises `NotFound` couldnt_find_comment for an unknown parent; `NotAllowed` instance_is_private (R-11).
    """
    await must_be_open(tx, viewer)
    if asked.community_id is not None:
        asked = replace(asked, scope=Listing.ALL)  # L-3
    post_id = asked.post_id
    if asked.parent_id is not None:
        parent = await comments.by_id(tx, asked.parent_id)
        if parent is None:
            raise NotFound("couldnt_find_comment")
        if post_id not in (None, parent.post_id):
            return Tree([])
        post_id = parent.post_id
    assert post_id is not None
    place = await place_of_post(tx, viewer, post_id)
    if place is None or not _in_scope(viewer, place[0], asked, moderates=place[1]):
        return Tree([])
    kept = await kept_thread(tx, post_id)
    rows = _ordered(kept, asked)
    marks = NO_MARKS
    if viewer.account is not None:
        marks = await store.marks(tx, viewer.id, post_id)
        passes = _filter(viewer, marks, asked)
        rows = [row for row in rows if passes(row)] if passes else rows
    elif asked.saved:
        rows = []  # L-14
    return Tree(rows[:MOST], place[0], marks)


def _in_scope(viewer: Viewer, post: PostView, asked: ReadTree, *, moderates: bool) -> bool:
    """Whether the list draws from this community at all (L-7, R-10)."""
    community, follows = post.community, post.mine.subscribed != Subscribed.NOT_SUBSCRIBED
    if asked.community_id not in (None, community.id):
        return False
    if not may_read(viewer, community, let_in=moderates or post.mine.subscribed == Subscribed.SUBSCRIBED):
        return False
    if asked.scope is Listing.SUBSCRIBED:
        return follows
    if asked.scope is Listing.MODERATOR_VIEW:
        return moderates
    return (not community.hidden or follows) and (asked.scope is Listing.ALL or community.local)


def _ordered(kept: Kept, asked: ReadTree) -> list[Branch]:
    """All of the thread that is asked for, in order; what visitors mostly ask for is kept with the thread."""
    if asked.parent_id is not None:
        try:
            return order.levels(
                kept.branches, asked.sort, max_depth=asked.max_depth, parent_id=asked.parent_id
            )
        except KeyError:  # beyond what is looked at of a very long thread
            return []
    name = (asked.sort, asked.max_depth)
    rows = kept.levels.get(name)
    if rows is None:
        rows = order.levels(kept.branches, asked.sort, max_depth=asked.max_depth)
        if len(kept.levels) >= _ORDERS_KEPT:
            kept.levels.clear()
        kept.levels[name] = rows
    return rows


def _filter(viewer: Viewer, marks: Marks, asked: ReadTree) -> Callable[[Branch], bool] | None:
    """What this member's list leaves out (L-11, L-14, L-15); None for nothing."""
    account = viewer.account
    assert account is not None
    choosy = asked.scope is not Listing.MODERATOR_VIEW
    if choosy and marks.averse:
        return lambda row: False
    languages = viewer.languages if choosy else frozenset()
    blocked = marks.blocked if choosy else frozenset()
    bots, saved, vote = account.show_bot_accounts, asked.saved, asked.vote
    if bots and not (languages or blocked or saved or vote):
        return None
    return lambda row: (
        row.creator_id not in blocked
        and (not languages or row.language_id in languages)
        and (bots or not row.bot)
        and (not saved or row.id in marks.saved)
        and (not vote or (marks.votes.get(row.id) == vote and row.creator_id != viewer.id))
    )
