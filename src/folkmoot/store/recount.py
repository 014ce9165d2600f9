"""Every stored count, computed from the rows alone, and what differs.

Works through the tables in ranges of ids, so that a large database neither fills the memory nor holds the writers up. Definitions are
those of section 9 of the behaviour rules, as the table in `store/counts.py` lists them. Hot ranks fade with time and are not compared;
`newest_comment` never goes back (G-1), so only a stored moment that is too early is drift.

Everything may go on while this runs. One range is read by one statement, which sees what was committed and nothing else; rows that differ
are locked and counted again before they are mended, and whoever writes meanwhile adds to what is written here.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from folkmoot.model.ranking import comments_step, controversy_rank
from folkmoot.store.counts import NECRO
from folkmoot.store.db import Database, Tx

RANGE = 2000
"""Ids of one step."""

Values = dict[str, Any]
Count = Callable[[Tx, int, int], Awaitable[dict[int, tuple[Values, Values]]]]
"""Of the rows in a range of ids (after, until): the stored and the counted values, by id."""


@dataclass(frozen=True, slots=True)
class Drift:
    """One stored value that is not what the rows say."""

    table: str
    id: int
    column: str
    stored: Any
    counted: Any


@dataclass(frozen=True, slots=True)
class Step:
    """One way through the rows of `table`, in ranges of the ids of `along`."""

    table: str
    along: str
    count: Count


async def recount(
    db: Database, *, repair: bool = True, progress: Callable[[str, int, int], None] = lambda *_: None
) -> list[Drift]:
    """Compare everything; write the right values where `repair`. What was found, in the order of `STEPS`.

    `progress` hears the table, how far it is and how far it goes (ids). Without repair, people and communities are compared with what
    posts and comments store, right or wrong.
    """
    found: list[Drift] = []
    for step in STEPS:
        async with db.read() as tx:
            last = int(await tx.value(f"SELECT coalesce(max(id), 0) FROM {step.along}"))
        for after in range(0, last, RANGE):
            found += await _one_range(db, step, after, repair=repair)
            progress(step.table, min(after + RANGE, last), last)
    return found


async def ids_to_count(db: Database) -> int:
    """How far all steps of `recount` go together, for a bar that shows progress."""
    async with db.read() as tx:
        return sum([int(await tx.value(f"SELECT coalesce(max(id), 0) FROM {step.along}")) for step in STEPS])


async def _one_range(db: Database, step: Step, after: int, *, repair: bool) -> list[Drift]:
    async with db.read(slow=True) as tx:
        drifts = _differences(step.table, await step.count(tx, after, after + RANGE))
    if not (drifts and repair):
        return drifts
    async with db.write() as tx:
        ids = {drift.id for drift in drifts}
        for table in dict.fromkeys((step.table, *map(_stands_in, drifts))):
            await tx.all(f"SELECT id FROM {table} WHERE id IN :ids[] ORDER BY id FOR_UPDATE", ids=ids)
        again = _differences(step.table, await step.count(tx, after, after + RANGE))
        drifts = [drift for drift in again if drift.id in ids]
        await _mend(tx, step.table, drifts)
    return drifts


async def _mend(tx: Tx, table: str, drifts: Collection[Drift]) -> None:
    for drift in drifts:
        await tx.run(
            f"UPDATE {_stands_in(drift)} SET {drift.column} = :value WHERE id = :id",
            value=drift.counted, id=drift.id,
        )  # fmt: skip
    ids = {drift.id for drift in drifts}
    if table != "local_site":
        await tx.run(f"UPDATE {table} SET version = version + 1 WHERE id IN :ids[]", ids=ids)
    threads = ids if table == "post" else set()
    if table == "comment":
        threads = {row[0] for row in await tx.all("SELECT post_id FROM comment WHERE id IN :ids[]", ids=ids)}
    for number in threads:
        tx.changed("thread", number)
    if table in ("community", "person"):
        for number in ids:
            tx.changed(table, number)
    for kind in ("posts", "front", "site"):
        tx.changed(kind)


def _stands_in(drift: Drift) -> str:
    """The table that stores it."""
    return "community_count" if (drift.table, drift.column) == ("community", "comments") else drift.table


def _differences(table: str, rows: dict[int, tuple[Values, Values]]) -> list[Drift]:
    return [
        Drift(table, number, column, stored[column], counted[column])
        for number, (stored, counted) in rows.items()
        for column in counted
        if _differ(stored[column], counted[column])
    ]


def _differ(stored: Any, counted: Any) -> bool:
    return (
        abs(stored - counted) > 1e-9 * max(1.0, abs(counted))
        if isinstance(counted, float)
        else bool(stored != counted)
    )


_UP = "sum(CASE WHEN value = 1 THEN 1 ELSE 0 END)"
_DOWN = "sum(CASE WHEN value = -1 THEN 1 ELSE 0 END)"
_COUNTS = "sum(CASE WHEN deleted OR removed THEN 0 ELSE 1 END)"


def _vote_values(upvotes: int, downvotes: int) -> Values:
    return {
        "upvotes": upvotes,
        "downvotes": downvotes,
        "score": upvotes - downvotes,
        "controversy_rank": controversy_rank(upvotes, downvotes),
    }


async def _posts(tx: Tx, after: int, until: int) -> dict[int, tuple[Values, Values]]:
    rows = await tx.all(
        "SELECT p.id, p.upvotes, p.downvotes, p.score, p.controversy_rank, p.comments, p.comments_step, p.newest_comment,"
        " p.newest_comment_necro, p.carried_upvotes + coalesce(v.up, 0), p.carried_downvotes + coalesce(v.down, 0), coalesce(c.counted, 0),"
        " coalesce(c.newest, 0), coalesce(c.necro, 0) FROM post p"
        f" LEFT JOIN (SELECT post_id, {_UP} AS up, {_DOWN} AS down FROM post_vote WHERE post_id > :after AND post_id <= :until GROUP BY post_id)"
        " AS v ON v.post_id = p.id"
        " LEFT JOIN (SELECT x.post_id, sum(CASE WHEN x.deleted OR x.removed THEN 0 ELSE 1 END) AS counted, max(x.published) AS newest,"
        " max(CASE WHEN x.creator_id <> y.creator_id AND x.published < y.published + :necro THEN x.published ELSE 0 END) AS necro"
        " FROM comment x JOIN post y ON y.id = x.post_id WHERE x.post_id > :after AND x.post_id <= :until GROUP BY x.post_id)"
        " AS c ON c.post_id = p.id WHERE p.id > :after AND p.id <= :until ORDER BY p.id",
        after=after, until=until, necro=NECRO,
    )  # fmt: skip
    result = {}
    for (
        number,
        up,
        down,
        score,
        controversy,
        comments,
        step,
        newest,
        necro,
        true_up,
        true_down,
        counted,
        true_newest,
        true_necro,
    ) in rows:
        stored = {
            "upvotes": up, "downvotes": down, "score": score, "controversy_rank": controversy, "comments": comments,
            "comments_step": step, "newest_comment": newest, "newest_comment_necro": necro,
        }  # fmt: skip
        right = _vote_values(int(true_up), int(true_down)) | {
            "comments": int(counted),
            "comments_step": comments_step(int(counted)),
            "newest_comment": max(newest, true_newest),
            "newest_comment_necro": max(necro, true_necro),
        }
        result[number] = (stored, right)
    return result


async def _comments(tx: Tx, after: int, until: int) -> dict[int, tuple[Values, Values]]:
    rows = await tx.all(
        "SELECT c.id, c.upvotes, c.downvotes, c.score, c.controversy_rank, c.carried_upvotes + coalesce(v.up, 0),"
        " c.carried_downvotes + coalesce(v.down, 0) FROM comment c"
        f" LEFT JOIN (SELECT comment_id, {_UP} AS up, {_DOWN} AS down FROM comment_vote WHERE comment_id > :after AND comment_id <= :until"
        " GROUP BY comment_id) AS v ON v.comment_id = c.id WHERE c.id > :after AND c.id <= :until ORDER BY c.id",
        after=after, until=until,
    )  # fmt: skip
    return {
        number: (
            {"upvotes": up, "downvotes": down, "score": score, "controversy_rank": controversy},
            _vote_values(int(true_up), int(true_down)),
        )
        for number, up, down, score, controversy, true_up, true_down in rows
    }


async def _children(tx: Tx, after: int, until: int) -> dict[int, tuple[Values, Values]]:
    """How many comments are below each comment of the posts in the range: their paths say it."""
    rows = await tx.all(
        "SELECT id, path, child_count FROM comment WHERE post_id > :after AND post_id <= :until ORDER BY id",
        after=after, until=until,
    )  # fmt: skip
    below: dict[int, int] = defaultdict(int)
    for _, path, _ in rows:
        for ancestor in path.split(".")[1:-1]:
            below[int(ancestor)] += 1
    return {number: ({"child_count": stored}, {"child_count": below[number]}) for number, _, stored in rows}


async def _people(tx: Tx, after: int, until: int) -> dict[int, tuple[Values, Values]]:
    columns = ("post_count", "post_score", "comment_count", "comment_score")
    rows = await tx.all(
        "SELECT p.id, p.post_count, p.post_score, p.comment_count, p.comment_score, coalesce(a.counted, 0), coalesce(a.score, 0),"
        " coalesce(b.counted, 0), coalesce(b.score, 0) FROM person p"
        + "".join(
            f" LEFT JOIN (SELECT creator_id, {_COUNTS} AS counted, sum(score) AS score FROM {table}"
            f" WHERE creator_id > :after AND creator_id <= :until GROUP BY creator_id) AS {alias} ON {alias}.creator_id = p.id"
            for table, alias in (("post", "a"), ("comment", "b"))
        )
        + " WHERE p.id > :after AND p.id <= :until ORDER BY p.id",
        after=after, until=until,
    )  # fmt: skip
    return _pairs(rows, columns)


async def _communities(tx: Tx, after: int, until: int) -> dict[int, tuple[Values, Values]]:
    columns = ("posts", "comments", "subscribers", "subscribers_local")
    rows = await tx.all(
        "SELECT c.id, c.posts, n.comments, c.subscribers, c.subscribers_local, coalesce(p.posts, 0), coalesce(p.comments, 0),"
        # What a community elsewhere has is for its home to say (G-3).
        " CASE WHEN c.local THEN coalesce(f.everybody, 0) ELSE c.subscribers END, coalesce(f.ours, 0) FROM community c"
        " JOIN community_count n ON n.id = c.id"
        " LEFT JOIN (SELECT community_id, count(*) AS posts, sum(comments) AS comments FROM post"
        " WHERE community_id > :after AND community_id <= :until AND NOT deleted AND NOT removed GROUP BY community_id)"
        " AS p ON p.community_id = c.id"
        " LEFT JOIN (SELECT x.community_id, count(*) AS everybody, sum(CASE WHEN y.local THEN 1 ELSE 0 END) AS ours FROM community_follow x"
        " JOIN person y ON y.id = x.person_id JOIN community z ON z.id = x.community_id AND NOT (z.local AND x.pending)"
        " WHERE x.community_id > :after AND x.community_id <= :until GROUP BY x.community_id)"
        " AS f ON f.community_id = c.id WHERE c.id > :after AND c.id <= :until ORDER BY c.id",
        after=after, until=until,
    )  # fmt: skip
    return _pairs(rows, columns)


async def _site(tx: Tx, after: int, until: int) -> dict[int, tuple[Values, Values]]:
    columns = ("users", "posts", "comments", "communities")
    rows = await tx.all(
        "SELECT id, users, posts, comments, communities, (SELECT count(*) FROM local_user WHERE accepted_application),"
        " (SELECT count(*) FROM post WHERE local AND NOT deleted AND NOT removed),"
        " (SELECT count(*) FROM comment WHERE local AND NOT deleted AND NOT removed),"
        " (SELECT count(*) FROM community WHERE local AND NOT deleted AND NOT removed) FROM local_site WHERE id > :after AND id <= :until",
        after=after, until=until,
    )  # fmt: skip
    return _pairs(rows, columns)


def _pairs(rows: Iterable[Any], columns: tuple[str, ...]) -> dict[int, tuple[Values, Values]]:
    """Rows of an id, the stored values and the counted ones."""
    width = len(columns)
    return {
        row[0]: (
            dict(zip(columns, row[1 : width + 1], strict=True)),
            dict(zip(columns, (int(value) for value in row[width + 1 :]), strict=True)),
        )
        for row in rows
    }


# People and communities add up what posts and comments store, so those come first.
STEPS = (
    Step("comment", "comment", _comments),
    Step("comment", "post", _children),
    Step("post", "post", _posts),
    Step("person", "person", _people),
    Step("community", "community", _communities),
    Step("local_site", "local_site", _site),
)
