"""Lists that are read page by page, there and back.

A cursor says where its page begins, not where the one before did. So an address carries the cursors of the pages that led to it (`back`),
and "Previous page" leads to what was seen, without anything being remembered and without a script.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from folkmoot.web.forms import Form

_MOST = 60
"""How many cursors an address carries; from further on, "previous" leads so far back, and from there to the beginning."""
_LONGEST = 300


def address(path: str, **asked: str) -> str:
    """The address of a page; what is empty is left out."""
    kept = {name: value for name, value in asked.items() if value}
    return f"{path}?{urlencode(kept)}" if kept else path


Address = Callable[..., str]
"""Makes the address of a list from what its cursors are; what is empty is left out."""


@dataclass(frozen=True, slots=True)
class Trail:
    """Where somebody is in a list: `after` begins this page ("" for the first one), `back` those between the first and this."""

    after: str = ""
    back: tuple[str, ...] = ()

    def next(self, address: Address, cursor: str | int | None, name: str = "after") -> str:
        """The address of the page that begins after `cursor`; "" where there is none."""
        if not cursor:
            return ""
        back = (*self.back, self.after) if self.after else self.back
        return address(**{name: str(cursor), "back": " ".join(back[-_MOST:])})

    def prev(self, address: Address, name: str = "after") -> str:
        """The address of the page before this one; "" on the first one."""
        if not self.after:
            return ""
        if not self.back:
            return address()
        return address(**{name: self.back[-1], "back": " ".join(self.back[:-1])})


def trail_of(asked: Form, name: str = "after") -> Trail:
    """Read the address. `name` is what its cursor is called."""
    back = [cursor for cursor in asked.text("back").split() if len(cursor) <= _LONGEST]
    return Trail(asked.text(name), tuple(back[-_MOST:]))
