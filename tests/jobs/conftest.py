"""What jobs are handed, as far as tests of running them need it."""

import pytest

from folkmoot.app import looking_at_links
from folkmoot.context import Context
from folkmoot.jobs.tools import Tools
from folkmoot.model.time import FixedClock
from folkmoot.net.client import Client
from folkmoot.settings import Settings
from folkmoot.store.db import Database, writing


class Pigeon:
    """A mailer that remembers."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def send(self, *, to: str, sender_name: str, subject: str, text: str) -> bool:
        self.sent.append(to)
        return True


@pytest.fixture
def tools(db: Database, clock: FixedClock) -> Tools:
    http = Client(agent="test", holds_write=writing.get)
    return Tools(Context(db, Settings(), clock, http), Pigeon(), looking_at_links(http))
