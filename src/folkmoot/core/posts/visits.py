"""Looks at threads by apps, written together: an app asks for a post and does not wait for it to count as seen (P-9).

What was looked at stands here for a moment and is then written in one transaction, with all that others looked at meanwhile. Until
then it is laid over what its reader is shown of the same posts; whatever else depends on what they have read is answered after it was
written. Other processes hear of a look when it is written.
"""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType

from folkmoot.core.posts.view import Opened
from folkmoot.model.errors import Busy
from folkmoot.model.people import Viewer
from folkmoot.model.posts import Post
from folkmoot.model.records import altered
from folkmoot.model.views import PostView
from folkmoot.store import marks
from folkmoot.store.db import Database
from folkmoot.store.marks import Look

DELAY = 0.25
"""Seconds until what waits is written."""
MANY = 1000
"""So many are written without waiting any longer."""
_NONE: Mapping[int, Look] = MappingProxyType({})


class Visits:
    """The looks of one process that are not written yet. Got by `visits_of`."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._waiting: dict[int, dict[int, Look]] = {}
        self._count = 0
        self._under_way: dict[int, dict[int, Look]] = {}
        self._turn = asyncio.Lock()
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None

    def note(self, viewer: Viewer, post: Post) -> None:
        """Somebody with an account was shown a post of this server, or one whose thread needs no completing."""
        mine = self._waiting.setdefault(viewer.id, {})
        self._count += post.id not in mine
        mine[post.id] = Look(viewer.id, post.id, post.comments, self.db.clock.now())
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(DELAY, self._begin)
        elif self._count >= MANY and self._writing is None:
            self._begin()

    def laid_over(self, viewer: Viewer, opened: Opened) -> Opened:
        """What is shown, with what its reader looked at and is not written yet."""
        looks, before = self._waiting.get(viewer.id, _NONE), self._under_way.get(viewer.id, _NONE)
        if not looks and not before:
            return opened

        def seen(view: PostView) -> PostView:
            return _seen(view, looks.get(view.post.id) or before.get(view.post.id))

        return Opened(
            seen(opened.post), opened.community, opened.moderators, [seen(view) for view in opened.crossposts]
        )

    async def write_for(self, viewer: Viewer) -> None:
        """Write what waits, if any of it is this reader's: before anything that depends on what they have read, or changes it."""
        if viewer.id in self._waiting or viewer.id in self._under_way:
            await self.write()

    async def write(self) -> None:
        """Write what waits. Where the database is busy, it goes on waiting."""
        async with self._turn:
            if not self._waiting:
                return
            try:
                async with self.db.write() as tx:
                    self._under_way, self._waiting, self._count = self._waiting, {}, 0
                    await marks.visit_many(
                        tx, [look for looks in self._under_way.values() for look in looks.values()]
                    )
            except Busy:
                self._keep_waiting()
            except BaseException:
                self._keep_waiting()
                raise
            finally:
                self._under_way = {}

    def _keep_waiting(self) -> None:
        for person_id, looks in self._under_way.items():
            self._waiting[person_id] = looks | self._waiting.get(person_id, {})
        self._count = sum(map(len, self._waiting.values()))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(DELAY, self._begin)

    def _begin(self) -> None:
        """The moment is over."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if self._waiting:
            self._writing = asyncio.get_running_loop().create_task(self._write_in_time())

    async def _write_in_time(self) -> None:
        try:
            await self.write()
        finally:
            self._writing = None


def visits_of(db: Database) -> Visits:
    """The looks that wait, of the process that opened this database."""
    waiting: Visits = db.memory.get("looks") or db.memory.setdefault("looks", Visits(db))
    return waiting


def _seen(view: PostView, look: Look | None) -> PostView:
    if look is None or (view.mine.read and view.mine.read_comments == look.comments):
        return view
    return altered(view, mine=altered(view.mine, read=True, read_comments=look.comments))
