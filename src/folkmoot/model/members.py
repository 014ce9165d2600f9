"""Who asks to be let into a community, and who was."""

from dataclasses import dataclass

from folkmoot.model.people import Person
from folkmoot.model.time import Micros

REPUBLISHES = frozenset({"kbin", "mbin"})
"""Software that knows no private communities, and shows everybody what it gets."""


def is_denied(denylist: str, software: str | None, version: str | None) -> bool:
    """Whether software is on a list as the operator writes it: names, or a name and how the version begins, as `lemmy/0` (VIS-4)."""
    for entry in filter(None, denylist.split(",")):
        name, _, begins = entry.partition("/")
        if name == software and (not begins or f"{version or ''}.".startswith(f"{begins}.")):
            return True
    return False


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who follows a community or asks to, and since when; the software of their server, where it is another and is known."""

    person: Person
    since: Micros
    software: str | None
    version: str | None

    @property
    def republishes(self) -> bool:
        """Their server shows everybody what it gets (VIS-4)."""
        return self.software in REPUBLISHES

    @property
    def cannot_read(self) -> bool:
        """Their server does not sign what it asks for, and so is shown nothing (VIS-4)."""
        old = self.software == "lemmy" and (self.version or "0").startswith("0.")
        return old or self.software == "mastodon"
