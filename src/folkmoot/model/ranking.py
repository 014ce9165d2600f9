"""Ranks, as the behaviour rules define them (S-1 to S-5, S-9), and steps of counts. Pure arithmetic: `store/counts.py` keeps the results in
their rows."""

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


SINGLE_STEPS = 4
"""Below this each number of comments is a step of its own."""


def comments_step(comments: int) -> int:
    """The step on which a number of comments is: below four the number itself, from there on one step from each power of two to the next
    (the number of bits, and one).

    It never falls where the number grows, so that posts by their steps, and within a step by their numbers, are posts by their numbers.
    Most comments leave their post on its step, and so in its place in an index of steps.
    """
    return comments if comments < SINGLE_STEPS else comments.bit_length() + 1
