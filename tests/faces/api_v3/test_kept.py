"""Answers that are kept: the same as made anew, never anybody's own, never out of date, and counted all the same."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from folkmoot.api.v3.render import communities as render
from folkmoot.api.v3.render.comments import comment_view
from folkmoot.api.v3.render.pieces import pieces_of
from folkmoot.api.v3.render.posts import post_view
from folkmoot.api.v3.wire import posts as wire
from folkmoot.core.communities.view import community_view
from folkmoot.core.listings import comments, front
from folkmoot.core.listings.comments import ListComments
from folkmoot.core.listings.front import ListPosts
from folkmoot.core.posts import view
from folkmoot.core.search.index import index_all
from folkmoot.model.enums import Listing, PostSort
from folkmoot.model.people import ANONYMOUS
from folkmoot.model.time import SECOND, FixedClock
from folkmoot.settings import Settings
from folkmoot.store import communities
from folkmoot.store.db import Database, count_statements
from tests import rows
from tests.cast import Cast
from tests.core.stories import ban_here, set_site
from tests.faces.api_v3.conftest import App

Open = Callable[..., Awaitable[App]]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A site that keeps answers."""
    return replace(settings, page_cache_mb=4)


@pytest.fixture
async def story(app: Open, cast: Cast) -> int:
    """Two posts and a small thread with hostile texts, in which everybody has left marks."""
    alice, bob = await app("alice"), await app("bob")
    hostile = 'Look: ","banned_from_community":true,"post":{ \\ "'
    made = await alice.post("/post", name=hostile, community_id=cast.gardening.id, body=hostile)
    number: int = made["post_view"]["post"]["id"]
    await bob.post("/post", name="Slugs", community_id=cast.gardening.id, url="https://x.example/")
    first = await alice.post("/comment", post_id=number, content=hostile)
    parent = first["comment_view"]["comment"]["id"]
    second = await bob.post("/comment", post_id=number, content="Second.", parent_id=parent)
    gone = second["comment_view"]["comment"]["id"]
    await alice.post("/comment/like", comment_id=gone, score=-1)
    await bob.post("/comment/like", comment_id=parent, score=1)
    await bob.put("/comment/save", comment_id=parent, save=True)
    await bob.post("/comment/remove", comment_id=gone, removed=True)
    await alice.put("/post/save", post_id=number, save=True)
    return number


async def test_joined_answers_are_what_the_plain_renderers_make(
    app: Open, db: Database, cast: Cast, story: int
) -> None:
    async with db.write() as tx:
        await tx.run(
            "INSERT INTO community_follow (person_id, community_id, published, pending) VALUES (:a, :c, 0, :yes)",
            a=cast.alice.id, c=cast.gardening.id, yes=True,
        )  # fmt: skip
        await ban_here(tx, cast.gardening, cast.bob)
        await tx.run(
            "INSERT INTO person_block (person_id, target_id, published) VALUES (:a, :b, 0)",
            a=cast.bob.id, b=cast.alice.id,
        )  # fmt: skip
    for name in (None, "alice", "bob", "admin"):
        reader = await app(name)
        viewer = ANONYMOUS
        async with db.read() as tx:
            if name:
                viewer = await rows.viewer(tx, name)
            posts = (await front.list_posts(tx, viewer, ListPosts(Listing.ALL))).items
            asked = ListComments(Listing.ALL, post_id=story, gone_too=True)
            thread = (await comments.list_comments(tx, viewer, asked)).items
        plain = [msgspec.to_builtins(post_view(view)) for view in posts]
        # Twice: made, and kept.
        for _ in range(2):
            assert (await reader.get("/post/list", type_="All"))["posts"] == plain
        for _ in range(2):
            flat = await reader.get("/comment/list", type_="All", post_id=story)
            assert flat["comments"] == [
                msgspec.to_builtins(comment_view(view, in_full=viewer.admin)) for view in thread
            ]
        listed = [msgspec.to_builtins(comment_view(view, in_full=viewer.admin)) for view in thread]
        tree = (await reader.get("/comment/list", type_="All", post_id=story, max_depth=8))["comments"]
        by_id = {view["comment"]["id"]: view for view in tree}
        assert list(by_id.values()) == [by_id[view["comment"]["id"]] for view in listed], name
        assert all(by_id[view["comment"]["id"]] == view for view in listed), name


async def test_answers_are_whole_where_the_shelf_is_too_small(app: Open, db: Database, story: int) -> None:
    shelf = pieces_of(db.memory)
    for kept in (shelf.posts, shelf.comments, shelf.places):
        kept.limit = 1
    reader = await app("alice")
    for _ in range(3):
        assert len((await reader.get("/post/list", type_="All"))["posts"]) == 2
        assert len((await reader.get("/comment/list", type_="All", post_id=story))["comments"]) == 2
        tree = await reader.get("/comment/list", type_="All", post_id=story, max_depth=8)
        assert len(tree["comments"]) == 2


