"""People who change servers: ours who go, ours who come, and what everybody sees of it (MOV-1; case 80)."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from multidict import CIMultiDict
from yarl import URL

from folkmoot.app import lookup_of
from folkmoot.core.listings.profile import read_profile
from folkmoot.core.people import move, passwords
from folkmoot.core.people.delete import delete_account
from folkmoot.model.errors import Invalid, NotAllowed, NotFound, NotLoggedIn
from folkmoot.model.people import Moved, Viewer
from folkmoot.model.time import DAY, SECOND, FixedClock
from tests.federation.conftest import Found
from tests.federation.network import Network, Request, Server
from tests.federation.peer import Peer
from tests.federation.test_two_servers import joined
from tests.rows import password_of

ON_A, ON_B = "https://a.example/u/alice", "https://b.example/u/alice"


async def knows(server: Server, who: Viewer, handle: str) -> int:
    return (await server.resolves(who, handle)).id


async def names(server: Server, who: Viewer, handle: str) -> None:
    """Somebody says that another account is theirs too."""
    other = await knows(server, who, handle)
    async with server.writing() as tx:
        await move.add_alias(tx, who, other)


async def moves_to(server: Server, who: Viewer, handle: str) -> None:
    """Somebody moves, as the settings page has them do."""
    assert who.person is not None
    proof = await passwords.prove_own(server.db, who, password_of(who.person.name))
    other = await knows(server, who, handle)
    async with server.db.read() as tx:
        there = await move.address_of(tx, who, other)
    confirmed = await lookup_of(server.context).names(there, who.person.ap_id)
    async with server.writing() as tx:
        await move.move_away(tx, who, proof, other, confirmed=confirmed)


async def moved_on(server: Server, who: Viewer, name: str) -> Moved | None:
    async with server.db.read() as tx:
        return (await read_profile(tx, who, name)).moved


async def document(network: Network, address: str) -> dict[str, Any]:
    accepts = CIMultiDict({"Accept": "application/activity+json"})
    answer = await network.ask(Request("stranger.example", "GET", URL(address), accepts, b""))
    found: dict[str, Any] = json.loads(answer.body)
    return found


async def test_somebody_moves_and_their_followers_hear_where_to__case_80__MOV_1(
    servers: Found, network: Network, peer: Callable[[str], Peer], clock: FixedClock
) -> None:
    a, b, c = await servers("a", "b", "c")
    alice, again = await a.joins("alice"), await b.joins("alice")
    await a.founds("gardening", alice)
    carla, _ = await joined(c, "carla", "!gardening@a.example")
    await knows(c, carla, "@alice@a.example")
    there = peer("mastodon.example")
    mia = there.person("mia")
    assert await there.tells(a, there.activity("Follow", mia, ON_A)) == "accepted"
    there.got.clear()

    with pytest.raises(Invalid, match="move_not_confirmed"):
        await moves_to(a, alice, "@alice@b.example")
    await names(b, again, "@alice@a.example")
    await names(b, again, "@alice@a.example")
    assert (await document(network, ON_B))["alsoKnownAs"] == [ON_A]
    clock.advance(SECOND)
    await moves_to(a, alice, "@alice@b.example")
    await network.settle()

    found = await document(network, ON_A)
    assert found["movedTo"] == ON_B
    assert found["@context"][2]["movedTo"] == {"@id": "as:movedTo", "@type": "@id"}
    update, told = (one for one in there.got if one["type"] in ("Update", "Move"))
    assert (update["type"], update["object"]["movedTo"]) == ("Update", ON_B), "it can be looked up by then"
    assert told.items() >= {"type": "Move", "actor": ON_A, "object": ON_A, "target": ON_B}.items()
    assert await moved_on(a, alice, "alice") == Moved(ON_B, "alice@b.example")
    assert await moved_on(c, carla, "alice@a.example") == Moved(ON_B, "alice@b.example"), "both were asked"
    arrived = await c.rows("SELECT state, reason FROM received WHERE kind = 'Move'")
    assert arrived == [("accepted", None)], "although her profile, which came first, said it already"

    with pytest.raises(NotAllowed, match="moved_lately"):
        await moves_to(a, alice, "@alice@b.example")
    async with a.writing() as tx:
        await move.come_back(tx, alice)
    await network.settle()
    assert await moved_on(a, alice, "alice") is None
    assert "movedTo" not in await document(network, ON_A)
    assert await moved_on(c, carla, "alice@a.example") is None, "her profile was read again"
    with pytest.raises(NotAllowed, match="moved_lately"):
        await moves_to(a, alice, "@alice@b.example")
    clock.advance(30 * DAY)
    await moves_to(a, alice, "@alice@b.example")
    async with b.writing() as tx:
        await move.drop_alias(tx, again, ON_A)
    assert "alsoKnownAs" not in await document(network, ON_B)


async def test_somebody_elsewhere_moves_to_an_account_here__case_80__MOV_1(
    servers: Found, peer: Callable[[str], Peer]
) -> None:
    (a,) = await servers("a")
    alice = await a.joins("alice")
    there = peer("old.example")
    old = there.person("ally", movedTo=ON_A)
    await knows(a, alice, "@ally@old.example")
    said = there.activity("Move", old, old.id, target=ON_A)
    assert await there.tells(a, said) == "move_not_confirmed"
    await names(a, alice, "@ally@old.example")
    assert await there.tells(a, {**said, "id": there.id("move")}) == "accepted"
    assert await moved_on(a, alice, "ally@old.example") == Moved(ON_A, "alice@a.example")


@pytest.mark.parametrize("named", [True, False])
async def test_a_profile_tells_of_a_move_that_was_before_our_time__MOV_1(
    servers: Found, peer: Callable[[str], Peer], named: bool
) -> None:
    (a,) = await servers("a")
    alice = await a.joins("alice")
    there, other = peer("old.example"), peer("new.example")
    new = other.person("ally", **({"alsoKnownAs": ["https://old.example/u/ally"]} if named else {}))
    there.person("ally", movedTo=new.id)
    await knows(a, alice, "@ally@old.example")
    expected = Moved(new.id, "ally@new.example") if named else None
    assert await moved_on(a, alice, "ally@old.example") == expected


async def test_what_is_no_other_account_of_ones_own_is_refused(
    servers: Found, peer: Callable[[str], Peer]
) -> None:
    (a,) = await servers("a")
    alice, bob = await a.joins("alice"), await a.joins("bob")
    there = peer("old.example")
    for number in range(move.MOST_ALIASES):
        there.person(f"p{number}")
        await names(a, alice, f"@p{number}@old.example")
    async with a.writing() as tx:
        with pytest.raises(Invalid, match="own_account"):
            await move.add_alias(tx, alice, alice.id)
        with pytest.raises(NotFound, match="couldnt_find_person"):
            await move.add_alias(tx, alice, 999)
        with pytest.raises(Invalid, match="too_many_items"):
            await move.add_alias(tx, alice, bob.id)
        with pytest.raises(NotLoggedIn):
            await move.add_alias(tx, Viewer(), bob.id)
    proof = await passwords.prove_own(a.db, bob, password_of("bob"))
    async with a.writing() as tx:
        with pytest.raises(NotLoggedIn):
            await move.move_away(tx, alice, proof, bob.id, confirmed=True)
    mine = await passwords.prove_own(a.db, alice, password_of("alice"))
    async with a.writing() as tx:
        await delete_account(tx, alice, mine, with_content=False)
    assert await a.value("SELECT count(*) FROM alias") == 0
