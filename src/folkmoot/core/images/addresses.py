"""Addresses of pictures: those of files here, and those of pictures elsewhere that are fetched through this server (I-5, I-7)."""

import re
from urllib.parse import quote, unquote

NONE, STORE_PREVIEWS, PROXY_ALL = "none", "store-previews", "proxy-all"
"""What the operator can want of pictures elsewhere: `Settings.image_mode`."""

_ALIAS = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}\.[a-z0-9]{1,8}")
_FILES = "/pictrs/image/"
_PROXY = "/api/v3/image_proxy"


def of_file(origin: str, alias: str) -> str:
    """The public address of a file here."""
    return f"{origin}{_FILES}{alias}"


def alias_in(origin: str, url: str | None) -> str | None:
    """The file here that an address names; None for addresses elsewhere."""
    if not url or not url.startswith(origin + _FILES):
        return None
    alias = url.removeprefix(origin + _FILES).partition("?")[0]
    return alias if is_alias(alias) else None


def is_alias(text: str) -> bool:
    """Whether a text has the form of a file's name."""
    return bool(_ALIAS.fullmatch(text))


def proxied(origin: str, url: str) -> str:
    """The address here under which a picture elsewhere is fetched for readers; what is here already stays."""
    if is_here(origin, url) or not url.startswith(("http://", "https://")):
        return url
    return f"{origin}{_PROXY}?url={quote(url, safe='')}"


def behind(origin: str, url: str | None) -> str | None:
    """The picture elsewhere that an address of `proxied` is for; None for any other address."""
    before = f"{origin}{_PROXY}?url="
    return unquote(url.removeprefix(before)) if url and url.startswith(before) else None


def is_here(origin: str, url: str) -> bool:
    """Whether an address is one of this site."""
    return url == origin or url.startswith(origin + "/")
