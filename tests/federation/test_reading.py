"""Reading collections and threads of other servers, and how requests go out (COL-7, COL-8, 10.1, 10.4)."""

import asyncio
from collections.abc import Callable

import pytest

from folkmoot.apub.backfill import backfill_community
from folkmoot.apub.collections import MAX_PAGES, read_collection
from folkmoot.apub.fetch import Budget, NotFetched, fetcher_of
from folkmoot.apub.look_again import look_at_communities
from folkmoot.core.communities.follow import accept_follow, follow_community
from folkmoot.core.instances.policy import DecideInstance, allow_instance, block_instance
from folkmoot.model.errors import Refusal
from folkmoot.model.time import DAY, HOUR, FixedClock
from folkmoot.store import destinations
from tests.federation.conftest import Found
from tests.federation.network import Answer, Request
from tests.federation.peer import Members, Peer
from tests.federation.stage import Scene, set_scene


@pytest.fixture
async def scene(servers: Found, peer: Callable[[str], Peer]) -> Scene:
    scene = await set_scene(servers, peer)
    scene.a.clock.advance(2 * DAY)  # no server of the last hours any more
    return scene


async def read(scene: Scene, address: str, most: int = 50) -> tuple[str, ...]:
    """The ids in a collection."""
    budget = Budget(asked=True, total=300, per_host=300)
    return (await read_collection(fetcher_of(scene.a.context), address, budget, most=most)).ids


async def backfills(scene: Scene, *, first: bool = True) -> None:
    """!baking is completed, as after it was found."""
    community = await scene.a.community("baking", "there.example")
    moderators: list[str] = []
    await backfill_community(
        scene.a.context,
        {
            "community_id": community.id,
            "first": first,
            "outbox": f"{scene.baking.id}/outbox",
            "moderators": moderators,
        },
    )


async def finds(scene: Scene, query: str) -> str:
    """What alice finds."""
    try:
        return (await scene.a.resolves(scene.alice, query)).kind
    except Refusal as error:
        return error.code


# --- collections ---------------------------------------------------------------------------------------------------------------------


async def test_a_collection_without_an_end_is_left_after_twenty_pages__COL_7(scene: Scene) -> None:
    there, base = scene.there, f"{scene.there.origin}/list"
    for number in range(60):
        there.documents[f"{base}/{number}"] = {
            "type": "OrderedCollectionPage", "id": f"{base}/{number}", "next": f"{base}/{number + 1}",
            "orderedItems": [f"{there.origin}/x/{number}"],
        }  # fmt: skip
    there.documents[base] = {
        "type": "OrderedCollection",
        "id": base,
        "first": f"{base}/0",
        "totalItems": 10**9,
    }
    assert len(await read(scene, base, 1000)) <= MAX_PAGES
    assert await read(scene, base, 3) == tuple(f"{there.origin}/x/{number}" for number in range(3))


async def test_pages_come_once_and_from_its_own_host__COL_7(
    scene: Scene, peer: Callable[[str], Peer]
) -> None:
    there, base = scene.there, f"{scene.there.origin}/list"
    other = peer("other.example")
    there.documents[base] = {
        "type": "OrderedCollection", "id": base, "orderedItems": [f"{there.origin}/x/1"], "first": f"{base}?p=1",
    }  # fmt: skip
    page: Members = {
        "type": "OrderedCollectionPage", "id": f"{base}?p=1", "orderedItems": [f"{there.origin}/x/2"], "next": base,
    }  # fmt: skip
    there.documents[f"{base}?p=1"] = page
    assert await read(scene, base) == (f"{there.origin}/x/1", f"{there.origin}/x/2"), (
        "back to the first: the end"
    )
    page["next"] = f"{other.origin}/list"
    assert len(await read(scene, base)) == 2
    assert other.network.asked_of("other.example") == []


