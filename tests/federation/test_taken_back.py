"""What is taken back before it came, because it came by another server, which had to wait: it has no effect any more (INB-11, IDV-3)."""

from collections.abc import Callable

import pytest

from folkmoot.model.time import HOUR
from tests.federation.conftest import Found
from tests.federation.peer import Members, Peer
from tests.federation.stage import Scene, set_scene


class Story:
    """!baking at there.example passes on what dave of other.example does about a post of third.example, which is away."""

    def __init__(self, scene: Scene, other: Peer, third: Peer) -> None:
        self.scene, self.other, self.third = scene, other, third
        self.dave, self.erin = other.person("dave"), third.person("erin")
        self.page = third.page(self.erin, scene.baking.id)

    async def meets_dave(self) -> None:
        """So that he need not be asked for when he is heard of again."""
        page = await self.scene.announced("Rolls")
        assert await self.announced(self.does("Like", page["id"])) == "accepted"

    def does(self, kind: str, thing: object, **more: object) -> Members:
        return self.other.in_community(kind, self.dave, thing, self.scene.baking.id, **more)

    async def announced(self, said: Members) -> str:
        return await self.scene.tells(self.scene.there.announce(self.scene.baking, said))

    async def directly(self, said: Members) -> str:
        return await self.other.tells(self.scene.a, said)

    async def later(self) -> None:
        """Their server is back, and whatever was put off has its turn."""
        self.scene.a.network.down.clear()
        for _ in range(4):
            self.scene.a.clock.advance(HOUR)
            await self.scene.a.settle()
        assert (
            await self.scene.a.value("SELECT count(*) FROM received WHERE state IN ('waiting', 'later')") == 0
        )

    async def votes(self) -> int:
        return int(
            await self.scene.a.value(
                "SELECT count(*) FROM post_vote v JOIN post p ON p.id = v.post_id JOIN person w ON w.id = v.person_id"
                " WHERE p.ap_id = :ap_id AND w.name = 'dave'",
                ap_id=self.page["id"],
            )
        )


@pytest.fixture
async def story(servers: Found, peer: Callable[[str], Peer]) -> Story:
    scene = await set_scene(servers, peer)
    story = Story(scene, peer("other.example"), peer("third.example"))
    await story.meets_dave()
    scene.a.network.down.add("third.example")
    return story


@pytest.mark.parametrize("kind", ["Like", "Dislike"])
async def test_a_vote_that_was_taken_back_before_it_was_counted_is_never_counted__INB_11(
    story: Story, kind: str
) -> None:
    vote = story.does(kind, story.page["id"])
    assert (await story.announced(vote)).startswith("later")
    assert await story.directly(story.does("Undo", vote)) == "accepted"
    await story.later()
    assert await story.votes() == 0
    # Nor when it comes once more, in whatever way.
    await story.announced(vote)
    await story.directly(vote)
    assert await story.votes() == 0
    assert await story.announced(story.does("Like", story.page["id"])) == "accepted"
    assert await story.votes() == 1, "a new vote is a vote"


async def test_nor_where_its_undo_names_it_by_another_address_as_lemmy_does__INB_11__IDV_3(
    story: Story,
) -> None:
    """And votes of others, or on other things, wait and count as before."""
    vote = story.does("Like", story.page["id"])
    also = story.third.page(story.erin, story.scene.baking.id)
    other = story.does("Like", also["id"])
    eve = story.other.person("eve")
    hers = story.other.in_community("Like", eve, story.page["id"], story.scene.baking.id)
    for one in (vote, other, hers):
        assert (await story.announced(one)).startswith("later")
    again = {**vote, "id": story.other.id("activities/like")}
    assert await story.directly(story.does("Undo", again)) == "accepted"
    assert (
        await story.scene.a.value(
            "SELECT reason FROM received WHERE kind = 'Announce Like' AND state = 'accepted' ORDER BY id DESC"
        )
        == "taken_back"
    )
    await story.later()
    assert await story.votes() == 0
    assert await story.scene.a.value("SELECT count(*) FROM post_vote") == 2 + 2 + 2, (
        "of each author, and of one more: dave for what was here and for the other post, eve for this one"
    )
    assert await story.announced(story.does("Like", story.page["id"])) == "accepted"
    assert await story.votes() == 1, "a new vote is a vote"


