"""Read a thread: a post, its comments in display order, and what the reader has to do with them."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from folkmoot.core.communities.rules import may_read
from folkmoot.core.site.privacy import require_open
from folkmoot.core.threads import order
from folkmoot.core.threads.complete import remember_asked
from folkmoot.core.threads.order import Ordered
from folkmoot.model.enums import CommentSort, Subscribed
from folkmoot.model.errors import NotFound
from folkmoot.model.people import Viewer
from folkmoot.model.time import MINUTE, Micros
from folkmoot.model.views import Branch, CommentView, Line, PostView, Thread
from folkmoot.store import outbox
from folkmoot.store import site as store_site
from folkmoot.store import threads as store
from folkmoot.store.db import Tx, writing
from folkmoot.store.listing import views as store_views
from folkmoot.store.people import AUTHORS

PAGE = 2000
"""Comments on one page; the others are one link away."""
_SHORT = 300
"""Comments of a thread that is read whole for one of them."""
_KEPT = 30_000
"""Comments whose place is remembered per process, over all threads."""


@dataclass(frozen=True, slots=True)
class ReadThread:
    """What was asked. `sort` None: the reader's own. `focus`: one comment with its answers and `context` ancestors; `post_id` may then
    be 0. `after`: go on after this comment of the first level. `complete`: the comments' texts are wanted too."""

    post_id: int
    sort: CommentSort | None = None
    flat: bool = False
    focus: int | None = None
    context: int = 0
    after: int | None = None
    complete: bool = False


@dataclass(slots=True)
class Kept:
    """The comments of one thread as they stood at `stamp`, and the orders made of them. `authors`: up to which change of anybody's looks
    those who wrote them are known to be unchanged."""

    stamp: int
    authors: int
    read: Micros
    branches: list[Branch]
    removed: list[int]
    orders: dict[tuple[CommentSort, bool], Ordered] = field(default_factory=dict)
    levels: dict[tuple[CommentSort, int], list[Branch]] = field(default_factory=dict)


async def read_thread(tx: Tx, viewer: Viewer, asked: ReadThread) -> Thread:
    """A post and its comments as this reader sees them. Three queries, whatever the thread's size.

    Raises `NotFound` couldnt_find_post, couldnt_find_comment; `NotAllowed` instance_is_private (R-11).
    """
    post, moderates = await _post(tx, viewer, asked.post_id, focus=asked.focus or 0)
    sort = asked.sort or await default_sort(tx, viewer)
    # Of a short thread that is not known yet, one comment is read together with all others.
    soon = asked.focus is not None and post.post.comments <= _SHORT
    kept, views = await _thread(tx, post.post.id, complete=asked.complete, soon=soon)
    ordered, above = _order(kept, sort, asked)
    beside = await store.beside(tx, post.post, post.community, viewer.id, kept.removed, moderates=moderates)
    if beside.fetched is not None:
        remember_asked(tx, post.post.id, beside.fetched)
    return Thread(
        post=post,
        lines=ordered.lines,
        total=len(kept.branches),
        marks=beside.marks,
        views=views,
        moderators=beside.moderators,
        crossposts=beside.crossposts,
        reasons=beside.reasons,
        languages=beside.languages,
        doubt=beside.doubt,
        pending=await _pending(tx, beside.awaited, post.post.id, kept),
        fetched=beside.fetched,
        rest=ordered.rest,
        next=ordered.next,
        focus=asked.focus,
        above=above,
        new_comments=_count_new(ordered.lines, post.mine.visited, viewer),
        may_moderate=moderates,
    )


async def _pending(tx: Tx, acts: Iterable[Mapping[str, Any]], post_id: int, kept: Kept) -> bool:
    """Whether one of these acts of moderation concerns a thread, and its community has not sent it back (SND-2)."""
    for act in acts:
        event = act["event"]
        if (comment_id := event.get("comment_id")) is not None:
            about = any(branch.id == comment_id for branch in kept.branches)
        else:
            about = event.get("post_id") == post_id
        if about:
            sent = await outbox.by_ap_id(tx, act["ap_id"])
            if sent is not None and sent.confirmed is None:
                return True
    return False


async def read_post(tx: Tx, viewer: Viewer, post_id: int) -> PostView:
    """A post alone, with the reader's part of it (P-9). One query.

    Raises `NotFound` couldnt_find_post; `NotAllowed` instance_is_private.
    """
    return (await _post(tx, viewer, post_id))[0]


async def _post(tx: Tx, viewer: Viewer, post_id: int, *, focus: int = 0) -> tuple[PostView, bool]:
    """The post (0: that of the comment `focus`), and whether the reader moderates its community or is an admin."""
    await must_be_open(tx, viewer)
    found = await store_views.one_post(tx, viewer.id, post_id, comment_id=focus)
    if found is None:
        raise NotFound("couldnt_find_post" if post_id else "couldnt_find_comment")
    post, moderates = found[0], found[1] or viewer.admin
    must_be_visible(viewer, post, moderates=moderates)
    return post, moderates


