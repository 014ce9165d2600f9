"""Lines of the log that somebody is told of and has not read yet: warnings by moderators, and own acts that had to be undone."""

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


async def add_newest(tx: Tx, moderator_id: int) -> None:
    """Tell a moderator of the last line that is theirs: it was written in their name."""
    line = await tx.value(
        "SELECT max(id) FROM modlog WHERE moderator_id = :moderator_id", moderator_id=moderator_id
    )
    if line is not None and not await tx.value(
        "SELECT EXISTS (SELECT 1 FROM warning_unread WHERE person_id = :person_id AND modlog_id = :line)",
        person_id=moderator_id, line=line,
    ):  # fmt: skip
        await add(tx, moderator_id, line)


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
