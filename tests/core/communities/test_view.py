"""Look at one community, and at the list of all."""

import pytest

from folkmoot.core.communities.directory import ListCommunities, list_communities
from folkmoot.core.communities.follow import follow_community
from folkmoot.core.communities.view import about, community_view, resolve
from folkmoot.model.enums import Listing, PostSort
from folkmoot.model.errors import NotAllowed, NotFound
from folkmoot.model.people import ANONYMOUS, Viewer
from folkmoot.store import communities
from folkmoot.store.db import Database, Tx, count_statements
from tests import rows
from tests.cast import Cast


async def names(tx: Tx, viewer: Viewer, **asked: object) -> list[str]:
    """The names in the order of the list."""
    found = await list_communities(tx, viewer, ListCommunities(**asked))  # type: ignore[arg-type]
    return [view.community.name for view in found.items]


@pytest.mark.parametrize(
    "name", ["nothing", "gardening@there.example", "two words", "@gardening", "", "a@b@c"]
)
async def test_unknown_names__L_6(db: Database, cast: Cast, name: str) -> None:
    async with db.read() as tx:
        with pytest.raises(NotFound, match="couldnt_find_community"):
            await community_view(tx, cast.alice, name)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("gardening", "gardening"),
        ("GARDENING", "gardening"),
        ("gardening@here.example", "gardening"),
        ("!baking@There.example", "baking"),
    ],
)
async def test_names_with_and_without_host__L_6(db: Database, cast: Cast, name: str, found: str) -> None:
    async with db.read() as tx:
        community = await resolve(tx, name)
    assert community
    assert community.name == found


@pytest.mark.parametrize("state", ["removed", "deleted"])
async def test_removed_and_deleted_ones_are_for_moderators__M_5(db: Database, cast: Cast, state: str) -> None:
    async with db.write() as tx:
        await communities.update(tx, cast.gardening.id, {state: True})
        for viewer in (ANONYMOUS, cast.alice):
            with pytest.raises(NotFound, match="couldnt_find_community"):
                await community_view(tx, viewer, "gardening")
        for viewer in (cast.bob, cast.admin):
            assert (await community_view(tx, viewer, cast.gardening.id)).community.id == cast.gardening.id


