"""What is the same for every reader, kept per process by what it shows and its version: HTML of pages, JSON of answers."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from folkmoot.store.changes import Key
from folkmoot.store.db import Tx, writing

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


class Known(Generic[T]):
    """Values that are right for as long as nothing that they were made from is said to have changed (`store/changes.py`).

    `made_from` tells what that is, given the id of a value and the value; `size` about how many bytes one takes, of `limit` in all.
    """

    def __init__(
        self, limit: int, made_from: Callable[[int, T], tuple[Key, ...]], size: Callable[[T], int]
    ) -> None:
        self._kept: Kept[tuple[int, T]] = Kept(limit)
        self._made_from = made_from
        self._size = size

    async def get(self, tx: Tx, number: int, stamp: Hashable, read: Callable[[], Awaitable[T]]) -> T:
        """A value, read where it is not known. Inside a write it is read anew, because what is not committed yet must not be kept."""
        if writing.get():
            return await read()
        found = self._kept.get(number, stamp)
        if found is not None and tx.changes.newest(self._made_from(number, found[1])) <= found[0]:
            return found[1]
        value = await read()
        self._kept.put(number, stamp, (tx.heard, value), self._size(value))
        return value
