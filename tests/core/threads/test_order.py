"""From comments to lines: nesting, orders, cuts. No database."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from folkmoot.core.threads.order import around, flat, nested
from folkmoot.model.enums import CommentSort
from folkmoot.model.views import Branch, Line


def branch(
    number: int,
    parent: int | None = None,
    *,
    score: int = 0,
    published: int = 0,
    children: int = 0,
    **more: bool,
) -> Branch:
    """A comment with what order asks for."""
    return Branch(
        number, 1, 1, False, False, parent, 1, children, published or number, False, False, more.get("distinguished", False), score,
        float(more.get("hot", 0)), float(more.get("torn", 0)), 0, False,
    )  # fmt: skip


def shape(lines: list[Line]) -> list[tuple[int, int]]:
    return [(line.id, line.depth) for line in lines]


TREE = [
    branch(1, score=3, children=3),
    branch(2, score=9, children=1),
    branch(3, 1, score=1, children=1),
    branch(4, 1, score=5),
    branch(5, 3),
    branch(6, 2),
]


def test_each_comment_is_followed_by_its_answers() -> None:
    found = nested(TREE, CommentSort.TOP, most=100)
    assert shape(found.lines) == [(2, 0), (6, 1), (1, 0), (4, 1), (3, 1), (5, 2)]
    assert (found.rest, found.next) == (0, None)


def test_old_and_new_go_by_time() -> None:
    assert [line.id for line in nested(TREE, CommentSort.OLD, most=100).lines] == [1, 3, 5, 4, 2, 6]
    assert [line.id for line in nested(TREE, CommentSort.NEW, most=100).lines] == [2, 6, 1, 4, 3, 5]


def test_distinguished_ones_come_first_among_their_siblings__C_4() -> None:
    rows = [branch(1, score=9), branch(2, score=1, distinguished=True), branch(3, score=5)]
    assert [line.id for line in nested(rows, CommentSort.TOP, most=100).lines] == [2, 1, 3]
    assert [line.id for line in nested(rows, CommentSort.OLD, most=100).lines] == [2, 1, 3]


def test_hot_then_score_then_the_newest__S_7() -> None:
    rows = [branch(1, score=1), branch(2, score=2), branch(3, score=2), branch(4, score=0, hot=True)]
    assert [line.id for line in nested(rows, CommentSort.HOT, most=100).lines] == [4, 3, 2, 1]


def test_answers_to_what_is_gone_stand_on_the_first_level() -> None:
    assert shape(nested([branch(2, 1), branch(3, 2)], CommentSort.OLD, most=100).lines) == [(2, 0), (3, 1)]


def test_a_page_ends_between_branches_and_goes_on_after_the_last() -> None:
    first = nested(TREE, CommentSort.OLD, most=4)
    assert ([line.id for line in first.lines], first.rest, first.next) == ([1, 3, 5, 4], 1, 1)
    second = nested(TREE, CommentSort.OLD, most=4, after=first.next)
    assert ([line.id for line in second.lines], second.rest, second.next) == ([2, 6], 0, None)


def test_a_branch_larger_than_a_page_says_how_much_is_missing() -> None:
    found = nested(TREE, CommentSort.OLD, most=2)
    assert [(line.id, line.cut) for line in found.lines] == [(1, 1), (3, 1)]


def test_flat_is_chronological_without_levels() -> None:
    found = flat(TREE, CommentSort.HOT, most=4)
    assert (shape(found.lines), found.rest, found.next) == ([(1, 0), (2, 0), (3, 0), (4, 0)], 2, 4)
    assert [line.id for line in flat(TREE, CommentSort.HOT, most=4, after=4).lines] == [5, 6]
    assert [line.id for line in flat(TREE, CommentSort.NEW, most=100).lines] == [6, 5, 4, 3, 2, 1]


def test_one_comment_beneath_as_many_ancestors_as_asked_for() -> None:
    found, above = around(TREE, CommentSort.OLD, 3, context=0, most=100)
    assert (shape(found.lines), above) == ([(3, 0), (5, 1)], True)
    found, above = around(TREE, CommentSort.OLD, 5, context=1, most=100)
    assert (shape(found.lines), above) == ([(3, 0), (5, 1)], True)
    found, above = around(TREE, CommentSort.OLD, 5, context=9, most=100)
    assert (shape(found.lines), above) == ([(1, 0), (3, 1), (5, 2)], False)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_every_comment_is_there_once_after_its_parent(data: st.DataObject) -> None:
    # Each answers one of those before it, or none (0): one draw for all, since many small ones take long.
    drawn = data.draw(st.lists(st.integers(0, 60), max_size=60))
    parents = [answered % (number + 1) or None for number, answered in enumerate(drawn)]
    rows = [branch(number + 1, parent) for number, parent in enumerate(parents)]
    sort = data.draw(st.sampled_from(list(CommentSort)))
    seen: list[int] = []
    after = None
    while True:
        found = nested(rows, sort, most=data.draw(st.integers(1, 80)) + 60, after=after)
        depths = {line.id: line.depth for line in found.lines}
        for place, line in enumerate(found.lines):
            if line.parent_id is not None:
                assert depths[line.parent_id] == line.depth - 1
                assert line.depth <= found.lines[place - 1].depth + 1
            else:
                assert line.depth == 0
        seen += depths
        if found.next is None:
            break
        after = found.next
    assert sorted(seen) == [row.id for row in rows]
