"""Comments through the API (section 8 of the behaviour rules)."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from folkmoot.store.db import Database
from tests.cast import Cast
from tests.core.stories import set_site
from tests.faces.api_v3.conftest import App

Open = Callable[..., Awaitable[App]]


@pytest.fixture
async def post_id(app: Open, cast: Cast) -> int:
    """A post of alice's to talk about."""
    alice = await app("alice")
    made = await alice.post("/post", name="Tomatoes in June", community_id=cast.gardening.id)
    number: int = made["post_view"]["post"]["id"]
    return number


async def say(app: App, post_id: int, content: str, parent_id: int | None = None) -> int:
    """A comment by somebody; its number."""
    asked = {"post_id": post_id, "content": content} | ({"parent_id": parent_id} if parent_id else {})
    number: int = (await app.post("/comment", **asked))["comment_view"]["comment"]["id"]
    return number


async def texts(app: App, **asked: Any) -> list[str]:
    """What the comments of a list say."""
    listed = (await app.get("/comment/list", **{"type_": "All", "sort": "Old", **asked}))["comments"]
    return [view["comment"]["content"] for view in listed]


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ({"content": "x" * 10_001}, "invalid_body_field"),
        ({"post_id": 99_999}, "couldnt_find_post"),
        ({"language_id": 99_999}, "language_not_allowed"),
    ],
)
async def test_what_a_comment_may_not_be__C_2(
    app: Open, post_id: int, asked: dict[str, Any], name: str
) -> None:
    alice = await app("alice")
    wanted = {"post_id": post_id, "content": "Water them."} | asked
    assert await alice.refused("POST", "/comment", **wanted) == (400, name)


@pytest.mark.parametrize("name", ["alice", "bob", "admin"])
async def test_the_answer_to_writing_is_the_comment_as_it_is_read__C_2(
    app: Open, post_id: int, cast: Cast, name: str
) -> None:
    """It is made of what was at hand for writing: for who moderates, follows, or does neither."""
    somebody = await app(name)
    for parent_id in (None, await say(await app("alice"), post_id, "Anybody?")):
        content = f"{name} says *something*."
        said = (await somebody.post("/comment", post_id=post_id, content=content, parent_id=parent_id))[
            "comment_view"
        ]
        assert said == (await somebody.get("/comment", id=said["comment"]["id"]))["comment_view"]
        again = await somebody.post("/comment", post_id=post_id, content=content, parent_id=parent_id)
        assert again["comment_view"] == said, "and so is the one to sending it once more"
    await somebody.post("/community/follow", community_id=cast.gardening.id, follow=True)
    said = (await somebody.post("/comment", post_id=post_id, content="And one more."))["comment_view"]
    assert said["subscribed"] == "Subscribed"
    assert said == (await somebody.get("/comment", id=said["comment"]["id"]))["comment_view"]


async def test_writing_needs_a_session__T_11(app: Open, post_id: int) -> None:
    nobody = await app()
    for method, path, asked in (
        ("POST", "/comment", {"post_id": post_id, "content": "x"}),
        ("PUT", "/comment", {"comment_id": 1, "content": "x"}),
        ("POST", "/comment/like", {"comment_id": 1, "score": 1}),
        ("POST", "/comment/delete", {"comment_id": 1, "deleted": True}),
        ("POST", "/comment/remove", {"comment_id": 1, "removed": True}),
        ("POST", "/comment/distinguish", {"comment_id": 1, "distinguished": True}),
        ("PUT", "/comment/save", {"comment_id": 1, "save": True}),
        ("GET", "/comment/like/list", {"comment_id": 1}),
    ):
        assert await nobody.refused(method, path, **asked) == (401, "incorrect_login"), path


async def test_a_new_comment_is_its_authors_and_tells_who_it_answers__C_1__C_3__C_9(
    app: Open, cast: Cast, post_id: int
) -> None:
    bob = await app("bob")
    made = await bob.post("/comment", post_id=post_id, content="Water them.")
    view = made["comment_view"]
    assert view["comment"]["path"] == f"0.{view['comment']['id']}"
    assert (view["my_vote"], view["counts"]["score"]) == (1, 1)
    assert cast.alice.account is not None
    assert made["recipient_ids"] == [cast.alice.account.id]
    answer = await bob.post("/comment", post_id=post_id, content="Daily.", parent_id=view["comment"]["id"])
    assert answer["comment_view"]["comment"]["path"] == (
        f"{view['comment']['path']}.{answer['comment_view']['comment']['id']}"
    )
    assert answer["recipient_ids"] == []


