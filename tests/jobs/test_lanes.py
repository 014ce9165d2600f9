"""Sending: everything arrives once and in order, a server that ails holds up nobody else, and whoever is killed goes on where they were."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from folkmoot.apub.signing import Scheme
from folkmoot.context import Context
from folkmoot.jobs.lanes import Lanes
from folkmoot.model.instances import Destination
from folkmoot.model.people import Viewer
from folkmoot.model.time import DAY, HOUR, MINUTE, SECOND, FixedClock
from folkmoot.net.errors import TimedOut
from folkmoot.settings import Settings
from folkmoot.store import communities, destinations, outbox
from folkmoot.store.db import Database
from folkmoot.store.outbox import Activity, Inbox
from tests import rows
from tests.cast import HERE, THERE, Cast
from tests.core.stories import write_post
from tests.peers import Answer, Network

ELSEWHERE = "elsewhere.example"


@pytest.fixture
def network() -> Network:
    return Network()


@pytest.fixture
def context(db: Database, clock: FixedClock, network: Network) -> Context:
    return Context(db, Settings(), clock, network)


@pytest.fixture
async def elsewhere(db: Database) -> int:
    """One more server."""
    async with db.write() as tx:
        return await rows.instance(tx, ELSEWHERE)


def lanes(context: Context, holder: str = "one") -> Lanes:
    return Lanes(context, holder, jitter=lambda: 0.0)


def there(cast: Cast) -> int:
    assert cast.carol.person is not None
    return cast.carol.person.instance_id


async def send(db: Database, name: str, *instances: int, path: str = "c1/p1", **more: Any) -> int:
    """Write an activity of !gardening's for these servers; its id."""
    async with db.write() as tx:
        domains = {row[0]: row[1] for row in await tx.all("SELECT id, domain FROM instance")}
        community = await communities.by_name(tx, "gardening", None)
        assert community is not None
        activity = Activity(
            ap_id=f"https://{HERE}/activities/announce/{name}",
            body=f'"{name}"',
            actor_kind="community",
            actor_id=community.id,
            order_key=path,
            inboxes=tuple(Inbox(number, f"https://{domains[number]}/inbox") for number in instances),
            **more,
        )
        await destinations.ensure(tx, instances, await outbox.newest_id(tx))
        return (await outbox.insert(tx, [activity]))[0]


async def state(db: Database, instance_id: int) -> Destination:
    async with db.read() as tx:
        found = await destinations.by_instance(tx, instance_id)
    assert found is not None
    return found


# --- what goes wrong -----------------------------------------------------------------------------------------------------------------


async def test_a_server_that_is_down_gets_all_of_it_in_order_when_it_is_back__DLV_6(
    db: Database, cast: Cast, context: Context, network: Network, clock: FixedClock
) -> None:
    peer = network.peer(THERE, otherwise=503)
    one = lanes(context)
    for number in range(5):
        await send(db, str(number), there(cast))
    await one.drain()
    assert len(peer.received) == 2, "the second try is at once"
    for pause in (1.25, 1.5625, 1.953125):
        tried = len(peer.received)
        clock.advance(int(pause * SECOND) - 1)
        await one.drain()
        assert len(peer.received) == tried
        clock.advance(1)
        await one.drain()
        assert len(peer.received) == tried + 1
    waiting = await state(db, there(cast))
    assert (waiting.fails, waiting.last_error, waiting.delivered) == (5, "status 503", 0)
    peer.otherwise, peer.received = 202, []
    clock.advance(HOUR)
    await one.drain()
    assert peer.bodies == ['"0"', '"1"', '"2"', '"3"', '"4"']
    after = await state(db, there(cast))
    assert (after.fails, after.delivered, after.last_error) == (0, 5, None)


