"""A garden of posts: many, in several communities, with ties in every rank, so that order shows."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from folkmoot.model.ranking import comments_step
from folkmoot.model.time import DAY, HOUR, MINUTE
from folkmoot.store.db import Database, Tx
from folkmoot.store.migrate import known_migrations
from tests import rows
from tests.cast import THERE, Cast

BOOLS = ("nsfw", "deleted", "removed", "featured_local", "featured_community")


@dataclass
class Garden:
    """What was planted, as plain values."""

    posts: list[dict[str, Any]]
    comments: list[dict[str, Any]]
    communities: dict[int, dict[str, Any]]


async def insert(tx: Tx, table: str, values: dict[str, Any]) -> int:
    """One row, written plainly; its id."""
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    number: int = await tx.value(f"INSERT INTO {table} ({names}) VALUES ({marks}) RETURNING id", **values)
    return number


def step_in_sql() -> str:
    """How the migration computes `comments_step` of a post."""
    (first,) = [each.script for each in known_migrations() if "before_comments_steps" in each.name]
    return first[first.index("CASE") : first.index("END") + len("END")]


async def plant_post(tx: Tx, number: int, **values: Any) -> dict[str, Any]:
    """A post with whatever is not given made up."""
    row: dict[str, Any] = {
        "name": f"Post {number}", "name_html": f"Post {number}", "ap_id": f"https://x.example/post/{number}", "local": True,
        "published": tx.now, "newest_comment": tx.now, "newest_comment_necro": tx.now, "language_id": 0, "url_host": None,
        "hot_rank": 0.0001, "active_rank": 0.0001, "scaled_rank": 0.0001, "controversy_rank": 0.0, "score": 1, "comments": 0,
        **dict.fromkeys(BOOLS, False), **values,
    }  # fmt: skip
    row["comments_step"] = comments_step(row["comments"])
    row["id"] = await insert(tx, "post", row)
    return row


@pytest.fixture
async def garden(db: Database, cast: Cast) -> Garden:
    """Sixty posts and a hundred comments in five communities."""
    random = Random(7)
    found: dict[int, dict[str, Any]] = {}
    posts, comments = [], []
    async with db.write() as tx:
        there = await tx.value("SELECT id FROM instance WHERE domain = :domain", domain=THERE)
        quiet = await rows.community(tx, "quiet", moderators=[])
        hidden = await rows.community(tx, "attic", moderators=[])
        away = await rows.community(tx, "away", moderators=[], instance_id=there, host=THERE)
        await tx.run("UPDATE community SET hidden = :yes WHERE id = :id", yes=True, id=hidden)
        for number in (cast.gardening.id, cast.baking.id, quiet, hidden, away):
            found[number] = {
                "local": number in (cast.gardening.id, quiet, hidden),
                "hidden": number == hidden,
            }
        weights = [cast.gardening.id] * 6 + [cast.baking.id] * 8 + [quiet] * 2 + [hidden] * 2 + [away] * 12
        for number in range(60):
            published = tx.now - random.choice(
                [MINUTE, HOUR, 5 * HOUR, DAY - 1, 3 * DAY, 20 * DAY, 100 * DAY, 400 * DAY]
            )
            posts.append(
                await plant_post(
                    tx, number, community_id=random.choice(weights),
                    creator_id=random.choice([cast.alice.id, cast.bob.id, cast.carol.id]),
                    published=published, newest_comment=published + random.choice([0, HOUR]), score=random.randrange(4),
                    comments=random.choice([0, 1, 1, 2, 7, 8, 9, 15, 16, 17, 19, 20]), hot_rank=random.choice([0.0, 0.1, 0.2]), active_rank=random.choice([0.0, 0.1, 0.2]),
                    scaled_rank=random.choice([0.0, 0.1]), controversy_rank=random.choice([0.0, 2.0]),
                    featured_local=number % 17 == 3, featured_community=number % 13 == 2, deleted=number % 19 == 1,
                    removed=number % 23 == 5, nsfw=number % 11 == 4,
                )
            )  # fmt: skip
        for number in range(100):
            post = random.choice(posts)
            row = {
                "post_id": post["id"], "community_id": post["community_id"], "creator_id": random.choice([cast.alice.id, cast.carol.id]),
                "path": f"0.{number}", "content": f"Comment {number}", "content_html": f"<p>Comment {number}</p>",
                "ap_id": f"https://x.example/comment/{number}", "local": True, "published": tx.now - random.randrange(5) * HOUR,
                "score": random.randrange(4), "hot_rank": random.choice([0.0, 0.1]), "controversy_rank": random.choice([0.0, 2.0]),
                "deleted": number % 19 == 1, "removed": number % 23 == 5,
            }  # fmt: skip
            row["id"] = await insert(tx, "comment", row)
            comments.append(row)
        for person, community in ((cast.alice, quiet), (cast.alice, hidden), (cast.alice, away)):
            await tx.run(
                "INSERT INTO community_follow (person_id, community_id, pending, published) VALUES (:p, :c, :pending, :now)",
                p=person.id, c=community, pending=community == away, now=tx.now,
            )  # fmt: skip
    return Garden(posts, comments, found)


Walk = Callable[..., Any]
