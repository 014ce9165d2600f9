"""Site administration as administrators see it, and everybody else does not."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from folkmoot.core.site.emoji import CreateEmoji, create_emoji
from folkmoot.core.site.taglines import set_taglines
from folkmoot.store import accounts
from folkmoot.store import site as store_site
from folkmoot.store.db import Database
from folkmoot.web.routes import ROUTES
from tests import rows
from tests.cast import Cast
from tests.core.site.stories import site_of
from tests.faces.web.conftest import read

Browsers = Callable[..., Any]

PAGES = sorted(
    {
        route.path
        for route in ROUTES
        if re.fullmatch(r"/admin(/[a-z]+)?", route.path) and "GET" in (route.methods or ())
    }
)
FORMS = sorted({
    route.path.replace("{id:int}", "1") for route in ROUTES if route.path.startswith("/admin") and "POST" in (route.methods or ())
})  # fmt: skip
IMAGE = "https://pics.example/parrot.gif"


async def apply(db: Database, name: str, answer: str = "I garden") -> int:
    """Somebody who asks for an account; the number of their application."""
    async with db.write() as tx:
        account = (await rows.local_person(tx, name)).account
        assert account
        await accounts.update(tx, account.id, {"accepted_application": False})
        return await accounts.insert_application(tx, account.id, answer)


# --- who may not ----------------------------------------------------------------------------------------------------


def test_there_are_pages_and_forms_to_try() -> None:
    assert len(PAGES) > 10
    assert len(FORMS) > 15


@pytest.mark.parametrize("path", PAGES)
async def test_pages_are_for_admins(browser: Browsers, path: str) -> None:
    assert (await (await browser("bob")).get(path)).status_code == 403
    visitor = await (await browser()).get(path)
    assert (visitor.status_code, visitor.headers["location"].partition("?")[0]) == (303, "/login")
    page = await (await browser("admin")).get(path)
    assert page.status_code == 200
    assert read(page).css_first("h1").text() == "Site administration"
    assert read(page).css_first("[aria-label=Sections] [aria-current]").attributes["href"] == path


@pytest.mark.parametrize("path", FORMS)
async def test_forms_are_for_admins(browser: Browsers, db: Database, cast: Cast, path: str) -> None:
    before = await site_of(db)
    act = "retry" if path.startswith("/admin/federation/") else "block"
    filled = {"name": "Mine", "domain": "there.example", "do": act, "shortcode": "x", "image_url": IMAGE}
    assert (await (await browser("bob")).post(path, filled)).status_code == 403
    assert (await (await browser()).post(path, filled)).status_code == 401
    assert await site_of(db) == before


# --- settings -------------------------------------------------------------------------------------------------------


async def test_a_refused_form_comes_back_filled_with_the_error_beside_the_field(
    browser: Browsers, db: Database
) -> None:
    admin = await browser("admin")
    answer = await admin.post("/admin", {"name": "A name much too long for a site", "sidebar": "# Welcome"})
    assert answer.status_code == 422
    page = read(answer)
    assert page.css_first("#f-name").attributes["value"] == "A name much too long for a site"
    assert page.css_first("#f-name").attributes["aria-invalid"] == "true"
    assert "20 characters" in page.css_first("#e-name").text()
    assert page.css_first(".errors a").attributes["href"] == "#f-name"
    assert page.css_first("#f-sidebar").text().strip() == "# Welcome"
    assert (await site_of(db)).name == "Here"


async def test_general_settings_are_saved_and_shown(browser: Browsers, db: Database) -> None:
    admin = await browser("admin")
    filled = {"name": "Moot", "description": "For gardeners", "sidebar": "**Be kind**", "content_warning": ""}
    answer = await admin.post("/admin", filled)
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin")
    page = read(await admin.get("/admin"))
    assert page.css_first("#f-name").attributes["value"] == "Moot"
    assert page.css_first("[role=status]").text() == "Saved."
    site = await site_of(db)
    assert (site.description, "<strong>Be kind</strong>" in (site.sidebar_html or "")) == (
        "For gardeners",
        True,
    )


async def test_a_preview_changes_nothing(browser: Browsers, db: Database) -> None:
    admin = await browser("admin")
    answer = await admin.post("/admin", {"name": "Moot", "sidebar": "**Be kind** <script>", "preview": "1"})
    assert answer.status_code == 200
    assert read(answer).css_first(".preview strong").text() == "Be kind"
    assert "<script>" not in read(answer).css_first(".preview").html
    assert (await site_of(db)).name == "Here"


async def test_registration_settings(browser: Browsers, db: Database) -> None:
    admin = await browser("admin")
    filled = {
        "registration_mode": "RequireApplication",
        "application_question": "",
        "actor_name_max_length": "30",
    }
    answer = await admin.post("/admin/registration", filled)
    assert answer.status_code == 422
    assert read(answer).css_first("#e-application_question") is not None
    assert "checked" in read(answer).css_first("input[value=RequireApplication]").attributes
    answer = await admin.post(
        "/admin/registration", filled | {"actor_name_max_length": "many", "application_question": "Why?"}
    )
    assert read(answer).css_first("#e-actor_name_max_length").text() == "This has to be a whole number."
    filled |= {"application_question": "Why?", "private_instance": "1", "captcha_difficulty": "hard"}
    assert (await admin.post("/admin/registration", filled)).status_code == 303
    site = await site_of(db)
    assert (site.registration_mode, site.application_question, site.actor_name_max_length) == (
        "RequireApplication",
        "Why?",
        30,
    )
    assert (site.private_instance, site.captcha_enabled, site.captcha_difficulty) == (True, False, "hard")


async def test_moderation_settings(browser: Browsers, db: Database) -> None:
    admin = await browser("admin")
    filled = {
        "enable_nsfw": "1",
        "slur_filter_regex": "(",
        "blocked_urls": "evil.example\n\nhttps://bad.example/x/\n",
    }
    assert (
        "regular expression"
        in read(await admin.post("/admin/moderation", filled)).css_first("#e-slur_filter_regex").text()
    )
    assert (
        await admin.post("/admin/moderation", filled | {"slur_filter_regex": "turnip"})
    ).status_code == 303
    site = await site_of(db)
    assert (site.enable_nsfw, site.enable_downvotes, site.slur_filter_regex) == (True, False, "turnip")
    page = read(await admin.get("/admin/moderation"))
    assert page.css_first("#f-blocked_urls").text().strip() == "evil.example\nbad.example/x"
    answer = await admin.post(
        "/admin/moderation", filled | {"slur_filter_regex": "", "blocked_urls": "good.example\nhttp://"}
    )
    assert read(answer).css_first("#e-blocked_urls") is not None


async def test_appearance_settings(browser: Browsers, db: Database) -> None:
    admin = await browser("admin")
    filled = {
        "default_theme": "dark", "default_listing_type": "All", "default_sort_type": "Hot", "default_comment_sort_type": "no such",
        "default_post_listing_mode": "Card", "discussion_languages": ["0", "37"],
    }  # fmt: skip
    assert (await admin.post("/admin/appearance", filled)).status_code == 303
    site = await site_of(db)
    assert (site.default_theme, site.default_listing_type, site.default_sort_type) == ("dark", "All", "Hot")
    assert (site.default_comment_sort_type, site.default_post_listing_mode) == ("Hot", "Card")
    page = read(await admin.get("/admin/appearance"))
    chosen = [option.attributes["value"] for option in page.css("#f-discussion_languages option[selected]")]
    assert chosen == ["0", "37"]
    filled |= {"default_listing_type": "Subscribed"}
    assert (
        read(await admin.post("/admin/appearance", filled)).css_first("#e-default_listing_type") is not None
    )


async def test_a_theme_that_came_from_elsewhere_stays_a_choice(browser: Browsers, db: Database) -> None:
    async with db.write() as tx:
        await store_site.update_local(tx, {"default_theme": "darkly-red"})
    page = read(await (await browser("admin")).get("/admin/appearance"))
    assert page.css_first("#f-default_theme option[selected]").attributes["value"] == "darkly-red"


async def test_limits_are_saved(browser: Browsers, db: Database) -> None:
    admin = await browser("admin")
    answer = await admin.post("/admin/limits", {"post": "-1", "post_seconds": "60"})
    assert read(answer).css_first("#e-post") is not None
    assert (await admin.post("/admin/limits", {"post": "7", "post_seconds": "60"})).status_code == 303
    async with db.read() as tx:
        limits = await store_site.rate_limits(tx)
    assert (limits.post, limits.post_seconds, limits.comment) == (7, 60, 6)


async def test_rules_are_written_and_shown(browser: Browsers) -> None:
    admin = await browser("admin")
    assert "Write them" in (await admin.get("/legal")).text
    assert (await admin.post("/admin/legal", {"legal_information": "## Rule one"})).status_code == 303
    assert read(await (await browser()).get("/legal")).css_first("h2").text() == "Rule one"


@pytest.mark.parametrize("path", [page for page in PAGES if page != "/admin/applications"])
async def test_nonsense_is_never_a_failure(browser: Browsers, path: str) -> None:
    admin = await browser("admin")
    nonsense = {
        "name": "\x00\ud800".encode("utf-16", "surrogatepass").hex(),
        "days": "9" * 40,
        "tagline": ["x"] * 3,
        "domain": "\x00",
    }
    for data in ({}, nonsense, {"registration_mode": "x", "post": "x", "do": "x", "before": "x"}):
        assert (await admin.post(path, data)).status_code < 500
    for query in ("?before=x&state=%00&q=%ff", "?before=99999999999999", "?after=%00%ff&state=x"):
        assert (await admin.get(path + query)).status_code < 500


# --- taglines and emoji ---------------------------------------------------------------------------------------------


async def test_taglines_are_fields_with_room_for_more(browser: Browsers, db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await set_taglines(tx, cast.admin, ["One", "Two"])
    admin = await browser("admin")
    fields = read(await admin.get("/admin/taglines")).css("textarea[name=tagline]")
    assert [field.text().strip() for field in fields] == ["One", "Two", "", ""]
    assert (
        await admin.post("/admin/taglines", {"tagline": ["One", "", "Three\nlines", ""]})
    ).status_code == 303
    fields = read(await admin.get("/admin/taglines")).css("textarea[name=tagline]")
    assert [field.text().strip() for field in fields] == ["One", "Three\nlines", "", ""]
    assert (await admin.post("/admin/taglines", {"tagline": ["x" * 10_001]})).status_code == 422


async def test_emoji_are_added_changed_and_deleted(browser: Browsers) -> None:
    admin = await browser("admin")
    filled = {
        "shortcode": "Parrot",
        "image_url": IMAGE,
        "alt_text": "a parrot",
        "category": "birds",
        "keywords": "Bird, dance",
    }
    assert (await admin.post("/admin/emoji", filled)).status_code == 303
    again = await admin.post("/admin/emoji", filled)
    assert again.status_code == 422
    assert read(again).css_first("#f-shortcode").attributes["value"] == "Parrot"
    page = read(await admin.get("/admin/emoji"))
    assert page.css_first("tbody th").text() == ":parrot:"
    assert page.css_first("tbody img").attributes["src"] == IMAGE
    one = page.css_first("tbody a").attributes["href"]
    assert read(await admin.get(one)).css_first("#f-keywords").attributes["value"] == "bird, dance"
    assert (await admin.post(one, {"image_url": "x"})).status_code == 422
    assert (await admin.post(one, {"image_url": IMAGE, "category": "fun"})).status_code == 303
    assert read(await admin.get("/admin/emoji")).css_first("h2").text() == "fun"
    assert (await admin.post(f"{one}/delete", json=True)).json() == {}
    assert (await admin.get(one)).status_code == 404


async def test_what_emoji_say_is_never_markup(browser: Browsers, db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await create_emoji(tx, cast.admin, CreateEmoji("x", f'{IMAGE}?"><script>', "<b>", "<i>", ("<u>",)))
    text = (await (await browser("admin")).get("/admin/emoji")).text
    assert not any(tag in text for tag in ("<script>", "<u>", '<i>"', "<b>"))


# --- people ---------------------------------------------------------------------------------------------------------


async def test_admins_are_appointed_and_dismissed(browser: Browsers, db: Database, cast: Cast) -> None:
    admin = await browser("admin")
    unknown = await admin.post("/admin/people", {"name": "nobody"})
    assert unknown.status_code == 422
    assert read(unknown).css_first("#e-name") is not None
    assert (
        "this server"
        in read(await admin.post("/admin/people", {"name": "carol@there.example"}))
        .css_first("#e-name")
        .text()
    )
    assert (await admin.post("/admin/people", {"name": "@bob"})).status_code == 303
    page = read(await admin.get("/admin/people"))
    assert [row.css_first(".u").text() for row in page.css(".rows li")] == [
        "admin@here.example",
        "bob@here.example",
    ]
    bob = await browser("bob")
    assert (await bob.post(f"/admin/people/{cast.admin.id}/dismiss")).status_code == 403
    assert (await admin.post(f"/admin/people/{cast.bob.id}/dismiss")).status_code == 303
    assert (await bob.get("/admin/people")).status_code == 403


async def test_the_last_admin_stays__R_7(browser: Browsers, db: Database) -> None:
    admin = await browser("admin")
    assert (await admin.post("/admin/leave")).status_code == 403
    await admin.post("/admin/people", {"name": "bob"})
    assert (await admin.post("/admin/leave")).status_code == 303
    assert (await admin.get("/admin")).status_code == 403


async def test_accounts_are_listed_narrowed_and_paged(browser: Browsers, db: Database) -> None:
    await apply(db, "erin")
    admin = await browser("admin")

    async def names(path: str) -> list[str]:
        return [cell.text() for cell in read(await admin.get(path)).css("tbody th")]

    assert await names("/admin/people?q=alice") == ["alice@here.example"]
    assert await names("/admin/people?state=banned") == ["mallory@here.example"]
    page = read(await admin.get("/admin/people?state=pending"))
    assert page.css_first("tbody a[href^='/admin/applications/']").text() == "waiting for a decision"
    async with db.write() as tx:
        for number in range(50):
            await rows.local_person(tx, f"person{number}")
    page = read(await admin.get("/admin/people"))
    following = page.css_first("a[rel=next]").attributes["href"]
    assert await names(following or "") == [
        f"{name}@here.example" for name in ("erin", "mallory", "bob", "alice", "admin")
    ]


# --- applications ---------------------------------------------------------------------------------------------------


async def test_the_queue_shows_the_answer_and_takes_the_decision__A_17(
    browser: Browsers, db: Database
) -> None:
    number = await apply(db, "erin", "I <b>garden</b>")
    admin = await browser("admin")
    page = await admin.get("/admin/applications")
    assert "I &lt;b&gt;garden&lt;/b&gt;" in page.text
    assert read(page).css_first("header a[href='/admin/applications']").text() == "1 application"
    answer = await admin.post(f"/admin/applications/{number}", {"do": "approve"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/applications")
    page = read(await admin.get("/admin/applications"))
    assert page.css_first("[role=status]").text() == "erin has an account now."
    assert page.css_first(".case") is None
    page = read(await admin.get("/admin/applications?show=all"))
    assert page.css_first(".case .tag").text() == "accepted"


async def test_denying_asks_for_words_of_some_length_and_tells_them(browser: Browsers, db: Database) -> None:
    number = await apply(db, "erin")
    admin = await browser("admin")
    answer = await admin.post(f"/admin/applications/{number}", {"do": "deny", "reason": "x" * 10_001})
    assert answer.status_code == 422
    assert read(answer).css_first(f"#e-reason-{number}") is not None
    answer = await admin.post(
        f"/admin/applications/{number}", {"do": "deny", "reason": "Too <short>"}, headers={"x-fragment": "1"}
    )
    assert (answer.status_code, answer.text) == (200, '<p class="note done">erin was turned away.</p>')
    page = read(await admin.get(f"/admin/applications/{number}"))
    assert "Reason: Too <short>" in page.css_first("main").text()
    assert (await admin.get("/admin/applications/4711")).status_code == 404
    assert (await admin.post("/admin/applications/4711", {"do": "deny"})).status_code == 404


async def test_the_address_in_mails_leads_to_the_queue(browser: Browsers) -> None:
    assert (await (await browser()).get("/applications")).headers["location"] == "/admin/applications"


# --- the first time -------------------------------------------------------------------------------------------------


async def _not_set_up(db: Database) -> None:
    async with db.write() as tx:
        await store_site.update_local(
            tx, {"site_setup": False, "name": "New Site", "registration_mode": "RequireApplication"}
        )


async def test_a_new_site_asks_its_first_admin_for_three_things__A_16(
    browser: Browsers, db: Database
) -> None:
    await _not_set_up(db)
    admin = await browser("admin")
    assert (await admin.get("/admin")).headers["location"] == "/setup"
    page = read(await admin.get("/setup"))
    assert page.css_first("#f-name").attributes["value"] == ""
    filled = {"name": "", "registration_mode": "RequireApplication", "application_question": "Why?"}
    answer = await admin.post("/setup", filled)
    assert answer.status_code == 422
    assert read(answer).css_first("#e-name") is not None
    answer = await admin.post("/setup", filled | {"name": "Moot"})
    said = read(await admin.get(answer.headers["location"])).css(".note.done a")
    assert [link.attributes["href"] for link in said] == ["/create_community", "/admin"]
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    site = await site_of(db)
    assert (site.site_setup, site.name, site.application_question) == (True, "Moot", "Why?")
    assert (await admin.get("/setup")).headers["location"] == "/admin"
    assert (await admin.post("/setup", filled | {"name": "Other"})).status_code == 422


async def test_setting_up_is_for_the_first_admin(browser: Browsers, db: Database, cast: Cast) -> None:
    await _not_set_up(db)
    assert (await (await browser("bob")).get("/setup")).status_code == 403
    assert (await (await browser()).get("/setup")).headers["location"].startswith("/login")
    async with db.write() as tx:
        await accounts.update(tx, cast.admin.account.id if cast.admin.account else 0, {"admin": False})
    assert (await (await browser()).get("/setup")).headers["location"] == "/register"


async def test_whoever_registers_first_is_led_there(browser: Browsers, db: Database) -> None:
    await _not_set_up(db)
    async with db.write() as tx:
        await tx.run("UPDATE local_user SET admin = :no", no=False)
        tx.changed("site")
    newcomer = await browser()
    assert read(await newcomer.get("/")).css_first(".empty a").attributes["href"] == "/register"
    password = "a long enough password"
    filled = {"username": "keeper", "password": password, "password_verify": password}
    answer = await newcomer.post("/register", filled)
    assert (answer.status_code, answer.headers["location"]) == (303, "/setup")
    assert read(await newcomer.get("/setup")).css_first("h1").text() == "Set up your site"
    assert read(await newcomer.get("/")).css_first("a.button[href='/setup']") is not None
    filled = {"name": "Moot", "registration_mode": "Open"}
    assert (await newcomer.post("/setup", filled)).headers["location"] == "/"
    assert (await newcomer.get("/admin")).status_code == 200
    assert read(await newcomer.get("/")).css_first("a.button[href='/setup']") is None
