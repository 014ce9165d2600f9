"""From Markdown to the HTML that readers get (behaviour rules D-1 to D-5).

comrak renders CommonMark, tables, footnotes, sub- and superscript and links; the walk in here adds what it lacks (spoilers, ruby,
mentions, films, emoji, text direction); `text/sanitize.py` has the last word on what passes.
"""

import html as html_text
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from folkmoot.text import dialect, mentions, plain, sanitize
from folkmoot.text.dialect import Kind, attributes
from folkmoot.text.tidy import tidy

MAX_DEPTH = 60
"""Elements open at once; deeper ones are left out and their text stays."""

_VIDEO = (".mp4", ".m4v", ".webm", ".ogv", ".mov")
_AUDIO = (".mp3", ".m4a", ".ogg", ".oga", ".opus", ".wav", ".flac")

_RUBY = r"\{(?P<base>[^{}|\n]{1,200})\|(?P<reading>[^{}\n]{1,200})\}"
_SYMBOLS = {"(c)": "©", "(r)": "®", "(tm)": "™", "+-": "±"}
_SYMBOL = r"(?P<symbol>\((?:[cCrR]|[tT][mM])\)|\+-)"
_RUNNING = re.compile(f"{mentions.PATTERN}|{_RUBY}|{_SYMBOL}")
_LINE = re.compile(f"{_RUBY}|{_SYMBOL}")
_STARTERS = re.compile(r"[@{(+]")

_SPOILER = re.compile(r":{3,}[ \t]*spoiler(?:[ \t]+(.*))?$")
_SPOILER_END = re.compile(r":{3,}[ \t]*$")
_ANY_TAG = re.compile(r"<[^>]*>")
_POSITIONS = re.compile(r' data-sourcepos="[^"]*"')
_NOTE_USE = re.compile(r'<a href="#fn-([^"]*)" id="fnref-\1(-[0-9]+)?" data-footnote-ref>([0-9]+)</a>')
_NOTE = re.compile(r'id="fn-[^"]*"')
_NOTE_BACK = re.compile(
    r'<a href="#fnref-[^"]*" class="footnote-backref" data-footnote-backref data-footnote-backref-idx="([0-9-]+)" aria-label="[^"]*">'
)
_EMPTY_TAGS = ("<br", "<hr", "<img")


@dataclass(frozen=True, slots=True)
class Links:
    """Where the pages of people and communities are, on our own site.

    `host` is ours, with its port where it has one: our own people are `/u/name`, everybody else `/u/name@host` (P-17).
    """

    host: str

    def page(self, named: mentions.Named) -> str:
        """The path of the local page of who or what is named."""
        path = ("/u/" if named.kind == "person" else "/c/") + quote(named.name, safe="")
        return path if named.host == self.host.lower() else f"{path}@{named.host}"


def render(source: str, *, local: Links, item: str = "x") -> str:
    """Safe HTML of a post's body, a comment, a sidebar or a message.

    `item` tells this text from others on a page, so that their footnotes do not lead to each other: `p7`, `c12`; lower-case letters
    and digits. Nothing in the result depends on the reader, and the same text gives the same HTML.
    """
    html = plain.as_html(source)
    return parsed(source, local=local, item=item) if html is None else html


def parsed(source: str, *, local: Links, item: str = "x") -> str:
    """What `render` answers, by the whole way: through the parser, the walk and the sanitiser."""
    source = tidy(source)
    if not source.strip():
        return ""
    spoilers = ":::" in source
    html = dialect.to_html(source, positions=spoilers)
    if "data-footnote" in html:
        html = _number_notes(html, item)
    return sanitize.clean(_Walk(local, source.split("\n") if spoilers else []).run(html)).strip()


def render_inline(source: str) -> str:
    """Safe HTML of a title or display line: emphasis, code, sub- and superscript, ruby; neither links nor images nor blocks (D-3)."""
    return sanitize.clean(_inline(source))