async def test_what_lies_elsewhere_is_not_believed_but_asked_for__COL_8(
    scene: Scene, peer: Callable[[str], Peer]
) -> None:
    other = peer("other.example")
    dave = other.person("dave")
    page = other.page(dave, scene.baking.id, "True words")
    forged = {**page, "name": "Buy pills"}
    own = scene.there.page(scene.carol, scene.baking.id, "Of its own host")
    scene.there.documents[f"{scene.baking.id}/featured"]["orderedItems"] = [forged, own]
    asked = len(scene.there.network.asked_of("there.example"))
    await backfills(scene)
    assert sorted(await scene.a.rows("SELECT name FROM post")) == [("Of its own host",), ("True words",)]
    fetched = {str(one.url) for one in scene.there.network.asked_of("there.example")[asked:]}
    assert own["id"] not in fetched


# --- backfill --------------------------------------------------------------------------------------------------------------------------


async def test_an_outbox_is_read_in_all_its_shapes__BKF_2(scene: Scene) -> None:
    there, group = scene.there, scene.baking.id
    names = ["Announced", "Created", "Bare", "By address", "Announced by address"]
    pages = [there.page(scene.carol, group, name) for name in names]
    creates = [there.in_community("Create", scene.carol, page, group) for page in pages]
    there.documents[f"{group}/outbox"]["orderedItems"] = [
        there.announce(scene.baking, creates[0]), creates[1], pages[2], pages[3]["id"],
        there.announce(scene.baking, pages[4]["id"]), 7, {"type": "Nonsense"},
    ]  # fmt: skip
    told = await scene.a.value("SELECT count(*) FROM outgoing")
    await backfills(scene)
    assert {row[0] for row in await scene.a.rows("SELECT name FROM post")} == set(names)
    assert {row[0] for row in await scene.a.rows("SELECT published FROM post")} == {
        await scene.a.value("SELECT min(published) FROM post")
    }, "as they were published"
    assert await scene.a.value("SELECT count(*) FROM outgoing") == told, "nobody is told"


async def test_sums_of_votes_are_not_believed__BKF_5(scene: Scene) -> None:
    group = scene.baking.id
    votes = {
        "likes": {"type": "Collection", "totalItems": 900},
        "shares": {"type": "Collection", "totalItems": 9},
    }
    page = scene.there.page(scene.carol, group, **votes)
    scene.there.documents[f"{group}/outbox"]["orderedItems"] = [page]
    await backfills(scene)
    assert await scene.a.rows("SELECT score, upvotes FROM post") == [(1, 1)]


async def test_an_empty_or_missing_list_dismisses_nobody__BKF_6(scene: Scene) -> None:
    moderators = (
        "SELECT p.name FROM community_moderator m JOIN person p ON p.id = m.person_id WHERE NOT p.local"
    )
    address = f"{scene.baking.id}/moderators"
    await backfills(scene)
    assert await scene.a.rows(moderators) == [("carol",)]
    scene.there.documents[address]["orderedItems"] = []
    await backfills(scene, first=False)
    assert await scene.a.rows(moderators) == [("carol",)]
    scene.there.pages[address] = Answer(500)
    await backfills(scene, first=False)
    assert await scene.a.rows(moderators) == [("carol",)]
    del scene.there.pages[address]
    dave = scene.there.person("dave")
    scene.there.documents[address]["orderedItems"] = [dave.id]
    await backfills(scene, first=False)
    assert await scene.a.rows(moderators) == [("dave",)], "the list replaces the old one"


async def test_of_a_long_list_a_hundred_are_looked_at_and_of_other_servers_twenty__BKF_6(
    scene: Scene,
) -> None:
    there, network = scene.there, scene.there.network
    own = [there.person(f"mod{number}").id for number in range(90)]
    away = [f"https://h{number}.example/u/mod" for number in range(60)]
    there.documents[f"{scene.baking.id}/moderators"]["orderedItems"] = [*away[:30], *own, *away[30:]]
    before = len(network.asked)
    await backfills(scene, first=False)
    asked = [request for request in network.asked[before:] if "/u/" in request.url.path]
    assert len({request.host for request in asked} - {there.host}) == 20
    assert len([request for request in asked if request.host == there.host]) == 70, "with those a hundred"
    assert await scene.a.value("SELECT count(*) FROM community_moderator m JOIN person p ON p.id = m.person_id WHERE NOT p.local") == 70  # fmt: skip


