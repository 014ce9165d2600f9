"""Votes: what counts, and what a vote changes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tally:
    """Votes on one thing, counted apart."""

    upvotes: int
    downvotes: int

    @property
    def score(self) -> int:
        return self.upvotes - self.downvotes
