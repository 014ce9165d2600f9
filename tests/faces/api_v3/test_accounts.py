"""Accounts: getting in and out, passwords, the second step (section 2 of the behaviour rules)."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import bcrypt
import pyotp
import pytest

from folkmoot.core.people import captcha, mails
from folkmoot.model.time import DAY, SECOND, FixedClock
from folkmoot.settings import Settings
from folkmoot.store import site as store_site
from folkmoot.store.db import Database
from tests import rows
from tests.cast import HERE, Cast
from tests.core.people.helpers import PASSWORD, Postbox, set_site
from tests.faces.api_v3.conftest import App
from tests.rows import password_of

Open = Callable[..., Awaitable[App]]


@pytest.fixture
def sink() -> str:
    """Where mails go."""
    return "file"


@pytest.fixture
def settings(sink: str) -> Settings:
    """A site that can send mails, unless they end in the log."""
    return Settings(
        hostname=HERE, scheme="https", database="sqlite:///not-used.db", page_cache_mb=0, mail_sink=sink
    )


without_mail = pytest.mark.parametrize("sink", ["console"])


def as_(name: str, **more: Any) -> dict[str, Any]:
    return {"username_or_email": name, "password": password_of(name), **more}


def new(name: str = "erin", **more: Any) -> dict[str, Any]:
    return {"username": name, "password": PASSWORD, "password_verify": PASSWORD, **more}


# --- who has no session ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "asked"),
    [
        ("POST", "/user/logout", {}),
        ("GET", "/user/list_logins", {}),
        ("PUT", "/user/change_password", {"old_password": "x", "new_password": "y", "new_password_verify": "z"}),
        ("POST", "/user/delete_account", {"password": "x", "delete_content": False}),
        ("POST", "/user/totp/generate", {}),
        ("POST", "/user/totp/update", {"totp_token": "123456", "enabled": True}),
        ("POST", "/user/leave_admin", {}),
        ("PUT", "/user/save_user_settings", {"bio": "x"}),
        ("POST", "/user/donation_dialog_shown", {}),
        ("GET", "/user/export_settings", {}),
        ("POST", "/user/import_settings", {}),
    ],
)  # fmt: skip
async def test_nobody_has_no_account_to_change__T_11(
    app: Open, method: str, path: str, asked: dict[str, Any]
) -> None:
    nobody = await app()
    assert await nobody.refused(method, path, **asked) == (401, "incorrect_login")


async def test_a_bad_token_is_told_apart_in_one_place__T_11(app: Open, db: Database, cast: Cast) -> None:
    nobody, alice, bob = await app(), await app("alice"), await app("bob")
    assert await nobody.refused("GET", "/user/validate_auth") == (400, "not_logged_in")
    assert await alice.get("/user/validate_auth") == {"success": True}
    async with db.write() as tx:
        for column, name in (("banned", "alice"), ("deleted", "bob")):
            await tx.run(f"UPDATE person SET {column} = :yes WHERE name = :name", yes=True, name=name)
        for who in (cast.alice, cast.bob):
            tx.changed("person", who.id)
    assert await alice.refused("GET", "/user/validate_auth") == (400, "site_ban")
    assert await bob.refused("GET", "/user/validate_auth") == (400, "deleted")
    assert await alice.refused("GET", "/user/unread_count") == (401, "incorrect_login")


# --- in and out --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "status", "error"),
    [
        (as_("nobody"), 401, "incorrect_login"),
        (as_("alice") | {"password": "wrong password"}, 401, "incorrect_login"),
        (as_("mallory"), 400, "site_ban"),
        (as_("mallory") | {"password": "wrong password"}, 401, "incorrect_login"),
    ],
)
async def test_who_is_not_let_in__A_4(app: Open, asked: dict[str, Any], status: int, error: str) -> None:
    nobody = await app()
    assert await nobody.refused("POST", "/user/login", **asked) == (status, error)


async def test_name_and_address_are_good_in_any_case__A_4(app: Open) -> None:
    nobody = await app()
    for name in ("ALICE", "alice@MAIL.example"):
        said = await nobody.post("/user/login", **as_("alice") | {"username_or_email": name})
        assert said | {"jwt": ""} == {"jwt": "", "registration_created": False, "verify_email_sent": False}
        assert await App(nobody.http._transport.app, said["jwt"], "192.0.2.9").get("/user/validate_auth")  # type: ignore[attr-defined]


async def test_two_logins_of_one_second_are_two_sessions__A_2(app: Open) -> None:
    nobody = await app()
    first, second = [(await nobody.post("/user/login", **as_("alice")))["jwt"] for _ in range(2)]
    assert first != second


async def test_an_old_hash_is_accepted_and_replaced(app: Open, db: Database, cast: Cast) -> None:
    old = bcrypt.hashpw(password_of("alice").encode(), bcrypt.gensalt(4)).decode()
    async with db.write() as tx:
        await tx.run(
            "UPDATE local_user SET password_hash = :old WHERE person_id = :id", old=old, id=cast.alice.id
        )
    nobody = await app()
    for _ in range(2):
        assert (await nobody.post("/user/login", **as_("alice")))["jwt"]
    async with db.read() as tx:
        stored = await tx.value(
            "SELECT password_hash FROM local_user WHERE person_id = :id", id=cast.alice.id
        )
    assert stored.startswith("$argon2id$")


async def test_a_session_is_listed_until_it_ends__A_3(app: Open, db: Database, cast: Cast) -> None:
    alice, other = await app("alice"), await app("alice")
    assert len(await alice.get("/user/list_logins")) == 2
    ended = await alice.call("POST", "/user/logout")
    assert (ended.status_code, ended.json()) == (200, {"success": True})
    assert ended.headers["set-cookie"].startswith("jwt=; ")
    assert "Max-Age=0" in ended.headers["set-cookie"]
    assert await alice.refused("POST", "/user/logout") == (401, "incorrect_login")
    [left] = await other.get("/user/list_logins")
    assert cast.alice.account
    assert left["user_id"] == cast.alice.account.id


async def test_a_login_says_where_it_came_from__A_3(app: Open) -> None:
    nobody = await app(address="198.51.100.7")
    nobody.http.headers["user-agent"] = "Story/1"
    token = (await nobody.post("/user/login", **as_("alice")))["jwt"]
    nobody.http.headers["authorization"] = f"Bearer {token}"
    [login] = await nobody.get("/user/list_logins")
    assert (login["ip"], login["user_agent"]) == ("198.51.100.7", "Story/1")


async def test_logging_in_is_limited__K_1(app: Open) -> None:
    nobody, elsewhere = await app(), await app(address="198.51.100.7")
    for _ in range(10):
        await nobody.refused("POST", "/user/login", **as_("nobody"))
    assert await nobody.refused("POST", "/user/login", **as_("alice")) == (400, "rate_limit_error")
    assert (await elsewhere.post("/user/login", **as_("alice")))["jwt"]


# --- registering ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"password": "short", "password_verify": "other"}, "invalid_password"),
        ({"password_verify": "something else"}, "passwords_do_not_match"),
        ({"honeypot": "bees"}, "honeypot_failed"),
        ({"username": "e rin"}, "invalid_name"),
        ({"username": "ALICE"}, "user_already_exists"),
        ({"email": "ALICE@mail.example"}, "email_already_exists"),
        ({"email": "nonsense"}, "unknown"),
        ({"show_nsfw": "yes"}, "unknown"),
    ],
)
async def test_what_is_no_registration__A_7(app: Open, change: dict[str, Any], error: str) -> None:
    nobody = await app()
    assert await nobody.refused("POST", "/user/register", **new() | change) == (400, error)


async def test_a_closed_site_takes_nobody__A_6(app: Open, db: Database) -> None:
    async with db.write() as tx:
        await set_site(tx, registration_mode="Closed")
    assert await (await app()).refused("POST", "/user/register", **new()) == (400, "registration_closed")


async def test_whoever_registers_is_in_at_once__A_8(app: Open) -> None:
    nobody = await app()
    nobody.http.headers["accept-language"] = "de-DE,en;q=0.5"
    said = await nobody.post("/user/register", **new(show_nsfw=True, answer=None, nonsense=1))
    assert said | {"jwt": ""} == {"jwt": "", "registration_created": False, "verify_email_sent": False}
    nobody.http.headers["authorization"] = f"Bearer {said['jwt']}"
    user = (await nobody.get("/site"))["my_user"]["local_user_view"]["local_user"]
    assert (user["interface_language"], user["show_nsfw"], user["accepted_application"]) == ("de", True, True)


async def test_a_name_of_another_alphabet_has_an_address_of_ascii__P_17(app: Open) -> None:
    nobody = await app()
    nobody.http.headers["authorization"] = (
        f"Bearer {(await nobody.post('/user/register', **new('грейс')))['jwt']}"
    )
    person = (await nobody.get("/site"))["my_user"]["local_user_view"]["person"]
    assert person["actor_id"] == "https://here.example/u/%D0%B3%D1%80%D0%B5%D0%B9%D1%81"


async def test_an_application_is_waited_for__A_9(app: Open, db: Database) -> None:
    async with db.write() as tx:
        await set_site(tx, registration_mode="RequireApplication")
    nobody, admin = await app(), await app("admin")
    assert await nobody.refused("POST", "/user/register", **new()) == (
        400,
        "registration_application_answer_required",
    )
    said = await nobody.post("/user/register", **new(answer=""))
    assert said == {"registration_created": True, "verify_email_sent": False}
    entering = {"username_or_email": "erin", "password": PASSWORD}
    assert await nobody.refused("POST", "/user/login", **entering) == (
        400,
        "registration_application_is_pending",
    )
    [waiting] = (await admin.get("/admin/registration_application/list"))["registration_applications"]
    number = waiting["registration_application"]["id"]
    for reason in ("too short", None):
        await admin.put(
            "/admin/registration_application/approve", id=number, approve=False, deny_reason=reason
        )
        denied = await nobody.call("POST", "/user/login", json=entering)
        assert denied.json() == {"error": "registration_denied", "message": reason}


async def test_an_address_is_confirmed_first__A_12(app: Open, db: Database) -> None:
    async with db.write() as tx:
        await set_site(tx, require_email_verification=True)
    nobody = await app()
    assert await nobody.refused("POST", "/user/register", **new()) == (400, "email_required")
    assert await nobody.post("/user/register", **new(email="Erin@mail.example")) == {
        "registration_created": False,
        "verify_email_sent": True,
    }
    entering = {"username_or_email": "erin", "password": PASSWORD}
    assert await nobody.refused("POST", "/user/login", **entering) == (400, "email_not_verified")
    assert await nobody.refused("POST", "/user/verify_email", token="nope") == (400, "token_not_found")
    async with db.read() as tx:
        token = await tx.value("SELECT token FROM email_verification")
    assert await nobody.post("/user/verify_email", token=token) == {"success": True}
    assert (await nobody.post("/user/login", **entering))["jwt"]


@without_mail
async def test_without_mail_there_is_nothing_to_wait_for__A_8(app: Open, db: Database) -> None:
    async with db.write() as tx:
        await set_site(tx, require_email_verification=True)
    nobody = await app()
    asked = new(email="erin@mail.example")
    assert await nobody.refused("POST", "/user/register", **asked) == (400, "no_email_setup")
    assert await nobody.refused("GET", "/user", username="erin") == (404, "couldnt_find_person")


async def test_a_captcha_is_solved_first__A_11(app: Open, db: Database) -> None:
    nobody = await app()
    off = await nobody.call("GET", "/user/get_captcha")
    assert (off.json(), off.headers["cache-control"]) == ({}, "no-store")
    async with db.write() as tx:
        await set_site(tx, captcha_enabled=True)
    made = await nobody.call("GET", "/user/get_captcha")
    assert made.headers["cache-control"] == "no-store"
    number = made.json()["ok"]["uuid"]
    assert await nobody.refused("POST", "/user/register", **new()) == (400, "captcha_incorrect")
    async with db.read() as tx:
        right = captcha._text(await store_site.local_site(tx), number)
    solved = {"captcha_uuid": number, "captcha_answer": right.lower()}
    assert (await nobody.post("/user/register", **new(**solved)))["jwt"]
    assert await nobody.refused("POST", "/user/register", **new("frank", **solved)) == (
        400,
        "captcha_incorrect",
    )


async def test_captchas_are_limited_like_posts__K_1(app: Open) -> None:
    nobody = await app()
    for _ in range(6):
        await nobody.get("/user/get_captcha")
    assert await nobody.refused("GET", "/user/get_captcha") == (400, "rate_limit_error")


# --- passwords ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"old_password": "wrong password"}, 401, "incorrect_login"),
        ({"new_password_verify": "another passwort"}, 400, "passwords_do_not_match"),
        ({"new_password": "short", "new_password_verify": "short"}, 400, "invalid_password"),
    ],
)
async def test_a_password_is_not_changed_like_this__A_5(
    app: Open, change: dict[str, Any], status: int, error: str
) -> None:
    alice = await app("alice")
    asked = {"old_password": password_of("alice"), "new_password": "another password", "new_password_verify": "another password"}  # fmt: skip
    assert await alice.refused("PUT", "/user/change_password", **asked | change) == (status, error)
    assert await alice.get("/user/validate_auth")


async def test_a_new_password_ends_every_session__A_3(app: Open) -> None:
    alice, other = await app("alice"), await app("alice")
    said = await alice.put(
        "/user/change_password", old_password=password_of("alice"), new_password="another password",
        new_password_verify="another password",
    )  # fmt: skip
    for ended in (alice, other):
        assert await ended.refused("GET", "/user/validate_auth") == (400, "not_logged_in")
    alice.http.headers["authorization"] = f"Bearer {said['jwt']}"
    assert await alice.get("/user/validate_auth")
    assert await other.refused("POST", "/user/login", **as_("alice")) == (401, "incorrect_login")


async def test_a_link_for_a_new_password__A_13(app: Open, db: Database, clock: FixedClock) -> None:
    nobody = await app()
    for stranger in ("who@mail.example", "who"):
        assert await nobody.refused("POST", "/user/password_reset", email=stranger) == (
            401,
            "incorrect_login",
        )
    assert await nobody.post("/user/password_reset", email="alice@mail.example") == {"success": True}
    post = Postbox()

    async def mailed() -> str:
        async with db.read() as tx:
            account = await tx.value("SELECT id FROM local_user WHERE email = 'alice@mail.example'")
        await mails.mail_reset(db, post, {"local_user_id": account})
        return post.mails[-1]["text"].partition("/password_change/")[2].split()[0]

    def asked(token: str, password: str = "another password") -> dict[str, str]:
        return {"token": token, "password": password, "password_verify": password}

    assert await nobody.refused("POST", "/user/password_change", **asked("nope", "1")) == (
        400,
        "token_not_found",
    )
    token = await mailed()
    assert await nobody.refused("POST", "/user/password_change", **asked(token, "1")) == (
        400,
        "invalid_password",
    )
    assert await nobody.refused("POST", "/user/password_change", **asked(token)) == (400, "token_not_found")
    late = await mailed()
    clock.advance(DAY + SECOND)
    assert await nobody.refused("POST", "/user/password_change", **asked(late)) == (400, "token_not_found")
    assert await nobody.post("/user/password_change", **asked(await mailed())) == {"success": True}
    assert (await nobody.post("/user/login", **as_("alice") | {"password": "another password"}))["jwt"]


@without_mail
async def test_without_mail_there_is_no_link__A_13(app: Open) -> None:
    nobody = await app()
    assert await nobody.refused("POST", "/user/password_reset", email="alice@mail.example") == (
        400,
        "no_email_setup",
    )


# --- the second step ------------------------------------------------------------------------------------------------------


async def test_codes_are_asked_for_once_one_came_back__A_14(app: Open, clock: FixedClock) -> None:
    alice, nobody = await app("alice"), await app()
    on = {"totp_token": "123456", "enabled": True}
    assert await alice.refused("POST", "/user/totp/update", **on) == (400, "missing_totp_secret")
    url = (await alice.post("/user/totp/generate"))["totp_secret_url"]
    assert urlsplit(url).scheme == "otpauth"
    asked = parse_qs(urlsplit(url).query)
    assert asked["issuer"] == ["Here"]
    generator = pyotp.TOTP(asked["secret"][0])

    def code() -> str:
        return str(generator.at(clock.now() // SECOND))

    assert await alice.refused("POST", "/user/totp/update", **on | {"totp_token": "abcdef"}) == (
        400,
        "incorrect_totp_token",
    )
    assert (await nobody.post("/user/login", **as_("alice")))["jwt"]
    assert await alice.post("/user/totp/update", totp_token=code(), enabled=True) == {"enabled": True}
    assert await alice.refused("POST", "/user/totp/generate") == (400, "totp_already_enabled")
    assert await nobody.refused("POST", "/user/login", **as_("alice")) == (400, "missing_totp_token")
    for wrong in ("abcdef", ""):
        assert await nobody.refused("POST", "/user/login", **as_("alice", totp_2fa_token=wrong)) == (400, "incorrect_totp_token")  # fmt: skip
    clock.advance(30 * SECOND)
    assert (await nobody.post("/user/login", **as_("alice", totp_2fa_token=code())))["jwt"]
    off = {"totp_token": "1", "enabled": False}
    assert await alice.refused("POST", "/user/totp/update", **off) == (400, "incorrect_totp_token")
    assert await alice.post("/user/totp/update", totp_token=code(), enabled=False) == {"enabled": False}
    assert (await nobody.post("/user/login", **as_("alice")))["jwt"]


# --- the end ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [False, True])
async def test_an_account_is_given_up_with_its_password__A_15(app: Open, content: bool) -> None:
    alice, admin, nobody = await app("alice"), await app("admin"), await app()
    refused = await alice.refused(
        "POST", "/user/delete_account", password="wrong password", delete_content=content
    )
    assert refused == (401, "incorrect_login")
    said = await alice.post("/user/delete_account", password=password_of("alice"), delete_content=content)
    assert said == {"success": True}
    assert await alice.refused("GET", "/user/validate_auth") == (400, "not_logged_in")
    assert await nobody.refused("POST", "/user/login", **as_("alice")) == (400, "deleted")
    assert await nobody.refused("POST", "/user/register", **new("alice")) == (400, "user_already_exists")
    assert (await admin.get("/user", username="alice"))["person_view"]["person"]["deleted"]


async def test_the_last_admin_stays__R_7(app: Open, db: Database, cast: Cast) -> None:
    alice, admin = await app("alice"), await app("admin")
    assert await alice.refused("POST", "/user/leave_admin") == (400, "not_an_admin")
    assert await admin.refused("POST", "/user/leave_admin") == (400, "cannot_leave_admin")
    async with db.write() as tx:
        await tx.run("UPDATE local_user SET admin = :yes WHERE person_id = :id", yes=True, id=cast.bob.id)
        await tx.run("UPDATE person SET admin = :yes WHERE id = :id", yes=True, id=cast.bob.id)
        tx.changed("site")
        tx.changed("person", cast.bob.id)
    left = await admin.post("/user/leave_admin")
    assert [view["person"]["name"] for view in left["admins"]] == ["bob"]
    assert await admin.refused("POST", "/user/leave_admin") == (400, "not_an_admin")
    async with db.read() as tx:
        assert not (await rows.viewer(tx, "admin")).admin
