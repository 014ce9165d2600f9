"""Many rows at once, with the counts they cause: for archives and invented sites.

`Deltas` collects what a batch adds to the stored counts, in memory; `apply` writes each touched row once and computes its ranks. The
numbers are those that `store/counts.py` would have written one by one, and `store/recount.py` proves it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from folkmoot.model.ranking import comments_step, controversy_rank, hot_rank, scaled_rank
from folkmoot.model.time import Micros
from folkmoot.store.counts import NECRO, comments_within_each
from folkmoot.store.db import Tx


async def next_ids(tx: Tx, table: str, count: int) -> list[int]:
    """Ids for `count` rows to insert in this transaction."""
    rows = await tx.all(tx.dialect.next_ids(table), count=count)
    return [row[0] for row in rows]


async def insert_many(tx: Tx, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns; rows that are there already stay as they are."""
    rows = list(rows)
    if rows:
        names = ", ".join(rows[0])
        marks = ", ".join(f":{name}" for name in rows[0])
        await tx.many(f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING", rows)


async def ids_by_ap_id(tx: Tx, table: str, ap_ids: Iterable[str]) -> dict[str, int]:
    """The ids of those that are here already."""
    rows = await tx.all(f"SELECT ap_id, id FROM {table} WHERE ap_id IN :ap_ids[text]", ap_ids=list(ap_ids))
    return {row[0]: row[1] for row in rows}


async def paths_by_id(tx: Tx, ids: Iterable[int]) -> dict[int, str]:
    """The paths of comments."""
    return {
        row[0]: row[1]
        for row in await tx.all("SELECT id, path FROM comment WHERE id IN :ids[]", ids=list(ids))
    }


async def local_post(tx: Tx, creator_id: int, community_id: int, name: str, published: Micros) -> int | None:
    """A post that came without an address: the same person, place, title and moment make it the same."""
    found: int | None = await tx.value(
        "SELECT id FROM post WHERE creator_id = :creator_id AND published = :published AND community_id = :community_id AND name = :name",
        creator_id=creator_id, community_id=community_id, name=name, published=published,
    )  # fmt: skip
    return found


async def local_comment(tx: Tx, creator_id: int, post_id: int, content: str, published: Micros) -> int | None:
    """A comment that came without an address: the same person, thread, text and moment make it the same."""
    found: int | None = await tx.value(
        "SELECT id FROM comment WHERE creator_id = :creator_id AND published = :published AND post_id = :post_id AND content = :content",
        creator_id=creator_id, post_id=post_id, content=content, published=published,
    )  # fmt: skip
    return found


async def votes_present(tx: Tx, kind: str, pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Which of these (target, person) pairs have a vote already."""
    wanted = set(pairs)
    table, column = ("post_vote", "post_id") if kind == "post" else ("comment_vote", "comment_id")
    rows = await tx.all(
        f"SELECT {column}, person_id FROM {table} WHERE {column} IN :targets[]",
        targets=list({pair[0] for pair in wanted}),
    )
    return {(row[0], row[1]) for row in rows} & wanted


@dataclass(slots=True)
class PostDelta:
    """What a batch adds to one post."""

    up: int = 0
    down: int = 0
    comments: int = 0
    newest: Micros = 0
    necro: Micros = 0


@dataclass(slots=True)
class Deltas:
    """What a batch adds to the stored counts."""

    posts: defaultdict[int, PostDelta] = field(default_factory=lambda: defaultdict(PostDelta))
    comment_votes: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    children: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    people: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0, 0]))
    """post_count, post_score, comment_count, comment_score."""
    communities: defaultdict[int, list[int]] = field(
        default_factory=lambda: defaultdict(lambda: [0, 0, 0, 0])
    )
    """posts, comments, subscribers, subscribers_local."""
    site: list[int] = field(default_factory=lambda: [0, 0, 0, 0])
    """users, posts, comments, communities."""

    def post_votes(self, post_id: int, creator_id: int, up: int, down: int) -> None:
        """So many votes on a post."""
        delta = self.posts[post_id]
        delta.up += up
        delta.down += down
        self.people[creator_id][1] += up - down

    def votes_on_comment(self, comment_id: int, creator_id: int, up: int, down: int) -> None:
        """So many votes on a comment."""
        delta = self.comment_votes[comment_id]
        delta[0] += up
        delta[1] += down
        self.people[creator_id][3] += up - down

    def comment(
        self,
        path: str,
        post_id: int,
        *,
        published: Micros,
        post_published: Micros,
        by_author: bool,
        counts: bool,
    ) -> None:
        """A new comment: what it adds to its post and its ancestors."""
        delta = self.posts[post_id]
        delta.comments += counts
        delta.newest = max(delta.newest, published)
        if not by_author and published < post_published + NECRO:
            delta.necro = max(delta.necro, published)
        for ancestor in path.split(".")[1:-1]:
            self.children[int(ancestor)] += 1

    async def apply(self, tx: Tx) -> None:
        """Write it all: one UPDATE per touched row."""
        await self._apply_posts(tx)
        await self._apply_comments(tx)
        await tx.many(
            "UPDATE person SET post_count = post_count + :pc, post_score = post_score + :ps, comment_count = comment_count + :cc,"
            " comment_score = comment_score + :cs WHERE id = :id",
            [
                {"pc": d[0], "ps": d[1], "cc": d[2], "cs": d[3], "id": number}
                for number, d in sorted(self.people.items())
            ],
        )
        await tx.many(
            "UPDATE community SET posts = posts + :p, subscribers = subscribers + :s, subscribers_local = subscribers_local + :l,"
            " version = version + 1 WHERE id = :id",
            [
                {"p": d[0], "s": d[2], "l": d[3], "id": number}
                for number, d in sorted(self.communities.items())
            ],
        )
        await comments_within_each(tx, {number: d[1] for number, d in self.communities.items()})
        if any(self.site):
            await tx.run(
                "UPDATE local_site SET users = users + :u, posts = posts + :p, comments = comments + :c, communities = communities + :m",
                u=self.site[0], p=self.site[1], c=self.site[2], m=self.site[3],
            )  # fmt: skip
        for post_id in self.posts:
            tx.changed("thread", post_id)
        for community_id in self.communities:
            tx.changed("community", community_id)
        for kind in ("posts", "front", "site", "jobs"):
            tx.changed(kind)

    async def _apply_posts(self, tx: Tx) -> None:
        rows = await tx.all(
            "SELECT p.id, p.upvotes, p.downvotes, p.comments, p.published, p.newest_comment, p.newest_comment_necro, c.users_active_month"
            " FROM post p JOIN community c ON c.id = p.community_id WHERE p.id IN :ids[]",
            ids=list(self.posts),
        )
        changes = []
        for number, upvotes, downvotes, comments, published, newest, necro, active in rows:
            delta = self.posts[number]
            up, down = upvotes + delta.up, downvotes + delta.down
            necro = max(necro, delta.necro)
            hot = hot_rank(up - down, published, tx.now)
            changes.append(
                {"id": number, "up": up, "down": down, "score": up - down, "comments": delta.comments,
                 "step": comments_step(comments + delta.comments), "newest": max(newest, delta.newest), "necro": necro, "hot": hot,
                 "active": hot_rank(up - down, necro, tx.now), "scaled": scaled_rank(hot, active),
                 "controversy": controversy_rank(up, down)}
            )  # fmt: skip
        await tx.many(
            "UPDATE post SET upvotes = :up, downvotes = :down, score = :score, comments = comments + :comments,"
            " comments_step = :step, newest_comment = :newest, newest_comment_necro = :necro, hot_rank = :hot, active_rank = :active,"
            " scaled_rank = :scaled, controversy_rank = :controversy, version = version + 1 WHERE id = :id",
            changes,
        )

    async def _apply_comments(self, tx: Tx) -> None:
        await tx.many(
            "UPDATE comment SET child_count = child_count + :by, version = version + 1 WHERE id = :id",
            [{"id": number, "by": by} for number, by in sorted(self.children.items())],
        )
        rows = await tx.all(
            "SELECT id, upvotes, downvotes, published FROM comment WHERE id IN :ids[]",
            ids=list(self.comment_votes),
        )
        changes = []
        for number, upvotes, downvotes, published in rows:
            more_up, more_down = self.comment_votes[number]
            up, down = upvotes + more_up, downvotes + more_down
            changes.append(
                {"id": number, "up": up, "down": down, "score": up - down, "hot": hot_rank(up - down, published, tx.now),
                 "controversy": controversy_rank(up, down)}
            )  # fmt: skip
        await tx.many(
            "UPDATE comment SET upvotes = :up, downvotes = :down, score = :score, hot_rank = :hot, controversy_rank = :controversy,"
            " version = version + 1 WHERE id = :id",
            changes,
        )


async def instances(tx: Tx, domains: Iterable[str]) -> dict[str, int]:
    """The ids of the servers that are known."""
    rows = await tx.all(
        "SELECT domain, id FROM instance WHERE domain IN :domains[text]", domains=list(domains)
    )
    return {row[0]: row[1] for row in rows}


async def follows_present(tx: Tx, pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Which of these (person, community) pairs follow already."""
    wanted = set(pairs)
    rows = await tx.all(
        "SELECT person_id, community_id FROM community_follow WHERE person_id IN :people[] AND community_id IN :communities[]",
        people=list({pair[0] for pair in wanted}), communities=list({pair[1] for pair in wanted}),
    )  # fmt: skip
    return {(row[0], row[1]) for row in rows} & wanted
