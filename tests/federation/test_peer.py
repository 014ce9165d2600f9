"""A server that the test plays writes, votes and deletes in a community of ours."""

from collections.abc import Callable

from tests.federation.conftest import Found
from tests.federation.peer import Peer


async def test_a_post_a_comment_and_votes_arrive__CMN_6(servers: Found, peer: Callable[[str], Peer]) -> None:
    (a,) = await servers("a")
    bob = await a.joins("bob")
    gardening = await a.founds("gardening", bob)
    there = peer("there.example")
    carol, dave = there.person("carol"), there.person("dave")
    page = there.page(carol, gardening.ap_id)
    assert await there.tells(a, there.activity("Follow", dave, gardening.ap_id)) == "accepted"

    created = there.in_community("Create", carol, page, gardening.ap_id)
    assert await there.tells(a, created) == "accepted"
    assert await a.rows("SELECT name, body, score FROM post") == [("Figs in pots", "They want sun.", 1)]

    note = there.note(dave, page["id"], gardening.ap_id)
    assert await there.tells(a, there.in_community("Create", dave, note, gardening.ap_id)) == "accepted"
    assert await a.value("SELECT content FROM comment") == "And water."

    assert await there.tells(a, there.activity("Like", dave, page["id"])) == "accepted"
    assert await there.tells(a, there.activity("Dislike", carol, note["id"])) == "accepted"
    assert await a.value("SELECT score FROM post") == 2
    assert await a.value("SELECT score FROM comment") == 0
    await a.settle()
    passed_on = [one["object"]["type"] for one in there.got if one["type"] == "Announce"]
    assert sorted(passed_on) == ["Create", "Create", "Dislike", "Like", "Page"]
