"""The HTTP client, and the only one: every byte that leaves or enters on our own initiative passes here.

What is fetched comes through aiohttp; what is sent goes over the leaner connections of `posting.py`. For both, `_PublicResolver` looks at
all addresses of a host, and `_public_socket` once more at the very one that is connected to.
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import Any, NamedTuple, Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from folkmoot.net import posting
from folkmoot.net.addresses import is_public
from folkmoot.net.connecting import first_socket, tls
from folkmoot.net.errors import (
    AddressRefused,
    BadUrl,
    NetFailure,
    NetworkForbidden,
    TimedOut,
    TooLarge,
    Unreachable,
)
from folkmoot.net.packed import Decoder
from folkmoot.net.posting import Answer, Connection, Poster

MAX_URL = 4000
PORTS = frozenset({80, 443, 8080, 8443})
"""Where web servers listen; a port of something else is not for us to knock at."""

_CONNECT = 5.0
"""Seconds until a connection stands, whatever the request may take (section 0 of the protocol)."""
_REDIRECTS = {301, 302, 303, 307, 308}
_MOVED_LIMIT = 16 * 1024
"""Bytes kept of what comes with a redirect."""
_CHUNK = 64 * 1024
_CHARSET = re.compile(r';\s*charset\s*=\s*"?([^\s";]{1,40})', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer, whatever its status."""

    status: int
    url: str
    """Where it came from, after redirects."""
    content_type: str
    """In lower case and without parameters; empty where none was given."""
    charset: str | None
    body: bytes
    complete: bool
    """False where `body` is only the beginning, because the caller asked for no more."""
    headers: Mapping[str, str]
    """Names without regard to case."""


def user_agent(version: str, host: str) -> str:
    """What we call ourselves (I-1)."""
    return f"Folkmoot/{version}; +https://{host}"


class Target(NamedTuple):
    """Where something is sent: the address, whom a connection leads to, and how a request there begins."""

    url: str
    server: posting.Server
    head: bytes


class _NotPublic(OSError):
    """Travels through aiohttp, which lets only OSError out of a resolver, and becomes AddressRefused."""


_ADDRESSES = 2000


class _PublicResolver(AbstractResolver):
    """Refuses a host as soon as one of its addresses is not public."""

    def __init__(self, inner: AbstractResolver | None) -> None:
        self._inner = inner or aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        for result in found:
            if not is_public(result["host"]):
                raise _NotPublic(f"{host} resolves to {result['host']}")
        return found

    async def close(self) -> None:
        await self._inner.close()


def _public_socket(info: tuple[Any, ...]) -> socket.socket:
    """The last gate: the very address that is about to be connected to, so nothing can have changed in between."""
    family, kind, protocol, _, address = info
    if not is_public(address[0]):
        raise _NotPublic(f"{address[0]} is not public")
    return socket.socket(family=family, type=kind, proto=protocol)


