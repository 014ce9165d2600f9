"""The key pairs of this server's people, communities and site: made at their first use, each once (ACT-9)."""

from folkmoot.core.people.keys import KeyPair, new_key_pair
from folkmoot.store import keys
from folkmoot.store import site as store_site
from folkmoot.store.db import Database
from folkmoot.store.keys import Owner


async def key_pair(db: Database, owner: Owner, owner_id: int) -> KeyPair:
    """The pair of somebody or something of ours. Call it outside of transactions: making one takes a good part of a second.

    Raises `LookupError` for an owner that is not there, or that lives elsewhere.
    """
    known = await _known(db, owner, owner_id)
    if known is not None:
        return known
    made = await new_key_pair()
    async with db.write() as tx:
        await keys.keep(tx, owner, owner_id, public=made.public, private=made.private)
    # Another may have been quicker: what is kept is right.
    kept = await _known(db, owner, owner_id)
    assert kept is not None
    return kept


async def site_key_pair(db: Database) -> KeyPair:
    """The same of the site itself."""
    async with db.read() as tx:
        site = await store_site.local_site(tx)
    return await key_pair(db, "site", site.site_id)


async def _known(db: Database, owner: Owner, owner_id: int) -> KeyPair | None:
    async with db.read() as tx:
        found = await keys.pair(tx, owner, owner_id)
    if found is None or (found[0] and not found[1]):
        raise LookupError(f"no {owner} {owner_id} of ours")
    public, private = found
    return KeyPair(public, private) if public and private else None
