"""What working off an arrival costs in statements, each of which is a way to PostgreSQL and back."""

import asyncio
from collections.abc import Callable

from folkmoot.apub.inbox.process import processor_of
from folkmoot.model.time import MINUTE
from folkmoot.store.db import count_statements
from tests.federation.conftest import Found
from tests.federation.peer import Actor, Members, Peer, moment
from tests.federation.stage import Scene, set_scene

NUMBER = 20
ONCE = 40
"""Statements for a whole batch, however many are in it: leases, and what is known of all that they name."""


async def statements(scene: Scene, people: list[Actor], make: Callable[[Actor], Members]) -> float:
    """How many each of these costs that the community passes on."""
    for person in people:
        assert (
            await scene.there.send(scene.a, scene.there.announce(scene.baking, make(person)))
        ).status == 202
    with count_statements() as counter:
        await processor_of(scene.a.context).drain()
    assert await scene.a.value("SELECT count(*) FROM received WHERE state <> 'accepted'") == 0
    return (len(counter.statements) - ONCE) / NUMBER


async def test_votes_and_comments_take_few_statements_each(
    servers: Found, peer: Callable[[str], Peer]
) -> None:
    scene = await set_scene(servers, peer)
    page = await scene.announced()
    people = [scene.there.person(f"voter{number}") for number in range(NUMBER)]

    def votes(kind: str) -> Callable[[Actor], Members]:
        return lambda person: scene.there.activity(kind, person, page["id"])

    notes: dict[str, Members] = {}

    def comments(person: Actor) -> Members:
        note = scene.there.note(person, page["id"], scene.baking.id, f"Words of {person.id}")
        notes[person.id] = note
        return scene.there.in_community("Create", person, note, scene.baking.id)

    def edits(person: Actor) -> Members:
        note = notes[person.id] | {"updated": moment(scene.a), "content": "<p>Changed.</p>", "source": None}
        return scene.there.in_community("Update", person, note, scene.baking.id)

    for person in people:  # they are fetched
        assert await scene.tells(scene.there.announce(scene.baking, votes("Like")(person))) == "accepted"
    one_more = 1 if scene.a.db.dialect.name == "sqlite" else 0  # what goes together costs nothing more there
    assert await statements(scene, people, votes("Dislike")) <= 4 + one_more
    assert await statements(scene, people, comments) <= 7 + 3 * one_more
    scene.a.clock.advance(MINUTE)
    assert await statements(scene, people, edits) <= 5 + one_more
    assert await scene.a.value("SELECT count(*) FROM comment WHERE content = 'Changed.'") == NUMBER


async def test_what_arrives_together_is_looked_up_together(
    servers: Found, peer: Callable[[str], Peer]
) -> None:
    scene = await set_scene(servers, peer)
    page = await scene.announced()
    likes = [
        scene.there.announce(
            scene.baking, scene.there.activity("Like", scene.there.person(f"fan{number}"), page["id"])
        )
        for number in range(NUMBER)
    ]
    with count_statements() as counter:
        answers = await asyncio.gather(*(scene.there.send(scene.a, like) for like in likes))
    assert {answer.status for answer in answers} == {202}
    assert len(counter.statements) <= 8, "three or four for each of a look or two, not for each arrival"
    assert await scene.a.value("SELECT count(*) FROM received WHERE state = 'waiting'") == NUMBER

    with count_statements() as counter:
        answers = await asyncio.gather(*(scene.there.send(scene.a, like) for like in likes))
    assert {answer.status for answer in answers} == {202}, "again, and thanked for again"
    assert await scene.a.value("SELECT count(*) FROM received WHERE state = 'waiting'") == NUMBER
