"""Every list, walked page by page, holds exactly the rows it should, in exactly the order of section 5."""

from collections.abc import Iterator
from typing import Any

import pytest

from folkmoot.model.enums import CommentSort, Listing, PostSort
from folkmoot.model.errors import Invalid
from folkmoot.model.people import Viewer
from folkmoot.model.records import altered
from folkmoot.model.time import DAY, HOUR, MINUTE, FixedClock
from folkmoot.store.db import Database, count_statements
from folkmoot.store.listing import pages, sorts
from folkmoot.store.listing.filters import Shape
from folkmoot.store.listing.pages import Wanted
from tests.cast import Cast
from tests.store.listing.conftest import Garden, plant_post

POST_KEYS = {
    PostSort.ACTIVE: "active_rank",
    PostSort.HOT: "hot_rank",
    PostSort.SCALED: "scaled_rank",
    PostSort.CONTROVERSIAL: "controversy_rank",
    PostSort.MOST_COMMENTS: "comments",
}
SCOPES = [Listing.ALL, Listing.LOCAL, Listing.SUBSCRIBED, Listing.MODERATOR_VIEW]


@pytest.fixture(params=[400, 3], ids=["window fits", "window is short"])
def window(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Both ways to a page: out of the first rows of all, and merged from each community."""
    monkeypatch.setattr(pages, "WINDOW", request.param)
    pages._windowed.cache_clear()
    yield request.param
    pages._windowed.cache_clear()


def in_order(posts: list[dict[str, Any]], sort: PostSort, flag: str, now: int) -> list[int]:
    """The reference: plain Python, after the words of section 5."""

    def key(post: dict[str, Any]) -> Any:
        if sort is PostSort.NEW:
            rest: Any = (post["published"],)
        elif sort is PostSort.OLD:
            rest = (-post["published"],)
        elif sort is PostSort.NEW_COMMENTS:
            rest = (post["newest_comment"],)
        else:
            rest = (post[POST_KEYS.get(sort, "score")], post["published"])
        return (post[flag], *rest, post["id"])

    if sorts.has_window(sort):
        posts = [post for post in posts if post["published"] > sorts.since(sort, now)]
    return [post["id"] for post in sorted(posts, key=key, reverse=True)]


def seen(
    garden: Garden, cast: Cast, viewer: Viewer, scope: Listing, community_id: int | None = None
) -> list[dict[str, Any]]:
    """The reference of L-7 to L-10."""
    member = viewer.account is not None
    follows = {number for number, row in garden.communities.items() if row["hidden"]} | set()
    subscribed = (
        [number for number in garden.communities if number not in (cast.gardening.id, cast.baking.id)]
        if member
        else []
    )
    found = []
    for post in garden.posts:
        community = garden.communities[post["community_id"]]
        if post["removed"] or post["nsfw"] or (post["deleted"] and post["creator_id"] != viewer.id):
            continue
        if community_id is not None and post["community_id"] != community_id:
            continue
        if (
            scope in (Listing.ALL, Listing.LOCAL)
            and community["hidden"]
            and not (member and post["community_id"] in follows)
        ):
            continue
        if scope is Listing.LOCAL and not community["local"]:
            continue
        if scope is Listing.SUBSCRIBED and post["community_id"] not in subscribed:
            continue
        if scope is Listing.MODERATOR_VIEW and not (
            viewer.id == cast.bob.id and post["community_id"] == cast.gardening.id
        ):
            continue
        found.append(post)
    return found


def wanted(
    viewer: Viewer, cast: Cast, scope: Listing | None, sort: Any, *, table: str = "post", **more: Any
) -> Wanted:
    community_id = more.pop("community_id", None)
    shape = Shape(
        table, scope=scope, signed_in=viewer.account is not None, community=community_id is not None,
        choosy=viewer.account is not None and scope is not Listing.MODERATOR_VIEW, shows_nsfw=False, **more.pop("shape", {}),
    )  # fmt: skip
    return Wanted(
        shape,
        sort,
        viewer_id=viewer.id,
        community_id=community_id or 0,
        home_instance_id=cast.gardening.instance_id,
        **more,
    )


async def walk(db: Database, first: Wanted, limit: int) -> list[int]:
    """All pages of a list, by cursor."""
    found: list[int] = []
    page = altered(first, limit=limit)
    read = pages.post_keys if first.shape.of_posts else pages.comment_keys
    async with db.read() as tx:
        while True:
            keys, more = await read(tx, page)
            assert len(keys) <= limit
            found += [key.id for key in keys]
            if not more:
                return found
            page = altered(page, after=keys[-1].id)


@pytest.mark.parametrize("sort", list(PostSort))
async def test_each_order_of_posts_in_each_scope(
    db: Database, cast: Cast, garden: Garden, window: int, sort: PostSort
) -> None:
    for scope in SCOPES:
        viewer = cast.bob if scope is Listing.MODERATOR_VIEW else cast.alice
        expected = in_order(seen(garden, cast, viewer, scope), sort, "featured_local", db.clock.now())
        if scope is Listing.MODERATOR_VIEW:
            assert len(in_order(seen(garden, cast, viewer, scope), PostSort.NEW, "featured_local", 0)) > 3
        assert await walk(db, wanted(viewer, cast, scope, sort), 4) == expected, scope


@pytest.mark.parametrize(
    "sort", [PostSort.HOT, PostSort.NEW, PostSort.OLD, PostSort.TOP_DAY, PostSort.NEW_COMMENTS]
)
async def test_each_order_within_one_community(
    db: Database, cast: Cast, garden: Garden, sort: PostSort
) -> None:
    """There the community's own featured posts come first."""
    posts = seen(garden, cast, cast.alice, Listing.ALL, cast.gardening.id)
    expected = in_order(posts, sort, "featured_community", db.clock.now())
    assert (
        await walk(db, wanted(cast.alice, cast, Listing.ALL, sort, community_id=cast.gardening.id), 3)
        == expected
    )


@pytest.mark.parametrize("sort", list(CommentSort))
@pytest.mark.parametrize("scope", [Listing.ALL, Listing.LOCAL, Listing.SUBSCRIBED])
async def test_each_order_of_comments(
    db: Database, cast: Cast, garden: Garden, window: int, sort: CommentSort, scope: Listing
) -> None:
    """S-7. Deleted and removed ones are left out here, and those of posts that are gone."""
    shown = {post["id"] for post in garden.posts if not post["deleted"] and not post["removed"]}
    placed = {post["id"] for post in seen(garden, cast, cast.alice, scope)} | {
        post["id"]
        for post in garden.posts
        if post["nsfw"] and (scope is Listing.ALL or {Listing.LOCAL: garden.communities[post["community_id"]]["local"],
        Listing.SUBSCRIBED: post["community_id"] not in (cast.gardening.id, cast.baking.id)}[scope])
    }  # fmt: skip
    rows = [
        row
        for row in garden.comments
        if row["post_id"] in shown & placed and not row["deleted"] and not row["removed"]
    ]
    columns = sorts.COMMENTS[sort]

    def key(row: dict[str, Any]) -> Any:
        return tuple(-row[name] if name in columns.rising else row[name] for name in columns.columns)

    expected = [row["id"] for row in sorted(rows, key=key, reverse=True)]
    assert await walk(db, wanted(cast.alice, cast, scope, sort, table="comment"), 7) == expected


async def test_pages_by_number_hold_the_same_rows(
    db: Database, cast: Cast, garden: Garden, window: int
) -> None:
    for scope in SCOPES:
        viewer = cast.bob if scope is Listing.MODERATOR_VIEW else cast.alice
        whole = await walk(db, wanted(viewer, cast, scope, PostSort.HOT), 50)
        async with db.read() as tx:
            for number in (2, 3):
                keys, more = await pages.post_keys(
                    tx, wanted(viewer, cast, scope, PostSort.HOT, limit=4, page=number)
                )
                assert [key.id for key in keys] == whole[4 * (number - 1) : 4 * number]
                assert more == (len(whole) > 4 * number)


async def test_a_row_to_go_on_after_that_is_gone_is_refused__L_2(db: Database, cast: Cast) -> None:
    async with db.read() as tx:
        with pytest.raises(Invalid, match="unknown"):
            await pages.post_keys(tx, wanted(cast.alice, cast, Listing.ALL, PostSort.HOT, after=999_999))


async def test_a_cursor_uses_the_current_rank__L_2(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        first, second, third = [
            await plant_post(
                tx, number, community_id=cast.gardening.id, creator_id=cast.bob.id, hot_rank=rank
            )
            for number, rank in enumerate((0.3, 0.2, 0.1))
        ]
        await tx.run("UPDATE post SET hot_rank = 0.05 WHERE id = :id", id=first["id"])
        keys, _ = await pages.post_keys(
            tx, wanted(cast.alice, cast, Listing.ALL, PostSort.HOT, after=first["id"])
        )
        assert [key.id for key in keys] == []
        keys, _ = await pages.post_keys(
            tx, wanted(cast.alice, cast, Listing.ALL, PostSort.HOT, after=second["id"])
        )
        assert [key.id for key in keys] == [third["id"], first["id"]]


async def test_saved_ones_come_as_they_were_saved__L_14(db: Database, cast: Cast, garden: Garden) -> None:
    chosen = [
        post["id"] for post in garden.posts if not (post["removed"] or post["deleted"] or post["nsfw"])
    ][:9]
    shown = []
    async with db.write() as tx:
        for place, number in enumerate(chosen):
            await tx.run(
                "INSERT INTO post_saved (person_id, post_id, published) VALUES (:person, :post, :moment)",
                person=cast.alice.id, post=number, moment=tx.now + place // 2,
            )  # fmt: skip
            shown.append((place // 2, number))
    expected = [number for _, number in sorted(shown, reverse=True)]
    visible = {post["id"] for post in seen(garden, cast, cast.alice, Listing.ALL)}
    found = await walk(db, wanted(cast.alice, cast, Listing.ALL, PostSort.HOT, shape={"saved": True}), 2)
    assert found == [number for number in expected if number in visible]


@pytest.mark.parametrize("vote", [1, -1])
async def test_liked_and_disliked_without_ones_own__L_14(
    db: Database, cast: Cast, garden: Garden, vote: int
) -> None:
    async with db.write() as tx:
        for post in garden.posts[:20]:
            await tx.run(
                "INSERT INTO post_vote (post_id, person_id, value, published) VALUES (:post, :person, :value, :now)",
                post=post["id"], person=cast.alice.id, value=1 if post["id"] % 2 else -1, now=tx.now,
            )  # fmt: skip
    mine = {
        p["id"]
        for p in garden.posts[:20]
        if p["creator_id"] != cast.alice.id and (1 if p["id"] % 2 else -1) == vote
    }
    visible = [post for post in seen(garden, cast, cast.alice, Listing.ALL) if post["id"] in mine]
    found = await walk(db, wanted(cast.alice, cast, Listing.ALL, PostSort.HOT, shape={"vote": vote}), 3)
    assert found == in_order(visible, PostSort.HOT, "featured_local", 0) != []


def test_windows_count_in_calendar_months() -> None:
    from_march = 1_774_872_000_000_000  # 2026-03-30T12:00:00Z
    assert from_march - sorts.since(PostSort.TOP_MONTH, from_march) == 30 * DAY  # the 28th of February
    assert from_march - sorts.since(PostSort.TOP_HOUR, from_march) == HOUR
    assert MINUTE * 60 == HOUR


@pytest.mark.parametrize("window", [3], indirect=True)
@pytest.mark.parametrize("table", ["post", "comment"])
async def test_where_the_window_was_too_short_it_is_not_looked_at_again_for_a_while(
    db: Database, cast: Cast, garden: Garden, clock: FixedClock, window: int, table: str
) -> None:
    sort = PostSort.HOT if table == "post" else CommentSort.HOT
    first = wanted(cast.alice, cast, Listing.SUBSCRIBED, sort, table=table, limit=5)
    read = pages.post_keys if table == "post" else pages.comment_keys

    async def ask() -> tuple[Any, int]:
        async with db.read() as tx:
            with count_statements() as counter:
                return await read(tx, first), len(counter.statements)

    found, statements = await ask()
    assert len(found[0]) == 5
    assert statements == 2
    assert await ask() == (found, 1)
    async with db.read() as tx:
        with count_statements() as counter:
            await read(tx, altered(first, viewer_id=cast.bob.id))
    assert len(counter.statements) == 2, "another reader may follow more"
    clock.advance(11 * MINUTE)
    assert (await ask())[1] == 2