async def test_what_is_pinned_there_is_pinned_here__BKF_7(scene: Scene) -> None:
    pages = [scene.there.page(scene.carol, scene.baking.id, name) for name in ("One", "Two")]
    pinned = "SELECT name FROM post WHERE featured_community"
    for page in pages:
        scene.there.documents[f"{scene.baking.id}/featured"]["orderedItems"] = [page]
        await backfills(scene, first=False)
        assert await scene.a.rows(pinned) == [(page["name"],)]


async def test_how_many_follow_is_for_its_home_to_say__SND_12(scene: Scene) -> None:
    subscribers = "SELECT subscribers FROM community WHERE name = 'baking'"
    await backfills(scene, first=False)
    assert await scene.a.value(subscribers) == 7
    community = await scene.a.community("baking", "there.example")
    async with scene.a.writing() as tx:
        await follow_community(tx, scene.bob, community.id)
        await accept_follow(tx, community.id, scene.bob.id)
    assert await scene.a.value(subscribers) == 7
    scene.there.documents[f"{scene.baking.id}/followers"]["totalItems"] = 9
    await backfills(scene, first=False)
    assert await scene.a.value(subscribers) == 9


@pytest.mark.parametrize("why", ["", "nobody follows it", "its server is dead", "federation is off"])
async def test_communities_where_little_happens_are_read_again_each_day__ACT_6__SND_12(
    scene: Scene, clock: FixedClock, why: str
) -> None:
    await scene.a.settle()
    scene.there.documents[f"{scene.baking.id}/followers"]["totalItems"] = 12
    async with scene.a.writing() as tx:
        community = await tx.value("SELECT id FROM community WHERE NOT local")
        if why.startswith("nobody"):
            await tx.run("UPDATE community SET subscribers_local = 0 WHERE id = :id", id=community)
        elif why.startswith("its"):
            instance = await tx.value("SELECT instance_id FROM community WHERE id = :id", id=community)
            await destinations.ensure(tx, [instance], 0)
            await tx.run("UPDATE destination SET dead = :yes", yes=True)
        elif why:
            await tx.run("UPDATE local_site SET federation_enabled = :no", no=False)
            tx.changed("site")
    asked = []
    for hour in range(48):
        before = len(scene.there.network.asked)
        if await look_at_communities(scene.a.db):
            asked.append(hour)
        clock.advance(HOUR)
        await scene.a.settle()
        assert (len(scene.there.network.asked) > before) == (hour in asked)
    assert asked == ([] if why else [asked[0], asked[0] + 24]), "once a day"
    subscribers = await scene.a.value("SELECT subscribers FROM community WHERE NOT local")
    assert subscribers == (7 if why else 12)


# --- requests ---------------------------------------------------------------------------------------------------------------------------


async def test_documents_are_asked_for_in_the_name_of_the_site__case_54__SIG_1(scene: Scene) -> None:
    page = scene.there.page(scene.carol, scene.baking.id)
    assert await finds(scene, page["id"]) == "post"
    await finds(scene, "@carol@there.example")
    for one in scene.there.network.asked_of("there.example", method="GET"):
        if one.url.path.startswith("/.well-known/"):
            assert "Signature" not in one.headers, one.url
        else:
            assert 'keyId="https://a.example/#main-key"' in one.headers["Signature"], one.url
    await scene.answered()
    await scene.a.settle()
    posted = scene.there.network.asked_of("there.example", method="POST")
    assert posted
    for one in posted:
        assert 'keyId="https://a.example/u/alice#main-key"' in one.headers["Signature"], "the actor's own"


