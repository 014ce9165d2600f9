"""Warnings by moderators that are not read yet. What they say is a line of the log."""

from folkmoot.model.modlog import ModlogEntry
from folkmoot.store import modlog
from folkmoot.store.db import Tx

UNREAD_WARNINGS = "SELECT count(*) FROM warning_unread w WHERE w.person_id = :person_id"


async def add(tx: Tx, person_id: int, modlog_id: int) -> None:
    """Tell somebody of this server of a line of the log."""
    await tx.run(
        "INSERT INTO warning_unread (person_id, modlog_id) VALUES (:person_id, :modlog_id)",
        person_id=person_id,
        modlog_id=modlog_id,
    )
    tx.changed("inbox", person_id)


async def unread(tx: Tx, person_id: int, *, limit: int) -> list[ModlogEntry]:
    """Those that somebody has not read, the newest first."""
    return await modlog.lines(
        tx,
        "JOIN warning_unread w ON w.modlog_id = m.id AND w.person_id = :person_id",
        limit=limit,
        person_id=person_id,
    )


async def mark_read(tx: Tx, person_id: int, modlog_id: int | None = None) -> bool:
    """Mark one read, or all; False where there was none."""
    one = " AND modlog_id = :modlog_id" if modlog_id is not None else ""
    values = {"modlog_id": modlog_id} if modlog_id is not None else {}
    gone = await tx.run(
        f"DELETE FROM warning_unread WHERE person_id = :person_id{one}", person_id=person_id, **values
    )
    tx.changed("inbox", person_id)
    return bool(gone)
