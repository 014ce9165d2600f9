"""Working off what arrived: alone, among others, and after somebody died (case 91, INB-11)."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from folkmoot.apub.inbox import process
from folkmoot.apub.inbox.process import LEASE, Processor, processor_of
from folkmoot.store import received
from folkmoot.store.received import Wanted
from tests.federation.conftest import Found
from tests.federation.network import Server
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
