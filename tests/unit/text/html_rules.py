"""A strict reader of rendered HTML, written apart from the sanitiser so that the two do not share a mistake."""

from html.parser import HTMLParser

TAGS = {
    *(
        "a",
        "audio",
        "blockquote",
        "br",
        "code",
        "del",
        "details",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "img",
        "li",
        "ol",
    ),
    *(
        "p",
        "pre",
        "rp",
        "rt",
        "ruby",
        "section",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
        "video",
    ),
}
EMPTY = {"br", "hr", "img"}
ATTRIBUTES = {
    "align",
    "alt",
    "aria-label",
    "class",
    "controls",
    "dir",
    "href",
    "id",
    "loading",
    "preload",
    "rel",
    "src",
    "start",
    "title",
}
LINK_SCHEMES = ("http:", "https:", "mailto:", "magnet:", "gemini:", "ftp:", "xmpp:", "matrix:")


class _Checker(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.deepest = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, f"<{tag}> got through"
        for name, value in attrs:
            assert name in ATTRIBUTES, f"{name}= got through on <{tag}>"
            if name in {"href", "src"}:
                self.check_address(name, value or "")
        given = dict(attrs)
        if tag == "a" and "href" in given:
            assert given.get("rel") == "nofollow noopener ugc"
        if tag == "img":
            assert given["loading"] == "lazy"
        if tag not in EMPTY:
            self.open.append(tag)
            self.deepest = max(self.deepest, len(self.open))

    @staticmethod
    def check_address(name: str, value: str) -> None:
        address = "".join(char for char in value if char > " ").lower()
        before_path = address.split("/")[0].split("?")[0].split("#")[0]
        if ":" in before_path:
            assert address.startswith(LINK_SCHEMES if name == "href" else ("http:", "https:")), (
                f"{value} got through"
            )

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment got through: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration got through: {decl}")

    unknown_decl = handle_pi = handle_decl


def check(html: str) -> None:
    """Fails unless every tag, attribute and address is one that rendered Markdown may hold, and all of it is balanced."""
    checker = _Checker()
    checker.feed(html)
    checker.close()
    assert checker.open == []
    assert checker.deepest <= 100
