"""How it goes with other servers, for admins and for apps, and what who writes should know."""

from typing import Any

import pytest

from folkmoot.core.instances.directory import read_federation
from folkmoot.core.instances.federation import (
    Health,
    doubt_about,
    post_elsewhere,
    read_servers,
    retry_server,
    server_named,
    skip_server,
)
from folkmoot.model.errors import NotAllowed, NotFound
from folkmoot.model.instances import Doubt, FederationState, PostElsewhere
from folkmoot.model.posts import Post
from folkmoot.model.time import HOUR, MINUTE, SECOND, FixedClock
from folkmoot.store import communities, destinations, outbox
from folkmoot.store.db import Database, Tx
from folkmoot.store.outbox import Activity, Inbox
from tests import rows
from tests.cast import HERE, THERE, Cast
from tests.core.stories import write_post


def there(cast: Cast) -> int:
    assert cast.carol.person is not None
    return cast.carol.person.instance_id


async def sent(tx: Tx, *instances: int, name: str = "1", **more: Any) -> int:
    """Something was written for these servers; its id."""
    await destinations.ensure(tx, instances, await outbox.newest_id(tx))
    activity = Activity(
        ap_id=f"https://{HERE}/activities/announce/{name}", body="{}", actor_kind="community", actor_id=1, order_key="c1",
        inboxes=tuple(Inbox(number, f"https://{number}.example/inbox") for number in instances), **more,
    )  # fmt: skip
    return (await outbox.insert(tx, [activity]))[0]


async def ails(tx: Tx, instance_id: int, **values: Any) -> None:
    assignments = ", ".join(f"{name} = :{name}" for name in values)
    await tx.run(f"UPDATE destination SET {assignments} WHERE instance_id = :id", id=instance_id, **values)