async def test_a_restart_does_not_end_the_waiting__DLV_6(
    db: Database, cast: Cast, context: Context, network: Network, clock: FixedClock
) -> None:
    peer = network.peer(THERE, otherwise=TimedOut("…"))
    await send(db, "1", there(cast))
    one = lanes(context)
    await one.drain()
    await one.stop()
    await lanes(context, "two").drain()
    assert len(peer.received) == 2
    assert (await state(db, there(cast))).last_error == "timeout"
    clock.advance(2 * SECOND)
    await lanes(context, "three").drain()
    assert len(peer.received) == 2, "the lanes are still another's"
    clock.advance(MINUTE)
    await lanes(context, "three").drain()
    assert len(peer.received) == 3


async def test_a_refusal_is_final_and_counted__case_71__DLV_5(
    db: Database, cast: Cast, context: Context, network: Network, clock: FixedClock
) -> None:
    peer = network.peer(THERE, otherwise=400)
    for number in range(3):
        await send(db, str(number), there(cast))
    await lanes(context).drain()
    assert len(peer.received) == 6, "each is signed in both ways, since nothing was ever accepted"
    found = await state(db, there(cast))
    assert (found.rejected, found.delivered, found.fails, found.cursor) == (3, 0, 0, 3)
    async with db.read() as tx:
        (failure,) = (await destinations.failures(tx, [there(cast)], 0))[there(cast)]
    assert (failure.reason, failure.number) == ("status 400", 3)


@pytest.fixture
async def refusals(db: Database) -> Callable[[], Awaitable[list[tuple[Any, ...]]]]:
    """Which servers are said not to have taken something, and how they refused it."""

    async def refusals() -> list[tuple[Any, ...]]:
        async with db.read() as tx:
            rows = await tx.all("SELECT instance_id, status FROM delivery_refusal ORDER BY 1")
        return [tuple(row) for row in rows]

    return refusals


async def a_post(db: Database, cast: Cast, author: Viewer) -> int:
    """A post in !gardening, followed by carol from elsewhere; its id."""
    async with db.write() as tx:
        await communities.set_follow(tx, cast.gardening.id, cast.carol.id, pending=False)
        await destinations.ensure(tx, [there(cast)], 0)
        post = await write_post(tx, author, cast.gardening)
        await tx.run("DELETE FROM outgoing")  # the tests say themselves what is sent
        return post.id


async def test_a_post_refused_where_it_came_from_is_there_all_the_same(
    db: Database, cast: Cast, context: Context, network: Network, elsewhere: int, refusals: Any
) -> None:
    """Lemmy answers with 400 to what it announced or wrote itself."""
    network.peer(THERE, otherwise=400)
    network.peer(ELSEWHERE, otherwise=400)
    post_id = await a_post(db, cast, cast.carol)
    await send(db, "1", there(cast), elsewhere, community_id=cast.gardening.id, post_id=post_id)
    await lanes(context).drain()
    assert await refusals() == [(elsewhere, 400)]
    async with db.read() as tx:
        (home, _) = sorted(
            await destinations.post_elsewhere(tx, post_id), key=lambda one: one.domain != THERE
        )
    assert (home.domain, home.passed, home.refused, home.left_out) == (THERE, True, None, False)


@pytest.mark.parametrize(
    ("announced", "named", "refused"), [(202, 400, None), (400, 202, None), (403, 400, 403)]
)
async def test_one_activity_that_is_taken_is_enough_for_a_post(
    db: Database, cast: Cast, context: Context, network: Network, refusals: Any, announced: int, named: int, refused: int | None
) -> None:  # fmt: skip
    """Whoever names somebody where a community is followed has the post go there twice, announced and for them."""
    network.peer(THERE, decide=lambda request: announced if request.body == b'"announced"' else named)
    post_id = await a_post(db, cast, cast.alice)
    await send(db, "announced", community_id=cast.gardening.id, post_id=post_id)
    sending = lanes(context)
    await sending.drain()
    assert await refusals() == ([(there(cast), announced)] if announced != 202 else [])
    await send(db, "named", there(cast), post_id=post_id)
    await sending.drain()
    assert await refusals() == ([(there(cast), refused)] if refused else [])


