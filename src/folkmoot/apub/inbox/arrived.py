"""One activity as its handler gets it: with who signed it, who passed it on, and what is known of what it names."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from folkmoot.apub.activities import Activity
from folkmoot.apub.inbox.known import Known
from folkmoot.apub.policy import Policy
from folkmoot.apub.signatures import VerifiedSender
from folkmoot.core.comments.create import Uncounted
from folkmoot.core.votes.cast import Ballot
from folkmoot.model.communities import Community
from folkmoot.model.people import Person, Viewer
from folkmoot.store.actors import Placed

A_co = TypeVar("A_co", bound=Activity, covariant=True)
B = TypeVar("B", bound=Activity)


@dataclass(frozen=True, slots=True)
class Gathered:
    """Votes that are to be counted later, and comments that were written already."""

    ballots: list[Ballot] = field(default_factory=list)
    comments: list[Uncounted] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Arrived(Generic[A_co]):
    """`sender` signed the request; `announcer`: the community that passed the activity on, None for one that came directly.

    `fetched`: it was read from its origin, not received. `quiet`: nobody is to be told and nothing is passed on (BKF-2).
    `fetched_anew`: what was asked for at its origin because of this arrival; `read`: what of it was to be had, `gone`: what was said to
    be gone. `moves`: which accounts were asked whether they moved where, and whether both say so. `gathered`: where votes and
    new comments are put that the caller counts; None: each is counted at once.
    """

    activity: A_co
    sender: VerifiedSender
    known: Known
    announcer: Community | None = None
    fetched: bool = False
    quiet: bool = False
    fetched_anew: frozenset[str] = frozenset()
    read: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    moves: Mapping[tuple[str, str], bool] = field(default_factory=dict)
    gathered: Gathered | None = None

    @property
    def policy(self) -> Policy:
        return self.known.policy

    @property
    def direct(self) -> bool:
        """Whether nobody passed it on."""
        return self.announcer is None

    def actor(self) -> Person:
        """Who did it; raises `Missing` for somebody who has to be fetched first."""
        return self.known.person(self.activity.actor)

    def viewer(self) -> Viewer:
        """The same as the use cases of `core` know who acts: a person without an account here."""
        return Viewer(self.actor())

    def object(self, ap_id: str) -> Placed:
        """A stored thing; raises `Missing`."""
        return self.known.object(ap_id)

    def of(self, activity: B, *, announcer: Community | None = None) -> "Arrived[B]":
        """The same arrival, about an activity that is embedded in this one; `announcer`: that this community passes on."""
        return replace(self, activity=activity, announcer=announcer or self.announcer)  # type: ignore[return-value,arg-type]