async def test_it_is_for_admins(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await sent(tx, there(cast))
        for call in (
            lambda: read_servers(tx, cast.alice),
            lambda: retry_server(tx, cast.alice, there(cast)),
            lambda: skip_server(tx, cast.alice, there(cast)),
            lambda: post_elsewhere(tx, cast.alice, 1),
        ):
            with pytest.raises(NotAllowed):
                await call()


async def test_nobody_helps_a_server_that_is_not_sent_to(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        for call in (
            lambda: retry_server(tx, cast.admin, there(cast)),
            lambda: skip_server(tx, cast.admin, there(cast)),
            lambda: server_named(tx, THERE),
            lambda: post_elsewhere(tx, cast.admin, 99),
        ):
            with pytest.raises(NotFound):
                await call()


async def test_those_that_ail_come_first_with_reasons_and_what_waits(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    async with db.write() as tx:
        well, dead, blocked = [
            await rows.instance(tx, f"{name}.example") for name in ("well", "dead", "blocked")
        ]
        everybody = (there(cast), well, dead, blocked)
        number = await sent(tx, *everybody)
        await ails(tx, there(cast), fails=4, last_error="timeout")
        await ails(tx, dead, dead=True)
        await ails(tx, well, cursor=number)
        await destinations.count_failures(tx, {(there(cast), "timeout"): 4})
        await tx.run(
            "INSERT INTO federation_block (instance_id, published) VALUES (:id, :now)", id=blocked, now=tx.now
        )
        first = await read_servers(tx, cast.admin, limit=3)
        rest = await read_servers(tx, cast.admin, limit=3, after=first.next or "")
    assert [(each.destination.domain, each.health) for each in (*first.items, *rest.items)] == [
        (THERE, Health.FAILING),
        ("dead.example", Health.DEAD),
        ("well.example", Health.WELL),
        ("blocked.example", Health.SHUT_OUT),
    ]
    assert rest.next is None
    ailing, _, healthy = first.items
    assert (ailing.waiting, ailing.oldest, ailing.more) == (1, clock.now(), False)
    assert [(each.reason, each.number) for each in ailing.failures] == [("timeout", 4)]
    assert (healthy.waiting, healthy.oldest) == (0, None)


@pytest.mark.parametrize(
    ("reason", "health"),
    [
        ("status 404", Health.FAILING),
        ("status 410", Health.FAILING),
        ("status 403", Health.FAILING),
        ("status 400", Health.WELL),
    ],
)
async def test_who_says_that_nobody_is_there_is_not_well_until_something_is_taken(
    db: Database, cast: Cast, clock: FixedClock, reason: str, health: Health
) -> None:
    """A refusal is final and no failure; one of what was sent, as Lemmy's 400, says nothing of the server."""

    async def health_now() -> Health:
        async with db.read() as tx:
            (found,) = (await read_servers(tx, cast.admin)).items
        return found.health

    async with db.write() as tx:
        await sent(tx, there(cast))
        await ails(tx, there(cast), last_success=tx.now - HOUR, last_try=tx.now)
        await destinations.count_failures(tx, {(there(cast), reason): 1})
    assert await health_now() is health
    clock.advance(MINUTE)
    async with db.write() as tx:
        await ails(tx, there(cast), last_success=tx.now, last_try=tx.now)
    assert await health_now() is Health.WELL


async def test_an_admin_lets_it_try_again_or_skips_one_or_all__DLV_14(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        first = await sent(tx, there(cast), name="1")
        await sent(tx, name="2")
        third = await sent(tx, there(cast), name="3")
        await ails(tx, there(cast), fails=9, next_try=tx.now + HOUR)
        await retry_server(tx, cast.admin, there(cast))
        found = await server_named(tx, THERE)
        assert (found.fails, found.next_try, found.cursor) == (0, None, first - 1)
        await skip_server(tx, cast.admin, there(cast))
        assert (await server_named(tx, THERE)).cursor == first
        await skip_server(tx, cast.admin, there(cast), everything=True)
        assert (await server_named(tx, f" {THERE.upper()} ")).cursor == third


async def test_apps_are_told_how_far_who_was_sent_to_has_got__W_9(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    async with db.write() as tx:
        await rows.instance(tx, "never.example")
        number = await sent(tx, there(cast))
        await ails(tx, there(cast), cursor=number, fails=1, last_try=tx.now, next_try=tx.now)
        found = await read_federation(tx)
        assert found is not None
        assert found.states == {
            there(cast): FederationState(there(cast), 1, number, clock.now(), clock.now(), None)
        }, "none for the other, and no next try after the first failure"
        await ails(tx, there(cast), fails=2, next_try=tx.now + SECOND)
        found = await read_federation(tx)
        assert found is not None
        assert found.states[there(cast)].next_retry == clock.now() + SECOND


async def test_a_server_that_takes_things_again_is_well_whatever_failed_before__DLV_6(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    async with db.write() as tx:
        await sent(tx, there(cast))
        await ails(tx, there(cast), fails=20, last_try=tx.now, last_success=tx.now - MINUTE)
        (state,) = (await read_servers(tx, cast.admin)).items
        assert state.health is Health.FAILING
        await ails(tx, there(cast), fails=19, last_success=tx.now)
        (state,) = (await read_servers(tx, cast.admin)).items
        assert state.health is Health.WELL, (
            "what failed is forgotten one by one, so that it waits if it fails again"
        )


async def test_who_has_a_post_can_be_seen(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await communities.set_follow(tx, cast.gardening.id, cast.carol.id, pending=False)
        elsewhere = await rows.instance(tx, "elsewhere.example")
        post = await write_post(tx, cast.alice, cast.gardening)
        number = await sent(tx, elsewhere, community_id=cast.gardening.id, post_id=post.id)
        await destinations.ensure(tx, [there(cast)], number - 1)
        await ails(tx, elsewhere, cursor=number)
        await destinations.refuse_post(tx, [(post.id, elsewhere, 400, number)])
        assert await post_elsewhere(tx, cast.admin, post.id) == [
            PostElsewhere("elsewhere.example", passed=True, refused=400, confirmed=None, left_out=False),
            PostElsewhere(THERE, passed=False, refused=None, confirmed=None, left_out=False),
        ]
        await ails(tx, there(cast), cursor=number, last_success=tx.now)
        assert await state_there(tx, cast, post) == (True, False)


async def test_a_server_that_was_sent_a_post_twice_is_told_of_once(db: Database, cast: Cast) -> None:
    """Announced, and for somebody who is named in it."""
    async with db.write() as tx:
        await communities.set_follow(tx, cast.gardening.id, cast.carol.id, pending=False)
        post = await write_post(tx, cast.alice, cast.gardening)
        announced = await sent(tx, there(cast), community_id=cast.gardening.id, post_id=post.id)
        named = await sent(tx, there(cast), name="2", post_id=post.id)
        await destinations.ensure(tx, [there(cast)], announced - 1)
        await ails(tx, there(cast), cursor=announced, last_success=tx.now - HOUR)
        assert await state_there(tx, cast, post) == (False, False), "left out once, and on its way still"
        await ails(tx, there(cast), cursor=announced, last_success=tx.now)
        assert await state_there(tx, cast, post) == (True, False)
        await ails(tx, there(cast), cursor=named)
        await tx.run("UPDATE sent_activity SET confirmed = :now WHERE id = :id", now=tx.now, id=named)
        (told,) = await post_elsewhere(tx, cast.admin, post.id)
        assert (told.domain, told.confirmed) == (THERE, tx.now)


async def state_there(tx: Tx, cast: Cast, post: Post) -> tuple[bool, bool]:
    """Whether there.example has got past a post, and whether that was left out."""
    (found,) = [one for one in await post_elsewhere(tx, cast.admin, post.id) if one.domain == THERE]
    return found.passed, found.left_out


@pytest.mark.parametrize("why", ["skipped", "dead", "shut out"])
async def test_what_was_left_out_is_not_there_also_when_other_things_arrive(
    db: Database, cast: Cast, clock: FixedClock, why: str
) -> None:
    async with db.write() as tx:
        await communities.set_follow(tx, cast.gardening.id, cast.carol.id, pending=False)
        await destinations.ensure(tx, [there(cast)], 0)
        await ails(tx, there(cast), last_success=tx.now, dead=why == "dead")
    clock.advance(MINUTE)
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        number = await sent(tx, there(cast), community_id=cast.gardening.id, post_id=post.id)
        assert await state_there(tx, cast, post) == (False, False)
        if why == "skipped":
            await skip_server(tx, cast.admin, there(cast))
        else:
            await ails(tx, there(cast), cursor=number)  # nothing waits for one that is shut out or dead
        assert await state_there(tx, cast, post) == (True, True)
    clock.advance(MINUTE)
    async with db.write() as tx:
        if why == "dead":
            await destinations.seen(tx, there(cast))
        elif why == "shut out":
            await destinations.leave_out(tx, [there(cast)])
        await ails(tx, there(cast), last_success=tx.now)
        assert await state_there(tx, cast, post) == (True, True)


async def test_who_writes_where_nobody_may_read_it_is_told_so(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    async with db.write() as tx:
        assert await doubt_about(tx, cast.baking) is None
        await sent(tx, there(cast))
        assert await doubt_about(tx, cast.baking) is None
        await ails(tx, there(cast), fails=5)
        assert await doubt_about(tx, cast.baking) is None, "it was there a moment ago"
    clock.advance(HOUR + MINUTE)
    async with db.write() as tx:
        assert await doubt_about(tx, cast.baking) is Doubt.UNREACHABLE
        assert await doubt_about(tx, cast.gardening) is None
        await ails(tx, there(cast), fails=0)
        await destinations.count_failures(tx, {(there(cast), "status 403"): 1})
        assert await doubt_about(tx, cast.baking) is Doubt.BLOCKS_US
        await ails(tx, there(cast), last_success=tx.now)
        assert await doubt_about(tx, cast.baking) is None
        await tx.run(
            "INSERT INTO federation_block (instance_id, published) VALUES (:id, :now)",
            id=there(cast),
            now=tx.now,
        )
        assert await doubt_about(tx, cast.baking) is Doubt.BLOCKED_BY_US