ANSWERS = (
    "/post/list?type_=All",
    "/post?id=1",
    "/comment/list?post_id=1&max_depth=8&type_=All",
    "/comment?id=1",
    "/site",
    "/user?username=bob",
)


@pytest.mark.parametrize("path", ANSWERS)
async def test_a_visitor_is_answered_from_memory_in_both_forms(app: Open, story: int, path: str) -> None:
    nobody = await app()
    made = await nobody.call("GET", path, headers={"accept-encoding": "identity"})
    assert made.headers["cache-control"] == "public, max-age=60"
    with count_statements() as counter:
        plain = await nobody.call("GET", path, headers={"accept-encoding": "identity"})
        packed = await nobody.call("GET", path, headers={"accept": "application/json"})
    assert counter.statements == []
    assert plain.json() == packed.json() == made.json()
    assert packed.headers.get("content-encoding") == "gzip"
    assert "content-encoding" not in plain.headers
    assert plain.headers["cache-control"] == "public, max-age=60"
    # The contract knows no other good answer than 200.
    again = await nobody.call("GET", path, headers={"if-none-match": "*"})
    assert (again.status_code, "etag" in again.headers) == (200, False)


@pytest.mark.parametrize("path", ANSWERS)
async def test_any_token_passes_what_is_kept_by(app: Open, story: int, path: str) -> None:
    nobody, alice = await app(), await app("alice")
    await nobody.call("GET", path)
    for headers in ({"authorization": "Bearer nonsense"}, {"cookie": f"jwt={alice.token}"}):
        with count_statements() as counter:
            answer = await nobody.call("GET", path, headers=headers)
        assert answer.headers["cache-control"] == "private"
        if path != "/site" or "cookie" in headers:
            assert counter.statements
    again = await nobody.call("GET", path)
    assert '"my_vote"' not in again.text
    assert '"my_user"' not in again.text


async def test_whose_script_asks_is_answered_but_not_kept__T_14(app: Open, story: int) -> None:
    nobody = await app()
    for origin in ("https://one.example", "https://two.example", None):
        headers = {"origin": origin} if origin else {}
        answer = await nobody.call("GET", "/post/list", headers=headers)
        assert answer.headers.get("access-control-allow-origin") == origin
        assert "origin" in answer.headers["vary"]


async def test_a_change_shows_at_once(app: Open, clock: FixedClock, story: int) -> None:
    nobody, bob = await app(), await app("bob")
    before = (await nobody.get("/post", id=story))["post_view"]["counts"]["score"]
    listed = (await nobody.get("/post/list", type_="All", sort="Old"))["posts"]
    await bob.post("/post/like", post_id=story, score=1)
    assert (await nobody.get("/post", id=story))["post_view"]["counts"]["score"] == before + 1
    # Lists may show scores that are a second old.
    clock.advance(SECOND)
    scores = {
        view["post"]["id"]: view["counts"]["score"]
        for view in (await nobody.get("/post/list", type_="All", sort="Old"))["posts"]
    }
    assert scores[story] == before + 1
    assert len(listed) == len(scores)
    await bob.post("/comment", post_id=story, content="Third.")
    thread = (await nobody.get("/comment/list", post_id=story, max_depth=8, type_="All"))["comments"]
    assert thread[-1]["comment"]["content"] == "Third." or len(thread) == 3
    await bob.post("/post/delete", post_id=2, deleted=True)
    assert [
        view["post"]["id"] for view in (await nobody.get("/post/list", type_="All", sort="Old"))["posts"]
    ] == [story]


