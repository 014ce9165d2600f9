"""Who delivers, as far as it matters before anything is read."""

from dataclasses import replace

import pytest

from folkmoot.apub.inbox import receive
from folkmoot.settings import Settings
from tests.faces.apub.conftest import DOCUMENT, Peer


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, trusted_proxies=1)


@pytest.fixture(autouse=True)
def two_of_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each address may deliver two activities, and then none for a long time."""
    monkeypatch.setattr(receive, "PER_ADDRESS", (0.001, 2.0))


async def test_behind_a_proxy_a_flood_costs_nobody_else__INB_2(peer: Peer) -> None:
    async def deliver(address: str) -> int:
        headers = {"content-type": DOCUMENT, "x-forwarded-for": address}
        return (await peer.http.post("/inbox", content=b"{}", headers=headers)).status_code

    assert [await deliver("198.51.100.1") for _ in range(3)] == [401, 401, 429]
    assert await deliver("198.51.100.2") == 401
