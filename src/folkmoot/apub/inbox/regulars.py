"""Communities that somebody here follows and that passed something on a moment ago: what comes next of them concerns us too.

That saves a look at the database for most of what arrives. Who is forgotten is looked up; who is not followed any more is let in for a few
seconds more, and refused when its turn comes.
"""

from folkmoot.apub.reading import Envelope
from folkmoot.model.time import SECOND, Micros

KEPT: Micros = 10 * SECOND
MOST = 50_000


class Regulars:
    """Those of one process."""

    def __init__(self) -> None:
        self._until: dict[str, Micros] = {}

    def note(self, community: str, now: Micros) -> None:
        """Somebody here follows it."""
        if len(self._until) >= MOST:
            self._until.clear()
        self._until[community] = now + KEPT

    def concerns_us(self, outside: Envelope, now: Micros) -> bool:
        """Whether an activity is known to be of interest. A deletion may be of somebody who is unknown here."""
        if outside.type == "Announce":
            return self._until.get(outside.actor, 0) > now
        return outside.type is not None and outside.type != "Delete"
