"""One page of a list of posts or comments: which rows, in which order, after which one.

What costs: twenty rows of one index, whatever lies behind them. Three ways lead there.

* *Straight down* an index that has the list's order (All, one community, one thread or person).
* *A window*: a list that draws from some communities (Local, Subscribed, ModeratorView), or from a short time, looks at the first few
  hundred rows of all. Where what it wants is a fair share of the site, that fills the page.
* *From each*: where it did not, the first few rows of each community are taken from its own index and merged; of a short time, all are.
  For a while this process then knows that the window is too short for this reader, and does not look at it first.

Statements are built once per combination of conditions and kept, so that both engines plan them once.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from typing import Any

from folkmoot.model.enums import CommentSort, Listing, PostSort
from folkmoot.model.errors import Invalid
from folkmoot.model.records import Record
from folkmoot.model.time import MINUTE, Micros
from folkmoot.model.views import CommentKey, CommentLine, CommentView, PostKey, PostLine, PostView
from folkmoot.store.db import Tx
from folkmoot.store.listing import filters, sorts, views
from folkmoot.store.listing.filters import Shape
from folkmoot.store.listing.sorts import Order
from folkmoot.store.marks import VISIT_GAP
from folkmoot.store.rows import Row

WINDOW = 400
"""Rows looked at before the merge."""
_SIZES = (11, 21, 51, 301)
"""Rows fetched at most: few different numbers, because each is a statement of its own."""

_TESTED = {
    "post": "i.id, i.version, i.creator_id, i.community_id, i.deleted, i.removed, i.nsfw, i.language_id, i.url_host",
    "comment": "i.id, i.version, i.creator_id, i.community_id, i.deleted, i.removed, i.language_id, i.post_id, i.path",
}


def _keys(table: str, alias: str = "i") -> str:
    """The columns of a key, in the order of `PostKey` and `CommentKey`."""
    columns = (
        f"{alias}.id, {alias}.version, {alias}.creator_id, {alias}.community_id, (SELECT w.version FROM person w"
        f" WHERE w.id = {alias}.creator_id), (SELECT m.version FROM community m WHERE m.id = {alias}.community_id)"
    )
    if table == "comment":
        columns += f", {alias}.post_id, (SELECT t.version FROM post t WHERE t.id = {alias}.post_id)"
    return columns


class Wanted(Record, frozen=True, gc=False):
    """A page of a list. `after`: the id of the last row of the page before. `page` counts from 1 and skips whole pages instead."""

    shape: Shape
    sort: PostSort | CommentSort
    viewer_id: int = 0
    community_id: int = 0
    creator_id: int = 0
    home_instance_id: int = 0
    languages: frozenset[int] = frozenset()
    post_id: int = 0
    path: str = ""
    depth: int = 0
    url: str = ""
    but: int = 0
    not_before: Micros = 0
    limit: int = 20
    after: int | None = None
    page: int = 1


_SHORT = "short_windows"
_SHORT_FOR = 10 * MINUTE
_SHORT_KEPT = 10_000

Dress = Callable[[str], str]
"""Makes of a statement that names rows one that answers more about them: the flag of the featured first, the rest in the same order."""


_post_line: Callable[[Any], PostLine] = partial(tuple.__new__, PostLine)
_comment_line: Callable[[Any], CommentLine] = partial(tuple.__new__, CommentLine)
"""A line from a row that has all of its columns, as a member's has."""


async def post_keys(tx: Tx, wanted: Wanted) -> tuple[list[PostKey], bool]:
    """A page of posts, and whether there are more. Raises `Invalid` unknown for a row to go on after that is gone (L-2)."""
    rows, more = await _page(tx, wanted)
    return [PostKey(*row[1:]) for row in rows], more


async def posts(tx: Tx, wanted: Wanted) -> tuple[list[PostView], bool]:
    """The same with the posts themselves and the reader's part of them, in as many queries."""
    rows, more = await _page(tx, wanted, views.dressed_posts(_reader(tx, wanted.shape)))
    return [views.post_view_of(row[1:], signed_in=wanted.shape.signed_in) for row in rows], more


