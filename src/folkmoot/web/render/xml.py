"""Text in XML: whatever people wrote, the result is well-formed."""

import re

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def text(words: str) -> str:
    """Words between tags."""
    return _NOT_IN_XML.sub("", words).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def attribute(words: str) -> str:
    """Words of an attribute, between double quotes."""
    return text(words).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")
