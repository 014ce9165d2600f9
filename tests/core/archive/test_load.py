"""What an archive becomes."""

import json
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest

from folkmoot.core.archive.demo import demo_records
from folkmoot.core.archive.invent import SCALES, Scale, invent
from folkmoot.core.archive.load import Outcome, load
from folkmoot.core.archive.read import BadArchive, open_archive
from folkmoot.store.db import Database
from folkmoot.store.recount import recount
from tests.cast import Cast

WHEN = "2026-05-01T10:00:00Z"
PEOPLE = [
    {"type": "instance", "host": "far.example", "software": "lemmy"},
    {"type": "person", "handle": "dora@far.example"},
    {"type": "person", "handle": "emil"},
    {"type": "community", "handle": "books@far.example", "title": "Books", "creator": "dora@far.example"},
]
POST = {
    "type": "post", "id": "p", "ap_id": "https://far.example/post/1", "community": "books@far.example", "creator": "dora@far.example",
    "name": "What are you reading?", "published": WHEN,
}  # fmt: skip


def comment(name: str, parent: str | None, **more: Any) -> dict[str, Any]:
    return {
        "type": "comment", "id": name, "ap_id": f"https://far.example/comment/{name}", "post": "p", "parent": parent,
        "creator": "dora@far.example", "content": f"says {name}", "published": WHEN, **more,
    }  # fmt: skip


async def bring(db: Database, *records: dict[str, Any], batch: int = 4000) -> Outcome:
    header = {"type": "archive", "format": "folkmoot-archive", "version": 1}
    lines = "\n".join(json.dumps(record) for record in (header, *PEOPLE, *records))
    return await load(db, open_archive(BytesIO(lines.encode())).records(), batch=batch)


async def number_of(db: Database, sql: str) -> int:
    async with db.read() as tx:
        return int(await tx.value(sql))


async def drift(db: Database) -> list[Any]:
    return await recount(db, repair=False)


@pytest.mark.parametrize(
    ("record", "says"),
    [
        ({**POST, "creator": "nobody"}, "person 'nobody' does not come before"),
        ({**POST, "community": "nowhere"}, "community 'nowhere' does not come before"),
        (comment("c1", None), "post 'p' does not come before"),
        (
            {"type": "vote", "on": "post", "target": "p", "person": "emil", "value": 1},
            "post 'p' does not come before",
        ),
        (
            {"type": "subscription", "person": "emil", "community": "books@far.example", "role": "king"},
            "role 'king'",
        ),
    ],
)
async def test_a_record_that_refers_to_nothing_is_an_error_with_its_line(
    db: Database, cast: Cast, record: Any, says: str
) -> None:
    with pytest.raises(BadArchive, match=f"line 6: .*{says}"):
        await bring(db, record)


@pytest.mark.parametrize(
    ("vote", "says"),
    [
        ({"on": "post", "target": "p", "value": 2}, "a vote of 2"),
        ({"on": "person", "target": "p", "value": 1}, "a vote on 'person'"),
        ({"on": "post", "target": "p", "value": 1}, "brought totals"),
    ],
)
async def test_a_vote_is_one_up_or_down_on_something_without_totals(
    db: Database, cast: Cast, vote: Any, says: str
) -> None:
    with pytest.raises(BadArchive, match=says):
        await bring(db, {**POST, "upvotes": 3}, {"type": "vote", "person": "emil", **vote})


async def test_a_second_post_of_one_id_is_an_error(db: Database, cast: Cast) -> None:
    with pytest.raises(BadArchive, match="a second post with the id 'p'"):
        await bring(db, POST, {**POST, "ap_id": "https://far.example/post/2"})


async def test_what_breaks_a_house_rule_is_left_out_with_what_hangs_on_it(db: Database, cast: Cast) -> None:
    outcome = await bring(db, {**POST, "name": "no"}, comment("c1", None), comment("c2", "c1"))
    assert outcome.left_out == 3
    assert outcome.refused[0] == (6, "invalid_post_title (name)")
    assert await number_of(db, "SELECT count(*) FROM post") == 0


async def test_totals_are_carried_and_counted(db: Database, cast: Cast) -> None:
    await bring(db, {**POST, "upvotes": 10, "downvotes": 4}, comment("c1", None, upvotes=2, downvotes=5))
    async with db.read() as tx:
        assert tuple(await tx.first("SELECT upvotes, downvotes, score, comments FROM post") or ()) == (
            10,
            4,
            6,
            1,
        )
        assert tuple(await tx.first("SELECT upvotes, downvotes, score FROM comment") or ()) == (2, 5, -3)
        assert tuple(
            await tx.first("SELECT post_score, comment_score FROM person WHERE name = 'dora'") or ()
        ) == (6, -3)
    assert await drift(db) == []