async def post_lines(tx: Tx, wanted: Wanted) -> list[PostLine]:
    """The same as keys with the reader's part, in as many queries."""
    rows, _ = await _page(tx, wanted, views.marked_posts(_reader(tx, wanted.shape)))
    if not wanted.shape.signed_in:
        return [PostLine(*row[1:]) for row in rows]
    return [_post_line(row[1:]) for row in rows]


async def comment_keys(tx: Tx, wanted: Wanted) -> tuple[list[CommentKey], bool]:
    """A page of comments, and whether there are more. Raises as `post_keys`."""
    rows, more = await _page(tx, wanted)
    return [CommentKey(*row[1:]) for row in rows], more


async def comment_lines(tx: Tx, wanted: Wanted) -> list[CommentLine]:
    """The same as keys with the reader's part, in as many queries."""
    rows, _ = await _page(tx, wanted, views.marked_comments(_reader(tx, wanted.shape)))
    if not wanted.shape.signed_in:
        return [CommentLine(*row[1:]) for row in rows]
    return [_comment_line(row[1:]) for row in rows]


async def comments(tx: Tx, wanted: Wanted) -> tuple[list[CommentView], bool]:
    """The same with the comments themselves, their post and community, and the reader's part of them, in as many queries."""
    rows, more = await _page(tx, wanted, views.dressed_comments(_reader(tx, wanted.shape)))
    return [views.placed_comment_of(row[1:], signed_in=wanted.shape.signed_in) for row in rows], more


NAMED = {
    table: f"SELECT FALSE, {_keys(table)} FROM {table} i WHERE i.id IN :ids[]"
    for table in ("post", "comment")
}
"""Names certain posts or comments, in no order, for a `Dress`. More conditions may follow."""


def _reader(tx: Tx, shape: Shape) -> views.Reader:
    """For whom the rows of a list are dressed."""
    return _reader_of(shape, tx.dialect.keeps_order)


@cache
def _reader_of(shape: Shape, keeps_order: bool) -> views.Reader:
    free_of = shape.free_of | {views.HIDDEN} if shape.hides else shape.free_of
    return views.Reader(shape.signed_in, free_of, numbered=not keeps_order)


def lines(shape: Shape) -> tuple[str, Callable[[Row], PostLine | CommentLine]]:
    """A statement that answers the lines of certain rows (`:ids`), in any order, to which conditions may be added; and a line of such a row
    without its first column. What the reader hid is among them."""
    reader = views.Reader(shape.signed_in, shape.free_of)
    if shape.of_posts:
        return views.lines_of_posts(reader), _post_line if shape.signed_in else lambda row: PostLine(*row)
    return views.lines_of_comments(reader), _comment_line if shape.signed_in else lambda row: CommentLine(
        *row
    )


def whole(shape: Shape) -> tuple[Dress, Callable[[Row], PostView | CommentView]]:
    """What makes of a statement that names rows one that answers the posts or comments themselves, with the reader's part of them; and one of
    these of such a row without its first column."""
    reader, signed_in = views.Reader(shape.signed_in, shape.free_of), shape.signed_in
    if shape.of_posts:
        return views.dressed_posts(reader), partial(views.post_view_of, signed_in=signed_in)
    return views.dressed_comments(reader), partial(views.placed_comment_of, signed_in=signed_in)


def _bare(keys: str) -> str:
    return keys


async def _page(tx: Tx, wanted: Wanted, dress: Dress = _bare) -> tuple[list[Any], bool]:
    shape = wanted.shape
    values = await _values(tx, wanted)
    skips = wanted.page > 1
    limit = ":reach" if skips else str(next(size for size in _SIZES if size > wanted.limit))
    spot = _spot(wanted, values)
    drawn = shape.scope in _OWNERS and not shape.narrow
    rows: list[Any] = []
    if (drawn and not _is_short(tx, wanted)) or (order_of(wanted.sort).gathered and not shape.small):
        rows = await tx.all(dress(_windowed(shape, wanted.sort, spot, limit)), **values)
    if len(rows) <= wanted.limit * wanted.page:
        # There was no window, or it did not fill the page.
        if drawn:
            _note_short(tx, wanted)
            text = _from_each(tx.dialect.of_each, shape, wanted.sort, spot, limit)
        else:
            text = _straight(shape, wanted.sort, spot, limit)
        rows = await tx.all(dress(text), **values)
    rows = rows[(wanted.page - 1) * wanted.limit :]
    return rows[: wanted.limit], len(rows) > wanted.limit


