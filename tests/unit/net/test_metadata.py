"""What a linked page says about itself (I-1, I-2)."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from folkmoot.net.client import Client, Fetched
from folkmoot.net.errors import Unreachable
from folkmoot.net.metadata import PageMetadata, fetch_metadata, parse_page

PAGE = """<!doctype html><html><head><title>The &lt;title&gt;
  of it</title><meta charset=utf-8>
<meta property="og:title" content="Shared &amp; named"><meta name="description" content="plain">
<meta property=og:description content="Shared description"><meta property="og:image" content="">
<meta property="og:image" content="/a.png"><meta property="og:image" content="/b.png">
<meta property="og:video" content="//films.example/v.mp4"></head><body><p>x</body></html>"""


def parse(
    page: str | bytes, kind: str = "text/html", url: str = "https://a.example/b/c.html"
) -> PageMetadata:
    return parse_page(page if isinstance(page, bytes) else page.encode(), kind, url)


def test_a_page_that_says_nothing() -> None:
    assert parse("") == PageMetadata(content_type="text/html", charset="utf-8")
    assert parse("<title> </title>") == PageMetadata(content_type="text/html", charset="utf-8")


def test_a_page_that_says_everything__I_2() -> None:
    assert parse(PAGE) == PageMetadata(
        title="Shared & named",
        description="Shared description",
        image="https://a.example/a.png",
        video="https://films.example/v.mp4",
        content_type="text/html",
        charset="utf-8",
    )


def test_title_and_description_of_a_page_that_is_not_made_for_sharing__I_2() -> None:
    found = parse("<title>The &lt;title&gt;\n  of it</title><meta name=Description content='plain'>")
    assert (found.title, found.description) == ("The <title> of it", "plain")


def test_what_only_looks_like_an_element_says_nothing() -> None:
    page = "<!-- <title>a</title> --><script>'<title>b</title>'</script><svg><title>c</title></svg><title>d</title><title>e</title>"
    assert parse(page).title == "d"
    assert parse('<meta content="x\'><title>no</title>" name=a><title>yes</title>').title == "yes"


def test_addresses_that_browsers_must_not_follow_are_left_out() -> None:
    for address in ("javascript:x", "data:image/png,x", "file:///x", "http://["):
        assert parse(f"<meta property='og:image' content='{address}'>").image is None


def test_the_base_address_counts__I_2() -> None:
    assert (
        parse("<base href='https://cdn.example/x/'><meta property=og:image content='i.png'>").image
        == "https://cdn.example/x/i.png"
    )


@pytest.mark.parametrize(
    ("page", "kind", "charset"),
    [
        ("<title>Ж</title>".encode("koi8-r"), "text/html; charset=KOI8-R", "koi8-r"),
        ("<meta charset='windows-1251'><title>Ж</title>".encode("cp1251"), "text/html", "cp1251"),
        (
            "<meta http-equiv=Content-Type content='text/html; charset=windows-1251'><title>Ж</title>".encode(
                "cp1251"
            ),
            "text/html",
            "cp1251",
        ),
        ("\ufeff<title>Ж</title>".encode("utf-16-le"), "text/html; charset=utf-8", "utf-16-le"),
        ("<title>Ж</title>".encode(), "text/html; charset=made-up", "utf-8"),
        ("<title>Ж</title>".encode("shift_jis"), 'text/html; charset="Shift_JIS"', "shift_jis"),
    ],
)
def test_a_declared_encoding_is_honoured__I_2(page: bytes, kind: str, charset: str) -> None:
    found = parse(page, kind)
    assert (found.title, found.charset) == ("Ж", charset)


@pytest.mark.parametrize(
    "label", ["unicode_escape", "utf-7", "idna", "punycode", "rot13", "zip", "undefined", "mbcs", "\x00"]
)
def test_encodings_that_are_none_of_a_page_are_not_used(label: str) -> None:
    assert parse("<title>a\\x41+AD0-</title>", f"text/html; charset={label}").title == "a\\x41+AD0-"


@pytest.mark.parametrize(
    ("body", "header", "url", "kind"),
    [
        (b"x", "image/PNG; a=b", "https://a.example/x", "image/png"),
        (b"x", "", "https://a.example/x.jpg?y", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "application/octet-stream", "https://a.example/x.jpg", "image/png"),
        (b"x", "application/octet-stream", "https://a.example/x.webp", "image/webp"),
        (b"RIFF\0\0\0\0WEBP", "", "https://a.example/x", "image/webp"),
        (b"\0\0\0\x20ftypavif", "", "https://a.example/x", "image/avif"),
        (b"\0\0\0\x20ftypisom", "binary/octet-stream", "https://a.example/x", "video/mp4"),
        (b" <!DOCTYPE html><title>t</title>", "", "https://a.example/x", "text/html"),
        (b"x", "application/octet-stream", "https://a.example/x", "application/octet-stream"),
        (b"x", "", "https://a.example/x", None),
        (b"x", "", "http://[", None),
    ],
)
def test_the_type_of_a_document__I_2(body: bytes, header: str, url: str, kind: str | None) -> None:
    assert parse_page(body, header, url).content_type == kind


def test_a_document_that_is_no_page_has_no_words() -> None:
    assert parse("<title>t</title>", "text/plain") == PageMetadata(content_type="text/plain")


def test_long_words_are_cut() -> None:
    assert len(parse(f"<title>{'x' * 5000}</title>").title or "") == 500


@pytest.mark.parametrize(
    "piece",
    [
        "<div>",
        "<b>",
        "<meta content=a property=b>",
        "<meta ",
        '<meta "',
        "<title",
        "<title>",
        "<table>",
        "<",
        "<!--",
        "<!-->",
        "<svg><title>",
        "&amp",
        "<script>",
        "<base href=x>",
    ],
)
def test_hostile_pages_are_read_in_time(piece: str) -> None:
    page = (piece * 1_000_000)[: 1024 * 1024]
    started = time.process_time()
    parse(page)
    parse(f"<title>{page}")
    assert time.process_time() - started < 3


@settings(max_examples=300)
@given(st.binary(max_size=200), st.text(max_size=40), st.text(max_size=40))
def test_any_bytes_any_header_any_address(body: bytes, kind: str, url: str) -> None:
    parse_page(body, kind, url)
    parse_page(body, "text/html; charset=" + kind, "https://a.example/" + url)


PIECES = [
    "<meta ",
    "property=",
    "og:image",
    "content=",
    '"',
    "'",
    ">",
    "<title>",
    "</title>",
    "<!--",
    "-->",
    "<script>",
    "</script>",
    "http://",
    "[",
    "&#0;",
    "&amp;",
    "\x00",
    "é",
    " ",
    "<base href=",
]


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_pieces_of_a_page(page: str) -> None:
    found = parse(page)
    for address in (found.image, found.video):
        assert address is None or address.startswith(("http://", "https://"))


class FakeClient(Client):
    """Answers with what it was given, and remembers how it was asked."""

    def __init__(self, answer: Fetched) -> None:
        super().__init__(agent="x", holds_write=lambda: False)
        self.answer = answer
        self.asked: dict[str, Any] = {}

    async def get(self, url: str, **settings: Any) -> Fetched:
        self.asked = {"url": url, **settings}
        return self.answer


def answer(status: int = 200) -> Fetched:
    return Fetched(status, "https://www.a.example/final/", "text/html", "utf-8", PAGE.encode(), False, {})


async def test_an_error_page_is_no_page() -> None:
    with pytest.raises(Unreachable, match="404"):
        await fetch_metadata(FakeClient(answer(404)), "https://a.example/")


async def test_a_page_is_looked_at_within_limits__I_1() -> None:
    client = FakeClient(answer())
    found = await fetch_metadata(client, "http://a.example/")
    assert found.image == "https://www.a.example/a.png"
    asked = client.asked
    assert (asked["limit_bytes"], asked["timeout"], asked["redirects"]) == (1024 * 1024, 10.0, 1)
    assert asked["truncate"]
    assert asked["plain_http"]
