"""Logging in: refusals in the order of A-4, hashes of old kinds, the second step."""

import bcrypt
import pyotp
import pytest

from folkmoot.core.people import login, passwords, sessions, totp
from folkmoot.core.people.login import LogIn
from folkmoot.core.people.passwords import Proof
from folkmoot.core.people.sessions import Client
from folkmoot.model.errors import NotLoggedIn, Refusal
from folkmoot.model.people import Viewer
from folkmoot.model.time import MINUTE, SECOND, FixedClock
from folkmoot.store.db import Database
from tests.cast import Cast
from tests.core.people.helpers import log_in, set_site, viewer_of
from tests.rows import password_of


async def test_a_wrong_password_and_an_unknown_name_sound_alike__A_4(db: Database, cast: Cast) -> None:
    for name, password in [
        ("alice", "not her password"),
        ("nobody", "some password"),
        ("", ""),
        ("x@y.example", "?"),
    ]:
        with pytest.raises(NotLoggedIn) as refused:
            await passwords.prove(db, name, password)
        assert (refused.value.code, refused.value.field) == ("incorrect_login", "password")


async def test_an_unknown_name_costs_as_much_work_as_a_known_one__A_4(
    db: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time is not measured, the work is: one comparison each, of a hash with the same parameters."""
    compared = []
    matches = passwords._matches

    def watched(stored: str, password: bytes) -> bool:
        compared.append(stored)
        return matches(stored, password)

    monkeypatch.setattr(passwords, "_matches", watched)
    for name in ("alice", "nobody"):
        with pytest.raises(NotLoggedIn):
            await passwords.prove(db, name, "wrong password")
    assert len(compared) == 2
    assert compared[1].split("$")[:4] == passwords._HASHER.hash("x").split("$")[:4]


async def test_somebody_of_another_server_has_no_password(db: Database, cast: Cast) -> None:
    with pytest.raises(NotLoggedIn):
        await passwords.prove(db, "carol", password_of("carol"))


async def test_the_banned_and_the_deleted_are_told_so__A_4(db: Database, cast: Cast) -> None:
    with pytest.raises(Refusal) as refused:
        await log_in(db, "mallory")
    assert refused.value.code == "site_ban"
    async with db.write() as tx:
        await tx.run("UPDATE person SET deleted = :yes WHERE id = :id", yes=True, id=cast.alice.id)
    with pytest.raises(Refusal) as refused:
        await log_in(db, "alice")
    assert refused.value.code == "deleted"


async def test_an_unconfirmed_address_keeps_out_all_but_admins__A_4(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await set_site(tx, require_email_verification=True)
        await tx.run("UPDATE local_user SET email_verified = :no", no=False)
    with pytest.raises(Refusal) as refused:
        await log_in(db, "alice")
    assert refused.value.code == "email_not_verified"
    assert await log_in(db, "admin")


@pytest.mark.parametrize("mode", ["RequireApplication", "Closed"])
async def test_an_undecided_application_keeps_out__A_9(db: Database, cast: Cast, mode: str) -> None:
    assert cast.alice.account
    async with db.write() as tx:
        await set_site(tx, registration_mode=mode)
        await tx.run(
            "UPDATE local_user SET accepted_application = :no WHERE id = :id",
            no=False,
            id=cast.alice.account.id,
        )
        await tx.run(
            "INSERT INTO registration_application (local_user_id, answer, published) VALUES (:id, 'please', :now)",
            id=cast.alice.account.id, now=tx.now,
        )  # fmt: skip
    with pytest.raises(Refusal) as refused:
        await log_in(db, "alice")
    assert refused.value.code == "registration_application_is_pending"
    async with db.write() as tx:
        await tx.run(
            "UPDATE registration_application SET admin_id = :admin, deny_reason = 'too short'",
            admin=cast.admin.id,
        )
    with pytest.raises(Refusal) as refused:
        await log_in(db, "alice")
    assert (refused.value.code, refused.value.detail) == ("registration_denied", "too short")
    async with db.write() as tx:
        await set_site(tx, registration_mode="Open")
    assert await log_in(db, "alice")


async def test_admins_are_let_in_whatever_became_of_their_application__A_9(db: Database, cast: Cast) -> None:
    assert cast.admin.account
    async with db.write() as tx:
        await set_site(tx, registration_mode="Closed")
        await tx.run(
            "UPDATE local_user SET accepted_application = :no WHERE id = :id",
            no=False,
            id=cast.admin.account.id,
        )
    assert await log_in(db, "admin")


async def test_name_and_address_are_matched_in_any_case__A_4(db: Database, cast: Cast) -> None:
    for name in ("alice", "ALICE", " Alice ", "Alice@Mail.Example"):
        token = await log_in(db, name, password_of("alice"))
        assert (await viewer_of(db, token)).id == cast.alice.id


async def test_a_session_remembers_where_it_began__A_2(db: Database, cast: Cast) -> None:
    await log_in(db, "alice", client=Client("192.0.2.7", "x" * 1000))
    async with db.read() as tx:
        row = await tx.first("SELECT ip, user_agent FROM session")
    assert row
    assert tuple(row) == ("192.0.2.7", "x" * 300)


@pytest.mark.parametrize("password", ["a password from before", "ä" * 60])
async def test_a_bcrypt_hash_is_taken_and_replaced(db: Database, cast: Cast, password: str) -> None:
    """bcrypt sees 72 bytes: servers that wrote such hashes cut there."""
    assert cast.alice.account
    old = bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt(4)).decode()
    async with db.write() as tx:
        await tx.run(
            "UPDATE local_user SET password_hash = :old WHERE id = :id", old=old, id=cast.alice.account.id
        )
    await log_in(db, "alice", password)
    async with db.read() as tx:
        stored = await tx.value(
            "SELECT password_hash FROM local_user WHERE id = :id", id=cast.alice.account.id
        )
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await log_in(db, "alice", password)
    with pytest.raises(NotLoggedIn):
        await log_in(db, "alice", "another password")


@pytest.mark.parametrize("stored", [None, "", "!", "$2b$nonsense", "$argon2id$nonsense", "plain text"])
async def test_a_hash_of_no_known_kind_lets_nobody_in(db: Database, cast: Cast, stored: str | None) -> None:
    assert cast.alice.account
    async with db.write() as tx:
        await tx.run(
            "UPDATE local_user SET password_hash = :hash WHERE id = :id",
            hash=stored,
            id=cast.alice.account.id,
        )
    for guess in ("", stored or "", "nonsense"):
        with pytest.raises(NotLoggedIn):
            await passwords.prove(db, "alice", guess)


async def test_a_proof_is_void_once_the_password_changed(db: Database, cast: Cast) -> None:
    proof = await passwords.prove(db, "alice", password_of("alice"))
    async with db.write() as tx:
        await tx.run("UPDATE local_user SET password_hash = 'another'")
    with pytest.raises(NotLoggedIn):
        async with db.write() as tx:
            await login.log_in(tx, proof, LogIn())


async def test_no_password_is_hashed_while_others_wait_to_write(db: Database, cast: Cast) -> None:
    async with db.write():
        with pytest.raises(RuntimeError):
            await passwords.hash_password("a long enough password")


# --- the second step ---------------------------------------------------------------------------------------------------


async def with_totp(db: Database, who: Viewer) -> tuple[str, list[str]]:
    """Turn the second step on; the secret and the recovery codes."""
    async with db.write() as tx:
        made = await totp.generate_secret(tx, who)
        return made.secret, await totp.enable(tx, who, code_at(made.secret, tx.now))


def code_at(secret: str, now: int) -> str:
    return pyotp.TOTP(secret).at(now // SECOND)


async def test_a_code_is_asked_for_and_has_to_be_right__A_4(db: Database, cast: Cast) -> None:
    await with_totp(db, cast.alice)
    for code, expected in [
        (None, "missing_totp_token"),
        ("", "incorrect_totp_token"),
        ("abcdef", "incorrect_totp_token"),
        ("１２３４５６", "incorrect_totp_token"),
    ]:
        with pytest.raises(Refusal) as refused:
            await log_in(db, "alice", code=code)
        assert (refused.value.code, refused.value.field) == (expected, "totp_token")
    with pytest.raises(NotLoggedIn):
        await log_in(db, "alice", "wrong password", code="000000")


async def test_a_code_lets_in_once(db: Database, cast: Cast, clock: FixedClock) -> None:
    secret, _ = await with_totp(db, cast.alice)
    code = code_at(secret, clock.now())
    assert await log_in(db, "alice", code=f"{code[:3]} {code[3:]}")
    with pytest.raises(Refusal) as refused:
        await log_in(db, "alice", code=code)
    assert refused.value.code == "incorrect_totp_token", "somebody who saw it typed cannot use it again"
    with pytest.raises(Refusal):
        await log_in(db, "alice", code=code_at(secret, clock.now() - 30 * SECOND))
    clock.advance(30 * SECOND)
    assert await log_in(db, "alice", code=code_at(secret, clock.now()))


@pytest.mark.parametrize(("seconds", "good"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
async def test_a_clock_may_be_one_step_off__A_14(
    db: Database, cast: Cast, clock: FixedClock, seconds: int, good: bool
) -> None:
    secret, _ = await with_totp(db, cast.alice)
    step = totp.matching_step(secret, code_at(secret, clock.now() + seconds * SECOND), clock.now())
    assert (step is not None) == good


async def test_a_recovery_code_lets_in_once_however_it_is_typed(db: Database, cast: Cast) -> None:
    _, codes = await with_totp(db, cast.alice)
    assert len(set(codes)) == 10
    assert await log_in(db, "alice", code=codes[3].upper().replace("-", " "))
    with pytest.raises(Refusal):
        await log_in(db, "alice", code=codes[3])
    async with db.read() as tx:
        assert await totp.recovery_codes_left(tx, cast.alice) == 9


async def test_a_failed_second_step_leaves_nothing_behind(db: Database, cast: Cast) -> None:
    await with_totp(db, cast.alice)
    with pytest.raises(Refusal):
        await log_in(db, "alice", code="000000")
    async with db.read() as tx:
        assert await tx.value("SELECT count(*) FROM session") == 0


# --- between the two steps ---------------------------------------------------------------------------------------------


async def test_a_ticket_stands_for_the_first_step_for_five_minutes(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    secret, _ = await with_totp(db, cast.alice)
    proof = await passwords.prove(db, "alice", password_of("alice"))
    async with db.write() as tx:
        ticket = await login.ticket_for(tx, proof)
        assert await login.proof_of(tx, ticket) == Proof(proof.local_user_id, proof.person_id, proof.hash)
        assert await login.log_in(tx, await login.proof_of(tx, ticket), LogIn(code_at(secret, tx.now)))
        assert (await sessions.viewer_of(tx, ticket)).person is None, "it is no session"
    clock.advance(5 * MINUTE)
    async with db.read() as tx:
        with pytest.raises(NotLoggedIn):
            await login.proof_of(tx, ticket)


async def test_nothing_else_is_a_ticket(db: Database, cast: Cast) -> None:
    proof = await passwords.prove(db, "alice", password_of("alice"))
    async with db.write() as tx:
        ticket = await login.ticket_for(tx, proof)
        session = (await login.log_in(tx, proof, LogIn())).token
        for wrong in (session, ticket[:-2], "", "x.y.z", "é"):
            with pytest.raises(NotLoggedIn):
                await login.proof_of(tx, wrong)
        await tx.run("UPDATE local_user SET password_hash = 'another'")
        with pytest.raises(NotLoggedIn):
            await login.proof_of(tx, ticket)
