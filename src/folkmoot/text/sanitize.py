"""The one place where HTML is made safe: what is not on the lists below does not pass.

Serves what our Markdown writes and HTML from other servers alike. The parsing and the rules are nh3's (ammonia); what is ours is the
lists, and a bound on how much work a hostile nesting can ask of an HTML parser.
"""

import html as html_text
import re

import nh3

MAX_WORK = 1_000_000
"""Sum, over all tags, of how many elements are open: what an HTML parser may have to build from them."""

_TAGS = {
    *(
        "a",
        "abbr",
        "audio",
        "b",
        "blockquote",
        "br",
        "caption",
        "cite",
        "code",
        "dd",
        "del",
        "details",
        "dl",
        "dt",
        "em",
    ),
    *(
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "rp",
        "rt",
        "ruby",
    ),
    *(
        "s",
        "samp",
        "section",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
    ),
    *("thead", "tr", "u", "ul", "var", "video", "wbr"),
}
_ATTRIBUTES = {
    "*": {"class", "dir", "id", "lang", "title"},
    "a": {"href", "aria-label"},
    "audio": {"src", "aria-label"},
    "img": {"alt", "src"},
    "li": {"value"},
    "ol": {"start", "reversed"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan", "scope"},
    "video": {"src", "aria-label"},
}
_ALWAYS = {
    "audio": {"controls": "", "preload": "none"},
    "img": {"loading": "lazy"},
    "video": {"controls": "", "preload": "none"},
}
_SCHEMES = {"http", "https", "mailto", "magnet", "gemini", "ftp", "xmpp", "matrix"}
_REL = "nofollow noopener ugc"

# The last line is what other servers mark mentions, tags and shortened links with.
_CLASS = re.compile(
    r"emoji|mention|community|spoiler|footnotes|footnote-ref|footnote-backref|language-[A-Za-z0-9+#._-]{1,40}"
    r"|hashtag|h-card|u-url|invisible|ellipsis"
)
_VALUES = {
    "align": re.compile(r"left|center|right"),
    "colspan": re.compile(r"[1-9][0-9]?"),
    "dir": re.compile(r"auto|ltr|rtl"),
    "id": re.compile(r"(?:fn|fnref)-[a-z0-9-]{1,40}"),
    "lang": re.compile(r"[A-Za-z0-9-]{2,35}"),
    "rowspan": re.compile(r"[1-9][0-9]?"),
    "scope": re.compile(r"col|row"),
    "start": re.compile(r"[0-9]{1,9}"),
    "value": re.compile(r"[0-9]{1,9}"),
}


def _checked(_tag: str, attribute: str, value: str) -> str | None:
    """The attribute's value as it may stand, None to leave the attribute out."""
    if attribute == "class":
        return " ".join(name for name in value.split() if _CLASS.fullmatch(name)) or None
    if attribute == "src" and not value.lower().startswith(("https://", "http://", "/")):
        return None
    pattern = _VALUES.get(attribute)
    return value if pattern is None or pattern.fullmatch(value) else None


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    attribute_filter=_checked,
    set_tag_attribute_values=_ALWAYS,
    url_schemes=_SCHEMES,
    link_rel=_REL,
)

# What stands on lines of its own; everything else runs on within its line.
_LINES = {
    *(
        "blockquote",
        "br",
        "dd",
        "details",
        "dt",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "li",
        "p",
        "pre",
        "summary",
        "td",
        "th",
        "tr",
    ),
    *("div", "section", "table", "ul", "ol", "figure", "figcaption", "article", "header", "footer"),
}
_TO_LINES = nh3.Cleaner(
    tags=_LINES, attributes={}, link_rel=None, clean_content_tags={"script", "style", "rp", "rt"}
)

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)")
_CLOSED_BY_ITSELF = {
    *(
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ),
    *("p", "li", "dt", "dd", "td", "th", "tr", "option"),
}


def clean(html: str) -> str:
    """The same HTML with only what is on the lists: no script, no style, no event, no address but of the schemes above.

    Every link gets `rel="nofollow noopener ugc"`, every image loads late, films and sounds wait to be started. HTML nested so
    deeply that parsing it would take seconds comes back as escaped text.
    """
    if _work(html) > MAX_WORK:
        return html_text.escape(html)
    return _CLEANER.clean(html)


def text_of(html: str) -> str:
    """What a reader sees of HTML, as plain text: one line per paragraph, list item or table cell, none of them empty."""
    if _work(html) > MAX_WORK:
        return html
    lines = re.sub(r"<[^>]*>", "\n", _TO_LINES.clean(html))
    return "\n".join(line for raw in html_text.unescape(lines).split("\n") if (line := " ".join(raw.split())))


def _work(html: str) -> int:
    """An estimate from the tags as written: good enough to refuse what is hostile, and never the judge of what is safe."""
    depth = work = 0
    for closing, name in _TAG.findall(html):
        if name.lower() not in _CLOSED_BY_ITSELF:
            depth = max(0, depth - 1) if closing else depth + 1
        work += depth
    return work
