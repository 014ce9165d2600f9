"""Addresses that people give: checked, freed of tracking, compared with the site's blocklist (P-3, W-5)."""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Set
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import idna

from folkmoot.text import dialect
from folkmoot.text.tidy import utf16_length
from folkmoot.text.tracking import is_tracking

MAX_URL = 2000
"""UTF-16 code units (P-3)."""

_POST_SCHEMES = {"http", "https", "magnet"}
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_FORBIDDEN_IN_HOST = re.compile(r"[\x00-\x20#%/:<>?@\[\\\]^|\x7f]")
# What an address keeps as it is; everything else is percent-encoded.
_KEPT_IN_PATH = "%!$&'()*+,-./:;=@_~[]|\\"
_KEPT_IN_QUERY = "%!$&()*+,-./:;=?@_~[]|\\`{}^"
_WEB_ADDRESS = re.compile(r"https?://[^\s<>\[\]]+", re.IGNORECASE)
_WEB_ADDRESS_BYTES = re.compile(rb"https?://[^\s<>\[\]]+", re.IGNORECASE)
_DEFINITION = re.compile(rb"""[ \t>]*\[[^\]]+\]:[ \t]*\S+(?:[ \t]+(?:"[^"]*"|'[^']*'|\([^()]*\)))?[ \t]*""")
_MOST_ROUNDS = 6
"""Stripping one address can make another a link. Each round reads the whole text, so that there is an end to it."""
# The words stop where another picture begins, so that what is nested a thousandfold is read once.
_BEFORE_ADDRESS = rb"""(!\[(?:[^\]\\!]|!(?!\[)|\\.)*+\]\(\s*<?)"""
_PATH_OF_PICTURE = re.compile(_BEFORE_ADDRESS + rb"""(/(?!/)[^\s<>)]+)""")
_PICTURE = re.compile(_BEFORE_ADDRESS + rb"""(https?://[^\s<>)]+)""", re.IGNORECASE)
# In ASCII, every letter that stands for another where case does not matter is a letter too; beyond, it can be a mark.
_ASCII_DOT_WITHIN = re.compile(r"\.[A-Za-z0-9]")
_DOT_WITHIN = re.compile(r"\.\w")
_PLACED = re.compile(r'<(a|img|p|li|pre|h[1-6]|t[dh]) data-sourcepos="([0-9]+):([0-9]+)-([0-9]+):([0-9]+)"')


class UrlRefused(ValueError):
    """An address that cannot be taken; `code` is the API's name for the reason."""

    code = "invalid_url"


class InvalidUrl(UrlRefused):
    """It is no address at all."""


class InvalidUrlScheme(UrlRefused):
    """It is an address of a kind that posts do not link to."""

    code = "invalid_url_scheme"


class UrlTooLong(UrlRefused):
    """It is longer than 2000 UTF-16 code units."""

    code = "url_length_overflow"


def check_post_url(url: str) -> str:
    """The address of a post in its normal form, still with whatever tracking it carries (P-3).

    Normal: scheme and host in lower case, host in ASCII, no default port, at least `/` as path, nothing unencoded.
    Raises InvalidUrl, InvalidUrlScheme, UrlTooLong.
    """
    normal = normalise(url)
    if urlsplit(normal).scheme not in _POST_SCHEMES:
        raise InvalidUrlScheme(url[:100])
    if utf16_length(normal) > MAX_URL:
        raise UrlTooLong(url[:100])
    return normal


