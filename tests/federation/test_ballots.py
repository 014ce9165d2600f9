"""Votes and comments of a batch are counted together, and yet no vote is counted out of turn (INB-11, VOT-1)."""

from collections.abc import Callable
from typing import Any

import pytest

from folkmoot.apub.inbox.process import processor_of
from folkmoot.store.db import count_statements
from folkmoot.store.recount import recount
from tests.federation.conftest import Found
from tests.federation.peer import Actor, Members, Peer
from tests.federation.stage import Scene, set_scene

NUMBER = 12


class Story(Scene):
    """Twelve people of there.example, known here, and a post by carol in !baking."""

    async def begins(self) -> None:
        self.page = await self.announced()
        self.people = [self.there.person(f"voter{number}") for number in range(NUMBER)]
        for person in self.people:  # they are fetched
            assert await self.passes_on(self.vote("Like", person)) == "accepted"

    def vote(self, kind: str, person: Actor, thing: str | None = None) -> Members:
        return self.there.activity(kind, person, thing or self.page["id"])

    async def passes_on(self, said: Members) -> str:
        return await self.tells(self.there.announce(self.baking, said))

    async def arrive(self, *said: Members) -> None:
        """All of these, passed on by the community, before any of them has its turn."""
        for one in said:
            assert (await self.there.send(self.a, self.there.announce(self.baking, one))).status == 202

    async def work(self) -> dict[tuple[str, str | None], int]:
        """What became of all that waits: how many, by state and reason."""
        before = await self._ends()
        await processor_of(self.a.context).drain()
        return {end: number - before.get(end, 0) for end, number in (await self._ends()).items()}

    async def _ends(self) -> dict[tuple[str, str | None], int]:
        async with self.a.db.read() as tx:
            rows = await tx.all(
                "SELECT state, reason, count(*) FROM received WHERE kind LIKE 'Announce%' GROUP BY 1, 2"
            )
        return {(row[0], row[1]): row[2] for row in rows if row[2]}

    async def tally(self, table: str = "post") -> tuple[int, int]:
        async with self.a.db.read() as tx:
            row: Any = await tx.first(f"SELECT upvotes, downvotes FROM {table} ORDER BY id DESC")
        return row[0], row[1]


@pytest.fixture
async def story(servers: Found, peer: Callable[[str], Peer]) -> Story:
    scene = await set_scene(servers, peer)
    story = Story(scene.a, scene.alice, scene.bob, scene.gardening, scene.there, scene.carol, scene.baking)
    await story.begins()
    return story


async def test_many_votes_are_counted_in_a_few_statements(story: Story) -> None:
    await story.arrive(*(story.vote("Dislike", person) for person in story.people))
    with count_statements() as counter:
        assert await story.work() == {("accepted", None): NUMBER}
    assert await story.tally() == (1, NUMBER)
    about_votes = [sql for sql in counter.statements if "post_vote" in sql or "UPDATE post" in sql]
    assert len(about_votes) < NUMBER, about_votes


async def test_a_vote_and_its_undo_in_one_batch_leave_none__INB_11(story: Story) -> None:
    said = [story.vote("Dislike", person) for person in story.people]
    await story.arrive(
        *said,
        *(story.there.activity("Undo", voter, one) for voter, one in zip(story.people, said, strict=True)),
    )
    await story.work()
    assert await story.tally() == (1, 0)
    last = [story.vote("Like", person) for person in story.people]
    await story.arrive(*said[:1], *last)
    await story.work()
    assert await story.tally() == (1 + NUMBER, 0), "what was undone does not come back"


async def test_votes_on_a_comment_that_comes_in_the_same_batch_are_counted__INB_11(story: Story) -> None:
    author, *others = story.people
    note = story.there.note(author, story.page["id"], story.baking.id, "Rye is best.")
    await story.arrive(
        *(story.vote("Dislike", person) for person in story.people),
        story.there.in_community("Create", author, note, story.baking.id),
        *(story.vote("Like", person, note["id"]) for person in others),
    )
    assert await story.work() == {("accepted", None): 2 * NUMBER}
    assert await story.tally("comment") == (NUMBER, 0), "their own vote among them"
    assert await story.tally() == (1, NUMBER)
    assert await story.a.value("SELECT comments FROM post ORDER BY id DESC LIMIT 1") == 1


