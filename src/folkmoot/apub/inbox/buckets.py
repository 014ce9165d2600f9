"""How many a second: token buckets in the memory of one process, for what is too frequent to be counted in the database."""

from math import ceil

from folkmoot.model.time import SECOND, Micros

_MOST = 50_000


class Buckets:
    """One bucket per name: `rate` tokens come back each second, up to `burst`."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._state: dict[str, tuple[float, Micros]] = {}

    def take(self, name: str, now: Micros) -> int:
        """Take a token: 0, or the seconds to wait where there is none."""
        tokens, then = self._state.get(name, (self._burst, now))
        tokens = min(self._burst, tokens + (now - then) / SECOND * self._rate)
        if tokens < 1:
            return ceil((1 - tokens) / self._rate)
        if name not in self._state and len(self._state) >= _MOST:
            self._forget(now)
        self._state[name] = (tokens - 1, now)
        return 0

    def _forget(self, now: Micros) -> None:
        """Drop the buckets that are full again."""
        full = [
            name
            for name, (tokens, then) in self._state.items()
            if tokens + (now - then) / SECOND * self._rate >= self._burst
        ]
        for name in full:
            del self._state[name]
        if len(self._state) >= _MOST:
            self._state.clear()