async def test_what_answers_something_gone_answers_the_post__C_2(app: Open, cast: Cast, post_id: int) -> None:
    bob = await app("bob")
    elsewhere = await bob.post("/post", name="Slugs", community_id=cast.gardening.id)
    there = await say(bob, elsewhere["post_view"]["post"]["id"], "Eat them.")
    refused = await bob.refused("POST", "/comment", post_id=post_id, content="Yes.", parent_id=there)
    assert refused == (400, "couldnt_create_comment")
    made = await bob.post("/comment", post_id=post_id, content="Yes.", parent_id=99_999)
    comment = made["comment_view"]["comment"]
    assert comment["path"] == f"0.{comment['id']}"
    assert cast.alice.account is not None
    assert made["recipient_ids"] == [cast.alice.account.id]


async def test_only_the_author_changes_a_comment__C_7(app: Open, post_id: int) -> None:
    alice, bob = await app("alice"), await app("bob")
    number = await say(bob, post_id, "Water them.")
    refused = await alice.refused("PUT", "/comment", comment_id=number, content="x")
    assert refused == (400, "no_comment_edit_allowed")
    assert await alice.refused("PUT", "/comment", comment_id=999, content="x") == (
        400,
        "couldnt_find_comment",
    )
    changed = await bob.put("/comment", comment_id=number, content="Water them *daily*.")
    assert changed["comment_view"]["comment"]["content"] == "Water them *daily*."
    assert "updated" in changed["comment_view"]["comment"]
    refused = await alice.refused("POST", "/comment/delete", comment_id=number, deleted=True)
    assert refused == (400, "no_comment_edit_allowed")
    await bob.post("/comment/delete", comment_id=number, deleted=True)
    again = await bob.refused("POST", "/comment/delete", comment_id=number, deleted=True)
    assert again == (400, "couldnt_update_comment")
    admin = await app("admin")
    refused = await admin.refused("POST", "/comment/remove", comment_id=number, removed=True)
    assert refused == (400, "couldnt_update_comment")


async def test_what_is_gone_stays_without_its_text__C_6(app: Open, post_id: int) -> None:
    alice, bob, admin, nobody = await app("alice"), await app("bob"), await app("admin"), await app()
    first = await say(alice, post_id, "Rude.")
    await say(bob, post_id, "Kind.", first)
    assert await bob.refused("POST", "/comment/remove", comment_id=999, removed=True) == (
        400,
        "couldnt_find_comment",
    )
    refused = await alice.refused("POST", "/comment/remove", comment_id=first, removed=True)
    assert refused == (400, "not_a_mod_or_admin")
    removed = await bob.post("/comment/remove", comment_id=first, removed=True, reason="rude")
    assert removed["comment_view"]["comment"]["content"] == ""
    for reader, text in ((nobody, ""), (alice, ""), (bob, ""), (admin, "Rude.")):
        assert await texts(reader, post_id=post_id) == [text, "Kind."]
        assert await texts(reader, post_id=post_id, max_depth=8) == [text, "Kind."]
        one = await reader.get("/comment", id=first)
        assert (one["comment_view"]["comment"]["content"], one["recipient_ids"]) == (text, [])
    post = (await nobody.get("/post", id=post_id))["post_view"]
    assert post["counts"]["comments"] == 1


async def test_trees_come_level_by_level__C_4(app: Open, post_id: int) -> None:
    alice, nobody = await app("alice"), await app()
    first = await say(alice, post_id, "first")
    second = await say(alice, post_id, "second", first)
    third = await say(alice, post_id, "third", second)
    await say(alice, post_id, "fourth", third)
    await say(alice, post_id, "other")
    assert await texts(nobody, post_id=post_id, max_depth=1) == ["first", "other"]
    assert await texts(nobody, post_id=post_id, max_depth=2) == ["first", "other", "second"]
    everything = ["first", "other", "second", "third", "fourth"]
    assert await texts(nobody, post_id=post_id, max_depth=8, limit=1, page=7) == everything
    assert await texts(nobody, parent_id=second, max_depth=1) == ["second", "third"]
    assert await texts(nobody, parent_id=second, max_depth=2, post_id=post_id) == [
        "second",
        "third",
        "fourth",
    ]
    assert await texts(nobody, parent_id=second) == ["second", "third", "fourth"]
    assert await texts(nobody, post_id=999, max_depth=2) == []
    for asked in ({"max_depth": 2}, {}):
        refused = await nobody.refused("GET", "/comment/list", parent_id=999, **asked)
        assert refused == (400, "couldnt_find_comment")