def _drawn_for(wanted: Wanted) -> tuple[Any, ...]:
    """Whose list that draws from some communities this is, and in which order: where a window is too short."""
    whose = 0 if wanted.shape.scope is Listing.LOCAL else wanted.viewer_id
    return wanted.shape.table, wanted.shape.scope, whose, wanted.sort


def _is_short(tx: Tx, wanted: Wanted) -> bool:
    """Whether the window did not fill a page of this list lately. Both ways lead to the same rows: this only says which costs less."""
    until: Micros = tx.memory.get(_SHORT, {}).get(_drawn_for(wanted), 0)
    return tx.now < until


def _note_short(tx: Tx, wanted: Wanted) -> None:
    """For the next minutes; then it is tried again."""
    if not _is_short(tx, wanted):
        known: dict[tuple[Any, ...], Micros] = tx.memory.setdefault(_SHORT, {})
        if len(known) >= _SHORT_KEPT:
            known.clear()
        known[_drawn_for(wanted)] = tx.now + _SHORT_FOR


async def _values(tx: Tx, wanted: Wanted) -> dict[str, Any]:
    """Every parameter a statement of this list may name."""
    values: dict[str, Any] = {
        "viewer": wanted.viewer_id,
        "now": tx.now,
        "community_id": wanted.community_id,
        "creator_id": wanted.creator_id,
        "home": wanted.home_instance_id,
        "languages": wanted.languages,
        "post_id": wanted.post_id,
        "path": wanted.path,
        "depth": wanted.depth,
        "url": wanted.url,
        "but": wanted.but,
        "not_before": wanted.not_before,
        "below": f"{wanted.path}.%",
        "reach": wanted.page * wanted.limit + 1,
        "visit_before": tx.now - VISIT_GAP,
    }
    if isinstance(wanted.sort, PostSort) and sorts.has_window(wanted.sort):
        values["since"] = sorts.since(wanted.sort, tx.now)
    if wanted.after is not None:
        names, text = _cursor(wanted.shape, wanted.sort)
        row = await tx.first(text, after=wanted.after, viewer=wanted.viewer_id)
        if row is None:
            raise Invalid("unknown", field="page_cursor")
        values |= {f"at_{name}": value for name, value in zip(names, row, strict=True)}
    return values


def _spot(wanted: Wanted, values: dict[str, Any]) -> str:
    """Where the page begins: at the start, among the featured rows, or among the rest, of which an order may have two strips."""
    if wanted.after is None:
        return "start"
    order = order_of(wanted.sort)
    return "featured" if values.get("at_featured") else order.spot(values.get(f"at_{order.columns[0]}"))


# --- texts ---------------------------------------------------------------------------------------------------------


def order_of(sort: PostSort | CommentSort) -> Order:
    """The order that a sort stands for."""
    return sorts.POSTS[sort] if isinstance(sort, PostSort) else sorts.COMMENTS[sort]


def _flag(shape: Shape) -> str:
    """Which featuring counts: the community's where one is given, else the site's."""
    return "featured_community" if shape.community else "featured_local"


@cache
def _cursor(shape: Shape, sort: PostSort | CommentSort) -> tuple[tuple[str, ...], str]:
    """What to read of the row to go on after: the names of the values, and the statement."""
    if shape.noted:
        key = f"{shape.table}_id"
        return (
            ("noted", "id"),
            f"SELECT s.published, s.{key} FROM {shape.noted} s WHERE s.person_id = :viewer AND s.{key} = :after",
        )
    names = order_of(sort).columns
    flag = [("featured", _flag(shape))] if shape.of_posts and shape.pins else []
    columns = (
        ", ".join(f"i.{column}" for _, column in flag)
        + (", " if flag else "")
        + ", ".join(f"i.{name}" for name in names)
    )
    return (*(name for name, _ in flag), *names), f"SELECT {columns} FROM {shape.table} i WHERE i.id = :after"