def excerpt(source: str, limit: int = 200) -> str:
    """The beginning of a text in plain words, on one line of at most `limit` characters, an ellipsis for the rest.

    What a spoiler hides stays hidden; footnotes are left out.
    """
    words: list[str] = []
    hidden = 0
    in_note = False
    for kind, piece in dialect.pieces(dialect.to_html(source[: limit * 20 + 1000])):
        if kind is not Kind.TAG:
            if not hidden and not in_note:
                words.append(_RUNNING.sub(_plain, piece) if kind is Kind.TEXT else piece)
        elif piece.startswith("<section "):
            break
        elif piece.startswith("<div "):
            if not hidden:
                title = html_text.unescape(attributes(piece).get("class", "")).removeprefix("spoiler").strip()
                words.append(f" {_ANY_TAG.sub('', _inline(title))} ")
            hidden += 1
        elif piece == "</div>":
            hidden -= 1
        elif piece.startswith("<sup class="):
            in_note = True
        elif in_note and piece == "</sup>":
            in_note = False
        elif piece.startswith(("<br", "</p", "</h", "</li", "</td", "</th", "</pre")):
            words.append(" ")
    line = " ".join(html_text.unescape("".join(words)).split())
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    if line[limit - 1] != " " and " " in cut[limit // 2 :]:
        cut = cut[: cut.rindex(" ")]
    return f"{cut.rstrip()}…"


def _number_notes(html: str, item: str) -> str:
    """Footnotes told apart by item and number, instead of by the names their authors gave them.

    Only comrak writes these attributes: in what authors write the angle brackets are escaped.
    """
    count = itertools.count(1)
    html = _NOTE_USE.sub(rf'<a href="#fn-{item}-\3" id="fnref-{item}-\3\2">\3</a>', html)
    html = _NOTE_BACK.sub(rf'<a href="#fnref-{item}-\1" class="footnote-backref">', html)
    return _NOTE.sub(lambda _: f'id="fn-{item}-{next(count)}"', html)


def _inline(source: str) -> str:
    out = []
    for kind, piece in dialect.pieces(dialect.to_inline_html(source)):
        if kind is Kind.TEXT:
            out.append(_LINE.sub(_symbol_or_ruby, piece) if _STARTERS.search(piece) else piece)
        elif kind is not Kind.TAG:
            out.append(piece)
        elif piece.startswith("<img"):
            out.append(attributes(piece).get("alt", ""))
        elif not piece.startswith(("<a ", "</a", "<br")):
            out.append(piece)
    return "".join(out)


def _symbol_or_ruby(match: re.Match[str]) -> str:
    if match["symbol"]:
        return _SYMBOLS[match["symbol"].lower()]
    base, readings = match["base"].strip(), match["reading"].strip().split("|")
    characters = list(html_text.unescape(base))
    if len(readings) > 1 and len(readings) == len(characters):  # one reading for each character
        pairs = zip(map(html_text.escape, characters), readings, strict=True)
    else:
        pairs = zip([base], ["".join(readings)], strict=True)
    return (
        "<ruby>" + "".join(f"{of}<rp>(</rp><rt>{reading}</rt><rp>)</rp>" for of, reading in pairs) + "</ruby>"
    )


def _plain(match: re.Match[str]) -> str:
    if match["name"] is not None:
        return _as_typed(match[0])
    return _SYMBOLS[match["symbol"].lower()] if match["symbol"] else match["base"]


def _as_typed(handle: str) -> str:
    """A handle without the typographic dashes that `--` in its host was turned into."""
    return handle.replace("\u2014", "---").replace("\u2013", "--")


def _media(given: dict[str, str]) -> str:
    """Image syntax names a picture, a film, a sound or one of the site's emoji (W-10); else what describes it is all there is."""
    address, alt, title = given.get("src", ""), given.get("alt", ""), given.get("title", "")
    if not address.lower().startswith(("https://", "http://", "/")):
        return alt
    ending = address.lower().split("?", 1)[0].split("#", 1)[0]
    if title.startswith("emoji "):
        shortcode = title.removeprefix("emoji ").strip()
        return f'<img src="{address}" alt="{alt or shortcode}" title="{shortcode}" class="emoji">'
    titled = f' title="{title}"' if title else ""
    for element, endings in (("video", _VIDEO), ("audio", _AUDIO)):
        if ending.endswith(endings):
            described = f' aria-label="{alt}"' if alt else ""
            return f'<{element} src="{address}"{described}{titled}></{element}>'
    return f'<img src="{address}" alt="{alt}"{titled}>'


class _Walk:
    """One pass over comrak's HTML, writing ours."""

    def __init__(self, local: Links, lines: list[str]) -> None:
        self.local = local
        self.lines = lines  # of the source, where positions are known
        self.out: list[str] = []
        self.closers: list[str] = []  # what each open element ends with
        self.lists = self.links = self.spoilers = 0

    def run(self, html: str) -> str:
        for kind, piece in dialect.pieces(html):
            if kind is Kind.TAG:
                self.tag(piece)
            elif kind is Kind.TEXT and not self.links:
                self.out.append(self.running_text(piece))
            else:
                self.out.append(piece)
        return "".join(self.out)

    def running_text(self, text: str) -> str:
        return _RUNNING.sub(self.replacement, text) if _STARTERS.search(text) else text

    def replacement(self, match: re.Match[str]) -> str:
        if match["name"] is None:
            return _symbol_or_ruby(match)
        named = mentions.found(match)
        if not {".", ":"} & set(named.host) and named.host != self.local.host.lower():
            return match[0]  # "ready@once" is no address
        kind = "mention" if named.kind == "person" else "community"
        return f'<a href="{self.local.page(named)}" class="{kind}">{_as_typed(match[0])}</a>'

    def tag(self, tag: str) -> None:
        if tag.startswith("</"):
            self.close(tag)
            return
        if tag.startswith(_EMPTY_TAGS):
            self.out.append(_media(attributes(tag)) if tag.startswith("<img") else _POSITIONS.sub("", tag))
            return
        name = tag[1:].split(" ", 1)[0].rstrip(">")
        if name in {"ul", "ol"}:
            self.lists += 1
        elif name == "a":
            self.links += 1
        if len(self.closers) >= MAX_DEPTH:
            self.closers.append("")
            return
        special = _SPECIAL.get(name)
        if special is None:
            self.open(_POSITIONS.sub("", tag) if self.lines else tag, f"</{name}>")
        else:
            special(self, tag, name)

    def open(self, opener: str, closer: str) -> None:
        self.out.append(opener)
        self.closers.append(closer)

    def close(self, tag: str) -> None:
        if tag in {"</ul>", "</ol>"}:
            self.lists -= 1
        elif tag == "</a>":
            self.links -= 1
        closer = self.closers.pop()
        if closer == "</details>":
            self.spoilers -= 1
        self.out.append(closer)

    def paragraph(self, _tag: str, name: str) -> None:
        """The browser finds each paragraph's direction; a list has one for all its items, markers included."""
        self.open(f"<{name}>" if self.lists else f'<{name} dir="auto">', f"</{name}>")

    def cell(self, tag: str, name: str) -> None:
        align = attributes(tag).get("align")
        self.open(f'<{name} dir="auto"' + (f' align="{align}">' if align else ">"), f"</{name}>")

    def list_of_items(self, tag: str, name: str) -> None:
        direction = ' dir="auto"' if self.lists == 1 else ""
        start = attributes(tag).get("start")
        self.open(f"<{name}{direction}" + (f' start="{start}">' if start else ">"), f"</{name}>")

    def list_item(self, tag: str, name: str) -> None:
        note = attributes(tag).get("id")
        self.open(f'<li id="{note}">' if note else "<li>", "</li>")

    def section(self, _tag: str, _name: str) -> None:
        self.open('<section class="footnotes">', "</section>")

    def link(self, tag: str, _name: str) -> None:
        given = attributes(tag)
        if not given.get("href"):
            self.open("", "")
        else:
            # An id or a class is a footnote's: authors cannot write either.
            kept = "".join(
                f' {name}="{given[name]}"' for name in ("href", "title", "id", "class") if given.get(name)
            )
            self.open(f"<a{kept}>", "</a>")

    def division(self, tag: str, _name: str) -> None:
        """`::: spoiler Title` … `:::`. Not nested, and plain text unless closed; other directives are plain text too (D-4)."""
        given = attributes(tag)
        first, _, last = given["data-sourcepos"].partition("-")
        opener, end = self.line(first), self.line(last)
        closed = first.partition(":")[0] != last.partition(":")[0] and bool(_SPOILER_END.search(end))
        spoiler = _SPOILER.search(opener)
        if spoiler and closed and not self.spoilers:
            self.spoilers += 1
            summary = _inline(spoiler[1] or "") or "…"
            self.open(f'<details class="spoiler"><summary dir="auto">{summary}</summary>', "</details>")
        else:
            shown = opener[opener.find(":::") :]
            self.open(
                f'<p dir="auto">{html_text.escape(shown)}</p>', '<p dir="auto">:::</p>' if closed else ""
            )

    def line(self, position: str) -> str:
        return self.lines[int(position.partition(":")[0]) - 1]


_SPECIAL: dict[str, Callable[[_Walk, str, str], None]] = {
    "a": _Walk.link,
    "div": _Walk.division,
    "li": _Walk.list_item,
    "ol": _Walk.list_of_items,
    "p": _Walk.paragraph,
    "section": _Walk.section,
    "td": _Walk.cell,
    "th": _Walk.cell,
    "ul": _Walk.list_of_items,
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _Walk.paragraph),
}
