"""What is told to other servers: kept once, found by address, and due for exactly the servers that it concerns."""

import asyncio
from typing import Any

import pytest

from folkmoot.model.time import DAY, SECOND, FixedClock
from folkmoot.store import audiences, communities, destinations, outbox
from folkmoot.store.db import Database, Tx, count_statements
from folkmoot.store.outbox import Activity, Inbox
from tests import rows
from tests.cast import HERE, THERE, Cast


def activity(name: str, **more: Any) -> Activity:
    """An activity of !gardening's."""
    values: dict[str, Any] = {
        "ap_id": f"https://{HERE}/activities/announce/{name}",
        "body": f'{{"id":"{name}"}}',
        "actor_kind": "community",
        "actor_id": 1,
        "order_key": "c1/p1",
    }
    return Activity(**values | more)


async def follow(tx: Tx, cast: Cast, **more: Any) -> None:
    """Carol follows !gardening."""
    await communities.set_follow(tx, cast.gardening.id, cast.carol.id, **{"pending": False} | more)


async def due(tx: Tx, instance_id: int, since: int = 0) -> list[int]:
    """The places, counted from 1, of the activities that a server is to be sent."""
    upto = await outbox.newest_id(tx)
    first: int = await tx.value("SELECT min(id) FROM sent_activity") or 0
    found = await destinations.waiting(tx, instance_id, after=0, upto=upto, since=since)
    return [number - first + 1 for number, _ in found]


def there(cast: Cast) -> int:
    assert cast.carol.person is not None
    return cast.carol.person.instance_id


async def test_what_is_noted_is_told_once_and_in_order(db: Database) -> None:
    async with db.write() as tx:
        for number in range(3):
            await outbox.note(tx, "PostVoted", {"number": number})
        waiting = await outbox.noted(tx, 2)
        assert [one.payload["number"] for one in waiting] == [0, 1]
        assert await outbox.settle(tx, [one.id for one in waiting])
        assert not await outbox.settle(tx, [one.id for one in waiting]), "somebody was faster"
        assert [one.payload["number"] for one in await outbox.noted(tx, 9)] == [2]


async def test_an_activity_is_found_at_its_address_and_at_that_of_the_one_inside(db: Database) -> None:
    async with db.write() as tx:
        assert await outbox.by_ap_id(tx, "https://here.example/activities/like/1") is None
        await outbox.insert(
            tx, [activity("one", inner_ap_id="https://here.example/activities/like/1", sensitive=True)]
        )
        for address in (
            "https://here.example/activities/announce/one",
            "https://here.example/activities/like/1",
        ):
            found = await outbox.by_ap_id(tx, address)
            assert found is not None
            assert (found.body, found.sensitive, found.to_all) == ('{"id":"one"}', True, False)


async def test_an_activity_has_one_address(db: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)unique|busy"):
        async with db.write() as tx:
            await outbox.insert(tx, [activity("one"), activity("one")])