def normalise(url: str) -> str:
    """An absolute address in its normal form, of whatever scheme. Raises InvalidUrl."""
    url = re.sub(
        r"[\t\n\r]", "", url.strip("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x1f \t\n\r")
    )
    if not _SCHEME.match(url):
        raise InvalidUrl("no scheme")
    try:
        scheme, authority, path, query, fragment = urlsplit(url)
        if scheme not in {"http", "https", "ftp", "ws", "wss"}:
            return urlunsplit(
                (
                    scheme,
                    authority,
                    quote(path, safe=_KEPT_IN_PATH),
                    quote(query, safe=_KEPT_IN_QUERY),
                    fragment,
                )
            )
        if not authority:
            raise InvalidUrl("no host")
        user, at, host_and_port = authority.rpartition("@")
        authority = quote(user, safe="%:!$&'()*+,;=-._~") + at + _normal_host(scheme, host_and_port)
    except ValueError as error:
        raise InvalidUrl(str(error)) from error
    path = _without_dots(quote(path.replace("\\", "/"), safe=_KEPT_IN_PATH)) or "/"
    return urlunsplit(
        (
            scheme,
            authority,
            path,
            quote(query, safe=_KEPT_IN_QUERY),
            quote(fragment, safe=_KEPT_IN_QUERY + "'#"),
        )
    )


def _normal_host(scheme: str, host_and_port: str) -> str:
    if host_and_port.startswith("["):
        split = urlsplit(f"//{host_and_port}")
        host = f"[{split.hostname}]"  # urlsplit checks what stands in brackets
        rest = host_and_port.partition("]")[2]
    else:
        host, colon, digits = host_and_port.partition(":")
        rest = colon + digits
        if not host.isascii():
            host = idna.encode(host, uts46=True, transitional=False).decode("ascii")
        if not host or _FORBIDDEN_IN_HOST.search(host) or ".." in host or host.startswith("."):
            raise InvalidUrl("bad host")
        host = host.lower()
    if rest in {"", ":"}:
        return host
    if not (rest[1:].isascii() and rest[1:].isdigit()) or int(rest[1:]) > 65535:
        raise InvalidUrl("bad port")
    port = int(rest[1:])
    return host if _DEFAULT_PORTS.get(scheme) == port else f"{host}:{port}"


def _without_dots(path: str) -> str:
    if "/." not in path:
        return path
    kept: list[str] = []
    *front, last = path.split("/")
    for part in front:
        if part == "..":
            del kept[max(1, len(kept) - 1) :]
        elif part != ".":
            kept.append(part)
    if last == "..":
        del kept[max(1, len(kept) - 1) :]
    return "/".join([*kept, "" if last in {".", ".."} else last])


def absolute(base: str, url: str) -> str | None:
    """`url` as seen from the page `base`; None unless that is an http or https address with a host."""
    try:
        joined = normalise(urljoin(base, url.strip()))
    except ValueError:
        return None
    return joined if joined.startswith(("http://", "https://")) else None


