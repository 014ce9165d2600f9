"""PostgreSQL: what this process changed is told to the others by NOTIFY, once it is committed.

Not within the transaction: commits that notify wait for each other, one disk write each, however many writers there are. Said afterwards,
one notice serves for all commits that came while the last one was on its way, and its own commit waits for no disk.

What dies with a process between its commit and its word is made good by the next process that begins: it says that everything may have
changed.
"""

import asyncio
import secrets
from collections.abc import Iterable
from itertools import chain
from typing import Any

import asyncpg

from folkmoot.store.together import Together

EVERYTHING = "*"
_LIMIT = 7900
"""Bytes that a NOTIFY carries, the sender's name left out."""


class Notices:
    """What one process says, over one connection. `sender` is what it calls itself."""

    def __init__(self, channel: str) -> None:
        self.sender = secrets.token_hex(8)
        self._channel = channel
        self._connection: Any = None
        self._telling: Together[list[str], None] = Together(self._tell)
        self._missed = False

    def through(self, connection: Any) -> None:
        """Use this connection from now on; what was said before may not have been heard."""
        self._connection = connection
        self.tell_everything()

    def tell(self, touched: Iterable[tuple[str, int]]) -> "asyncio.Future[None]":
        """Have it told that these have changed. Who awaits the answer goes on when it is said, or cannot be said; it is said all the same
        where nobody awaits it."""
        return self._telling.put([f"{kind}:{object_id}" for kind, object_id in touched])

    def tell_everything(self) -> "asyncio.Future[None]":
        """Have it told that everything may have changed."""
        return self._telling.put([EVERYTHING])

    async def _tell(self, said: list[list[str]]) -> list[None]:
        words = [EVERYTHING] if self._missed else list(dict.fromkeys(chain.from_iterable(said)))
        try:
            await self._connection.execute(
                "SELECT pg_notify($1, $2)", self._channel, f"{self.sender} {_payload(words)}"
            )
            self._missed = False
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            # Made good with the next one; and a new connection, which `sync` makes where this one broke, begins with telling everything.
            self._missed = True
        return [None] * len(said)

    async def stop(self) -> None:
        """Return when all is said."""
        await self._telling.stop()


def _payload(words: list[str]) -> str:
    """What is said; where it is too much to name, that everything may have changed."""
    named = " ".join(words)
    return named if len(named) <= _LIMIT else EVERYTHING