async def test_one_inbox_that_takes_a_post_is_enough(
    db: Database, cast: Cast, context: Context, network: Network, refusals: Any
) -> None:
    answers: list[Answer] = [202, 503, 400, 400]
    network.peer(THERE, answers=answers)
    post_id = await a_post(db, cast, cast.alice)
    async with db.write() as tx:
        await tx.run(
            "UPDATE person SET shared_inbox_url = :url WHERE id = :id",
            url=f"https://{THERE}/shared",
            id=cast.carol.id,
        )
        tx.changed("followers", cast.gardening.id)
    await send(db, "1", there(cast), community_id=cast.gardening.id, post_id=post_id)
    sending = lanes(context)
    await sending.drain()
    await sending.drain()
    found = await state(db, there(cast))
    assert (found.cursor, found.rejected, len(network.peers[THERE].received)) == (1, 1, 4)
    assert await refusals() == []


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 504])
async def test_what_may_pass_is_tried_again__DLV_5(
    db: Database, cast: Cast, context: Context, network: Network, status: int
) -> None:
    peer = network.peer(THERE, answers=[status])
    await send(db, "1", there(cast))
    await lanes(context).drain()
    assert peer.bodies == ['"1"', '"1"']
    assert (await state(db, there(cast))).delivered == 1


async def test_who_asks_for_patience_is_left_alone__DLV_5(
    db: Database, cast: Cast, context: Context, network: Network, clock: FixedClock
) -> None:
    peer = network.peer(THERE, answers=[(429, {"Retry-After": "90"})])
    await send(db, "1", there(cast))
    one = lanes(context)
    await one.drain()
    clock.advance(89 * SECOND)
    await one.drain()
    assert len(peer.received) == 1
    clock.advance(SECOND)
    await one.drain()
    assert len(peer.received) == 2


async def test_one_poisoned_activity_waits_until_it_is_skipped__case_70__DLV_14(
    db: Database, cast: Cast, context: Context, network: Network, clock: FixedClock
) -> None:
    peer = network.peer(THERE)
    peer.decide = lambda request: 500 if request.body == b'"poison"' else 202
    await send(db, "before", there(cast))
    poison = await send(db, "poison", there(cast))
    await send(db, "after", there(cast))
    one = lanes(context)
    await one.drain()
    clock.advance(HOUR)
    await one.drain()
    assert '"after"' not in peer.bodies
    async with db.write() as tx:
        assert await destinations.skip_to(tx, there(cast), poison)
    await one.drain()
    assert peer.bodies[-1] == '"after"'
    assert (await state(db, there(cast))).delivered == 2


async def test_an_admin_may_let_it_try_at_once__DLV_14(
    db: Database, cast: Cast, context: Context, network: Network
) -> None:
    peer = network.peer(THERE, answers=[503, 503, 503])
    await send(db, "1", there(cast))
    one = lanes(context)
    await one.drain()
    for _ in range(2):
        async with db.write() as tx:
            assert await destinations.retry_now(tx, there(cast))
        await one.drain()
    assert len(peer.received) == 4
    assert (await state(db, there(cast))).delivered == 1


async def test_a_redirect_is_not_followed_and_given_up_after_a_day__SIG_6(
    db: Database, cast: Cast, context: Context, network: Network, clock: FixedClock
) -> None:
    peer = network.peer(THERE, otherwise=(301, {"Location": "https://trap.example/inbox"}))
    await send(db, "1", there(cast))
    one = lanes(context)
    await one.drain()
    assert {request.url for request in peer.received} == {f"https://{THERE}/inbox"}
    clock.advance(25 * HOUR)
    await one.drain()
    assert (await state(db, there(cast))).rejected == 1


async def test_a_server_that_gives_no_sign_of_life_is_dead_until_it_does__DLV_9(
    db: Database, cast: Cast, context: Context, network: Network, clock: FixedClock
) -> None:
    peer = network.peer(THERE, otherwise=TimedOut("…"))
    await send(db, "1", there(cast))
    one = lanes(context)
    await one.drain()
    clock.advance(3 * DAY + MINUTE)
    tried = len(peer.received)
    await one.drain()
    found = await state(db, there(cast))
    assert (found.dead, found.cursor, len(peer.received)) == (True, 1, tried)
    peer.otherwise = 202
    await send(db, "while dead", there(cast))
    await one.drain()
    assert len(peer.received) == tried
    async with db.write() as tx:
        await destinations.seen(tx, there(cast))
    await send(db, "alive", there(cast))
    await one.drain()
    assert peer.bodies[tried:] == ['"alive"']


