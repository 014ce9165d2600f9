"""What was put off, and what has to wait behind it: a vote that could not be counted yet must not be overtaken by its Undo (INB-11).

Only what the same server sent waits: else any server could keep everybody's votes from a thread by sending something about it that cannot
be done now. Who waits is due when what it waits for is, and has its turn after that, by the order of their rows.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator

from folkmoot.apub.documents import host_of
from folkmoot.apub.inbox.turns import Turn
from folkmoot.model.errors import Refusal
from folkmoot.model.time import Micros
from folkmoot.store import received
from folkmoot.store.db import Tx
from folkmoot.store.received import Waiting

_KEY = (("put_off", 0),)
_Name = tuple[str, str]
"""Of the server that sent it, and of what it keeps for itself or shares (`turns.py`)."""


class PutOff:
    """The rows that are put off, by the names of what they are about. `look` brings it up to date; `add` one more."""

    def __init__(self) -> None:
        self._seen = -1
        self._rows: dict[int, tuple[str, Turn]] = {}
        self._due: dict[int, Micros] = {}
        self._own: dict[_Name, set[int]] = defaultdict(set)
        self._shared: dict[_Name, set[int]] = defaultdict(set)
        self._anywhere: dict[str, set[int]] = defaultdict(set)

    async def look(self, tx: Tx, turn: Callable[[Waiting], Turn]) -> None:
        """Read what was put off, or taken up again, since the last look, here or by another process. `turn` may raise `Refusal`."""
        newest = tx.changes.newest(_KEY)
        if newest == self._seen:
            return
        due = await received.put_off_until(tx)
        for row_id in self._rows.keys() - due.keys():
            self._drop(row_id)
        self._due |= due
        for row in await received.rows(tx, due.keys() - self._rows.keys()):
            try:
                self.add(row, turn(row), due[row.id])
            except Refusal:
                continue  # it cannot be read any more, and will be refused
        if newest <= tx.heard:  # what was told of since then this transaction need not see
            self._seen = newest

    def add(self, row: Waiting, turn: Turn, due: Micros) -> None:
        """One more that was put off."""
        host = host_of(row.actor)
        self._rows[row.id], self._due[row.id] = (host, turn), due
        for name in turn.own:
            self._own[host, name].add(row.id)
            self._anywhere[name].add(row.id)
        for name in turn.shared:
            self._shared[host, name].add(row.id)

    def earlier(self, row: Waiting, name: str) -> set[int]:
        """The rows, of whatever server, that came before this one and keep a name for themselves."""
        return {number for number in self._anywhere.get(name, ()) if number < row.id}

    def until(self, row: Waiting, turn: Turn) -> Micros | None:
        """When what this row has to wait for is due; None where it need not wait."""
        if not self._rows:
            return None
        earlier = {number for number in self._about(host_of(row.actor), turn) if number < row.id}
        return max((self._due[number] for number in earlier), default=None)

    def _about(self, host: str, turn: Turn) -> Iterator[int]:
        for name in turn.own:
            yield from self._own.get((host, name), ())
            yield from self._shared.get((host, name), ())
        for name in turn.shared:
            yield from self._own.get((host, name), ())

    def _drop(self, row_id: int) -> None:
        host, turn = self._rows.pop(row_id)
        del self._due[row_id]
        for name in turn.own:
            self._anywhere[name].discard(row_id)
            if not self._anywhere[name]:
                del self._anywhere[name]
        for names, index in ((turn.own, self._own), (turn.shared, self._shared)):
            for name in names:
                index[host, name].discard(row_id)
                if not index[host, name]:
                    del index[host, name]
