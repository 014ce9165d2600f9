"""From comments to lines: sorted, nested, cut to what a page holds. Pure; one pass over sorted rows, no recursion."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from folkmoot.model.enums import CommentSort
from folkmoot.model.views import Branch, Line

_KEYS: dict[CommentSort, Callable[[Branch], Any]] = {
    CommentSort.HOT: lambda row: (row.distinguished, row.hot_rank, row.score, row.id),
    CommentSort.TOP: lambda row: (row.distinguished, row.score, row.id),
    CommentSort.CONTROVERSIAL: lambda row: (row.distinguished, row.controversy_rank, row.id),
    CommentSort.NEW: lambda row: (row.distinguished, row.published, row.id),
    CommentSort.OLD: lambda row: (row.distinguished, -row.published, -row.id),
}
"""Distinguished first (C-4), then the sort (S-7), then the id."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """Lines in display order. `rest` comments of the first level (with all below them) did not fit; they follow after comment `next`."""

    lines: list[Line]
    rest: int = 0
    next: int | None = None


def nested(
    branches: Iterable[Branch],
    sort: CommentSort,
    *,
    most: int,
    after: int | None = None,
) -> Ordered:
    """A tree: each comment followed by its answers. What is beyond `most` lines is cut off and counted.

    `after`: go on after this comment of the first level. Comments whose parent is gone stand on the first level.
    """
    children = _children(branches, sort)
    roots = children.pop(None, [])
    if after is not None:
        start = next((number for number, root in enumerate(roots, 1) if root.id == after), 0)
        roots = roots[start:]
    lines: list[Line] = []
    cuts: dict[int, int] = {}
    for number, root in enumerate(roots):
        if len(lines) >= most:
            return Ordered(_with_cuts(lines, cuts), len(roots) - number, roots[number - 1].id)
        _walk(root, children, lines, cuts, most)
    return Ordered(_with_cuts(lines, cuts))


def flat(branches: Iterable[Branch], sort: CommentSort, *, most: int, after: int | None = None) -> Ordered:
    """Chronological, without nesting: newest first for New, else oldest first."""
    rows = sorted(branches, key=lambda row: (row.published, row.id), reverse=sort is CommentSort.NEW)
    if after is not None:
        rows = rows[next((number for number, row in enumerate(rows, 1) if row.id == after), 0) :]
    shown = [_line(row, 0) for row in rows[:most]]
    return Ordered(shown, len(rows) - len(shown), shown[-1].id if len(rows) > most else None)


def around(
    branches: Iterable[Branch], sort: CommentSort, focus: int, *, context: int, most: int
) -> tuple[Ordered, bool]:
    """One comment with all its answers, beneath as many of its ancestors as `context` says; and whether there are more above.

    Raises `KeyError` for a comment that is not among the branches.
    """
    rows = list(branches)
    by_id = {row.id: row for row in rows}
    chain = [by_id[focus]]
    while len(chain) <= context and (parent := by_id.get(chain[-1].parent_id or 0)):
        chain.append(parent)
    above = (chain[-1].parent_id or 0) in by_id
    children = _children(rows, sort)
    # Of each ancestor only the answer that leads to the one asked for is shown.
    for parent, child in zip(chain[:0:-1], chain[-2::-1], strict=True):
        children[parent.id] = [child]
    lines: list[Line] = []
    cuts: dict[int, int] = {}
    _walk(chain[-1], children, lines, cuts, most)
    return Ordered(_with_cuts(lines, cuts)), above


def levels(
    branches: Iterable[Branch], sort: CommentSort, *, max_depth: int, parent_id: int | None = None
) -> list[Branch]:
    """Level by level: the answers of one comment after those of another, in the order of the parents' paths, which compare as texts (C-4).

    Depth counts levels: `max_depth` of them from the top, or so many below `parent_id`, which comes first itself.
    Raises `KeyError` for a parent that is not among the branches.
    """
    above: dict[int, str] = {}
    for row in branches:
        above[row.id] = f"{above[row.parent_id]}.{row.parent_id}" if row.parent_id in above else "0"
    rows = sorted(branches, key=_KEYS[sort], reverse=True)
    if parent_id is not None:
        base = f"{above[parent_id]}.{parent_id}"
        rows = [row for row in rows if row.id == parent_id or f"{above[row.id]}.".startswith(f"{base}.")]
        max_depth += above[parent_id].count(".") + 1
    shown = [row for row in rows if above[row.id].count(".") < max_depth]
    return sorted(shown, key=lambda row: above[row.id])


def _children(branches: Iterable[Branch], sort: CommentSort) -> dict[int | None, list[Branch]]:
    """The answers of each comment in order; those of the first level, and orphans, under None."""
    children: dict[int | None, list[Branch]] = defaultdict(list)
    rows = sorted(branches, key=_KEYS[sort], reverse=True)
    known = {row.id for row in rows}
    for row in rows:
        children[row.parent_id if row.parent_id in known else None].append(row)
    return children


def _walk(
    root: Branch,
    children: dict[int | None, list[Branch]],
    lines: list[Line],
    cuts: dict[int, int],
    most: int,
) -> None:
    """Append `root` and everything below it, parents before children."""
    stack = [(root, 0)]
    while stack:
        row, depth = stack.pop()
        if len(lines) >= most and row.parent_id is not None:
            cuts[row.parent_id] = cuts.get(row.parent_id, 0) + 1 + row.children
            continue
        lines.append(_line(row, depth))
        if below := children.get(row.id):
            stack.extend([(child, depth + 1) for child in reversed(below)])


def _line(row: Branch, depth: int) -> Line:
    return Line(
        row.id, row.version, row.creator_version, row.moderator, row.banned, depth, row.parent_id, row.creator_id, row.children,
        row.published, row.deleted, row.removed, 0,
    )  # fmt: skip


def _with_cuts(lines: list[Line], cuts: dict[int, int]) -> list[Line]:
    return (
        [line._replace(cut=cuts[line.id]) if line.id in cuts else line for line in lines] if cuts else lines
    )
