"""Communities that passed on what its author's server does not know (ANN-7)."""

from collections.abc import Collection

from folkmoot.model.time import Micros
from folkmoot.store.db import Tx


async def add(tx: Tx, community_id: int, reason: str) -> None:
    """Believe it no more about people of third servers."""
    await tx.run(
        "INSERT INTO quarantine (community_id, reason, since) VALUES (:community_id, :reason, :now)"
        " ON CONFLICT (community_id) DO UPDATE SET reason = excluded.reason, since = excluded.since",
        community_id=community_id, reason=reason[:500], now=tx.now,
    )  # fmt: skip
    tx.changed("community", community_id)


async def lift(tx: Tx, community_id: int) -> bool:
    """Believe it again; False where it was not in doubt."""
    return bool(
        await tx.run("DELETE FROM quarantine WHERE community_id = :community_id", community_id=community_id)
    )


async def among(tx: Tx, community_ids: Collection[int]) -> set[int]:
    """Those of these communities that were caught."""
    if not community_ids:
        return set()
    rows = await tx.all(
        "SELECT community_id FROM quarantine WHERE community_id IN :ids[]", ids=set(community_ids)
    )
    return {row[0] for row in rows}


async def every(tx: Tx) -> list[tuple[int, str, Micros]]:
    """All of them: community, why, since when."""
    rows = await tx.all("SELECT community_id, reason, since FROM quarantine ORDER BY since DESC")
    return [(row[0], row[1], row[2]) for row in rows]