@cache
def _straight(shape: Shape, sort: PostSort | CommentSort, spot: str, limit: str) -> str:
    """Down one index (or one person's noted or voted rows)."""
    if shape.noted:
        return _noted(shape, sort, spot, limit)
    if not shape.of_posts:
        return _comments(shape, sort, spot != "start", limit)
    if not shape.pins:
        return _strip(shape, sort, featured=None, after=spot != "start", limit=limit)
    rest = _rest(shape, sort, spot, limit)
    return _together([*_featured(shape, sort, spot, limit), rest])


def _featured(shape: Shape, sort: PostSort | CommentSort, spot: str, limit: str) -> list[str]:
    """The featured posts of a list, unless the page begins beyond them."""
    if not shape.of_posts or spot in ("rest", "last"):
        return []
    return [_strip(shape, sort, featured=True, after=spot == "featured", limit=limit)]


@cache
def _windowed(shape: Shape, sort: PostSort | CommentSort, spot: str, limit: str) -> str:
    """Those of the first few hundred rows that belong to the list."""
    order = replace(order_of(sort), gathered=False)
    which = [*_which(shape), *_range(sort, order, after=False)]
    where = [f"i.{_flag(shape)} = FALSE"] if shape.of_posts else []
    where += filters.conditions(shape, filters.WHOSE)
    tested = _TESTED[shape.table] + _order_columns(order)
    parts = order.parts("i", spot)
    inner = in_parts(f"SELECT {tested} FROM {shape.table} i", where, parts, [], str(_window(shape)))
    rest = f"SELECT FALSE, {_keys(shape.table)} FROM ({inner}) AS i WHERE {' AND '.join(which)} LIMIT {limit}"
    return _together([*_featured(shape, sort, spot, limit), rest])


def _window(shape: Shape) -> int:
    """How many rows are looked at: a tree fetch wants several hundred, of the first levels only. It stops where it has them."""
    return 40 * WINDOW if shape.shallow else WINDOW


_OWNERS = {
    Listing.SUBSCRIBED: ("community_follow f", "f.person_id = :viewer"),
    Listing.MODERATOR_VIEW: ("community_moderator f", "f.person_id = :viewer"),
    Listing.LOCAL: ("(SELECT o.id AS community_id FROM community o WHERE o.instance_id = :home) f", "TRUE"),
}
"""Where the communities of a listing type are named."""


@cache
def _from_each(
    of_each: Callable[..., str], shape: Shape, sort: PostSort | CommentSort, spot: str, limit: str
) -> str:
    """The featured posts of the list, then the first rows of each of its communities, merged."""
    rest = _merged(of_each, shape, sort, spot, limit)
    return _together([*_featured(shape, sort, spot, limit), rest])


def _merged(
    of_each: Callable[..., str], shape: Shape, sort: PostSort | CommentSort, spot: str, limit: str
) -> str:
    """The first rows of each community of the list, merged."""
    order = order_of(sort)
    source, chosen = _OWNERS[shape.scope]  # type: ignore[index]
    within, which = _range(sort, order, after=False), _which(shape, members=False)
    arms = []
    for featured in ("TRUE", "FALSE") if shape.of_posts else ("",):
        flag = [f"i.featured_community = {featured}", "NOT i.featured_local"] if featured else []
        where = ["i.community_id = f.community_id", *flag, *within]
        names = f"SELECT i.id FROM {shape.table} i"
        arms.append(in_parts(names, where, order.parts("i", spot), which, limit))
    inner = _together(arms)
    rows = of_each(source, chosen, inner, f"{shape.table} e")
    return f"SELECT FALSE, {_keys(shape.table, 'e')} FROM {rows} ORDER BY {_plain(order, 'e')} LIMIT {limit}"


def _strip(
    shape: Shape, sort: PostSort | CommentSort, *, featured: bool | None, after: bool, limit: str
) -> str:
    """The featured posts, or the rest, or (None) both as if there were no pins, in order."""
    order = order_of(sort)
    whose = list(filters.conditions(shape, filters.WHOSE))
    if featured:
        # There are few featured posts: find them by their flag, whatever else could be followed.
        whose = [text.replace("i.creator_id = :creator_id", "+i.creator_id = :creator_id") for text in whose]
    flag = [] if featured is None else [f"i.{_flag(shape)} = {'TRUE' if featured else 'FALSE'}"]
    where = " AND ".join([*flag, *whose, *_range(sort, order, after=after), *_which(shape)])
    return (
        f"SELECT {'TRUE' if featured else 'FALSE'}, {_keys(shape.table)} FROM {shape.table} i WHERE {where}"
        f" ORDER BY {order.clause('i')} LIMIT {limit}"
    )


