"""The site's own address, asked as other servers ask."""

from typing import Any

import pytest
from multidict import CIMultiDict

from folkmoot.net.client import Client, Fetched
from folkmoot.net.doorstep import Doorstep, look_at_doorstep
from folkmoot.net.errors import AddressRefused, NetFailure, Unreachable

ORIGIN = "https://forum.example.org"


class Scripted(Client):
    """Gives one answer, and remembers who was asked."""

    def __init__(self, answer: NetFailure | tuple[int, str]) -> None:
        self.answer = answer
        self.asked: list[str] = []

    async def get(self, url: str, **_options: Any) -> Fetched:
        self.asked.append(url)
        if isinstance(self.answer, NetFailure):
            raise self.answer
        status, date = self.answer
        return Fetched(status, url, "application/json", None, b"{}", True, CIMultiDict({"Date": date}))


@pytest.mark.parametrize("failure", [Unreachable("no certificate"), AddressRefused("10.0.0.1 is not public")])
async def test_why_nothing_answers_is_told(failure: NetFailure) -> None:
    assert await look_at_doorstep(Scripted(failure), ORIGIN) == Doorstep(None, str(failure))


@pytest.mark.parametrize("date", ["", "yesterday", "Tue, 99 Jan 2026 12:00:00 GMT"])
async def test_a_date_that_is_none_is_left_out(date: str) -> None:
    assert await look_at_doorstep(Scripted((403, date)), ORIGIN) == Doorstep(403)


async def test_the_clock_of_who_answers() -> None:
    http = Scripted((200, "Thu, 01 Jan 1970 01:00:00 GMT"))
    assert await look_at_doorstep(http, ORIGIN) == Doorstep(200, date=3600)
    assert http.asked == [f"{ORIGIN}/.well-known/nodeinfo"]
