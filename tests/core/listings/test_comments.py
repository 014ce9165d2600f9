"""Lists of comments outside their threads."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.listings.comments import ListComments, comment_keys, comment_sort, list_comments
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.model.enums import CommentSort, Listing, PostSort
from folkmoot.model.errors import Invalid, NotFound
from folkmoot.model.people import ANONYMOUS, Viewer
from folkmoot.store.db import Database
from tests.cast import Cast

Texts = Callable[..., Awaitable[list[str]]]


@pytest.fixture
async def story(db: Database, cast: Cast) -> dict[str, int]:
    """A post here with a comment and an answer, a post elsewhere with a comment; ids by name."""
    async with db.write() as tx:
        here = await create_post(tx, cast.alice, CreatePost(cast.gardening.id, "here"))
        there = await create_post(
            tx, cast.carol, CreatePost(cast.baking.id, "there", ap_id="https://there.example/post/1")
        )
        first = (await create_comment(tx, cast.bob, CreateComment(here.id, "first"))).comment
        answer = (await create_comment(tx, cast.alice, CreateComment(here.id, "answer", first.id))).comment
        other = (
            await create_comment(
                tx, cast.carol, CreateComment(there.id, "other", ap_id="https://there.example/comment/1")
            )
        ).comment
    return {"here": here.id, "there": there.id, "first": first.id, "answer": answer.id, "other": other.id}


@pytest.fixture
def texts(db: Database) -> Texts:
    async def read(viewer: Viewer, **asked: Any) -> list[str]:
        asked = {"scope": Listing.ALL, "sort": CommentSort.OLD, **asked}
        async with db.read() as tx:
            return [
                view.comment.content
                for view in (await list_comments(tx, viewer, ListComments(**asked))).items
            ]

    return read


@pytest.mark.parametrize("asked", [{"limit": 0}, {"limit": 51}, {"page": 101}])
async def test_limits_out_of_range_are_refused__L_1(db: Database, cast: Cast, asked: dict[str, int]) -> None:
    async with db.read() as tx:
        with pytest.raises(Invalid, match="couldnt_get_comments"):
            await comment_keys(tx, cast.alice, ListComments(**asked))


async def test_scopes(cast: Cast, story: dict[str, int], texts: Texts) -> None:
    assert await texts(cast.alice) == ["first", "answer", "other"]
    assert await texts(cast.alice, scope=Listing.LOCAL) == ["first", "answer"]
    assert await texts(cast.bob, scope=Listing.MODERATOR_VIEW) == ["first", "answer"]
    assert await texts(ANONYMOUS, scope=Listing.SUBSCRIBED) == []  # L-7
    assert await texts(ANONYMOUS, scope=None) == ["first", "answer"]  # the site's default: Local


async def test_a_post_or_a_parent_ignores_the_default_scope__L_5(
    cast: Cast, story: dict[str, int], texts: Texts
) -> None:
    assert await texts(ANONYMOUS, scope=None, post_id=story["there"]) == ["other"]
    assert await texts(ANONYMOUS, scope=None, parent_id=story["first"]) == ["first", "answer"]
    assert await texts(ANONYMOUS, scope=None, parent_id=story["answer"]) == ["answer"]
    with pytest.raises(NotFound, match="couldnt_find_comment"):
        await texts(ANONYMOUS, parent_id=999_999)


async def test_a_community_makes_it_all__L_3(cast: Cast, story: dict[str, int], texts: Texts) -> None:
    for scope in (None, Listing.LOCAL, Listing.SUBSCRIBED, Listing.MODERATOR_VIEW):
        assert await texts(cast.alice, scope=scope, community_id=cast.baking.id) == ["other"]
        assert await texts(ANONYMOUS, scope=scope, community_id=cast.baking.id) == ["other"]


async def test_distinguished_ones_come_first_in_their_thread__C_5(
    db: Database, cast: Cast, story: dict[str, int], texts: Texts
) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE comment SET distinguished = :yes WHERE id = :id", yes=True, id=story["answer"])
    assert await texts(cast.alice, post_id=story["here"]) == ["answer", "first"]
    assert await texts(cast.alice, community_id=cast.gardening.id) == ["first", "answer"]


async def test_gone_ones_stay_where_asked_for__C_6(
    db: Database, cast: Cast, story: dict[str, int], texts: Texts
) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE comment SET removed = :yes WHERE id = :id", yes=True, id=story["first"])
    assert await texts(cast.alice, scope=Listing.LOCAL) == ["answer"]
    assert await texts(cast.alice, scope=Listing.LOCAL, gone_too=True) == ["first", "answer"]


async def test_comments_of_posts_that_are_gone_are_not_listed(
    db: Database, cast: Cast, story: dict[str, int], texts: Texts
) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE post SET removed = :yes WHERE id = :id", yes=True, id=story["here"])
    assert await texts(cast.alice) == ["other"]
    # Apps see them.
    assert await texts(cast.alice, anywhere=True) == ["first", "answer", "other"]


async def test_saved_ones_and_blocked_authors(
    db: Database, cast: Cast, story: dict[str, int], texts: Texts
) -> None:
    async with db.write() as tx:
        for name in ("other", "first"):
            await tx.run(
                "INSERT INTO comment_saved (person_id, comment_id, post_id, published) VALUES (:p, :c, :post, :n)",
                p=cast.alice.id, c=story[name], post=story["here"], n=story[name],
            )  # fmt: skip
    assert await texts(cast.alice, saved=True) == ["other", "first"]
    assert await texts(ANONYMOUS, saved=True) == []
    async with db.write() as tx:
        await tx.run(
            "INSERT INTO person_block (person_id, target_id, published) VALUES (:p, :t, 0)",
            p=cast.alice.id,
            t=cast.carol.id,
        )
    assert await texts(cast.alice) == ["first", "answer"]


async def test_a_comment_comes_with_its_place_and_the_readers_part(
    db: Database, cast: Cast, story: dict[str, int]
) -> None:
    async with db.read() as tx:
        found = (await list_comments(tx, cast.alice, ListComments(Listing.ALL, CommentSort.OLD))).items
    assert [view.post.name for view in found if view.post] == ["here", "here", "there"]
    assert [view.community.name for view in found if view.community] == ["gardening", "gardening", "baking"]
    assert [view.mine.my_vote for view in found] == [None, 1, None]
    assert found[0].creator_is_moderator


@pytest.mark.parametrize(
    ("posts", "comments"),
    [("Active", "Hot"), ("Scaled", "Hot"), ("NewComments", "New"), ("MostComments", "New"), ("Old", "Old"),
     ("Controversial", "Controversial"), ("TopHour", "Top"), ("TopAll", "Top")],
)  # fmt: skip
def test_orders_of_posts_stand_for_orders_of_comments__S_8(posts: str, comments: str) -> None:
    assert comment_sort(PostSort(posts)) == CommentSort(comments)
