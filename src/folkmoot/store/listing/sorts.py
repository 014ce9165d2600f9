"""The orders of lists (section 5 of the behaviour rules), as texts for SQL.

Every order of posts is: featured first, then a key, then (mostly) the publish time, then the id. A list is read in two strips, the featured
ones and the rest, so that each strip is one range of one index that is already in order.

A count that grows all the time is in no index, but its step is (`comments_step`): within a step rows are sorted when they are read. Where each
number is a step of its own there is nothing to sort: that is a strip of its own, the last (docs/decisions/0020).
"""

from calendar import monthrange
from dataclasses import dataclass

from folkmoot.model.enums import CommentSort, PostSort
from folkmoot.model.ranking import SINGLE_STEPS
from folkmoot.model.time import DAY, HOUR, WEEK, Micros, from_datetime, to_datetime


@dataclass(frozen=True, slots=True)
class Order:
    """Columns from the most to the least significant, all descending but those in `rising`.

    `gathered`: the rows of a short time window are collected first and sorted then; following the key down would pass by all the years
    before. `stepped`: the first column is the step of the second, and stands in the index instead of it.
    """

    columns: tuple[str, ...]
    rising: frozenset[str] = frozenset()
    gathered: bool = False
    stepped: bool = False

    def clause(self, alias: str) -> str:
        """What stands after ORDER BY."""
        plus = "+" if self.gathered else ""
        return ", ".join(
            f"{plus if position == 0 else ''}{alias}.{name} {'ASC' if name in self.rising else 'DESC'}"
            for position, name in enumerate(self.columns)
        )

    def after(self, alias: str) -> str:
        """The condition for rows strictly after a given one, whose values are parameters named `at_<column>` (L-2)."""
        if self.rising:
            first, last = self.columns
            sign = "<" if last not in self.rising else ">"
            return f"{alias}.{first} >= :at_{first} AND ({alias}.{first} > :at_{first} OR {alias}.{last} {sign} :at_{last})"
        ours = ", ".join(f"{alias}.{name}" for name in self.columns)
        theirs = ", ".join(f":at_{name}" for name in self.columns)
        return f"({ours}) < ({theirs})"

    def spot(self, first: float | None) -> str:
        """In which strip of `parts` a row is that has this value in the first column: "rest", or "last" for the last of several."""
        return "last" if self.stepped and first is not None and first < SINGLE_STEPS else "rest"

    def parts(self, alias: str, spot: str) -> "list[tuple[Order, list[str]]]":
        """The strips of which these rows are one after the other, each with its order and the conditions for its rows. `spot`: where the row is
        to go on after; anything else than `spot` answers means from the top."""
        beyond = [self.after(alias)] if spot in ("rest", "last") else []
        if not self.stepped:
            return [(self, beyond)]
        name = self.columns[0]
        single = Order((name, *self.columns[2:]))
        if spot == "last":
            return [(single, [single.after(alias)])]
        step = f"{alias}.{name}"
        return [(self, [f"{step} >= {SINGLE_STEPS}", *beyond]), (single, [f"{step} < {SINGLE_STEPS}"])]


def _keyed(name: str, *, gathered: bool = False) -> Order:
    return Order((name, "published", "id"), gathered=gathered)


POSTS: dict[PostSort, Order] = {
    PostSort.ACTIVE: _keyed("active_rank"),
    PostSort.HOT: _keyed("hot_rank"),
    PostSort.SCALED: _keyed("scaled_rank"),
    PostSort.CONTROVERSIAL: _keyed("controversy_rank"),
    PostSort.NEW: Order(("published", "id")),
    PostSort.OLD: Order(("published", "id"), rising=frozenset({"published"})),
    PostSort.NEW_COMMENTS: Order(("newest_comment", "id")),
    PostSort.MOST_COMMENTS: Order(("comments_step", "comments", "published", "id"), stepped=True),
    PostSort.TOP_HOUR: _keyed("score", gathered=True),
    PostSort.TOP_SIX_HOUR: _keyed("score", gathered=True),
    PostSort.TOP_TWELVE_HOUR: _keyed("score", gathered=True),
    PostSort.TOP_DAY: _keyed("score", gathered=True),
    PostSort.TOP_WEEK: _keyed("score"),
    PostSort.TOP_MONTH: _keyed("score"),
    PostSort.TOP_THREE_MONTHS: _keyed("score"),
    PostSort.TOP_SIX_MONTHS: _keyed("score"),
    PostSort.TOP_NINE_MONTHS: _keyed("score"),
    PostSort.TOP_YEAR: _keyed("score"),
    PostSort.TOP_ALL: _keyed("score"),
}

COMMENTS: dict[CommentSort, Order] = {
    CommentSort.HOT: Order(("hot_rank", "score", "id")),
    CommentSort.TOP: Order(("score", "id")),
    CommentSort.CONTROVERSIAL: Order(("controversy_rank", "id")),
    CommentSort.NEW: Order(("published", "id")),
    CommentSort.OLD: Order(("published", "id"), rising=frozenset({"published", "id"})),
}

_SPANS: dict[PostSort, Micros] = {
    PostSort.TOP_HOUR: HOUR,
    PostSort.TOP_SIX_HOUR: 6 * HOUR,
    PostSort.TOP_TWELVE_HOUR: 12 * HOUR,
    PostSort.TOP_DAY: DAY,
    PostSort.TOP_WEEK: WEEK,
}
_MONTHS = {
    PostSort.TOP_MONTH: 1,
    PostSort.TOP_THREE_MONTHS: 3,
    PostSort.TOP_SIX_MONTHS: 6,
    PostSort.TOP_NINE_MONTHS: 9,
    PostSort.TOP_YEAR: 12,
}


def has_window(sort: PostSort) -> bool:
    """Whether only posts younger than some moment are listed."""
    return sort in _SPANS or sort in _MONTHS


def since(sort: PostSort, now: Micros) -> Micros:
    """The moment after which a post must be published to be in the window of `sort`; months are the calendar's."""
    span = _SPANS.get(sort)
    return now - span if span is not None else _months_before(now, _MONTHS[sort])


def _months_before(now: Micros, months: int) -> Micros:
    moment = to_datetime(now)
    count = moment.year * 12 + moment.month - 1 - months
    year, month = divmod(count, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return from_datetime(moment.replace(year=year, month=month + 1, day=day))
