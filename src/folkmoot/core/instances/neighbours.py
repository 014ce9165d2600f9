"""The servers that we know, as pages need them: links that lead there can be opened here."""

import re

from folkmoot.store import instances
from folkmoot.store.db import Database

KEPT = "neighbours"
"""Where they are in the memory of a process."""
_THING = (
    r"/(?:post|comment)/[0-9]{1,12}(?:/[0-9]{1,12})?/?|/[cum]/[^/\"?#&\s]{1,300}(?:/[pt]/[0-9]{1,12}(?:/[^/\"?#&\s]*)?)?/?"
    r"|/@[^/\"?#&\s]{1,300}(?:/[0-9]{1,30})?"
)
ADDRESS = re.compile(rf"https?://(?P<host>[^/\"?#:@\s]+)(?::[0-9]+)?(?:{_THING})")
"""The addresses under which Lemmy, PieFed, Mbin, Mastodon and we show posts, comments, communities and people."""


async def read_neighbours(db: Database) -> None:
    """Read the hosts of the servers that we know and speak with."""
    async with db.read() as tx:
        db.memory[KEPT] = await instances.neighbours(tx)
