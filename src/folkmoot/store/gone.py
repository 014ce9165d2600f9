"""Addresses of things that are not to come (back): deleted before we knew them (DEL-5), or purged here (SND-10)."""

from collections.abc import Collection
from typing import Any

from folkmoot.model.time import Micros
from folkmoot.store.db import Tx


async def remember_deleted(tx: Tx, ap_id: str) -> None:
    """Somebody deleted this before it arrived here."""
    await tx.run(
        "INSERT INTO gone (ap_id, since) VALUES (:ap_id, :now) ON CONFLICT (ap_id) DO UPDATE SET since = excluded.since",
        ap_id=ap_id, now=tx.now,
    )  # fmt: skip


async def remember_purged(tx: Tx, ap_id: str) -> None:
    """An administrator deleted this for good."""
    await tx.run(
        "INSERT INTO gone (ap_id, since, purged) VALUES (:ap_id, :now, :yes) ON CONFLICT (ap_id) DO UPDATE SET purged = excluded.purged",
        ap_id=ap_id, now=tx.now, yes=True,
    )  # fmt: skip


async def remember_purged_in(
    tx: Tx, *, community_id: int | None = None, post_id: int | None = None, beneath: str | None = None
) -> None:
    """The same for what goes with a community, a post, or a comment (`beneath`: its path, in the thread of `post_id`)."""
    if community_id is not None:
        await _purge_all(tx, "SELECT ap_id FROM post WHERE community_id = :number", number=community_id)
        await _purge_all(tx, "SELECT ap_id FROM comment WHERE community_id = :number", number=community_id)
    elif beneath is None:
        await _purge_all(tx, "SELECT ap_id FROM comment WHERE post_id = :number", number=post_id)
    else:
        of_branch = "SELECT ap_id FROM comment WHERE post_id = :number AND path LIKE :below"
        await _purge_all(tx, of_branch, number=post_id, below=f"{beneath}.%")


async def remember_purged_comments(tx: Tx, ids: Collection[int]) -> None:
    """The same for comments by their numbers."""
    await _purge_all(tx, "SELECT ap_id FROM comment WHERE id IN :ids[]", ids=ids)


async def _purge_all(tx: Tx, chosen: str, **values: Any) -> None:
    await tx.run(
        f"INSERT INTO gone (ap_id, since, purged) {chosen.replace('SELECT ap_id', 'SELECT ap_id, :now, :yes')}"
        " ON CONFLICT (ap_id) DO UPDATE SET purged = excluded.purged",
        now=tx.now, yes=True, **values,
    )  # fmt: skip


async def take_back(tx: Tx, ap_id: str) -> None:
    """It was restored before it arrived here. What was purged stays so."""
    await tx.run("DELETE FROM gone WHERE ap_id = :ap_id AND NOT purged", ap_id=ap_id)


async def among(tx: Tx, ap_ids: Collection[str]) -> set[str]:
    """Those of these addresses that are not to come back."""
    rows = await tx.all("SELECT ap_id FROM gone WHERE ap_id IN :ids[text]", ids=set(ap_ids))
    return {row[0] for row in rows}


async def forget(tx: Tx, before: Micros) -> int:
    """Forget what was deleted before a moment; purged things are never forgotten."""
    return await tx.run("DELETE FROM gone WHERE since < :before AND NOT purged", before=before)
