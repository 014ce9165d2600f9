"""Accounts that belong to one person, and those that moved (MOV-1)."""

from folkmoot.model.people import Moved
from folkmoot.model.time import Micros
from folkmoot.store.db import Tx


async def moved_at(tx: Tx, person_id: int) -> Micros | None:
    """When somebody last moved to another account."""
    moment: Micros | None = await tx.value(
        "SELECT moved FROM moved_person WHERE person_id = :person_id", person_id=person_id
    )
    return moment


async def set_moved(tx: Tx, person_id: int, target: str) -> None:
    """Somebody goes on under another address."""
    await tx.run(
        "INSERT INTO moved_person (person_id, target, moved) VALUES (:person_id, :target, :now)"
        " ON CONFLICT (person_id) DO UPDATE SET target = excluded.target, moved = excluded.moved",
        person_id=person_id, target=target, now=tx.now,
    )  # fmt: skip
    tx.changed("person", person_id)


async def set_back(tx: Tx, person_id: int) -> None:
    """They are back; that they moved counts on, so that they do not do it again at once."""
    await tx.run("UPDATE moved_person SET target = '' WHERE person_id = :person_id", person_id=person_id)
    tx.changed("person", person_id)


async def target_of(tx: Tx, person_id: int) -> Moved | None:
    """Where somebody goes on."""
    row = await tx.first(
        "SELECT m.target, n.name, n.host FROM moved_person m LEFT JOIN person n ON n.ap_id = m.target"
        " WHERE m.person_id = :person_id AND m.target <> ''",
        person_id=person_id,
    )
    return Moved.known(*row) if row else None


async def aliases(tx: Tx, person_id: int) -> list[Moved]:
    """The accounts elsewhere that somebody says are theirs, in the order in which they said so."""
    rows = await tx.all(
        "SELECT a.ap_id, n.name, n.host FROM alias a LEFT JOIN person n ON n.ap_id = a.ap_id"
        " WHERE a.person_id = :person_id ORDER BY a.published, a.ap_id",
        person_id=person_id,
    )
    return [Moved.known(*row) for row in rows]


async def add_alias(tx: Tx, person_id: int, ap_id: str) -> None:
    """One more; once."""
    await tx.run(
        "INSERT INTO alias (person_id, ap_id, published) VALUES (:person_id, :ap_id, :now) ON CONFLICT DO NOTHING",
        person_id=person_id, ap_id=ap_id, now=tx.now,
    )  # fmt: skip


async def drop_alias(tx: Tx, person_id: int, ap_id: str) -> bool:
    """One less; False where it was none."""
    return bool(
        await tx.run(
            "DELETE FROM alias WHERE person_id = :person_id AND ap_id = :ap_id", person_id=person_id, ap_id=ap_id
        )
    )  # fmt: skip


async def drop_aliases(tx: Tx, person_id: int) -> None:
    """None any more."""
    await tx.run("DELETE FROM alias WHERE person_id = :person_id", person_id=person_id)


async def is_alias(tx: Tx, ap_id: str, alias: str) -> bool:
    """Whether somebody here, by address, says that this other account is theirs."""
    return bool(
        await tx.value(
            "SELECT EXISTS (SELECT 1 FROM alias a JOIN person p ON p.id = a.person_id"
            " WHERE p.ap_id = :ap_id AND NOT p.deleted AND a.ap_id = :alias)",
            ap_id=ap_id, alias=alias,
        )
    )  # fmt: skip
