"""Our Markdown dialect as comrak reads it, and a walk over what comrak writes (D-1 to D-5).

comrak shows its result only as HTML, in which `<`, `>` and `&` of the author's always stand escaped, in attributes too. So what lies
between `<` and `>` is a tag of comrak's own, and cutting there is exact: nothing in here guesses at HTML.
"""

import re
from collections.abc import Iterator
from enum import IntEnum

import comrak

from folkmoot.text.tidy import tidy

MAX_TABLE_CELLS = 20_000
"""Columns times lines. comrak fills short rows up, so a wide header over short rows would grow without bound."""

_MARK = "\ufdd0"  # a noncharacter: no text may hold it
_MARK_IN_URL = "%EF%B7%90"

# What HTML could begin with, unless it is an autolink such as <https://host/> or <name@host>.
_HTML_START = re.compile(
    r"<(?=[A-Za-z/!?])"
    r"(?![A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*>|[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+>)"
)
_LETTERLESS_ROW = re.compile(r"^[^A-Za-z\n]+$", re.MULTILINE)
_TAGS = re.compile(r"(<[^>]*>)")
_ATTRIBUTE = re.compile(r'([a-z-]+)(?:="([^"]*)")?')
_HANDLE_STARTS = ("@", "!", "/c/", "/u/", "/m/")
_MAIL_LINK = re.compile(r'<a (?:data-sourcepos="[^"]*" )?href="mailto:([^"]*)">')


def _extensions(*names: str) -> comrak.ExtensionOptions:
    options = comrak.ExtensionOptions()
    for name in names:
        setattr(options, name, True)
    return options


_INLINE = ("strikethrough", "subscript", "superscript")
_BLOCKS = (*_INLINE, "autolink", "block_directive", "footnotes")
_WITH_TABLES = _extensions(*_BLOCKS, "table")
_WITHOUT_TABLES = _extensions(*_BLOCKS)
_ONLY_INLINE = _extensions(*_INLINE)

_PARSE = comrak.ParseOptions()
_PARSE.smart = True

_RENDER = comrak.RenderOptions()
_RENDER.escape = True
_RENDER.escaped_char_spans = True

_RENDER_WITH_POSITIONS = comrak.RenderOptions()
_RENDER_WITH_POSITIONS.escape = True
_RENDER_WITH_POSITIONS.escaped_char_spans = True
_RENDER_WITH_POSITIONS.sourcepos = True


class Kind(IntEnum):
    """What a piece of comrak's output is."""

    TAG = 0
    TEXT = 1
    CODE = 2
    LITERAL = 3
    """A character its author escaped with a backslash: it starts nothing."""


def to_html(source: str, *, positions: bool = False) -> str:
    """comrak's HTML of a whole text, not yet ours and not yet safe.

    With `positions`, elements carry `data-sourcepos="line:column-line:column"`: one-based, the end included, columns in UTF-8 bytes.
    """
    source = prepare(source)
    tables = _WITH_TABLES if "|" in source and _tables_are_bounded(source) else _WITHOUT_TABLES
    html: str = comrak.render_markdown(
        source, tables, _PARSE, _RENDER_WITH_POSITIONS if positions else _RENDER
    )
    return without_marks(html)


def to_inline_html(source: str) -> str:
    """comrak's HTML of a single line in which nothing begins a block: no paragraph around it."""
    line = " ".join(prepare(source).split())
    if not line:
        return ""
    # An escaped character in front keeps `#`, `1.` or `-` from beginning a block, and as punctuation leaves emphasis alone.
    html: str = comrak.render_markdown(f"\\!{line}", _ONLY_INLINE, _PARSE, _RENDER)
    return without_marks(html).split("</span>", 1)[1].rstrip().removesuffix("</p>")


def prepare(source: str) -> str:
    """The text as comrak gets it, which is what positions count in: tidy, and marked so that no HTML is seen in it (D-1).

    A noncharacter behind each `<` that could begin HTML makes comrak take it as the text it is. Escaping the HTML blocks that comrak
    finds would be less: they swallow the Markdown inside them, after `<!--` up to the end of the text.
    """
    source = without_marks(tidy(source))
    return _HTML_START.sub(f"<{_MARK}", source) if "<" in source else source


def without_marks(text: str) -> str:
    """Take the marks of `prepare` out again."""
    return text.replace(_MARK, "") if _MARK in text else text


def _tables_are_bounded(source: str) -> bool:
    # The row below a header holds dashes, bars and colons, perhaps behind the `>` of a quote, and never a letter.
    columns = max((row.count("|") + 1 for row in _LETTERLESS_ROW.findall(source) if "-" in row), default=0)
    return columns * (source.count("\n") + 1) <= MAX_TABLE_CELLS


def attributes(tag: str) -> dict[str, str]:
    """The attributes of one of comrak's tags, values still escaped."""
    return {
        match[1]: (match[2] or "").replace(_MARK_IN_URL, "")
        for match in _ATTRIBUTE.finditer(tag, tag.find(" ") if " " in tag else len(tag))
    }


def pieces(html: str) -> Iterator[tuple[Kind, str]]:
    """Tags and texts of comrak's HTML in order; texts are escaped HTML.

    `@name@host` and its like, in which comrak saw a mail address, come back as the running text they are.
    """
    parts = _TAGS.split(html)
    pending = parts[0]
    in_code = in_link = False
    at = 1
    while at < len(parts):
        tag, text = parts[at], parts[at + 1]
        at += 2
        if (
            not in_link
            and pending.endswith(_HANDLE_STARTS)
            and (mail := _MAIL_LINK.fullmatch(tag))
            and mail[1] == text
        ):
            pending += text + parts[at + 1]
            at += 2
            continue
        if pending:
            yield (Kind.CODE if in_code else Kind.TEXT), pending
        if tag.startswith("<span data-escaped-char"):
            yield Kind.LITERAL, text
            pending = parts[at + 1]
            at += 2
            continue
        if tag.startswith("<code"):
            in_code = True
        elif tag == "</code>":
            in_code = False
        elif tag.startswith("<a "):
            in_link = True
        elif tag == "</a>":
            in_link = False
        yield Kind.TAG, tag
        pending = text
    if pending:
        yield Kind.TEXT, pending
