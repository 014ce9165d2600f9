"""What was fetched because somebody answered it, before its own Create came: then it is news, once."""

from collections.abc import Callable

import pytest

from folkmoot.apub.inbox import upkeep
from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.people.block import block_person
from folkmoot.model.time import DAY
from tests.federation.conftest import Found
from tests.federation.peer import Actor, Members, Peer, moment
from tests.federation.stage import Scene, set_scene


@pytest.fixture
async def scene(servers: Found, peer: Callable[[str], Peer]) -> Scene:
    return await set_scene(servers, peer)


class Overtaken:
    """alice's comment in !baking or !gardening, carol's answer to it, which names bob too, and dave's answer to that, which comes first."""

    def __init__(self, scene: Scene, dave: Actor, community: str, *, ago: int) -> None:
        self.scene, self.dave, self.community, self.ago = scene, dave, community, ago
        self.answer: Members = {}

    async def begins(self) -> None:
        scene, there = self.scene, self.scene.there
        mentions = [{"type": "Mention", "href": scene.bob.person.ap_id, "name": "@bob"}]  # type: ignore[union-attr]
        asked = await scene.answered("Rye or wheat?")
        published = moment(scene.a, ago=self.ago)
        self.answer = there.note(
            scene.carol, asked, self.community, "Rye, @bob@a.example.", tag=mentions, published=published
        )
        later = there.note(self.dave, self.answer["id"], self.community, "Wheat.", published=published)
        assert await self.arrives(self.created(later, self.dave)) == "accepted"
        assert await scene.a.value("SELECT count(*) FROM comment") == 3
        assert await self.notices() == []

    def created(self, note: Members, by: Actor | None = None) -> Members:
        return self.scene.there.in_community("Create", by or self.scene.carol, note, self.community)

    async def arrives(self, said: Members) -> str:
        there, baking = self.scene.there, self.scene.baking
        return await self.scene.tells(there.announce(baking, said) if self.community == baking.id else said)

    async def notices(self) -> list[tuple[str, str]]:
        return await self.scene.a.rows(
            "SELECT p.name, 'answered' FROM comment_reply n JOIN person p ON p.id = n.recipient_id"
            " UNION ALL SELECT p.name, 'named' FROM person_mention n JOIN person p ON p.id = n.recipient_id ORDER BY 1"
        )

    async def passed_on(self) -> int:
        await self.scene.a.settle()
        kept = "SELECT count(*) FROM sent_activity WHERE body LIKE '%Announce%' AND body LIKE :of"
        return int(await self.scene.a.value(kept, of=f'%"Create"%"id":"{self.answer["id"]}"%'))


async def overtaken(scene: Scene, where: str, *, ago: int = 0) -> Overtaken:
    if where == "there":
        await scene.announced()
        community = scene.baking.id
    else:
        await scene.posted()
        assert (
            await scene.tells(scene.there.activity("Follow", scene.carol, scene.gardening.ap_id))
            == "accepted"
        )
        community = scene.gardening.ap_id
    story = Overtaken(scene, scene.there.person("dave"), community, ago=ago)
    await story.begins()
    return story


@pytest.mark.parametrize("where", ["there", "here"])
async def test_who_is_answered_and_named_hears_of_it_once_when_its_create_comes__INB_14__CMN_8(
    scene: Scene, where: str
) -> None:
    story = await overtaken(scene, where)
    assert await story.arrives(story.created(story.answer)) == "accepted"
    both = [("alice", "answered"), ("bob", "named")]
    assert await story.notices() == both
    async with scene.a.writing() as tx:
        await tx.run("DELETE FROM comment_reply")
        await tx.run("DELETE FROM person_mention")
    assert await story.arrives(story.created(story.answer)) == "accepted"
    assert await story.notices() == [], "what was told once is no news when it is said again"


