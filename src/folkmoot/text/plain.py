"""Plain words, written at once as the HTML that the parser, the walk and the sanitiser would make of them."""

import re
from html import escape

_LETTER = r"[^\W_]"
# A line begins with nothing that could make it, or the one before it, anything but words: no mark of a list, a heading or a quote.
_LINE = r"(?=[^ \n\xa0#+\-:=>])(?![0-9]+[.)])"
# What stands for itself wherever it stands in a line. Not in here: what can be part of Markdown, an address, a handle or ruby, control
# characters, what no text may hold, and what is not to be seen or a space of a rare kind.
_WORDS = (
    r"[^\x00-\x1f\x7f-\x9f\"&'()*+\-.:<>@\[\\\]^_`{|}~\u1680\u180e\u2000-\u200b\u2028-\u202f\u205f-\u206f\u3000\ud800-\udfff"
    r"\ufdd0-\ufdef\ufeff\ufff0-\uffff]*"
)
# The rest only where it means nothing, or always the same.
_BETWEEN = "|".join(
    (
        r"\.(?<![wW]{3}\.)",  # "www." begins an address
        rf"'(?<={_LETTER}')(?={_LETTER})",
        rf'"(?<![^ \n(]")(?={_LETTER})',  # opens
        rf'"(?<={_LETTER}")(?=[ \n,.;:!?)]|\Z)',  # closes, as the next does
        r'"(?<=[,.!?]")(?=[ \n]|\Z)',
        r"&(?=[ \n])",  # or it could begin the name of a character
        r"<(?=[ \n0-9])",  # or an address, or what looks like HTML
        r">(?!>)",  # two are a quotation mark
        r"\((?!(?:[cCrR]|[tT][mM])\))",
        r"\)",
        r"\+(?!-)",
        r"-(?!-)",
        r":(?![:/])",  # or it could be a fence, or behind the scheme of an address
        rf"\n(?<!  \n)\n?{_LINE}",  # behind two spaces it would be a break
    )
)
_PLAIN = re.compile(f"{_LINE}{_WORDS}(?:(?:{_BETWEEN}){_WORDS})*")
_OPENING = re.compile(rf'"(?={_LETTER})')


def as_html(source: str) -> str | None:
    """The HTML of a text that has nothing but words in paragraphs; None for any other, and where it takes more than a look to tell.

    Plain is what every step of the whole way (`markdown.parsed`) leaves alone, and what it does alike wherever it stands: apostrophes
    within words and quotation marks that clearly open or close are bent, three dots become one character, `&`, `<`, `>` and the space
    that holds words together are escaped, a blank line begins a paragraph, a space at the end of a line is dropped. So the result is the
    same to the letter, in a quarter of the time or less. Nothing plain names anybody or links anywhere, and nothing comes out as a tag
    but the paragraphs.
    """
    if "*" in source or "://" in source:  # what most others have is found sooner than by reading up to there
        return None
    text = source.rstrip(" \n")
    words = _PLAIN.match(text)
    if words is None or words.end() < len(text):
        return None
    text = escape(text, quote=False)
    if '"' in text:
        text = _OPENING.sub("“", text).replace('"', "”")
    text = (
        text.replace("'", "’")
        .replace("...", "…")
        .replace("\u00a0", "&nbsp;")
        .replace(" \n", "\n")
        .replace("\n\n", '</p>\n<p dir="auto">')
    )
    return f'<p dir="auto">{text}</p>'
