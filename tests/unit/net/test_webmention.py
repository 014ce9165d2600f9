"""Telling a page that it is linked: where it wants to hear it, and that it does."""

from typing import Any

import pytest
from multidict import CIMultiDict

from folkmoot.net.client import Client, Fetched
from folkmoot.net.errors import AddressRefused, Unreachable
from folkmoot.net.webmention import endpoint_of, send_mention

PAGE = "https://blog.example/2026/slugs"
HERE = "https://here.example/post/1"


def answer(
    text: str = "", *links: str, status: int = 200, kind: str = "text/html", url: str = PAGE
) -> Fetched:
    headers: CIMultiDict[str] = CIMultiDict(("Link", link) for link in links)
    return Fetched(status, url, kind, "utf-8", text.encode(), True, headers)


@pytest.mark.parametrize(
    "page",
    [
        answer("<p>no word of it"),
        answer('<a href="/hear">webmention</a>'),
        answer('<link rel="webmentions" href="/hear">'),
        answer("<link rel=webmention>"),
        answer('<!-- <link rel="webmention" href="/hear"> -->'),
        answer("<script>'<a rel=webmention href=/hear>'</script>"),
        answer('<link rel="webmention" href="javascript:x">'),
        answer('<link rel="webmention" href="/hear">', kind="text/plain"),
        answer("", '</hear>; rel="stylesheet"', "webmention"),
        answer("", '</hear>; title="rel=webmention"'),
        answer("<" * 200_000 + "a rel=webmention"),
        answer('<link rel="webmention" href="http://[">'),
        answer("", "<//[x>; rel=webmention"),
        answer('<base href="http://["><link rel="webmention" href="http://a]b">'),
    ],
)
def test_a_page_that_does_not_want_to_know(page: Fetched) -> None:
    assert endpoint_of(page) is None


@pytest.mark.parametrize(
    ("page", "endpoint"),
    [
        (answer('<link rel="webmention" href="/hear">'), "https://blog.example/hear"),
        (answer("<a rel='me WebMention' href=hear?x=1&amp;y=2>"), "https://blog.example/2026/hear?x=1&y=2"),
        (answer('<a rel="webmention" href="/a"></a><link rel="webmention" href="/b">'), "https://blog.example/a"),
        (answer('<base href="/deep/er/"><link rel=webmention href="hear">'), "https://blog.example/deep/er/hear"),
        (answer('<link rel="webmention" href="">'), PAGE),
        (answer('<link rel=webmention><a rel=webmention href="/second">'), "https://blog.example/second"),
        (answer("", '<https://hub.example/x>; rel="webmention"'), "https://hub.example/x"),
        (answer("", "</hear>; rel=webmention"), "https://blog.example/hear"),
        (answer("", '</css>; rel="stylesheet", </hear>; title="a"; rel="other webmention"'), "https://blog.example/hear"),
        (answer('<link rel="webmention" href="/text">', '</css>; rel=stylesheet', "</hear>; rel=webmention"), "https://blog.example/hear"),
        (answer("", "</hear>; rel=webmention", kind="application/pdf"), "https://blog.example/hear"),
        (answer("", "</hear>; rel=webmention", url="https://moved.example/"), "https://moved.example/hear"),
    ],
)  # fmt: skip
def test_where_a_page_wants_to_hear_it(page: Fetched, endpoint: str) -> None:
    assert endpoint_of(page) == endpoint


class FakeClient(Client):
    """Answers from memory, and remembers what was sent where."""

    def __init__(self, page: Fetched | Exception, status: int = 202) -> None:
        self.page = page
        self.status = status
        self.sent: list[tuple[str, bytes, str]] = []

    async def get(self, url: str, **_options: Any) -> Fetched:
        if isinstance(self.page, Exception):
            raise self.page
        return self.page

    async def post(self, url: str, *, body: bytes, content_type: str, **_options: Any) -> Fetched:
        self.sent.append((url, body, content_type))
        return answer(status=self.status)


async def test_pages_that_cannot_be_told() -> None:
    with pytest.raises(AddressRefused):
        await send_mention(FakeClient(AddressRefused("inside")), HERE, PAGE)
    gone = FakeClient(answer('<link rel=webmention href="/hear">', status=404))
    assert not await send_mention(gone, HERE, PAGE)
    silent = FakeClient(answer("hello"))
    assert not await send_mention(silent, HERE, PAGE)
    assert (gone.sent, silent.sent) == ([], [])
    with pytest.raises(Unreachable, match="status 400"):
        await send_mention(FakeClient(answer("", "</hear>; rel=webmention"), status=400), HERE, PAGE)


async def test_a_page_is_told_who_links_to_it() -> None:
    client = FakeClient(answer("", "</hear>; rel=webmention"))
    assert await send_mention(client, HERE, f"{PAGE}?a=1&b=2")
    body = b"source=https%3A%2F%2Fhere.example%2Fpost%2F1&target=https%3A%2F%2Fblog.example%2F2026%2Fslugs%3Fa%3D1%26b%3D2"
    assert client.sent == [("https://blog.example/hear", body, "application/x-www-form-urlencoded")]
