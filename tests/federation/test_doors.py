"""What the inbox answers before it looks at what was said: sizes, types, signatures, hosts, duplicates (9.1, cases 9, 56)."""

import asyncio
import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from yarl import URL

from folkmoot.apub.fetch import Budget
from folkmoot.apub.inbox.senders import Senders
from folkmoot.apub.resolve import Resolver
from folkmoot.apub.signing import Scheme, sign
from folkmoot.core.instances.policy import DecideInstance, allow_instance, block_instance
from folkmoot.model.communities import Community
from folkmoot.model.time import DAY, HOUR, MINUTE
from tests.federation.conftest import Found
from tests.federation.network import Answer, Network, Request, Server
from tests.federation.peer import PUBLIC, Actor, Members, Peer, _headers


class Scene:
    """a.example with !gardening, and there.example that the test plays, with carol."""

    def __init__(self, a: Server, gardening: Community, there: Peer, carol: Actor) -> None:
        self.a, self.gardening, self.there, self.carol = a, gardening, there, carol

    def vote(self, post: str = "https://a.example/post/1") -> Members:
        return self.there.activity("Like", self.carol, post)

    def create(self) -> Members:
        page = self.there.page(self.carol, self.gardening.ap_id)
        return self.there.in_community("Create", self.carol, page, self.gardening.ap_id)

    async def posts(self) -> int:
        return int(await self.a.value("SELECT count(*) FROM post"))

    async def arrived(self) -> int:
        return int(await self.a.value("SELECT count(*) FROM received"))


@pytest.fixture
async def scene(servers: Found, peer: Callable[[str], Peer]) -> Scene:
    (a,) = await servers("a")
    gardening = await a.founds("gardening", await a.joins("bob"))
    there = peer("there.example")
    return Scene(a, gardening, there, there.person("carol"))


async def raw(
    scene: Scene, body: bytes, headers: dict[str, str], path: str = "/inbox", method: str = "POST"
) -> Answer:
    url = URL(f"https://a.example{path}")
    return await scene.there.network.ask(Request("there.example", method, url, _headers(headers), body))


def signed(scene: Scene, body: bytes, **more: str) -> dict[str, str]:
    now = scene.a.clock.now()
    given = sign("POST", "https://a.example/inbox", body=body, key=scene.carol.key, now=now)
    return {**given, **more}


# --- refused ---------------------------------------------------------------------------------------------------------------


async def test_only_posting_is_possible__INB_1(scene: Scene) -> None:
    answer = await raw(scene, b"", {"Accept": "application/activity+json"}, method="GET")
    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert (await raw(scene, b"", {}, "/u/bob/inbox", "GET")).status == 405
    assert (await raw(scene, b"", {}, "/c/gardening/inbox", "PUT")).status == 405


async def test_browsers_still_get_the_page_of_their_notices(scene: Scene) -> None:
    answer = await raw(scene, b"", {"Accept": "text/html"}, method="GET")
    assert answer.status != 405


@pytest.mark.parametrize("kind", ["text/html", "image/png", ""])
async def test_other_content_types_are_refused__INB_1(scene: Scene, kind: str) -> None:
    assert (await raw(scene, b"{}", {"Content-Type": kind})).status == 415


@pytest.mark.parametrize(
    "kind", ["application/json", 'application/ld+json; profile="x"', "application/activity+json"]
)
async def test_three_content_types_are_taken__INB_1(scene: Scene, kind: str) -> None:
    answer = await raw(scene, b"{}", {"Content-Type": kind})
    assert answer.status == 401, "unsigned, but not of the wrong type"


async def test_what_is_too_long_is_refused_before_and_after_unpacking__INB_1(scene: Scene) -> None:
    kind = {"Content-Type": "application/activity+json"}
    assert (await raw(scene, b" " * (2 << 20), kind)).status == 413
    bomb = gzip.compress(b" " * (8 << 20))
    assert (await raw(scene, bomb, signed(scene, bomb, **{"Content-Encoding": "gzip"}))).status == 413
    assert (await raw(scene, b"{}", {**kind, "Content-Encoding": "br"})).status in (401, 415)
    assert await scene.arrived() == 0


