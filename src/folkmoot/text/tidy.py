"""What every typed text passes before anything else looks at it."""

import re

_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


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
    return len(text) + sum(1 for char in text if char > "\uffff") if not text.isascii() else len(text)
