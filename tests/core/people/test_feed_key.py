"""The key of somebody's own feeds: theirs, and good for nothing else."""

import pytest

from folkmoot.core.people.feed_key import feed_key, viewer_of_key
from folkmoot.core.people.sessions import viewer_of
from folkmoot.model.errors import NotLoggedIn
from folkmoot.model.people import ANONYMOUS
from folkmoot.store import accounts
from folkmoot.store.db import Database
from tests.cast import Cast


async def test_visitors_have_none(db: Database, cast: Cast) -> None:
    async with db.read() as tx:
        with pytest.raises(NotLoggedIn):
            await feed_key(tx, ANONYMOUS)


async def test_what_is_no_key_is_nobodys(db: Database, cast: Cast) -> None:
    async with db.read() as tx:
        key = await feed_key(tx, cast.alice)
        number, _, signed = key.partition("-")
        other = f"{int(number) + 1}-{signed}"
        for wrong in (
            "",
            "-",
            "x-y",
            f"{number}-",
            f"{key}0",
            f"٣-{signed}",
            f"999-{signed}",
            f"{'9' * 30}-x",
            other,
            "1-\ud800",
        ):
            assert await viewer_of_key(tx, wrong) is ANONYMOUS, wrong


async def test_a_key_is_its_owners_and_no_session(db: Database, cast: Cast) -> None:
    assert cast.alice.account
    async with db.write() as tx:
        await accounts.set_languages(tx, cast.alice.account, [0, 37])
    async with db.read() as tx:
        key = await feed_key(tx, cast.alice)
        found = await viewer_of_key(tx, key)
        assert (found.id, found.languages) == (cast.alice.id, {0, 37})
        assert (await viewer_of(tx, key)).account is None


async def test_a_new_password_makes_another(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        key = await feed_key(tx, cast.alice)
        await tx.run("UPDATE local_user SET password_hash = 'x' WHERE person_id = :id", id=cast.alice.id)
        assert await viewer_of_key(tx, key) is ANONYMOUS
        assert await feed_key(tx, cast.alice) != key


@pytest.mark.parametrize("state", ["banned", "deleted"])
async def test_who_is_gone_reads_nothing(db: Database, cast: Cast, state: str) -> None:
    async with db.write() as tx:
        key = await feed_key(tx, cast.alice)
        await tx.run(f"UPDATE person SET {state} = :yes WHERE id = :id", yes=True, id=cast.alice.id)
        assert await viewer_of_key(tx, key) is ANONYMOUS
