"""Acts of moderation elsewhere: taken back where the community does not send them back, and only there (SND-2)."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from folkmoot.apub.outbox.publish import publish_due
from folkmoot.apub.outbox.roll_back import JOB, REASON, roll_back
from folkmoot.context import Context
from folkmoot.core.communities.ban import BanFromCommunity, ban_from_community
from folkmoot.core.communities.edit import EditCommunity, edit_community
from folkmoot.core.communities.news import LOOK_AGAIN
from folkmoot.core.people.warn import unread_warnings
from folkmoot.core.posts.edit import EditPost, edit_post
from folkmoot.core.posts.lock import lock_post
from folkmoot.core.posts.mark import mark_post
from folkmoot.core.posts.remove import remove_post
from folkmoot.core.threads.read import ReadThread, read_thread
from folkmoot.model.posts import Post
from folkmoot.model.time import DAY, MINUTE, SECOND, FixedClock
from folkmoot.settings import Settings
from folkmoot.store import communities, outbox
from folkmoot.store.db import Database, Tx
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


# --- acts with more to them than a mark ------------------------------------------------------------------------------------------------------


async def does_in_vain(
    db: Database, cast: Cast, clock: FixedClock, act: Callable[[Tx], Awaitable[object]]
) -> int:
    """alice, who moderates !baking as far as we know, does something there, and its server has got it and sends nothing back. How many acts
    were looked after."""
    async with db.write() as tx:
        await act(tx)
    await publish_due(Context(db, Settings(), clock, Network()))
    waiting = await jobs(db)
    async with db.write() as tx:
        await tx.run("UPDATE destination SET cursor = 1000000")
        await tx.run("DELETE FROM job WHERE name = :name", name=JOB)
    clock.advance(MINUTE)
    for payload in waiting:
        await roll_back(db, json.loads(payload))
    return len(waiting)


async def alice_moderates(db: Database, cast: Cast) -> tuple[Post, Post]:
    """Two posts by carol in !baking, of which the first was removed long ago."""
    async with db.write() as tx:
        await communities.add_moderator(tx, cast.baking.id, cast.alice.id)
        first, second = [
            await write_post(tx, cast.carol, cast.baking, name, ap_id=f"https://{THERE}/post/{name}")
            for name in ("first", "second")
        ]
        await tx.run("DELETE FROM community_moderator WHERE person_id = :id", id=cast.carol.id)
        await remove_post(tx, cast.admin, first.id, removed=True)
        await tx.run("DELETE FROM outgoing")
    return first, second


async def test_with_a_ban_comes_back_what_went_with_it_and_nothing_else__SND_2(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    first, second = await alice_moderates(db, cast)
    asked = BanFromCommunity(cast.baking.id, cast.carol.id, remove_data=True)
    assert await does_in_vain(db, cast, clock, lambda tx: ban_from_community(tx, cast.alice, asked)) == 1
    async with db.read() as tx:
        assert await tx.value("SELECT count(*) FROM community_ban") == 0
        assert (await now(tx, first)).removed, "that was somebody else's decision"
        assert not (await now(tx, second)).removed
        assert await outbox.noted(tx, 9) == [], "and no other server is told"
        (told,) = await unread_warnings(tx, cast.alice)
    assert (told.kind, told.state, told.reason) == ("ban_from_community", False, REASON)


async def test_a_ban_that_was_lifted_in_vain_stands_again_until_its_end__SND_2(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    await alice_moderates(db, cast)
    end = clock.now() // SECOND * SECOND + DAY
    async with db.write() as tx:
        banned = BanFromCommunity(cast.baking.id, cast.carol.id, expires=end // SECOND)
        await ban_from_community(tx, cast.alice, banned)
        await tx.run("DELETE FROM outgoing")
    lifted = BanFromCommunity(cast.baking.id, cast.carol.id, ban=False)
    assert await does_in_vain(db, cast, clock, lambda tx: ban_from_community(tx, cast.alice, lifted)) == 1
    async with db.read() as tx:
        assert await tx.value("SELECT expires FROM community_ban") == end
        (told,) = await unread_warnings(tx, cast.alice)
    assert (told.kind, told.state, told.reason, told.expires) == ("ban_from_community", True, REASON, end)


async def test_a_ban_that_would_be_over_by_now_stays_lifted(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    await alice_moderates(db, cast)
    async with db.write() as tx:
        banned = BanFromCommunity(cast.baking.id, cast.carol.id, expires=clock.now() // SECOND + 30)
        await ban_from_community(tx, cast.alice, banned)
        await tx.run("DELETE FROM outgoing")
    lifted = BanFromCommunity(cast.baking.id, cast.carol.id, ban=False)
    await does_in_vain(db, cast, clock, lambda tx: ban_from_community(tx, cast.alice, lifted))
    async with db.read() as tx:
        assert await tx.value("SELECT count(*) FROM community_ban") == 0
        assert await unread_warnings(tx, cast.alice) == [], "nothing was undone"


async def test_what_a_community_says_of_itself_is_read_anew_where_it_did_not_take_the_change__SND_2(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    await alice_moderates(db, cast)
    edit = EditCommunity(cast.baking.id, title="Mine")
    assert await does_in_vain(db, cast, clock, lambda tx: edit_community(tx, cast.alice, edit)) == 1
    assert await asked_anew(db) == [cast.baking.ap_id]


async def test_so_is_a_post_that_was_marked_there__SND_2__SND_4(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    _, second = await alice_moderates(db, cast)
    assert (
        await does_in_vain(db, cast, clock, lambda tx: mark_post(tx, cast.alice, second.id, nsfw=True)) == 1
    )
    assert await asked_anew(db) == [second.ap_id]


async def test_what_somebody_writes_who_moderates_there_waits_for_nothing(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    await alice_moderates(db, cast)
    async with db.write() as tx:
        own = await write_post(tx, cast.alice, cast.baking)
        await tx.run("DELETE FROM outgoing")
    assert (
        await does_in_vain(db, cast, clock, lambda tx: edit_post(tx, cast.alice, EditPost(own.id, "Better")))
        == 0
    )


async def asked_anew(db: Database) -> list[str]:
    async with db.read() as tx:
        rows = await tx.all("SELECT payload FROM job WHERE name = :name", name=LOOK_AGAIN)
    return [json.loads(row[0])["ap_id"] for row in rows]
