"""The frame of every page: who is looking, in which language, what happened a moment ago."""

from collections.abc import Callable
from typing import Any

import pytest
from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from folkmoot.model.errors import Invalid, NotLoggedIn
from folkmoot.store.db import Database, count_statements
from folkmoot.web import filters, i18n
from folkmoot.web.assets import Assets
from folkmoot.web.base import Templates, done, limited, theme_of
from folkmoot.web.csrf import guard
from folkmoot.web.forms import Form
from folkmoot.web.i18n import choose_language
from folkmoot.web.routes import ROUTES
from tests.cast import ORIGIN, Cast
from tests.faces.web.conftest import read

Browsers = Callable[..., Any]


async def do_something(request: Request) -> Response:
    """A handler of these tests: does what the form says."""
    form: Form = request.state.form
    match form.text("what"):
        case "refuse":
            raise Invalid("invalid_url", field="url")
        case "log in":
            raise NotLoggedIn
        case "post":
            await limited(request, "post")
    return done(request, "/language#c12", {"on": True, "label": "saved"}, said="It is done & dusted.")


@pytest.fixture(autouse=True)
def another_row(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [Route("/something", do_something, methods=["POST"]), Route("/thing/{number:int}", do_something)]
    monkeypatch.setattr("folkmoot.app.ROUTES", [*ROUTES, *guard(rows)])


async def test_a_visitor_sees_the_site_and_a_way_in(browser: Browsers) -> None:
    page = read(await (await browser()).get("/language"))
    assert page.css_first("title").text() == "Language – Here"
    assert page.css_first("a[href='/login']") is not None
    assert page.css_first("form#act") is None


async def test_a_member_sees_their_own_menu(browser: Browsers) -> None:
    page = read(await (await browser("alice")).get("/language"))
    assert page.css_first("a[href='/u/alice']") is not None
    assert page.css_first("form#act input[name=csrf]") is not None


async def test_a_visitor_may_send_a_form_that_was_shown_to_them(browser: Browsers) -> None:
    visitor = await browser()
    answer = await visitor.post("/language", {"language": "de"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert read(await visitor.get("/language")).css_first("html").attributes["lang"] == "de"


async def test_nothing_there_is_a_page_that_says_so(browser: Browsers) -> None:
    answer = await (await browser()).get("/nothing-here")
    assert answer.status_code == 404
    assert read(answer).css_first("h1").text() == "There is nothing here"


async def test_a_path_with_a_slash_too_many_leads_to_the_page(browser: Browsers) -> None:
    answer = await (await browser()).get("/language/?a=1")
    assert (answer.status_code, answer.headers["location"]) == (308, "/language?a=1")


async def test_a_fragment_is_the_page_without_its_frame(browser: Browsers) -> None:
    answer = await (await browser("alice")).get("/language", headers={"x-fragment": "1"})
    assert answer.text.lstrip().startswith("<h1>Language</h1>")
    assert "<html" not in answer.text
    assert "x-fragment" in answer.headers["vary"]
    assert read(answer).css_first("input[name=csrf]").attributes["value"]


async def test_what_was_done_is_said_once_on_the_next_page(browser: Browsers) -> None:
    alice = await browser("alice")
    answer = await alice.post("/something")
    assert (answer.status_code, answer.headers["location"]) == (303, "/language#c12")
    page = read(await alice.get("/language"))
    assert page.css_first("p.note.done[role=status]").text() == "It is done & dusted."
    assert read(await alice.get("/language")).css_first("p.note") is None


async def test_a_forged_sentence_is_not_shown(browser: Browsers) -> None:
    alice = await browser("alice")
    alice.http.cookies.set("flash", "W1siYmFkIiwgIkV2aWwiXV0=.0000000000000000000000000000000000000000")
    assert "Evil" not in (await alice.get("/language")).text


async def test_the_anchor_of_what_was_done_is_kept_when_next_leads_elsewhere(browser: Browsers) -> None:
    answer = await (await browser("alice")).post("/something", {"next": "/post/9?sort=New"})
    assert answer.headers["location"] == "/post/9?sort=New#c12"


async def test_a_module_gets_the_answer_in_json(browser: Browsers) -> None:
    answer = await (await browser("alice")).post("/something", json=True)
    assert answer.json() == {"on": True, "label": "saved"}


async def test_a_refusal_is_a_page_or_json_with_the_same_words(browser: Browsers) -> None:
    alice = await browser("alice")
    page = await alice.post("/something", {"what": "refuse"})
    told = await alice.post("/something", {"what": "refuse"}, json=True)
    assert (page.status_code, told.status_code) == (400, 400)
    assert told.json()["error"] == "invalid_url"
    assert told.json()["message"] in read(page).css_first("main").text()


async def test_who_has_to_log_in_comes_back_to_where_they_were(browser: Browsers) -> None:
    answer = await (await browser()).post("/something", {"what": "log in"})
    assert answer.status_code == 401


@pytest.mark.parametrize("number", ["0", "007", "2147483648", "-1", "1e3", "٣"])
async def test_only_what_can_be_an_id_is_one(browser: Browsers, number: str) -> None:
    assert (await (await browser()).get(f"/thing/{number}")).status_code == 404


async def test_too_much_is_told_with_the_time_to_wait(browser: Browsers) -> None:
    alice = await browser("alice")
    for _ in range(6):
        assert (await alice.post("/something", {"what": "post"})).status_code == 303
    answer = await alice.post("/something", {"what": "post"})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "100")
    assert "You can try again in 2 minutes." in answer.text
    elsewhere = await browser("bob", address="192.0.2.99")
    assert (await elsewhere.post("/something", {"what": "post"})).status_code == 303


@pytest.mark.parametrize(("referer", "back"), [
    (f"{ORIGIN}/post/7?sort=New", "/post/7?sort=New"),
    (f"{ORIGIN}.evil.example/post/7", None),
    (f"https://evil.example/{ORIGIN}/", None),
    ("", None),
])  # fmt: skip
async def test_who_was_refused_something_finds_the_way_back(
    browser: Browsers, referer: str, back: str | None
) -> None:
    answer = await (await browser()).post("/something", {"what": "log in"}, headers={"referer": referer})
    assert answer.status_code == 401
    assert (f'<a href="{back}">Back to where you were</a>' in answer.text) == (back is not None)
    assert ('<a href="/">To the front page</a>' in answer.text) == (back is None)


async def test_a_page_pays_for_its_reader_once(browser: Browsers, db: Database, cast: Cast) -> None:
    alice = await browser("alice")
    await alice.get("/language")
    with count_statements() as counter:
        await alice.get("/language")
    assert len(counter.statements) <= 1, "what waits for alice"
    async with db.write() as tx:
        tx.changed("person", cast.alice.id)
    with count_statements() as counter:
        await alice.get("/language")
    assert 1 < len(counter.statements) <= 4


async def test_numbers_wait_in_the_frame(browser: Browsers, db: Database, cast: Cast) -> None:
    assert cast.alice.account
    async with db.write() as tx:
        await tx.run(
            "INSERT INTO private_message (creator_id, recipient_id, content, content_html, ap_id, local, published)"
            " VALUES (:bob, :alice, 'Hi', 'Hi', 'https://here.example/pm/1', :yes, :now)",
            bob=cast.bob.id, alice=cast.alice.id, yes=True, now=tx.now,
        )  # fmt: skip
    assert "Inbox (1 unread)" in (await (await browser("alice")).get("/language")).text


# --- words and numbers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "header", "language"),
    [
        ("de", "en", "de"), ("browser", "de-AT,en;q=0.5", "de"), ("browser", "fr, de;q=0.3, en;q=0.9", "en"),
        ("browser", "", "en"), ("xx", "de", "en"), ("browser", "de;q=0, en", "en"), ("de-CH", "", "de"),
    ],
)  # fmt: skip
def test_the_language_is_the_setting_or_the_browsers(setting: str, header: str, language: str) -> None:
    assert choose_language(setting, header) == language


@pytest.mark.parametrize(
    ("days", "words"),
    [(0, "just now"), (1 / 24, "1 hour ago"), (1.9, "1 day ago"), (29, "29 days ago"), (59, "59 days ago"),
     (61, "2 months ago"), (364, "12 months ago"), (800, "2 years ago"), (-2, "in 2 days"),
     (-2.999, "in 3 days"), (-1.4, "in 1 day")],
)  # fmt: skip
def test_ages_in_words(days: float, words: str) -> None:
    i18n.use_language("en")
    filters.page_moment.set(10**16)
    assert filters.time_ago(10**16 - int(days * 86_400_000_000)) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-500, "in a moment"), (0, "in a moment"), (59, "in a moment"), (7200, "in 2 hours")],
)
def test_what_is_due_lies_ahead(seconds: int, words: str) -> None:
    i18n.use_language("en")
    filters.page_moment.set(10**16)
    assert filters.time_until(10**16 + seconds * 1_000_000) == words


