"""Acts of moderation elsewhere: taken back where the community does not send them back, and only there (SND-2)."""

from typing import Any

from folkmoot.apub.outbox.publish import publish_due
from folkmoot.apub.outbox.roll_back import JOB, REASON, roll_back
from folkmoot.context import Context
from folkmoot.core.people.warn import unread_warnings
from folkmoot.core.posts.lock import lock_post
from folkmoot.core.threads.read import ReadThread, read_thread
from folkmoot.model.posts import Post
from folkmoot.model.time import MINUTE, FixedClock
from folkmoot.settings import Settings
from folkmoot.store import communities, outbox
from folkmoot.store.db import Database
from tests.cast import THERE, Cast
from tests.core.stories import now, write_post
from tests.peers import Network


async def alice_locks(
    db: Database, cast: Cast, clock: FixedClock, *, moderates: bool
) -> tuple[Post, list[Any]]:
    """A post in !baking is locked by alice, who moderates there, or by admin; the jobs that look after that."""
    async with db.write() as tx:
        post = await write_post(tx, cast.carol, cast.baking, ap_id=f"https://{THERE}/post/1")
        if moderates:
            await communities.add_moderator(tx, cast.baking.id, cast.alice.id)
        await lock_post(tx, cast.alice if moderates else cast.admin, post.id, locked=True)
    await publish_due(Context(db, Settings(), clock, Network()))
    return post, await jobs(db)


async def jobs(db: Database) -> list[Any]:
    async with db.read() as tx:
        return [
            row[0] for row in await tx.all("SELECT payload FROM job WHERE name = :name ORDER BY id", name=JOB)
        ]


async def payload_of(db: Database) -> dict[str, Any]:
    async with db.read() as tx:
        ap_id = await tx.value("SELECT ap_id FROM sent_activity")
        actor_id, post_id = await tx.first("SELECT s.actor_id, p.id FROM sent_activity s, post p") or (0, 0)
    return {
        "ap_id": ap_id,
        "kind": "PostLocked",
        "event": {"actor_id": actor_id, "post_id": post_id, "state": True},
    }


async def test_what_an_admin_does_besides_is_not_looked_after(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    _, waiting = await alice_locks(db, cast, clock, moderates=False)
    assert waiting == []


async def test_while_its_server_has_not_got_it_it_is_waited_for(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    post, waiting = await alice_locks(db, cast, clock, moderates=True)
    assert len(waiting) == 1
    await roll_back(db, await payload_of(db))
    async with db.read() as tx:
        assert (await now(tx, post)).locked
    assert len(await jobs(db)) == 2


async def test_it_is_shown_as_pending_and_who_did_it_is_told_of_its_end__SND_2(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    post, _ = await alice_locks(db, cast, clock, moderates=True)
    async with db.read() as tx:
        assert (await read_thread(tx, cast.alice, ReadThread(post.id))).pending
        assert not (await read_thread(tx, cast.bob, ReadThread(post.id))).pending, "for moderators"
        assert await unread_warnings(tx, cast.alice) == []
    payload = await payload_of(db)
    async with db.write() as tx:
        await tx.run("UPDATE destination SET cursor = 1000000")
    await roll_back(db, payload)
    clock.advance(2 * MINUTE)
    async with db.read() as tx:
        assert not (await now(tx, post)).locked
        assert not (await read_thread(tx, cast.alice, ReadThread(post.id))).pending
        (told,) = await unread_warnings(tx, cast.alice)
    assert (told.kind, told.state, told.reason) == ("lock_post", False, REASON)


async def test_what_was_agreed_to_is_not_pending_any_more__SND_2(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    post, _ = await alice_locks(db, cast, clock, moderates=True)
    async with db.write() as tx:
        assert await outbox.confirm(tx, (await payload_of(db))["ap_id"])
    async with db.read() as tx:
        assert not (await read_thread(tx, cast.alice, ReadThread(post.id))).pending


async def test_what_was_sent_back_stays(db: Database, cast: Cast, clock: FixedClock) -> None:
    post, _ = await alice_locks(db, cast, clock, moderates=True)
    payload = await payload_of(db)
    async with db.write() as tx:
        await tx.run("UPDATE destination SET cursor = 1000000")
        assert await outbox.confirm(tx, payload["ap_id"])
    await roll_back(db, payload)
    async with db.read() as tx:
        assert (await now(tx, post)).locked


async def test_what_was_not_is_undone_and_not_told(db: Database, cast: Cast, clock: FixedClock) -> None:
    post, _ = await alice_locks(db, cast, clock, moderates=True)
    async with db.write() as tx:
        await tx.run("UPDATE destination SET cursor = 1000000")
    for _ in range(2):
        await roll_back(db, await payload_of(db))
        async with db.read() as tx:
            assert not (await now(tx, post)).locked
            assert await outbox.noted(tx, 9) == []
            assert await tx.value("SELECT count(*) FROM modlog WHERE kind = 'lock_post'") == 2