async def place_of_post(tx: Tx, viewer: Viewer, post_id: int) -> tuple[PostView, bool] | None:
    """A post whatever its state, and whether the reader moderates its community; None where there is none. One query."""
    return await store_views.one_post(tx, viewer.id, post_id)


async def kept_thread(tx: Tx, post_id: int) -> Kept:
    """The comments of a thread as they are ordered: one query, none where nothing changed since the last one."""
    return (await _thread(tx, post_id, complete=False, soon=False))[0]


async def comment_views(tx: Tx, ids: list[int]) -> dict[int, CommentView]:
    """The comments themselves, by id: for those a renderer does not have yet. One query."""
    return await store_views.comment_views(tx, ids)


async def must_be_open(tx: Tx, viewer: Viewer) -> None:
    """A private site shows nothing to visitors. Raises `NotAllowed` instance_is_private (R-11)."""
    require_open(await store_site.local_site(tx), viewer)


def must_be_visible(viewer: Viewer, view: PostView, *, moderates: bool) -> None:
    """Deleted and removed posts, and those of deleted or removed communities, are there for their author and for moderators only (P-9);
    others to those who may read their community (R-10). Raises `NotFound` couldnt_find_post."""
    post, community = view.post, view.community
    let_in = moderates or view.mine.subscribed == Subscribed.SUBSCRIBED
    if not may_read(viewer, community, let_in=let_in):
        raise NotFound("couldnt_find_post")
    gone = post.deleted or post.removed or community.deleted or community.removed
    if gone and not moderates and (viewer.id == 0 or viewer.id != post.creator_id):
        raise NotFound("couldnt_find_post")


async def default_sort(tx: Tx, viewer: Viewer) -> CommentSort:
    """How this reader's threads are sorted unless they say otherwise."""
    name = (
        viewer.account.default_comment_sort_type
        if viewer.account
        else (await store_site.local_site(tx)).default_comment_sort_type
    )
    return CommentSort(name) if name in set(CommentSort) else CommentSort.HOT


def _order(kept: Kept, sort: CommentSort, asked: ReadThread) -> tuple[Ordered, bool]:
    if asked.focus is not None:
        try:
            return order.around(kept.branches, sort, asked.focus, context=asked.context, most=PAGE)
        except KeyError:
            raise NotFound("couldnt_find_comment") from None
    if asked.after is not None:
        make = order.flat if asked.flat else order.nested
        return make(kept.branches, sort, most=PAGE, after=asked.after), False
    ordered = kept.orders.get((sort, asked.flat))
    if ordered is None:
        make = order.flat if asked.flat else order.nested
        ordered = kept.orders[sort, asked.flat] = make(kept.branches, sort, most=PAGE)
    return ordered, False


def _count_new(lines: list[Line], visited: Micros | None, viewer: Viewer) -> int:
    if visited is None:
        return 0
    return sum(1 for line in lines if line.published > visited and line.creator_id != viewer.id)


async def _thread(tx: Tx, post_id: int, *, complete: bool, soon: bool) -> tuple[Kept, dict[int, CommentView]]:
    """The places of a thread's comments: kept per process for as long as nothing in the thread changed, but no longer than ranks take to
    move. Inside a write they are read anew, because what is not committed yet must not be kept. With the comments themselves where
    `complete`, and where `soon` if they are read anyway."""
    threads: OrderedDict[int, Kept] = tx.memory.setdefault("threads", OrderedDict())
    stamp, authors = tx.changes.newest((("thread", post_id),)), tx.changes.newest((AUTHORS,))
    kept = threads.get(post_id)
    if (
        kept
        and not complete
        and not writing.get()
        and kept.stamp == stamp
        and 0 <= tx.now - kept.read < MINUTE
        and _authors_stand(tx, kept, authors)
    ):
        threads.move_to_end(post_id)
        return kept, {}
    views: dict[int, CommentView] = {}
    if complete or soon:
        branches, views = await store.whole_branches(tx, post_id)
    else:
        branches = await store.branches(tx, post_id)
    kept = Kept(stamp, authors, tx.now, branches, [row.id for row in branches if row.removed])
    if (
        not writing.get() and max(stamp, authors) <= tx.heard
    ):  # what was told of since then this transaction need not see
        threads[post_id] = kept
        threads.move_to_end(post_id)
        _forget_some(threads)
    return kept, views


def _authors_stand(tx: Tx, kept: Kept, authors: int) -> bool:
    """Whether all who wrote in a thread look as they did when it was read (`authors`: the last change of anybody's looks)."""
    if authors == kept.authors:
        return True
    of_this_thread = {("author", row.creator_id) for row in kept.branches}
    if tx.changes.newest(tuple(of_this_thread)) > kept.authors:
        return False
    kept.authors = authors
    return True


def _forget_some(threads: OrderedDict[int, Kept]) -> None:
    total = sum(len(kept.branches) for kept in threads.values())
    while total > _KEPT and len(threads) > 1:
        total -= len(threads.popitem(last=False)[1].branches)
