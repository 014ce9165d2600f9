"""Passwords: hashed with argon2id, checked against that or the bcrypt of accounts that moved in. Never in the event loop, never while
a write transaction is held: both take tens of milliseconds and megabytes.

How many log-ins a second there can be is argon2's doing, by design: each takes a core for some twenty milliseconds, half of the cores
hash at the same time, and the others wait in line. So 64 logins at once take 64 times as long as one, and no more memory.
Every function here that hashes or compares raises `Busy` where the line is too long.
"""

import asyncio
import os
import re
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar
from weakref import WeakKeyDictionary

import bcrypt
from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from folkmoot.model.accounts import Credentials
from folkmoot.model.errors import Busy, Invalid, NotLoggedIn
from folkmoot.model.people import Viewer
from folkmoot.store import accounts
from folkmoot.store.db import Database, writing
from folkmoot.text import names

_HASHER = PasswordHasher(
    time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID
)
_BCRYPT = re.compile(r"\$2[abxy]\$")
_BCRYPT_BYTES = 72
"""bcrypt looks at no more than these."""
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$o7CWH+FSZFkGc7unLTW47w$Bl5ZkvdtDbg2koIJsnHuw9ILZp7FRJimuKADlJNXY/E"
"""The hash of a password that was thrown away: what the password of an unknown name is compared with, so that its answer takes as
long (A-4)."""
_AT_ONCE = max(1, (os.cpu_count() or 2) // 2)
"""Hashes computed side by side in this process: each takes 19 MiB and a whole core, and there may be a process for each core."""
MOST_WAITING = 200
"""How many may wait for their turn in this process, four to five seconds of a core: beyond that people are told at once that the server is
busy. So a flood of log-ins keeps others from logging in, and from nothing else."""
_NICER = 10
"""How much nicer (in the sense of nice(2)) a thread that hashes is than those that answer: a login can wait for a moment, nothing else
has to."""

Result = TypeVar("Result")


class _Counter:
    """Where the passwords of one event loop are hashed, in the order in which they come. `waiting`: those under way included."""

    def __init__(self) -> None:
        self.threads = ThreadPoolExecutor(_AT_ONCE, "passwords", initializer=_stand_back)
        self.waiting = 0


_counters: WeakKeyDictionary[asyncio.AbstractEventLoop, _Counter] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A password that passed the rules, hashed: made by `new_password`, taken by what stores it."""

    hash: str


@dataclass(frozen=True, slots=True)
class Proof:
    """Somebody knew the password of this account: made by `prove`, taken by what needs it.

    `hash` is what was compared with, and has to be in force still when the proof is used. `better` replaces it where its method
    is out of date.
    """

    local_user_id: int
    person_id: int
    hash: str
    better: str | None = None


def check_rules(password: str, again: str) -> None:
    """Raises `Invalid` invalid_password, passwords_do_not_match (A-5)."""
    if not names.valid_password(password):
        raise Invalid("invalid_password", field="password")
    if password != again:
        raise Invalid("passwords_do_not_match", field="password_verify")


async def new_password(password: str, again: str) -> NewPassword:
    """A password ready to store. Raises `Invalid` invalid_password, passwords_do_not_match."""
    check_rules(password, again)
    return NewPassword(await hash_password(password))


async def hash_password(password: str) -> str:
    """The argon2id hash of a password, whatever its length."""
    return await _aside(_HASHER.hash, _octets(password))


async def prove(db: Database, name_or_email: str, password: str) -> Proof:
    """Look up the account and compare the password. Raises `NotLoggedIn` incorrect_login, which takes as long for unknown names (A-4)."""
    async with db.read() as tx:
        found = await accounts.credentials(tx, names.name_key(name_or_email.strip()))
    return await _proved(found, password)


async def prove_own(db: Database, viewer: Viewer, password: str) -> Proof:
    """The same for somebody who is logged in and has to show that it is them. Raises `NotLoggedIn` incorrect_login, naming the field."""
    if viewer.account is None:
        raise NotLoggedIn
    async with db.read() as tx:
        found = await accounts.credentials_of(tx, viewer.account.id)
    return await _proved(found, password)


async def _proved(found: Credentials | None, password: str) -> Proof:
    stored = found.password_hash if found else None
    right = await _aside(_matches, stored or _NOBODY, _octets(password))
    if found is None or stored is None or not right:
        raise NotLoggedIn("incorrect_login", field="password")
    better = await hash_password(password) if _outdated(stored) else None
    return Proof(found.local_user_id, found.person_id, stored, better)


def _octets(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")


def _matches(stored: str, password: bytes) -> bool:
    """Whether `password` is the one behind `stored`; False for hashes of a kind we do not know."""
    if _BCRYPT.match(stored):
        try:
            return bcrypt.checkpw(password[:_BCRYPT_BYTES], stored.encode())
        except ValueError:
            return False
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def _outdated(stored: str) -> bool:
    return _BCRYPT.match(stored) is not None or _HASHER.check_needs_rehash(stored)


async def _aside(work: Callable[..., Result], *arguments: object) -> Result:
    """Do the work in a thread that stands back behind the others, a few at a time. Whoever is cancelled before their turn gives it up.
    Raises `Busy` where too many wait already."""
    if writing.get():
        raise RuntimeError(
            "a password is hashed or compared before the transaction that needs it, not within"
        )
    loop = asyncio.get_running_loop()
    counter = _counters.get(loop)
    if counter is None:
        counter = _counters[loop] = _Counter()
    if counter.waiting >= MOST_WAITING:
        raise Busy
    counter.waiting += 1
    try:
        return await loop.run_in_executor(counter.threads, work, *arguments)
    finally:
        counter.waiting -= 1


def waiting() -> int:
    """How many passwords are being hashed or compared for this event loop, or wait for their turn."""
    counter = _counters.get(asyncio.get_running_loop())
    return counter.waiting if counter else 0


def _stand_back() -> None:
    """Lower the priority of this thread alone, which is what Linux makes of it; elsewhere it stays as it is."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        with suppress(OSError):
            now = os.getpriority(os.PRIO_PROCESS, thread)
            os.setpriority(os.PRIO_PROCESS, thread, min(now + _NICER, 19))
