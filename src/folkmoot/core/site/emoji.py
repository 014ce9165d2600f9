"""The site's own emoji: pictures that people put into texts (W-10)."""

import re
from dataclasses import dataclass
from typing import Any

from folkmoot.core import permissions
from folkmoot.core.communities.rules import checked_picture
from folkmoot.core.permissions import Standing
from folkmoot.model.administration import CustomEmoji
from folkmoot.model.errors import Conflict, Invalid, NotFound
from folkmoot.model.people import Viewer
from folkmoot.store import emoji as store_emoji
from folkmoot.store.db import Tx
from folkmoot.text.tidy import tidy

_SHORTCODE = re.compile(r"[\w+-]{1,100}")
WORD_LIMIT = 200
"""Characters of a category, a description, a keyword."""


@dataclass(frozen=True, slots=True)
class CreateEmoji:
    """What was asked."""

    shortcode: str
    image_url: str
    alt_text: str = ""
    category: str = ""
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EditEmoji:
    """What was asked; the short code stays for good. None leaves a thing as it is."""

    emoji_id: int
    image_url: str | None = None
    alt_text: str | None = None
    category: str | None = None
    keywords: tuple[str, ...] | None = None


async def create_emoji(tx: Tx, viewer: Viewer, asked: CreateEmoji) -> CustomEmoji:
    """Add one. Short code and keywords are kept in small letters.

    Raises `NotAllowed` not_an_admin; `Invalid` invalid_shortcode, invalid_url…, emoji_word_too_long; `Conflict` emoji_already_exists.
    """
    permissions.check("site.edit", Standing(viewer))
    shortcode = asked.shortcode.strip().strip(":").lower()
    if not _SHORTCODE.fullmatch(shortcode):
        raise Invalid("invalid_shortcode", field="shortcode")
    values = {
        "shortcode": shortcode,
        "image_url": _picture(asked.image_url),
        "alt_text": _word(asked.alt_text, "alt_text"),
        "category": _word(asked.category, "category"),
    }
    keywords = _keywords(asked.keywords)
    emoji_id = await store_emoji.insert(tx, values)
    if emoji_id is None:
        raise Conflict("emoji_already_exists", field="shortcode")
    await store_emoji.set_keywords(tx, emoji_id, keywords)
    return await read_emoji(tx, emoji_id)


async def edit_emoji(tx: Tx, viewer: Viewer, asked: EditEmoji) -> CustomEmoji:
    """Change one. Raises as `create_emoji`, and `NotFound` couldnt_find_emoji."""
    permissions.check("site.edit", Standing(viewer))
    values: dict[str, Any] = {}
    if asked.image_url is not None:
        values["image_url"] = _picture(asked.image_url)
    for field in ("alt_text", "category"):
        if (text := getattr(asked, field)) is not None:
            values[field] = _word(text, field)
    keywords = _keywords(asked.keywords) if asked.keywords is not None else None
    await read_emoji(tx, asked.emoji_id)
    await store_emoji.update(tx, asked.emoji_id, values)
    if keywords is not None:
        await store_emoji.set_keywords(tx, asked.emoji_id, keywords)
    return await read_emoji(tx, asked.emoji_id)


async def delete_emoji(tx: Tx, viewer: Viewer, emoji_id: int) -> None:
    """Take one away; texts that show it keep its picture's address. One that is gone already is no error. Raises `NotAllowed`
    not_an_admin."""
    permissions.check("site.edit", Standing(viewer))
    await store_emoji.delete(tx, emoji_id)


async def read_emoji(tx: Tx, emoji_id: int) -> CustomEmoji:
    """One of them. Raises `NotFound` couldnt_find_emoji."""
    found = await store_emoji.by_id(tx, emoji_id)
    if found is None:
        raise NotFound("couldnt_find_emoji")
    return found


async def list_emoji(tx: Tx) -> list[CustomEmoji]:
    """All of them, by category, then age."""
    return await store_emoji.everything(tx)


def _picture(url: str) -> str:
    picture = checked_picture(url, "image_url")
    if picture is None:
        raise Invalid("invalid_url", field="image_url")
    return picture


def _word(text: str, field: str) -> str:
    text = " ".join(tidy(text).split())
    if len(text) > WORD_LIMIT:
        raise Invalid("emoji_word_too_long", field=field)
    return text


def _keywords(words: tuple[str, ...]) -> list[str]:
    kept = [_word(word, "keywords").lower() for word in words]
    return [word for word in dict.fromkeys(kept) if word]