async def test_what_is_older_than_a_week_is_left_out__case_72__DLV_7(
    db: Database, cast: Cast, context: Context, network: Network, clock: FixedClock
) -> None:
    peer = network.peer(THERE)
    await send(db, "old", there(cast))
    clock.advance(7 * DAY + SECOND)
    await send(db, "new", there(cast))
    await lanes(context).drain()
    assert peer.bodies == ['"new"']


async def test_operators_can_have_them_kept_for_longer__DLV_7(
    db: Database, cast: Cast, context: Context, network: Network, clock: FixedClock
) -> None:
    peer = network.peer(THERE)
    async with db.write() as tx:
        await tx.run("UPDATE local_site SET retention_days = 30")
        tx.changed("site")
    await send(db, "old", there(cast))
    clock.advance(29 * DAY)
    await lanes(context).drain()
    assert peer.bodies == ['"old"']


async def test_the_blocked_get_nothing_not_even_later__DLV_10(
    db: Database, cast: Cast, context: Context, network: Network
) -> None:
    peer = network.peer(THERE)
    one = lanes(context)
    async with db.write() as tx:
        await tx.run(
            "INSERT INTO federation_block (instance_id, published) VALUES (:id, :now)",
            id=there(cast),
            now=tx.now,
        )
        tx.changed("site")
    await send(db, "blocked", there(cast))
    await one.drain()
    async with db.write() as tx:
        await tx.run("DELETE FROM federation_block")
        tx.changed("site")
    await send(db, "again", there(cast))
    await one.drain()
    assert peer.bodies == ['"again"']


# --- order and haste -------------------------------------------------------------------------------------------------------------------


async def test_a_slow_server_holds_up_nobody__case_69__DLV_13(
    db: Database, cast: Cast, context: Context, network: Network, elsewhere: int
) -> None:
    answered = asyncio.Event()
    slow = network.peer(THERE, hold=answered.wait)
    quick = network.peer(ELSEWHERE)
    one = lanes(context)
    for number in range(3):
        await send(db, str(number), there(cast), elsewhere)
    stopping = asyncio.Event()
    running = asyncio.create_task(one.run(stopping))
    await quick.has_received(3)
    await slow.has_received(1)
    assert (len(slow.received), len(quick.received)) == (1, 3)
    answered.set()
    await slow.has_received(3)
    stopping.set()
    await running
    assert slow.bodies == ['"0"', '"1"', '"2"']
    assert slow.most_at_once == 1


async def test_threads_go_side_by_side_unless_set_to_one__DLV_3(
    db: Database, cast: Cast, context: Context, network: Network, clock: FixedClock
) -> None:
    async def breathe() -> None:
        for _ in range(5):
            await asyncio.sleep(0)

    peer = network.peer(THERE)
    peer.hold = lambda: peer.has_received(2)
    for number in range(6):
        await send(db, str(number), there(cast), path=f"c1/p{number}")
    one = lanes(context)
    await one.drain()
    await one.stop()
    assert peer.most_at_once > 1
    strict = network.peer(THERE, hold=breathe)
    for number in range(6, 12):
        await send(db, str(number), there(cast), path=f"c1/p{number}")
    alone = Context(db, Settings(delivery_per_server=1), clock, network)
    await lanes(alone, "two").drain()
    assert strict.most_at_once == 1
    assert strict.bodies == [f'"{number}"' for number in range(6, 12)]