async def test_a_tree_has_three_hundred_comments_at_most__C_4(
    app: Open, db: Database, cast: Cast, post_id: int
) -> None:
    many = [
        {"post": post_id, "community": cast.gardening.id, "by": cast.alice.id, "text": f"No. {number}", "at": number}
        for number in range(305)
    ]  # fmt: skip
    async with db.write() as tx:
        await tx.many(
            "INSERT INTO comment (post_id, community_id, creator_id, path, content, content_html, ap_id, local, published)"
            " VALUES (:post, :community, :by, '', :text, '', :text, TRUE, :at)",
            many,
        )
        await tx.run("UPDATE comment SET path = '0.' || id")
        tx.changed("thread", post_id)
    for asked in ({"post_id": post_id}, {}):
        said = await texts(await app(), max_depth=8, limit=1, page=3, **asked)
        assert said == [each["text"] for each in many[:300]]


async def test_a_depth_without_a_thread_is_a_tree_fetch_too__C_4(app: Open, post_id: int) -> None:
    """Of all threads, whatever `limit` and `page` say: by the parents' paths, distinguished first, then the sort."""
    alice, bob, nobody = await app("alice"), await app("bob"), await app()
    first = await say(alice, post_id, "first")
    second = await say(alice, post_id, "second", first)
    await say(alice, post_id, "third", second)
    other = (await bob.post("/post", community_id=1, name="Another thread"))["post_view"]["post"]["id"]
    official = await say(bob, other, "official")
    await say(alice, other, "answer", official)
    await bob.post("/comment/distinguish", comment_id=official, distinguished=True)
    top = ["official", "first"]
    assert await texts(nobody, max_depth=1, limit=1, page=101) == top
    for scope in ("All", "Local"):
        assert await texts(alice, max_depth=2, limit=999, type_=scope) == [*top, "second", "answer"]
    assert await texts(alice, max_depth=2, type_="Subscribed") == []
    everything = [*top, "second", "third", "answer"]
    assert await texts(nobody, max_depth=8, community_name="gardening") == everything
    assert await texts(nobody, max_depth=0) == []
    assert await nobody.refused("GET", "/comment/list", limit=51) == (400, "couldnt_get_comments")


async def test_blocked_authors_are_missing_while_answers_stay__L_15__L_16(
    app: Open, db: Database, cast: Cast, post_id: int
) -> None:
    alice, bob = await app("alice"), await app("bob")
    first = await say(alice, post_id, "first")
    second = await say(bob, post_id, "second", first)
    await say(alice, post_id, "third", second)
    async with db.write() as tx:
        await tx.run(
            "INSERT INTO person_block (person_id, target_id, published) VALUES (:a, :b, 0)",
            a=cast.alice.id, b=cast.bob.id,
        )  # fmt: skip
    assert await texts(alice, post_id=post_id, max_depth=8) == ["first", "third"]
    assert await texts(bob, post_id=post_id, max_depth=8) == ["first", "second", "third"]
    async with db.write() as tx:
        await tx.run(
            "INSERT INTO community_block (person_id, community_id, published) VALUES (:a, :b, 0)",
            a=cast.alice.id, b=cast.gardening.id,
        )  # fmt: skip
    assert await texts(alice, post_id=post_id, max_depth=8) == []


async def test_lists_and_trees_take_the_same_filters__L_7__L_11__L_14(
    app: Open, db: Database, cast: Cast, post_id: int
) -> None:
    alice, bob, nobody = await app("alice"), await app("bob"), await app()
    first = await say(alice, post_id, "first")
    second = await say(bob, post_id, "second", first)
    both = await nobody.refused("GET", "/comment/list", liked_only=True, disliked_only=True)
    assert both == (400, "contradicting_filters")
    await alice.post("/comment/like", comment_id=second, score=-1)
    await alice.put("/comment/save", comment_id=first, save=True)
    for depth in ({}, {"max_depth": 8}):
        asked = {"post_id": post_id, **depth}
        assert await texts(alice, disliked_only=True, **asked) == ["second"]
        assert await texts(alice, liked_only=True, **asked) == []
        assert await texts(alice, saved_only=True, **asked) == ["first"]
        assert await texts(nobody, saved_only=True, **asked) == []
        assert await texts(nobody, **(asked | {"type_": "Subscribed"})) == []
        assert await texts(alice, **(asked | {"type_": "ModeratorView"})) == []
        assert await texts(bob, **(asked | {"type_": "ModeratorView"})) == ["first", "second"]
        assert await texts(bob, **(asked | {"type_": "Local"})) == ["first", "second"]
        assert await texts(bob, community_id=cast.baking.id, **asked) == []
        for scope in ("Subscribed", "ModeratorView"):  # within a community everything is meant (L-3)
            of_community = asked | {"type_": scope, "community_id": cast.gardening.id}
            assert await texts(alice, **of_community) == ["first", "second"]
            assert await texts(nobody, **of_community) == ["first", "second"]
    async with db.write() as tx:
        await tx.run("UPDATE community SET hidden = :yes WHERE id = :id", yes=True, id=cast.gardening.id)
        await tx.run("UPDATE person SET bot = :yes WHERE id = :id", yes=True, id=cast.bob.id)
        await tx.run("UPDATE local_user SET show_bot_accounts = :no", no=False)
        await tx.run(
            "INSERT INTO community_follow (person_id, community_id, published) VALUES (:a, :b, 0)",
            a=cast.alice.id, b=cast.gardening.id,
        )  # fmt: skip
        tx.changed("person", cast.alice.id)
        tx.changed("thread", post_id)
    for depth in ({}, {"max_depth": 8}):
        assert await texts(nobody, post_id=post_id, **depth) == []
        assert await texts(alice, post_id=post_id, **depth) == ["first"]