@pytest.mark.parametrize(("seconds", "words"), [
    (0.2, "in a moment"), (10, "in a moment"), (11, "in 1 minute"), (60, "in 1 minute"), (61, "in 2 minutes"), (3600, "in 1 hour"),
    (3601, "in 2 hours"), (86_400, "in 1 day"), (86_401, "in 2 days"),
])  # fmt: skip
def test_a_wait_in_words_is_never_too_short(seconds: float, words: str) -> None:
    i18n.use_language("en")
    assert filters.time_after(seconds) == words


def test_ages_and_numbers_in_german() -> None:
    i18n.use_language("de")
    filters.page_moment.set(10**16)
    assert filters.time_ago(10**16 - 29 * 86_400_000_000) == "vor 29 Tagen"
    assert filters.number(12400) == "12.400"
    i18n.use_language("en")


@pytest.mark.parametrize(
    ("number", "long", "short"), [(7, "7", "7"), (999, "999", "999"), (1000, "1,000", "1k"), (1234, "1,234", "1.2k"), (12400, "12,400", "12.4k"), (2_500_000, "2,500,000", "2.5M"), (-4321, "-4,321", "-4.3k")]
)  # fmt: skip
def test_numbers_for_people(number: int, long: str, short: str) -> None:
    i18n.use_language("en")
    assert (filters.number(number), filters.compact(number)) == (long, short)


