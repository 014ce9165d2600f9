"""Servers of ours in one process, joined by a network that nothing leaves (`tests/federation/network.py`)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import cycle
from pathlib import Path

import pytest

from folkmoot.apub.inbox import receive
from folkmoot.core.people import keys
from folkmoot.core.people.keys import KeyPair
from folkmoot.core.site.setup import create_site
from folkmoot.model.time import FixedClock
from tests.conftest import fresh_database
from tests.federation.network import Network, Server
from tests.federation.peer import Peer

Found = Callable[..., Awaitable[list[Server]]]


@pytest.fixture(scope="session")
def key_pool() -> list[KeyPair]:
    """A few key pairs for everybody: making one takes a good part of a second."""
    return [keys._generate() for _ in range(8)]


@pytest.fixture(autouse=True)
def quick_keys(key_pool: list[KeyPair], monkeypatch: pytest.MonkeyPatch) -> None:
    """Key pairs come from the pool."""
    pool = cycle(key_pool)
    monkeypatch.setattr(keys, "_generate", lambda: next(pool))


@pytest.fixture(autouse=True)
def patient_inboxes(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long an answer takes is the machine's affair."""
    monkeypatch.setattr(receive, "PATIENCE", 120.0)


@pytest.fixture
def network() -> Network:
    """Nobody is there yet."""
    return Network()


@pytest.fixture
async def servers(
    network: Network, template: dict[str, Path], tmp_path: Path, clock: FixedClock, worker: str
) -> AsyncIterator[Found]:
    """Makes servers of these names (one letter each: a.example, b.example, …), registration open."""
    made: list[Server] = []

    async def found(*names: str) -> list[Server]:
        for name in names:
            folder = tmp_path / name
            folder.mkdir()
            db = await fresh_database(template, folder, clock, f"{worker}_{name}")
            async with db.write() as tx:
                await create_site(
                    tx, domain=f"{name}.example", origin=f"https://{name}.example", name=name.upper()
                )
                await tx.run("UPDATE local_site SET site_setup = :yes, registration_mode = 'Open'", yes=True)
                tx.changed("site")
            made.append(Server(network, f"{name}.example", db, clock, folder))
        return made[-len(names) :]

    yield found
    for server in made:
        await server.db.close()


@pytest.fixture
def peer(network: Network, key_pool: list[KeyPair]) -> Callable[[str], Peer]:
    """Makes a server of this host name that the test plays itself."""
    return lambda host: Peer(network, host, key_pool)
