"""What is the same for every reader, kept per process by what it shows and its version: HTML of pages, JSON of answers."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """At most about so many bytes of pieces; the ones made first go first.

    A piece is found by its name and is right while its stamp is the same: a newer one takes the place of the old.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self._pieces: OrderedDict[Hashable, tuple[Hashable, T, int]] = OrderedDict()

    def get(self, name: Hashable, stamp: Hashable) -> T | None:
        """The piece, if it is here and still right."""
        found = self._pieces.get(name)
        if found is None or found[0] != stamp:
            return None
        return found[1]

    def put(self, name: Hashable, stamp: Hashable, piece: T, size: int) -> None:
        """Keep a piece of about `size` bytes."""
        before = self._pieces.pop(name, None)
        if before is not None:
            self.size -= before[2]
        self._pieces[name] = (stamp, piece, size)
        self.size += size
        while self.size > self.limit and len(self._pieces) > 1:
            _, (_, _, freed) = self._pieces.popitem(last=False)
            self.size -= freed

    def __len__(self) -> int:
        return len(self._pieces)
