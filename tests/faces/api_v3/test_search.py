"""Search and resolving through the API (section 13 of the behaviour rules)."""

from collections.abc import Awaitable, Callable

import pytest

from folkmoot.core.search.index import index_all
from folkmoot.store.db import Database
from tests.cast import ORIGIN, Cast
from tests.faces.api_v3.conftest import App

Open = Callable[..., Awaitable[App]]


async def test_what_cannot_be_asked_for__L_1__L_6(app: Open) -> None:
    nobody = await app()
    for asked in ({}, {"q": "x", "limit": 0}, {"q": "x", "limit": 51}, {"q": "x", "type_": "Everything"}):
        assert await nobody.refused("GET", "/search", **asked) == (400, "unknown")
    assert await nobody.refused("GET", "/search", q="x", community_name="nosuch") == (404, "unknown")


async def test_each_kind_is_searched_and_echoed__Q_1__Q_2(app: Open, db: Database, cast: Cast) -> None:
    alice, nobody = await app("alice"), await app()
    url = "https://seeds.example/tomatoes"
    made = await alice.post("/post", name="Garden plans", community_id=cast.gardening.id, url=url)
    number = made["post_view"]["post"]["id"]
    await alice.post("/comment", post_id=number, content="My garden is 100% weeds.")
    await index_all(db)
    found = await nobody.get("/search", q="garden")
    assert found["type_"] == "All"
    assert [view["post"]["name"] for view in found["posts"]] == ["Garden plans"]
    assert [view["comment"]["content"] for view in found["comments"]] == ["My garden is 100% weeds."]
    assert [view["community"]["name"] for view in found["communities"]] == ["gardening"]
    assert found["users"] == []
    literal = await nobody.get("/search", q="100%", type_="Comments")
    assert (len(literal["comments"]), literal["posts"], literal["type_"]) == (1, [], "Comments")
    assert (await nobody.get("/search", q="1_0%", type_="Comments"))["comments"] == []
    assert len((await nobody.get("/search", q=url, type_="Url"))["posts"]) == 1
    people = await nobody.get("/search", q="ali", type_="Users")
    assert [view["person"]["name"] for view in people["users"]] == ["alice"]
    inside = await nobody.get("/search", q="garden", community_name="gardening")
    assert (len(inside["posts"]), inside["communities"]) == (1, [])


@pytest.mark.parametrize(
    "q", ["nonsense", f"{ORIGIN}/post/99999", "https://elsewhere.example/post/1", "!gardening@here.example"]
)
async def test_visitors_find_only_addresses_that_are_here__Q_3(app: Open, cast: Cast, q: str) -> None:
    nobody = await app()
    status, name = await nobody.refused("GET", "/resolve_object", q=q)
    assert (status, name) == (400, "couldnt_find_object")


async def test_addresses_and_handles_lead_to_things__Q_3(app: Open, cast: Cast) -> None:
    alice, nobody = await app("alice"), await app()
    made = await alice.post("/post", name="Garden plans", community_id=cast.gardening.id)
    number = made["post_view"]["post"]["id"]
    said = await alice.post("/comment", post_id=number, content="Weeds.")
    comment = said["comment_view"]["comment"]["id"]
    for q, kind in (
        (f"{ORIGIN}/post/{number}", "post"),
        (f"{ORIGIN}/comment/{comment}", "comment"),
        (f"{ORIGIN}/c/gardening", "community"),
        (f"{ORIGIN}/u/alice", "person"),
    ):
        assert list(await nobody.get("/resolve_object", q=q)) == [kind]
    assert list(await alice.get("/resolve_object", q="!gardening@here.example")) == ["community"]
    assert list(await alice.get("/resolve_object", q="@alice@here.example")) == ["person"]
    await alice.post("/post/delete", post_id=number, deleted=True)
    gone = await alice.refused("GET", "/resolve_object", q=f"{ORIGIN}/post/{number}")
    assert gone[1] == "couldnt_find_object"