async def test_nobody_is_sent_what_does_not_concern_them(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        elsewhere = await rows.instance(tx, "elsewhere.example")
        await outbox.insert(tx, [activity("followers", community_id=cast.gardening.id), activity("nobody")])
        assert await due(tx, elsewhere) == []
        assert await due(tx, there(cast)) == []
        await follow(tx, cast, pending=True)
        assert await due(tx, there(cast)) == [], "who waits is not sent to yet"


async def test_followers_and_those_named_and_everybody_are_sent_to(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await follow(tx, cast)
        elsewhere = await rows.instance(tx, "elsewhere.example")
        inbox = "https://elsewhere.example/inbox"
        await outbox.insert(
            tx,
            [
                activity("followers", community_id=cast.gardening.id),
                activity("named", inboxes=(Inbox(elsewhere, inbox), Inbox(elsewhere, inbox))),
                activity("everybody", to_all=True),
            ],
        )
        assert await due(tx, there(cast)) == [1, 3]
        assert await due(tx, elsewhere) == [2, 3]
        ids = [
            number for number, _ in await destinations.waiting(tx, elsewhere, after=0, upto=10**9, since=0)
        ]
        assert list((await outbox.inboxes_of(tx, ids)).values()) == [[Inbox(elsewhere, inbox)]]


async def test_what_happened_before_the_follow_is_no_news__VIS_2(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    async with db.write() as tx:
        await outbox.insert(tx, [activity("before", community_id=cast.gardening.id)])
    clock.advance(SECOND)
    async with db.write() as tx:
        await follow(tx, cast)
        await outbox.insert(tx, [activity("after", community_id=cast.gardening.id)])
        assert await due(tx, there(cast)) == [2]


async def test_followers_with_one_shared_inbox_are_one_address__DLV_8__FLW_3(
    db: Database, cast: Cast
) -> None:
    async with db.write() as tx:
        other = await rows.remote_person(tx, "dora", there(cast), THERE)
        assert other.person is not None
        await tx.run("UPDATE person SET shared_inbox_url = 'https://there.example/inbox' WHERE NOT local")
        await follow(tx, cast)
        await communities.set_follow(tx, cast.gardening.id, other.id, pending=False)
        await communities.set_follow(tx, cast.gardening.id, cast.alice.id, pending=False)
        audience = await audiences.audience(tx, audiences.of_community(cast.gardening.id))
        assert audience.inboxes == {there(cast): ("https://there.example/inbox",)}


async def test_each_server_has_its_addresses_and_the_moment_of_its_first_follower__DLV_8__VIS_2(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    began = clock.now()
    async with db.write() as tx:
        elsewhere = await tx.value(
            "INSERT INTO instance (domain, published) VALUES ('elsewhere.example', :now) RETURNING id",
            now=tx.now,
        )
        dora = await rows.remote_person(tx, "dora", there(cast), THERE)
        eve = await rows.remote_person(tx, "eve", elsewhere, "elsewhere.example")
        await tx.run("UPDATE person SET inbox_url = 'https://' || name || '.example/in' || :break WHERE NOT local", **{"break": "\n"})  # fmt: skip
        nobody = await audiences.audience(tx, audiences.of_community(cast.gardening.id))
        assert (nobody.since, nobody.inboxes) == ({}, {})
        await follow(tx, cast)
    for later, who in enumerate((dora, eve), 1):
        clock.advance(SECOND)
        async with db.write() as tx:
            await communities.set_follow(tx, cast.gardening.id, who.id, pending=False)
            assert tx.now == began + later * SECOND
    async with db.read() as tx:
        found = await audiences.audience(tx, audiences.of_community(cast.gardening.id))
    assert found.since == {there(cast): began, elsewhere: began + 2 * SECOND}
    assert found.inboxes == {
        there(cast): ("https://carol.example/in", "https://dora.example/in"),
        elsewhere: ("https://eve.example/in",),
    }, "a line break in an address leaves everybody their own"


async def test_a_cursor_never_goes_back(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await destinations.ensure(tx, [there(cast)], 5)
        await destinations.ensure(tx, [there(cast)], 9)
        destination = await destinations.by_instance(tx, there(cast))
        assert destination is not None
        assert destination.cursor == 5, "it begins once"
        for cursor in (8, 6):
            await destinations.keep_progress(tx, [progress(there(cast), cursor)])
        destination = await destinations.by_instance(tx, there(cast))
        assert destination is not None
        assert (destination.cursor, destination.delivered, destination.fails) == (8, 2, 3)


def progress(instance_id: int, cursor: int) -> destinations.Progress:
    return destinations.Progress(
        instance_id=instance_id,
        cursor=cursor,
        fails=3,
        last_try=1,
        next_try=2,
        last_success=None,
        last_error="status 500",
        delivered=1,
        rejected=0,
        dead=False,
        scheme="cavage",
        scheme_since=1,
    )


async def test_the_blocked_and_those_left_off_the_list_of_allowed_are_shut_out__DLV_10(
    db: Database, cast: Cast
) -> None:
    async with db.write() as tx:
        elsewhere = await rows.instance(tx, "elsewhere.example")
        assert await destinations.shut_out(tx) == set()
        await tx.run(
            "INSERT INTO federation_block (instance_id, published) VALUES (:id, :now)",
            id=elsewhere,
            now=tx.now,
        )
        assert await destinations.shut_out(tx) == {elsewhere}
        await tx.run(
            "INSERT INTO federation_allow (instance_id, published) VALUES (:id, :now)",
            id=elsewhere,
            now=tx.now,
        )
        assert await destinations.shut_out(tx) == {elsewhere, there(cast)}


async def test_a_dead_server_that_shows_itself_begins_at_the_newest__DLV_9(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    async with db.write() as tx:
        await destinations.ensure(tx, [there(cast)], 0)
        await tx.run("UPDATE destination SET dead = :yes, fails = 40", yes=True)
        ids = await outbox.insert(tx, [activity("one", to_all=True)])
        await destinations.seen(tx, there(cast))
        found = await destinations.by_instance(tx, there(cast))
        assert found is not None
        assert (found.dead, found.fails, found.cursor) == (False, 0, ids[-1])
        assert found.last_sign_of_life == clock.now()


async def test_reasons_are_counted(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await destinations.count_failures(tx, {(there(cast), "timeout"): 2})
        await destinations.count_failures(tx, {(there(cast), "timeout"): 1, (there(cast), "status 502"): 1})
        found = await destinations.failures(tx, [there(cast)], tx.now - DAY)
        assert {(each.reason, each.number) for each in found[there(cast)]} == {
            ("timeout", 3),
            ("status 502", 1),
        }


async def test_old_activities_are_forgotten_with_their_addressees(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    async with db.write() as tx:
        await outbox.insert(
            tx, [activity("old", inboxes=(Inbox(there(cast), "https://there.example/inbox"),))]
        )
    clock.advance(8 * DAY)
    async with db.write() as tx:
        await outbox.insert(tx, [activity("new")])
        assert await outbox.forget(tx, tx.now - 7 * DAY) == 1
        assert await tx.value("SELECT count(*) FROM sent_inbox") == 0
        assert await outbox.by_ap_id(tx, f"https://{HERE}/activities/announce/new") is not None


async def test_everybody_is_reached_at_the_inbox_of_the_site_or_a_shared_one(
    db: Database, cast: Cast
) -> None:
    async with db.write() as tx:
        assert await outbox.server_inboxes(tx) == {}
        await tx.run("UPDATE community SET shared_inbox_url = 'https://there.example/inbox' WHERE NOT local")
        assert await outbox.server_inboxes(tx) == {there(cast): "https://there.example/inbox"}
        assert await outbox.server_inbox(tx, there(cast)) == "https://there.example/inbox"


async def test_followers_are_remembered_until_somebody_comes_or_goes__DLV_11(
    db: Database, cast: Cast
) -> None:
    async def audience() -> tuple[int, set[int]]:
        async with db.read() as tx:
            with count_statements() as asked:
                key = audiences.of_community(cast.gardening.id)
                found = await audiences.audience(tx, key, anew_if_empty=True)
        return len(asked.statements), set(found.inboxes)

    assert await audience() == (1, set())
    assert await audience() == (1, set()), "that nobody is there is asked anew"
    async with db.write() as tx:
        await follow(tx, cast)
    assert await audience() == (1, {there(cast)})
    assert await audience() == (0, {there(cast)})
    async with db.write() as tx:
        await communities.drop_follow(tx, cast.gardening.id, cast.carol.id)
    assert await audience() == (1, set())


async def test_who_came_while_followers_were_read_is_not_forgotten__DLV_11(db: Database, cast: Cast) -> None:
    """Who reads sees what was there when they began, and by the time they ask may have been told of more."""
    key = audiences.of_community(cast.gardening.id)

    async def carol_comes() -> None:
        async with db.write() as tx:
            await follow(tx, cast)
        await db.sync()

    async with db.read() as tx:
        await tx.value("SELECT count(*) FROM community_follow")
        await asyncio.create_task(carol_comes())
        await audiences.audience(tx, key)
    async with db.read() as tx:
        assert set((await audiences.audience(tx, key)).inboxes) == {there(cast)}


async def test_what_waits_is_found_by_what_is_remembered_of_followers__DLV_7(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    async with db.write() as tx:
        await follow(tx, cast)
    clock.advance(SECOND)
    async with db.write() as tx:
        await outbox.insert(tx, [activity(name, community_id=cast.gardening.id) for name in ("one", "two")])
    async with db.read() as tx:
        assert await due(tx, there(cast)) == [1, 2]
        with count_statements() as counter:
            assert await due(tx, there(cast)) == [1, 2]
        assert not [sql for sql in counter.statements if "community_follow" in sql]
    async with db.write() as tx:
        await communities.drop_follow(tx, cast.gardening.id, cast.carol.id)
    async with db.read() as tx:
        assert await due(tx, there(cast)) == [], "and they are not remembered longer than they follow"
