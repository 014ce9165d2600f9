"""HTML of other servers as Markdown of our dialect: for texts that came without their source (OBJ-7).

What goes in passes `sanitize.clean` first, so the tags here are well formed, every attribute value stands in double quotes, and nothing
active is left. The walk keeps a stack of its own: nesting costs no recursion.
"""

import re
from dataclasses import dataclass, field
from html import unescape

from folkmoot.text import sanitize

_TOKENS = re.compile(r"<(/?)([a-z][a-z0-9]*)((?:\s[^>]*)?)>|([^<]+)|<")
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')
_SPECIAL = re.compile(r"([\\`*_\[\]<>~^|])")
# Blanks of one line only: a run of empty lines would be read again from each of them.
_AT_START = re.compile(r"^([^\S\n]*)([#>+=-]|:::|\d{1,9}(?=[.)]))", re.MULTILINE)
_SPACES = re.compile(r"[ \t\n\r\f]+")
_ADDRESS = re.compile(r"https?://[^\s<>()\[\]]+")
_MANY_LINES = re.compile(r"\n{3,}")

_HEADINGS = {f"h{level}": "#" * level for level in range(1, 7)}
_MARKS = {
    "em": "*",
    "i": "*",
    "strong": "**",
    "b": "**",
    "del": "~~",
    "s": "~~",
    "strike": "~~",
    "sub": "~",
    "sup": "^",
}
_BLOCKS = {"p", "section", "details", "summary", "dl", "dt", "dd", "table", "caption", *_HEADINGS}
_RUNNING = {
    "a",
    "abbr",
    "cite",
    "code",
    "ins",
    "kbd",
    "mark",
    "q",
    "samp",
    "small",
    "span",
    "u",
    "var",
    *_MARKS,
}
_VOID = {"br", "hr", "img", "wbr"}
_MAX_OPEN = 200


