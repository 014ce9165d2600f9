"""Pages as a browser gets them: an in-process server on the test's database, and browsers that remember cookies."""

from collections.abc import AsyncIterator, Callable, Mapping
from types import TracebackType
from typing import Any, Self

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from folkmoot.core.people.sessions import open_session
from folkmoot.store.db import Database
from tests import rows
from tests.cast import ORIGIN


class Browser:
    """Somebody at a browser. Redirects are looked at, not followed."""

    def __init__(self, served: Any, cookies: Mapping[str, str], address: str) -> None:
        transport = httpx.ASGITransport(served, client=(address, 50_000))
        self.http = httpx.AsyncClient(transport=transport, base_url=ORIGIN, cookies=dict(cookies))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.http.aclose()

    async def get(self, path: str, **options: Any) -> httpx.Response:
        """Open a page."""
        return await self.http.get(path, **options)

    async def post(
        self, path: str, data: Mapping[str, Any] | None = None, *, json: bool = False, **options: Any
    ) -> httpx.Response:
        """Send a form as one of our pages would, token included. `json`: as the modules of the page do for small actions."""
        headers = {"origin": ORIGIN, "sec-fetch-site": "same-origin", **options.pop("headers", {})}
        if json:
            headers["accept"] = "application/json"
        token = {} if data and "csrf" in data else {"csrf": await self.token()}
        return await self.http.post(path, data={**token, **(data or {})}, headers=headers, **options)

    async def token(self) -> str:
        """A token for forms, from a page that shows one."""
        response = await self.http.get("/language")
        field = LexborHTMLParser(response.text).css_first("input[name=csrf]")
        assert field is not None, response.text
        value: str = field.attributes["value"] or ""
        return value


@pytest.fixture
async def browser(served: Any, db: Database) -> AsyncIterator[Callable[..., Any]]:
    """`await browser("alice")` is alice, logged in; `await browser()` a visitor."""
    opened: list[Browser] = []

    async def open_browser(person_name: str | None = None, *, address: str = "192.0.2.1") -> Browser:
        cookies = {}
        if person_name is not None:
            async with db.write() as tx:
                viewer = await rows.viewer(tx, person_name)
                assert viewer.account is not None
                cookies["jwt"] = await open_session(tx, viewer.account)
        opened.append(Browser(served, cookies, address))
        return opened[-1]

    yield open_browser
    for each in opened:
        await each.http.aclose()


def read(response: httpx.Response) -> LexborHTMLParser:
    """The page as a tree: `read(response).css_first("h1").text()`."""
    return LexborHTMLParser(response.text)
