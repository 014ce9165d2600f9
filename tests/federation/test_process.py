"""Working off what arrived: alone, among others, and after somebody died (case 91, INB-11)."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from folkmoot.apub.inbox import process
from folkmoot.apub.inbox.process import LEASE, Processor, processor_of
from folkmoot.model.errors import Busy
from folkmoot.model.time import HOUR
from folkmoot.store import leases, received
from folkmoot.store.db import Tx
from folkmoot.store.received import LANES, Wanted
from tests.federation.conftest import Found
from tests.federation.network import Answer, Request, Server
from tests.federation.peer import Actor, Members, Peer


class Scene:
    """a.example with !gardening, and a post by carol; votes of many wait."""

    def __init__(self, a: Server, there: Peer, page: Members, voters: list[Actor]) -> None:
        self.a, self.there, self.page, self.voters = a, there, page, voters

    async def votes_arrive(self) -> None:
        for voter in self.voters:
            assert (
                await self.there.send(self.a, self.there.activity("Like", voter, self.page["id"]))
            ).status == 202

    async def arrives(self, kind: str, actor: Actor, thing: Members) -> Members:
        """Somebody there does something about a thing in !gardening."""
        whole = thing if kind == "Undo" else thing["id"]
        said = self.there.activity(kind, actor, whole, audience=self.page["audience"])
        assert (await self.there.send(self.a, said)).status == 202
        return said

    def unknown_page(self) -> Members:
        """A post of carol's in !gardening that nobody told of."""
        return self.there.page(self.there.actors[self.page["attributedTo"]], self.page["audience"])

    async def score(self) -> int:
        return int(await self.a.value("SELECT score FROM post"))


@pytest.fixture
async def scene(servers: Found, peer: Callable[[str], Peer]) -> Scene:
    (a,) = await servers("a")
    gardening = await a.founds("gardening", await a.joins("bob"))
    there = peer("there.example")
    carol = there.person("carol")
    page = there.page(carol, gardening.ap_id)
    assert await there.tells(a, there.in_community("Create", carol, page, gardening.ap_id)) == "accepted"
    return Scene(a, there, page, [there.person(f"voter{number}") for number in range(12)])


