"""Activities of ours at their own address (URL-9)."""

import json
from typing import Any

import pytest

from folkmoot.store import outbox
from folkmoot.store.db import Database
from folkmoot.store.outbox import Activity
from tests.cast import ORIGIN, Cast
from tests.faces.apub.conftest import DOCUMENT, Peer
from tests.faces.apub.test_documents import GARDENING, run

ANNOUNCE, LIKE = f"{ORIGIN}/activities/announce/like/1", f"{ORIGIN}/activities/like/2"
INNER = {"id": LIKE, "type": "Like", "actor": f"{ORIGIN}/u/alice", "object": f"{ORIGIN}/post/1"}
WHOLE = {"@context": "x", "id": ANNOUNCE, "type": "Announce", "actor": GARDENING, "object": INNER}


async def sent(db: Database, cast: Cast, document: dict[str, Any] = WHOLE, **more: Any) -> None:
    """An activity as it was kept when it was sent."""
    values: dict[str, Any] = {
        "actor_kind": "community",
        "actor_id": cast.gardening.id,
        "order_key": "",
        **more,
    }
    async with db.write() as tx:
        await outbox.insert(tx, [Activity(ap_id=document["id"], body=json.dumps(document), **values)])


@pytest.mark.parametrize(
    "path", ["/activities/like/2", "/activities/announce/like/1", "/activities/follow/../x", "/activities/x"]
)
async def test_what_was_never_sent_is_not_there(cast: Cast, peer: Peer, path: str) -> None:
    assert (await peer.get(path)).status_code == 404


async def test_what_is_not_for_everybody_is_not_shown__URL_9__ABU_22(
    db: Database, cast: Cast, peer: Peer
) -> None:
    await sent(db, cast, sensitive=True, inner_ap_id=LIKE)
    assert (await peer.get("/activities/announce/like/1")).status_code == 404
    assert (await peer.get("/activities/like/2")).status_code == 404


async def test_what_happened_in_a_private_community_is_for_its_followers_servers__URL_9__SIG_23(
    db: Database, cast: Cast, peer: Peer
) -> None:
    await sent(db, cast, community_id=cast.gardening.id)
    assert (await peer.get("/activities/announce/like/1")).status_code == 200
    await run(db, "UPDATE community SET visibility = 'Private' WHERE id = :id", id=cast.gardening.id)
    refused = await peer.get("/activities/announce/like/1")
    assert (refused.status_code, refused.content, refused.headers["cache-control"]) == (
        404,
        b"",
        "private, no-store",
    )


async def test_what_was_sent_is_shown_as_it_was_sent__URL_9(db: Database, cast: Cast, peer: Peer) -> None:
    await sent(db, cast, inner_ap_id=LIKE)
    shown = await peer.get("/activities/announce/like/1")
    assert (shown.status_code, shown.headers["content-type"], shown.json()) == (200, DOCUMENT, WHOLE)


async def test_what_went_inside_another_has_its_own_address__URL_9(
    db: Database, cast: Cast, peer: Peer
) -> None:
    await sent(db, cast, inner_ap_id=LIKE)
    assert await peer.document("/activities/like/2") == {
        "@context": ["https://join-lemmy.org/context.json", "https://www.w3.org/ns/activitystreams"],
        **INNER,
    }