async def test_local_only_ones_do_not_exist_for_visitors__R_10(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await communities.update(tx, cast.gardening.id, {"visibility": "LocalOnly"})
        for viewer in (ANONYMOUS, cast.carol):
            with pytest.raises(NotFound, match="couldnt_find_community"):
                await community_view(tx, viewer, "gardening")
        await community_view(tx, cast.alice, "gardening")
        assert await names(tx, ANONYMOUS) == ["baking"]


async def test_a_private_site_says_so__R_11(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE local_site SET private_instance = :yes", yes=True)
        tx.changed("site")
    async with db.read() as tx:
        with pytest.raises(NotAllowed, match="instance_is_private"):
            await community_view(tx, ANONYMOUS, "gardening")
        with pytest.raises(NotAllowed, match="instance_is_private"):
            await list_communities(tx, ANONYMOUS, ListCommunities())


async def test_the_viewers_standing_is_part_of_the_view(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await follow_community(tx, cast.bob, cast.gardening.id)
        view = await community_view(tx, cast.bob, "gardening")
        beside = await about(tx, view.community)
    assert (view.subscribed, view.moderator, view.banned, view.blocked) == ("Subscribed", True, False, False)
    assert [person.name for person in beside.moderators] == ["bob"]
    assert beside.language_ids == []


async def test_what_is_hidden_removed_or_deleted_is_not_listed__L_17(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        for state in ("hidden", "removed", "deleted"):
            number = await rows.community(tx, state, moderators=[])
            await communities.update(tx, number, {state: True})
        assert sorted(await names(tx, cast.alice)) == ["baking", "gardening"]
        assert sorted(await names(tx, cast.admin)) == ["baking", "deleted", "gardening", "hidden", "removed"]


async def test_followers_see_a_hidden_community__L_17(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await follow_community(tx, cast.alice, cast.gardening.id)
        await communities.update(tx, cast.gardening.id, {"hidden": True})
        assert "gardening" in await names(tx, cast.alice)
        assert "gardening" not in await names(tx, cast.bob)


async def test_nsfw_ones_are_asked_for__L_17(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await communities.update(tx, cast.gardening.id, {"nsfw": True})
        assert await names(tx, cast.alice) == ["baking"]
        assert sorted(await names(tx, cast.alice, show_nsfw=True)) == ["baking", "gardening"]


async def test_blocked_communities_and_servers_are_left_out__L_17(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await tx.run(
            "INSERT INTO community_block (person_id, community_id, published) VALUES (:p, :c, :now)",
            p=cast.alice.id, c=cast.gardening.id, now=tx.now,
        )  # fmt: skip
        await tx.run(
            "INSERT INTO instance_block (person_id, instance_id, published) VALUES (:p, :i, :now)",
            p=cast.alice.id, i=cast.baking.instance_id, now=tx.now,
        )  # fmt: skip
        assert await names(tx, cast.alice) == []
        assert len(await names(tx, cast.bob)) == 2


async def test_scopes__L_7(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await follow_community(tx, cast.alice, cast.baking.id)
        assert await names(tx, cast.alice, scope=Listing.LOCAL) == ["gardening"]
        assert await names(tx, cast.alice, scope=Listing.SUBSCRIBED) == ["baking"]
        assert await names(tx, cast.bob, scope=Listing.MODERATOR_VIEW) == ["gardening"]
        assert await names(tx, ANONYMOUS, scope=Listing.SUBSCRIBED) == []


COUNTED = {
    "hot_rank": (PostSort.HOT, PostSort.ACTIVE, PostSort.SCALED),
    "users_active_day": (
        PostSort.NEW_COMMENTS, PostSort.TOP_HOUR, PostSort.TOP_SIX_HOUR, PostSort.TOP_TWELVE_HOUR, PostSort.TOP_DAY,
    ),
    "users_active_week": (PostSort.TOP_WEEK,),
    "users_active_month": (PostSort.TOP_MONTH,),
    "users_active_half_year": (PostSort.TOP_THREE_MONTHS, PostSort.TOP_SIX_MONTHS),
    "subscribers": (PostSort.TOP_NINE_MONTHS, PostSort.TOP_YEAR, PostSort.TOP_ALL),
    "comments": (PostSort.MOST_COMMENTS, PostSort.CONTROVERSIAL),
}  # fmt: skip
"""What each order goes by."""


async def set_numbers(tx: Tx, community_id: int, values: dict[str, int]) -> None:
    """Write what orders go by, as if it had been counted."""
    beside = dict(values)
    await tx.run(
        "UPDATE community_count SET comments = :comments WHERE id = :id",
        comments=beside.pop("comments"), id=community_id,
    )  # fmt: skip
    await communities.update(tx, community_id, beside)


@pytest.mark.parametrize(
    ("sort", "by"), [(sort, by) for by, sorts in COUNTED.items() for sort in sorts], ids=str
)
async def test_every_sort_goes_by_its_own_number__S_9(
    db: Database, cast: Cast, sort: PostSort, by: str
) -> None:
    others = dict.fromkeys(COUNTED, 9) | {"published": cast.baking.published + 1}
    async with db.write() as tx:
        await set_numbers(tx, cast.baking.id, others | {by: 4})
        await set_numbers(tx, cast.gardening.id, dict.fromkeys(COUNTED, 0) | {by: 5})
        assert await names(tx, cast.alice, sort=sort) == ["gardening", "baking"]


async def test_the_newest_and_the_oldest_come_first__S_9(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await set_numbers(tx, cast.baking.id, dict.fromkeys(COUNTED, 9))
        await communities.update(tx, cast.gardening.id, {"published": cast.baking.published + 1})
        assert await names(tx, cast.alice, sort=PostSort.NEW) == ["gardening", "baking"]
        assert await names(tx, cast.alice, sort=PostSort.OLD) == ["baking", "gardening"]
    assert {sort for sorts in COUNTED.values() for sort in sorts} | {PostSort.NEW, PostSort.OLD} == set(
        PostSort
    )


async def test_terms_match_names_and_titles__Q_1(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await communities.update(tx, cast.gardening.id, {"title": "100% soil and seed"})
        for term in ("GARDEN", "soil seed", "100%", "%"):
            assert await names(tx, cast.alice, term=term) == ["gardening"], term
        assert await names(tx, cast.alice, term="_") == []
        assert await names(tx, cast.alice, term="seed soil") == []


async def test_the_list_is_paged_and_costs_one_query(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await names(tx, cast.alice)
        with count_statements() as counter:
            first = await names(tx, cast.alice, limit=1, sort=PostSort.NEW)
            second = await names(tx, cast.alice, limit=1, page=2, sort=PostSort.NEW)
        assert len(counter.statements) == 2
        assert await names(tx, cast.alice, limit=1, page=3) == []
    assert sorted(first + second) == ["baking", "gardening"]
