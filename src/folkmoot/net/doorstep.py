"""How this site looks from outside: its own public address, asked as any other server's is."""

from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from folkmoot.net.client import Client
from folkmoot.net.errors import NetFailure

LIMIT_BYTES = 64 * 1024
TIMEOUT = 5.0


@dataclass(frozen=True, slots=True)
class Doorstep:
    """What came of it. `status` is None where nothing answered; `failure` then says why. `date`: the moment by the clock of who answered,
    in seconds since the epoch.
    """

    status: int | None
    failure: str = ""
    date: float | None = None


async def look_at_doorstep(http: Client, origin: str) -> Doorstep:
    """Ask a site for the document that every site shows to everybody. Raises nothing."""
    try:
        answer = await http.get(f"{origin}/.well-known/nodeinfo", limit_bytes=LIMIT_BYTES, timeout=TIMEOUT)
    except NetFailure as error:
        return Doorstep(None, str(error))
    return Doorstep(answer.status, date=_seconds(answer.headers.get("Date", "")))


def _seconds(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except ValueError:
        return None
