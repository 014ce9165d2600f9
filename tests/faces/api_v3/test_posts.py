"""Posts through the API (sections 4 and 6 of the behaviour rules)."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from folkmoot.core.posts import fetch_link
from folkmoot.model.time import MINUTE, FixedClock
from folkmoot.store.db import Database
from tests.cast import ORIGIN, Cast
from tests.core.stories import ban_here, set_site
from tests.faces.api_v3.conftest import App

Open = Callable[..., Awaitable[App]]


async def write(app: App, cast: Cast, name: str = "Tomatoes in June", **more: Any) -> dict[str, Any]:
    """A post by somebody in gardening, as the answer shows it."""
    asked = {"name": name, "community_id": cast.gardening.id, **more}
    view: dict[str, Any] = (await app.post("/post", **asked))["post_view"]
    return view


async def names(app: App, **asked: Any) -> list[str]:
    """The titles of a list."""
    return [view["post"]["name"] for view in (await app.get("/post/list", **asked))["posts"]]


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ({"name": "  a "}, "invalid_post_title"),
        ({"name": "x" * 201}, "invalid_post_title"),
        ({"name": "one\ntwo"}, "invalid_post_title"),
        ({"body": "x" * 50_001}, "invalid_body_field"),
        ({"alt_text": "x" * 1501}, "alt_text_length_overflow"),
        ({"url": "not a url"}, "invalid_url"),
        ({"url": "ftp://files.example/a"}, "invalid_url_scheme"),
        ({"url": "https://long.example/" + "x" * 2000}, "url_length_overflow"),
        ({"honeypot": "x"}, "honeypot_failed"),
        ({"community_id": 99_999}, "couldnt_find_community"),
        ({"language_id": 99_999}, "language_not_allowed"),
    ],
)
async def test_what_a_post_may_not_be__P_1__P_2__P_3(
    app: Open, cast: Cast, asked: dict[str, Any], name: str
) -> None:
    alice = await app("alice")
    wanted = {"name": "Tomatoes in June", "community_id": cast.gardening.id} | asked
    assert await alice.refused("POST", "/post", **wanted) == (400, name)


PAGE = b"""<!doctype html><title>x</title><meta property="og:title" content="Late frost">
<meta property="og:description" content="Cover them."><meta property="og:image" content="/frost.png">"""


async def test_what_the_linked_page_says_is_in_the_answer__P_7__I_3(
    app: Open, cast: Cast, db: Database, web: dict[str, Any]
) -> None:
    alice = await app("alice")
    web["https://news.example/frost"] = PAGE
    post = (await write(alice, cast, url="https://news.example/frost"))["post"]
    assert (post["embed_title"], post["embed_description"]) == ("Late frost", "Cover them.")
    assert post["thumbnail_url"] == "https://news.example/frost.png"
    assert post["url_content_type"] == "text/html"
    web["https://news.example/thaw"] = PAGE.replace(b"Late frost", b"Thaw")
    changed = await alice.put("/post", post_id=post["id"], url="https://news.example/thaw")
    assert changed["post_view"]["post"]["embed_title"] == "Thaw"
    async with db.read() as tx:
        assert await tx.value("SELECT count(*) FROM job WHERE name = 'posts.fetch_link'") == 0


async def test_a_page_that_takes_too_long_is_looked_at_later__P_7(
    app: Open, cast: Cast, db: Database, web: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await app("alice")
    for answer, patience in ((RuntimeError("a fault of ours"), 10.0), (None, 0.05)):
        web["https://news.example/frost"] = answer
        monkeypatch.setattr(fetch_link, "PATIENCE", patience)
        post = (await write(alice, cast, f"Later {patience}", url="https://news.example/frost"))["post"]
        assert "embed_title" not in post
    async with db.read() as tx:
        waiting = await tx.all("SELECT holder, attempts FROM job WHERE name = 'posts.fetch_link'")
    assert [tuple(row) for row in waiting] == [(None, 0), (None, 0)]


async def test_writing_needs_a_session__T_11(app: Open, cast: Cast) -> None:
    nobody = await app()
    for method, path, asked in (
        ("POST", "/post", {"name": "Tomatoes", "community_id": cast.gardening.id}),
        ("PUT", "/post", {"post_id": 1}),
        ("POST", "/post/like", {"post_id": 1, "score": 1}),
        ("POST", "/post/delete", {"post_id": 1, "deleted": True}),
        ("POST", "/post/remove", {"post_id": 1, "removed": True}),
        ("POST", "/post/lock", {"post_id": 1, "locked": True}),
        ("POST", "/post/feature", {"post_id": 1, "featured": True, "feature_type": "Local"}),
        ("PUT", "/post/save", {"post_id": 1, "save": True}),
        ("POST", "/post/hide", {"post_ids": [1], "hide": True}),
        ("POST", "/post/mark_as_read", {"post_ids": [1], "read": True}),
        ("GET", "/post/like/list", {"post_id": 1}),
    ):
        assert await nobody.refused(method, path, **asked) == (401, "incorrect_login"), path


async def test_a_title_is_looked_at_before_rights__T_12(app: Open, db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await ban_here(tx, cast.gardening, cast.alice)
    alice = await app("alice")
    place = {"community_id": cast.gardening.id}
    assert await alice.refused("POST", "/post", name="x", **place) == (400, "invalid_post_title")
    assert await alice.refused("POST", "/post", name="Fine", **place) == (400, "banned_from_community")


async def test_a_new_post_has_its_authors_vote_and_is_read__P_7__P_17(app: Open, cast: Cast) -> None:
    alice = await app("alice")
    view = await write(
        alice, cast, "  Tomatoes in June ", body="Plant *now*.", url="https://seeds.example/?utm_source=x&a=1"
    )
    post = view["post"]
    assert (post["name"], post["body"]) == ("Tomatoes in June", "Plant *now*.")
    assert post["url"] == "https://seeds.example/?a=1"
    assert post["ap_id"] == f"{ORIGIN}/post/{post['id']}"
    assert (view["my_vote"], view["read"], view["counts"]["score"]) == (1, True, 1)
    assert (view["unread_comments"], view["saved"], view["hidden"]) == (0, False, False)


async def test_only_the_author_changes_a_post__P_4__P_8(app: Open, cast: Cast) -> None:
    alice, bob = await app("alice"), await app("bob")
    number = (await write(alice, cast, body="Plant now.", url="https://seeds.example/"))["post"]["id"]
    assert await bob.refused("PUT", "/post", post_id=number, body="x") == (400, "no_post_edit_allowed")
    assert await bob.refused("PUT", "/post", post_id=999, body="x") == (400, "couldnt_find_post")
    changed = (await alice.put("/post", post_id=number, name="  Tomatoes  ", url=""))["post_view"]["post"]
    assert (changed["name"], changed["body"]) == ("  Tomatoes  ", "Plant now.")
    assert "url" not in changed
    assert "updated" in changed
    assert await bob.refused("POST", "/post/delete", post_id=number, deleted=True) == (
        400,
        "no_post_edit_allowed",
    )
    gone = await alice.post("/post/delete", post_id=number, deleted=True)
    assert gone["post_view"]["post"]["deleted"] is True
    again = await alice.refused("POST", "/post/delete", post_id=number, deleted=True)
    assert again == (400, "couldnt_update_post")
    nobody = await app()
    assert await nobody.refused("GET", "/post", id=number) == (400, "couldnt_find_post")
    assert (await alice.get("/post", id=number))["post_view"]["post"]["deleted"] is True


async def test_a_post_is_read_from_the_second_answer_on__P_9__P_10(app: Open, cast: Cast) -> None:
    alice, bob = await app("alice"), await app("bob")
    number = (await write(alice, cast))["post"]["id"]
    await alice.post("/comment", post_id=number, content="Water them.")
    first = await bob.get("/post", id=number)
    assert (first["post_view"]["read"], first["post_view"]["unread_comments"]) == (False, 1)
    second = (await bob.get("/post", id=number))["post_view"]
    assert (second["read"], second["unread_comments"]) == (True, 0)
    assert [each["moderator"]["name"] for each in first["moderators"]] == ["bob"]
    assert first["community_view"]["community"]["name"] == "gardening"


async def test_a_look_shows_in_whatever_comes_after_it__P_9__P_10(
    app: Open, db: Database, cast: Cast
) -> None:
    alice, bob = await app("alice"), await app("bob")
    number = (await alice.post("/post", name="Slugs", community_id=cast.gardening.id))["post_view"]["post"][
        "id"
    ]
    await alice.post("/comment", post_id=number, content="Everywhere.")

    async def listed(**asked: Any) -> list[tuple[bool, int]]:
        views = (await bob.get("/post/list", type_="All", **asked))["posts"]
        return [(view["read"], view["unread_comments"]) for view in views]

    assert await listed(show_read=False) == [(False, 1)]
    await bob.get("/post", id=number)
    assert await listed() == [(True, 0)]
    assert await listed(show_read=False) == []
    await alice.post("/comment", post_id=number, content="In my bed, too.")
    await bob.get("/post", id=number)
    # What is done after a look is done to what it left.
    await bob.post("/post/mark_as_read", post_ids=[number], read=False)
    assert await listed() == [(False, 0)]
    await bob.get("/post", id=number)
    said = await bob.post("/comment", post_id=number, content="Poor you.")
    assert said["comment_view"]["counts"]["score"] == 1
    assert await listed() == [(True, 0)]


async def test_a_post_is_found_by_a_comment_too__P_9(app: Open, cast: Cast) -> None:
    alice = await app("alice")
    number = (await write(alice, cast))["post"]["id"]
    comment = await alice.post("/comment", post_id=number, content="Water them.")
    found = await alice.get("/post", comment_id=comment["comment_view"]["comment"]["id"])
    assert found["post_view"]["post"]["id"] == number
    assert await alice.refused("GET", "/post") == (400, "couldnt_find_post")
    assert await alice.refused("GET", "/post", comment_id=999) == (400, "couldnt_find_comment")
    assert await alice.refused("GET", "/post", id="abc") == (400, "unknown")


async def test_other_posts_of_the_same_link_stand_beside__P_11(app: Open, cast: Cast) -> None:
    alice, bob = await app("alice"), await app("bob")
    mine = await write(alice, cast, "Mine", url="https://seeds.example/")
    his = await write(bob, cast, "His", url="https://seeds.example/")
    later = await write(bob, cast, "Later", url="https://seeds.example/")
    await write(bob, cast, "Another", url="https://seeds.example/other")
    await alice.post("/post/like", post_id=his["post"]["id"], score=1)
    await alice.post("/post/like", post_id=later["post"]["id"], score=-1)
    found = await alice.get("/post", id=mine["post"]["id"])
    assert [view["post"]["name"] for view in found["cross_posts"]] == ["His", "Later"], "the hottest first"


async def test_votes__P_18__P_19(app: Open, db: Database, cast: Cast) -> None:
    alice, bob = await app("alice"), await app("bob")
    number = (await write(alice, cast))["post"]["id"]
    assert await bob.refused("POST", "/post/like", post_id=999, score=1) == (400, "couldnt_find_post")
    assert await bob.refused("POST", "/post/like", post_id=number, score=70_000) == (400, "unknown")
    for score, mine, total in ((1, 1, 2), (-1, -1, 0), (5, None, 1), (0, None, 1)):
        view = (await bob.post("/post/like", post_id=number, score=score))["post_view"]
        assert (view.get("my_vote"), view["counts"]["score"], view["read"]) == (mine, total, True)
        assert ("my_vote" in view) == (mine is not None)
    async with db.write() as tx:
        await set_site(tx, enable_downvotes=False)
        await tx.run("UPDATE person SET bot = :yes WHERE id = :id", yes=True, id=cast.alice.id)
        tx.changed("person", cast.alice.id)
    assert await bob.refused("POST", "/post/like", post_id=number, score=-1) == (
        400,
        "downvotes_are_disabled",
    )
    assert await alice.refused("POST", "/post/like", post_id=number, score=1) == (400, "invalid_bot_action")


async def test_moderators_see_who_voted__P_20(app: Open, cast: Cast) -> None:
    alice, bob = await app("alice"), await app("bob")
    number = (await write(alice, cast))["post"]["id"]
    await bob.post("/post/like", post_id=number, score=-1)
    refused = await alice.refused("GET", "/post/like/list", post_id=number)
    assert refused == (400, "not_a_mod_or_admin")
    assert await bob.refused("GET", "/post/like/list", post_id=number, limit=51) == (400, "unknown")
    assert await bob.refused("GET", "/post/like/list", post_id=999) == (400, "couldnt_find_post")
    votes = (await bob.get("/post/like/list", post_id=number))["post_likes"]
    assert [(vote["creator"]["name"], vote["score"]) for vote in votes] == [("bob", -1), ("alice", 1)]
    second = (await bob.get("/post/like/list", post_id=number, limit=1, page=2))["post_likes"]
    assert [vote["creator"]["name"] for vote in second] == ["alice"]


async def test_moderators_remove_lock_and_pin__P_12__P_13__P_16(app: Open, cast: Cast) -> None:
    alice, bob, admin, nobody = await app("alice"), await app("bob"), await app("admin"), await app()
    number = (await write(alice, cast))["post"]["id"]
    for path, asked in (
        ("remove", {"removed": True}),
        ("lock", {"locked": True}),
        ("feature", {"featured": True, "feature_type": "Community"}),
    ):
        refused = await alice.refused("POST", f"/post/{path}", post_id=number, **asked)
        assert refused == (400, "not_a_mod_or_admin")
        assert await bob.refused("POST", f"/post/{path}", post_id=999, **asked) == (400, "couldnt_find_post")
    local = {"post_id": number, "featured": True, "feature_type": "Local"}
    assert await bob.refused("POST", "/post/feature", **local) == (400, "not_an_admin")
    assert (await admin.post("/post/feature", **local))["post_view"]["post"]["featured_local"] is True
    removed = await bob.post("/post/remove", post_id=number, removed=True, reason="off topic")
    assert removed["post_view"]["post"]["removed"] is True
    assert await nobody.refused("GET", "/post", id=number) == (400, "couldnt_find_post")
    assert (await alice.get("/post", id=number))["post_view"]["post"]["name"] == "Tomatoes in June"
    await bob.post("/post/remove", post_id=number, removed=False)
    await bob.post("/post/lock", post_id=number, locked=True)
    refused = await alice.refused("POST", "/comment", post_id=number, content="Hello?")
    assert refused == (400, "locked")
    await bob.post("/comment", post_id=number, content="Closed.")


async def test_marks__P_14__L_12__L_13__L_14(app: Open, cast: Cast) -> None:
    alice, bob = await app("alice"), await app("bob")
    first, second = [(await write(bob, cast, name))["post"]["id"] for name in ("First", "Second")]
    assert await alice.refused("PUT", "/post/save", post_id=999, save=True) == (400, "couldnt_save_post")
    assert await alice.refused("POST", "/post/hide", post_ids=[999], hide=True) == (400, "couldnt_hide_post")
    unknown = await alice.refused("POST", "/post/mark_as_read", post_ids=[999], read=True)
    assert unknown == (400, "couldnt_mark_post_as_read")
    many = list(range(100_000, 110_001))
    assert await alice.refused("POST", "/post/hide", post_ids=many, hide=True) == (400, "too_many_items")
    both = await alice.refused("GET", "/post/list", liked_only=True, disliked_only=True)
    assert both == (400, "contradicting_filters")
    for _ in range(2):
        assert await alice.post("/post/hide", post_ids=[first, first], hide=True) == {"success": True}
    assert await names(alice) == ["Second"]
    assert sorted(await names(alice, show_hidden=True)) == ["First", "Second"]
    await alice.post("/post/mark_as_read", post_ids=[second], read=True)
    assert await names(alice, show_read=False) == []
    assert await names(alice) == ["Second"]
    saved = await alice.put("/post/save", post_id=second, save=True)
    assert saved["post_view"]["saved"] is True
    # What is saved counts as read from the next answer on.
    third = (await write(bob, cast, "Third"))["post"]["id"]
    for read in (False, True):
        again = await alice.put("/post/save", post_id=third, save=False)
        assert again["post_view"]["read"] is read
    assert await names(alice, saved_only=True) == ["Second"]
    assert await names(await app(), saved_only=True) == []


async def test_pages_and_cursors__L_1__L_2(app: Open, clock: FixedClock, cast: Cast) -> None:
    alice, nobody = await app("alice"), await app()
    for name in ("First", "Second", "Third"):
        await write(alice, cast, name)
        clock.advance(MINUTE)
    for asked in ({"limit": 0}, {"limit": 51}, {"page": 0}, {"page": 101}):
        assert await nobody.refused("GET", "/post/list", **asked) == (400, "couldnt_get_posts")
    for odd in ("nonsense", ""):
        assert await nobody.refused("GET", "/post/list", page_cursor=odd) == (400, "unknown")
    page = await nobody.get("/post/list", sort="Old", limit=2)
    following = await nobody.get("/post/list", sort="Old", limit=2, page_cursor=page["next_page"])
    assert [view["post"]["name"] for view in page["posts"]] == ["First", "Second"]
    assert [view["post"]["name"] for view in following["posts"]] == ["Third"]
    last = await nobody.get("/post/list", sort="Old", page_cursor=following["next_page"])
    assert last == {"posts": []}
    assert await names(nobody, sort="Old", limit=2, page=2) == ["Third"]


async def test_a_page_after_a_cursor_is_counted_from_it_but_refused_for_subscriptions__L_2(
    app: Open, clock: FixedClock, cast: Cast
) -> None:
    alice = await app("alice")
    for name in ("First", "Second", "Third"):
        await write(alice, cast, name)
        clock.advance(MINUTE)
    await alice.post("/community/follow", community_id=cast.gardening.id, follow=True)
    cursor = (await alice.get("/post/list", sort="Old", limit=1))["next_page"]
    asked = {"sort": "Old", "limit": 1, "page_cursor": cursor}
    assert await names(alice, type_="All", page=2, **asked) == ["Third"]
    assert await names(alice, type_="Subscribed", page=1, **asked) == ["Second"]
    refused = await alice.refused("GET", "/post/list", type_="Subscribed", page=2, **asked)
    assert refused == (400, "couldnt_get_posts")
    visitor = await app()
    assert await names(visitor, type_="Subscribed", page=2, **asked) == ["Third"], "visitors get all (L-7)"


async def test_a_community_is_asked_for_by_name_or_number__L_6(app: Open, cast: Cast) -> None:
    alice, nobody = await app("alice"), await app()
    await write(alice, cast)
    assert await nobody.refused("GET", "/post/list", community_name="nosuch") == (404, "unknown")
    assert await names(nobody, community_id=99_999) == []
    for name in ("gardening", "gardening@here.example", "Gardening"):
        assert await names(nobody, community_name=name, community_id=99_999) == ["Tomatoes in June"]


async def test_a_private_site_shows_visitors_nothing__R_11(app: Open, db: Database, cast: Cast) -> None:
    alice, nobody = await app("alice"), await app()
    number = (await write(alice, cast))["post"]["id"]
    async with db.write() as tx:
        await set_site(tx, private_instance=True)
    for path, asked in (
        ("/post/list", {}),
        ("/post", {"id": number}),
        ("/comment/list", {}),
        ("/comment", {"id": 1}),
        ("/search", {"q": "x"}),
        ("/resolve_object", {"q": f"{ORIGIN}/post/{number}"}),
    ):
        assert await nobody.refused("GET", path, **asked) == (400, "instance_is_private"), path
    assert await names(alice) == ["Tomatoes in June"]
