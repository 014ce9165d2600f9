"""The collections that other servers read (COL-1 to COL-5)."""

import pytest

from folkmoot.apub import activities, documents, reading
from folkmoot.apub.objects.content import Post
from folkmoot.apub.show import collections
from folkmoot.model.time import MINUTE, FixedClock
from folkmoot.store.db import Database
from tests.cast import ORIGIN, Cast
from tests.faces.apub.conftest import Peer
from tests.faces.apub.test_documents import GARDENING, answer, post, run


async def test_the_outboxes_of_people_and_site_are_empty__URL_2__URL_10(cast: Cast, peer: Peer) -> None:
    for path in ("/site_outbox", "/u/alice/outbox"):
        box = await peer.document(path)
        assert (box["type"], box["id"], box["totalItems"], box["orderedItems"]) == (
            "OrderedCollection",
            ORIGIN + path,
            0,
            [],
        )


async def test_followers_are_counted_and_not_named__case_55__COL_1(
    db: Database, cast: Cast, peer: Peer
) -> None:
    await run(db, "UPDATE community SET subscribers = 7 WHERE id = :id", id=cast.gardening.id)
    box = await peer.document("/c/gardening/followers")
    assert (box["type"], box["totalItems"], box["items"]) == ("Collection", 7, [])
    await run(
        db,
        "INSERT INTO person_follow (person_id, target_id, published) VALUES (:carol, :alice, 1)",
        carol=cast.carol.id,
        alice=cast.alice.id,
    )
    assert (await peer.document("/u/alice/followers"))["totalItems"] == 1
    following = await peer.document("/u/alice/following")
    assert "totalItems" not in following
    assert following["items"] == []


async def test_moderators_stand_in_order__case_55__COL_2(db: Database, cast: Cast, peer: Peer) -> None:
    await run(
        db,
        "INSERT INTO community_moderator (community_id, person_id, published) VALUES (:c, :p, 9000000000000000)",
        c=cast.gardening.id,
        p=cast.carol.id,
    )
    box = await peer.document("/c/gardening/moderators")
    assert box["orderedItems"] == [f"{ORIGIN}/u/bob", "https://there.example/u/carol"]


async def test_pinned_posts_are_whole_and_newest_first__case_55__COL_3(
    db: Database, clock: FixedClock, cast: Cast, peer: Peer
) -> None:
    shown = []
    for _ in range(3):
        clock.advance(MINUTE)
        shown.append(await post(db, cast.alice, cast.gardening.id))
    await run(db, "UPDATE post SET featured_community = :yes WHERE id <> :id", yes=True, id=shown[1].id)
    box = await peer.document("/c/gardening/featured")
    assert [item["id"] for item in box["orderedItems"]] == [shown[2].ap_id, shown[0].ap_id]
    assert box["totalItems"] == 2
    assert all(
        "@context" not in item and item["type"] == "Page" and item["stickied"] for item in box["orderedItems"]
    )


async def test_the_outbox_tells_the_newest_posts_as_they_were_announced__case_55__COL_4(
    db: Database, clock: FixedClock, cast: Cast, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collections, "MOST_POSTS", 2)
    shown = []
    for _ in range(3):
        clock.advance(MINUTE)
        shown.append(await post(db, cast.alice, cast.gardening.id))
    clock.advance(MINUTE)
    hidden = await post(db, cast.alice, cast.gardening.id)
    await run(db, "UPDATE post SET removed = :yes WHERE id = :id", yes=True, id=hidden.id)
    box = await peer.document("/c/gardening/outbox")
    again = await peer.document("/c/gardening/outbox")
    assert box == again
    read = [reading.parse(documents.Document(item, clock.now())) for item in box["orderedItems"]]
    posts = []
    for announce in read:
        assert isinstance(announce, activities.Announce)
        assert announce.actor == GARDENING
        (created,) = announce.items
        assert isinstance(created, activities.Create)
        assert isinstance(created.object, Post)
        posts.append(created.object.id)
    assert posts == [shown[2].ap_id, shown[1].ap_id]


async def test_a_thread_is_told_by_its_ids__case_55__COL_5(
    db: Database, clock: FixedClock, cast: Cast, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    soil = await post(db, cast.alice, cast.gardening.id)
    said = []
    for number in range(5):
        clock.advance(MINUTE)
        said.append(await answer(db, cast.bob, soil, f"Answer {number}", said[-1] if said else None))
    await run(db, "UPDATE comment SET deleted = :yes WHERE id = :id", yes=True, id=said[2].id)
    expected = [soil.ap_id, *(comment.ap_id for comment in said if comment.id != said[2].id)]
    whole = await peer.document(f"/post/{soil.id}/context")
    assert (whole["id"], whole["attributedTo"]) == (f"{soil.ap_id}/context", GARDENING)
    assert (whole["totalItems"], whole["orderedItems"]) == (5, expected)
    assert "first" not in whole
    of_comment = await peer.document(f"/comment/{said[4].id}/context")
    assert (of_comment["id"], of_comment["orderedItems"]) == (f"{said[4].ap_id}/context", expected)

    monkeypatch.setattr(collections, "MOST_IDS", 2)
    whole = await peer.document(f"/post/{soil.id}/context")
    assert (whole["orderedItems"], whole["first"]) == (expected[:2], f"{soil.ap_id}/context?page=1")
    found, following = [], whole["first"]
    while following:
        page = await peer.document(following.removeprefix(ORIGIN))
        assert (page["type"], page["partOf"]) == ("OrderedCollectionPage", whole["id"])
        found += page["orderedItems"]
        following = page.get("next")
    assert found == expected
    assert (await peer.document(f"/post/{soil.id}/context?page=99"))["orderedItems"] == []
