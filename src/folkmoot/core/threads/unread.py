"""What is new in a thread to who comes back to it."""

from dataclasses import dataclass

from folkmoot.core.people.rules import must_have_account
from folkmoot.core.threads.read import kept_thread, read_post
from folkmoot.model.people import Viewer
from folkmoot.model.time import Micros
from folkmoot.store.db import Tx


@dataclass(frozen=True, slots=True)
class New:
    """`since`: when the visit before this one ended, None where there was none."""

    since: Micros | None
    comment_ids: list[int]


async def read_new(tx: Tx, viewer: Viewer, post_id: int) -> New:
    """The comments by others that were written since the last visit, in the order of writing. Looking is no visit.

    Raises `NotLoggedIn`; `NotFound` couldnt_find_post.
    """
    must_have_account(viewer)
    since = (await read_post(tx, viewer, post_id)).mine.visited
    if since is None:
        return New(None, [])
    fresh = [
        line
        for line in (await kept_thread(tx, post_id)).branches
        if line.published > since and line.creator_id != viewer.id and not (line.deleted or line.removed)
    ]
    return New(since, [line.id for line in sorted(fresh, key=lambda line: (line.published, line.id))])