async def test_who_has_it_bare_from_its_community_hears_of_it_too__CMN_8(scene: Scene) -> None:
    story = await overtaken(scene, "there")
    for _ in range(2):
        said = scene.there.announce(scene.baking, story.answer["id"])
        assert await scene.tells(said) == "accepted"
        assert await story.notices() == [("alice", "answered"), ("bob", "named")]


async def test_our_community_passes_on_what_its_members_had_to_fetch_before__CMN_6__PAR_4(
    scene: Scene,
) -> None:
    story = await overtaken(scene, "here")
    assert await story.passed_on() == 0, "what was only fetched is told to nobody"
    for _ in range(2):
        assert await story.arrives(story.created(story.answer)) == "accepted"
        assert await story.passed_on() == 1


async def test_our_community_passes_on_a_post_that_was_fetched_before_it_came__CMN_6__PAR_4(
    scene: Scene,
) -> None:
    there, home = scene.there, scene.gardening.ap_id
    page = there.page(scene.carol, home, published=moment(scene.a))
    note = there.note(there.person("dave"), page["id"], home)
    said = there.in_community("Create", there.actors[note["attributedTo"]], note, home)
    assert await scene.tells(there.activity("Follow", scene.carol, home)) == "accepted"
    assert await scene.tells(said) == "accepted"
    kept = "SELECT count(*) FROM sent_activity WHERE body LIKE '%Announce%' AND body LIKE '%\"Create\"%\"Page\"%'"
    assert await scene.a.value(kept) == 0
    for _ in range(2):
        assert await scene.tells(there.in_community("Create", scene.carol, page, home)) == "accepted"
        assert await scene.a.value(kept) == 1


async def test_what_is_old_was_only_found(scene: Scene) -> None:
    story = await overtaken(scene, "there", ago=8 * DAY)
    assert await story.arrives(story.created(story.answer)) == "accepted"
    assert await story.notices() == []


async def test_what_waits_for_its_create_for_a_week_is_no_news_any_more(scene: Scene) -> None:
    story = await overtaken(scene, "there")
    scene.a.clock.advance(8 * DAY)
    await upkeep.forget_arrivals(scene.a.db)
    assert await scene.a.value("SELECT count(*) FROM fetched_early") == 0
    assert await story.arrives(story.created(story.answer)) == "accepted"
    assert await story.notices() == []


async def test_nobody_hears_of_what_was_taken_back_meanwhile(scene: Scene) -> None:
    story = await overtaken(scene, "there")
    gone = scene.there.in_community("Delete", scene.carol, story.answer["id"], story.community)
    assert await story.arrives(gone) == "accepted"
    await story.arrives(story.created(story.answer))
    assert await story.notices() == []


async def test_nobody_hears_of_whom_they_block_meanwhile__N_2(scene: Scene) -> None:
    story = await overtaken(scene, "there")
    carol = await scene.a.value("SELECT id FROM person WHERE name = 'carol'")
    async with scene.a.writing() as tx:
        await block_person(tx, scene.alice, carol)
    await story.arrives(story.created(story.answer))
    assert await story.notices() == [("bob", "named")]


async def test_somebody_else_cannot_make_news_of_it(scene: Scene) -> None:
    story = await overtaken(scene, "there")
    assert await story.arrives(story.created(story.answer, story.dave)) == "not_the_author"
    assert await story.notices() == []


async def test_who_reads_it_in_its_thread_first_hears_of_it_too(scene: Scene) -> None:
    await scene.announced()
    async with scene.a.writing() as tx:
        asked = (await create_comment(tx, scene.alice, CreateComment(1, "Rye or wheat?"))).comment
    note = scene.there.note(scene.carol, asked.ap_id, scene.baking.id, published=moment(scene.a))
    await scene.a.resolves(scene.bob, note["id"])
    assert await scene.a.value("SELECT count(*) FROM comment_reply") == 0
    said = scene.there.in_community("Create", scene.carol, note, scene.baking.id)
    assert await scene.tells(scene.there.announce(scene.baking, said)) == "accepted"
    assert await scene.a.value("SELECT count(*) FROM comment_reply") == 1
