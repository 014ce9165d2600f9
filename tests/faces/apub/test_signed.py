"""Who may read what: signatures on requests for documents (SIG-22 to SIG-24, section 13)."""

import asyncio
from functools import cache
from typing import Any

import httpx
import pytest

from folkmoot.apub.signing import Scheme, SigningKey, sign
from folkmoot.core.people.keys import KeyPair, new_key_pair
from folkmoot.model.posts import Post
from folkmoot.model.time import HOUR, FixedClock
from folkmoot.store.db import Database
from tests.cast import ORIGIN, Cast
from tests.faces.apub.conftest import Peer
from tests.faces.apub.test_documents import answer, post, run

CAROL = "https://there.example/u/carol"


@cache
def pair() -> KeyPair:
    return asyncio.run(new_key_pair())


@pytest.fixture(scope="module", autouse=True)
def _key() -> None:
    """Made outside of any test's event loop."""
    pair()


class Signing:
    """there.example, reading with carol's key."""

    def __init__(self, peer: Peer, clock: FixedClock) -> None:
        self.peer = peer
        self.clock = clock

    async def get(
        self,
        path: str,
        *,
        private: str = "",
        actor: str = CAROL,
        scheme: Scheme = Scheme.DRAFT,
        **options: Any,
    ) -> httpx.Response:
        key = SigningKey(f"{actor}#main-key", private or pair().private)
        return await self.peer.get(
            path,
            headers=sign("GET", ORIGIN + path, body=None, key=key, now=self.clock.now(), scheme=scheme),
            **options,
        )


@pytest.fixture
async def signing(db: Database, cast: Cast, peer: Peer, clock: FixedClock) -> Signing:
    await run(db, "UPDATE person SET public_key = :pem WHERE id = :id", pem=pair().public, id=cast.carol.id)
    return Signing(peer, clock)


async def make_private(db: Database, cast: Cast) -> Post:
    """A private ~gardening with a post in it; nobody elsewhere was let in yet."""
    written = await post(db, cast.alice, cast.gardening.id)
    await run(db, "UPDATE community SET visibility = 'Private' WHERE id = :id", id=cast.gardening.id)
    return written


async def let_in(db: Database, cast: Cast, *, pending: bool = False) -> None:
    await run(
        db, "INSERT INTO community_follow (community_id, person_id, pending, published) VALUES (:c, :p, :pending, 1)",
        c=cast.gardening.id, p=cast.carol.id, pending=pending,
    )  # fmt: skip


async def test_private_things_are_not_there_for_strangers__SIG_23__73(
    db: Database, cast: Cast, peer: Peer, signing: Signing
) -> None:
    soil = await make_private(db, cast)
    said = await answer(db, cast.bob, soil, "So it is")
    paths = [
        f"/post/{soil.id}",
        f"/post/{soil.id}/context",
        f"/comment/{said.id}",
        f"/comment/{said.id}/context",
    ]
    paths += [
        f"/c/gardening/{part}" for part in ("outbox", "featured", "moderators", "followers?is_follower=x")
    ]
    for path in paths:
        unsigned, signed = await peer.get(path), await signing.get(path)
        assert (unsigned.status_code, signed.status_code) == (404, 404), path
        assert unsigned.content == signed.content == b""
        assert unsigned.headers["cache-control"] == "private, no-store"
    assert (await peer.document("/c/gardening"))["manuallyApprovesFollowers"]


async def test_who_waits_to_be_let_in_is_a_stranger__SIG_23(
    db: Database, cast: Cast, signing: Signing
) -> None:
    soil = await make_private(db, cast)
    await let_in(db, cast, pending=True)
    assert (await signing.get(f"/post/{soil.id}")).status_code == 404


@pytest.mark.parametrize("scheme", list(Scheme))
async def test_the_server_of_a_follower_reads_what_is_private__SIG_23__VIS_1__URL_5(
    db: Database, cast: Cast, peer: Peer, signing: Signing, scheme: Scheme
) -> None:
    soil = await make_private(db, cast)
    await let_in(db, cast)
    shown = await signing.get(f"/post/{soil.id}", scheme=scheme)
    assert (shown.status_code, shown.json()["id"]) == (200, soil.ap_id)
    assert "#Public" not in shown.text
    assert shown.headers["cache-control"] == "private, no-store"
    assert shown.headers["vary"].startswith("Accept, Signature, Signature-Input")
    assert (await signing.get("/c/gardening/outbox")).json()["orderedItems"]
    # What one was shown, the next is not.
    assert (await peer.get(f"/post/{soil.id}")).status_code == 404