async def test_servers_share_what_room_there_is__DLV_13(
    db: Database, cast: Cast, clock: FixedClock, network: Network, elsewhere: int
) -> None:
    """None gets several at once, over as many connections, while another gets nothing."""
    answered = asyncio.Event()
    peers = [network.peer(host, hold=answered.wait) for host in (THERE, ELSEWHERE)]
    for number in range(4):
        await send(db, str(number), there(cast), elsewhere, path=f"c1/p{number}")
    one = lanes(Context(db, Settings(delivery_at_once=2, delivery_per_server=2), clock, network))
    await one.turn()
    for peer in peers:
        await peer.has_received(1)
    assert [len(peer.received) for peer in peers] == [1, 1]
    answered.set()
    await one.drain()
    assert [len(peer.received) for peer in peers] == [4, 4]
    assert peers[0].most_at_once == 1


async def test_room_that_nobody_else_needs_is_used_without_waiting_for_an_answer__DLV_13(
    db: Database, cast: Cast, context: Context, network: Network, elsewhere: int
) -> None:
    answered = asyncio.Event()
    peer = network.peer(THERE, hold=answered.wait)
    network.peer(ELSEWHERE)
    for number in range(50):
        await send(db, str(number), there(cast), path=f"c1/p{number}")
    small = Context(db, Settings(delivery_at_once=3), context.clock, network)
    one, stopping = lanes(small), asyncio.Event()
    running = asyncio.create_task(one.run(stopping))
    await peer.has_received(3)
    answered.set()
    await peer.has_received(50)
    stopping.set()
    await running
    assert peer.most_at_once == 3


async def test_a_backlog_longer_than_the_window_arrives_whole(
    db: Database, cast: Cast, context: Context, network: Network
) -> None:
    peer = network.peer(THERE)
    async with db.write() as tx:
        await destinations.ensure(tx, [there(cast)], 0)
        inbox = (Inbox(there(cast), f"https://{THERE}/inbox"),)
        await outbox.insert(
            tx,
            [
                Activity(
                    ap_id=f"https://{HERE}/activities/announce/{number}", body=str(number), actor_kind="community",
                    actor_id=cast.gardening.id, order_key="c1/p1", inboxes=inbox if number % 10 == 0 else (),
                )
                for number in range(2500)
            ],
        )  # fmt: skip
    await lanes(context).drain()
    assert peer.bodies == [str(number) for number in range(0, 2500, 10)]


# --- signatures --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "knocks"), [(401, 2), (403, 1), (400, 1)])
async def test_who_took_something_before_means_what_they_refuse__SIG_19(
    db: Database, cast: Cast, context: Context, network: Network, status: int, knocks: int
) -> None:
    """Only 401 is then about the signature; from who never took anything, the others may be, too."""
    peer = network.peer(THERE)
    peer.decide = lambda request: status
    one = lanes(context)
    await send(db, "1", there(cast))
    await one.drain()
    assert len(peer.received) == 2
    peer.decide = lambda request: 202
    await send(db, "2", there(cast))
    await one.drain()
    before = len(peer.received)
    peer.decide = lambda request: status
    await send(db, "3", there(cast))
    await one.drain()
    assert len(peer.received) - before == knocks


async def test_the_second_knock_is_signed_the_other_way_and_remembered__case_46__SIG_19(
    db: Database, cast: Cast, context: Context, network: Network, clock: FixedClock
) -> None:
    peer = network.peer(THERE)
    peer.decide = lambda request: 202 if "Signature-Input" in request.headers else 401
    one = lanes(context)
    await send(db, "1", there(cast))
    await one.drain()
    assert ["Signature-Input" in request.headers for request in peer.received] == [False, True]
    await send(db, "2", there(cast))
    await one.drain()
    assert len(peer.received) == 3
    assert (await state(db, there(cast))).scheme == Scheme.RFC
    peer.decide = lambda request: 401 if "Signature-Input" in request.headers else 202
    await send(db, "3", there(cast))
    await send(db, "4", there(cast))
    await one.drain()
    assert len(peer.received) == 6, "it flips back after one failure"
    clock.advance(31 * DAY)
    assert (await state(db, there(cast))).scheme == Scheme.DRAFT