async def test_who_is_banned_between_two_votes_keeps_the_first__INB_11(story: Story) -> None:
    banned, *others = story.people
    ban = story.there.activity("Block", story.carol, banned.id, target=story.baking.id, cc=[story.baking.id])
    await story.arrive(
        *(story.vote("Dislike", person) for person in others),
        story.vote("Dislike", banned),
        ban,
        story.vote("Like", banned),
        *(story.vote("Like", person) for person in others),
    )
    ends = await story.work()
    assert ends[("refused", "banned_from_community")] == 1
    assert ends[("accepted", None)] == 2 * NUMBER
    assert await story.tally() == (NUMBER, 1)


async def test_a_vote_that_is_refused_is_not_passed_on__CMN_6(story: Story) -> None:
    page = await story.posted()
    banned, *others = story.people
    async with story.a.writing() as tx:
        await tx.run(
            "INSERT INTO community_ban (community_id, person_id, published) SELECT :community, id, :now FROM person WHERE ap_id = :ap_id",
            community=story.gardening.id, ap_id=banned.id, now=tx.now,
        )  # fmt: skip
    noted = await story.a.value("SELECT count(*) FROM outgoing WHERE kind = 'relay'")
    votes = [
        story.there.in_community("Like", person, page["id"], story.gardening.id) for person in story.people
    ]
    for vote in votes:
        assert (await story.there.send(story.a, vote)).status == 202
    await processor_of(story.a.context).drain()
    async with story.a.db.read() as tx:
        ends = {row[0]: (row[1], row[2]) for row in await tx.all("SELECT ap_id, state, reason FROM received")}
    assert ends[votes[0]["id"]] == ("refused", "banned_from_community")
    assert {ends[vote["id"]] for vote in votes[1:]} == {("accepted", None)}
    assert await story.a.value("SELECT count(*) FROM outgoing WHERE kind = 'relay'") == noted + len(others)
    assert await story.tally() == (NUMBER, 0)


async def test_a_conversation_that_comes_in_one_batch_is_counted(story: Story) -> None:
    above, said = story.page["id"], []
    for number, person in enumerate(story.people):
        note = story.there.note(person, above, story.baking.id, f"Answer {number}")
        said.append(story.there.in_community("Create", person, note, story.baking.id))
        above = note["id"]
    *most, last = said
    votes = [story.vote("Like", person, above) for person in story.people]
    await story.arrive(
        *most, last, *votes[:-1], last, story.there.activity("Undo", story.people[0], votes[0])
    )
    assert await story.work() == {("accepted", None): 2 * NUMBER + 1}, "one of them twice"
    async with story.a.db.read() as tx:
        below = [row[0] for row in await tx.all("SELECT child_count FROM comment ORDER BY id")]
    assert below == list(range(NUMBER - 1, -1, -1))
    assert await story.tally("comment") == (NUMBER - 1, 0), "the author's own, and one taken back"
    assert await story.a.value("SELECT comments FROM post ORDER BY id DESC LIMIT 1") == NUMBER
    assert await recount(story.a.db, repair=False) == []


async def test_who_changes_their_mind_in_one_batch_has_the_last_vote__INB_11(story: Story) -> None:
    await story.arrive(
        *(story.vote(kind, person) for kind in ("Dislike", "Like", "Dislike") for person in story.people)
    )
    assert await story.work() == {("accepted", None): 3 * NUMBER}
    assert await story.tally() == (1, NUMBER)
    assert await recount(story.a.db, repair=False) == []


async def test_many_answers_to_a_post_look_it_up_once__and_again_after_it_was_closed__INB_11(
    story: Story,
) -> None:
    def answers(word: str) -> list[Members]:
        return [
            story.there.in_community(
                "Create",
                person,
                story.there.note(person, story.page["id"], story.baking.id, word),
                story.baking.id,
            )
            for person in story.people
        ]

    await story.arrive(*answers("Rye."))
    with count_statements() as counter:
        assert await story.work() == {("accepted", None): NUMBER}
    looked_up = [
        sql for sql in counter.statements if "newest_comment_necro" in sql and sql.startswith("SELECT")
    ]
    assert len(looked_up) < NUMBER, looked_up
    lock = story.there.in_community("Lock", story.carol, story.page["id"], story.baking.id)
    await story.arrive(*answers("Spelt."), lock, *answers("Oats."))
    ends = await story.work()
    assert (ends[("accepted", None)], ends[("refused", "locked")]) == (NUMBER + 1, NUMBER)
    assert await story.a.value("SELECT comments FROM post ORDER BY id DESC LIMIT 1") == 2 * NUMBER
    assert await recount(story.a.db, repair=False) == []