async def test_a_signature_of_somebody_else_or_of_yesterday_reads_nothing(
    db: Database, clock: FixedClock, cast: Cast, signing: Signing
) -> None:
    soil = await make_private(db, cast)
    await let_in(db, cast)
    forged = (await new_key_pair()).private
    assert (await signing.get(f"/post/{soil.id}", private=forged)).status_code == 404
    clock.advance(-2 * HOUR)
    old = sign(
        "GET",
        f"{ORIGIN}/post/{soil.id}",
        body=None,
        key=SigningKey(f"{CAROL}#main-key", pair().private),
        now=clock.now(),
    )
    clock.advance(2 * HOUR)
    assert (await signing.peer.get(f"/post/{soil.id}", headers=old)).status_code == 404


async def test_a_mirror_may_ask_whether_a_server_has_somebody_in__VIS_1(
    db: Database, cast: Cast, signing: Signing
) -> None:
    await make_private(db, cast)
    await let_in(db, cast)
    for actor, status in (
        (CAROL, 200),
        ("https://there.example/", 200),
        ("https://z.example/", 404),
        ("x", 404),
    ):
        assert (await signing.get(f"/c/gardening/followers?is_follower={actor}")).status_code == status, actor


async def test_a_blocked_server_that_says_who_it_is_is_sent_away__SIG_24(
    db: Database, cast: Cast, peer: Peer, signing: Signing
) -> None:
    soil = await post(db, cast.alice, cast.gardening.id)
    await run(
        db,
        "INSERT INTO federation_block (instance_id, published) VALUES (:id, 1)",
        id=cast.carol.person.instance_id if cast.carol.person else 0,
    )
    refused = await signing.get(f"/post/{soil.id}")
    assert (refused.status_code, refused.json()) == (403, {"error": "instance_blocked"})
    assert (await peer.get(f"/post/{soil.id}")).status_code == 200


async def test_a_broken_signature_is_no_hindrance_to_what_is_public__SIG_22(cast: Cast, peer: Peer) -> None:
    assert (await peer.get("/u/alice", headers={"signature": "nonsense"})).status_code == 200


async def test_a_site_may_ask_everybody_to_sign__SIG_22(
    db: Database, cast: Cast, peer: Peer, signing: Signing
) -> None:
    soil = await post(db, cast.alice, cast.gardening.id)
    await run(db, "UPDATE local_site SET federation_signed_fetch = :yes", yes=True)
    for path in (f"/post/{soil.id}", f"/post/{soil.id}/context", "/c/gardening/outbox"):
        refused = await peer.get(path)
        assert (refused.status_code, refused.headers["cache-control"]) == (401, "private, no-store"), path
        assert (await signing.get(path)).status_code == 200, path
    # Else two such sites could never learn each other's keys, and Lemmy, which does not sign, could follow no community.
    least = {"@context", "type", "id", "preferredUsername", "inbox", "outbox", "publicKey"}
    needed_by_lemmy = {"followers", "name", "sensitive", "language"}
    assert (await peer.document("/"))["type"] == "Application"
    for path in ("/u/alice", "/c/gardening"):
        bare, whole = await peer.document(path), (await signing.get(path)).json()
        assert set(bare) == least | (needed_by_lemmy if path.startswith("/c/") else set())
        assert all(bare[name] == whole[name] for name in set(bare) - {"@context"})
        assert "endpoints" in whole


async def test_what_was_deleted_in_private_is_gone_for_members_and_never_was_for_others__VIS_7(
    db: Database, cast: Cast, peer: Peer, signing: Signing
) -> None:
    soil = await make_private(db, cast)
    await run(db, "UPDATE post SET deleted = :yes", yes=True)
    stranger = await signing.get(f"/post/{soil.id}")
    assert (stranger.status_code, stranger.content) == (404, b"")
    assert (await peer.get(f"/post/{soil.id}")).status_code == 404
    await let_in(db, cast)
    member = await signing.get(f"/post/{soil.id}")
    assert (member.status_code, member.json()["type"]) == (410, "Tombstone")
