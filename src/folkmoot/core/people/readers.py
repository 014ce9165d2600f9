"""Who is looking, from a token, once per request: kept per process for as long as nothing about the person changed."""

from folkmoot.core.people import sessions
from folkmoot.model.errors import Busy
from folkmoot.model.people import ANONYMOUS, Viewer
from folkmoot.store.db import Database

_MOST_KEPT = 5000


class Viewers:
    """The people behind tokens that were used lately. One for all faces of a process."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.kept: dict[str, tuple[int, Viewer]] = {}

    async def viewer_of(self, token: str) -> Viewer:
        """The viewer of a token; nobody for one that is not, or no longer, valid."""
        db = self.db
        await db.sync()
        kept = self.kept.get(token)
        if kept is not None and kept[0] == db.changes.newest((("person", kept[1].id),)):
            return kept[1]
        async with db.read() as tx:
            viewer = await sessions.viewer_of(tx, token)
        if viewer.person is None:
            self.kept.pop(token, None)
            return ANONYMOUS
        if len(self.kept) >= _MOST_KEPT:
            self.kept.clear()
        if (stamp := db.changes.newest((("person", viewer.id),))) <= tx.heard:
            self.kept[token] = (stamp, viewer)
        return viewer

    async def note_use(self) -> None:
        """Write down which sessions were used after a rest: call it after answering. One that cannot be noted now is noted next time."""
        try:
            await sessions.note_use(self.db)
        except Busy:
            return
