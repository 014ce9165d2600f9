"""Apps: callers of the API on an in-process server. Every answer that passes through here is held to the contract."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest

from folkmoot.core.people.sessions import open_session
from folkmoot.net.client import Client, Fetched
from folkmoot.net.errors import TimedOut
from folkmoot.store.db import Database, writing
from tests import rows
from tests.cast import ORIGIN
from tests.faces.api_v3.contract import violations

V3 = "/api/v3"


@pytest.fixture(autouse=True)
def web(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What is elsewhere: address → body, failure, or None for one that never answers. Nothing, until a test puts something there."""
    there: dict[str, Any] = {}

    async def get(_client: Client, url: str, **_: Any) -> Fetched:
        assert not writing.get()
        found = there.get(url, TimedOut("nobody there"))
        if isinstance(found, Exception):
            raise found
        if found is None:
            await asyncio.Event().wait()
        kind = "image/png" if found.startswith(b"\x89PNG") else "text/html"
        return Fetched(200, url, kind, "utf-8", found, True, {})

    monkeypatch.setattr(Client, "get", get)
    return there


class App:
    """Somebody's app: calls operations, and looks at every answer through the contract."""

    def __init__(self, served: Any, token: str, address: str) -> None:
        transport = httpx.ASGITransport(served, client=(address, 50_000))
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self.token = token
        self.http = httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers)

    async def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Any call, with what httpx takes; the path without `/api/v3` unless it begins elsewhere."""
        full = (
            path
            if path.startswith(("/api/", "/feeds", "/pictrs", "/nodeinfo", "/.well-known"))
            else V3 + path
        )
        response = await self.http.request(method, full, **options)
        is_json = response.headers.get("content-type", "").startswith("application/json")
        body = response.json() if is_json and response.content else None
        wrong = violations(method, full.partition("?")[0], response.status_code, body)
        assert not wrong, (method, full, response.status_code, wrong, response.text[:2000])
        return response

    async def get(self, path: str, **asked: Any) -> Any:
        """Read: the JSON of a good answer."""
        return self._good(await self.call("GET", path, params=_query(asked)))

    async def post(self, path: str, **asked: Any) -> Any:
        """Do: the JSON of a good answer."""
        return self._good(await self.call("POST", path, json=asked))

    async def put(self, path: str, **asked: Any) -> Any:
        """Change: the JSON of a good answer."""
        return self._good(await self.call("PUT", path, json=asked))

    async def refused(self, method: str, path: str, **asked: Any) -> tuple[int, str]:
        """Status and name of a refusal."""
        options = {"params": _query(asked)} if method == "GET" else {"json": asked}
        response = await self.call(method, path, **options)
        assert response.status_code >= 400, response.text
        return response.status_code, response.json()["error"]

    @staticmethod
    def _good(response: httpx.Response) -> Any:
        assert response.status_code == 200, response.text
        return response.json()


def _query(asked: dict[str, Any]) -> dict[str, str]:
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in asked.items()
    }


@pytest.fixture
async def app(served: Any, db: Database) -> AsyncIterator[Callable[..., Awaitable[App]]]:
    """`await app("alice")` is alice's app, logged in; `await app()` one without an account."""
    opened: list[App] = []

    async def open_app(person_name: str | None = None, *, address: str = "192.0.2.1") -> App:
        token = ""
        if person_name is not None:
            async with db.write() as tx:
                viewer = await rows.viewer(tx, person_name)
                assert viewer.account is not None
                token = await open_session(tx, viewer.account)
        opened.append(App(served, token, address))
        return opened[-1]

    yield open_app
    for each in opened:
        await each.http.aclose()
