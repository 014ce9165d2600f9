"""Addresses of posts and comments that were fetched before their own Create came, because somebody answered or looked for them."""

from folkmoot.model.time import Micros
from folkmoot.store.db import Tx


async def note(tx: Tx, ap_id: str) -> None:
    """Nobody was told of this, and its Create may still come."""
    await tx.run(
        "INSERT INTO fetched_early (ap_id, since) VALUES (:ap_id, :now) ON CONFLICT (ap_id) DO NOTHING",
        ap_id=ap_id, now=tx.now,
    )  # fmt: skip


async def take(tx: Tx, ap_id: str) -> bool:
    """Whether this was fetched before its Create came; the note is dropped. Writes only where there was one."""
    if not await tx.value("SELECT EXISTS (SELECT 1 FROM fetched_early WHERE ap_id = :ap_id)", ap_id=ap_id):
        return False
    return bool(await tx.run("DELETE FROM fetched_early WHERE ap_id = :ap_id", ap_id=ap_id))


async def forget(tx: Tx, before: Micros) -> int:
    """Forget what was fetched before a moment, which is no longer news."""
    return await tx.run("DELETE FROM fetched_early WHERE since < :before", before=before)
