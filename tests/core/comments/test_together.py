"""Comments of the same moment are written together, as if each had been written alone."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest

from folkmoot.core.comments import together
from folkmoot.core.comments.create import CreateComment, Created, create_comment
from folkmoot.core.comments.together import MOST, Wish, create_together, submit_comment
from folkmoot.core.limits import Allowance, Doing
from folkmoot.core.posts.lock import lock_post
from folkmoot.model.comments import Comment
from folkmoot.model.errors import Busy, Invalid, NotAllowed, NotFound, NotLoggedIn, RateLimited, Refusal
from folkmoot.model.people import ANONYMOUS, Viewer
from folkmoot.model.posts import Post
from folkmoot.model.time import HOUR
from folkmoot.store.db import Database, Tx, count_statements, gave_way
from tests.cast import Cast, somebody
from tests.core.stories import assert_counts_are_right, ban_here, now, write_comment, write_post


def wish(author: Viewer, post: Post, content: str = "Water them.", parent: Comment | None = None) -> Wish:
    """Somebody wants to say something."""
    return Wish(author, CreateComment(post.id, content, parent.id if parent else None))


# --- refusals ------------------------------------------------------------------------------------------------------


async def test_each_is_refused_alone(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        locked = await write_post(tx, cast.alice, cast.gardening, "Locked")
        await lock_post(tx, cast.bob, locked.id, locked=True)
        await ban_here(tx, cast.gardening, cast.carol)
        elsewhere = await write_comment(
            tx, cast.alice, locked, "Under another post", ap_id="https://x.example/1", quiet=True
        )
        made = await create_together(
            tx,
            [
                wish(cast.alice, post, "a" * 10_001),
                wish(cast.alice, locked),
                wish(cast.bob, locked, "I moderate here"),
                wish(cast.carol, post),
                wish(cast.mallory, post),
                wish(ANONYMOUS, post),
                wish(cast.alice, post, "Below what?", elsewhere),
                Wish(cast.alice, CreateComment(99, "Hello?")),
                wish(cast.alice, post),
            ],
        )  # fmt: skip
    refused: list[type[Refusal] | str] = [
        f"{type(one).__name__} {one.code}" if isinstance(one, Refusal) else one.comment.content
        for one in made
    ]
    assert refused == [
        "Invalid invalid_body_field",
        "NotAllowed locked",
        "I moderate here",
        "NotAllowed banned_from_community",
        "NotAllowed site_ban",
        "NotLoggedIn incorrect_login",
        "Invalid couldnt_create_comment",
        "NotFound couldnt_find_post",
        "Water them.",
    ]
    await assert_counts_are_right(db)


async def test_who_is_refused_hears_why(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
    said = [
        submit_comment(db, cast.alice, CreateComment(post.id, "One")),
        submit_comment(db, cast.mallory, CreateComment(post.id, "Two")),
        submit_comment(db, ANONYMOUS, CreateComment(post.id, "Three")),
        submit_comment(db, cast.bob, CreateComment(99, "Four")),
    ]
    first, *others = await asyncio.gather(*said, return_exceptions=True)
    assert isinstance(first, Created)
    assert [type(one) for one in others] == [NotAllowed, NotLoggedIn, NotFound]
    with pytest.raises(Invalid, match="invalid_body_field"):
        await submit_comment(db, cast.alice, CreateComment(post.id, "a" * 10_001))


async def test_who_writes_too_much_is_refused_alone__K_1(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
    allowed = Allowance(3, HOUR)
    bob, carol = (Doing("comment", allowed, {f"person:{who.id}": 1}) for who in (cast.bob, cast.carol))

    def says(who: Viewer, text: str, counted: Doing) -> Awaitable[Created]:
        return submit_comment(db, who, CreateComment(post.id, text), counted)

    made = await asyncio.gather(
        *(says(cast.bob, f"Number {number}", bob) for number in range(5)),
        says(cast.carol, "a" * 10_001, carol),
        says(cast.carol, "One", carol),
        return_exceptions=True,
    )
    kinds = [type(one) for one in made]
    assert kinds == [Created] * 3 + [RateLimited] * 2 + [Invalid, Created], "what is refused otherwise counts"
    await says(cast.carol, "Two", carol)
    with pytest.raises(RateLimited):
        await says(cast.carol, "Three", carol)
    async with db.read() as tx:
        left = await tx.all("SELECT tokens FROM rate_bucket WHERE class = 'comment' ORDER BY key")
        assert [row[0] for row in left] == pytest.approx([0, 0])
        assert await tx.value("SELECT count(*) FROM comment") == 5
    await assert_counts_are_right(db)


async def test_nobody_waits_for_themselves(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        with pytest.raises(RuntimeError, match="within another one"):
            await submit_comment(db, cast.alice, CreateComment(post.id, "One"))


# --- what becomes of them --------------------------------------------------------------------------------------------


async def stands(tx: Tx, post: Post) -> list[list[tuple[Any, ...]]]:
    """All that is written of a thread, as far as it does not say in which order threads were begun."""
    asked = (
        "SELECT comments, newest_comment, newest_comment_necro, active_rank FROM post WHERE id = :id",
        "SELECT creator_id, content, content_html, local, language_id, removed, deleted, distinguished, locked, upvotes, downvotes, score,"
        " child_count, hot_rank, controversy_rank, published, updated, carried_upvotes, carried_downvotes, deleted_at"
        " FROM comment WHERE post_id = :id ORDER BY id",
        "SELECT person_id, value, published FROM comment_vote WHERE post_id = :id ORDER BY comment_id",
        "SELECT person_id, read, read_comments FROM post_read WHERE post_id = :id ORDER BY person_id",
        "SELECT r.recipient_id, r.read, c.content FROM comment_reply r JOIN comment c ON c.id = r.comment_id WHERE c.post_id = :id ORDER BY c.id",
        "SELECT m.recipient_id, c.content FROM person_mention m JOIN comment c ON c.id = m.comment_id WHERE c.post_id = :id ORDER BY c.id",
        "SELECT c.content FROM search_pending s JOIN comment c ON c.id = s.object_id AND s.kind = 'comment' WHERE c.post_id = :id ORDER BY c.id",
    )  # fmt: skip
    return [[tuple(row) for row in await tx.all(sql, id=post.id)] for sql in asked]


async def test_they_stand_as_if_each_had_been_written_alone__C_2__C_3__C_10__N_1__G_1(
    db: Database, cast: Cast
) -> None:
    async with db.write() as tx:
        erin = await somebody(tx, "erin")
        threads = [await write_post(tx, cast.alice, cast.gardening, name) for name in ("Beans", "Peas")]
        above = [await write_comment(tx, cast.bob, post, "Above", ap_id=None) for post in threads]
        wishes = [
            [
                wish(erin, post, "One"),
                wish(cast.alice, post, "Two, below", first),
                wish(erin, post, "Three, below @alice@here.example", first),
                wish(cast.bob, post, "Four"),
                wish(erin, post, "Five"),
                wish(erin, post, "One"),
            ]
            for post, first in zip(threads, above, strict=True)
        ]
        alone = [(await create_comment(tx, one.author, one.asked)) for one in wishes[0]]
        made = await create_together(tx, wishes[1])
        assert await stands(tx, threads[0]) == await stands(tx, threads[1])
        for one, other in zip(alone, made, strict=True):
            assert isinstance(other, Created)
            assert one.recipient_ids == other.recipient_ids
            assert (one.place is None) == (other.place is None)
            assert other.comment.path.rpartition(".")[0].count(".") == one.comment.path.rpartition(".")[
                0
            ].count(".")
            assert other.comment.ap_id == one.comment.ap_id.replace(
                str(one.comment.id), str(other.comment.id)
            )
        for comment in (one.comment for one in made[:5] if isinstance(one, Created)):
            assert comment == await now(tx, comment), "as stored"
        told = await tx.all("SELECT kind, payload FROM outgoing WHERE kind = 'CommentCreated' ORDER BY id")
        assert len(told) == 12
    await assert_counts_are_right(db)


async def test_pressing_the_button_twice_makes_one_comment(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
    asked = CreateComment(post.id, "Water them.")
    made = await asyncio.gather(*(submit_comment(db, cast.bob, asked) for _ in range(5)))
    made.append(await submit_comment(db, cast.bob, asked))
    assert len({one.comment.id for one in made}) == 1
    assert [bool(one.recipient_ids) for one in made] == [True, False, False, False, False, False], "told once"
    await assert_counts_are_right(db)


async def test_those_of_one_moment_take_few_statements(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        people = [await somebody(tx, f"reader{number}") for number in range(8)]
        posts = [await write_post(tx, cast.alice, cast.gardening, f"Post {number}") for number in range(8)]
    for number, post in enumerate(posts):
        await submit_comment(db, people[number], CreateComment(post.id, "Before anything is counted"))
    with count_statements() as counter:
        await asyncio.gather(
            *(
                submit_comment(db, person, CreateComment(post.id, f"{person.id} says"))
                for person in people
                for post in posts
            )
        )
    writing = [sql for sql in counter.statements if "comment_reply" not in sql and "local_user" not in sql]
    assert len(writing) <= 20, "and not a thousand"
    await assert_counts_are_right(db)


async def test_no_transaction_takes_more_than_it_may(
    db: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
    sizes: list[int] = []

    async def counted(tx: Tx, wishes: list[Wish]) -> list[Created | Refusal]:
        sizes.append(len(wishes))
        return await create_together(tx, wishes)

    monkeypatch.setattr(together, "create_together", counted)
    asked = [CreateComment(post.id, f"Number {number}") for number in range(MOST + 3)]
    await asyncio.gather(*(submit_comment(db, cast.bob, one) for one in asked))
    assert sizes == [MOST, 3]


# --- when it goes wrong ----------------------------------------------------------------------------------------------


async def test_one_that_cannot_be_written_does_not_take_the_others_with_it(
    db: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
    together_, alone = together.create_together, together.create_comment

    async def breaks(tx: Tx, wishes: list[Wish]) -> list[Created | Refusal]:
        made = await together_(tx, wishes)
        if any(one.asked.content == "Break" for one in wishes):
            raise ZeroDivisionError
        return made

    async def breaks_alone(tx: Tx, author: Viewer, asked: CreateComment) -> Created:
        made = await alone(tx, author, asked)
        if asked.content == "Break":
            raise ZeroDivisionError
        return made

    monkeypatch.setattr(together, "create_together", breaks)
    monkeypatch.setattr(together, "create_comment", breaks_alone)
    texts = ("One", "Break", "Two")
    made = await asyncio.gather(
        *(submit_comment(db, cast.bob, CreateComment(post.id, text)) for text in texts),
        return_exceptions=True,
    )
    assert [type(one) for one in made] == [Created, ZeroDivisionError, Created]
    async with db.read() as tx:
        assert {row[0] for row in await tx.all("SELECT content FROM comment")} == {"One", "Two"}
    await assert_counts_are_right(db)


async def test_a_database_that_stays_busy_is_said_to_be(
    db: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)

    async def busy(tx: Tx, wishes: list[Wish]) -> list[Created | Refusal]:
        raise Busy

    monkeypatch.setattr(together, "create_together", busy)
    with pytest.raises(Busy):
        await submit_comment(db, cast.bob, CreateComment(post.id, "One"))
    async with db.read() as tx:
        assert not await tx.all("SELECT id FROM comment")


async def test_those_who_gave_way_twice_together_each_try_alone(
    db: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)

    async def gives_way(tx: Tx, wishes: list[Wish]) -> list[Created | Refusal]:
        raise gave_way()

    monkeypatch.setattr(together, "create_together", gives_way)
    made = await asyncio.gather(
        *(submit_comment(db, cast.bob, CreateComment(post.id, text)) for text in ("One", "Two"))
    )
    assert [one.comment.content for one in made] == ["One", "Two"]
    await assert_counts_are_right(db)
