"""The second step, turned on and off."""

import pytest

from folkmoot.core.people import totp
from folkmoot.model.errors import NotLoggedIn, Refusal
from folkmoot.model.people import ANONYMOUS
from folkmoot.store.db import Database
from tests import rows
from tests.cast import Cast
from tests.core.people.test_login import code_at, with_totp


async def test_a_visitor_has_nothing_to_turn_on(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        for step in (
            totp.generate_secret(tx, ANONYMOUS),
            totp.enable(tx, ANONYMOUS, "1"),
            totp.disable(tx, cast.carol, "1"),
        ):
            with pytest.raises(NotLoggedIn):
                await step


async def test_it_cannot_be_turned_on_without_a_secret__A_14(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        for step in (
            totp.enable(tx, cast.alice, "123456"),
            totp.disable(tx, cast.alice, "123456"),
            totp.renew_recovery_codes(tx, cast.alice, "1"),
        ):
            with pytest.raises(Refusal) as refused:
                await step
            assert refused.value.code == "missing_totp_secret"


async def test_a_secret_is_in_force_only_after_a_code_came_back__A_14(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        made = await totp.generate_secret(tx, cast.alice)
        with pytest.raises(Refusal) as refused:
            await totp.enable(tx, cast.alice, "abcdef")
        alice = await rows.viewer(tx, "alice")
    assert refused.value.code == "incorrect_totp_token"
    assert alice.account
    assert not alice.account.totp_enabled
    assert made.url.startswith("otpauth://totp/Here:alice?secret=")
    assert "issuer=Here" in made.url
    assert made.qr_svg().startswith("<svg")
    async with db.read() as tx:
        again = await totp.pending_secret(tx, cast.alice)
    assert again == made


async def test_a_secret_in_force_is_not_replaced__A_14(db: Database, cast: Cast) -> None:
    secret, _ = await with_totp(db, cast.alice)
    async with db.write() as tx:
        alice = await rows.viewer(tx, "alice")
        for step in (totp.generate_secret(tx, alice), totp.enable(tx, alice, code_at(secret, tx.now))):
            with pytest.raises(Refusal) as refused:
                await step
            assert refused.value.code == "totp_already_enabled"
        assert await totp.pending_secret(tx, alice) is None


async def test_turning_it_off_needs_a_code_and_forgets_everything__A_14(db: Database, cast: Cast) -> None:
    secret, _ = await with_totp(db, cast.alice)
    async with db.write() as tx:
        with pytest.raises(Refusal) as refused:
            await totp.disable(tx, cast.alice, "1")
        assert refused.value.code == "incorrect_totp_token"
        await totp.disable(tx, cast.alice, code_at(secret, tx.now))
        row = await tx.first(
            "SELECT totp_secret, totp_enabled FROM local_user WHERE person_id = :id", id=cast.alice.id
        )
        assert row
        assert (row[0], bool(row[1])) == (None, False)
        assert await totp.recovery_codes_left(tx, cast.alice) == 0


async def test_who_lost_the_device_turns_it_off_with_a_recovery_code(db: Database, cast: Cast) -> None:
    _, codes = await with_totp(db, cast.alice)
    async with db.write() as tx:
        await totp.disable(tx, cast.alice, codes[0])
        assert not (await rows.viewer(tx, "alice")).account.totp_enabled  # type: ignore[union-attr]


async def test_new_recovery_codes_make_the_old_ones_void(db: Database, cast: Cast) -> None:
    secret, old = await with_totp(db, cast.alice)
    async with db.write() as tx:
        new = await totp.renew_recovery_codes(tx, cast.alice, code_at(secret, tx.now))
        assert not set(new) & set(old)
        with pytest.raises(Refusal):
            await totp.disable(tx, cast.alice, old[0])


async def test_recovery_codes_are_kept_as_hashes_only(db: Database, cast: Cast) -> None:
    _, codes = await with_totp(db, cast.alice)
    async with db.read() as tx:
        kept = {row[0] for row in await tx.all("SELECT code_hash FROM recovery_code")}
    assert len(kept) == 10
    assert all(len(code_hash) == 64 for code_hash in kept)
    assert not kept & set(codes)
