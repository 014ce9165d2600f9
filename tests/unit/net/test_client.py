"""The door out: what it refuses, then what it brings back. The servers asked are real ones, on this machine."""

import asyncio
import gzip
import socket
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from folkmoot.net import client as client_module
from folkmoot.net.client import Client, Fetched, user_agent
from folkmoot.net.errors import AddressRefused, BadUrl, NetworkForbidden, TimedOut, TooLarge, Unreachable

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class FakeResolver(AbstractResolver):
    """Knows the hosts it is told; each call takes the next of a host's answers, the last one for ever."""

    def __init__(self, **hosts: list[str]) -> None:
        self.hosts = {name.replace("_", "."): answers for name, answers in hosts.items()}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        answers = self.hosts.get(host)
        if not answers:
            raise OSError(f"{host} does not resolve")
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            ResolveResult(hostname=host, host=ip, port=port, family=socket.AF_INET, proto=0, flags=0)
            for ip in answer.split()
        ]

    async def close(self) -> None:
        pass


def development_client(**settings: object) -> Client:
    return Client(
        agent=user_agent("1.2", "our.example"), holds_write=lambda: False, development=True, **settings
    )  # type: ignore[arg-type]


def production_client(**hosts: list[str]) -> Client:
    return Client(agent="x", holds_write=lambda: False, resolver=FakeResolver(**hosts))


async def look(client: Client, url: str, **settings: object) -> Fetched:
    async with client:
        return await client.get(url, **{"limit_bytes": 1000, **settings})  # type: ignore[arg-type]


@pytest.fixture
async def serve() -> AsyncIterator[Callable[..., Awaitable[str]]]:
    """Start a server with these handlers by path; returns its address."""
    runners: list[web.AppRunner] = []

    async def start(**handlers: Handler) -> str:
        app = web.Application()
        for name, handler in handlers.items():
            app.router.add_route("*", f"/{name}", handler)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        runners.append(runner)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    yield start
    for runner in runners:
        await runner.cleanup()


def says(text: str | bytes, **settings: object) -> Handler:
    async def handler(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=text, **settings)  # type: ignore[arg-type]

    return handler


def leads_to(address: str, status: int = 302) -> Handler:
    async def handler(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers={"Location": address})

    return handler


# --- what is refused before anything is sent ---


@pytest.mark.parametrize(
    "url",
    [
        "", "nonsense", "/x", "https://", "ftp://a.example/", "file:///etc/passwd", "gopher://a.example/", "https://a b.example/",
        "https://a.example/\r\nX: y", "https://a.example:99999/", "https://me:secret@a.example/", "https://me@a.example/", "https://[::1",
        "https://a.example/" + "x" * 5000,
    ],
)  # fmt: skip
@pytest.mark.parametrize("development", [True, False])
async def test_bad_addresses_are_refused_everywhere(url: str, development: bool) -> None:
    client = development_client() if development else production_client()
    with pytest.raises(BadUrl):
        await look(client, url)


@pytest.mark.parametrize("url", ["https://a.example:22/", "https://a.example:6379/", "http://a.example:25/"])
async def test_odd_ports_are_refused(url: str) -> None:
    with pytest.raises(BadUrl):
        await look(production_client(a_example=["1.1.1.1"]), url, plain_http=True)


async def test_plain_http_is_refused_unless_it_is_only_looked_at() -> None:
    with pytest.raises(BadUrl):
        await look(production_client(a_example=["10.0.0.1"]), "http://a.example/")
    with pytest.raises(AddressRefused):
        await look(production_client(a_example=["10.0.0.1"]), "http://a.example/", plain_http=True)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "10.0.0.1", "169.254.169.254", "[::ffff:127.0.0.1]", "0.0.0.0"]
)
async def test_private_literals_are_refused__I_1(host: str) -> None:
    with pytest.raises(AddressRefused):
        await look(production_client(), f"https://{host}/")


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.1", "017700000001"])
async def test_private_literals_in_disguise_are_refused__I_1(host: str) -> None:
    with pytest.raises((AddressRefused, BadUrl, Unreachable)):
        await look(production_client(), f"https://{host}/")


