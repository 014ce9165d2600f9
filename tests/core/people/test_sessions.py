"""Sessions: who holds a token, and for how long."""

import jwt
import pytest

from folkmoot.core.people import sessions
from folkmoot.model.errors import NotFound, NotLoggedIn, Refusal
from folkmoot.model.people import ANONYMOUS
from folkmoot.model.time import HOUR, SECOND, FixedClock
from folkmoot.store import accounts
from folkmoot.store import site as store_site
from folkmoot.store.db import Database, count_statements
from tests.cast import HERE, Cast
from tests.core.people.helpers import logged_in, viewer_of


async def secret(db: Database) -> str:
    async with db.read() as tx:
        return (await store_site.local_site(tx)).jwt_secret


@pytest.mark.parametrize("token", [None, "", "not.a.token", "x" * 10_000, "\ud800", "a.b", "é.é.é"])
async def test_what_is_no_token_is_nobody__T_11(db: Database, cast: Cast, token: str | None) -> None:
    async with db.read() as tx:
        assert await sessions.viewer_of(tx, token) is ANONYMOUS
        with pytest.raises(NotLoggedIn) as refused:
            await sessions.validated(tx, token)
    assert refused.value.code == "not_logged_in"


async def test_a_token_that_others_signed_is_nobody(db: Database, cast: Cast) -> None:
    _, good = await logged_in(db, cast.alice)
    claims = jwt.decode(good, await secret(db), algorithms=["HS256"], options={"verify_iat": False})
    forged = [
        jwt.encode(claims, "another secret, long enough for the algorithm", algorithm="HS256"),
        jwt.encode(claims, None, algorithm="none"),
        jwt.encode({**claims, "jti": "x"}, await secret(db), algorithm="HS256"),
        jwt.encode({**claims, "sub": "nonsense"}, await secret(db), algorithm="HS256"),
        jwt.encode({"iss": HERE}, await secret(db), algorithm="HS256"),
    ]
    for token in forged:
        assert await viewer_of(db, token) is ANONYMOUS


async def test_a_token_says_who_where_and_when__A_2(db: Database, cast: Cast, clock: FixedClock) -> None:
    _, token = await logged_in(db, cast.alice)
    _, other = await logged_in(db, cast.alice)
    claims = jwt.decode(token, await secret(db), algorithms=["HS256"], options={"verify_iat": False})
    assert cast.alice.account
    assert claims["sub"] == str(cast.alice.account.id)
    assert claims["iss"] == HERE
    assert claims["iat"] == clock.now() // SECOND
    assert claims.keys() == {"sub", "iss", "iat", "jti"}, "it never expires by itself"
    assert token != other, "two logins in one second are two sessions"
    async with db.read() as tx:
        kept = [row[0] for row in await tx.all("SELECT token_hash FROM session")]
    assert token not in kept
    assert len(kept) == 2


async def test_the_viewer_comes_in_one_query(db: Database, cast: Cast) -> None:
    assert cast.alice.account
    _, token = await logged_in(db, cast.alice)
    async with db.write() as tx:
        await accounts.set_languages(tx, cast.alice.account, [0, 32, 37])
    async with db.read() as tx:
        await store_site.local_site(tx)
        with count_statements() as counter:
            viewer = await sessions.viewer_of(tx, token)
    assert len(counter.statements) == 1
    assert viewer.person == cast.alice.person
    assert viewer.account == cast.alice.account
    assert viewer.languages == {0, 32, 37}
    assert viewer.session_id


async def test_the_banned_and_the_deleted_are_nobody__T_11(db: Database, cast: Cast) -> None:
    _, token = await logged_in(db, cast.mallory)
    assert await viewer_of(db, token) is ANONYMOUS
    async with db.write() as tx:
        with pytest.raises(Refusal) as refused:
            await sessions.validated(tx, token)
        assert refused.value.code == "site_ban"
        await tx.run(
            "UPDATE person SET banned = :no, deleted = :yes WHERE id = :id",
            no=False,
            yes=True,
            id=cast.mallory.id,
        )
        with pytest.raises(Refusal) as refused:
            await sessions.validated(tx, token)
        assert refused.value.code == "deleted"
        assert await sessions.viewer_of(tx, token) is ANONYMOUS


async def test_logging_out_ends_this_session_only__A_3(db: Database, cast: Cast) -> None:
    alice, token = await logged_in(db, cast.alice)
    _, other = await logged_in(db, cast.alice)
    async with db.write() as tx:
        await sessions.log_out(tx, alice)
    assert await viewer_of(db, token) is ANONYMOUS
    assert (await viewer_of(db, other)).id == cast.alice.id
    async with db.write() as tx:
        with pytest.raises(NotLoggedIn):
            await sessions.log_out(tx, await sessions.viewer_of(tx, token))


async def test_somebody_sees_and_ends_their_own_sessions_only(db: Database, cast: Cast) -> None:
    alice, token = await logged_in(db, cast.alice)
    _, elsewhere = await logged_in(db, cast.alice)
    bob, _ = await logged_in(db, cast.bob)
    async with db.write() as tx:
        listed = await sessions.list_sessions(tx, alice)
        assert listed[0].id == alice.session_id
        assert len(listed) == 2
        assert bob.session_id
        with pytest.raises(NotFound):
            await sessions.revoke_session(tx, alice, bob.session_id)
        await sessions.revoke_session(tx, alice, listed[1].id)
    assert await viewer_of(db, elsewhere) is ANONYMOUS
    for _ in range(3):
        await logged_in(db, cast.alice)
    async with db.write() as tx:
        assert await sessions.revoke_other_sessions(tx, alice) == 3
    assert (await viewer_of(db, token)).id == cast.alice.id
    async with db.read() as tx:
        for ask in (sessions.list_sessions(tx, ANONYMOUS), sessions.revoke_other_sessions(tx, ANONYMOUS)):
            with pytest.raises(NotLoggedIn):
                await ask


async def test_ending_a_session_is_told_to_caches(db: Database, cast: Cast) -> None:
    alice, _ = await logged_in(db, cast.alice)
    key = (("person", cast.alice.id),)
    await db.sync()
    before = db.changes.newest(key)
    async with db.write() as tx:
        await sessions.log_out(tx, alice)
    await db.sync()
    assert db.changes.newest(key) > before


async def test_use_is_written_down_at_most_once_an_hour(db: Database, cast: Cast, clock: FixedClock) -> None:
    async def last_used() -> int:
        async with db.read() as tx:
            return int(await tx.value("SELECT last_used FROM session"))

    began = clock.now()
    _, token = await logged_in(db, cast.alice)
    clock.advance(HOUR - 1)
    await viewer_of(db, token)
    with count_statements() as counter:
        await sessions.note_use(db)
    assert counter.statements == []
    assert await last_used() == began
    clock.advance(1)
    await viewer_of(db, token)
    await sessions.note_use(db)
    assert await last_used() == clock.now()