async def test_what_is_packed_is_unpacked__INB_1(scene: Scene) -> None:
    body = gzip.compress(json.dumps(scene.create()).encode())
    answer = await raw(scene, body, signed(scene, body, **{"Content-Encoding": "gzip"}))
    assert answer.status == 202
    await scene.a.settle()
    assert await scene.posts() == 1


async def test_unknown_names_have_no_inbox(scene: Scene) -> None:
    assert (await scene.there.send(scene.a, scene.create(), path="/u/nobody/inbox")).status == 404
    assert (await scene.there.send(scene.a, scene.create(), path="/c/nobody/inbox")).status == 404
    assert (await scene.there.send(scene.a, scene.create(), path="/u/bob/inbox")).status == 202


async def test_unsigned_and_wrongly_signed_deliveries_are_refused__case_9__INB_3__INB_7__ABU_1(
    scene: Scene, peer: Callable[[str], Peer]
) -> None:
    activity = scene.create()
    body = json.dumps(activity).encode()
    assert (await scene.there.send(scene.a, activity, signed=False)).status == 401
    altered = signed(scene, body)
    assert (await raw(scene, body.replace(b"Figs", b"Dates"), altered)).status == 401
    mallory = scene.there.person("mallory")
    assert (await scene.there.send(scene.a, activity, mallory)).status == 401, "another key of the same host"
    elsewhere = peer("evil.example").person("evil")
    assert (
        await scene.there.send(scene.a, {**activity, "id": "https://there.example/x/1"}, elsewhere)
    ).status == 401
    wrong_host = sign(
        "POST", "https://b.example/inbox", body=body, key=scene.carol.key, now=scene.a.clock.now()
    )
    assert (await raw(scene, body, wrong_host)).status == 401
    wrong_path = sign(
        "POST", "https://a.example/u/bob/inbox", body=body, key=scene.carol.key, now=scene.a.clock.now()
    )
    assert (await raw(scene, body, wrong_path)).status == 401
    assert await scene.arrived() == 0


@pytest.mark.parametrize(
    ("skew", "status"), [(-2 * HOUR, 401), (2 * HOUR, 401), (-50 * MINUTE, 202), (50 * MINUTE, 202)]
)
async def test_clocks_may_differ_by_an_hour__case_90(scene: Scene, skew: int, status: int) -> None:
    body = json.dumps(scene.create()).encode()
    now = scene.a.clock.now() + skew
    headers = sign("POST", "https://a.example/inbox", body=body, key=scene.carol.key, now=now)
    assert (await raw(scene, body, headers)).status == status


@pytest.mark.parametrize("scheme", list(Scheme))
async def test_both_kinds_of_signatures_are_understood__SIG_17(scene: Scene, scheme: Scheme) -> None:
    assert (await scene.there.send(scene.a, scene.create(), scheme=scheme)).status == 202
    await scene.a.settle()
    assert await scene.posts() == 1


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"null",
        b"{",
        b'{"id":"https://there.example/1"}',
        b'{"a":' * 40 + b"1" + b"}" * 40,
        b'{"id":1,"id":2}',
    ],
)
async def test_what_is_no_activity_is_refused__INB_4(scene: Scene, body: bytes) -> None:
    assert (await raw(scene, body, signed(scene, body))).status == 400


async def test_an_activity_is_of_its_actors_host_and_not_of_ours__INB_5(scene: Scene) -> None:
    foreign = {**scene.vote(), "id": "https://elsewhere.example/like/1"}
    assert (await scene.there.send(scene.a, foreign)).status == 400
    ours = {**scene.vote(), "id": "https://a.example/like/1", "actor": "https://a.example/u/bob"}
    assert (await scene.there.send(scene.a, ours, scene.carol)).status == 400


async def test_blocked_servers_are_refused_at_once__case_30(scene: Scene) -> None:
    admin = await scene.a.joins("admin", admin=True)
    async with scene.a.writing() as tx:
        await block_instance(tx, admin, DecideInstance("there.example"))
    before = len(scene.there.network.asked)
    assert (await scene.there.send(scene.a, scene.create())).status == 403
    assert all(one.host == "a.example" for one in scene.there.network.asked[before:]), (
        "nothing was fetched from it"
    )
    async with scene.a.writing() as tx:
        await block_instance(tx, admin, DecideInstance("there.example", on=False))
    assert (await scene.there.send(scene.a, scene.create())).status == 202


