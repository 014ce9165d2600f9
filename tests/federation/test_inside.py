"""Nothing that another server names leads us into a private network: a socket listens there, and nobody ever calls (case 24, FET-1 to FET-4)."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from folkmoot.apub.software import look
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.model.errors import Refusal
from folkmoot.net import client as net_client
from folkmoot.net.client import Client, Fetched, Target
from folkmoot.net.errors import AddressRefused, NetFailure
from folkmoot.store import instances
from folkmoot.store.db import writing
from tests.federation.conftest import Found
from tests.federation.network import Answer, NetworkClient
from tests.federation.peer import Peer
from tests.federation.stage import Scene, set_scene


class Listener:
    """Somebody listens on the loopback, for whoever connects."""

    def __init__(self) -> None:
        self.port = 0
        self.calls = 0

    async def call(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.calls += 1
        writer.close()
        await writer.wait_closed()


class Names(AbstractResolver):
    """Every name leads to the listener, at whatever port was meant; `fickle.` ones to a public address when first asked for."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        fresh = host.startswith("fickle") and host not in self.asked
        self.asked.append(host)
        address = (
            "203.0.114.1"
            if fresh
            else {"mapped.example": "::ffff:127.0.0.1", "nothing.example": "0.0.0.0"}.get(host, "127.0.0.1")
        )
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=self.port,
                family=family,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        pass


