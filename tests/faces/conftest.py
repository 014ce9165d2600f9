"""The server in process, as all faces are tested on it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from folkmoot.app import build_app
from folkmoot.context import Context
from folkmoot.model.time import FixedClock
from folkmoot.net.client import Client
from folkmoot.settings import Settings
from folkmoot.store.db import Database, writing
from tests.cast import HERE


@pytest.fixture
def settings() -> Settings:
    """The site of the cast. Replace fields with `dataclasses.replace` in a fixture of the same name."""
    return Settings(hostname=HERE, scheme="https", database="sqlite:///not-used.db", page_cache_mb=0)


@pytest.fixture
async def served(db: Database, clock: FixedClock, settings: Settings) -> AsyncIterator[Any]:
    """The whole server, on the test's database."""
    async with Client(agent="test", holds_write=writing.get) as http:
        yield build_app(Context(db, settings, clock, http))
