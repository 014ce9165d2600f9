"""Who holds leases and jobs: processes, named so that others on the same machine can tell whether they are still there.

A name says the machine, the process and when it began. Numbers of processes are used again (in a container the first is always 1), so
one counts as gone if nobody has its number, or somebody who began at another time. Machines differ by their start and by their name, and
containers on one machine by their own set of numbers: nobody judges a process whose number means another one here.
"""

import os
import secrets
import socket
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_NUMBERS = "/proc/self/ns/pid"


def new_holder() -> str:
    """A name for a holder in this process that nobody had before."""
    pid = os.getpid()
    return f"{socket.gethostname()}:{pid}:{_began(pid) or 0}:{_machine()}:{secrets.token_hex(4)}"


def is_gone(holder: str) -> bool:
    """Whether a holder was in a process of this machine that is no more. False for whatever cannot be told from here."""
    parts = holder.rsplit(":", 4)
    if len(parts) != 5 or parts[0] != socket.gethostname() or parts[3] != _machine():
        return False
    pid, began = parts[1], parts[2]
    if not pid.isdigit():
        return False
    if began != "0":
        return _began(int(pid)) != began
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _machine() -> str:
    """This machine since it was started, and the set of process numbers that is seen here."""
    known = []
    with suppress(OSError):
        known = [_BOOT.read_text().strip(), os.readlink(_NUMBERS)]
    return sha256(" ".join(known).encode()).hexdigest()[:12]


def _began(pid: int) -> str | None:
    """When a process began, in ticks since the machine did; None where there is no such process, or it only waits to be buried."""
    try:
        # The name in brackets may have spaces and brackets in it; behind it stand the state and, as the 22nd of all, the beginning.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in {"Z", "X"} else fields[19]