@pytest.mark.parametrize("batch", [1, 3, 4000])
async def test_the_tree_and_the_counts_are_right_whatever_the_batches(
    db: Database, cast: Cast, batch: int
) -> None:
    await bring(
        db,
        POST,
        comment("c1", None),
        comment("c2", "c1", deleted=True),
        comment("c3", "c2"),
        {"type": "vote", "on": "comment", "target": "c3", "person": "emil", "value": -1},
        {"type": "subscription", "person": "emil", "community": "books@far.example"},
        batch=batch,
    )
    async with db.read() as tx:
        rows = await tx.all("SELECT content, path, child_count, score FROM comment ORDER BY id")
        assert [tuple(row) for row in rows] == [
            ("says c1", "0.1", 2, 0),
            ("says c2", "0.1.2", 1, 0),
            ("says c3", "0.1.2.3", 0, -1),
        ]
        assert await tx.value("SELECT comments FROM post") == 2
    assert await drift(db) == []


async def test_the_same_file_twice_changes_nothing(db: Database, cast: Cast) -> None:
    records = [
        POST,
        comment("c1", None, upvotes=3),
        {**comment("c2", "c1"), "ap_id": None, "creator": "emil"},
        {"type": "vote", "on": "comment", "target": "c2", "person": "emil", "value": 1},
    ]
    first = await bring(db, *records)
    before = await everything(db)
    second = await bring(db, *records)
    assert (first.present, second.written, second.present) == (0, {}, len(PEOPLE) + len(records))
    assert await everything(db) == before


async def everything(db: Database) -> list[Any]:
    async with db.read() as tx:
        found = []
        for table in (
            "person",
            "community",
            "post",
            "comment",
            "post_vote",
            "comment_vote",
            "local_site",
            "local_user",
        ):
            found.append([tuple(row) for row in await tx.all(f"SELECT * FROM {table} ORDER BY 1, 2")])
        return found


async def test_an_import_that_broke_off_goes_on_when_run_again(db: Database, cast: Cast) -> None:
    broken = {"type": "comment", "id": "c9", "post": "p", "creator": "who", "content": "x", "published": WHEN}
    with pytest.raises(BadArchive):
        await bring(db, POST, comment("c1", None), broken, batch=1)
    await bring(db, POST, comment("c1", None), comment("c9", "c1"))
    assert await number_of(db, "SELECT count(*) FROM comment") == 2
    assert await drift(db) == []


async def test_local_people_come_with_their_password(db: Database, cast: Cast) -> None:
    await bring(
        db,
        {
            "type": "person",
            "handle": "frida",
            "password_hash": "$2b$12$abc",
            "email": "Frida@mail.example",
            "admin": True,
        },
    )
    async with db.read() as tx:
        row = await tx.first(
            "SELECT u.password_hash, u.email_key, u.admin FROM local_user u JOIN person p ON p.id = u.person_id WHERE p.name = 'frida'"
        )
    assert row is not None
    assert (row[0], row[1], bool(row[2])) == ("$2b$12$abc", "frida@mail.example", True)


async def test_an_invented_site_is_the_same_every_time_and_counts_right(db: Database, cast: Cast) -> None:
    scale = Scale(instances=4, people=30, communities=5, posts=12, comments=60, votes=200, long_threads=(20,))
    moment = datetime(2026, 6, 1, tzinfo=UTC)
    assert list(invent(scale, moment)) == list(invent(scale, moment))
    await load(db, enumerate(invent(scale, moment), 2))
    assert await number_of(db, "SELECT count(*) FROM comment") == 60
    assert (
        await number_of(db, "SELECT count(*) FROM post_vote")
        + await number_of(db, "SELECT count(*) FROM comment_vote")
        == 200
    )
    assert await number_of(db, "SELECT max(comments) FROM post") >= 18
    assert await drift(db) == []


def test_the_large_scales_have_the_sizes_they_promise() -> None:
    assert (SCALES["small"].posts, SCALES["small"].comments, SCALES["small"].votes) == (
        1_000,
        20_000,
        100_000,
    )
    assert (SCALES["medium"].posts, SCALES["medium"].comments, SCALES["medium"].votes) == (
        20_000,
        400_000,
        2_000_000,
    )
    assert all(
        SCALES[name].instances == 50 and SCALES[name].long_threads == (2000, 300)
        for name in ("small", "medium")
    )


async def test_the_demo_ends_now_and_breaks_no_rule(db: Database, cast: Cast) -> None:
    now = datetime(2027, 1, 2, 3, 4, tzinfo=UTC)
    outcome = await load(db, demo_records(now))
    assert outcome.left_out == 0
    newest = await number_of(db, "SELECT max(published) FROM comment")
    assert 0 < now.timestamp() * 1_000_000 - newest < 3 * 3600 * 1_000_000
    assert await drift(db) == []