class Client:
    """HTTP to public addresses. Use as `async with Client(…) as client`, one for the whole process.

    `development` also allows private addresses, any port and plain HTTP, so that servers on one machine can federate.
    Time limits are the client's own (hence the silenced ASYNC109): one covers resolving, redirects and reading together.
    `holds_write` tells whether the current task holds a write transaction; then every request raises NetworkForbidden.
    """

    def __init__(
        self,
        *,
        agent: str,
        holds_write: Callable[[], object],
        development: bool = False,
        resolver: AbstractResolver | None = None,
        connections: int = 100,
    ) -> None:
        self._agent = agent
        # Inboxes are knocked at again and again: an address that was found good is taken apart once.
        self._checked = lru_cache(_ADDRESSES)(self._check)
        self._targets = lru_cache(_ADDRESSES)(self._target)
        self._holds_write = holds_write
        self._development = development
        self._resolver = resolver
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None
        self._poster: Poster | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None
        if self._poster is not None:
            self._poster.close()
            self._poster = None

    async def get(
        self,
        url: str,
        *,
        accept: str | None = None,
        headers: Mapping[str, str] | None = None,
        limit_bytes: int,
        timeout: float = 10.0,  # noqa: ASYNC109
        redirects: int = 1,
        plain_http: bool = False,
        truncate: bool = False,
    ) -> Fetched:
        """Fetch an address; each redirect passes the same checks, and `headers` go along only within one origin.

        With `redirects=0` a redirect is an answer like any other; beyond the number given it is Unreachable.
        `plain_http` allows `http://` for what anybody may read and we only look at. `truncate` takes the first `limit_bytes` of a
        longer answer instead of refusing it. `timeout` is in seconds and covers everything.

        Raises BadUrl, AddressRefused, TooLarge, TimedOut, Unreachable; NetworkForbidden inside a write transaction.
        """
        wanted = {**(headers or {}), **({"Accept": accept} if accept else {})}
        return await self._ask(url, wanted, limit_bytes, timeout, redirects, plain_http, truncate)

    async def post(
        self,
        url: str,
        *,
        body: bytes,
        content_type: str,
        headers: Mapping[str, str] | None = None,
        limit_bytes: int = 64 * 1024,
        timeout: float = 10.0,  # noqa: ASYNC109
        unread: bool = False,
    ) -> Fetched:
        """Send a document. A redirect is an answer like any other; of the answer's text the first `limit_bytes` are kept, or none where it
        is to stay `unread`.

        Raises what `get` raises, TooLarge excepted.
        """
        self._may_work(url)
        wanted = {**(headers or {}), "Content-Type": content_type}
        try:
            return await self._send(self._targets(url), wanted, body, limit_bytes, timeout, unread)
        except NetFailure:
            raise
        except TimeoutError as error:
            raise TimedOut(url) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _named(error, url) from error

    async def check_public(self, url: str) -> None:
        """Make sure that an address which only readers' browsers will fetch does not lead into a private network (I-1).

        Raises BadUrl, AddressRefused; Unreachable for a host that does not resolve; NetworkForbidden inside a write transaction.
        """
        self._may_work(url)
        checked = self._checked(url, plain_http=True)
        if self._development or checked.host is None or _is_literal(checked.host):
            return
        try:
            await _PublicResolver(self._resolver).resolve(checked.host, checked.port or 0)
        except OSError as error:
            raise _named(error, url) from error

    def _may_work(self, address: str) -> None:
        if self._holds_write():
            raise NetworkForbidden(f"{address} asked for inside a write transaction")

    async def _ask(
        self,
        address: str,
        headers: dict[str, str],
        limit: int,
        timeout: float,  # noqa: ASYNC109
        redirects: int,
        plain_http: bool,
        truncate: bool,
    ) -> Fetched:
        self._may_work(address)
        url = self._checked(address, plain_http)
        try:
            async with asyncio.timeout(timeout):
                for left in range(redirects, -1, -1):
                    found = await self._exchange(url, headers, limit, truncate)
                    target = found.headers.get("Location") if found.status in _REDIRECTS else None
                    if target is None or redirects == 0:
                        return found
                    if left == 0:
                        break
                    here, url = url, self._checked(_joined(url, target), plain_http)
                    if here.origin() != url.origin():
                        headers = {name: value for name, value in headers.items() if name == "Accept"}
        except NetFailure:
            raise
        except TimeoutError as error:
            raise TimedOut(address) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _named(error, address) from error
        raise Unreachable(f"{address}: too many redirects")

    async def _exchange(self, url: URL, headers: dict[str, str], limit: int, truncate: bool) -> Fetched:
        """One request and its answer, redirects included."""
        async with self._open().request("GET", url, headers=headers, allow_redirects=False) as response:
            moved = response.status in _REDIRECTS
            return await _read(response, min(limit, _MOVED_LIMIT) if moved else limit, truncate or moved)

    async def _send(
        self,
        to: Target,
        headers: dict[str, str],
        body: bytes,
        limit: int,
        timeout: float,  # noqa: ASYNC109
        unread: bool,
    ) -> Fetched:
        """One document and what is answered."""
        if self._poster is None:
            self._poster = Poster(self._lead, self._connections)
        request = to.head + _lines(headers, len(body)) + body
        answer = await self._poster.send(to.server, request, limit, timeout)
        if unread:
            return Fetched(answer.status, to.url, "", None, b"", answer.complete, answer.headers)
        return _unpacked(answer, to.url, limit)

    def _target(self, address: str) -> Target:
        """An address that something is sent to, taken apart; the checks are those of every address."""
        url = self._checked(address, plain_http=False)
        head = f"POST {url.raw_path_qs} HTTP/1.1\r\nHost: {url.host_port_subcomponent}\r\nUser-Agent: {self._agent}\r\n"
        server = posting.Server(url.raw_host or "", url.port or 0, url.scheme == "https")
        return Target(str(url), server, head.encode("latin-1"))

    async def _lead(self, server: posting.Server, connection: Connection) -> None:
        """Connect to a server that something is sent to: to an address that was found good, and to no other."""
        async with asyncio.timeout(_CONNECT):
            await self._connect(server, connection)

    async def _connect(self, server: posting.Server, connection: Connection) -> None:
        if _is_literal(server.host):
            found = [server.host]
        else:
            resolver = self._resolver or aiohttp.ThreadedResolver()
            if not self._development:
                resolver = _PublicResolver(resolver)
            results = await resolver.resolve(server.host, server.port, socket.AF_UNSPEC)
            found = [result["host"] for result in results]
        made = await first_socket(self._make_socket, found, server.port)
        try:
            await asyncio.get_running_loop().create_connection(
                lambda: connection,
                sock=made,
                ssl=tls() if server.tls else None,
                server_hostname=server.host if server.tls else None,
            )
        except BaseException:
            made.close()
            raise

    def _make_socket(self, info: tuple[Any, ...]) -> socket.socket:
        if self._development:
            return socket.socket(family=info[0], type=info[1], proto=info[2])
        return _public_socket(info)

    def _check(self, address: str, plain_http: bool) -> URL:
        if len(address) > MAX_URL or any(char <= " " or char == "\x7f" for char in address):
            raise BadUrl(address[:200])
        try:
            # What is plain ASCII is sent as it is: a signature may cover it.
            url = URL(address, encoded=address.isascii())
            host, port = url.host, url.port
        except ValueError as error:
            raise BadUrl(address[:200]) from error
        if url.scheme not in {"http", "https"} or not host:
            raise BadUrl(address[:200])
        if url.user is not None or url.password is not None:
            raise BadUrl("credentials in an address")
        if not self._development:
            if url.scheme == "http" and not plain_http:
                raise BadUrl("plain http")
            if port not in PORTS:
                raise BadUrl(f"port {port}")
            if _is_literal(host) and not is_public(host):
                raise AddressRefused(host)
        return url.with_fragment(None)

    def _open(self) -> aiohttp.ClientSession:
        """The session: made at first use, because it belongs to the loop that runs then."""
        if self._session is None:
            if self._development:
                connector = aiohttp.TCPConnector(limit=self._connections, resolver=self._resolver)
            else:
                connector = aiohttp.TCPConnector(
                    limit=self._connections,
                    resolver=_PublicResolver(self._resolver),
                    socket_factory=_public_socket,
                )
            self._session = aiohttp.ClientSession(
                connector=connector,
                auto_decompress=False,  # ours stops at the limit, whatever a few bytes unfold to
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self._agent, "Accept-Encoding": "gzip, deflate"},
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT),
                trust_env=False,
            )
        return self._session


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _joined(url: URL, target: str | None) -> str:
    try:
        return str(url.join(URL(target or "", encoded=(target or "").isascii())))
    except ValueError as error:
        raise BadUrl(f"redirect to {target}"[:200]) from error