async def test_what_a_community_says_was_taken_back_does_not_stop_what_comes_directly__ABU_5(
    story: Story,
) -> None:
    vote = story.does("Like", story.page["id"])
    assert (await story.directly(vote)).startswith("later")
    again = {**vote, "id": story.other.id("activities/like")}
    await story.announced(story.does("Undo", again))
    await story.later()
    assert await story.votes() == 1


async def test_nor_where_the_thing_is_here_and_only_the_vote_waits__INB_11(story: Story) -> None:
    before = story.does("Dislike", story.page["id"])
    assert (await story.announced(before)).startswith("later")
    vote = story.does("Like", story.page["id"])
    assert (await story.announced(vote)).startswith("later"), "behind the other"
    story.scene.a.network.down.clear()
    await story.scene.a.resolves(story.scene.alice, story.page["id"])
    assert await story.directly(story.does("Undo", vote)) == "accepted"
    await story.later()
    assert await story.votes() == 0, "the one before it was replaced by what was taken back"


async def test_what_is_passed_on_takes_back_what_came_directly__INB_11(story: Story) -> None:
    vote = story.does("Like", story.page["id"])
    assert (await story.directly(vote)).startswith("later")
    assert await story.announced(story.does("Undo", vote)) == "accepted"
    await story.later()
    assert await story.votes() == 0
    reason = "SELECT reason FROM received WHERE ap_id = :ap_id"
    assert await story.scene.a.value(reason, ap_id=vote["id"]) == "unreachable"


async def test_who_takes_back_what_another_did_changes_nothing__IDV_3(story: Story) -> None:
    vote = story.does("Like", story.page["id"])
    assert (await story.announced(vote)).startswith("later")
    mallory = story.other.person("mallory")
    undo = story.other.activity("Undo", mallory, vote)
    assert await story.directly(undo) == "undone_by_other"
    undo = story.other.activity(
        "Undo", mallory, {**vote, "id": f"{story.scene.there.origin}/activities/like/1"}
    )
    assert await story.directly(undo) == "activity_of_other_host"
    await story.later()
    assert await story.votes() == 1


async def test_a_ban_that_was_lifted_before_it_came_bans_nobody__PERM_2(story: Story) -> None:
    async with story.scene.a.writing() as tx:
        await tx.run(
            "INSERT INTO community_moderator (community_id, person_id, published)"
            " SELECT c.id, p.id, 0 FROM community c, person p WHERE NOT c.local AND p.name = 'dave'"
        )
    ban = story.does("Block", story.erin.id, target=story.scene.baking.id, endTime="2027-01-01T00:00:00Z")
    assert (await story.announced(ban)).startswith("later")
    assert await story.directly(story.does("Undo", ban)) != "unknown"
    await story.later()
    assert await story.scene.a.value("SELECT count(*) FROM community_ban") == 0


async def test_a_lock_that_was_taken_back_before_it_came_locks_nothing(story: Story) -> None:
    """The moderator of !baking is carol; what she does about the post waits for it."""
    there, carol, baking = story.scene.there, story.scene.carol, story.scene.baking
    lock = there.in_community("Lock", carol, story.page["id"], baking.id)
    assert (await story.announced(lock)).startswith("later")
    undo = there.in_community("Undo", carol, lock, baking.id)
    other = there.announce(baking, undo)
    assert (await story.scene.tells(other)).startswith("later"), "by the same server it waits its turn"
    await story.later()
    assert (
        await story.scene.a.value("SELECT locked FROM post WHERE ap_id = :ap_id", ap_id=story.page["id"]) == 0
    )
