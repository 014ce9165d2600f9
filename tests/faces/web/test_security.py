"""Nothing that comes in can break the server or be forged, and every answer tells the browser how careful to be."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from folkmoot.settings import Settings
from folkmoot.web import session
from folkmoot.web.csrf import is_guarded
from folkmoot.web.routes import ROUTES
from folkmoot.web.security import LARGEST_BODY, client_behind
from tests.cast import ORIGIN
from tests.faces.web.conftest import read

Browsers = Callable[..., Any]
FORM = {"language": "de"}


# --- forged forms ---------------------------------------------------------------------------------------------------


def test_every_row_of_the_table_is_guarded() -> None:
    assert all(is_guarded(route.endpoint) for route in ROUTES)


async def test_a_form_without_a_token_is_refused(browser: Browsers) -> None:
    alice = await browser("alice")
    answer = await alice.http.post("/language", data=FORM, headers={"origin": ORIGIN})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers or "language" not in answer.headers["set-cookie"]


async def test_the_token_of_somebody_else_is_refused(browser: Browsers) -> None:
    bobs = await (await browser("bob")).token()
    answer = await (await browser("alice")).post("/language", FORM | {"csrf": bobs})
    assert answer.status_code == 403


async def test_the_token_of_a_visitor_ends_with_logging_in(browser: Browsers) -> None:
    visitor, alice = await browser(), await browser("alice")
    token = await visitor.token()
    alice.http.cookies.update(visitor.http.cookies)
    assert (await alice.post("/language", FORM | {"csrf": token})).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://here.example.evil.example"},
    ],
)
async def test_a_form_from_elsewhere_is_refused_even_with_a_token(
    browser: Browsers, headers: dict[str, str]
) -> None:
    alice = await browser("alice")
    token = await alice.token()
    answer = await alice.http.post("/language", data=FORM | {"csrf": token}, headers=headers)
    assert answer.status_code == 403
    assert "Send again" not in answer.text


async def test_a_script_without_an_origin_needs_only_the_token(browser: Browsers) -> None:
    alice = await browser("alice")
    answer = await alice.http.post("/language", data=FORM | {"csrf": await alice.token()})
    assert answer.status_code == 303


async def test_what_was_written_is_offered_to_be_sent_again(browser: Browsers) -> None:
    alice = await browser("alice")
    draft = "A long text & <b>markup</b>\nin two lines"
    answer = await alice.post(
        "/language",
        FORM | {"csrf": "old", "content": draft, "password": "hunter2hunter2", "current": "hunter2"},
    )
    page = read(answer)
    assert answer.status_code == 403
    assert page.css_first("textarea[name=content]").text().strip() == draft
    assert page.css_first("input[name=language]").attributes["value"] == "de"
    assert page.css_first("input[name=password]").attributes.get("value") in (None, "")
    assert "hunter2" not in answer.text
    labels = [label.text().strip() for label in page.css("main label")]
    assert labels == ["Text", "Password", "Your password now"]
    token = page.css_first("main input[name=csrf]").attributes["value"]
    assert (await alice.post("/language", FORM | {"csrf": token})).status_code == 303


async def test_a_module_hears_of_the_refusal_in_json(browser: Browsers) -> None:
    alice = await browser("alice")
    answer = await alice.post("/language", FORM | {"csrf": "old"}, json=True)
    assert (answer.status_code, answer.json()["error"]) == (403, "csrf")


# --- redirects ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "leads_to"),
    [
        ("/post/9?sort=New", "/post/9?sort=New"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/x\r\nset-cookie: a=b", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
async def test_next_leads_nowhere_else(browser: Browsers, asked: str, leads_to: str) -> None:
    answer = await (await browser("alice")).post("/language", FORM | {"next": asked})
    assert answer.headers["location"] == leads_to


# --- what comes in --------------------------------------------------------------------------------------------------

RAW_PATHS = [
    b"/%ff%fe", b"/u/%00", b"/post/%C0%80", b"/%", b"/%zz", b"/post/99999999999999999999", b"/post/2147483648",
    b"/post/-1", b"/post/0", b"/post/1%00", b"/" + b"a" * 5000, b"//evil.example/", b"/../../etc/passwd",
    b"/static/../../../etc/passwd", b"/static/x/%2e%2e/%2e%2e/app.py", b"/static/", b"/c/%ED%A0%80",
]  # fmt: skip


@pytest.mark.parametrize("raw", RAW_PATHS)
async def test_a_malformed_path_is_no_page(browser: Browsers, raw: bytes) -> None:
    visitor = await browser()
    request = visitor.http.build_request("GET", ORIGIN)
    request.url = request.url.copy_with(raw_path=raw)
    answer = await visitor.http.send(request)
    assert answer.status_code == 404
    assert "root:" not in answer.text


async def test_a_query_that_is_no_text_is_tolerated(browser: Browsers) -> None:
    visitor = await browser()
    request = visitor.http.build_request("GET", ORIGIN)
    request.url = request.url.copy_with(raw_path=b"/language?a=%ff&b=%00&=&&;%")
    assert (await visitor.http.send(request)).status_code == 200


async def test_a_body_that_is_too_large_is_refused(browser: Browsers) -> None:
    alice = await browser("alice")
    answer = await alice.http.post("/language", content=b"a=" + b"x" * LARGEST_BODY)
    assert answer.status_code == 413
    assert "a picture up to ten" in answer.text

    async def endless() -> Any:
        for _ in range(100):
            yield b"x" * 65_536

    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert (await alice.http.post("/language", content=endless(), headers=kind)).status_code == 413


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"&".join(b"a=1" for _ in range(5000))),
        ("multipart/form-data", b"nothing"),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\xfe\r\n--x--\r\n'),
        ("application/x-www-form-urlencoded", b"csrf=%ff%00&a=\xff"),
        ("text/plain", b"csrf=1"),
        ("", b"csrf=1"),
    ],
)  # fmt: skip
async def test_a_broken_form_is_refused_politely(browser: Browsers, kind: str, body: bytes) -> None:
    alice = await browser("alice")
    answer = await alice.http.post("/language", content=body, headers={"content-type": kind})
    assert answer.status_code in (400, 403)


@pytest.mark.parametrize(
    "cookie", ["jwt=x", "jwt=a.b.c", "jwt=" + "x" * 9000, "jwt=\x7f", "flash=%ff.x", "=;;;", "visitor="]
)
async def test_cookies_that_mean_nothing_are_passed_over(browser: Browsers, cookie: str) -> None:
    answer = await (await browser()).get("/language", headers={"cookie": cookie})
    assert answer.status_code == 200


@pytest.mark.parametrize("languages", ["de;q=x", "*", "x" * 5000, "de-DE,de;q=0.9", ",,;q=", "\xff"])
async def test_any_list_of_languages_is_read(browser: Browsers, languages: str) -> None:
    answer = await (await browser()).get(
        "/language", headers={"accept-language": languages.encode("latin-1")}
    )
    assert answer.status_code == 200


async def test_other_methods_are_refused(browser: Browsers) -> None:
    visitor = await browser()
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "NONSENSE"):
        answer = await visitor.http.request(method, "/language")
        assert answer.status_code in (403, 405)


# --- who is looking -------------------------------------------------------------------------------------------------


async def test_a_session_that_was_ended_is_ended_at_once(browser: Browsers, db: Any, cast: Any) -> None:
    alice = await browser("alice")
    assert "/u/alice" in (await alice.get("/language")).text
    async with db.write() as tx:
        await tx.run("DELETE FROM session")
        tx.changed("person", cast.alice.id)
    assert "/u/alice" not in (await alice.get("/language")).text


async def test_a_token_in_a_header_counts_too(browser: Browsers) -> None:
    alice, visitor = await browser("alice"), await browser()
    token = alice.http.cookies[session.COOKIE]
    answer = await visitor.get("/language", headers={"authorization": f"Bearer {token}"})
    assert "/u/alice" in answer.text


@pytest.mark.parametrize(
    ("forwarded", "proxies", "address"),
    [
        ("198.51.100.7", 1, "198.51.100.7"),
        ("6.6.6.6, 198.51.100.7", 1, "198.51.100.7"),
        ("6.6.6.6, 198.51.100.7, 10.0.0.1", 2, "198.51.100.7"),
        ("", 1, "10.9.9.9"),
        ("198.51.100.7", 3, "198.51.100.7"),
        ("198.51.100.7:61234", 1, "198.51.100.7"),
        ("[2001:db8::7]:61234", 1, "2001:db8::7"),
        ("[2001:db8::7]", 1, "2001:db8::7"),
        ("2001:db8::7", 1, "2001:db8::7"),
    ],
)
def test_the_address_is_the_one_that_trusted_proxies_saw(forwarded: str, proxies: int, address: str) -> None:
    scope = {"client": ("10.9.9.9", 1), "headers": [(b"x-forwarded-for", forwarded.encode())]}
    assert client_behind(scope, proxies) == address


# --- what goes out --------------------------------------------------------------------------------------------------


async def test_every_answer_carries_the_rules_for_browsers(browser: Browsers) -> None:
    visitor = await browser()
    for path in ("/language", "/nothing", "/robots.txt", "/health"):
        headers = (await visitor.get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["strict-transport-security"]
        assert headers["x-request-id"]


async def test_no_page_needs_what_the_policy_forbids(browser: Browsers) -> None:
    page = read(await (await browser("alice")).get("/language"))
    assert not page.css("script:not([src])")
    assert not page.css("style, [style], [onclick], [onload], [onsubmit]")


async def test_texts_are_compressed_for_whoever_takes_it(browser: Browsers) -> None:
    visitor = await browser()
    answer = await visitor.get("/language", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in answer.headers["vary"]
    plain = await visitor.get("/language", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    small = await visitor.get("/robots.txt", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in small.headers


@pytest.mark.parametrize("asked", ["gzip;q=0", "br, gzip ; q=0.00, identity", "gzip;q=0.0,*"])
async def test_nobody_gets_packed_what_they_refuse_to_take_packed(browser: Browsers, asked: str) -> None:
    visitor = await browser()
    page = await visitor.get("/language", headers={"accept-encoding": asked})
    style = read(page).css_first("link[rel=stylesheet]").attributes["href"]
    for path in ("/language", style, "/", "/", "/api/v3/site"):
        assert "content-encoding" not in (await visitor.get(path, headers={"accept-encoding": asked})).headers
    for takes in ("gzip;q=0.5", "gzip;q=0.01, identity;q=0"):
        answer = await visitor.get("/language", headers={"accept-encoding": takes})
        assert answer.headers["content-encoding"] == "gzip"


async def test_static_files_are_kept_for_good_under_their_version(browser: Browsers) -> None:
    visitor = await browser()
    page = read(await visitor.get("/language"))
    href = page.css_first("link[rel=stylesheet]").attributes["href"]
    answer = await visitor.get(href, headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"
    old = await visitor.get("/static/0000000000/folkmoot.css")
    assert old.headers["cache-control"] == "no-cache"
    again = await visitor.get(href, headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304
    assert (await visitor.get("/static/0/nothing.js")).status_code == 404


async def test_cookies_are_out_of_reach_of_scripts_and_other_sites(browser: Browsers) -> None:
    answer = await (await browser()).get("/language")
    cookie = answer.headers["set-cookie"].lower()
    assert all(rule in cookie for rule in ("httponly", "samesite=lax", "secure", "path=/"))


class TestWithoutTls:
    """On one's own machine there is no https."""

    @pytest.fixture
    def settings(self) -> Settings:
        return replace(Settings(), hostname="here.example", scheme="http", database="sqlite:///not-used.db")

    async def test_cookies_work_without_https(self, browser: Browsers) -> None:
        answer = await (await browser()).get("/language")
        assert "secure" not in answer.headers["set-cookie"].lower()
        assert "strict-transport-security" not in answer.headers


async def test_a_failure_is_told_without_details(browser: Browsers, served: Any, monkeypatch: Any) -> None:
    def break_down(*_: Any, **__: Any) -> str:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("folkmoot.web.base.Templates.render", break_down)
    answer = await (await browser()).get("/language")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert LexborHTMLParser(answer.text).css_first("h1").text() == "Something went wrong on our side"
    assert answer.headers["content-security-policy"]


class TestForDevelopers:
    """On a developer's machine a failure is shown in full."""

    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(
            hostname="here.example", scheme="http", database="sqlite:///not-used.db", development=True
        )

    async def test_a_failure_is_told_in_full(self, browser: Browsers, monkeypatch: Any) -> None:
        def break_down(*_: Any, **__: Any) -> str:
            raise RuntimeError("<the reason>")

        monkeypatch.setattr("folkmoot.web.base.Templates.render", break_down)
        answer = await (await browser()).get("/language")
        assert answer.status_code == 500
        assert "RuntimeError: &lt;the reason&gt;" in answer.text
