"""The public log of moderation."""

from dataclasses import dataclass, replace

from folkmoot.core.site.privacy import require_open
from folkmoot.model.enums import ModlogKind
from folkmoot.model.errors import Invalid
from folkmoot.model.modlog import ModlogEntry
from folkmoot.model.people import Viewer
from folkmoot.model.time import Micros
from folkmoot.model.views import Page
from folkmoot.store import communities, modlog
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx

PURGES = frozenset(
    {ModlogKind.PURGE_PERSON, ModlogKind.PURGE_COMMUNITY, ModlogKind.PURGE_POST, ModlogKind.PURGE_COMMENT}
)
_NOT_OF_A_COMMUNITY = PURGES | {ModlogKind.BAN, ModlogKind.ADD_ADMIN, ModlogKind.REMOVE_COMMUNITY}
_NOT_OF_A_PERSON = PURGES | {ModlogKind.HIDE_COMMUNITY, ModlogKind.REMOVE_COMMUNITY}
_OF_A_POST = frozenset(
    {
        ModlogKind.REMOVE_POST,
        ModlogKind.LOCK_POST,
        ModlogKind.WARN,
        ModlogKind.FEATURE_POST,
        ModlogKind.FEATURE_POST_SITE,
    }
)
_OF_A_COMMENT = frozenset({ModlogKind.REMOVE_COMMENT, ModlogKind.LOCK_COMMENT, ModlogKind.WARN})


@dataclass(frozen=True, slots=True)
class ReadModlog:
    """What was asked. `kinds` None means all. `page` counts from 1; `after` is the cursor of the page before and needs no `page`."""

    kinds: frozenset[ModlogKind] | None = None
    community_id: int | None = None
    moderator_id: int | None = None
    person_id: int | None = None
    post_id: int | None = None
    comment_id: int | None = None
    page: int = 1
    limit: int = 50
    after: str | None = None


async def read_modlog(tx: Tx, viewer: Viewer, asked: ReadModlog) -> Page[ModlogEntry]:
    """The newest entries first, with all they name (O-4, O-6): one query for the page.

    By setting, the moderators' names are for moderators and admins only; the filter by moderator then does nothing for others (O-5).
    What happens in a community is for who may read it (R-10). Raises `NotAllowed` instance_is_private; `Invalid` unknown
    (`after`).
    """
    wanted, nameless = await _wanted(tx, viewer, asked)
    before = _moment(asked.after) if asked.after else None
    offset = 0 if before else (asked.page - 1) * asked.limit
    rows = await modlog.page(tx, wanted, limit=asked.limit + 1, offset=offset, before=before)
    more = len(rows) > asked.limit
    items = _shown(rows[: asked.limit], nameless)
    return Page(items, next=f"{items[-1].published:x}-{items[-1].id:x}" if more else None)


async def read_modlog_by_kind(tx: Tx, viewer: Viewer, asked: ReadModlog) -> list[ModlogEntry]:
    """The same as a page of each kind, pins of both kinds together (O-4). What was removed along with a ban is not listed: the ban is.

    Raises `NotAllowed` instance_is_private.
    """
    wanted, nameless = await _wanted(tx, viewer, asked)
    rows = await modlog.pages(tx, wanted, limit=asked.limit, offset=(asked.page - 1) * asked.limit)
    return _shown(rows, nameless)


async def _wanted(tx: Tx, viewer: Viewer, asked: ReadModlog) -> tuple[modlog.Wanted, bool]:
    """What to look for, and whether moderators stay nameless."""
    site = await store_site.local_site(tx)
    require_open(site, viewer)
    nameless = site.hide_modlog_mod_names and not await knows_names(tx, viewer)
    wanted = modlog.Wanted(
        kinds=_kinds(asked),
        community_id=asked.community_id,
        moderator_id=None if nameless else asked.moderator_id,
        person_id=asked.person_id,
        post_id=asked.post_id,
        comment_id=asked.comment_id,
        reader_id=viewer.id,
    )
    return wanted, nameless


def _shown(rows: list[ModlogEntry], nameless: bool) -> list[ModlogEntry]:
    return [replace(row, moderator=None) for row in rows] if nameless else rows


async def knows_names(tx: Tx, viewer: Viewer) -> bool:
    """Whether the viewer is an admin or moderates any community (O-5)."""
    return viewer.admin or (viewer.person is not None and await communities.moderates_any(tx, viewer.id))


def _kinds(asked: ReadModlog) -> frozenset[ModlogKind]:
    """The kinds that the filters leave (O-4)."""
    kinds = asked.kinds if asked.kinds is not None else frozenset(ModlogKind)
    if asked.community_id is not None:
        kinds -= _NOT_OF_A_COMMUNITY
    if asked.person_id is not None:
        kinds -= _NOT_OF_A_PERSON
    if asked.post_id is not None:
        kinds &= _OF_A_POST
    if asked.comment_id is not None:
        kinds &= _OF_A_COMMENT
    return kinds


def _moment(cursor: str) -> tuple[Micros, int]:
    published, _, number = cursor.partition("-")
    try:
        moment = int(published, 16), int(number, 16)
    except ValueError as error:
        raise Invalid("unknown", field="after") from error
    if not (0 <= moment[0] < 2**62 and 0 <= moment[1] < 2**31):
        raise Invalid("unknown", field="after")
    return moment