async def test_one_address_is_asked_once_for_all_who_want_it__FET_9(scene: Scene) -> None:
    page = scene.there.page(scene.carol, scene.baking.id)
    fetcher = fetcher_of(scene.a.context)
    asked = len(scene.there.network.asked)
    found = await asyncio.gather(*(fetcher.document(page["id"], Budget()) for _ in range(8)))
    assert {one.id() for one in found} == {page["id"]}
    assert len(scene.there.network.asked) == asked + 1


async def test_two_at_once_of_one_host_and_no_more__FET_9(scene: Scene) -> None:
    running = most = 0
    documents, two = scene.there.answer, asyncio.Event()

    async def slow(request: Request) -> Answer:
        nonlocal running, most
        running += 1
        most = max(most, running)
        if running == 2:
            two.set()
        await two.wait()
        for _ in range(20):
            await asyncio.sleep(0)
        running -= 1
        return await documents(request)

    scene.there.network.hosts["there.example"] = slow
    pages = [scene.there.page(scene.carol, scene.baking.id) for _ in range(8)]
    budget = Budget(asked=True)
    async with asyncio.timeout(20):
        await asyncio.gather(*(fetcher_of(scene.a.context).document(page["id"], budget) for page in pages))
    assert most == 2


async def test_what_lies_here_is_not_fetched__FET_10(scene: Scene) -> None:
    page = await scene.posted()
    mine = await scene.answered()
    asked = len(scene.there.network.asked)
    with pytest.raises(NotFetched, match="own_host"):
        await fetcher_of(scene.a.context).document(mine, Budget())
    assert await finds(scene, mine) == "comment"
    assert await finds(scene, "https://a.example/post/1") == "post", f"our page of {page['id']}"
    assert await finds(scene, "https://a.example/post/77") == "couldnt_find_object"
    assert len(scene.there.network.asked) == asked


async def test_what_is_gone_blocked_or_away_cannot_be_found_by_anybody__FET_14(
    scene: Scene, peer: Callable[[str], Peer]
) -> None:
    page = await scene.posted()
    admin = await scene.a.joins("admin", admin=True)
    assert await finds(scene, page["id"]) == "post"
    async with scene.a.writing() as tx:
        await tx.run("UPDATE post SET removed = :yes", yes=True)
    for who in (scene.alice, admin):
        with pytest.raises(Refusal, match="couldnt_find_object"):
            await scene.a.resolves(who, page["id"])
    away = peer("away.example")
    group = away.group("far")
    scene.there.network.down.add("away.example")
    assert await finds(scene, "!far@away.example") == "couldnt_find_object"
    assert await finds(scene, group.id) == "couldnt_find_object"
    async with scene.a.writing() as tx:
        await block_instance(tx, admin, DecideInstance("there.example"))
    for query in (scene.baking.id, "!baking@there.example", scene.there.person("dave").id):
        assert await finds(scene, query) == "couldnt_find_object"
    async with scene.a.writing() as tx:
        await block_instance(tx, admin, DecideInstance("there.example", on=False))
        await allow_instance(tx, admin, DecideInstance("friend.example"))
    for query in (scene.baking.id, "!baking@there.example", scene.there.person("dave").id):
        assert await finds(scene, query) == "couldnt_find_object", "not on the list of allowed ones"
    assert await finds(scene, "gardening@a.example") == "community", "whichever there is"
    assert await finds(scene, "bob@a.example") == "person"


async def test_the_link_of_a_post_that_arrived_is_looked_at_here__FET_15(scene: Scene) -> None:
    page = scene.there.page(
        scene.carol, scene.gardening.ap_id, attachment=[{"type": "Link", "href": "https://news.example/a"}],
        image={"type": "Image", "url": "https://there.example/thumb.webp"},
    )  # fmt: skip
    create = scene.there.in_community("Create", scene.carol, page, scene.gardening.ap_id)
    assert (await scene.there.send(scene.a, create)).status == 202
    await scene.a.settle()
    assert [one for one in scene.there.network.asked if one.host == "news.example"], "by this server itself"
    assert await scene.a.value("SELECT thumbnail_url FROM post") != "https://there.example/thumb.webp"