async def test_what_is_about_a_blocked_server_is_refused_whoever_says_it__INB_5(scene: Scene) -> None:
    admin = await scene.a.joins("admin", admin=True)
    async with scene.a.writing() as tx:
        await block_instance(tx, admin, DecideInstance("bad.example"))
    about = {**scene.vote(), "object": "https://bad.example/post/1"}
    assert (await scene.there.send(scene.a, about)).status == 403
    aimed = {**scene.vote(), "type": "Add", "object": "https://fine.example/1", "target": "https://bad.example/c/x/moderators"}  # fmt: skip
    assert (await scene.there.send(scene.a, aimed)).status == 403


async def test_where_there_is_a_list_of_the_allowed_nobody_else_is_heard__case_99(
    scene: Scene, peer: Callable[[str], Peer]
) -> None:
    admin = await scene.a.joins("admin", admin=True)
    async with scene.a.writing() as tx:
        await allow_instance(tx, admin, DecideInstance("there.example"))
    assert (await scene.there.send(scene.a, scene.create())).status == 202
    other = peer("other.example")
    dave = other.person("dave")
    page = other.page(dave, scene.gardening.ap_id)
    assert (
        await other.send(scene.a, other.in_community("Create", dave, page, scene.gardening.ap_id))
    ).status == 403
    embedded = scene.there.activity("Like", scene.carol, page["id"])
    assert (await scene.there.send(scene.a, embedded)).status == 403, "every host that is named counts"


async def test_without_federation_there_is_no_inbox__case_98(scene: Scene) -> None:
    async with scene.a.writing() as tx:
        await tx.run("UPDATE local_site SET federation_enabled = :no", no=False)
        tx.changed("site")
    assert (await scene.there.send(scene.a, scene.create())).status == 404
    assert scene.there.network.asked_of("there.example") == []


async def test_a_key_that_cannot_be_had_now_asks_the_sender_to_try_again__SIG_16(scene: Scene) -> None:
    scene.there.network.down.add("there.example")
    answer = await scene.there.send(scene.a, scene.create())
    assert (answer.status, "retry-after" in answer.headers) == (503, True)


# --- passed over -------------------------------------------------------------------------------------------------------------


async def test_the_deletion_of_somebody_unknown_fetches_nothing__case_93__ABU_24(
    scene: Scene, network: Network
) -> None:
    for number in range(20):
        gone = f"https://there.example/u/gone{number}"
        activity = {"id": f"{gone}#delete", "type": "Delete", "actor": gone, "object": gone, "to": ["x"]}
        body = json.dumps(activity).encode()
        assert (await raw(scene, body, signed(scene, body))).status == 202
    assert network.asked_of("there.example") == []
    assert await scene.arrived() == 0


async def test_an_announce_of_what_nobody_follows_is_thanked_for_and_forgotten__INB_6(scene: Scene) -> None:
    baking = scene.there.group("baking")
    page = scene.there.page(scene.carol, baking.id)
    announced = scene.there.announce(baking, scene.there.in_community("Create", scene.carol, page, baking.id))
    assert (await scene.there.send(scene.a, announced)).status == 202
    assert await scene.arrived() == 0
    assert scene.there.network.asked_of("there.example") == []


@pytest.mark.parametrize("kind", ["View", "Read", "Listen", "Offer"])
async def test_what_has_no_effect_leaves_no_trace__case_41(scene: Scene, kind: str) -> None:
    assert (
        await scene.there.send(scene.a, scene.there.activity(kind, scene.carol, scene.gardening.ap_id))
    ).status == 202
    assert await scene.arrived() == 0


async def test_unknown_types_are_received_without_effect__case_48(scene: Scene) -> None:
    assert (
        await scene.there.tells(
            scene.a, scene.there.activity("Frobnicate", scene.carol, "https://a.example/post/1")
        )
        == "accepted"
    )


async def test_the_same_activity_three_times_is_one__case_11__INB_8(scene: Scene) -> None:
    activity = scene.create()
    for path in ("/inbox", "/u/bob/inbox", "/c/gardening/inbox"):
        assert (await scene.there.send(scene.a, activity, path=path)).status == 202
    await scene.a.settle()
    assert (await scene.there.send(scene.a, activity)).status == 202
    await scene.a.settle()
    assert (await scene.posts(), await scene.arrived()) == (1, 1)


