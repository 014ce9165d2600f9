"""Who is told of a comment."""

from typing import Any

import pytest

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.comments.edit import EditComment, edit_comment
from folkmoot.core.people.block import block_community, block_instance, block_person
from folkmoot.model.people import Viewer
from folkmoot.store.db import Database, Tx
from tests.cast import Cast, somebody
from tests.core.stories import write_comment, write_post


async def notices(tx: Tx, who: Viewer) -> dict[str, list[bool]]:
    """Somebody's notices by kind, each with whether it was read."""
    found: dict[str, list[bool]] = {}
    for kind, table in (("reply", "comment_reply"), ("mention", "person_mention")):
        rows = await tx.all(f"SELECT read FROM {table} WHERE recipient_id = :id ORDER BY id", id=who.id)
        if rows:
            found[kind] = [bool(row[0]) for row in rows]
    return found


async def told(tx: Tx, author: Viewer, post: Any, content: str, parent: Any = None) -> list[int]:
    """The accounts told of a new comment."""
    return (
        await create_comment(tx, author, CreateComment(post.id, content, parent.id if parent else None))
    ).recipient_ids


def account_of(who: Viewer) -> int:
    assert who.account
    return who.account.id


async def test_nobody_is_told_of_themselves_nor_people_elsewhere__N_1(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        assert await told(tx, cast.alice, post, "I am @alice@here.example") == []
        far = await write_comment(tx, cast.carol, post, "From afar", ap_id="https://there.example/comment/1")
        assert (
            await told(tx, cast.alice, post, "Hello @carol@there.example and @alice@there.example", far) == []
        )
        assert (
            await tx.value(
                "SELECT (SELECT count(*) FROM comment_reply WHERE recipient_id <> :alice) + (SELECT count(*) FROM person_mention)",
                alice=cast.alice.id,
            )
            == 0
        )


async def test_the_author_of_what_is_answered_is_told__N_1(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        erin = await somebody(tx, "erin")
        post = await write_post(tx, cast.alice, cast.gardening)
        assert await told(tx, cast.bob, post, "On top") == [account_of(cast.alice)]
        comment = await write_comment(tx, cast.bob, post, "A comment")
        assert await told(tx, erin, post, "Below", comment) == [account_of(cast.bob)]
        assert await notices(tx, cast.alice) == {"reply": [False, False]}
        assert await notices(tx, cast.bob) == {"reply": [False]}


async def test_a_mention_wins_over_a_reply_and_counts_once__N_1__N_3(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        heard = await told(
            tx,
            cast.bob,
            post,
            "@alice@here.example @Alice@HERE.example and @admin@here.example, `@mallory@here.example`",
        )
        assert sorted(heard) == sorted([account_of(cast.alice), account_of(cast.admin)])
        assert await notices(tx, cast.alice) == {"mention": [False]}
        assert await notices(tx, cast.mallory) == {}


@pytest.mark.parametrize("what", ["person", "community", "instance"])
async def test_a_reply_is_not_told_to_who_blocks_a_mention_is__N_2(
    db: Database, cast: Cast, what: str
) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.baking)
        if what == "person":
            await block_person(tx, cast.alice, cast.bob.id, blocked=True)
        elif what == "community":
            await block_community(tx, cast.alice, cast.baking.id, blocked=True)
        else:
            await block_instance(tx, cast.alice, cast.baking.instance_id, blocked=True)
        assert await told(tx, cast.bob, post, "Hello") == []
        assert await told(tx, cast.bob, post, "Hello @alice@here.example") == [account_of(cast.alice)]
        assert await notices(tx, cast.alice) == {"mention": [False]}


async def test_who_answers_has_read_the_notice__C_3(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        question = await write_comment(tx, cast.bob, post, "Why?")
        named = await write_comment(tx, cast.bob, post, "And @admin@here.example?")
        assert await notices(tx, cast.alice) == {"reply": [False, False]}
        await write_comment(tx, cast.alice, post, "Because", question)
        await write_comment(tx, cast.admin, post, "No idea", named)
        assert await notices(tx, cast.alice) == {"reply": [True, False]}
        assert (await notices(tx, cast.admin))["mention"] == [True]


async def test_an_edit_tells_who_was_not_told_and_leaves_the_rest__N_1(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        comment = await write_comment(tx, cast.bob, post, "Hello")
        await tx.run("UPDATE comment_reply SET read = :yes", yes=True)
        edited = await edit_comment(
            tx, cast.bob, EditComment(comment.id, "Hello @alice@here.example, @admin@here.example")
        )
        # Who it answers is named as well, though they were told before (C-9).
        assert edited.recipient_ids == [account_of(cast.admin), account_of(cast.alice)]
        assert await notices(tx, cast.alice) == {"reply": [True]}
        assert await notices(tx, cast.admin) == {"mention": [False]}
        again = await edit_comment(tx, cast.bob, EditComment(comment.id, "Hello @admin@here.example"))
        assert again.recipient_ids == [account_of(cast.alice)]


async def test_a_deleted_account_is_not_told(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        await tx.run("UPDATE person SET deleted = :yes WHERE id = :id", yes=True, id=cast.alice.id)
        assert await told(tx, cast.bob, post, "Hello @alice@here.example") == []
