"""Votes: what counts, and what a vote changes."""

from dataclasses import dataclass

from folkmoot.model.people import Person


@dataclass(frozen=True, slots=True)
class Tally:
    """Votes on one thing, counted apart."""

    upvotes: int
    downvotes: int

    @property
    def score(self) -> int:
        return self.upvotes - self.downvotes


@dataclass(frozen=True, slots=True)
class Cast:
    """A vote and whose it is. `banned`: from the community in which it was cast."""

    voter: Person
    banned: bool
    value: int
