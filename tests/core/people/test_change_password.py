"""Another password: with the old one, and with the link of a mail."""

import pytest

from folkmoot.core.people import change_password, mails, passwords
from folkmoot.model.errors import NotFound, NotLoggedIn, Refusal
from folkmoot.model.people import ANONYMOUS
from folkmoot.model.time import DAY, FixedClock
from folkmoot.store.db import Database
from tests.cast import ORIGIN, Cast
from tests.core.people.helpers import Postbox, jobs, log_in, logged_in, set_site, viewer_of
from tests.core.people.helpers import mails as waiting_mails
from tests.rows import password_of

NEW = "quite another password"


async def test_a_new_password_follows_the_rules__A_5(db: Database, cast: Cast) -> None:
    for password, again, code in [
        ("short", "short", "invalid_password"),
        (NEW, NEW + "!", "passwords_do_not_match"),
    ]:
        with pytest.raises(Refusal) as refused:
            await passwords.new_password(password, again)
        assert refused.value.code == code


async def test_the_old_password_is_needed(db: Database, cast: Cast) -> None:
    with pytest.raises(NotLoggedIn):
        await passwords.prove_own(db, cast.alice, "not hers")
    with pytest.raises(NotLoggedIn):
        await passwords.prove_own(db, ANONYMOUS, password_of("alice"))


async def test_somebody_elses_proof_proves_nothing(db: Database, cast: Cast) -> None:
    proof = await passwords.prove(db, "bob", password_of("bob"))
    new = await passwords.new_password(NEW, NEW)
    async with db.write() as tx:
        with pytest.raises(NotLoggedIn):
            await change_password.change_password(tx, cast.alice, proof, new)


async def test_changing_it_ends_every_session_and_opens_one__A_3(db: Database, cast: Cast) -> None:
    alice, token = await logged_in(db, cast.alice)
    _, elsewhere = await logged_in(db, cast.alice)
    proof = await passwords.prove_own(db, alice, password_of("alice"))
    new = await passwords.new_password(NEW, NEW)
    async with db.write() as tx:
        fresh = await change_password.change_password(tx, alice, proof, new)
        [mail] = await waiting_mails(tx)
    assert await viewer_of(db, token) is ANONYMOUS
    assert await viewer_of(db, elsewhere) is ANONYMOUS
    assert (await viewer_of(db, fresh)).id == cast.alice.id
    assert mail["to"] == "alice@mail.example"
    with pytest.raises(NotLoggedIn):
        await log_in(db, "alice")
    assert await log_in(db, "alice", NEW)


# --- by mail -----------------------------------------------------------------------------------------------------------


async def link(db: Database, post: Postbox) -> str:
    """Let the waiting job run, as the runner does; the token in the mail."""
    async with db.read() as tx:
        [payload] = await jobs(tx, "accounts.mail_reset")
    await mails.mail_reset(db, post, payload)
    async with db.write() as tx:
        await tx.run("DELETE FROM job WHERE name = 'accounts.mail_reset'")
    text = post.mails[-1]["text"]
    return text.split(f"{ORIGIN}/password_change/")[1].split()[0]


async def test_an_unknown_address_gets_no_mail__A_13(db: Database, cast: Cast) -> None:
    for email in ("who@mail.example", "who", "", "   ", "alice"):
        async with db.write() as tx:
            with pytest.raises(NotLoggedIn) as refused:
                await change_password.ask_for_reset(tx, email)
        assert refused.value.code == "incorrect_login"


async def test_who_may_not_log_in_gets_no_mail__A_13(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(Refusal) as refused:
            await change_password.ask_for_reset(tx, "mallory@mail.example")
        assert refused.value.code == "site_ban"
        await set_site(tx, require_email_verification=True)
        await tx.run("UPDATE local_user SET email_verified = :no", no=False)
    async with db.write() as tx:
        with pytest.raises(Refusal) as refused:
            await change_password.ask_for_reset(tx, "alice@mail.example")
        assert refused.value.code == "email_not_verified"
        with pytest.raises(Refusal) as refused:
            await change_password.ask_for_reset(tx, "admin@mail.example", mail_is_set_up=False)
        assert refused.value.code == "no_email_setup"
        assert await jobs(tx, "accounts.mail_reset") == []


async def test_a_link_gives_a_new_password_once__A_13(db: Database, cast: Cast) -> None:
    _, token = await logged_in(db, cast.alice)
    async with db.write() as tx:
        await change_password.ask_for_reset(tx, "ALICE@mail.example ")
        await change_password.ask_for_reset(tx, "alice@mail.example")
        assert len(await jobs(tx, "accounts.mail_reset")) == 1
    link_token = await link(db, Postbox())
    new = await passwords.new_password(NEW, NEW)
    async with db.write() as tx:
        assert await change_password.reset_is_good(tx, link_token)
        used = await change_password.use_reset(tx, link_token)
        with pytest.raises(NotFound) as refused:
            await change_password.use_reset(tx, link_token)
        assert refused.value.code == "token_not_found"
        assert not await change_password.reset_is_good(tx, link_token)
        await change_password.set_password(tx, used, new)
    assert await viewer_of(db, token) is ANONYMOUS
    assert await log_in(db, "alice", NEW)


async def test_a_link_holds_for_a_day__A_13(db: Database, cast: Cast, clock: FixedClock) -> None:
    async with db.write() as tx:
        await change_password.ask_for_reset(tx, "alice@mail.example")
    token = await link(db, Postbox())
    clock.advance(DAY)
    async with db.write() as tx:
        with pytest.raises(NotFound):
            await change_password.use_reset(tx, token)


async def test_a_later_link_makes_earlier_ones_void_and_none_is_kept_in_clear(
    db: Database, cast: Cast
) -> None:
    post = Postbox()
    tokens = []
    for _ in range(2):
        async with db.write() as tx:
            await change_password.ask_for_reset(tx, "alice@mail.example")
        tokens.append(await link(db, post))
    async with db.write() as tx:
        assert await tx.value("SELECT count(*) FROM password_reset") == 1
        assert await tx.value("SELECT token_hash FROM password_reset") not in tokens
        with pytest.raises(NotFound):
            await change_password.use_reset(tx, tokens[0])
        await change_password.use_reset(tx, tokens[1])


async def test_a_mail_that_could_not_be_sent_is_tried_again(db: Database, cast: Cast) -> None:
    post = Postbox()
    async with db.write() as tx:
        await change_password.ask_for_reset(tx, "alice@mail.example")
        [payload] = await jobs(tx, "accounts.mail_reset")
    post.broken = True
    with pytest.raises(OSError, match="does not answer"):
        await mails.mail_reset(db, post, payload)
    post.broken = False
    token = await link(db, post)
    async with db.write() as tx:
        assert await change_password.use_reset(tx, token)


async def test_who_runs_the_server_sets_a_password_by_name(db: Database, cast: Cast) -> None:
    new = await passwords.new_password(NEW, NEW)
    async with db.write() as tx:
        with pytest.raises(NotFound):
            await change_password.set_password_of(tx, "nobody", new)
        with pytest.raises(NotFound):
            await change_password.set_password_of(tx, "carol", new)
        await change_password.set_password_of(tx, "Alice", new)
    assert await log_in(db, "alice", NEW)