async def test_the_first_of_two_with_one_address_wins__DUP_4(scene: Scene) -> None:
    first = scene.create()
    second: dict[str, Any] = {**scene.create(), "id": first["id"]}
    await scene.there.send(scene.a, first)
    await scene.there.send(scene.a, second)
    await scene.a.settle()
    assert await scene.a.rows("SELECT ap_id FROM post") == [(first["object"]["id"],)]


# --- keys -------------------------------------------------------------------------------------------------------------------


async def test_a_key_is_asked_for_once_also_where_it_cannot_be_had__SIG_15__case_97(
    scene: Scene, network: Network
) -> None:
    answers = await asyncio.gather(*(scene.there.send(scene.a, scene.create()) for _ in range(6)))
    assert {one.status for one in answers} == {202}
    assert len([one for one in network.asked if str(one.url) == scene.carol.id]) == 1
    dave = scene.there.person("dave")
    del scene.there.documents[dave.id]
    for _ in range(3):
        vote = scene.there.activity("Like", dave, "https://a.example/post/1")
        assert (await scene.there.send(scene.a, vote)).status == 401
        scene.a.clock.advance(MINUTE)
    assert len([one for one in network.asked if str(one.url) == dave.id]) == 1


async def test_a_key_that_is_being_written_down_is_not_asked_for_again__SIG_15(
    scene: Scene, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep, others = Resolver.keep, []

    async def slowly(resolver: Resolver, *given: Any, **how: Any) -> None:
        if not others:
            others.append(asyncio.ensure_future(scene.there.send(scene.a, scene.create())))
            for _ in range(20):
                await scene.arrived()
                await asyncio.sleep(0)
        await keep(resolver, *given, **how)

    monkeypatch.setattr(Resolver, "keep", slowly)
    answers = [await scene.there.send(scene.a, scene.create()), *await asyncio.gather(*others)]
    assert [one.status for one in answers] == [202, 202]
    assert len([one for one in network.asked if str(one.url) == scene.carol.id]) == 1


async def test_a_new_key_is_looked_up_once_and_the_old_one_is_refused__case_28__SIG_13__ABU_17(
    scene: Scene, network: Network
) -> None:
    assert (await scene.there.send(scene.a, scene.create())).status == 202
    before = len(network.asked_of("there.example"))
    old = Actor(scene.carol.id, scene.carol.keys, dict(scene.carol.document))
    fresh = scene.there.key_pool[5]
    scene.carol.keys = fresh
    scene.carol.document["publicKey"] = {**scene.carol.document["publicKey"], "publicKeyPem": fresh.public}
    assert (await scene.there.send(scene.a, scene.create())).status == 401, "the key was read a moment ago"
    scene.a.clock.advance(6 * MINUTE)
    assert (await scene.there.send(scene.a, scene.create())).status == 202
    assert len(network.asked_of("there.example")) == before + 1
    for _ in range(5):
        assert (await scene.there.send(scene.a, scene.create(), old)).status == 401
    assert len(network.asked_of("there.example")) == before + 1, "it was read a moment ago"
    for minutes, looks in ((6, 1), (5, 2)):
        scene.a.clock.advance(minutes * MINUTE)
        for _ in range(3):
            assert (await scene.there.send(scene.a, scene.create(), old)).status == 401
        assert len(network.asked_of("there.example")) == before + looks, "one look in ten minutes"


async def test_all_that_is_signed_with_a_new_key_waits_for_one_look_at_it__SIG_13(
    scene: Scene, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has a new key sends several things at once, and what is refused is sent no more."""
    assert (await scene.there.send(scene.a, scene.create())).status == 202
    scene.a.clock.advance(6 * MINUTE)
    before = len(network.asked_of("there.example"))
    scene.carol.keys = scene.there.key_pool[5]
    document = scene.carol.document["publicKey"]
    scene.carol.document["publicKey"] = {**document, "publicKeyPem": scene.carol.keys.public}
    looked, keep = asyncio.Event(), Resolver.keep
    look_again = Senders._look_again
    comers = 0

    async def comes(senders: Senders, *given: Any) -> bool:
        nonlocal comers
        comers += 1
        if comers == 2:
            looked.set()
        return await look_again(senders, *given)

    async def slowly(resolver: Resolver, *given: Any, **how: Any) -> None:
        await looked.wait()
        await keep(resolver, *given, **how)

    monkeypatch.setattr(Senders, "_look_again", comes)
    monkeypatch.setattr(Resolver, "keep", slowly)
    async with asyncio.timeout(20):
        answers = await asyncio.gather(*(scene.there.send(scene.a, scene.create()) for _ in range(2)))
    assert [one.status for one in answers] == [202, 202]
    assert len(network.asked_of("there.example")) == before + 1


async def test_a_new_key_of_a_server_is_taken_when_it_tells_of_it__ACT_10(scene: Scene) -> None:
    site = scene.there._actor("/", "Application", "there.example", {})
    changed = {
        **site.document,
        "publicKey": {**site.document["publicKey"], "publicKeyPem": scene.there.key_pool[5].public},
    }
    await Resolver(scene.a.context).actor(site.id, Budget())
    told = scene.there.activity("Update", site, changed, to=[PUBLIC])
    scene.there.documents[site.id] = changed
    assert await scene.there.tells(scene.a, told) == "accepted"
    key = await scene.a.value("SELECT public_key FROM site WHERE ap_id = :ap_id", ap_id=site.id)
    assert key == scene.there.key_pool[5].public


async def test_a_new_key_that_its_owner_told_of_is_taken_at_once_and_the_old_one_no_more__ACT_10__ABU_17(
    scene: Scene,
) -> None:
    assert (await scene.there.send(scene.a, scene.create())).status == 202
    await scene.a.settle()
    old = Actor(scene.carol.id, scene.carol.keys, dict(scene.carol.document))
    fresh = scene.there.key_pool[5]
    scene.carol.document["publicKey"] = {**scene.carol.document["publicKey"], "publicKeyPem": fresh.public}
    told = scene.there.activity("Update", scene.carol, scene.carol.document, to=[PUBLIC])
    assert await scene.there.tells(scene.a, told) == "accepted", "signed with the old one"
    await scene.a.settle()
    assert (await scene.there.send(scene.a, scene.create(), old)).status == 401, (
        "whoever has it, has it in vain"
    )
    scene.carol.keys = fresh
    assert (await scene.there.send(scene.a, scene.create())).status == 202


async def test_a_key_at_an_address_of_its_own_is_found_through_its_owner__case_45(scene: Scene) -> None:
    path_key = "https://there.example/users/erin/main-key"
    erin = scene.there.person("erin")
    erin.document["publicKey"]["id"] = path_key
    page = scene.there.page(erin, scene.gardening.ap_id)
    activity = scene.there.in_community("Create", erin, page, scene.gardening.ap_id)
    assert (await scene.there.send(scene.a, activity)).status == 202
    other = scene.there.person("other")
    other.document["publicKey"]["id"] = path_key
    forged = scene.there.activity("Like", other, page["id"])
    other.document["publicKey"]["id"] = "https://there.example/u/other#main-key"
    erin_signs = scene.there.activity("Like", other, page["id"])
    assert (await scene.there.send(scene.a, erin_signs, erin)).status == 401
    assert forged["actor"] == other.id


async def test_what_somebody_else_passes_on_is_read_at_its_origin__SIG_14(
    scene: Scene, peer: Callable[[str], Peer]
) -> None:
    relay = peer("relay.example").person("relay")
    activity = scene.create()
    assert (await scene.there.send(scene.a, activity, relay)).status == 401, "its origin does not know it"
    scene.a.clock.advance(DAY)
    other = scene.there.person("other")
    scene.there.documents[activity["id"]] = {**activity, "actor": other.id}
    assert (await scene.there.send(scene.a, activity, relay)).status == 401, "its origin names somebody else"
    scene.there.documents[activity["id"]] = activity
    forged = {**activity, "object": {**activity["object"], "name": "Buy pills"}}
    assert (await scene.there.send(scene.a, forged, relay)).status == 202
    await scene.a.settle()
    assert await scene.a.rows("SELECT name FROM post") == [("Figs in pots",)]
