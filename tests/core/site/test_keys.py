"""Key pairs: made at their first use, once."""

import asyncio

import pytest

from folkmoot.core.site.keys import key_pair, site_key_pair
from folkmoot.store.db import Database
from tests.cast import Cast


async def test_who_is_not_there_or_lives_elsewhere_has_none_here(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE person SET public_key = 'theirs' WHERE id = :id", id=cast.carol.id)
    for number in (cast.carol.id, 99999):
        with pytest.raises(LookupError):
            await key_pair(db, "person", number)


async def test_a_pair_is_made_once_however_many_ask_at_once(db: Database, cast: Cast) -> None:
    pairs = await asyncio.gather(*(key_pair(db, "community", cast.gardening.id) for _ in range(3)))
    assert len(set(pairs)) == 1
    assert await key_pair(db, "community", cast.gardening.id) == pairs[0]
    assert "PRIVATE KEY" in pairs[0].private
    assert "PRIVATE" not in repr(pairs[0])


async def test_everybody_has_their_own(db: Database, cast: Cast) -> None:
    of_site = await site_key_pair(db)
    assert of_site.public.startswith("-----BEGIN PUBLIC KEY-----")
    assert (await key_pair(db, "person", cast.alice.id)).public != of_site.public