def test_moments_for_machines() -> None:
    assert filters.time_iso(1_729_778_591_999_999) == "2024-10-24 14:03:11Z"


@pytest.mark.parametrize(
    ("setting", "theme"),
    [("browser", "auto"), ("darkly-red", "dark"), ("litely", "light"), ("light", "light"), ("dark", "dark"), ("i386", "auto")],
)  # fmt: skip
def test_themes_of_lemmy_are_light_or_dark(setting: str, theme: str) -> None:
    assert theme_of(setting) == theme


# --- forms ----------------------------------------------------------------------------------------------------------


def test_a_form_is_read_tolerantly() -> None:
    form = Form(
        [
            ("a", "1\r\n2\0"),
            ("n", " 12 "),
            ("n", "x"),
            ("big", "99999999999"),
            ("on", "0"),
            ("nsfw", "on"),
            ("ids", "3"),
            ("ids", "y"),
            ("ids", "5"),
        ]
    )
    assert form.text("a") == "1\n2"
    assert form.text("missing") == ""
    assert (form.number("n"), form.number("big"), form.number("missing")) == (None, None, None)
    assert form.numbers("ids") == [3, 5]
    assert (form.flag("nsfw"), form.flag("on"), form.flag("missing")) == (True, False, False)
    assert (form.state(), form.state("nsfw"), form.state("missing")) == (False, True, None)
    assert form.file("picture") is None


async def test_a_private_site_shows_visitors_the_way_in__R_11(db: Database, browser: Any) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE local_site SET private_instance = :yes", yes=True)
        tx.changed("site")
    visitor = await browser()
    refused = await visitor.get("/communities?page=2")
    assert (refused.status_code, refused.headers["location"]) == (
        303,
        "/login?next=%2Fcommunities%3Fpage%3D2",
    )
    assert (await visitor.get("/login")).status_code == 200
    member = await browser("alice")
    assert (await member.get("/communities")).status_code == 200


def test_what_was_compiled_before_a_process_was_forked_is_not_compiled_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Templates(Assets()).compile()

    def compile_again(*_: Any, **__: Any) -> Any:
        raise AssertionError("it was compiled before")

    monkeypatch.setattr(Environment, "compile", compile_again)
    after = Templates(Assets())
    for name in ("front/show.html", "profiles/show.html", "layout.html"):
        assert after.whole.get_template(name)
        assert after.parts.get_template(name)
    # A fragment has a frame of its own.
    assert (
        after.parts.get_template("layout.html").filename != after.whole.get_template("layout.html").filename
    )
