"""The directory of communities: one query per page, with the reader's own standing beside each."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from folkmoot.model.communities import Community
from folkmoot.model.enums import Listing, PostSort
from folkmoot.store import sight
from folkmoot.store.communities import COMMUNITY, make_community
from folkmoot.store.db import Tx
from folkmoot.store.rows import column

_COMMENTS = column(Community, "comments", "c")
_ORDER: dict[PostSort, str] = {
    PostSort.ACTIVE: "c.hot_rank DESC",
    PostSort.HOT: "c.hot_rank DESC",
    PostSort.SCALED: "c.hot_rank DESC",
    PostSort.NEW_COMMENTS: "c.users_active_day DESC",
    PostSort.TOP_HOUR: "c.users_active_day DESC",
    PostSort.TOP_SIX_HOUR: "c.users_active_day DESC",
    PostSort.TOP_TWELVE_HOUR: "c.users_active_day DESC",
    PostSort.TOP_DAY: "c.users_active_day DESC",
    PostSort.TOP_WEEK: "c.users_active_week DESC",
    PostSort.TOP_MONTH: "c.users_active_month DESC",
    PostSort.TOP_THREE_MONTHS: "c.users_active_half_year DESC",
    PostSort.TOP_SIX_MONTHS: "c.users_active_half_year DESC",
    PostSort.TOP_NINE_MONTHS: "c.subscribers DESC",
    PostSort.TOP_YEAR: "c.subscribers DESC",
    PostSort.TOP_ALL: "c.subscribers DESC",
    PostSort.MOST_COMMENTS: f"{_COMMENTS} DESC",
    PostSort.CONTROVERSIAL: f"{_COMMENTS} DESC",
    PostSort.NEW: "c.published DESC",
    PostSort.OLD: "c.published",
}
"""S-9; the id breaks ties."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which communities. `person_id` 0 is a visitor. `ids`: only of these, where it is known who has the term."""

    person_id: int
    admin: bool
    sort: PostSort
    scope: Listing
    term: str
    show_nsfw: bool
    ids: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A community and the reader's standing in it."""

    community: Community
    follows: bool
    pending: bool
    blocked: bool
    banned: bool
    moderator: bool


def _not_blocked(wanted: Wanted) -> str | None:
    """Neither the community nor its server is blocked by the reader."""
    if not wanted.person_id:
        return None
    return (
        "NOT EXISTS (SELECT 1 FROM community_block b WHERE b.person_id = :person_id AND b.community_id = c.id)"
        " AND NOT EXISTS (SELECT 1 FROM instance_block i WHERE i.person_id = :person_id AND i.instance_id = c.instance_id)"
    )


def _not_nsfw(wanted: Wanted) -> str | None:
    return None if wanted.show_nsfw else "NOT c.nsfw"


def _in_force(wanted: Wanted) -> str | None:
    """Neither removed nor deleted, and hidden only from who does not follow; admins see all."""
    if wanted.admin:
        return None
    return "NOT c.removed AND NOT c.deleted AND (NOT c.hidden OR f.person_id IS NOT NULL)"


def _not_local_only(wanted: Wanted) -> str | None:
    """Visitors do not know of local-only communities (R-10)."""
    return None if wanted.person_id else "c.visibility <> 'LocalOnly'"


def _listed(wanted: Wanted) -> str | None:
    """Unlisted ones are for who follows or moderates them; admins see all."""
    return None if wanted.admin else sight.listed("c", "f.person_id IS NOT NULL OR m.person_id IS NOT NULL")


def _scope(wanted: Wanted) -> str | None:
    return {
        Listing.ALL: None,
        Listing.LOCAL: "c.local",
        Listing.SUBSCRIBED: "f.person_id IS NOT NULL",
        Listing.MODERATOR_VIEW: "m.person_id IS NOT NULL",
    }[wanted.scope]


_HAS_TERM = "(c.name LIKE_ANY_CASE :term ESCAPE '\\' OR c.title LIKE_ANY_CASE :term ESCAPE '\\')"


def _term(wanted: Wanted) -> str | None:
    return _HAS_TERM if wanted.term else None


def _named(wanted: Wanted) -> str | None:
    return "c.id IN :ids[]" if wanted.ids is not None else None


_FILTERS: tuple[Callable[[Wanted], str | None], ...] = (
    _scope,
    _in_force,
    _not_blocked,
    _not_nsfw,
    _not_local_only,
    _listed,
    _named,
    _term,
)


def like_pattern(term: str) -> str:
    """The LIKE pattern of a search term: each space matches any text in between, `%` and `_` are themselves (Q-1)."""
    escaped = term.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{'%'.join(escaped.split())}%"


async def page(tx: Tx, wanted: Wanted, *, limit: int, offset: int) -> list[Found]:
    """The communities in order."""
    conditions = [condition for condition in (make(wanted) for make in _FILTERS) if condition] or ["c.id > 0"]
    values: dict[str, Any] = {"term": like_pattern(wanted.term)} if wanted.term else {}
    if wanted.ids is not None:
        values["ids"] = list(wanted.ids)
    rows = await tx.all(
        "SELECT f.person_id IS NOT NULL, f.pending, m.person_id IS NOT NULL,"
        " EXISTS (SELECT 1 FROM community_ban x WHERE x.community_id = c.id AND x.person_id = :person_id),"
        " EXISTS (SELECT 1 FROM community_block b WHERE b.community_id = c.id AND b.person_id = :person_id),"
        f" {COMMUNITY} FROM community c"
        " LEFT JOIN community_follow f ON f.community_id = c.id AND f.person_id = :person_id"
        " LEFT JOIN community_moderator m ON m.community_id = c.id AND m.person_id = :person_id"
        f" WHERE {' AND '.join(conditions)} ORDER BY {_ORDER[wanted.sort]}, c.id DESC LIMIT :limit OFFSET :offset",
        person_id=wanted.person_id, limit=limit, offset=offset, **values,
    )  # fmt: skip
    return [
        Found(make_community(row[5:]), bool(row[0]), bool(row[1]), bool(row[4]), bool(row[3]), bool(row[2]))
        for row in rows
    ]


async def with_term(
    tx: Tx, term: str, most: int, ids: Collection[int] | None = None
) -> frozenset[int] | None:
    """All communities, or those of certain ids, that have a term in name or title, whatever their state; None where they are more than
    `most`."""
    of_these = " AND c.id IN :ids[]" if ids is not None else ""
    rows = await tx.all(
        f"SELECT c.id FROM community c WHERE {_HAS_TERM}{of_these} LIMIT :most",
        term=like_pattern(term), ids=list(ids or ()), most=most + 1,
    )  # fmt: skip
    return frozenset(row[0] for row in rows) if len(rows) <= most else None
