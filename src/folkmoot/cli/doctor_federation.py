"""What `folkmoot doctor` finds about what other servers need: a name that means something to them, https, and the right time."""

import asyncio
import ctypes
import time
from collections.abc import Callable
from ipaddress import ip_address

from folkmoot.app import look_from_outside
from folkmoot.cli.findings import Finding
from folkmoot.settings import Settings, is_loopback

WORST_SKEW = 60
"""Seconds. Servers allow between half a minute and an hour."""
NOT_UP = frozenset({502, 503, 504})
"""What proxies answer while nothing runs behind them."""
PRIVATE_ENDINGS = frozenset(
    {"local", "localdomain", "internal", "lan", "home", "corp", "test", "invalid", "arpa"}
)
"""Last parts of names that lead nowhere in the public DNS."""
_UNSYNCHRONISED = 5
_TIMEX_BYTES = 1024  # more than any system's struct timex


def check_public_name(settings: Settings) -> Finding:
    """The name is one that other servers can keep and reach."""
    if is_loopback(settings.host):
        says = f"{settings.origin} is reachable from this machine only; set FOLKMOOT_HOSTNAME before others join."
        return Finding("public name", "note", says)
    fault = _fault_of_name(settings)
    if fault:
        return Finding("public name", "note", f"{settings.origin} {fault}.")
    if settings.trusted_proxies == 0:
        says = f"{settings.origin} needs a proxy that speaks https, but FOLKMOOT_TRUSTED_PROXIES is 0."
        return Finding("public name", "note", says)
    return Finding("public name", "ok", settings.origin)


def _fault_of_name(settings: Settings) -> str:
    if settings.scheme != "https":
        return "is http; other servers ask for https only"
    if _is_address(settings.host):
        return "is an address; other servers expect a name"
    if "." not in settings.host or settings.host.rpartition(".")[2] in PRIVATE_ENDINGS:
        return "is no name of the public DNS; other servers cannot find it"
    if settings.hostname != settings.host:
        return "has a port; many servers ask at 443 only"
    return ""


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def check_https(settings: Settings) -> Finding:
    """The public address answers, with a certificate that is accepted, nothing in between, and a clock like ours. Asked from here, so a
    router that does not lead back inside makes it look worse than it is.
    """
    if is_loopback(settings.host) or _fault_of_name(settings):
        return Finding("https", "ok", "not asked: no other server could.")
    seen = asyncio.run(look_from_outside(settings))
    if seen.status is None:
        return Finding("https", "note", f"no answer as seen from this machine: {seen.failure}.")
    if seen.status in NOT_UP:
        return Finding("https", "note", f"the proxy answers {seen.status}: nothing runs behind it now.")
    if seen.status != 200:
        says = f"{settings.origin} answers {seen.status} to a server; something in between turns away everything that is not a browser."
        return Finding("https", "problem", says)
    skew = 0 if seen.date is None else abs(time.time() - seen.date)
    if skew > WORST_SKEW:
        says = f"the clocks of this machine and of {settings.host} differ by {skew:.0f} seconds; signatures are refused."
        return Finding("https", "problem", says)
    return Finding("https", "ok", "answers, with a certificate that is accepted.")


def is_in_time() -> bool | None:
    """Whether something keeps the machine's clock right; None where it does not say."""
    ask: Callable[[object], int] | None = getattr(ctypes.CDLL(None), "adjtimex", None)
    state = -1 if ask is None else ask(ctypes.create_string_buffer(_TIMEX_BYTES))
    return None if state < 0 else state != _UNSYNCHRONISED


def check_clock(_settings: Settings) -> Finding:
    """Something keeps the clock in time: what is signed at a wrong one is refused elsewhere."""
    in_time = is_in_time()
    if in_time is None:
        return Finding("clock", "ok", "this system does not say whether it is kept in time.")
    if not in_time:
        says = "nothing keeps it in time here (NTP); other servers refuse what is signed at a wrong one."
        return Finding("clock", "note", says)
    return Finding("clock", "ok", "kept in time.")
