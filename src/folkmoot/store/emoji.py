"""The site's own emoji."""

from collections.abc import Collection
from typing import Any

from folkmoot.model.administration import CustomEmoji
from folkmoot.store.db import Tx
from folkmoot.store.rows import Row

_COLUMNS = "e.id, e.shortcode, e.image_url, e.alt_text, e.category, e.published, e.updated"


async def everything(tx: Tx) -> list[CustomEmoji]:
    """All of them with their keywords, by category, then age (W-10)."""
    rows = await tx.all(f"SELECT {_COLUMNS} FROM custom_emoji e ORDER BY e.category, e.id")
    words = await tx.all("SELECT custom_emoji_id, keyword FROM custom_emoji_keyword ORDER BY keyword")
    keywords: dict[int, list[str]] = {}
    for number, keyword in words:
        keywords.setdefault(number, []).append(keyword)
    return [_emoji(row, keywords.get(row[0], [])) for row in rows]


async def by_id(tx: Tx, emoji_id: int) -> CustomEmoji | None:
    row = await tx.first(f"SELECT {_COLUMNS} FROM custom_emoji e WHERE e.id = :emoji_id", emoji_id=emoji_id)
    if row is None:
        return None
    words = await tx.all(
        "SELECT keyword FROM custom_emoji_keyword WHERE custom_emoji_id = :emoji_id ORDER BY keyword",
        emoji_id=emoji_id,
    )
    return _emoji(row, [word[0] for word in words])


def _emoji(row: Row, keywords: list[str]) -> CustomEmoji:
    return CustomEmoji(row[0], row[1], row[2], row[3], row[4], row[5], row[6], tuple(keywords))


async def insert(tx: Tx, values: dict[str, Any]) -> int | None:
    """A new one; its id, None where the short code is taken."""
    number: int | None = await tx.value(
        f"INSERT INTO custom_emoji ({', '.join(values)}, published) VALUES ({', '.join(f':{name}' for name in values)}, :now)"
        " ON CONFLICT (shortcode) DO NOTHING RETURNING id",
        now=tx.now, **values,
    )  # fmt: skip
    tx.changed("site")
    return number


async def update(tx: Tx, emoji_id: int, values: dict[str, Any]) -> None:
    """Set columns; `updated` is not among what a change changes (as apps know it)."""
    if values:
        assignments = ", ".join(f"{name} = :{name}" for name in values)
        await tx.run(
            f"UPDATE custom_emoji SET {assignments} WHERE id = :emoji_id", emoji_id=emoji_id, **values
        )
    tx.changed("site")


async def set_keywords(tx: Tx, emoji_id: int, keywords: Collection[str]) -> None:
    """Replace the keywords. Two who do so at once wait for each other."""
    await tx.value("SELECT id FROM custom_emoji WHERE id = :emoji_id FOR_UPDATE", emoji_id=emoji_id)
    await tx.run("DELETE FROM custom_emoji_keyword WHERE custom_emoji_id = :emoji_id", emoji_id=emoji_id)
    await tx.many(
        "INSERT INTO custom_emoji_keyword (custom_emoji_id, keyword) VALUES (:emoji_id, :keyword)",
        [{"emoji_id": emoji_id, "keyword": keyword} for keyword in keywords],
    )
    tx.changed("site")


async def delete(tx: Tx, emoji_id: int) -> bool:
    """Whether there was one to delete."""
    gone = await tx.run("DELETE FROM custom_emoji WHERE id = :emoji_id", emoji_id=emoji_id)
    tx.changed("site")
    return bool(gone)
