"""What comes of a community that is followed, and passed something on a moment ago, needs no questions; who is doubted is asked (INB-6)."""

from collections.abc import Callable

import pytest

from folkmoot.apub.inbox.buckets import Buckets
from folkmoot.apub.inbox.regulars import KEPT
from folkmoot.core.communities.follow import unfollow_community
from folkmoot.core.instances.policy import DecideInstance, block_instance
from folkmoot.model.time import Micros
from folkmoot.store.db import count_statements
from tests.federation.conftest import Found
from tests.federation.peer import Members, Peer
from tests.federation.stage import Scene, set_scene


class Story(Scene):
    """!baking has just passed on a post, and its people vote."""

    async def begins(self) -> None:
        self.page = await self.announced()

    def like(self) -> Members:
        return self.there.announce(self.baking, self.there.activity("Like", self.carol, self.page["id"]))

    async def sent(self, said: Members, **more: str) -> tuple[int, int]:
        """What is answered, and how many rows come of it."""
        before = await self.a.value("SELECT count(*) FROM received")
        answer = await self.there.send(self.a, said, headers=more or None)
        return answer.status, await self.a.value("SELECT count(*) FROM received") - before


@pytest.fixture
async def story(servers: Found, peer: Callable[[str], Peer]) -> Story:
    scene = await set_scene(servers, peer)
    story = Story(scene.a, scene.alice, scene.bob, scene.gardening, scene.there, scene.carol, scene.baking)
    await story.begins()
    return story


async def test_what_a_regular_sends_is_written_down_and_nothing_else_is_asked(story: Story) -> None:
    like = story.like()
    with count_statements() as counter:
        assert (await story.there.send(story.a, like)).status == 202
    assert len(counter.statements) <= 1, counter.statements
    assert await story.tells(story.like()) == "accepted"


async def test_it_is_asked_again_after_a_few_seconds(story: Story) -> None:
    story.a.clock.advance(KEPT)
    with count_statements() as counter:
        await story.there.send(story.a, story.like())
    assert any("subscribers_local" in sql for sql in counter.statements)


async def test_who_is_not_followed_any_more_is_refused_and_soon_not_let_in__ANN_1(story: Story) -> None:
    community = await story.a.community("baking", "there.example")
    async with story.a.writing() as tx:
        await unfollow_community(tx, story.alice, community.id)
    last = story.like()
    assert await story.sent(last) == (202, 1)
    await story.a.settle()
    assert await story.a.verdict(last["id"]) == "community_not_followed"
    story.a.clock.advance(KEPT)
    assert await story.sent(story.like()) == (202, 0)


async def test_a_server_that_is_blocked_is_no_regular__case_30(story: Story) -> None:
    admin = await story.a.joins("admin", admin=True)
    async with story.a.writing() as tx:
        await block_instance(tx, admin, DecideInstance("there.example"))
    assert await story.sent(story.like()) == (403, 0)


async def test_what_a_regular_did_not_sign_is_refused__INB_7(story: Story) -> None:
    forged = {"Signature": 'keyId="x",headers="(request-target) host date digest",signature="AAAA"'}
    assert await story.sent(story.like(), **forged) == (401, 0)
    assert await story.sent(story.like(), Digest="SHA-256=AAAA") == (401, 0)


async def test_what_came_before_is_thanked_for_whatever_is_wrong_with_it_now__INB_6(story: Story) -> None:
    like = story.like()
    assert await story.sent(like) == (202, 1)
    assert await story.sent(like) == (202, 0)
    forged = {"Signature": 'keyId="x",headers="(request-target) host date digest",signature="AAAA"'}
    assert await story.sent(like, **forged) == (202, 0)


async def test_regulars_have_their_number_like_others__INB_2(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = story.like()
    assert await story.sent(first) == (202, 1)
    take = Buckets.take

    def none_left(buckets: Buckets, name: str, now: Micros) -> int:
        return 7 if name == "there.example" else take(buckets, name, now)

    monkeypatch.setattr(Buckets, "take", none_left)
    assert await story.sent(story.like()) == (429, 0)
    assert await story.sent(first) == (202, 0), "it came before"


async def test_the_deletion_of_a_stranger_is_passed_over_all_the_same__case_93(story: Story) -> None:
    gone = story.there.person("gone")
    assert await story.sent(story.there.activity("Delete", gone, gone.id)) == (202, 0)