def _rest(shape: Shape, sort: PostSort | CommentSort, spot: str, limit: str) -> str:
    """The posts that are not featured."""
    order = order_of(sort)
    if not order.stepped or shape.small:  # of what is little all is gathered, and sorted at once
        return _strip(shape, sort, featured=False, after=spot in ("rest", "last"), limit=limit)
    names = f"SELECT FALSE, {_keys(shape.table)} FROM {shape.table} i"
    where = [f"i.{_flag(shape)} = FALSE", *filters.conditions(shape, filters.WHOSE)]
    return in_parts(names, where, order.parts("i", spot), _which(shape), limit)


def in_parts(
    names: str, where: list[str], parts: list[tuple[Order, list[str]]], which: list[str], limit: str
) -> str:
    """A statement that names rows, of the strips of an order one after the other: none is looked at where those before it are enough."""
    strips = []
    for order, within in parts:
        asked = " AND ".join([*where, *within, *which]) or "TRUE"
        strips.append(f"{names} WHERE {asked} ORDER BY {order.clause('i')} LIMIT {limit}")
    return strips[0] if len(strips) == 1 else f"SELECT * FROM ({_together(strips)}) AS parts LIMIT {limit}"


def _comments(shape: Shape, sort: PostSort | CommentSort, after: bool, limit: str) -> str:
    order = order_of(sort)
    where = (
        " AND ".join(
            [*filters.conditions(shape, filters.WHOSE), *_range(sort, order, after=after), *_which(shape)]
        )
        or "TRUE"
    )
    first = "i.distinguished DESC, " if shape.thread or shape.branch else ""  # C-5
    return f"SELECT FALSE, {_keys('comment')} FROM comment i WHERE {where} ORDER BY {first}{order.clause('i')} LIMIT {limit}"


def _noted(shape: Shape, sort: PostSort | CommentSort, spot: str, limit: str) -> str:
    """What the reader saved or hid, the last first (L-14): of a sort only the window in time counts."""
    key = f"{shape.table}_id"
    asked = [
        f"i.id = s.{key}",
        "s.person_id = :viewer",
        *filters.conditions(shape, filters.WHOSE),
        *_range(sort, order_of(sort), after=False),
        *_which(shape),
    ]
    if spot != "start":
        asked.append(f"(s.published, s.{key}) < (:at_noted, :at_id)")
    return (
        f"SELECT FALSE, {_keys(shape.table)} FROM {shape.noted} s CROSS JOIN {shape.table} i WHERE {' AND '.join(asked)}"
        f" ORDER BY s.published DESC, s.{key} DESC LIMIT {limit}"
    )


def _which(shape: Shape, *, members: bool = True) -> list[str]:
    """What is asked of each row, as one condition: taken for many, planners believe that next to nothing passes, and rather sort it all.

    `members`: whether the row's community is one of the list's; not asked where the rows come from these anyway.
    """
    scope = filters.in_scope(shape) if members else None
    asked = [*([scope] if scope else []), *filters.conditions(shape, filters.WHICH)]
    return [f"CASE WHEN {' AND '.join(asked)} THEN TRUE ELSE FALSE END"] if asked else []


def _range(sort: PostSort | CommentSort, order: Order, *, after: bool) -> list[str]:
    """The window in time and the rows to go on after."""
    asked = []
    if isinstance(sort, PostSort) and sorts.has_window(sort):
        # Where the key leads the way, the plus keeps the time from doing so.
        asked.append("i.published > :since" if order.gathered else "+i.published > :since")
    if after:
        asked.append(order.after("i"))
    return asked


def _plain(order: Order, alias: str) -> str:
    return order.clause(alias).replace("+", "")


def _order_columns(order: Order) -> str:
    return "".join(f", i.{name}" for name in order.columns if name != "id")


def _together(strips: list[str]) -> str:
    if len(strips) == 1:
        return strips[0]
    return " UNION ALL ".join(f"SELECT * FROM ({strip}) AS s{number}" for number, strip in enumerate(strips))
