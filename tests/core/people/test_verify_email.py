"""Confirming a mail address."""

import pytest

from folkmoot.core.people import register, verify_email
from folkmoot.core.people.settings import SaveSettings, save_settings
from folkmoot.model.errors import Conflict, NotFound
from folkmoot.model.time import DAY, SECOND, FixedClock
from folkmoot.store.db import Database
from tests import rows
from tests.cast import Cast
from tests.core.people.helpers import READY, asking, set_site


async def pending(db: Database, email: str = "new@mail.example", who: str = "alice") -> str:
    """Ask for another address; the token in the mail."""
    async with db.write() as tx:
        await save_settings(tx, await rows.viewer(tx, who), SaveSettings(email=email))
        return str(await tx.value("SELECT token FROM email_verification ORDER BY id DESC"))


async def test_an_unknown_token_confirms_nothing__A_12(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        for token in ("nope", "", "x" * 5000):
            with pytest.raises(NotFound) as refused:
                await verify_email.verify_email(tx, token)
            assert refused.value.code == "token_not_found"


async def test_a_token_holds_for_seven_days__A_12(db: Database, cast: Cast, clock: FixedClock) -> None:
    late, in_time = await pending(db), await pending(db, "second@mail.example", "bob")
    clock.advance(7 * DAY - SECOND)
    async with db.write() as tx:
        await verify_email.verify_email(tx, in_time)
    clock.advance(SECOND)
    async with db.write() as tx:
        with pytest.raises(NotFound):
            await verify_email.verify_email(tx, late)


async def test_an_address_that_became_somebody_elses_is_not_taken(db: Database, cast: Cast) -> None:
    token = await pending(db)
    async with db.write() as tx:
        await tx.run(
            "UPDATE local_user SET email = NULL, email_key = NULL WHERE person_id = :id", id=cast.alice.id
        )
        await tx.run(
            "UPDATE local_user SET email_key = 'new@mail.example' WHERE person_id = :id", id=cast.bob.id
        )
        with pytest.raises(Conflict):
            await verify_email.verify_email(tx, token)


async def test_a_token_confirms_the_address_and_drops_the_others__A_12(db: Database, cast: Cast) -> None:
    first = await pending(db, "first@mail.example")
    token = await pending(db, "New@mail.example")
    async with db.write() as tx:
        alice = await rows.viewer(tx, "alice")
        assert alice.account
        assert (alice.account.email, alice.account.email_verified) == ("new@mail.example", False)
        await verify_email.verify_email(tx, token)
        alice = await rows.viewer(tx, "alice")
        assert alice.account
        assert (alice.account.email, alice.account.email_verified) == ("new@mail.example", True)
        for spent in (first, token):
            with pytest.raises(NotFound):
                await verify_email.verify_email(tx, spent)


async def test_a_new_account_gets_in_after_confirming(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await set_site(tx, require_email_verification=True)
        await register.register(tx, asking(email="erin@mail.example"), READY)
        token = await tx.value("SELECT token FROM email_verification")
        erin = await verify_email.verify_email(tx, token)
        assert erin.person
        assert erin.person.name == "erin"
        assert (await rows.viewer(tx, "erin")).account.email_verified  # type: ignore[union-attr]