async def test_an_opened_post_is_what_the_plain_renderers_make(
    app: Open, db: Database, cast: Cast, story: int
) -> None:
    await (await app("bob")).post("/post", name="Again", community_id=1, url="https://x.example/")
    async with db.write() as tx:
        await tx.run(
            "INSERT INTO community_block (person_id, community_id, published) VALUES (:a, :c, 0)",
            a=cast.alice.id, c=cast.gardening.id,
        )  # fmt: skip
    for name in (None, "alice", "bob", "admin"):
        reader = await app(name)
        for number in (story, 2):
            async with db.read() as tx:
                viewer = await rows.viewer(tx, name) if name else ANONYMOUS
                place = await community_view(tx, viewer, 1)
                team = await communities.moderators(tx, 1)
                shown = await view.post_view(tx, viewer, number)
                link = ListPosts(no_scope=True, url=shown.post.url, but=number, sort=PostSort.HOT)
                others = (await front.list_posts(tx, viewer, link)).items if shown.post.url else []
            plain = wire.GetPostResponse(
                post_view(shown),
                render.community_view(place),
                render.moderators(place.community, team),
                [post_view(other) for other in others],
            )
            answer = await reader.get("/post", id=number)
            assert answer == msgspec.to_builtins(plain), (name, number)
            assert len(answer["cross_posts"]) == (number == 2 and not place.blocked)
            # Looking at it makes it read; nothing else is different when it is made from what is kept.
            again = await reader.get("/post", id=number)
            assert again["post_view"] | {"read": False, "unread_comments": 0} == answer["post_view"] | {
                "read": False,
                "unread_comments": 0,
            }
            assert {**again, "post_view": 0} == {**answer, "post_view": 0}


async def test_who_moderates_and_what_they_are_called_shows_at_once(
    app: Open, db: Database, cast: Cast, story: int
) -> None:
    reader, bob = await app("alice"), await app("bob")

    async def team() -> list[tuple[str, str | None]]:
        shown = (await reader.get("/post", id=story))["moderators"]
        return [(each["moderator"]["name"], each["moderator"].get("display_name")) for each in shown]

    assert await team() == [("bob", None)]
    await bob.put("/user/save_user_settings", display_name="Robert")
    assert await team() == [("bob", "Robert")]
    await bob.post("/community/mod", community_id=1, person_id=cast.admin.id, added=True)
    assert [name for name, _ in await team()] == ["bob", "admin"]
    await bob.put("/community", community_id=1, title="Gardens")
    titles = {each["community"]["title"] for each in (await reader.get("/post", id=story))["moderators"]}
    assert titles == {"Gardens"}
    await bob.post("/community/mod", community_id=1, person_id=cast.bob.id, added=False)
    assert [name for name, _ in await team()] == ["admin"]


async def test_what_changes_about_an_opened_post_shows_at_once(
    app: Open, db: Database, cast: Cast, story: int
) -> None:
    alice, bob = await app("alice"), await app("bob")

    async def shown() -> Any:
        return await bob.get("/post", id=story)

    assert (await shown())["post_view"]["post"]["name"] != "Snails"
    await alice.put("/post", post_id=story, name="Snails")
    assert (await shown())["post_view"]["post"]["name"] == "Snails"
    await alice.put("/user/save_user_settings", display_name="Alice the First")
    assert (await shown())["post_view"]["creator"]["display_name"] == "Alice the First"
    await bob.put("/community", community_id=1, title="Gardens")
    assert (await shown())["community_view"]["community"]["title"] == "Gardens"
    await alice.post("/community/follow", community_id=1, follow=True)
    assert (await shown())["community_view"]["counts"]["subscribers"] == 1
    async with db.write() as tx:
        await tx.run("UPDATE community SET users_active_day = 7 WHERE id = 1")
        tx.changed("community", 1)
    assert (await shown())["community_view"]["counts"]["users_active_day"] == 7
    await bob.post("/post/remove", post_id=story, removed=True)
    assert (await shown())["post_view"]["post"]["removed"]
    nobody = await app()
    assert await nobody.refused("GET", "/post", id=story) == (400, "couldnt_find_post")


async def test_moderators_and_bans_show_in_kept_posts(
    app: Open, db: Database, cast: Cast, story: int
) -> None:
    reader = await app("alice")

    async def flags() -> list[tuple[bool, bool]]:
        listed = (await reader.get("/post/list", type_="All"))["posts"]
        bobs = [view for view in listed if view["creator"]["name"] == "bob"]
        return [(view["creator_is_moderator"], view["creator_banned_from_community"]) for view in bobs]

    assert await flags() == [(True, False)]
    async with db.write() as tx:
        await tx.run("DELETE FROM community_moderator")
        await ban_here(tx, cast.gardening, cast.bob)
    assert await flags() == [(False, True)]


