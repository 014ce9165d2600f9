"""Ranks, as the behaviour rules define them (S-1 to S-5, S-9). Pure arithmetic: `store/counts.py` keeps the results in their rows."""

from math import log10

from folkmoot.model.time import HOUR, WEEK, Micros


def hot_rank(score: int, published: Micros, now: Micros) -> float:
    """0 in the future or after a week, else log10(max(2, score + 2)) / (hours + 2)^1.8 (S-1)."""
    age = now - published
    if age < 0 or age >= WEEK:
        return 0.0
    return float(log10(max(2, score + 2)) / (age / HOUR + 2) ** 1.8)


def scaled_rank(hot: float, active_month: int) -> float:
    """The hot rank made comparable between large and small communities (S-3)."""
    return hot / log10(2 + active_month)


def controversy_rank(upvotes: int, downvotes: int) -> float:
    """High where many vote and disagree evenly; 0 where one side is empty (S-4)."""
    if upvotes <= 0 or downvotes <= 0:
        return 0.0
    exponent = min(upvotes, downvotes) / max(upvotes, downvotes)
    return float((upvotes + downvotes) ** exponent)
