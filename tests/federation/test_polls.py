"""Polls of other servers: posts that list their answers with the votes as their server counts them (14.2)."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.federation.conftest import Found
from tests.federation.peer import Members, Peer
from tests.federation.stage import Scene, set_scene


class Poll:
    """carol asks in !baking, or in !gardening, what to bake."""

    def __init__(self, scene: Scene, community: str) -> None:
        self.scene, self.community = scene, community
        self.page = scene.there.page(
            scene.carol, community, "Which flour?", type="Question", **self.votes(3, 0)
        )

    def votes(self, rye: int, oat: int) -> dict[str, Any]:
        counts = (("Rye", rye), ("Oat & barley", oat))
        return {
            "oneOf": [
                {"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": number}}
                for name, number in counts
            ],
            "votersCount": rye + oat,
            "endTime": "2026-12-01T00:00:00Z",
        }

    async def says(self, kind: str, by: Any = None, **changed: Any) -> str:
        scene, by = self.scene, by or self.scene.carol
        said = scene.there.in_community(kind, by, {**self.page, **changed}, self.community)
        return await scene.tells(
            scene.there.announce(scene.baking, said) if self.community == scene.baking.id else said
        )

    async def stands(self) -> tuple[str, str, bool]:
        """Its title and text, and whether it is marked as edited."""
        row = (await self.scene.a.rows("SELECT name, body, updated IS NOT NULL FROM post"))[0]
        return row[0], row[1], bool(row[2])


@pytest.fixture
async def poll(servers: Found, peer: Callable[[str], Peer]) -> Poll:
    scene = await set_scene(servers, peer)
    poll = Poll(scene, scene.baking.id)
    assert await poll.says("Create") == "accepted"
    return poll


AT_FIRST = ("Which flour?", "They want sun.\n\n- Rye — 3\n- Oat & barley — 0", False)
NEWER = ("Which flour?", "They want sun.\n\n- Rye — 5\n- Oat & barley — 1", False)


async def test_somebody_else_cannot_count_and_nothing_but_the_votes_changes_unless_it_is_newer__POL_4__OBJ_2(
    poll: Poll,
) -> None:
    dave = poll.scene.there.person("dave")
    await poll.says("Update", dave, **poll.votes(99, 0))
    assert await poll.stands() == AT_FIRST
    reworded: list[Members] = [
        {"name": "Which dough?"}, {"source": {"content": "Rain.", "mediaType": "text/markdown"}},
        {"oneOf": [{"name": "Spelt", "replies": {"totalItems": 3}}]}, {"published": "2026-06-01T10:00:00Z", **poll.votes(9, 9)},
    ]  # fmt: skip
    for changed in reworded:
        await poll.says("Update", **changed)
        assert await poll.stands() == AT_FIRST


async def test_its_votes_are_those_that_its_server_counted_last_and_that_is_no_edit__POL_1__POL_4(
    poll: Poll,
) -> None:
    assert await poll.stands() == AT_FIRST
    assert await poll.says("Update", **poll.votes(5, 1)) == "accepted"
    assert await poll.stands() == NEWER
    html = await poll.scene.a.value("SELECT body_html FROM post")
    assert "<li>Rye — 5</li>" in html
    version = await poll.scene.a.value("SELECT version FROM post")
    await poll.says("Update", **poll.votes(5, 1))
    assert await poll.scene.a.value("SELECT version FROM post") == version, "told of what is known"


async def test_they_are_counted_also_where_it_is_read_anew__POL_4(poll: Poll) -> None:
    poll.scene.there.documents[poll.page["id"]] = {**poll.page, **poll.votes(5, 1)}
    hint = poll.scene.there.in_community("Update", poll.scene.carol, poll.page["id"], poll.community)
    assert await poll.scene.tells(poll.scene.there.announce(poll.scene.baking, hint)) == "accepted"
    assert await poll.stands() == NEWER


async def test_an_edit_is_an_edit__OBJ_2(poll: Poll) -> None:
    later = {"name": "Which dough?", "updated": "2026-06-01T11:30:00Z", **poll.votes(5, 1)}
    assert await poll.says("Update", **later) == "accepted"
    assert await poll.stands() == ("Which dough?", NEWER[1], True)


async def test_our_community_passes_the_votes_on__CMN_6(servers: Found, peer: Callable[[str], Peer]) -> None:
    scene = await set_scene(servers, peer)
    poll = Poll(scene, scene.gardening.ap_id)
    assert await scene.tells(scene.there.activity("Follow", scene.carol, scene.gardening.ap_id)) == "accepted"
    assert await poll.says("Create") == "accepted"
    for _ in range(2):
        await poll.says("Update", **poll.votes(5, 1))
    passed_on = 'SELECT count(*) FROM sent_activity WHERE body LIKE \'%"Announce"%"Update"%\''
    assert await scene.a.value(passed_on) == 1, "but not what was known already"
