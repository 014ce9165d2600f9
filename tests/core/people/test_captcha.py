"""Captchas: what does not solve one, then what does."""

import uuid

import pytest

from folkmoot.core.people import captcha, register
from folkmoot.core.people.keys import KeyPair
from folkmoot.core.people.register import Prepared
from folkmoot.core.site import upkeep
from folkmoot.model.errors import Invalid, NotFound
from folkmoot.model.time import DAY, MINUTE, SECOND, FixedClock
from folkmoot.store import site as store_site
from folkmoot.store.db import Database, Tx
from tests.cast import Cast
from tests.core.people.helpers import READY, asking, set_site


async def on(db: Database, difficulty: str = "medium") -> str:
    """Ask for captchas; the number of one."""
    async with db.write() as tx:
        await set_site(tx, captcha_enabled=True, captcha_difficulty=difficulty)
    async with db.read() as tx:
        number = await captcha.new_number(tx)
    assert number is not None
    return number


async def answer_to(tx: Tx, number: str) -> str:
    """What somebody reads in the picture."""
    return captcha._text(await store_site.local_site(tx), number)


async def test_a_wrong_answer_spends_the_captcha__A_11(db: Database, cast: Cast) -> None:
    number = await on(db)
    async with db.write() as tx:
        right = await answer_to(tx, number)
        assert await captcha.is_open(tx, number)
        assert not await captcha.solve(tx, number, "nonsense")
        assert not await captcha.is_open(tx, number)
        assert not await captcha.solve(tx, number, right)


async def test_no_captcha_is_solved_by_nothing__A_11(db: Database, cast: Cast) -> None:
    number = await on(db)
    async with db.write() as tx:
        for given, answer in (
            (None, None),
            ("", "x"),
            ("7", "x"),
            (number, None),
            (str(uuid.uuid4()), "\ud800"),
        ):
            assert not await captcha.solve(tx, given, answer)


async def test_a_captcha_holds_ten_minutes__A_11(db: Database, cast: Cast, clock: FixedClock) -> None:
    number = await on(db)
    async with db.write() as tx:
        right = await answer_to(tx, number)
    clock.advance(10 * MINUTE + SECOND)
    async with db.write() as tx:
        assert not await captcha.is_open(tx, number)
        assert not await captcha.solve(tx, number, right)
    for show in (captcha.picture, captcha.sound):
        with pytest.raises(NotFound):
            await show(db, number)


async def test_a_captcha_from_the_future_is_none(db: Database, cast: Cast, clock: FixedClock) -> None:
    clock.advance(DAY)
    number = await on(db)
    async with db.write() as tx:
        right = await answer_to(tx, number)
    clock.advance(-DAY)
    async with db.write() as tx:
        assert not await captcha.solve(tx, number, right)


async def test_case_and_spaces_do_not_matter_and_it_counts_once__A_11(db: Database, cast: Cast) -> None:
    number = await on(db)
    async with db.write() as tx:
        typed = f" {' '.join((await answer_to(tx, number)).lower())} "
        assert await captcha.solve(tx, number.upper(), typed)
        assert not await captcha.solve(tx, number, typed)
        assert not await captcha.solve(tx, f"{{{number}}}", typed)


@pytest.mark.parametrize(("difficulty", "letters"), [("easy", 4), ("medium", 6), ("hard", 8)])
async def test_a_harder_captcha_is_longer(db: Database, cast: Cast, difficulty: str, letters: int) -> None:
    first, second = await on(db, difficulty), await on(db, difficulty)
    async with db.read() as tx:
        texts = {await answer_to(tx, number) for number in (first, second)}
    assert {len(text) for text in texts} == {letters}
    assert len(texts) == 2


async def test_captchas_are_asked_for_only_where_they_are_on__A_11(db: Database, cast: Cast) -> None:
    assert await captcha.new_captcha(db) is None
    await on(db)
    async with db.write() as tx:
        await tx.run("UPDATE local_site SET site_setup = :no", no=False)
        tx.changed("site")
    assert await captcha.new_captcha(db) is None


async def test_a_captcha_comes_as_a_picture_and_a_sound__A_11(db: Database, cast: Cast) -> None:
    await on(db, "easy")
    made = await captcha.new_captcha(db)
    assert made is not None
    assert made.picture.startswith(b"\x89PNG")
    assert made.sound.startswith(b"RIFF")
    assert (await captcha.picture(db, made.uuid)).startswith(b"\x89PNG")
    assert (await captcha.sound(db, made.uuid)).startswith(b"RIFF")


# --- registering -----------------------------------------------------------------------------------------------------------


async def test_nobody_registers_without_solving_it__A_7(db: Database, cast: Cast) -> None:
    number = await on(db)
    for asked in (asking(), asking(captcha_uuid=number, captcha_answer="x")):
        prepared = await register.prepare_registration(db, asked)
        assert prepared == Prepared(None, KeyPair("", ""))
        async with db.write() as tx:
            with pytest.raises(Invalid) as refused:
                await register.register(tx, asked, prepared)
        assert (refused.value.code, refused.value.field) == ("captcha_incorrect", "captcha_answer")


async def test_what_is_wrong_before_the_captcha_does_not_spend_it__A_7(db: Database, cast: Cast) -> None:
    number = await on(db)
    async with db.write() as tx:
        right = await answer_to(tx, number)
    asked = asking(captcha_uuid=number, captcha_answer=right, password="short")
    prepared = await register.prepare_registration(db, asked)
    async with db.write() as tx:
        with pytest.raises(Invalid, match="invalid_password"):
            await register.register(tx, asked, prepared)
        assert await captcha.is_open(tx, number)


async def test_what_is_wrong_after_it_does__A_11(db: Database, cast: Cast) -> None:
    number = await on(db)
    async with db.write() as tx:
        right = await answer_to(tx, number)
    asked = asking("a b", captcha_uuid=number, captcha_answer=right)
    prepared = await register.prepare_registration(db, asked)
    async with db.write() as tx:
        with pytest.raises(Invalid, match="invalid_name"):
            await register.register(tx, asked, prepared)
        assert not await captcha.is_open(tx, number)


async def test_whoever_solves_it_registers__A_11(db: Database, cast: Cast) -> None:
    number = await on(db)
    async with db.write() as tx:
        right = await answer_to(tx, number)
    asked = asking(captcha_uuid=number, captcha_answer=right)
    prepared = await register.prepare_registration(db, asked)
    assert prepared.captcha_solved
    async with db.write() as tx:
        assert (await register.register(tx, asked, prepared)).token


async def test_without_captchas_none_is_looked_at(db: Database, cast: Cast) -> None:
    asked = asking(captcha_uuid="nonsense", captcha_answer="nonsense")
    assert not (await register.prepare_registration(db, asked)).captcha_solved
    async with db.write() as tx:
        assert (await register.register(tx, asked, READY)).token


async def test_answered_captchas_are_forgotten_when_they_are_too_old(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    number = await on(db)
    async with db.write() as tx:
        await captcha.solve(tx, number, "x")
    for later, left in ((10 * MINUTE, 1), (11 * MINUTE, 0)):
        clock.advance(later)
        await upkeep.forget_stale(db)
        async with db.read() as tx:
            assert await tx.value("SELECT count(*) FROM spent_captcha") == left
