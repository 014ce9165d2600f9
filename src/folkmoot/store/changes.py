"""What has changed since a cache last looked: a number per thing, kept in every process.

A writer names what it touched (`tx.changed("thread", post_id)`); the engine carries that to the other processes (a table that `PRAGMA
data_version` says to read on SQLite, NOTIFY on PostgreSQL). A cached page remembers the numbers of what it was made from and is right for
as long as they stand.

Kinds in use: `site` (0), `sites` (0: what servers say of themselves), `neighbours` (0: a server is known that was not, or an admin decided
about one), `front` (0), `posts` (0: a post appeared or went), `community` (id),
`thread` (post id), `person` (id), `author` (person id, or 0 for anybody: what stands beside all they wrote), `names` (0: somebody is new
or called otherwise), `search` (0: the search tables), `post_text` and `comment_text` (id: it was written, changed, pinned, went or came
back; 0: many were), `community_name` (id: it is new or called otherwise; 0: many are), `modlog` (0), `jobs` (0), `followers` (community
id), `fans` (person id), `outgoing` (0: something has to be told to other servers), `outbox` (0: an activity was written), `received` (0:
an activity arrived), `put_off` (0: one was put off, or taken up again), `destination` (0: who is sent to, or what an admin decided about
them), `keys` (0: an actor, here or elsewhere, has another key).
"""

import asyncio
from collections import deque
from collections.abc import Collection

Key = tuple[str, int]

_LIMIT = 200_000
LISTED = ("post_text", "comment_text", "community_name")
"""Kinds of which it is asked what changed, not whether something did: the last so many are kept in a list, and not by key."""
MANY = 0
"""The id of such a kind that stands for more than are named one by one."""
_LISTED_AT_MOST = 5000


class Changes:
    """Sequence numbers by (kind, id). Forgetting is safe: an unknown key counts as changed at the floor."""

    def __init__(self) -> None:
        self._numbers: dict[Key, int] = {}
        self._floor = 0
        self._next = 0
        self._lists: dict[str, deque[tuple[int, int]]] = {kind: deque() for kind in LISTED}
        self._forgotten: dict[str, int] = {}
        """The last change that such a list no longer names."""
        self._listeners: dict[str, list[asyncio.Event]] = {}
        self._everybody: list[asyncio.Event] = []

    def listen(self, kinds: Collection[str], event: asyncio.Event) -> None:
        """Set `event` from now on when something of these kinds happens, or when everything may have."""
        self._everybody.append(event)
        for kind in kinds:
            self._listeners.setdefault(kind, []).append(event)

    def wake(self, kind: str | None = None) -> None:
        """Set the events of those who listen to this kind, or of everybody, although nothing happened."""
        for event in self._everybody if kind is None else self._listeners.get(kind, ()):
            event.set()

    def touch(self, key: Key) -> None:
        """Something happened to `key`."""
        self._next += 1
        listed = self._lists.get(key[0])
        if listed is not None:
            # Only this list forgets: what is remembered of anything else still stands, and many comments are written one after the other.
            if len(listed) >= _LISTED_AT_MOST:
                self._forgotten[key[0]] = listed.popleft()[0]
            listed.append((self._next, key[1]))
        else:
            if len(self._numbers) >= _LIMIT:
                self.flush()
            self._numbers[key] = self._next
        for event in self._listeners.get(key[0], ()):
            event.set()

    def flush(self) -> None:
        """Forget everything: whatever was made before now is out of date."""
        self._next += 1
        self._floor = self._next
        self._numbers.clear()
        for listed in self._lists.values():
            listed.clear()
        self.wake()

    def latest(self) -> int:
        """The number of the last thing that happened: whatever is newer happened after now."""
        return self._next

    def since(self, kind: str, number: int) -> set[int] | None:
        """Of one of the `LISTED` kinds, the ids of what changed after that number; None where that is not known any more."""
        if number < max(self._floor, self._forgotten.get(kind, 0)):
            return None
        found = set()
        for when, object_id in reversed(self._lists[kind]):
            if when <= number:
                break
            found.add(object_id)
        return found

    def newest(self, keys: tuple[Key, ...]) -> int:
        """The highest number among `keys`: equal to the one remembered means unchanged."""
        highest = self._floor
        get = self._numbers.get
        for key in keys:
            if (number := get(key, 0)) > highest:
                highest = number
        return highest
