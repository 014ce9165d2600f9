"""Ranks against the check values of the behaviour rules (S-5)."""

import pytest

from folkmoot.model.ranking import controversy_rank, hot_rank, scaled_rank
from folkmoot.model.time import HOUR, WEEK

NOW = 1_780_315_200_000_000


@pytest.mark.parametrize(
    ("score", "hours", "rank"),
    [(1, 0, 0.1370), (-10, 2, 0.02483), (100, 2, 0.16565), (5, 168, 0.0), (5, -0.001, 0.0)],
)
def test_hot__S_1__S_5(score: int, hours: float, rank: float) -> None:
    assert hot_rank(score, NOW - int(hours * HOUR), NOW) == pytest.approx(rank, abs=5e-5)


def test_the_last_moment_of_the_week_still_counts__S_1() -> None:
    assert hot_rank(5, NOW - WEEK + 1, NOW) > 0


def test_scaled__S_3__S_5() -> None:
    assert scaled_rank(hot_rank(1, NOW, NOW), 1) == pytest.approx(0.2871, abs=1e-4)


@pytest.mark.parametrize(
    ("up", "down", "rank"), [(10, 5, 3.873), (5, 5, 10), (5, 10, 3.873), (0, 5, 0), (5, 0, 0), (-1, 5, 0)]
)
def test_controversy__S_4__S_5(up: int, down: int, rank: float) -> None:
    assert controversy_rank(up, down) == pytest.approx(rank, abs=5e-4)
