"""Key pairs of those who act across servers: in the row of each person, community and site."""

from typing import Literal

from folkmoot.store.db import Tx

Owner = Literal["person", "community", "site"]


async def pair(tx: Tx, owner: Owner, owner_id: int) -> tuple[str, str | None] | None:
    """The public key, empty where none was made yet, and the private one, None for who lives elsewhere; None for nobody."""
    row = await tx.first(f"SELECT public_key, private_key FROM {owner} WHERE id = :id", id=owner_id)
    return (row[0], row[1]) if row else None


async def keep(tx: Tx, owner: Owner, owner_id: int, *, public: str, private: str) -> bool:
    """Give a pair to who has none; False where there is one already."""
    return bool(
        await tx.run(
            f"UPDATE {owner} SET public_key = :public, private_key = :private WHERE id = :id AND public_key = ''",
            public=public,
            private=private,
            id=owner_id,
        )
    )
