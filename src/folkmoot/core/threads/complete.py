"""Threads of other servers: how much of them is here, and asking for the rest."""

from dataclasses import dataclass

from folkmoot.model.people import Viewer
from folkmoot.model.posts import Post
from folkmoot.model.time import MINUTE, Micros
from folkmoot.model.views import Thread, ThreadFetch
from folkmoot.store import fetches, jobs
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx, writing

COMPLETE = "threads.complete"
"""The job: fetch the comments that are not here."""
PAUSE: Micros = 15 * MINUTE
"""Between two attempts for one thread (BKF-3)."""
_MOST_ASKED = 20_000
"""Threads of which a process remembers when they were asked for."""


@dataclass(frozen=True, slots=True)
class Completeness:
    """So many comments are here, and so many are known to be missing. `asking`: its origin is asked, or is when a member looks at the
    thread. `silent`: it was asked and has not answered. `score`: of the post, as its origin said when it was `asked`, where that was
    another than here."""

    here: int
    missing: int
    asking: bool = False
    score: int | None = None
    asked: Micros | None = None
    silent: bool = False


def completeness(thread: Thread, now: Micros) -> Completeness | None:
    """How complete a thread is here; None for threads of this server, which are whole."""
    post, fetched = thread.post.post, thread.fetched
    if post.local:
        return None
    if fetched is None:
        return Completeness(post.comments, 0, asking=True)
    open_since = fetched.fetched if fetched.missing is None else None
    asking = open_since is not None and now < open_since + MINUTE
    silent = open_since is not None and not asking
    return Completeness(post.comments, fetched.missing or 0, asking, fetched.score, fetched.fetched, silent)


async def wants_the_rest(tx: Tx, viewer: Viewer, post: Post) -> bool:
    """Whether it is time to ask for the rest of a thread that somebody with an account reads. One query for threads from elsewhere, none
    for a while after it was seen that they were asked for."""
    if viewer.account is None or post.local or not (await store_site.local_site(tx)).federation_enabled:
        return False
    if 0 <= tx.now - _asked(tx).get(post.id, 0) < PAUSE:
        return False
    fetched = await fetches.thread_fetch(tx, post.id)
    if fetched is None or fetched.fetched <= tx.now - PAUSE:
        return True
    remember_asked(tx, post.id, fetched)
    return False


def remember_asked(tx: Tx, post_id: int, fetched: ThreadFetch) -> None:
    """Keep in mind when a thread was asked for, so that nobody looks it up until it is time again. Not inside a write: it may be undone."""
    if writing.get():
        return
    asked = _asked(tx)
    if len(asked) >= _MOST_ASKED:
        asked.clear()
    asked[post_id] = fetched.fetched


def _asked(tx: Tx) -> dict[int, Micros]:
    asked: dict[int, Micros] = tx.memory.setdefault("threads_asked", {})
    return asked


async def ask_for_the_rest(tx: Tx, viewer: Viewer, post: Post) -> bool:
    """Have the rest of a thread fetched, because somebody with an account reads it; whether it is asked for now (ABU-27)."""
    if not await wants_the_rest(tx, viewer, post):
        return False
    if not await fetches.begin_thread_fetch(tx, post.id, pause=PAUSE):
        return False
    await jobs.enqueue(tx, COMPLETE, {"post_id": post.id}, unique_key=f"{COMPLETE} {post.id}")
    return True