def _named(error: Exception, address: str) -> NetFailure:
    """Our name for what aiohttp raised."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, _NotPublic):
            return AddressRefused(str(cause))
        cause = cause.__cause__
    # aiohttp's InvalidURL is a ValueError too; so is a certificate that is not good, which may be so for a day.
    if isinstance(error, ValueError) and not isinstance(error, OSError):
        return BadUrl(f"{address[:200]}: {error}")
    return Unreachable(f"{address[:200]}: {type(error).__name__}: {error}")


async def _read(response: aiohttp.ClientResponse, limit: int, truncate: bool) -> Fetched:
    body = bytearray()
    decoder = Decoder(response.headers.get("Content-Encoding", "").strip().lower())
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += decoder.decode(chunk, limit + 1 - len(body))
        if len(body) > limit:
            break
    complete = len(body) <= limit
    if complete and decoder.cut_short:
        raise Unreachable(f"{response.url} broke off")
    if not complete:
        response.close()  # the rest is not worth keeping the connection for
        if not truncate:
            raise TooLarge(f"{response.url} is longer than {limit} bytes")
    return Fetched(
        status=response.status,
        url=str(response.url),
        content_type=response.content_type.lower() if "Content-Type" in response.headers else "",
        charset=response.charset,
        body=bytes(body[:limit]),
        complete=complete,
        headers=response.headers,
    )


def _lines(headers: Mapping[str, str], length: int) -> bytes:
    """The rest of a request's head. Raises BadUrl where a header would be two."""
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    if lines.count("\r") + lines.count("\n") != 2 * len(headers):
        raise BadUrl("a line break in a header")
    return f"{lines}Content-Length: {length}\r\n\r\n".encode("latin-1")


def _unpacked(answer: Answer, url: str, limit: int) -> Fetched:
    """What came back to something that was sent."""
    decoder = Decoder(answer.headers.get("Content-Encoding", "").strip().lower())
    body = decoder.decode(answer.body, limit + 1) if answer.body else b""
    if answer.complete and decoder.cut_short and len(body) <= limit:
        raise Unreachable(f"{url} broke off")
    kind = answer.headers.get("Content-Type", "")
    charset = _CHARSET.search(kind) if kind else None
    return Fetched(
        status=answer.status,
        url=url,
        content_type=kind.partition(";")[0].strip().lower(),
        charset=charset[1].lower() if charset else None,
        body=body[:limit],
        complete=answer.complete and len(body) <= limit,
        headers=answer.headers,
    )
