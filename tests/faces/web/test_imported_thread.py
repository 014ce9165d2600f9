"""A real discussion, imported: its page shows what the page it came from showed, element for element.

The archive and the text dump of the original page are shared fixtures (`tests/needs.py`).
"""

from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborNode

from folkmoot.core.archive.load import load
from folkmoot.core.archive.read import open_archive
from folkmoot.model.time import FixedClock, from_datetime
from folkmoot.store.db import Database
from tests.cast import Cast
from tests.faces.web.conftest import read
from tests.needs import shared


def lines_of(item: LexborNode, depth: int) -> Iterator[str]:
    """One comment and what is beneath it, in the words of the dump."""
    article = only(item, "article")
    header = only(article, "header")
    body = only(article, "details > div[dir]")
    margin = " " * (2 * depth + 4)
    yield f"{' ' * (2 * depth)}  • {only(header, 'a.u').text()}"
    yield f"{margin}link"
    assert (only(header, "a[rel=bookmark]").attributes["href"] or "").startswith("/comment/")
    yield f"{margin}fedilink"
    origin = only(header, "a[rel~=external]").attributes["href"] or ""
    assert origin.startswith(f"https://{only(header, 'a.u').text().split('@')[1]}/comment/")
    yield f"{margin}{only(header, '.l').text()}"
    assert body.attributes["lang"] == "en"
    for word, mark in (("arrow-up", ".up"), ("arrow-down", ".dn")):
        counts = header.css(mark)
        if counts:
            yield f"{margin}{word}"
            yield f"{margin}{counts[0].text(deep=False)}"
    yield f"{margin}·"
    edited = header.css("i time")
    if edited:
        yield f"{margin}edit-2"
    yield f"{margin}{(edited or header.css('a[rel=bookmark] time'))[0].text()}"
    yield ""
    yield from paragraphs(body, margin)
    for reply in article.css("ol")[0].iter() if article.css("ol") else ():
        yield ""
        yield from lines_of(reply, depth + 1)


def only(node: LexborNode, selector: str) -> LexborNode:
    """The first of what the selector finds; it must be there."""
    found = node.css_first(selector)
    assert found is not None, f"no {selector} in {node.html}"
    return found


def paragraphs(node: LexborNode, margin: str) -> Iterator[str]:
    """Paragraphs with an empty line between."""
    for number, paragraph in enumerate(node.css("p")):
        if number:
            yield ""
        yield margin + paragraph.text()


async def test_the_page_of_the_real_discussion_shows_every_element(
    db: Database, cast: Cast, clock: FixedClock, browser: Any
) -> None:
    with shared("seed/thread.jsonl").open("rb") as stream:
        archive = open_archive(stream)
        await load(db, archive.records(), as_of=archive.header.as_of)
    assert archive.header.as_of is not None
    clock.moment = from_datetime(archive.header.as_of)
    async with db.read() as tx:
        post_id = await tx.value("SELECT id FROM post")
    visitor = await browser()
    response = await visitor.get(f"/post/{post_id}")
    assert response.status_code == 200
    page = read(response)
    excerpt = only(page.root, "main article.post div[dir]")
    dump = list(paragraphs(excerpt, ""))
    for comment in only(page.root, "#tree").iter():
        dump += ["", *lines_of(comment, 0)]
    assert "\n".join(dump) == shared("seed/thread.txt").read_text().rstrip("\n")
    title = only(page.root, "h1 a")
    assert title.text() == "US confirms that North Korea has sent troops to Russia"
    assert title.attributes["href"] == "https://news.example/north-korea-troops-russia"
