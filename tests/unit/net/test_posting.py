"""Sending over connections that are kept: what goes wrong first. The servers are scripted, byte by byte, on this machine."""

import asyncio
import datetime
import gzip
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from folkmoot.net import client as client_module
from folkmoot.net import connecting, posting
from folkmoot.net.client import Client, Fetched
from folkmoot.net.errors import AddressRefused, BadUrl, TimedOut, Unreachable
from tests.unit.net.test_client import FakeResolver
from tests.waiting import until

TAKEN = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"


@dataclass
class Scripted:
    """A server that says what it is told for each request, in turn and then the last for ever. `b""` hangs up instead."""

    answers: list[bytes] = field(default_factory=lambda: [TAKEN])
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    hang_up_after: bool = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                self.requests.append(head + await reader.readexactly(length))
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                writer.write(answer)
                await writer.drain()
                if not answer or self.hang_up_after:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def url(self, host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}/inbox"


Start = Callable[..., Awaitable[Scripted]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    servers: list[asyncio.Server] = []

    async def begin(*answers: bytes, tls: ssl.SSLContext | None = None, **settings: bool) -> Scripted:
        scripted = Scripted(list(answers) or [TAKEN], **settings)  # type: ignore[arg-type]
        server = await asyncio.start_server(scripted.serve, "127.0.0.1", 0, ssl=tls)
        scripted.port = server.sockets[0].getsockname()[1]
        servers.append(server)
        return scripted

    yield begin
    for server in servers:
        server.close()


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    resolver = FakeResolver(a_example=["127.0.0.1"], two_example=["127.0.0.9 127.0.0.1"])
    async with Client(
        agent="Folkmoot/1", holds_write=lambda: False, development=True, resolver=resolver
    ) as made:
        yield made


async def post(client: Client, url: str, **more: object) -> Fetched:
    return await client.post(url, **{"body": b"{}", "content_type": "text/plain", **more})  # type: ignore[arg-type]


# --- to whom nothing is sent ---


async def test_nothing_is_sent_into_a_private_network__I_1() -> None:
    async with Client(
        agent="x", holds_write=lambda: False, resolver=FakeResolver(a_example=["1.1.1.1 10.0.0.1"])
    ) as client:
        for url in ("https://a.example/", "https://127.0.0.1/", "https://[::1]/"):
            with pytest.raises(AddressRefused):
                await post(client, url)
        with pytest.raises(BadUrl):
            await post(client, "http://a.example/")


async def test_the_address_connected_to_is_checked_once_more__I_1(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should a resolver or a cache ever be wrong, this gate stands behind them."""
    server = await start()
    monkeypatch.setattr(client_module, "PORTS", range(65536))
    monkeypatch.setattr(client_module, "_PublicResolver", lambda inner: inner)
    async with Client(
        agent="x", holds_write=lambda: False, resolver=FakeResolver(a_example=["127.0.0.1"])
    ) as client:
        with pytest.raises(AddressRefused):
            await post(client, server.url("a.example", "https"))
    assert server.connections == 0


def test_only_the_client_opens_what_is_sent_over() -> None:
    """`posting.py` and `connecting.py` check no address: whoever uses them has to."""
    source = Path(client_module.__file__).parents[1]
    users = {
        path.name
        for path in source.rglob("*.py")
        if any(f"net.{name}" in path.read_text() for name in ("posting", "connecting"))
        or "net import posting" in path.read_text()
    }
    assert users == {"client.py"}


async def test_a_header_cannot_be_smuggled_in(client: Client, start: Start) -> None:
    server = await start()
    for value in ("a\r\nHost: b", "a\nb", "a\rb"):
        with pytest.raises(BadUrl):
            await post(client, server.url(), headers={"Signature": value})
    assert not server.requests


def certificate(folder: Path, host: str) -> ssl.SSLContext:
    """For a server that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - datetime.timedelta(1)).not_valid_after(now + datetime.timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, SHA256())
    )  # fmt: skip
    (folder / "crt").write_bytes(made.public_bytes(Encoding.PEM))
    (folder / "key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "crt", folder / "key")
    return context


async def test_a_server_has_to_show_who_it_is(
    client: Client, start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = await start(tls=certificate(tmp_path, "a.example"))
    with pytest.raises(Unreachable, match="certificate"):
        await post(client, server.url("a.example", "https"))
    with pytest.raises(Unreachable, match="certificate"):
        await client.get(server.url("a.example", "https"), limit_bytes=10)
    trusting = ssl.create_default_context(cafile=str(tmp_path / "crt"))
    monkeypatch.setattr(client_module, "tls", lambda: trusting)
    with pytest.raises(Unreachable, match="certificate"):
        await post(client, server.url("two.example", "https"))
    assert not server.requests
    assert (await post(client, server.url("a.example", "https"))).status == 202


# --- answers that are none ---


@pytest.mark.parametrize(
    "answer",
    [
        b"220 smtp.example ready\r\n\r\n",
        b"HTTP/1.1 202 Accepted\r\nContent-Length: 9\r\n\r\nshort",
        b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort",
        b"HTTP/1.1 202 Accepted\r\nContent-Le",
        b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/1.1 202 Accepted\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\nx",
        b"HTTP/1.1 202 Accepted\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\n" + gzip.compress(b"x", mtime=0)[:9],
        b"HTTP/1.1 202 Accepted\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
        b"",
    ],
)  # fmt: skip
async def test_what_is_no_answer_is_unreachable(client: Client, start: Start, answer: bytes) -> None:
    server = await start(answer, hang_up_after=True)
    with pytest.raises(Unreachable):
        await post(client, server.url())
    assert len(server.requests) == 1, (
        "who began to answer, or was asked over a new connection, is not asked again"
    )


async def test_headers_without_end_are_unreachable(
    client: Client, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "MAX_HEAD", 1000)
    server = await start(b"HTTP/1.1 202 Accepted\r\n" + b"X: y\r\n" * 500)
    with pytest.raises(Unreachable):
        await post(client, server.url())


async def test_who_does_not_answer_in_time_is_not_heard_later(
    client: Client, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else its answer would be taken for that to the next request."""
    server = await start(b"HTTP/1.1 100 Continue\r\n\r\n", TAKEN)
    loop, asked = asyncio.get_running_loop(), asyncio.create_task(post(client, server.url(), timeout=60))
    await until(lambda: bool(server.requests))
    now = loop.time
    monkeypatch.setattr(loop, "time", lambda: now() + 60)
    with pytest.raises(TimedOut):
        await asked
    assert (await post(client, server.url())).status == 202
    assert server.connections == 2


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/", "http://none.example/"])
async def test_who_is_not_there_is_unreachable(client: Client, address: str) -> None:
    with pytest.raises(Unreachable):
        await post(client, address)


# --- connections ---


async def test_one_connection_serves_one_after_the_other(client: Client, start: Start) -> None:
    server = await start()
    for _ in range(3):
        await post(client, server.url())
    assert (server.connections, len(server.requests)) == (1, 3)
    await asyncio.gather(post(client, server.url()), post(client, server.url()))
    assert server.connections == 2


async def test_a_kept_connection_that_has_ended_is_replaced(client: Client, start: Start) -> None:
    server = await start(TAKEN, b"", TAKEN)
    assert [(await post(client, server.url())).status for _ in range(2)] == [202, 202]
    assert (server.connections, len(server.requests)) == (2, 3)


async def test_what_was_begun_to_be_answered_is_not_sent_twice(client: Client, start: Start) -> None:
    server = await start(TAKEN, b"HTTP/1.1 2")
    server.hang_up_after = False
    await post(client, server.url())
    server.hang_up_after = True
    with pytest.raises(Unreachable):
        await post(client, server.url())
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        b"HTTP/1.0 202 Accepted\r\nContent-Length: 0\r\n\r\n",
        TAKEN + b"and what nobody asked for",
        TAKEN + TAKEN,
    ],
)
async def test_some_connections_are_not_used_again(client: Client, start: Start, answer: bytes) -> None:
    server = await start(answer)
    for _ in range(2):
        assert (await post(client, server.url())).status == 202
    assert server.connections == 2


async def test_connections_are_not_kept_for_ever_and_not_without_number(
    client: Client, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = await start()
    monkeypatch.setattr(posting, "MOST_KEPT", 1)
    await asyncio.gather(post(client, server.url()), post(client, server.url()))
    poster = client._poster
    assert poster is not None
    assert len(poster._kept) == 1
    monkeypatch.setattr(posting, "KEPT_FOR", 0.0)
    poster._sweep()
    assert not poster._kept
    assert not poster._by_server
    await post(client, server.url())
    assert server.connections == 3


async def test_the_next_address_is_tried_where_one_does_not_answer(
    client: Client, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = await start()
    assert (await post(client, server.url("two.example"))).status == 202
    loop, connect, slow = asyncio.get_running_loop(), asyncio.get_running_loop().sock_connect, list[str]()

    async def hesitate(made: object, address: tuple[str, int]) -> None:
        if address[0] == "127.0.0.9":
            slow.append(address[0])
            await asyncio.Event().wait()
        await connect(made, address)  # type: ignore[arg-type]

    monkeypatch.setattr(loop, "sock_connect", hesitate)
    monkeypatch.setattr(connecting, "_NEXT_AFTER", 0.001)
    made = await connecting.first_socket(client._make_socket, ["127.0.0.9", "127.0.0.1"], server.port)
    assert made.getpeername()[0] == "127.0.0.1"
    made.close()
    assert slow


# --- what comes back ---


async def test_a_request_as_it_travels(client: Client, start: Start) -> None:
    server = await start()
    await post(client, server.url("a.example") + "?a=%2F#b", body="{é}".encode(), headers={"Date": "now"})
    assert server.requests == [
        f"POST /inbox?a=%2F HTTP/1.1\r\nHost: a.example:{server.port}\r\nUser-Agent: Folkmoot/1\r\nDate: now\r\n"
        "Content-Type: text/plain\r\nContent-Length: 4\r\n\r\n{é}".encode()
    ]


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nok", 202, b"ok"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 200, b"ok"),
        (b"HTTP/1.1 500 Oh\r\n\r\nuntil the end", 500, b"until the end"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"ok", mtime=0), 200, b"ok"),
    ],
)
async def test_answers_in_all_forms(
    client: Client, start: Start, answer: bytes, status: int, body: bytes
) -> None:
    server = await start(answer)
    server.hang_up_after = b"\r\n\r\nuntil" in answer or b"gzip" in answer
    answered = await post(client, server.url())
    assert (answered.status, answered.body, answered.complete) == (status, body, True)


async def test_an_answer_is_read_as_far_as_it_is_wanted(client: Client, start: Start) -> None:
    long = b"HTTP/1.1 400 No\r\nContent-Type: Text/Plain; Charset=UTF-8\r\nRetry-After: 9\r\nContent-Length: 1000\r\n\r\n"
    server = await start(long + b"x" * 1000)
    answered = await post(client, server.url(), limit_bytes=10)
    assert (answered.body, answered.complete) == (b"x" * 10, False)
    assert (answered.content_type, answered.charset) == ("text/plain", "utf-8")
    assert (answered.headers["retry-after"], answered.headers.get("Retry-After"), answered.url) == (
        "9",
        "9",
        server.url(),
    )
    await post(client, server.url())
    assert server.connections == 2, "the rest of it is not waited for"


async def test_an_answer_that_stays_unread_is_taken_to_its_end(client: Client, start: Start) -> None:
    server = await start(b"HTTP/1.1 429 Slow\r\nRetry-After: 9\r\nContent-Length: 5\r\n\r\nlater")
    for _ in range(2):
        answered = await post(client, server.url(), unread=True)
        assert (answered.status, answered.body, answered.headers["Retry-After"]) == (429, b"", "9")
    assert server.connections == 1
