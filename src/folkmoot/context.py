"""What every request, job and command is handed: never global."""

from dataclasses import dataclass

from folkmoot.model.time import Clock
from folkmoot.net.client import Client
from folkmoot.net.metadata import PageMetadata, fetch_metadata
from folkmoot.settings import Settings
from folkmoot.store.db import Database


@dataclass(frozen=True, slots=True)
class Context:
    """The open database, the settings, the clock and the door out."""

    db: Database
    settings: Settings
    clock: Clock
    http: Client

    async def look_at(self, url: str) -> PageMetadata:
        """What a linked page says about itself: for the faces, which do not speak with the network. Raises as `fetch_metadata`."""
        return await fetch_metadata(self.http, url)
