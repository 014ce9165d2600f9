"""What the frame of a page counts for its reader."""

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.site.frame import KEPT, NOTHING, waiting_for
from folkmoot.model.people import ANONYMOUS
from folkmoot.model.site import Waiting
from folkmoot.model.time import FixedClock
from folkmoot.store.db import Database, Tx, count_statements
from tests.cast import Cast, somebody


async def _report(tx: Tx, table: str, column: str, item_id: int, person_id: int) -> None:
    original = {"post_report": "original_post_name", "comment_report": "original_comment_text"}[table]
    await tx.run(
        f"INSERT INTO {table} (creator_id, {column}, {original}, reason, published) VALUES (:person_id, :item_id, 'x', 'rude', :now)",
        person_id=person_id, item_id=item_id, now=tx.now,
    )  # fmt: skip


async def test_nothing_waits_for_a_visitor(db: Database, cast: Cast) -> None:
    async with db.read() as tx:
        with count_statements() as counter:
            assert await waiting_for(tx, ANONYMOUS) == NOTHING
            assert await waiting_for(tx, cast.carol) == NOTHING
    assert not counter.statements


async def test_each_sees_what_waits_for_them__N_4(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await create_post(tx, cast.alice, CreatePost(cast.gardening.id, "A post about slugs"))
        for number in range(3):
            comment = await create_comment(tx, cast.bob, CreateComment(post.id, f"Answer {number}"))
        await tx.run("UPDATE comment SET deleted = :yes WHERE id = :id", yes=True, id=comment.comment.id)
        for person in (cast.bob, cast.alice):
            await _report(tx, "post_report", "post_id", post.id, person.id)
        await _report(tx, "comment_report", "comment_id", comment.comment.id, cast.alice.id)
        applicant = await somebody(tx, "applicant")
        assert applicant.account
        await tx.run(
            "INSERT INTO registration_application (local_user_id, answer, published) VALUES (:id, 'Please', :now)",
            id=applicant.account.id, now=tx.now,
        )  # fmt: skip
    async with db.read() as tx:
        with count_statements() as counter:
            assert await waiting_for(tx, cast.alice) == Waiting(2, 0, 0, False)
        assert len(counter.statements) == 1
        assert await waiting_for(tx, cast.bob) == Waiting(0, 3, 0, True)
        assert await waiting_for(tx, cast.admin) == Waiting(0, 3, 1, True)


async def test_it_is_asked_again_only_when_something_arrived(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    async with db.write() as tx:
        post = await create_post(tx, cast.alice, CreatePost(cast.gardening.id, "A post about slugs"))
    async with db.read() as tx:
        assert (await waiting_for(tx, cast.alice)).unread == 0
        with count_statements() as counter:
            assert (await waiting_for(tx, cast.alice)).unread == 0
        assert not counter.statements
    async with db.write() as tx:
        created = await create_comment(tx, cast.bob, CreateComment(post.id, "An answer"))
    async with db.read() as tx:
        assert (await waiting_for(tx, cast.alice)).unread == 1
    async with db.write() as tx:
        await tx.run("UPDATE comment SET deleted = :yes WHERE id = :id", yes=True, id=created.comment.id)
    clock.advance(KEPT)
    async with db.read() as tx:
        assert (await waiting_for(tx, cast.alice)).unread == 0


async def test_who_is_blocked_is_not_counted__N_4(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await create_post(tx, cast.alice, CreatePost(cast.gardening.id, "A post about slugs"))
        await create_comment(tx, cast.bob, CreateComment(post.id, "Answer"))
        await tx.run(
            "INSERT INTO person_block (person_id, target_id, published) VALUES (:me, :them, :now)",
            me=cast.alice.id, them=cast.bob.id, now=tx.now,
        )  # fmt: skip
    async with db.read() as tx:
        assert (await waiting_for(tx, cast.alice)).unread == 0