async def test_what_becomes_of_who_wrote_a_comment_shows_at_once(app: Open, cast: Cast, story: int) -> None:
    admin, alice, bob = await app("admin"), await app("alice"), await app("bob")
    readers = (alice, await app())

    async def alices() -> list[Any]:
        """Her comment as a member and as a visitor read it in its thread, and the visitor its post."""
        threads = [
            (await reader.get("/comment/list", post_id=story, max_depth=8, type_="All"))["comments"]
            for reader in readers
        ]
        found = [view for thread in threads for view in thread if view["creator"]["name"] == "alice"]
        return [*found, (await readers[1].get("/post", id=story))["post_view"]]

    async def all_say(**flags: bool) -> bool:
        shown = await alices()
        assert len(shown) == 3
        return all(view[name] is flag for view in shown for name, flag in flags.items())

    assert await all_say(creator_is_moderator=False, creator_banned_from_community=False)
    await bob.post("/community/mod", community_id=1, person_id=cast.alice.id, added=True)
    assert await all_say(creator_is_moderator=True)
    await bob.post("/community/mod", community_id=1, person_id=cast.alice.id, added=False)
    assert await all_say(creator_is_moderator=False)
    await bob.post("/community/ban_user", community_id=1, person_id=cast.alice.id, ban=True)
    assert await all_say(creator_banned_from_community=True)
    await bob.post("/community/ban_user", community_id=1, person_id=cast.alice.id, ban=False)
    assert await all_say(creator_banned_from_community=False)
    await admin.post("/admin/add", person_id=cast.alice.id, added=True)
    assert await all_say(creator_is_admin=True)
    await alice.put("/user/save_user_settings", display_name="Alice the First")
    assert {view["creator"]["display_name"] for view in await alices()} == {"Alice the First"}
    await admin.post("/admin/add", person_id=cast.alice.id, added=False)
    await admin.post("/user/ban", person_id=cast.alice.id, ban=True)
    readers = (bob, readers[1])
    assert all(view["creator"]["banned"] for view in await alices())


async def test_a_list_says_of_its_authors_what_is_a_second_old(
    app: Open, cast: Cast, clock: FixedClock, story: int
) -> None:
    admin, nobody = await app("admin"), await app()

    async def banned() -> set[bool]:
        listed = (await nobody.get("/post/list", type_="All"))["posts"]
        return {view["creator"]["banned"] for view in listed if view["creator"]["name"] == "alice"}

    assert await banned() == {False}
    await admin.post("/user/ban", person_id=cast.alice.id, ban=True)
    clock.advance(SECOND)
    assert await banned() == {True}


async def test_a_community_counts_comments_that_are_a_second_old(
    app: Open, clock: FixedClock, story: int
) -> None:
    alice, readers = await app("alice"), (await app(), await app("alice"))

    async def counted() -> set[int]:
        """As its own address and the address of another post in it say."""
        shown = [
            await reader.get(path, id=number)
            for reader in readers
            for path, number in (("/community", 1), ("/post", 2))
        ]
        return {each["community_view"]["counts"]["comments"] for each in shown}

    (before,) = await counted()
    await alice.post("/comment", post_id=story, content="Third.")
    clock.advance(SECOND)
    assert await counted() == {before + 1}


async def test_what_comes_from_memory_is_counted__K_1(app: Open, db: Database, story: int) -> None:
    nobody, other = await app(address="192.0.2.7"), await app(address="192.0.2.8")
    async with db.write() as tx:
        await set_site(tx, rate_message=3, rate_message_seconds=600)
    for _ in range(3):
        await nobody.get("/post/list", type_="All")
    for _ in range(2):
        assert await nobody.refused("GET", "/post/list", type_="All") == (400, "rate_limit_error")
    await other.get("/post/list", type_="All")


async def test_a_search_is_kept_counted_and_never_out_of_date__Q_1__K_1(
    app: Open, db: Database, cast: Cast, story: int
) -> None:
    nobody, alice, bob = await app(), await app("alice"), await app("bob")
    await index_all(db)

    async def found() -> tuple[list[str], list[str], list[str]]:
        answer = await nobody.get("/search", q="s")
        posts = [view["post"]["name"] for view in answer["posts"]]
        said = [view["comment"]["content"] for view in answer["comments"]]
        return posts, said, [view["person"]["name"] for view in answer["users"]]

    made = await found()
    assert "Slugs" in made[0]
    with count_statements() as counter:
        assert await found() == made
    assert counter.statements == []
    await alice.post("/comment", post_id=story, content="Snails!")
    await index_all(db)
    assert (await found())[1] == [*made[1], "Snails!"]
    await bob.post("/post/delete", post_id=2, deleted=True)
    assert "Slugs" not in (await found())[0]
    await alice.put("/user/save_user_settings", display_name="Slugs, all of them")
    assert "alice" in (await found())[2]
    async with db.write() as tx:
        await set_site(tx, rate_search=1, rate_search_seconds=600)
        await tx.run("DELETE FROM rate_bucket")
    await found()
    assert await nobody.refused("GET", "/search", q="s") == (400, "rate_limit_error")


async def test_head_has_no_body(app: Open, story: int) -> None:
    nobody = await app()
    await nobody.call("GET", "/post/list")
    assert (await nobody.call("HEAD", "/post/list")).content == b""