@pytest.fixture
async def listener(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Listener]:
    found = Listener()
    server = await asyncio.start_server(found.call, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    monkeypatch.setattr(net_client, "PORTS", net_client.PORTS | {found.port})
    yield found
    server.close()
    await server.wait_closed()


@pytest.fixture
async def scene(
    servers: Found, peer: Callable[[str], Peer], listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Scene]:
    """The scene; whoever is not played in it is asked for over the real network, where every name leads inside."""
    scene = await set_scene(servers, peer)
    names = Names(listener.port)
    real = Client(agent="test", holds_write=writing.get, resolver=names)
    asked, sent = NetworkClient._exchange, NetworkClient._send

    async def exchange(self: NetworkClient, url: URL, *more: Any) -> Fetched:
        if url.host in self._network.hosts:
            return await asked(self, url, *more)
        return await real._exchange(url, *more)

    async def send(self: NetworkClient, to: Target, *more: Any) -> Fetched:
        if to.server.host in self._network.hosts:
            return await sent(self, to, *more)
        return await real._send(to, *more)

    monkeypatch.setattr(NetworkClient, "_exchange", exchange)
    monkeypatch.setattr(NetworkClient, "_send", send)
    scene.names = names  # type: ignore[attr-defined]
    yield scene
    await real.close()


def inside(port: int) -> list[str]:
    """Addresses of the listener, in every disguise."""
    hosts = [
        "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "localhost",
        "169.254.169.254", "10.0.0.1", "192.168.0.1", "100.64.0.1", "[fd00::1]", "[64:ff9b::7f00:1]",
    ]  # fmt: skip
    return [f"https://{host}:{port}/x" for host in hosts] + [f"http://{host}:{port}/x" for host in hosts]


NAMED = ("inside.example", "mapped.example", "nothing.example")


async def test_the_listener_is_there_to_be_called(listener: Listener) -> None:
    """Without the checks it is: as while developing."""
    async with Client(
        agent="test", holds_write=writing.get, development=True, resolver=Names(listener.port)
    ) as client:
        for address in ("http://inside.example/x", f"http://127.0.0.1:{listener.port}/x"):
            with pytest.raises(NetFailure):
                await client.get(address, limit_bytes=100)
    assert listener.calls >= 2


@pytest.mark.parametrize("host", NAMED)
async def test_actors_redirects_and_lists_lead_nowhere_inside__case_24__FET_2__FET_3(
    scene: Scene, listener: Listener, host: str
) -> None:
    there, carol = scene.there, scene.carol
    stranger = Peer(there.network, host, there.key_pool)
    eve, group = stranger.person("eve"), stranger.group("inside")
    del there.network.hosts[host]
    for actor in (eve, group):
        like = stranger.activity("Like", actor, "https://a.example/post/1")
        assert (await stranger.send(scene.a, like)).status in (401, 503), "its key cannot be had"
    moved = there.person("moved")
    there.pages[moved.id] = Answer(302, headers={"Location": eve.id})
    assert (await there.send(scene.a, there.activity("Like", moved, "https://a.example/post/1"))).status in (
        401,
        503,
    )
    finger = "https://there.example/.well-known/webfinger?resource=acct:finger@there.example"
    there.pages[finger] = Answer(301, headers={"Location": f"https://{host}/.well-known/webfinger"})
    html = f'<link rel="alternate" type="application/activity+json" href="{eve.id}">'
    there.pages["https://there.example/page"] = Answer(body=html.encode(), content_type="text/html")
    page = there.page(
        carol, scene.gardening.ap_id, attachment=[{"type": "Link", "href": f"https://{host}/a"}]
    )
    page["image"] = {"type": "Image", "url": f"https://{host}/thumb.png"}
    await scene.tells(there.in_community("Create", carol, page, scene.gardening.ap_id))
    note = there.note(carol, f"https://{host}/comment/1", scene.gardening.ap_id)
    await scene.tells(there.in_community("Create", carol, note, scene.gardening.ap_id))
    for query in (
        eve.id,
        f"@eve@{host}",
        f"!inside@{host}",
        "@finger@there.example",
        "https://there.example/page",
    ):
        with pytest.raises(Refusal):
            await scene.a.resolves(scene.alice, query)
    async with scene.a.writing() as tx:
        instance = await instances.known_or_new(tx, host)
    await look(scene.a.context, {"instance_id": instance.id, "domain": host})
    await scene.a.settle()
    assert host in scene.names.asked, "the name was looked up, so it came as far as that"  # type: ignore[attr-defined]
    assert listener.calls == 0


async def test_a_name_that_leads_elsewhere_a_moment_later_is_refused_then__case_24__FET_2(
    listener: Listener,
) -> None:
    """Public while it is checked, and inside when it is connected to."""
    async with Client(agent="test", holds_write=writing.get, resolver=Names(listener.port)) as client:
        await client.check_public("https://fickle.example/x")
        with pytest.raises(AddressRefused):
            await client.get("https://fickle.example/x", limit_bytes=100)
    assert listener.calls == 0


async def test_pictures_previews_and_addresses_lead_nowhere_inside__case_24__ABU_10(
    scene: Scene, listener: Listener
) -> None:
    there = scene.there
    addresses = inside(listener.port)
    for number, address in enumerate(addresses):
        eve = there.person(
            f"eve{number}", icon={"type": "Image", "url": address}, image={"type": "Image", "url": address}
        )
        eve.document["endpoints"] = {"sharedInbox": address}
        page = there.page(
            eve,
            scene.gardening.ap_id,
            attachment=[{"type": "Link", "href": address}],
            image={"type": "Image", "url": address},
        )
        page["source"]["content"] = f"![x]({address})"
        await there.send(scene.a, there.in_community("Create", eve, page, scene.gardening.ap_id))
        with pytest.raises(Refusal):
            await scene.a.resolves(scene.alice, address)
        scene.a.clock.advance(1_000_000)
    await scene.a.settle()
    assert await scene.a.value("SELECT count(*) FROM post") > 20, (
        "they were taken in, and their links looked at"
    )
    assert listener.calls == 0


async def test_a_redirect_of_a_picture_leads_nowhere_inside__case_24__FET_4(
    scene: Scene, listener: Listener
) -> None:
    there = scene.there
    for number, address in enumerate([*inside(listener.port), "https://inside.example/x"]):
        there.pages[f"https://there.example/go/{number}"] = Answer(302, headers={"Location": address})
        async with scene.a.writing() as tx:
            asked = CreatePost(scene.gardening.id, f"Look {number}", url=f"https://there.example/go/{number}")
            await create_post(tx, scene.alice, asked)
    await scene.a.settle()
    assert len([one for one in there.network.asked if "/go/" in str(one.url)]) >= 18
    assert listener.calls == 0