@dataclass(slots=True)
class _Open:
    """An element that has begun: what was written inside it so far."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)
    count: int = 0


def to_markdown(html: str) -> str:
    """The same text in Markdown: paragraphs, headings, emphasis, links, images, lists, quotes, code, tables. Empty for empty HTML."""
    if "<" not in html and "&" not in html:
        return _escape(html).strip()
    return _Walk().run(sanitize.clean(html))


class _Walk:
    def __init__(self) -> None:
        self.open = [_Open("")]
        self.skipped = 0  # elements beyond what we nest; their text stays
        self.pre = 0

    def run(self, html: str) -> str:
        for match in _TOKENS.finditer(html):
            closing, name, attributes, text = match.groups()
            if name is None:
                self._text(text or "<")
            elif closing:
                self._close(name)
            else:
                self._begin(name, dict(_ATTRIBUTE.findall(attributes)))
        while len(self.open) > 1:
            self._end()
        return _tidy("".join(self.open[0].parts))

    def _text(self, escaped: str) -> None:
        text = unescape(escaped)
        if self.pre or self._inside("code"):
            self.open[-1].parts.append(text)
            return
        if self.open[-1].name in {"ul", "ol", "table", "tr", "thead", "tbody", "tfoot"} and not text.strip():
            return
        text = _SPACES.sub(" ", text)
        before = self.open[-1].parts
        if text.startswith(" ") and self._at_line_start():
            text = text[1:]
        if text:
            before.append(text if self.open[-1].name == "a" and _ADDRESS.fullmatch(text) else _escape(text))

    def _at_line_start(self) -> bool:
        """Whether nothing stands before what comes next, or a blank does."""
        for element in reversed(self.open):
            if element.parts:
                return element.parts[-1].endswith((" ", "\n"))
            if element.name not in _RUNNING:
                break
        return True

    def _inside(self, name: str) -> bool:
        return self.open[-1].name == name

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if name in _VOID:
            self._void(name, attributes)
            return
        if len(self.open) > _MAX_OPEN:
            self.skipped += 1
            return
        self.open.append(_Open(name, attributes))
        self.pre += name == "pre"

    def _close(self, name: str) -> None:
        if self.skipped:
            self.skipped -= 1
        elif len(self.open) > 1 and self.open[-1].name == name:
            self._end()

    def _void(self, name: str, attributes: dict[str, str]) -> None:
        parts = self.open[-1].parts
        if name == "br":
            parts.append("\n" if self.pre else "  \n" if self.open[-1].name not in {"td", "th"} else " ")
        elif name == "hr":
            parts.append("\n\n---\n\n")
        elif name == "img" and (source := _address(attributes.get("src", ""))):
            parts.append(f"![{_escape(unescape(attributes.get('alt', '')))}]({source})")

    def _end(self) -> None:
        element = self.open.pop()
        inner = "".join(element.parts)
        name = element.name
        self.pre -= name == "pre"
        parent = self.open[-1]
        parent.parts.append(self._written(name, element, inner, parent))

    def _written(self, name: str, element: _Open, inner: str, parent: _Open) -> str:
        if name in _MARKS:
            return _marked(inner, _MARKS[name])
        if name == "a":
            return _link(inner, _address(element.attributes.get("href", "")))
        if name == "code":
            return inner if self.pre else _code(inner)
        if name == "pre":
            return _fenced(inner)
        if name in _HEADINGS:
            return f"\n\n{_HEADINGS[name]} {' '.join(inner.split())}\n\n" if inner.strip() else ""
        if name == "blockquote":
            return "\n\n" + _prefixed(_tidy(inner), "> ") + "\n\n"
        if name == "li":
            return _item(inner, parent)
        if name in {"ul", "ol"}:
            tight = "" if parent.name == "li" else "\n"
            return f"\n{tight}{inner.strip(chr(10))}\n{tight}"
        if name in {"td", "th"}:
            return f" {' '.join(inner.split())} |"
        if name == "tr":
            return _row(inner, parent, self.open)
        if name in _BLOCKS:
            return f"\n\n{inner.strip()}\n\n" if inner.strip() else ""
        return inner


def _escape(text: str) -> str:
    """Text that Markdown takes as it is; addresses in it stay what they are, so that they become links."""
    pieces = []
    done = 0
    for match in _ADDRESS.finditer(text):
        pieces += [_SPECIAL.sub(r"\\\1", text[done : match.start()]), match[0]]
        done = match.end()
    pieces.append(_SPECIAL.sub(r"\\\1", text[done:]))
    return _AT_START.sub(_escape_start, "".join(pieces))


def _escape_start(match: re.Match[str]) -> str:
    sign = match[2]
    return f"{match[1]}{sign}\\" if sign.isdigit() else f"{match[1]}\\{sign}"


def _marked(inner: str, mark: str) -> str:
    text = inner.strip()
    if not text or "\n\n" in text:
        return inner
    before = inner[: len(inner) - len(inner.lstrip())]
    after = inner[len(inner.rstrip()) :]
    return f"{before}{mark}{text}{mark}{after}"


def _address(escaped: str) -> str:
    """An address as it may stand between round brackets; empty for what Markdown does not link."""
    address = unescape(escaped).strip()
    if not address.lower().startswith(("http://", "https://", "mailto:", "/", "#")):
        return ""
    return (
        _SPACES.sub("%20", address)
        .replace("(", "%28")
        .replace(")", "%29")
        .replace("<", "%3C")
        .replace(">", "%3E")
    )


def _link(inner: str, address: str) -> str:
    text = " ".join(inner.split())
    if not address or not text:
        return inner
    written = f"[{text}]({address})" if text != address else f"<{address}>" if "://" in address else text
    return f"{' ' if inner[0] == ' ' else ''}{written}{' ' if inner[-1] == ' ' else ''}"


def _code(inner: str) -> str:
    text = " ".join(inner.split())
    if not text:
        return ""
    ticks = "`" * (max(map(len, re.findall(r"`+", text)), default=0) + 1)
    gap = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{gap}{text}{gap}{ticks}"


def _fenced(inner: str) -> str:
    text = inner.strip("\n")
    if not text.strip():
        return ""
    fence = "`" * max(3, max(map(len, re.findall(r"`+", text)), default=0) + 1)
    return f"\n\n{fence}\n{text}\n{fence}\n\n"


def _item(inner: str, parent: _Open) -> str:
    text = _tidy(inner)
    parent.count += 1
    start = parent.attributes.get("start", "1")
    number = (int(start) if start.isdigit() else 1) + parent.count - 1
    sign = f"{number}. " if parent.name == "ol" else "- "
    return f"\n{sign}{_prefixed(text, ' ' * len(sign)).lstrip(' ')}"


def _row(inner: str, parent: _Open, above: list[_Open]) -> str:
    table = next((outer for outer in reversed(above) if outer.name == "table"), parent)
    table.count += 1
    line = f"\n|{inner}"
    columns = inner.count(" |")
    return line + ("\n|" + " --- |" * columns if table.count == 1 and columns else "")


def _prefixed(text: str, prefix: str) -> str:
    return "\n".join(prefix + line if line else prefix.rstrip() for line in text.split("\n"))


def _tidy(text: str) -> str:
    """Without blank lines beyond one between paragraphs, none at the ends, no line beginning with stray blanks outside of code."""
    return _MANY_LINES.sub("\n\n", text).strip("\n ")
