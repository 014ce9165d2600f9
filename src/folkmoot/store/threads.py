"""A thread as it is read: its comments in one query, what stands beside it in one, a reader's marks in one."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from folkmoot.model.communities import Community
from folkmoot.model.instances import Doubt
from folkmoot.model.posts import Post
from folkmoot.model.time import MINUTE
from folkmoot.model.views import NO_MARKS, Branch, CommentView, Crosspost, Marks, Moderator, ThreadFetch
from folkmoot.store import destinations, fetches, sight
from folkmoot.store.db import Tx
from folkmoot.store.listing.views import BANNED, COMMENT_VIEW, MODERATES, comment_view_of
from folkmoot.store.outbox import LOOK_LATER
from folkmoot.store.rows import Row

MOST = 20_000
"""Comments of one thread that are looked at: the oldest ones, so that answers have their parents."""

_BRANCH = (
    f"i.id, i.version, w.version, {MODERATES}, {BANNED}, i.parent_id, i.creator_id, i.child_count, i.published, i.deleted, i.removed,"
    " i.distinguished, i.score, i.hot_rank, i.controversy_rank, i.language_id, w.bot"
)
_OF_POST = "FROM comment i JOIN person w ON w.id = +i.creator_id WHERE i.post_id = :post_id ORDER BY i.id LIMIT :most"


async def branches(tx: Tx, post_id: int) -> list[Branch]:
    """All comments of a post, parents before their answers."""
    return [
        Branch._make(row) for row in await tx.all(f"SELECT {_BRANCH} {_OF_POST}", post_id=post_id, most=MOST)
    ]


async def whole_branches(tx: Tx, post_id: int) -> tuple[list[Branch], dict[int, CommentView]]:
    """The same with the comments themselves, by id: for a reader who has seen none of them yet."""
    rows = await tx.all(f"SELECT {COMMENT_VIEW} {_OF_POST}", post_id=post_id, most=MOST)
    views = {row[0]: comment_view_of(row) for row in rows}
    found = []
    for view in views.values():
        comment = view.comment
        found.append(
            Branch(
                comment.id, comment.version, view.creator.version, view.creator_is_moderator, view.creator_banned_from_community,
                comment.parent_id, comment.creator_id, comment.child_count, comment.published, comment.deleted, comment.removed,
                comment.distinguished, comment.score, comment.hot_rank, comment.controversy_rank, comment.language_id, view.creator.bot,
            )
        )  # fmt: skip
    return found, views


_MODERATORS = (
    "SELECT * FROM (SELECT 0 AS kind, w.id, w.name, w.host, coalesce(w.display_name, '') AS title, 0 AS comments"
    " FROM community_moderator b JOIN person w ON w.id = b.person_id WHERE b.community_id = :community_id ORDER BY b.published, w.id) AS a"
)
_CROSSPOSTS = (
    "SELECT * FROM (SELECT 1 AS kind, t.id, o.name, o.host, o.title, t.comments FROM post t JOIN community o ON o.id = t.community_id"
    " WHERE t.url = :url AND t.id <> :post_id AND NOT t.deleted AND NOT t.removed AND NOT o.deleted AND NOT o.removed AND NOT o.hidden"
    " AND {reads} AND {listed}"
    " AND NOT EXISTS (SELECT 1 FROM person_block b WHERE b.person_id = :viewer AND b.target_id = t.creator_id)"
    " AND NOT EXISTS (SELECT 1 FROM community_block b WHERE b.person_id = :viewer AND b.community_id = t.community_id)"
    " ORDER BY t.hot_rank DESC, t.published DESC, t.id DESC LIMIT 10) AS b"
)


def _crossposts(*, signed_in: bool) -> str:
    return _CROSSPOSTS.format(reads=sight.reads("o", signed_in=signed_in), listed=sight.listed("o"))


_REASONS = (
    "SELECT * FROM (SELECT 2 AS kind, g.comment_id, '', '', g.reason AS title, 0 AS comments FROM modlog g"
    " WHERE g.comment_id IN :removed[] AND g.kind = 'remove_comment' AND g.state AND g.reason IS NOT NULL ORDER BY g.id) AS c"
)
_MARKS = (
    "SELECT 3 AS kind, v.comment_id, '', '', '' AS title, v.value FROM comment_vote v WHERE v.person_id = :viewer AND v.post_id = :post_id"
    " UNION ALL SELECT 4, v.comment_id, '', '', '', 0 FROM comment_saved v WHERE v.person_id = :viewer AND v.post_id = :post_id"
    " UNION ALL SELECT 5, b.target_id, '', '', '', 0 FROM person_block b WHERE b.person_id = :viewer"
)
"""The reader's votes and saves in a thread, and whom they block: one range of an index each."""
_AVERSE = (
    "SELECT 6, m.id, '', '', '', 0 FROM community m WHERE m.id = (SELECT t.community_id FROM post t WHERE t.id = :post_id)"
    " AND (EXISTS (SELECT 1 FROM community_block b WHERE b.person_id = :viewer AND b.community_id = m.id)"
    " OR EXISTS (SELECT 1 FROM instance_block b WHERE b.person_id = :viewer AND b.instance_id = m.instance_id))"
)
"""Whether they block the community or its server."""
_AWAITED = (
    "SELECT 9 AS kind, 0, j.payload, '', '' AS title, 0 FROM job j WHERE j.failed IS NULL AND j.run_at >= :now AND j.run_at <= :soon"
    f" AND j.name = '{LOOK_LATER}'"
)
"""What moderators of ours did in communities elsewhere within the last minute and nobody has agreed to yet."""
_FETCHED = (
    "SELECT 10 AS kind, f.fetched, coalesce(CAST(f.score AS TEXT), ''), CASE WHEN f.total IS NULL THEN '' ELSE 'asked' END, '' AS title,"
    f" {fetches.MISSING} FROM thread_fetch f WHERE f.post_id = :post_id"
)
"""When the rest of a thread from elsewhere was last asked for, and what its origin said."""
_LANGUAGES = "SELECT 7 AS kind, l.language_id, '', '', '' AS title, 0 FROM community_language l WHERE l.community_id = :community_id"


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside a thread. `reasons`: the modlog's last word on each removed comment, by id. `marks`: what is the reader's own.
    `languages`: those the community takes, for those who may write in them; none means all. `doubt`: why their answer may not arrive.
    `awaited`: acts of moderation anywhere that may wait for their community, for who moderates this one (`ap_id`, `kind`, `event`).
    `fetched`: when a thread from elsewhere was last completed."""

    moderators: tuple[Moderator, ...]
    crossposts: tuple[Crosspost, ...]
    reasons: dict[int, str]
    marks: Marks
    languages: tuple[int, ...]
    doubt: Doubt | None
    awaited: tuple[dict[str, Any], ...]
    fetched: ThreadFetch | None


async def beside(
    tx: Tx, post: Post, community: Community, viewer_id: int, removed: Collection[int], *, moderates: bool
) -> Beside:
    """The moderators of the post's community in their order (R-1), the other posts with the same link, hottest first (P-11), why
    comments were `removed`, and for a post from elsewhere when its thread was completed; for a reader who is somebody their marks, the
    languages they may write in, and whether it arrives. One query."""
    wanted = [
        _MODERATORS,
        *([_crossposts(signed_in=bool(viewer_id))] if post.url else ()),
        *([_REASONS] if removed else ()),
        *([_MARKS, *_for_writers(community)] if viewer_id else ()),
        *([_AWAITED] if moderates and not community.local else ()),
        *([] if post.local else [_FETCHED]),
    ]
    rows = await tx.all(
        " UNION ALL ".join(wanted),
        community_id=community.id, instance_id=community.instance_id, url=post.url, post_id=post.id, viewer=viewer_id,
        removed=list(removed), now=tx.now, soon=tx.now + MINUTE,
    )  # fmt: skip
    return Beside(
        tuple(Moderator(row[1], row[2], row[3], row[4] or None) for row in rows if row[0] == 0),
        tuple(Crosspost(row[1], row[2], row[3], row[4], row[5]) for row in rows if row[0] == 1),
        {row[1]: row[4] for row in rows if row[0] == 2},
        _marks(rows) if viewer_id else NO_MARKS,
        *_written(rows),
        tuple(json.loads(row[2]) for row in rows if row[0] == 9),
        next((_fetched(row) for row in rows if row[0] == 10), None),
    )


def _fetched(row: Row) -> ThreadFetch:
    return ThreadFetch(row[1], max(row[5], 0) if row[3] else None, int(row[2]) if row[2] else None)


def _for_writers(community: Community) -> list[str]:
    """What somebody who writes in a community should know."""
    return [_LANGUAGES] if community.local else [_LANGUAGES, destinations.DOUBTS.format(kind=8)]


def _written(rows: Sequence[Row]) -> tuple[tuple[int, ...], Doubt | None]:
    languages = tuple(sorted(row[1] for row in rows if row[0] == 7))
    return languages, next((destinations.doubt_of(row[1]) for row in rows if row[0] == 8), None)


async def for_writers(tx: Tx, community: Community) -> tuple[tuple[int, ...], Doubt | None]:
    """The languages that a community takes, none meaning all, and why what is written there may not arrive. One query."""
    rows = await tx.all(
        " UNION ALL ".join(_for_writers(community)),
        community_id=community.id,
        instance_id=community.instance_id,
        now=tx.now,
    )
    return _written(rows)


async def marks(tx: Tx, viewer_id: int, post_id: int) -> Marks:
    """A reader's marks in a thread alone. One query."""
    rows = await tx.all(f"{_MARKS} UNION ALL {_AVERSE}", viewer=viewer_id, post_id=post_id)
    return _marks(rows)


def _marks(rows: Sequence[Row]) -> Marks:
    return Marks(
        {row[1]: row[5] for row in rows if row[0] == 3},
        frozenset(row[1] for row in rows if row[0] == 4),
        frozenset(row[1] for row in rows if row[0] == 5),
        any(row[0] == 6 for row in rows),
    )
