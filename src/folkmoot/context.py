"""What every request, job and command is handed, so that nothing of it is global."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TypeVar

from folkmoot.media.files import Disk, Files
from folkmoot.model.errors import Invalid
from folkmoot.model.time import Clock
from folkmoot.net.client import Client
from folkmoot.net.errors import AddressRefused, BadUrl, NetFailure
from folkmoot.net.metadata import PageMetadata, fetch_metadata
from folkmoot.net.pictures import fetch_picture
from folkmoot.net.webmention import send_mention
from folkmoot.settings import Settings
from folkmoot.store.db import Database, found_again, persistently

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Context:
    """The open database, the settings, the clock and the door out."""

    db: Database
    settings: Settings
    clock: Clock
    http: Client

    @property
    def files(self) -> Files:
        """Where pictures are kept."""
        return Disk(self.settings.data_dir / "pictures")

    async def persistently(self, work: Callable[[], Awaitable[Result]]) -> Result:
        """Do `work`, and again where its transaction had to give way to another one (`store/db.py:persistently`)."""
        return await persistently(work)

    def found_again(self) -> AbstractContextManager[None]:
        """A commit within this block does not stop the work from being done again (`store/db.py:found_again`)."""
        return found_again()

    async def look_at(self, url: str) -> PageMetadata:
        """What a linked page says about itself: for the faces, which do not speak with the network. Raises as `fetch_metadata`."""
        return await fetch_metadata(self.http, url)

    async def send_mention(self, source: str, target: str) -> bool:
        """Tell a page elsewhere who links to it. Raises as `net/webmention.py:send_mention`."""
        return await send_mention(self.http, source, target)

    async def must_be_public(self, url: str | None, field: str) -> None:
        """See that a picture, which readers' browsers will fetch, is on the public internet (I-1). Call it before the transaction.

        Nothing is asked about our own pictures, nor about what is no web address at all: that is core's to refuse. Raises `Invalid`
        invalid_url, and unknown for a host that does not resolve.
        """
        if (
            not url
            or not url.startswith(("http://", "https://"))
            or url.startswith(f"{self.settings.origin}/")
        ):
            return
        try:
            await self.http.check_public(url)
        except (BadUrl, AddressRefused) as error:
            raise Invalid("invalid_url", field=field) from error
        except NetFailure as error:
            raise Invalid("unknown", field=field, detail=str(error)) from error

    async def fetch_picture(self, url: str) -> bytes:
        """The bytes of a picture elsewhere. Raises as `net/pictures.py:fetch_picture`."""
        return await fetch_picture(self.http, url)
