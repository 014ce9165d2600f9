"""What is handed along: the check of pictures that people name (I-1)."""

import socket
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from folkmoot.context import Context
from folkmoot.model.errors import Invalid
from folkmoot.model.time import FixedClock
from folkmoot.net.client import Client
from folkmoot.settings import Settings

ADDRESSES = {"pictures.example": "93.184.216.34", "inside.example": "10.0.0.7"}


class Book(AbstractResolver):
    """Names and addresses of this story; nobody else is known."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if host not in ADDRESSES:
            raise OSError("no such host")
        found = {
            "hostname": host,
            "host": ADDRESSES[host],
            "port": port,
            "family": family,
            "proto": 0,
            "flags": 0,
        }
        return [cast(ResolveResult, found)]

    async def close(self) -> None:
        pass


@pytest.fixture
async def context(clock: FixedClock) -> AsyncIterator[Context]:
    """A site at here.example, whose own address is as good as inside."""
    settings = Settings(hostname="here.example", scheme="https", database="sqlite:///not-used.db")
    async with Client(agent="test", holds_write=lambda: False, resolver=Book()) as http:
        yield Context(cast(Any, None), settings, clock, http)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://127.0.0.1/cat.png", "invalid_url"),
        ("https://[::1]/cat.png", "invalid_url"),
        ("https://inside.example/cat.png", "invalid_url"),
        ("https://pictures.example:22/cat.png", "invalid_url"),
        ("https://me@pictures.example/cat.png", "invalid_url"),
        ("https://nowhere.example/cat.png", "unknown"),
    ],
)
async def test_a_picture_of_nowhere_or_of_inside_is_refused__I_1(
    context: Context, url: str, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await context.must_be_public(url, "icon")
    assert (refused.value.code, refused.value.field) == (code, "icon")


@pytest.mark.parametrize(
    "url",
    [None, "", "https://pictures.example/cat.png", "https://here.example/pictrs/image/a.png", "no address"],
)
async def test_nothing_is_said_of_others__I_1(context: Context, url: str | None) -> None:
    await context.must_be_public(url, "icon")