async def test_hosts_with_a_private_address_are_refused__I_1() -> None:
    with pytest.raises(AddressRefused):
        await look(production_client(a_example=["192.168.0.1"]), "https://a.example/")


async def test_one_private_address_among_public_ones_is_enough__FET_2__I_1() -> None:
    with pytest.raises(AddressRefused):
        await look(production_client(a_example=["1.1.1.1 127.0.0.1"]), "https://a.example/")


async def test_a_host_that_does_not_resolve_is_unreachable__I_1() -> None:
    with pytest.raises(Unreachable) as failure:
        await look(production_client(), "https://a.example/")
    assert not failure.value.permanent


def test_the_address_connected_to_is_checked_once_more__I_1() -> None:
    """Should a resolver or a cache ever be wrong, this gate stands behind them."""
    with pytest.raises(OSError, match="not public"):
        client_module._public_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 443)))
    client_module._public_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("1.1.1.1", 443))).close()


async def test_nothing_is_asked_inside_a_write_transaction() -> None:
    async with Client(agent="x", holds_write=lambda: True, development=True) as client:
        with pytest.raises(NetworkForbidden):
            await client.get("https://a.example/", limit_bytes=10)
        with pytest.raises(NetworkForbidden):
            await client.post("https://a.example/", body=b"", content_type="text/plain")
        with pytest.raises(NetworkForbidden):
            await client.check_public("https://a.example/")


# --- checks of addresses that only readers fetch ---


async def test_pictures_elsewhere_are_checked_without_being_fetched__I_1() -> None:
    async with production_client(good_example=["1.1.1.1"], bad_example=["10.0.0.1"]) as client:
        await client.check_public("http://good.example/a.png")
        await client.check_public("https://1.1.1.1/a.png")
        with pytest.raises(AddressRefused):
            await client.check_public("https://bad.example/a.png")
        with pytest.raises(AddressRefused):
            await client.check_public("http://127.0.0.1/")
        with pytest.raises(Unreachable):
            await client.check_public("https://none.example/")
        with pytest.raises(BadUrl):
            await client.check_public("javascript:x")


# --- redirects, with 127.0.0.1 standing for a public address ---


@pytest.fixture
def this_machine_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "is_public", lambda ip: str(ip) == "127.0.0.1")
    monkeypatch.setattr(client_module, "PORTS", range(65536))


@pytest.mark.parametrize("target", ["http://10.0.0.1/", "https://[::1]/", "http://inside.example/"])
async def test_a_redirect_into_a_private_network_is_refused__I_1(
    this_machine_is_public: None, serve: Callable[..., Awaitable[str]], target: str
) -> None:
    host = await serve(a=leads_to(target))
    with pytest.raises(AddressRefused):
        await look(production_client(inside_example=["10.0.0.1"]), f"{host}/a", plain_http=True)


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "gopher://a.example/", "http://me:secret@a.example/", "http://[x"]
)
async def test_a_redirect_to_a_bad_address_is_refused(
    serve: Callable[..., Awaitable[str]], target: str
) -> None:
    host = await serve(a=leads_to(target))
    with pytest.raises(BadUrl):
        await look(development_client(), f"{host}/a")