async def test_who_dies_in_the_middle_of_a_batch_leaves_all_of_it_to_do__case_91(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    await scene.votes_arrive()

    async def dies(tx: Any, closed: Any) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(received, "close", dies)
        with pytest.raises(asyncio.CancelledError):
            await processor_of(scene.a.context).work()
    assert await scene.score() == 1, "neither closed nor done"
    scene.a.clock.advance(LEASE * 2)
    heir = Processor(scene.a.context)
    await heir.drain()
    assert await scene.score() == 13
    assert await scene.a.value("SELECT count(*) FROM received WHERE state = 'accepted'") == 13


async def test_a_process_takes_over_from_one_that_died_though_nothing_new_arrives__case_91(
    scene: Scene,
) -> None:
    await scene.votes_arrive()
    await processor_of(scene.a.context).stop()
    dead, heir = Processor(scene.a.context), Processor(scene.a.context)
    await dead._hold()
    assert await heir.work() == 0
    assert await scene.score() == 1
    scene.a.clock.advance(LEASE * 2)
    assert await heir.work() > 0
    assert await scene.score() == 13


class Gate:
    """In front of a host that is asked for a post: who asks waits until it is opened."""

    def __init__(self, there: Peer, address: str) -> None:
        self.opens = asyncio.Event()

        async def answer(request: Request) -> Answer:
            if str(request.url) == address:
                await self.opens.wait()
            return await there.answer(request)

        there.network.hosts[there.host] = answer


async def test_what_waits_behind_a_fetch_goes_on_though_the_fetch_ends_during_a_look__INB_11(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = scene.unknown_page()
    gate = Gate(scene.there, unknown["id"])
    await scene.arrives("Like", scene.voters[0], unknown)
    await scene.arrives("Delete", scene.there.actors[unknown["attributedTo"]], unknown)
    worker = processor_of(scene.a.context)
    await worker.work()
    assert len(worker._running) == 1, "the vote waits for the post, the deletion for the vote"

    take = received.take

    async def and_meanwhile_it_is_fetched(tx: Tx, lanes: Any, *, after: int, limit: int) -> Any:
        if after:
            gate.opens.set()
            await asyncio.gather(*worker._running)
        return await take(tx, lanes, after=after, limit=limit)

    await scene.arrives("Like", scene.voters[1], scene.page)
    with monkeypatch.context() as patched:
        patched.setattr(received, "take", and_meanwhile_it_is_fetched)
        await worker.work()
    assert not worker._running
    assert await worker.work() == 1
    assert await scene.a.value("SELECT deleted FROM post WHERE ap_id = :ap_id", ap_id=unknown["id"])


async def test_to_wait_for_the_database_does_not_make_a_batch_smaller(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment, closed, write, close = [0.0], list[int](), scene.a.db.write, received.close
    worker = processor_of(scene.a.context)
    await worker._hold()
    await scene.votes_arrive()

    def late() -> Any:
        moment[0] += 1.0
        return write()

    async def counted(tx: Tx, rows: Any) -> None:
        closed.append(len(rows))
        await close(tx, rows)

    monkeypatch.setattr(process, "time", SimpleNamespace(monotonic=lambda: moment[0]))
    monkeypatch.setattr(scene.a.db, "write", late)
    monkeypatch.setattr(received, "close", counted)
    worker._held = dict.fromkeys(worker._held, moment[0])
    await worker.work()
    assert closed == [12]


async def test_a_batch_looks_up_what_it_can_do_and_not_all_that_waits(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = list[int]()
    real = received.still_waiting

    async def counted(tx: Tx, ids: Any) -> set[int]:
        looked.append(len(ids))
        return await real(tx, ids)

    await scene.votes_arrive()
    monkeypatch.setattr(process, "LEAST", 1)
    monkeypatch.setattr(received, "still_waiting", counted)
    hurry = dict.fromkeys(process.BATCH_SECONDS, 0.0)
    monkeypatch.setattr(process, "BATCH_SECONDS", hurry)
    worker = processor_of(scene.a.context)
    await worker.work()
    assert looked == [12, *[1] * 11]
    looked.clear()
    for engine in hurry:
        hurry[engine] = 60.0
    for voter in scene.voters:
        await scene.arrives("Dislike", voter, scene.page)
    await worker.work()
    assert looked == [1, 2, 4, 5], "there is time for more"
    assert await scene.score() == 1 - 12


async def test_who_takes_a_vote_back_before_the_post_is_here_has_none__INB_11(scene: Scene) -> None:
    unknown = scene.unknown_page()
    vote = await scene.arrives("Like", scene.voters[0], unknown)
    await scene.arrives("Undo", scene.voters[0], vote)
    worker = processor_of(scene.a.context)
    await worker.work()
    assert len(worker._running) == 1, "the second waits for the first"
    await worker.drain()
    score = "SELECT score FROM post WHERE ap_id = :ap_id"
    assert await scene.a.value(score, ap_id=unknown["id"]) == 1, "the author's own"


async def test_votes_of_several_do_not_wait_for_each_other(scene: Scene) -> None:
    unknown = scene.unknown_page()
    gate = Gate(scene.there, unknown["id"])
    for voter in scene.voters[:3]:
        await scene.arrives("Like", voter, unknown)
    worker = processor_of(scene.a.context)
    await worker.work()
    assert len(worker._running) == 3
    gate.opens.set()
    await worker.drain()
    score = "SELECT score FROM post WHERE ap_id = :ap_id"
    assert await scene.a.value(score, ap_id=unknown["id"]) == 4


async def test_a_look_that_fails_is_done_again(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = processor_of(scene.a.context)
    await worker.work()
    await scene.votes_arrive()

    async def fails(*args: Any, **more: Any) -> Any:
        raise Busy

    with monkeypatch.context() as patched:
        patched.setattr(received, "take", fails)
        with pytest.raises(Busy):
            await worker.work()
    assert await worker.work() == len(scene.voters)


async def test_what_one_process_puts_off_another_does_when_it_is_due__INB_11(scene: Scene) -> None:
    await processor_of(scene.a.context).stop()
    one, two = Processor(scene.a.context), Processor(scene.a.context)
    unknown = scene.unknown_page()
    scene.there.pages[unknown["id"]] = Answer(503)
    vote = await scene.arrives("Like", scene.voters[0], unknown)
    await one._hold()
    await two.work()
    await one.drain()
    assert await scene.a.verdict(vote["id"]) == "later http_status"
    await two.work()
    await one.stop()
    del scene.there.pages[unknown["id"]]
    scene.a.clock.advance(HOUR)
    await two.work()
    await asyncio.gather(*two._running)
    assert await scene.a.verdict(vote["id"]) == "accepted"


async def test_who_takes_back_a_vote_that_was_put_off_has_none__INB_11(scene: Scene) -> None:
    """Were the Undo done at once, it would find nothing to take back, and the vote would be counted half a minute later for good."""
    unknown = scene.unknown_page()
    scene.there.pages[unknown["id"]] = Answer(503)
    vote = await scene.arrives("Like", scene.voters[0], unknown)
    await scene.a.settle()
    assert await scene.a.verdict(vote["id"]) == "later http_status"
    undo = await scene.arrives("Undo", scene.voters[0], vote)
    again = await scene.arrives("Dislike", scene.voters[0], unknown)
    await scene.a.settle()
    for behind in (undo, again):
        assert await scene.a.verdict(behind["id"]) == "later waits_for_earlier"
    scene.a.clock.advance(process.PAUSES[0])
    await scene.a.settle()
    assert (await scene.a.verdict(vote["id"])).startswith("later")
    assert await scene.a.verdict(undo["id"]) == "later waits_for_earlier"
    del scene.there.pages[unknown["id"]]
    scene.a.clock.advance(HOUR)
    await scene.a.settle()
    assert [await scene.a.verdict(one["id"]) for one in (vote, undo, again)] == ["accepted"] * 3
    score = "SELECT score FROM post WHERE ap_id = :ap_id"
    assert await scene.a.value(score, ap_id=unknown["id"]) == 0, "the author's own, and the vote against it"


async def test_who_waits_behind_what_is_given_up_goes_on__INB_11(scene: Scene) -> None:
    """And what it waited for does not count as a try of its own."""
    unknown = scene.unknown_page()
    scene.there.pages[unknown["id"]] = Answer(503)
    vote = await scene.arrives("Like", scene.voters[0], unknown)
    undo = await scene.arrives("Undo", scene.voters[0], vote)
    for pause in process.PAUSES:
        await scene.a.settle()
        scene.a.clock.advance(pause)
    await scene.a.settle()
    why = "SELECT reason FROM received WHERE ap_id = :it"
    assert await scene.a.value(why, it=vote["id"]) == "http_status", "and no word of its Undo"
    assert not (await scene.a.verdict(undo["id"])).startswith("later")
    assert await scene.a.value("SELECT attempts FROM received WHERE ap_id = :it", it=undo["id"]) == 1


async def test_what_another_process_put_off_is_not_overtaken_here__INB_11(scene: Scene) -> None:
    await scene.arrives("Like", scene.voters[1], scene.page)
    await scene.a.settle()
    await processor_of(scene.a.context).stop()
    unknown = scene.unknown_page()
    scene.there.pages[unknown["id"]] = Answer(503)
    vote = await scene.arrives("Like", scene.voters[0], unknown)
    one = Processor(scene.a.context)
    await one.drain()
    await one.stop()
    undo = await scene.arrives("Undo", scene.voters[0], vote)
    await scene.arrives("Dislike", scene.voters[1], scene.page)
    two = Processor(scene.a.context)
    await two.drain()
    assert await scene.a.verdict(undo["id"]) == "later waits_for_earlier"
    assert await scene.score() == 0, "what is about something else does not wait"


async def test_one_that_breaks_holds_back_what_came_after_it_in_its_batch__INB_11(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    vote = await scene.arrives("Like", scene.voters[0], scene.page)
    await scene.arrives("Undo", scene.voters[0], vote)
    real = process.perform

    async def breaks(tx: Any, arrived: Any) -> Any:
        if arrived.activity.type == "Like":
            raise ZeroDivisionError("a bug of ours")
        return await real(tx, arrived)

    with monkeypatch.context() as patched:
        patched.setattr(process, "perform", breaks)
        await scene.a.settle()
    scene.a.clock.advance(process.PAUSES[0])
    await scene.a.settle()
    assert await scene.score() == 1


async def test_what_is_done_again_has_no_second_effect__DUP_3(scene: Scene) -> None:
    await scene.votes_arrive()
    await scene.a.settle()
    async with scene.a.writing() as tx:
        await tx.run("DELETE FROM received WHERE kind = 'Like'")
    await scene.votes_arrive()
    await scene.a.settle()
    assert await scene.score() == 13


async def test_two_processes_share_the_lanes_and_do_nothing_twice__INB_11(scene: Scene) -> None:
    await scene.votes_arrive()
    await processor_of(scene.a.context).stop()
    one, two = Processor(scene.a.context), Processor(scene.a.context)
    await asyncio.gather(one.drain(), two.drain())
    assert await scene.score() == 13
    assert await scene.a.value("SELECT count(DISTINCT holder) FROM lease WHERE name LIKE 'inbox %'") == 1


async def test_who_has_no_lane_asks_for_them_once_a_second_and_not_for_each_arrival(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    await processor_of(scene.a.context).stop()
    one, two = Processor(scene.a.context), Processor(scene.a.context)
    await one._hold()
    asked, take = list[str](), leases.take

    async def counted(tx: Tx, name: str, **more: Any) -> bool:
        asked.append(name)
        return await take(tx, name, **more)

    monkeypatch.setattr(leases, "take", counted)
    for voter in scene.voters[:3]:
        await scene.arrives("Like", voter, scene.page)
        assert await two.work() == 0
    assert len(asked) == LANES
    scene.a.clock.advance(process.LOOK_AGAIN)
    assert await two.work() == 0
    assert len(asked) == 2 * LANES
    assert await one.work() == 3


async def test_lanes_that_were_given_back_are_free_at_once(scene: Scene) -> None:
    one = Processor(scene.a.context)
    await scene.votes_arrive()
    await one.drain()
    await one.stop()
    await scene.there.tells(
        scene.a,
        scene.there.activity(
            "Undo", scene.voters[0], scene.there.activity("Like", scene.voters[0], scene.page["id"])
        ),
    )
    two = Processor(scene.a.context)
    await two.drain()
    assert await scene.score() == 12


async def test_one_that_breaks_does_not_take_the_others_with_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    await scene.votes_arrive()
    await scene.there.send(scene.a, scene.there.activity("Dislike", scene.voters[0], scene.page["id"]))
    real = process.perform

    async def breaks(tx: Any, arrived: Any) -> Any:
        effect = await real(tx, arrived)
        if arrived.activity.type == "Dislike":
            raise ZeroDivisionError("a bug of ours")
        return effect

    with monkeypatch.context() as patched:
        patched.setattr(process, "perform", breaks)
        await processor_of(scene.a.context).drain()
    assert await scene.score() == 13, "twelve votes, and the one that broke undone"
    assert await scene.a.rows("SELECT state, reason FROM received WHERE kind = 'Dislike'") == [
        ("later", "internal_error")
    ]
    scene.a.clock.advance(process.PAUSES[0])
    await scene.a.settle()
    assert await scene.score() == 11


async def test_bodies_go_and_reasons_stay__case_100(scene: Scene) -> None:
    await scene.votes_arrive()
    strange = scene.there.activity("Lock", scene.voters[0], scene.page["id"])
    await scene.there.tells(scene.a, strange)
    assert (
        await scene.a.value("SELECT count(*) FROM received WHERE state = 'accepted' AND body IS NOT NULL")
        == 0
    )
    async with scene.a.db.read() as tx:
        found, _ = await received.told(tx, Wanted("there.example", "refused"), limit=1)
    told = found[0]
    assert (told.ap_id, told.kind, told.actor, told.reason) == (
        strange["id"],
        "Lock",
        scene.voters[0].id,
        "not_a_mod_or_admin",
    )
    assert told.received <= scene.a.clock.now()


async def test_what_is_read_while_others_are_worked_at_has_its_turn_after_them__INB_11(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "BATCH", 4)
    await scene.votes_arrive()
    for voter in scene.voters[:5]:
        like = scene.there.activity("Like", voter, scene.page["id"])
        await scene.arrives("Undo", voter, like)
    await scene.arrives("Like", scene.voters[0], scene.page)
    await processor_of(scene.a.context).drain()
    assert await scene.score() == 13 - 5 + 1, (
        "each is taken back after it was counted, and one is given again"
    )
    assert await scene.a.value("SELECT count(*) FROM received WHERE state IN ('waiting', 'later')") == 0
