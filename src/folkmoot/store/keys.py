"""Key pairs of those who act across servers: in the row of each person, community and site."""

from dataclasses import dataclass, field
from typing import Literal

from folkmoot.model.time import Micros
from folkmoot.store.db import Tx

Owner = Literal["person", "community", "site"]

CHANGES = (("keys", 0),)
"""What changes when somebody, here or elsewhere, has another key (`store/changes.py`)."""


async def pair(tx: Tx, owner: Owner, owner_id: int) -> tuple[str, str | None] | None:
    """The public key, empty where none was made yet, and the private one, None for who lives elsewhere; None for nobody."""
    row = await tx.first(f"SELECT public_key, private_key FROM {owner} WHERE id = :id", id=owner_id)
    return (row[0], row[1]) if row else None


async def keep(tx: Tx, owner: Owner, owner_id: int, *, public: str, private: str) -> bool:
    """Give a pair to an actor that has none; False where there is one already."""
    if owner == "site":
        tx.changed("sites")
    return bool(
        await tx.run(
            f"UPDATE {owner} SET public_key = :public, private_key = :private WHERE id = :id AND public_key = ''",
            public=public,
            private=private,
            id=owner_id,
        )
    )


@dataclass(frozen=True, slots=True)
class Signer:
    """An actor of ours with the private key that it signs with, empty before one was made; and the `next` one, while the one before signs
    on."""

    actor: str
    private_pem: str = field(repr=False)
    next_pem: str | None = field(repr=False, default=None)


async def signer(tx: Tx, owner: Owner, owner_id: int) -> Signer | None:
    """How somebody signs now: with the key before, while others still learn the new one (ACT-10). None for an actor that is gone, or lives elsewhere."""
    row = await tx.first(
        "SELECT a.ap_id, coalesce(a.private_key, ''),"
        " (SELECT r.private_key FROM retired_key r WHERE r.actor_kind = :owner AND r.actor_id = a.id AND r.until > :now)"
        f" FROM {owner} a WHERE a.id = :owner_id AND a.instance_id = (SELECT i.id FROM instance i WHERE i.local)",
        owner=owner, now=tx.now, owner_id=owner_id,
    )  # fmt: skip
    if row is None:
        return None
    actor, private_pem, retired_pem = row
    return Signer(actor, private_pem) if retired_pem is None else Signer(actor, retired_pem, private_pem)


async def owner_named(tx: Tx, name: str) -> tuple[Owner, int] | None:
    """Whose keys are meant by the name of an account, `!community`, or `site`; None for nobody here."""
    if name == "site":
        number = await tx.value("SELECT site_id FROM local_site")
        return ("site", number) if number is not None else None
    owner: Owner = "community" if name.startswith("!") else "person"
    number = await tx.value(
        f"SELECT id FROM {owner} WHERE name_key = :key AND local", key=name.lstrip("!@").casefold()
    )
    return (owner, number) if number is not None else None


async def replace(tx: Tx, owner: Owner, owner_id: int, *, public: str, private: str, until: Micros) -> None:
    """Give another pair; the one before signs on until a moment (ACT-10)."""
    await tx.run(
        "INSERT INTO retired_key (actor_kind, actor_id, private_key, until)"
        f" SELECT :owner, a.id, a.private_key, :until FROM {owner} a WHERE a.id = :owner_id AND coalesce(a.private_key, '') <> ''"
        " ON CONFLICT (actor_kind, actor_id) DO UPDATE SET private_key = excluded.private_key, until = excluded.until",
        owner=owner, until=until, owner_id=owner_id,
    )  # fmt: skip
    await tx.run(
        f"UPDATE {owner} SET public_key = :public, private_key = :private WHERE id = :owner_id",
        public=public, private=private, owner_id=owner_id,
    )  # fmt: skip
    tx.changed("keys")
    if owner == "site":
        tx.changed("sites")


async def forget_retired(tx: Tx) -> int:
    """Drop keys that no longer sign; how many."""
    return await tx.run("DELETE FROM retired_key WHERE until <= :now", now=tx.now)
