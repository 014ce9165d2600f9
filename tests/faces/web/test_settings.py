"""Settings, as a browser changes them."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pyotp
import pytest
from httpx import Response

from folkmoot.core.people import block
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.site.admins import appoint_admin
from folkmoot.model.people import LocalUser, Person
from folkmoot.model.time import SECOND, FixedClock
from folkmoot.settings import Settings
from folkmoot.store import accounts
from folkmoot.store.db import Database
from folkmoot.web.settings_security import program_of
from tests import rows
from tests.cast import THERE, Cast
from tests.core.people.helpers import PASSWORD, jobs, mails
from tests.faces.web.conftest import read
from tests.faces.web.test_account import error_beside, log_in, no_password_in
from tests.rows import password_of

Browsers = Callable[..., Any]
PAGES = (
    "",
    "/display",
    "/feeds",
    "/notifications",
    "/security",
    "/second_step",
    "/blocks",
    "/transfer",
    "/move",
    "/delete",
)
FORMS = (
    "/settings", "/settings/display", "/settings/feeds", "/settings/notifications", "/settings/password", "/settings/email",
    "/settings/sessions/end_others", "/settings/sessions/1/end", "/settings/second_step", "/settings/second_step/begin",
    "/settings/second_step/codes", "/settings/second_step/off", "/settings/blocks", "/settings/unblock/person", "/settings/export",
    "/settings/import", "/settings/move", "/settings/move/back", "/settings/alias", "/settings/alias/drop", "/settings/delete", "/u/bob/block", "/c/gardening/block",
)  # fmt: skip


@pytest.fixture
def sink() -> str:
    """Where mails end. Parametrize it."""
    return "console"


@pytest.fixture
def settings(settings: Settings, sink: str) -> Settings:
    return replace(settings, mail_sink=sink)


async def alice_now(db: Database) -> tuple[Person, LocalUser]:
    async with db.read() as tx:
        alice = await rows.viewer(tx, "alice")
    assert alice.person
    assert alice.account
    return alice.person, alice.account


def said(response: Response) -> str:
    """What the page says at the top."""
    found = read(response).css_first(".note")
    return str(found.text()) if found else ""


@pytest.mark.parametrize("page", PAGES)
async def test_a_visitor_is_asked_to_log_in_first(browser: Browsers, cast: Cast, page: str) -> None:
    answer = await (await browser()).get(f"/settings{page}")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=%2Fsettings")


@pytest.mark.parametrize("form", FORMS)
async def test_a_visitor_changes_nothing(browser: Browsers, cast: Cast, form: str) -> None:
    answer = await (await browser()).post(
        form, {"person": "bob", "what": "1", "totp_token": "1", "default_sort_type": "x"}
    )
    assert answer.status_code in (400, 401)


@pytest.mark.parametrize("page", PAGES)
async def test_every_page_is_there_and_marks_its_tab(browser: Browsers, cast: Cast, page: str) -> None:
    answer = await (await browser("alice")).get(f"/settings{page}")
    assert answer.status_code == 200
    tree = read(answer)
    assert len(tree.css("h1")) == 1
    marked = tree.css(".tabs a[aria-current]")
    assert [tab.attributes["href"] for tab in marked] == (
        [] if page == "/second_step" else [f"/settings{page}"]
    )
    for field in tree.css("main input:not([type=hidden], [hidden]), main select, main textarea"):
        assert tree.css_first(f"label[for='{field.attributes['id']}']") is not None


@pytest.mark.parametrize("form", FORMS)
async def test_garbage_is_never_a_failure_of_the_server(browser: Browsers, cast: Cast, form: str) -> None:
    alice = await browser("alice")
    garbage = dict.fromkeys(
        (
            "bio",
            "display_name",
            "theme",
            "language",
            "default_sort_type",
            "email",
            "totp_token",
            "what",
            "keyword",
            "days",
            "password",
        ),
        b"\xff\xfe\x00 \xed\xa0\x80",
    )
    for data in (
        {},
        garbage,
        {
            "days": "9" * 40,
            "keyword": "x" * 100_000,
            "what": "9" * 100,
            "language": "99999",
            "post_listing_mode": "\0",
        },
    ):
        answer = await alice.post(form, data)
        assert answer.status_code < 500, (form, data)


# --- profile, display, feeds, notifications -----------------------------------------------------------------------------------


async def test_a_refused_profile_is_shown_again_filled(browser: Browsers, db: Database, cast: Cast) -> None:
    answer = await (await browser("alice")).post(
        "/settings", {"display_name": "@", "bio": "A <b>bio</b>", "matrix_user_id": "x", "bot": "1"}
    )
    assert answer.status_code == 422
    assert "three visible" in error_beside(answer, "display_name")
    page = read(answer)
    assert page.css_first("#f-bio").text().strip() == "A <b>bio</b>"
    assert page.css_first("#f-matrix_user_id").attributes["value"] == "x"
    assert "checked" in page.css_first("#f-bot").attributes
    assert (await alice_now(db))[0] == cast.alice.person


async def test_a_profile_is_saved_and_shown(browser: Browsers, db: Database, cast: Cast) -> None:
    alice = await browser("alice")
    data = {
        "display_name": " Alice ",
        "bio": "I *like* cats",
        "avatar": "https://1.1.1.1/a.png",
        "matrix_user_id": "@alice:m.example",
    }
    answer = await alice.post("/settings", data)
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings")
    person, _ = await alice_now(db)
    assert (person.display_name, person.bio, person.avatar, person.bot) == (
        "Alice",
        "I *like* cats",
        "https://1.1.1.1/a.png",
        False,
    )
    page = await alice.get("/settings")
    assert said(page) == "Saved."
    assert read(page).css_first("#f-display_name").attributes["value"] == "Alice"
    assert said(await alice.get("/settings")) == ""


async def test_boxes_that_are_not_marked_are_off(browser: Browsers, db: Database, cast: Cast) -> None:
    alice = await browser("alice")
    answer = await alice.post(
        "/settings/display",
        {
            "theme": "dark",
            "interface_language": "de",
            "post_listing_mode": "Card",
            "show_nsfw": "1",
            "vote_show_percentage": "1",
        },
    )
    assert answer.status_code == 303
    _, account = await alice_now(db)
    assert (account.theme, account.interface_language, account.post_listing_mode) == ("dark", "de", "Card")
    assert (account.show_nsfw, account.vote_show_percentage) == (True, True)
    assert (
        account.blur_nsfw,
        account.show_bot_accounts,
        account.vote_show_upvotes,
        account.show_avatars,
    ) == (False,) * 4
    page = read(await alice.get("/settings/display"))
    assert page.css_first("html").attributes["data-theme"] == "dark"
    assert page.css_first("html").attributes["lang"] == "de"
    assert "checked" in page.css_first("#f-show_nsfw").attributes
    assert "checked" not in page.css_first("#f-blur_nsfw").attributes


async def test_who_saves_what_is_shown_changes_nothing(browser: Browsers, db: Database, cast: Cast) -> None:
    """The page once showed the score that apps show, and took off the one in lists with it."""
    alice = await browser("alice")
    _, before = await alice_now(db)
    assert (before.show_scores, before.vote_show_score) == (True, False)
    boxes = read(await alice.get("/settings/display")).css("main [type=checkbox][checked]")
    await alice.post("/settings/display", {str(box.attributes["name"]): "1" for box in boxes})
    _, after = await alice_now(db)
    assert after == before


async def test_a_theme_that_another_program_chose_is_left_alone(
    browser: Browsers, db: Database, cast: Cast
) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE local_user SET theme = 'litely-red', interface_language = 'eo'")
    alice = await browser("alice")
    page = read(await alice.get("/settings/display"))
    assert page.css_first("#f-theme option[selected]").attributes["value"] == "litely-red"
    assert page.css_first("#f-interface_language option[selected]").attributes["value"] == "eo"
    await alice.post("/settings/display", {"theme": "anything", "interface_language": "xx"})
    _, account = await alice_now(db)
    assert (account.theme, account.interface_language) == ("litely-red", "eo")


async def test_feeds_and_languages_are_saved(browser: Browsers, db: Database, cast: Cast) -> None:
    alice = await browser("alice")
    page = read(await alice.get("/settings/feeds", headers={"accept-language": "de"}))
    assert "checked" in page.css_first("#f-all_languages").attributes
    german = page.css_first("fieldset > .check label[lang=de]")
    assert german.text() == "Deutsch", "what the browser speaks is not folded away"
    data = {"default_listing_type": "All", "default_sort_type": "TopDay", "default_comment_sort_type": "Old"}
    answer = await alice.post("/settings/feeds", {**data, "language": ["32", "37"]})
    assert answer.status_code == 303
    _, account = await alice_now(db)
    assert (account.default_listing_type, account.default_sort_type, account.default_comment_sort_type) == (
        "All",
        "TopDay",
        "Old",
    )
    async with db.read() as tx:
        assert await accounts.languages(tx, account.id) == [0, 32, 37]
    page = read(await alice.get("/settings/feeds"))
    assert "checked" not in page.css_first("#f-all_languages").attributes
    assert {box.attributes["value"] for box in page.css("input[name=language][checked]")} == {"32", "37"}
    await alice.post("/settings/feeds", {**data, "language": ["32", "37"], "all_languages": "1"})
    async with db.read() as tx:
        assert await accounts.languages(tx, account.id) == []


async def test_a_sort_that_does_not_exist_is_refused(browser: Browsers, db: Database, cast: Cast) -> None:
    answer = await (await browser("alice")).post("/settings/feeds", {"default_sort_type": "Best"})
    assert answer.status_code == 422
    assert (await alice_now(db))[1] == cast.alice.account


async def test_mails_are_asked_for(browser: Browsers, db: Database, cast: Cast) -> None:
    alice = await browser("alice")
    assert "alice@mail.example" in (await alice.get("/settings/notifications")).text
    for on in ("1", ""):
        await alice.post("/settings/notifications", {"send_notifications_to_email": on})
        assert (await alice_now(db))[1].send_notifications_to_email == bool(on)


# --- security ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"current": "wrong password"}, "current", "not your password"),
        ({"password": "short", "password_verify": "short"}, "password", "10 to 60"),
        ({"password_verify": "another one"}, "password_verify", "differ"),
    ],
)
async def test_a_wrong_password_change_is_refused(
    browser: Browsers, cast: Cast, change: dict[str, str], field: str, words: str
) -> None:
    data = {"current": password_of("alice"), "password": PASSWORD, "password_verify": PASSWORD, **change}
    answer = await (await browser("alice")).post("/settings/password", data)
    assert answer.status_code == 422
    assert words in error_beside(answer, field)
    assert len(read(answer).css(".errors")) == 1, "only the form that was sent says so"
    no_password_in(answer)


async def test_a_new_password_logs_out_everywhere_else(browser: Browsers, cast: Cast) -> None:
    alice, elsewhere = await browser("alice"), await browser("alice")
    data = {"current": password_of("alice"), "password": PASSWORD, "password_verify": PASSWORD}
    answer = await alice.post("/settings/password", data)
    assert answer.headers["location"] == "/settings/security"
    page = await alice.get("/settings/security")
    assert page.status_code == 200
    assert "logged out everywhere else" in said(page)
    assert (await elsewhere.get("/settings")).status_code == 303
    assert (await log_in(await browser(), "alice", PASSWORD)).status_code == 303


async def test_without_mail_no_new_address_is_taken__A_12(
    browser: Browsers, db: Database, cast: Cast
) -> None:
    alice = await browser("alice")
    answer = await alice.post(
        "/settings/email", {"email": "new@mail.example", "email_password": password_of("alice")}
    )
    assert answer.status_code == 422
    assert "cannot send mails" in error_beside(answer, "email")
    answer = await alice.post("/settings/email", {"email": "", "email_password": password_of("alice")})
    assert answer.status_code == 303
    assert (await alice_now(db))[1].email is None


@pytest.mark.parametrize("sink", ["file"])
async def test_the_address_changes_with_the_password_only(
    browser: Browsers, db: Database, cast: Cast
) -> None:
    alice = await browser("alice")
    answer = await alice.post(
        "/settings/email", {"email": "new@mail.example", "email_password": "wrong password"}
    )
    assert answer.status_code == 422
    assert "not your password" in error_beside(answer, "email_password")
    assert read(answer).css_first("#f-email").attributes["value"] == "new@mail.example"
    answer = await alice.post(
        "/settings/email", {"email": "bob@mail.example", "email_password": password_of("alice")}
    )
    assert "another account" in error_beside(answer, "email")
    answer = await alice.post(
        "/settings/email", {"email": "new@mail.example", "email_password": password_of("alice")}
    )
    assert answer.status_code == 303
    assert "not confirmed yet" in (await alice.get("/settings/security")).text
    async with db.read() as tx:
        assert {mail["to"] for mail in await mails(tx)} == {"new@mail.example", "alice@mail.example"}


async def test_sessions_are_listed_and_ended(browser: Browsers, db: Database, cast: Cast) -> None:
    alice, elsewhere = await browser("alice"), await browser("alice")
    page = read(await alice.get("/settings/security"))
    assert len(page.css("tbody tr")) == 2
    assert len(page.css("tbody b.tag")) == 1
    [button] = page.css("tbody button")
    answer = await alice.post(button.attributes["formaction"], json=True)
    assert (answer.status_code, answer.json()) == (200, {})
    assert (await elsewhere.get("/settings")).status_code == 303
    assert (await alice.post(button.attributes["formaction"])).status_code == 404
    another = await browser("alice")
    assert (await alice.post("/settings/sessions/end_others")).status_code == 303
    assert (await another.get("/settings")).status_code == 303
    assert (await alice.get("/settings")).status_code == 200


async def test_nobody_ends_the_session_of_somebody_else(browser: Browsers, db: Database, cast: Cast) -> None:
    bob = await browser("bob")
    async with db.read() as tx:
        number = await tx.value("SELECT id FROM session")
    assert (await (await browser("alice")).post(f"/settings/sessions/{number}/end")).status_code == 404
    assert (await bob.get("/settings")).status_code == 200


async def test_the_second_step_from_beginning_to_end(
    browser: Browsers, db: Database, cast: Cast, clock: FixedClock
) -> None:
    alice = await browser("alice")
    assert (await alice.post("/settings/second_step/begin")).headers["location"] == "/settings/second_step"
    page = read(await alice.get("/settings/second_step"))
    assert page.css_first("figure svg") is not None
    assert "style" not in page.css_first("figure svg").attributes
    secret = page.css_first("figcaption code").text()
    wrong = await alice.post("/settings/second_step", {"totp_token": "000000"})
    assert wrong.status_code == 422
    assert "wrong" in error_beside(wrong, "totp_token")
    assert read(wrong).css_first("figcaption code").text() == secret, "the same key is shown again"
    code = pyotp.TOTP(secret).at(clock.now() // SECOND)
    answer = await alice.post("/settings/second_step", {"totp_token": code})
    codes = read(answer).css_first("main pre").text().split()
    assert len(codes) == 10
    assert "10 recovery codes" in (await alice.get("/settings/security")).text
    assert codes[0] not in (await alice.get("/settings/second_step")).text
    answer = await alice.post("/settings/second_step/codes", {"totp_token": code})
    new = read(answer).css_first("main pre").text().split()
    assert not set(new) & set(codes)
    assert (await alice.post("/settings/second_step/off", {"totp_token": codes[0]})).status_code == 422
    assert (await alice.post("/settings/second_step/off", {"totp_token": new[0]})).headers[
        "location"
    ] == "/settings/security"
    assert not (await alice_now(db))[1].totp_enabled


# --- blocks ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("person", "nobody", "no such person"),
        ("person", "alice", "cannot block yourself"),
        ("person", "@admin", "cannot be blocked"),
        ("person", "not a name!", "no such person"),
        ("community", "nothing", "no such community"),
        ("instance", "here.example", "cannot be blocked"),
        ("instance", "unknown.example", "No such server"),
        ("domain", "nonsense", "not an address"),
        ("keyword", "ab", "at least 3"),
    ],
)
async def test_a_wrong_block_is_shown_again_beside_its_field(
    browser: Browsers, cast: Cast, kind: str, text: str, words: str
) -> None:
    answer = await (await browser("alice")).post("/settings/blocks", {kind: text, "days": "7"})
    assert answer.status_code == 422
    assert words in error_beside(answer, kind)
    assert read(answer).css_first(f"#f-{kind}").attributes["value"] == text


async def test_everything_can_be_blocked_and_unblocked(
    browser: Browsers, db: Database, cast: Cast, clock: FixedClock
) -> None:
    alice = await browser("alice")
    for kind, text in {
        "person": f"@carol@{THERE}",
        "community": "!gardening",
        "instance": THERE,
        "domain": "https://spam.example/x",
    }.items():
        assert (await alice.post("/settings/blocks", {kind: text})).status_code == 303
    assert (await alice.post("/settings/blocks", {"keyword": "Big News", "days": "7"})).status_code == 303
    page = read(await alice.get("/settings/blocks"))
    text = page.css_first("main").text()
    for shown in (
        "carol@there.example",
        "!gardening@here.example",
        "spam.example",
        "big news until 2026-06-08",
    ):
        assert shown in text
    buttons = page.css("main ul button")
    assert len(buttons) == 5
    for button in buttons:
        attributes = button.attributes
        answer = await alice.post(
            attributes["formaction"], {attributes["name"]: attributes["value"]}, json=True
        )
        assert answer.json() == {}
    assert not read(await alice.get("/settings/blocks")).css("main ul button")
    async with db.read() as tx:
        assert await block.words_of(tx, cast.alice) == await block.words_of(tx, cast.bob)


@pytest.mark.parametrize("place", ["/u/bob", "/c/gardening"])
async def test_the_button_on_a_page_blocks_and_unblocks(browser: Browsers, cast: Cast, place: str) -> None:
    alice = await browser("alice")
    for data, on in (({}, True), ({}, False), ({"on": "1"}, True), ({"on": "1"}, True), ({"on": "0"}, False)):
        answer = await alice.post(f"{place}/block", data, json=True)
        assert answer.json()["on"] is on
    assert (await alice.post(f"{place}/block", {"next": "/modlog"})).headers["location"] == "/modlog"
    assert (await alice.post("/u/nobody/block")).status_code == 404


# --- taking along, leaving ------------------------------------------------------------------------------------------------------


async def test_what_is_taken_along_can_be_brought(browser: Browsers, db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await block.block_person(tx, cast.alice, cast.carol.id)
    alice = await browser("alice")
    answer = await alice.post("/settings/export")
    assert answer.headers["content-type"].startswith("application/json")
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "private, no-store"
    document = answer.json()
    assert document["blocked_users"] == [f"https://{THERE}/u/carol"]
    assert (await alice.post("/settings/export")).status_code == 429, "once a day (E-3)"
    bob = await browser("bob", address="192.0.2.50")
    document["bio"] = "brought"
    answer = await bob.post("/settings/import", files={"file": ("settings.json", json.dumps(document))})
    assert answer.headers["location"] == "/settings/transfer"
    assert "come over" in said(await bob.get("/settings/transfer"))
    async with db.read() as tx:
        bob_now = await rows.viewer(tx, "bob")
        assert bob_now.person
        assert bob_now.person.bio == "brought"
        blocked = (await block.list_blocks(tx, bob_now)).people
        assert [person.ap_id for person in blocked] == document["blocked_users"]


@pytest.mark.parametrize(
    "content", [b"", b"not json", b"[]", b"\xff\xfe", b'{"bio": 5}', b"[" * 100_000, b'{"display_name": "@"}']
)
async def test_a_file_that_cannot_be_read_is_refused(
    browser: Browsers, db: Database, cast: Cast, content: bytes
) -> None:
    alice = await browser("alice")
    answer = await alice.post("/settings/import", files={"file": ("settings.json", content)})
    assert answer.status_code == 422
    assert error_beside(answer, "file")
    async with db.read() as tx:
        assert await jobs(tx, "accounts.import_settings") == []
    assert "choose a file" in error_beside(await alice.post("/settings/import"), "file")


async def test_the_only_admin_is_told_that_nobody_else_can_run_the_site(
    browser: Browsers, db: Database, cast: Cast
) -> None:
    admin, alice = await browser("admin"), await browser("alice")
    warning = ".note.bad a[href='/admin/people']"
    assert read(await admin.get("/settings/delete")).css_first(warning)
    assert read(await alice.get("/settings/delete")).css_first(warning) is None
    async with db.write() as tx:
        await appoint_admin(tx, cast.admin, cast.alice.id)
    assert read(await admin.get("/settings/delete")).css_first(warning) is None


async def test_leaving_needs_the_password_and_says_what_goes(
    browser: Browsers, db: Database, cast: Cast
) -> None:
    async with db.write() as tx:
        await create_post(tx, cast.alice, CreatePost(cast.gardening.id, "Her post"))
    alice = await browser("alice")
    assert "1 post, 0 comments" in (await alice.get("/settings/delete")).text
    answer = await alice.post("/settings/delete", {"password": "wrong password", "with_content": "1"})
    assert answer.status_code == 422
    assert "not your password" in error_beside(answer, "password")
    assert "checked" in read(answer).css_first("#f-with_content").attributes
    no_password_in(answer)
    answer = await alice.post("/settings/delete", {"password": password_of("alice"), "with_content": "1"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert 'jwt=""' in answer.headers["set-cookie"]
    person, _ = await alice_now(db)
    assert person.deleted
    async with db.read() as tx:
        assert await tx.value("SELECT name FROM post") == "*Permanently Deleted*"
    assert (await alice.get("/settings")).status_code == 303


async def test_moving_to_another_account__MOV_1(browser: Browsers, cast: Cast) -> None:
    alice, bob = await browser("alice"), await browser("bob")
    away = {"target": "bob@here.example", "password": password_of("alice")}
    answer = await alice.post("/settings/move", {**away, "password": "wrong password"})
    assert (answer.status_code, "not your password" in error_beside(answer, "password")) == (422, True)
    no_password_in(answer)
    assert "does not say" in error_beside(await alice.post("/settings/move", away), "target")
    answer = await bob.post("/settings/alias", {"alias": "nobody@here.example"})
    assert "no such person" in error_beside(answer, "alias")
    answer = await bob.post("/settings/alias", {"alias": "!gardening@here.example"})
    assert "no such person" in error_beside(answer, "alias")
    answer = await bob.post("/settings/alias", {"alias": "@bob@here.example"})
    assert "that you use now" in error_beside(answer, "alias")
    answer = await bob.post("/settings/alias", {"alias": " alice@here.example"})
    assert answer.headers["location"] == "/settings/move"
    assert read(await bob.get("/settings/move")).css_first(".rows a").text() == "alice@here.example"
    answer = await alice.post("/settings/move", away)
    assert answer.headers["location"] == "/settings/move"
    assert read(await alice.get("/settings/move")).css_first(".note a").text() == "bob@here.example"
    profile = read(await (await browser()).get("/u/alice"))
    assert profile.css_first(".note a").attributes["href"] == "/u/bob@here.example"
    await alice.post("/settings/move/back")
    assert read(await (await browser()).get("/u/alice")).css_first(".note a") is None
    await bob.post("/settings/alias/drop", {"what": "https://here.example/u/alice"})
    assert read(await bob.get("/settings/move")).css_first(".rows a") is None


@pytest.mark.parametrize(
    ("user_agent", "shown"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1 Version/17.5 Safari/604.1",
            "Safari on iOS",
        ),
        ("Jerboa/0.0.70", None),
        ("", None),
    ],
)
def test_a_program_is_called_by_its_name(user_agent: str, shown: str | None) -> None:
    assert program_of(user_agent) == shown


async def test_votes_can_stay_on_this_server__VOT_3(browser: Callable[..., Any]) -> None:
    alice = await browser("alice")
    box = "input[name=votes_stay_here]"
    assert "checked" not in read(await alice.get("/settings")).css_first(box).attributes
    await alice.post("/settings", {"votes_stay_here": "1"})
    assert "checked" in read(await alice.get("/settings")).css_first(box).attributes
    await alice.post("/settings", {})
    assert "checked" not in read(await alice.get("/settings")).css_first(box).attributes
