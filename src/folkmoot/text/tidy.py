"""What every typed text passes before anything else looks at it."""

import re
import unicodedata

_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

# Letters and symbols by their category, and yet nothing to be seen.
_BLANK = frozenset("\u00ad\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U0001d159")
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Mn", "Me", "Zl", "Zp", "Zs"})


def tidy(text: str) -> str:
    """The same text with `\\n` as its only line ending and without what no database or feed can hold.

    Left out: NUL and the other control characters that XML forbids (tab and newline stay), and lone surrogates,
    which cannot be written as UTF-8.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNWANTED.sub("", text)


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, which is what the API's limits count (P-2)."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def is_visible(char: str) -> bool:
    """Whether a character by itself is something to see."""
    return char not in _BLANK and unicodedata.category(char) not in _UNSEEN
