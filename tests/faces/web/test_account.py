"""Getting in and out, as a browser does it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pyotp
import pytest
from httpx import Response

from folkmoot.core.people import captcha, mails, passwords, totp
from folkmoot.core.people.settings import SaveSettings, save_settings
from folkmoot.model.time import MINUTE, SECOND, FixedClock
from folkmoot.settings import Settings
from folkmoot.store import site as store_site
from folkmoot.store.db import Database
from tests import rows
from tests.cast import Cast
from tests.core.people.helpers import PASSWORD, Postbox, jobs, set_site
from tests.faces.web.conftest import read
from tests.rows import password_of

Browsers = Callable[..., Any]


@pytest.fixture
def sink() -> str:
    """Where mails end. Parametrize it."""
    return "console"


@pytest.fixture
def settings(settings: Settings, sink: str) -> Settings:
    return replace(settings, mail_sink=sink)


def error_beside(response: Response, field: str) -> str:
    """The words beside a field, which the summary at the top repeats."""
    page = read(response)
    found = page.css_first(f"#e-{field}")
    assert found is not None, page.body.text() if page.body else response.text
    summary = page.css_first(".errors")
    assert summary is not None
    assert found.text() in summary.text()
    field_ = page.css_first(f"#f-{field}")
    assert field_ is not None
    assert field_.attributes["aria-invalid"] == "true"
    return str(found.text())


def no_password_in(response: Response) -> None:
    """Passwords are never sent back."""
    for field in read(response).css("input[type=password]"):
        assert not field.attributes.get("value")
    assert PASSWORD not in response.text


async def log_in(visitor: Any, name: str = "alice", password: str | None = None, **more: Any) -> Response:
    data = {
        "username_or_email": name,
        "password": password_of(name) if password is None else password,
        **more,
    }
    response: Response = await visitor.post("/login", data)
    return response


# --- log in ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "password"),
    [("alice", "wrong password"), ("nobody", "wrong password"), ("", ""), ("\ud800", "x")],
)
async def test_a_wrong_pair_is_shown_again_without_the_password(
    browser: Browsers, cast: Cast, name: str, password: str
) -> None:
    visitor = await browser()
    answer = await log_in(visitor, name.encode("utf-8", "replace").decode(), password)
    assert answer.status_code == 422
    assert error_beside(answer, "password") == "Name and password do not belong together."
    assert "set-cookie" not in answer.headers or "jwt=" not in answer.headers["set-cookie"]
    no_password_in(answer)


async def test_the_name_stays_in_the_form(browser: Browsers, cast: Cast) -> None:
    answer = await log_in(await browser(), "alice", "wrong password", next="/inbox")
    page = read(answer)
    assert page.css_first("#f-username_or_email").attributes["value"] == "alice"
    assert page.css_first("input[name=next]").attributes["value"] == "/inbox"


async def test_the_banned_are_told_so(browser: Browsers, cast: Cast) -> None:
    answer = await log_in(await browser(), "mallory")
    assert answer.status_code == 422
    assert "You are banned from this site." in answer.text


async def test_trying_too_often_is_limited(browser: Browsers, cast: Cast) -> None:
    visitor = await browser()
    for _ in range(10):
        await log_in(visitor, "alice", "wrong password")
    answer = await log_in(visitor)
    assert answer.status_code == 429
    assert "That was a lot in a short time. You can try again in" in answer.text
    assert (await log_in(await browser(address="192.0.2.99"))).status_code == 303, "others are not held up"


async def test_logging_in_sets_the_cookie_and_goes_on(browser: Browsers, cast: Cast) -> None:
    visitor = await browser()
    answer = await log_in(visitor, next="/settings")
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("jwt=")
    for word in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert word in cookie
    assert (await visitor.get("/settings")).status_code == 200
    assert (await visitor.get("/login?next=/modlog")).headers["location"] == "/modlog"


@pytest.mark.parametrize(
    "away", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
async def test_nobody_is_sent_away_after_logging_in(browser: Browsers, cast: Cast, away: str) -> None:
    visitor = await browser()
    assert 'name="next"' not in (await visitor.get("/login", params={"next": away})).text
    assert (await log_in(visitor, next=away)).headers["location"] == "/"


async def test_logging_out_clears_the_cookie_and_ends_the_session(
    browser: Browsers, db: Database, cast: Cast
) -> None:
    alice = await browser("alice")
    answer = await alice.post("/logout", {"next": "/settings"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert 'jwt=""' in answer.headers["set-cookie"]
    async with db.read() as tx:
        assert await tx.value("SELECT count(*) FROM session") == 0
    assert (await (await browser()).post("/logout")).status_code == 303


async def test_a_form_from_elsewhere_logs_nobody_in(browser: Browsers, cast: Cast) -> None:
    visitor = await browser()
    data = {"username_or_email": "alice", "password": password_of("alice"), "csrf": "wrong"}
    answer = await visitor.post("/login", data)
    assert answer.status_code == 403
    no_password_in(answer)
    assert password_of("alice") not in answer.text


# --- the second step ----------------------------------------------------------------------------------------------------


async def second_step(db: Database) -> str:
    """Turn it on for alice; the secret."""
    async with db.write() as tx:
        alice = await rows.viewer(tx, "alice")
        secret = (await totp.generate_secret(tx, alice)).secret
        await totp.enable(tx, alice, pyotp.TOTP(secret).at(tx.now // SECOND))
    return secret


async def test_a_second_step_asks_for_the_code_alone(
    browser: Browsers, db: Database, cast: Cast, clock: FixedClock
) -> None:
    secret = await second_step(db)
    visitor = await browser()
    answer = await log_in(visitor, next="/settings")
    assert answer.status_code == 200
    assert "jwt=" not in answer.headers.get("set-cookie", "")
    page = read(answer)
    ticket = page.css_first("input[name=ticket]").attributes["value"]
    assert page.css_first("input[type=password]") is None
    assert password_of("alice") not in answer.text
    wrong = await visitor.post("/login/code", {"ticket": ticket, "totp_token": "000000", "next": "/settings"})
    assert wrong.status_code == 422
    assert "wrong" in error_beside(wrong, "totp_token")
    without = await visitor.post("/login/code", {"ticket": ticket, "totp_token": " "})
    assert "Please give the code" in error_beside(without, "totp_token")
    code = pyotp.TOTP(secret).at(clock.now() // SECOND)
    answer = await visitor.post("/login/code", {"ticket": ticket, "totp_token": code, "next": "/settings"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings")
    assert (await visitor.get("/settings")).status_code == 200


async def test_a_ticket_is_not_good_for_ever(
    browser: Browsers, db: Database, cast: Cast, clock: FixedClock
) -> None:
    await second_step(db)
    visitor = await browser()
    ticket = read(await log_in(visitor)).css_first("input[name=ticket]").attributes["value"]
    clock.advance(6 * MINUTE)
    answer = await visitor.post("/login/code", {"ticket": ticket, "totp_token": "000000"})
    assert answer.headers["location"] == "/login"
    assert "took too long" in (await visitor.get("/login")).text
    assert (await visitor.post("/login/code", {})).headers["location"] == "/login"


async def test_codes_are_not_guessed_from_many_addresses(browser: Browsers, db: Database, cast: Cast) -> None:
    await second_step(db)
    ticket = read(await log_in(await browser())).css_first("input[name=ticket]").attributes["value"]
    statuses = []
    for number in range(11):
        visitor = await browser(address=f"192.0.2.{100 + number}")
        answer = await visitor.post("/login/code", {"ticket": ticket, "totp_token": f"{number:06d}"})
        statuses.append(answer.status_code)
    assert statuses == [422] * 10 + [429]


# --- register ------------------------------------------------------------------------------------------------------------


def new_account(name: str = "erin", **more: str) -> dict[str, str]:
    return {"username": name, "password": PASSWORD, "password_verify": PASSWORD, **more}


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"username": "al"}, "username", "letters of one script"),
        ({"username": "alice"}, "username", "taken"),
        ({"password": "short"}, "password", "10 to 60"),
        ({"password_verify": "other"}, "password_verify", "differ"),
        ({"email": "nonsense"}, "email", "not a mail address"),
        ({"email": "Alice@mail.example"}, "email", "another account"),
    ],
)
async def test_a_refused_registration_is_shown_again_filled(
    browser: Browsers, cast: Cast, change: dict[str, str], field: str, words: str
) -> None:
    visitor = await browser()
    answer = await visitor.post("/register", {**new_account(email="erin@mail.example"), **change})
    assert answer.status_code == 422
    assert words in error_beside(answer, field)
    no_password_in(answer)
    page = read(answer)
    for name in ("username", "email"):
        assert page.css_first(f"#f-{name}").attributes["value"] == change.get(
            name, new_account(email="erin@mail.example")[name]
        )


async def test_a_machine_that_fills_every_field_gets_no_account(
    browser: Browsers, db: Database, cast: Cast
) -> None:
    answer = await (await browser()).post("/register", new_account(honeypot="bees"))
    assert answer.status_code == 422
    async with db.read() as tx:
        assert await tx.value("SELECT count(*) FROM person WHERE name = 'erin'") == 0


async def test_a_closed_site_says_so(browser: Browsers, db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await set_site(tx, registration_mode="Closed")
    page = read(await (await browser()).get("/register"))
    assert page.css_first("#f-username") is None
    assert "no new accounts" in page.body.text()
    answer = await (await browser()).post("/register", new_account())
    assert answer.status_code == 422


async def test_whoever_registers_is_logged_in(browser: Browsers, db: Database, cast: Cast) -> None:
    visitor = await browser()
    answer = await visitor.post("/register", new_account(interface_language="de", email="Erin@mail.example"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    page = read(await visitor.get("/settings"))
    assert "erin@here.example" in page.body.text()
    assert page.css_first("html").attributes["lang"] == "de"


async def test_an_application_waits(browser: Browsers, db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await set_site(tx, registration_mode="RequireApplication", application_question="Why *here*?")
    visitor = await browser()
    form = await visitor.get("/register")
    assert "Why <em>here</em>?" in form.text
    assert (
        error_beside(await visitor.post("/register", new_account(answer="  ")), "answer")
        == "Please answer the question."
    )
    answer = await visitor.post("/register", new_account(answer="I like cats"))
    assert answer.status_code == 200
    assert "waits for somebody to read it" in answer.text
    assert "jwt=" not in answer.headers.get("set-cookie", "")
    answer = await log_in(visitor, "erin", PASSWORD)
    assert "Your application waits" in answer.text
    async with db.write() as tx:
        await tx.run(
            "UPDATE registration_application SET admin_id = :admin, deny_reason = 'too <short>', decided = 1",
            admin=cast.admin.id,
        )
    answer = await log_in(visitor, "erin", PASSWORD)
    assert "not accepted. too &lt;short&gt;" in answer.text


@pytest.mark.parametrize(
    ("sink", "said"),
    [("console", "Try logging in later"), ("file", "You get a mail when it is decided.")],
)
async def test_whoever_waits_is_promised_a_mail_only_where_some_are_sent(
    browser: Browsers, db: Database, cast: Cast, said: str
) -> None:
    async with db.write() as tx:
        await set_site(tx, registration_mode="RequireApplication")
    visitor = await browser()
    answer = await visitor.post("/register", new_account(answer="Beans", email="erin@mail.example"))
    assert said in " ".join(read(answer).css_first("main").text().split())


@pytest.mark.parametrize(
    ("sink", "status", "words", "people"),
    [("console", 422, "This site cannot send mails.", 0), ("file", 200, "mail", 1)],
)
async def test_an_address_that_nobody_could_confirm_is_not_waited_for__A_8(
    browser: Browsers, db: Database, cast: Cast, status: int, words: str, people: int
) -> None:
    async with db.write() as tx:
        await set_site(tx, require_email_verification=True)
    answer = await (await browser()).post("/register", new_account(email="erin@mail.example"))
    assert answer.status_code == status
    assert words in (error_beside(answer, "email") if status == 422 else answer.text)
    async with db.read() as tx:
        assert await tx.value("SELECT count(*) FROM person WHERE name = 'erin'") == people
        assert len(await jobs(tx, "mail.send")) == people


async def test_a_captcha_keeps_programs_out(browser: Browsers, db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await set_site(tx, captcha_enabled=True, captcha_difficulty="easy")
    visitor = await browser()
    page = read(await visitor.get("/register"))
    number = page.css_first("input[name=captcha_uuid]").attributes["value"]
    for element, kind in (("img", "image/png"), ("audio", "audio/wav")):
        shown = await visitor.get(page.css_first(f"main {element}").attributes["src"])
        assert (shown.status_code, shown.headers["content-type"]) == (200, kind)
        assert shown.headers["cache-control"] == "no-store"
    assert (await visitor.get(f"/register/captcha/{number}.gif")).status_code == 404
    assert (await visitor.get("/register/captcha/nonsense.png")).status_code == 404
    slip = await visitor.post(
        "/register", new_account(password="short", captcha_uuid=number, captcha_answer="x")
    )
    again = read(slip)
    assert again.css_first("input[name=captcha_uuid]").attributes["value"] == number
    assert again.css_first("#f-captcha_answer").attributes["value"] == "x"
    wrong = await visitor.post("/register", new_account(captcha_uuid=number, captcha_answer="x"))
    assert "These are not the letters" in error_beside(wrong, "captcha_answer")
    next_one = read(wrong).css_first("input[name=captcha_uuid]").attributes["value"]
    assert next_one != number
    async with db.read() as tx:
        right = captcha._text(await store_site.local_site(tx), next_one)
    answer = await visitor.post("/register", new_account(captcha_uuid=next_one, captcha_answer=right.lower()))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


# --- a forgotten password -------------------------------------------------------------------------------------------------


async def test_a_site_without_mail_promises_no_link__A_13(
    browser: Browsers, db: Database, cast: Cast
) -> None:
    visitor = await browser()
    asked = await visitor.get("/password_reset")
    assert "cannot send mails" in error_beside(asked, "email")
    for email in ("alice@mail.example", "nobody@mail.example"):
        answer = await visitor.post("/password_reset", {"email": email})
        assert answer.status_code == 422
        assert "cannot send mails" in error_beside(answer, "email")
    async with db.read() as tx:
        assert await jobs(tx, "accounts.mail_reset") == []


@pytest.mark.parametrize("sink", ["file"])
async def test_asking_for_a_link_tells_nobody_who_has_an_account(
    browser: Browsers, db: Database, cast: Cast
) -> None:
    visitor = await browser()
    answers = []
    for email in ("alice@mail.example", "nobody@mail.example", "mallory@mail.example", "nonsense"):
        answer = await visitor.post("/password_reset", {"email": email})
        answers.append((answer.status_code, read(answer).css_first("main").text()))
    assert len(set(answers)) == 1
    async with db.read() as tx:
        assert len(await jobs(tx, "accounts.mail_reset")) == 1
    assert (await visitor.post("/password_reset", {"email": " "})).status_code == 422


async def mailed_link(visitor: Any, db: Database) -> str:
    """The path in the mail that alice gets when the visitor says that she forgot her password."""
    await visitor.post("/password_reset", {"email": "alice@mail.example"})
    post = Postbox()
    async with db.read() as tx:
        [payload] = await jobs(tx, "accounts.mail_reset")
    await mails.mail_reset(db, post, payload)
    link = next(word for word in post.mails[0]["text"].split() if "/password_change/" in word)
    return link.removeprefix("https://here.example")


async def test_a_busy_server_is_no_mistake_in_the_form(
    browser: Browsers, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = await browser()
    with monkeypatch.context() as crowd:
        crowd.setattr(passwords, "MOST_WAITING", 0)
        answer = await log_in(visitor)
    assert (answer.status_code, "The server is busy" in answer.text) == (503, True)
    assert read(answer).css_first("input[name=username_or_email]").attributes["value"] == "alice"
    assert (await log_in(visitor)).status_code == 303


@pytest.mark.parametrize("sink", ["file"])
async def test_a_busy_server_does_not_cost_the_link(
    browser: Browsers, db: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = await browser()
    path = await mailed_link(visitor, db)
    chosen = {"password": PASSWORD, "password_verify": PASSWORD}
    with monkeypatch.context() as crowd:
        crowd.setattr(passwords, "MOST_WAITING", 0)
        answer = await visitor.post(path, chosen)
    assert (answer.status_code, "The server is busy" in answer.text) == (503, True)
    no_password_in(answer)
    assert (await visitor.post(path, chosen)).headers["location"] == "/login"


@pytest.mark.parametrize("sink", ["file"])
async def test_a_link_leads_to_a_new_password(browser: Browsers, db: Database, cast: Cast) -> None:
    visitor = await browser()
    path = await mailed_link(visitor, db)
    assert (await visitor.get(path)).status_code == 200
    answer = await visitor.post(path, {"password": PASSWORD, "password_verify": "a slip of the finger"})
    assert answer.status_code == 422, "a slip does not cost the link"
    no_password_in(answer)
    answer = await visitor.post(path, {"password": PASSWORD, "password_verify": PASSWORD})
    assert answer.headers["location"] == "/login"
    assert (await log_in(visitor, "alice", PASSWORD)).status_code == 303
    for again in (
        await visitor.get(path),
        await visitor.post(path, {"password": PASSWORD, "password_verify": PASSWORD}),
    ):
        assert again.status_code == 404
        assert "used already" in again.text


async def test_a_link_that_is_none_is_not_found(browser: Browsers, cast: Cast) -> None:
    visitor = await browser()
    for token in ("nope", "x" * 3000, "%00", "%ff", "é"):
        assert (await visitor.get(f"/password_change/{token}")).status_code in (400, 404)
        assert (await visitor.post(f"/verify_email/{token}")).status_code in (400, 404)


# --- confirming an address --------------------------------------------------------------------------------------------------


async def test_opening_the_link_confirms_nothing_the_button_does(
    browser: Browsers, db: Database, cast: Cast
) -> None:
    async with db.write() as tx:
        await save_settings(tx, cast.alice, SaveSettings(email="new@mail.example"))
        token = await tx.value("SELECT token FROM email_verification")

    async def confirmed() -> bool:
        async with db.read() as tx:
            alice = await rows.viewer(tx, "alice")
        assert alice.account
        return alice.account.email_verified

    visitor = await browser()
    assert (await visitor.get(f"/verify_email/{token}")).status_code == 200
    assert not await confirmed()
    assert (await visitor.post(f"/verify_email/{token}")).headers["location"] == "/login"
    assert await confirmed()
    assert (await visitor.post(f"/verify_email/{token}")).status_code == 404