async def test_the_overlay_is_the_readers_own__P_19(app: Open, post_id: int) -> None:
    alice, bob = await app("alice"), await app("bob")
    number = await say(alice, post_id, "Water them.")
    liked = await bob.post("/comment/like", comment_id=number, score=1)
    assert (liked["comment_view"]["my_vote"], liked["recipient_ids"]) == (1, [])
    assert await bob.refused("POST", "/comment/like", comment_id=999, score=1) == (
        400,
        "couldnt_find_comment",
    )
    await bob.put("/comment/save", comment_id=number, save=True)
    assert await bob.refused("PUT", "/comment/save", comment_id=999, save=True) == (
        400,
        "couldnt_save_comment",
    )
    for depth in ({}, {"max_depth": 1}):
        (mine,) = (await bob.get("/comment/list", post_id=post_id, **depth))["comments"]
        (hers,) = (await alice.get("/comment/list", post_id=post_id, **depth))["comments"]
        assert (mine["my_vote"], mine["saved"], mine["counts"]["score"]) == (1, True, 2)
        assert (hers["my_vote"], hers["saved"]) == (1, False)
    anonymous = (await (await app()).get("/comment", id=number))["comment_view"]
    assert "my_vote" not in anonymous


async def test_moderators_speak_as_such_and_see_votes__C_5__C_8__P_20(app: Open, post_id: int) -> None:
    alice, bob = await app("alice"), await app("bob")
    await say(alice, post_id, "first")
    number = await say(bob, post_id, "second")
    refused = await alice.refused("POST", "/comment/distinguish", comment_id=number, distinguished=True)
    assert refused[1] in ("no_comment_edit_allowed", "not_a_mod_or_admin")
    shown = await bob.post("/comment/distinguish", comment_id=number, distinguished=True)
    assert shown["comment_view"]["comment"]["distinguished"] is True
    assert await texts(alice, post_id=post_id) == ["second", "first"]
    assert await texts(alice, post_id=post_id, max_depth=1) == ["second", "first"]
    refused = await alice.refused("GET", "/comment/like/list", comment_id=number)
    assert refused == (400, "not_a_mod_or_admin")
    votes = (await bob.get("/comment/like/list", comment_id=number))["comment_likes"]
    assert [(vote["creator"]["name"], vote["score"]) for vote in votes] == [("bob", 1)]


async def test_limits_are_looked_at_in_lists_only__L_1(app: Open) -> None:
    nobody = await app()
    for asked in ({"limit": 0}, {"limit": 51}, {"page": 0}):
        assert await nobody.refused("GET", "/comment/list", **asked) == (400, "couldnt_get_comments")
    assert await nobody.refused("GET", "/comment/list", community_name="nosuch") == (404, "unknown")


async def test_local_only_comments_are_not_for_visitors__R_10(
    app: Open, db: Database, cast: Cast, post_id: int
) -> None:
    alice, nobody = await app("alice"), await app()
    number = await say(alice, post_id, "Between us.")
    async with db.write() as tx:
        await tx.run("UPDATE community SET visibility = 'LocalOnly' WHERE id = :id", id=cast.gardening.id)
    assert await nobody.refused("GET", "/comment", id=number) == (400, "couldnt_find_comment")
    assert await texts(nobody, post_id=post_id, max_depth=8) == []
    assert await texts(nobody, post_id=post_id) == []
    assert await texts(alice, post_id=post_id, max_depth=8) == ["Between us."]


async def test_filtered_words_are_replaced__W_4(app: Open, db: Database, post_id: int) -> None:
    alice = await app("alice")
    async with db.write() as tx:
        await set_site(tx, slur_filter_regex="badword")
    made = await alice.post("/comment", post_id=post_id, content="A BadWord!")
    assert made["comment_view"]["comment"]["content"] == "A *removed*!"
