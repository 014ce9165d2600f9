"""Votes that were put off since a community passed them on end when their voters take them back, and no others do (INB-11, IDV-3)."""

import json
from collections.abc import Callable

import pytest

from folkmoot.apub.inbox.overtaken import overtaken
from folkmoot.apub.inbox.put_off import PutOff
from folkmoot.apub.inbox.tasks import Outcome, Task, task_of
from folkmoot.model.time import MINUTE
from folkmoot.store import received
from folkmoot.store.received import Arrival, Closed
from tests.federation.conftest import Found
from tests.federation.network import Server
from tests.federation.peer import Members, Peer


class Story:
    """dave of other.example has voted for a post that could not be fetched; !baking at there.example passed that on."""

    def __init__(self, a: Server, there: Peer, other: Peer) -> None:
        self.a, self.there, self.other = a, there, other
        self.baking, self.dave, self.eve = there.group("baking"), other.person("dave"), other.person("eve")
        self.put_off = PutOff()
        self.vote = other.activity("Like", self.dave, there.id("post"))

    async def row_of(self, said: Members) -> Task:
        """The task of an activity that arrives."""
        arrival = Arrival(said["id"], said["type"], said["actor"], "", None, 0, json.dumps(said))
        async with self.a.writing() as tx:
            await received.put(tx, [arrival])
            (row_id,) = [row[0] for row in await tx.all("SELECT max(id) FROM received")]
            (row,) = await received.rows(tx, [row_id])
        return task_of(self.a.context, row)

    async def waits(self, said: Members) -> int:
        """It arrives, and is put off."""
        task = await self.row_of(said)
        async with self.a.writing() as tx:
            await received.put_off(tx, task.row.id, due=tx.now + MINUTE, reason="unreachable", detail=None)
        self.put_off.add(task.row, task.turn, self.a.clock.now() + MINUTE)
        return task.row.id

    async def said(self, said: Members, state: str = "accepted") -> list[Closed]:
        """What ends when this had its turn."""
        task = await self.row_of(said)
        outcome = Outcome(closed=Closed(task.row.id, state))
        async with self.a.writing() as tx:
            return await overtaken(tx, self.a.context, self.put_off, [(task, outcome)])

    def announced(self, said: Members) -> Members:
        return self.there.announce(self.baking, said)

    def undo(self, vote: Members) -> Members:
        return self.other.activity("Undo", self.dave, {**vote, "id": self.other.id("activities/like")})


@pytest.fixture
async def story(servers: Found, peer: Callable[[str], Peer]) -> Story:
    (a,) = await servers("a")
    return Story(a, peer("there.example"), peer("other.example"))


async def test_a_vote_ends_whatever_address_its_undo_gives_it__IDV_3(story: Story) -> None:
    row = await story.waits(story.announced(story.vote))
    assert await story.said(story.undo(story.vote)) == [Closed(row, "accepted", "taken_back")]


async def test_several_of_one_voter_end_together(story: Story) -> None:
    against = story.other.activity("Dislike", story.dave, story.vote["object"])
    rows = [await story.waits(story.announced(one)) for one in (story.vote, against)]
    assert {one.id for one in await story.said(story.undo(story.vote))} == set(rows)


async def test_votes_of_others_on_other_things_and_later_ones_stay(story: Story) -> None:
    await story.waits(story.announced(story.other.activity("Like", story.eve, story.vote["object"])))
    await story.waits(story.announced(story.other.activity("Like", story.dave, story.there.id("post"))))
    assert await story.said(story.undo(story.vote)) == []
    undo = await story.row_of(story.undo(story.vote))
    await story.waits(story.announced(story.vote))
    async with story.a.writing() as tx:
        outcome = Outcome(closed=Closed(undo.row.id, "accepted"))
        assert await overtaken(tx, story.a.context, story.put_off, [(undo, outcome)]) == []


async def test_one_that_came_directly_or_among_others_stays__ABU_5(story: Story) -> None:
    """What came directly has its turn behind its own server's Undo; of several, the others would end too."""
    await story.waits(story.vote)
    await story.waits(
        story.announced([story.vote, story.other.activity("Like", story.eve, story.there.id("post"))])
    )
    assert await story.said(story.undo(story.vote)) == []


async def test_an_undo_that_is_refused_ends_nothing(story: Story) -> None:
    await story.waits(story.announced(story.vote))
    assert await story.said(story.undo(story.vote), "refused") == []


async def test_nor_does_an_undo_of_something_else(story: Story) -> None:
    await story.waits(story.announced(story.vote))
    follow = story.other.activity("Follow", story.dave, story.baking.id)
    assert await story.said(story.undo(follow)) == []