async def test_a_key_is_made_at_the_first_delivery__ACT_9(
    db: Database, cast: Cast, context: Context, network: Network
) -> None:
    peer = network.peer(THERE)
    await send(db, "1", there(cast))
    await lanes(context).drain()
    assert f'keyId="https://{HERE}/c/gardening#main-key"' in peer.received[0].headers["Signature"]
    async with db.read() as tx:
        assert str(await tx.value("SELECT public_key FROM community WHERE local")).startswith(
            "-----BEGIN PUBLIC KEY"
        )


# --- several processes, and none --------------------------------------------------------------------------------------------------------


async def test_two_share_the_lanes_and_each_server_has_one_of_them__DLV_13(
    db: Database, cast: Cast, context: Context, network: Network, clock: FixedClock, elsewhere: int
) -> None:
    for host in (THERE, ELSEWHERE):
        network.peer(host)
    one, two = lanes(context, "one"), lanes(context, "two")
    await one.drain()
    await two.drain()
    for _ in range(3):
        clock.advance(5 * SECOND)
        await one.drain()
        await two.drain()
    mine, theirs = one.shards.held(clock.now()), two.shards.held(clock.now())
    assert (len(mine), len(theirs), mine & theirs) == (8, 8, frozenset())
    await send(db, "1", there(cast), elsewhere)
    await one.drain()
    await two.drain()
    assert [len(network.peers[host].received) for host in (THERE, ELSEWHERE)] == [1, 1]
    await one.stop()
    clock.advance(5 * SECOND)
    await two.drain()
    assert len(two.shards.held(clock.now())) == 16, "who stops gives back"


async def test_who_is_killed_loses_nothing_and_repeats_what_was_not_written_down__DLV_4(
    db: Database, cast: Cast, context: Context, network: Network, clock: FixedClock
) -> None:
    peer = network.peer(THERE)
    one = lanes(context, "one")
    await send(db, "1", there(cast))
    await one.drain()
    held = asyncio.Event()
    peer.hold = held.wait
    await send(db, "2", there(cast))
    await one.turn()
    for task in list(one._tasks):  # it dies here
        task.cancel()
    peer.hold = None
    clock.advance(MINUTE)
    await send(db, "3", there(cast))
    await lanes(context, "two").drain()
    assert [body for body in peer.bodies if body != '"1"'][-2:] == ['"2"', '"3"']
    assert peer.bodies.count('"1"') == 1


async def test_it_runs_until_told_to_stop(
    db: Database, cast: Cast, context: Context, network: Network
) -> None:
    peer = network.peer(THERE)
    stopping = asyncio.Event()
    running = asyncio.create_task(lanes(context).run(stopping))
    await send(db, "1", there(cast))
    await peer.has_received(1)
    stopping.set()
    await running
    assert (await state(db, there(cast))).delivered == 1


async def test_what_many_say_shortly_after_each_other_is_published_together__DLV_13(
    db: Database, cast: Cast, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("folkmoot.jobs.lanes._BETWEEN_PUBLISHING", 60.0)
    one = lanes(context)

    async def somebody_says_something() -> None:
        async with db.write() as tx:
            await outbox.note(tx, "PostDeleted", {"actor_id": cast.alice.id, "post_id": 0, "state": True})

    await somebody_says_something()
    assert await one.turn(patient=True) == 1, "the first at once"
    for _ in range(3):
        await somebody_says_something()
        assert await one.turn(patient=True) == 0
    assert await one.turn() == 3, "who wants all of it done does not wait"


async def test_an_inbox_that_is_gone_has_its_actor_read_again__DLV_5(
    db: Database, cast: Cast, context: Context, network: Network
) -> None:
    network.peer(THERE, otherwise=410)
    async with db.write() as tx:
        await tx.run(
            "UPDATE person SET inbox_url = :inbox WHERE id = :id",
            inbox=f"https://{THERE}/inbox",
            id=cast.carol.id,
        )
    await send(db, "1", there(cast))
    await lanes(context).drain()
    assert (await state(db, there(cast))).rejected == 1, "and not tried again"
    async with db.read() as tx:
        payloads = await tx.all("SELECT payload FROM job WHERE name = 'actors.look_again'")
    assert [row[0] for row in payloads] == [f'{{"ap_id": "https://{THERE}/u/carol"}}']
