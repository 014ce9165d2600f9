"""Captchas that keep programs from registering (A-11).

Nothing is kept of a captcha until somebody answers it: its number holds the moment it was made, and what it asks follows from the number
and the site's key, in whichever process. Any answer spends it.
"""

import asyncio
import hashlib
import hmac
import secrets
import uuid
from dataclasses import dataclass

from folkmoot.model.errors import NotFound
from folkmoot.model.site import LocalSite
from folkmoot.model.time import MINUTE, Micros
from folkmoot.store import captchas
from folkmoot.store import site as store_site
from folkmoot.store.db import Database, Tx
from folkmoot.text import captcha

LASTS: Micros = 10 * MINUTE
_AHEAD: Micros = MINUTE
"""How far another process's clock may be ahead."""
_LETTERS = {"easy": 4, "medium": 6, "hard": 8}


@dataclass(frozen=True, slots=True)
class Captcha:
    """A captcha for an app: its number, and what it asks as a PNG and as a WAV."""

    uuid: str
    picture: bytes
    sound: bytes


def is_asked(site: LocalSite) -> bool:
    """Whether people who register have to solve a captcha: not before the site is set up."""
    return site.captcha_enabled and site.site_setup


async def new_captcha(db: Database) -> Captcha | None:
    """One to be solved within ten minutes; None where none is asked for."""
    async with db.read() as tx:
        site = await store_site.local_site(tx)
        number = await new_number(tx)
    if number is None:
        return None
    text = _text(site, number)
    return Captcha(
        number,
        await asyncio.to_thread(captcha.picture, text, site.captcha_difficulty),
        await asyncio.to_thread(captcha.sound, text, site.captcha_difficulty),
    )


async def new_number(tx: Tx) -> str | None:
    """The number of a new captcha, for a page that shows it by its address; None where none is asked for."""
    site = await store_site.local_site(tx)
    if not is_asked(site):
        return None
    made = (tx.now // 1000) << 80
    return str(uuid.UUID(int=made | 8 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)))


async def picture(db: Database, number: str) -> bytes:
    """What a captcha asks, as a PNG: drawn anew each time. Raises `NotFound` token_not_found for a number that holds no longer."""
    site = await _site_of(db, number)
    return await asyncio.to_thread(captcha.picture, _text(site, number), site.captcha_difficulty)


async def sound(db: Database, number: str) -> bytes:
    """The same as a WAV."""
    site = await _site_of(db, number)
    return await asyncio.to_thread(captcha.sound, _text(site, number), site.captcha_difficulty)


async def is_open(tx: Tx, number: str) -> bool:
    """Whether a captcha can still be answered."""
    normal = _normal(number, tx.now)
    return normal is not None and not await captchas.is_spent(tx, normal)


async def solve(tx: Tx, number: str | None, answer: str | None) -> bool:
    """Whether an answer is right; either way the captcha is spent. In whatever case, and with spaces wherever."""
    normal = _normal(number or "", tx.now)
    if normal is None or not await captchas.spend(tx, normal):
        return False
    site = await store_site.local_site(tx)
    given = "".join((answer or "").split()).upper()
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), _text(site, normal).encode())


async def _site_of(db: Database, number: str) -> LocalSite:
    async with db.read() as tx:
        if _normal(number, tx.now) is None:
            raise NotFound("token_not_found")
        return await store_site.local_site(tx)


def _normal(number: str, now: Micros) -> str | None:
    """A number as it is kept; None for a text that is not one, or is too old."""
    try:
        found = uuid.UUID(number)
    except ValueError:
        return None
    age = now - (found.int >> 80) * 1000
    return str(found) if -_AHEAD <= age <= LASTS else None


def _text(site: LocalSite, number: str) -> str:
    """What a captcha asks."""
    key = b"captcha:" + site.jwt_secret.encode()
    digest = hmac.new(key, uuid.UUID(number).bytes, hashlib.sha256).digest()
    letters = _LETTERS.get(site.captcha_difficulty, _LETTERS["medium"])
    return "".join(captcha.ALPHABET[octet % len(captcha.ALPHABET)] for octet in digest[:letters])