async def test_a_name_that_turns_private_later_is_refused_then__I_1(
    this_machine_is_public: None, serve: Callable[..., Awaitable[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rebinding: what was checked is what is connected to, each time anew."""
    port = (await serve(a=says("x", headers={"Connection": "close"}))).rpartition(":")[2]
    monkeypatch.setattr("aiohttp.connector._DNSCacheTable.expired", lambda _self, _key: True)
    async with production_client(a_example=["127.0.0.1", "10.0.0.1"]) as client:
        assert (await client.get(f"http://a.example:{port}/a", limit_bytes=10, plain_http=True)).body == b"x"
        with pytest.raises(AddressRefused):
            await client.get(f"http://a.example:{port}/a", limit_bytes=10, plain_http=True)


async def test_one_redirect_is_followed_and_the_second_is_not__I_1(
    serve: Callable[..., Awaitable[str]],
) -> None:
    host = await serve(a=leads_to("b"), b=says("here"), c=leads_to("a"))
    fetched = await look(development_client(), f"{host}/a")
    assert (fetched.body, fetched.url) == (b"here", f"{host}/b")
    with pytest.raises(Unreachable, match="redirects"):
        await look(development_client(), f"{host}/c")
    assert (await look(development_client(), f"{host}/c", redirects=2)).body == b"here"


async def test_without_redirects_a_redirect_is_the_answer(serve: Callable[..., Awaitable[str]]) -> None:
    host = await serve(a=leads_to("/b", 301))
    fetched = await look(development_client(), f"{host}/a", redirects=0)
    assert (fetched.status, fetched.headers["location"]) == (301, "/b")


async def test_headers_do_not_follow_to_another_host(serve: Callable[..., Awaitable[str]]) -> None:
    async def echo(request: web.Request) -> web.StreamResponse:
        return web.Response(text=f"{request.headers.get('Signature')} {request.headers.get('Accept')}")

    elsewhere = await serve(b=echo)
    host = await serve(a=leads_to(f"{elsewhere}/b"), c=leads_to("d"), d=echo)
    signed = {"headers": {"Signature": "s"}, "accept": "text/plain"}
    assert (await look(development_client(), f"{host}/a", **signed)).body == b"None text/plain"
    assert (await look(development_client(), f"{host}/c", **signed)).body == b"s text/plain"


# --- size and time ---


async def test_a_long_answer_is_refused_or_cut(serve: Callable[..., Awaitable[str]]) -> None:
    host = await serve(a=says("x" * 1001), b=says("x" * 1000))
    with pytest.raises(TooLarge) as failure:
        await look(development_client(), f"{host}/a")
    assert failure.value.permanent
    cut = await look(development_client(), f"{host}/a", truncate=True)
    assert (len(cut.body), cut.complete) == (1000, False)
    whole = await look(development_client(), f"{host}/b")
    assert (len(whole.body), whole.complete) == (1000, True)


async def test_what_unfolds_beyond_the_limit_is_refused__FET_11(serve: Callable[..., Awaitable[str]]) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000, mtime=0)
    host = await serve(a=says(bomb, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(TooLarge):
        await look(development_client(), f"{host}/a", limit_bytes=100_000)
    assert (
        len((await look(development_client(), f"{host}/a", limit_bytes=100_000, truncate=True)).body)
        == 100_000
    )


async def test_what_unfolds_to_fifty_times_its_size_is_refused_within_the_limit_too__FET_11(
    serve: Callable[..., Awaitable[str]],
) -> None:
    bomb = gzip.compress(b"\0" * 900_000, mtime=0)
    page = gzip.compress(b"\0" * 200_000, mtime=0)
    host = await serve(
        a=says(bomb, headers={"Content-Encoding": "gzip"}), b=says(page, headers={"Content-Encoding": "gzip"})
    )
    with pytest.raises(TooLarge, match="unfold"):
        await look(development_client(), f"{host}/a", limit_bytes=1_000_000)
    little = await look(development_client(), f"{host}/b", limit_bytes=1_000_000)
    assert len(little.body) == 200_000, "what is small anyway may be as monotonous as it likes"


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(b"hello" * 50, mtime=0)),
        ("deflate", zlib.compress(b"hello" * 50)),
        ("deflate", zlib.compress(b"hello" * 50, wbits=-15)),
        ("identity", b"hello" * 50),
    ],
)
async def test_packed_answers_are_unpacked(
    serve: Callable[..., Awaitable[str]], encoding: str, packed: bytes
) -> None:
    host = await serve(a=says(packed, headers={"Content-Encoding": encoding}))
    assert (await look(development_client(), f"{host}/a")).body == b"hello" * 50


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("br", b"x"),
        ("gzip", b"not gzip at all"),
        ("gzip", gzip.compress(b"x" * 99, mtime=0)[:-9]),
        ("gzip, gzip", b"x"),
    ],
)
async def test_answers_that_cannot_be_unpacked_are_no_answers(
    serve: Callable[..., Awaitable[str]], encoding: str, packed: bytes
) -> None:
    host = await serve(a=says(packed, headers={"Content-Encoding": encoding}))
    with pytest.raises(Unreachable):
        await look(development_client(), f"{host}/a")


async def test_a_slow_answer_times_out(serve: Callable[..., Awaitable[str]]) -> None:
    async def stall(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"and then")
        await asyncio.Event().wait()
        return response

    host = await serve(a=stall)
    with pytest.raises(TimedOut):
        await look(development_client(), f"{host}/a", timeout=0.05)


@pytest.mark.parametrize("sends", [False, True])
async def test_who_does_not_take_the_connection_is_not_waited_for_as_long_as_for_an_answer(
    monkeypatch: pytest.MonkeyPatch, sends: bool
) -> None:
    monkeypatch.setattr(client_module, "_CONNECT", 0.05)
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:  # those who are in line: there is no room for more
            each.setblocking(False)
            each.connect_ex(full.getsockname())
        url = f"http://127.0.0.1:{full.getsockname()[1]}/"
        async with development_client() as client:
            if sends:
                asked = client.post(url, body=b"{}", content_type="text/plain", timeout=60)
            else:
                asked = client.get(url, limit_bytes=10, timeout=60)
            with pytest.raises(TimedOut):
                await asyncio.wait_for(asked, 5)
        for each in waiting:
            each.close()


async def test_a_closed_port_and_a_server_that_hangs_up_are_unreachable(
    serve: Callable[..., Awaitable[str]],
) -> None:
    async def hang_up(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    host = await serve(a=hang_up)
    with pytest.raises(Unreachable):
        await look(development_client(), f"{host}/a")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(Unreachable):
            await look(development_client(), f"http://127.0.0.1:{unused.getsockname()[1]}/")


async def test_what_is_not_http_is_unreachable() -> None:
    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 smtp.example ready\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        with pytest.raises(Unreachable):
            await look(development_client(), f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")


# --- what comes back ---


async def test_an_answer(serve: Callable[..., Awaitable[str]]) -> None:
    async def show(request: web.Request) -> web.StreamResponse:
        assert "Cookie" not in request.headers
        response = web.Response(
            text=request.headers["User-Agent"], content_type="Text/Plain", charset="latin-1", status=404
        )
        response.set_cookie("a", "b")
        return response

    host = await serve(a=show)
    async with development_client() as client:
        for _ in range(2):
            fetched = await client.get(f"{host}/a#part", limit_bytes=1000)
    assert fetched.body == b"Folkmoot/1.2; +https://our.example"
    assert (fetched.status, fetched.content_type, fetched.charset) == (404, "text/plain", "latin-1")
    assert fetched.url == f"{host}/a"
    assert fetched.headers["CONTENT-TYPE"].lower().startswith("text/plain")


async def test_addresses_are_sent_as_written(serve: Callable[..., Awaitable[str]]) -> None:
    """A signature covers the path: nobody may write it another way."""

    async def echo(request: web.Request) -> web.StreamResponse:
        return web.Response(text=request.raw_path)

    host = await serve(**{"{rest:.*}": echo})
    assert (
        await look(development_client(), f"{host}/%41%2fb~c?q=%2B+'&é=")
    ).body == b"/A%2Fb~c?q=%2B+'&%C3%A9="
    assert (await look(development_client(), f"{host}/%41%2fb~c?q=%2B+'")).body == b"/%41%2fb~c?q=%2B+'"


async def test_a_document_is_sent_and_a_redirect_of_it_is_not_followed(
    serve: Callable[..., Awaitable[str]],
) -> None:
    async def take(request: web.Request) -> web.StreamResponse:
        return web.Response(
            status=202,
            text=f"{request.method} {request.content_type} {await request.text()} {request.headers['Digest']}",
        )

    host = await serve(inbox=take, moved=leads_to("inbox", 307))
    async with development_client() as client:
        sent = await client.post(
            f"{host}/inbox", body=b"{}", content_type="application/activity+json", headers={"Digest": "d"}
        )
        assert (sent.status, sent.body) == (202, b"POST application/activity+json {} d")
        assert (await client.post(f"{host}/moved", body=b"{}", content_type="text/plain")).status == 307
