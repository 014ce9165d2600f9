"""The server as other servers meet it."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from folkmoot.settings import Settings
from tests.cast import HERE, ORIGIN

DOCUMENT = "application/activity+json"
PROFILE = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'


@pytest.fixture
def settings() -> Settings:
    """The site of the cast. Replace fields with `dataclasses.replace` in a fixture of the same name."""
    return Settings(hostname=HERE, scheme="https", database="sqlite:///not-used.db")


class Peer:
    """Another server that reads here, unsigned. Redirects are looked at, not followed."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def get(self, path: str, accept: str | None = DOCUMENT, **options: Any) -> httpx.Response:
        """Ask for a document; `accept` None asks as a program that does not care."""
        headers = {"accept": accept or "*/*", **options.pop("headers", {})}
        return await self.http.get(path, headers=headers, **options)

    async def document(self, path: str) -> Any:
        """A document that has to be there, and to be one."""
        answer = await self.get(path)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == DOCUMENT
        found = answer.json()
        assert found["@context"][:2] == [
            "https://join-lemmy.org/context.json",
            "https://www.w3.org/ns/activitystreams",
        ]
        return found

    async def finger(self, resource: str) -> httpx.Response:
        """Ask WebFinger."""
        return await self.http.get("/.well-known/webfinger", params={"resource": resource})


@pytest.fixture
async def peer(served: Any) -> AsyncIterator[Peer]:
    """there.example, reading."""
    transport = httpx.ASGITransport(served, client=("192.0.2.9", 50_000))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as http:
        yield Peer(http)
