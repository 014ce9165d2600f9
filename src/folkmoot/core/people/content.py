"""All that somebody wrote, at once."""

from dataclasses import dataclass

from folkmoot.model.enums import ModlogKind
from folkmoot.model.people import Viewer
from folkmoot.store import mass, modlog
from folkmoot.store.db import Tx
from folkmoot.store.mass import Touched


@dataclass(frozen=True, slots=True)
class Amount:
    """How much of somebody's writing stands: what a button that removes it should say."""

    posts: int
    comments: int


async def amount(tx: Tx, person_id: int, community_id: int | None = None) -> Amount:
    """How many posts and comments of theirs are there, neither deleted nor removed; in one community, or everywhere."""
    return Amount(*await mass.count_content(tx, person_id, community_id))


async def set_removed(
    tx: Tx,
    viewer: Viewer,
    person_id: int,
    *,
    community_id: int | None,
    removed: bool,
    reason: str | None,
    part_of: int | None = None,
) -> Touched:
    """Remove or restore everything, with counts, lines in the log, and (on removal) an end of the reports on it (R-9, P-16).

    `part_of`: the line in the log of the ban that this belongs to.

    The caller has asked who may. What was changed.
    """
    touched = await mass.set_removed(tx, person_id, community_id=community_id, removed=removed)
    for kind, ids in ((ModlogKind.REMOVE_POST, touched.posts), (ModlogKind.REMOVE_COMMENT, touched.comments)):
        await modlog.record_many(tx, kind, viewer.id, ids, state=removed, reason=reason, part_of=part_of)
    if removed:
        await mass.resolve_reports(tx, viewer.id, post_ids=touched.posts, comment_ids=touched.comments)
    return touched