def host_of(url: str) -> str:
    """The host of an address as shown beside a title, without `www.` and port; empty where there is none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def strip_tracking(url: str) -> str:
    """The same address without the parameters that only say who came from where (P-3); what is left stays as written."""
    if "?" not in url:
        return url
    front, _, rest = url.partition("?")
    query, hash_sign, fragment = rest.partition("#")
    if "#" in front or not front.lower().startswith(("http://", "https://")):
        return url
    host = host_of(front)
    parts = query.split("&")
    kept = [part for part in parts if not is_tracking(host, part.partition("=")[0].lower())]
    if len(kept) == len(parts):
        return url
    return front + ("?" + "&".join(kept) if kept else "") + hash_sign + fragment


def strip_tracking_in_text(source: str) -> str:
    """Markdown with every link and image freed of tracking. Code stays as it is, and so does everything else."""
    for _ in range(_MOST_ROUNDS):
        if "?" not in source or all(strip_tracking(url) == url for url in _WEB_ADDRESS.findall(source)):
            break
        less = _rewritten(source, {"a", "img"}, lambda part: _WEB_ADDRESS_BYTES.sub(_strip_match, part))
        if less == source:
            break
        source = less
    return source


def replace_pictures(source: str, change: Callable[[str], str]) -> str:
    """Markdown with the address of every image that names it in place (`![words](address)`) put through `change`."""
    if "![" not in source or "://" not in source:
        return source

    def put_through(part: bytes) -> bytes:
        return _PICTURE.sub(lambda match: match[1] + change(match[2].decode()).encode(), part)

    return _rewritten(source, {"img"}, put_through)


def with_whole_pictures(source: str, base: str) -> str:
    """Markdown whose images lie where they lay for who wrote it, at `base`: one that names only a path there gets its whole address.

    Links stay as they are: Lemmy's people write `/c/name@server` for whatever server one reads on.
    """
    if "![" not in source or "](/" not in source:
        return source

    def complete(match: re.Match[bytes]) -> bytes:
        whole = absolute(base, match[2].decode())
        return match[0] if whole is None else match[1] + whole.encode()

    return _rewritten(source, {"img"}, lambda part: _PATH_OF_PICTURE.sub(complete, part))


def _rewritten(source: str, elements: Set[str], change: Callable[[bytes], bytes]) -> str:
    """Markdown with `change` done to each of these elements as it is written."""
    prepared = dialect.prepare(source)
    text = prepared.encode()
    out = []
    done = 0
    for start, end in sorted(_links_in(text, dialect.to_html(prepared, positions=True), elements)):
        if end > done:  # an image within a link is within the link's span too
            begin = max(start, done)
            out += [text[done:begin], change(text[begin:end])]
            done = end
    out.append(text[done:])
    return dialect.without_marks(b"".join(out).decode())


def _links_in(text: bytes, html: str, elements: Set[str]) -> Iterator[tuple[int, int]]:
    """Where in a text its links or images stand, and with links the definitions of `[words][name]`: first byte and the one after the
    last."""
    lines = text.split(b"\n")
    starts = [0, *itertools.accumulate(len(line) + 1 for line in lines)]
    defining = {number for number, line in enumerate(lines, 1) if _DEFINITION.fullmatch(line)}
    defined_above = 0
    for element, *position in _PLACED.findall(html):
        first, column, last, last_column = map(int, position)
        if element in {"a", "img"}:
            first, last = first + defined_above, last + defined_above
            if element in elements and last <= len(lines) and last_column <= len(lines[last - 1]):
                yield starts[first - 1] + column - 1, starts[last - 1] + last_column
            continue
        defined_above = 0
        if element == "pre":
            defining.difference_update(range(first, last + 1))
        elif element in {"p", "li"}:
            # Definitions at the head of a paragraph vanish, and comrak counts the lines of what is in it without them.
            defined_above = sum(1 for _ in itertools.takewhile(defining.__contains__, range(first, last)))
    for number in defining if "a" in elements else ():
        yield starts[number - 1], starts[number] - 1


def _strip_match(match: re.Match[bytes]) -> bytes:
    url = match[0]
    unopened = min(url.count(b")") - url.count(b"("), len(url) - len(url.rstrip(b")")))
    end = len(url) - max(0, unopened)  # the rest ends `[words](address)`
    return strip_tracking(url[:end].decode()).encode() + url[end:]


def normalise_blocked_url(entry: str) -> str:
    """An entry of the URL blocklist as it is kept: without scheme and trailing slash (W-5). Raises InvalidUrl."""
    entry = entry.strip()
    normal = normalise(entry if "://" in entry else f"https://{entry}")
    return normal.partition("://")[2].rstrip("/") or normal


def blocked_by(text: str, entries: Iterable[str]) -> str | None:
    """The part of a text or address that the blocklist names, as the entry is written; None if there is none (W-5).

    An entry counts where it stands between word boundaries: `evil.example` is found in `https://www.evil.example/x`, not in
    `notevil.example`.
    """
    pattern, all_dotted = _blocklist(tuple(entries))
    if pattern is None or (all_dotted and not _DOT_WITHIN.search(text)):
        return None
    found = pattern.search(text)
    return found[0].lower() if found else None


@lru_cache(maxsize=8)
def _blocklist(entries: tuple[str, ...]) -> tuple[re.Pattern[str] | None, bool]:
    """What finds the entries, and whether each has a dot before a letter or digit: most texts have none, which is seen at once, while
    looking for the entries takes longer than everything else that is done to a text."""
    words = sorted((entry for entry in entries if entry), key=len, reverse=True)
    if not words:
        return None, False
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, words)) + r")(?!\w)", re.IGNORECASE)
    return pattern, all(_ASCII_DOT_WITHIN.search(word) for word in words)
