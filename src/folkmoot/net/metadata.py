"""What a linked page says about itself: title, description, picture, film (I-1, I-2)."""

import codecs
import html
import mimetypes
import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from folkmoot.net.client import Client, Fetched
from folkmoot.net.errors import Unreachable

LIMIT_BYTES = 1024 * 1024
TIMEOUT = 10.0
MAX_TITLE, MAX_DESCRIPTION, MAX_ADDRESS = 500, 2000, 2000

_HTML = {"text/html", "application/xhtml+xml"}
_OPAQUE = {"", "application/octet-stream", "binary/octet-stream"}
_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{1,40})""", re.IGNORECASE)


def elements(*names: str) -> re.Pattern[str]:
    """Finds the title and the start tags of these elements (`kept`), past what only looks like them.

    Every branch runs to the end of the document rather than fail, so that the whole search reads each byte once. Parsing all of a hostile
    page would take minutes: nested deeply enough, HTML costs any parser quadratic time.
    """
    return re.compile(
        rf"""
          <!--.*?(?:-->|\Z)
        | <(?P<skipped>script|style|textarea|template|svg|math|xmp|iframe|noembed|noframes)\b.*?(?:</(?P=skipped)|\Z)
        | <title\b[^>]*+(?:>(?P<title>.*?)(?:</title|\Z)|\Z)
        | (?P<kept><(?:{"|".join(names)})\b(?:[^>"']++|"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z))*+(?:>|\Z))
        """,
        re.VERBOSE | re.DOTALL | re.IGNORECASE,
    )


_ELEMENTS = elements("meta", "base")
MAX_ELEMENTS = 1000

# What browsers read. Python knows encodings besides that do other things than reading a page.
_CHARSETS = re.compile(
    r"utf-8|utf-16(-[bl]e)?|iso8859-\d+|cp(125\d|866|874|932|949|950)|koi8-[ru]|mac-(roman|cyrillic)|tis-620"
    r"|shift_jis(_2004|x0213)?|euc_jp|iso2022_jp|euc_kr|gb2312|gbk|gb18030|big5(hkscs)?"
)
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

_SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\xff\x0a", "image/jxl"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "image/jxl"),
    (b"%PDF-", "application/pdf"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
)
_BRANDS = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4",
}


@dataclass(frozen=True, slots=True)
class PageMetadata:
    """What is shown of a link. Addresses are absolute and of http or https; what a page does not say is None."""

    title: str | None = None
    description: str | None = None
    image: str | None = None
    video: str | None = None
    content_type: str | None = None
    charset: str | None = None


async def fetch_metadata(client: Client, url: str) -> PageMetadata:
    """Look at a linked page: 10 seconds, its first mebibyte, one redirect (I-1).

    Raises what `Client.get` raises; Unreachable also for an answer that is an error.
    """
    fetched = await client.get(
        url,
        accept="text/html, application/xhtml+xml;q=0.9, */*;q=0.8",
        limit_bytes=LIMIT_BYTES,
        timeout=TIMEOUT,
        redirects=1,
        plain_http=True,
        truncate=True,
    )
    if not 200 <= fetched.status < 300:
        raise Unreachable(f"{url}: status {fetched.status}")
    return metadata_of(fetched)


def metadata_of(fetched: Fetched) -> PageMetadata:
    """What an answer says about itself."""
    return parse_page(fetched.body, declared_type(fetched), fetched.url)


def declared_type(fetched: Fetched) -> str:
    """The type of an answer with its encoding, as the header had it."""
    return fetched.content_type + (f"; charset={fetched.charset}" if fetched.charset else "")


def parse_page(body: bytes, content_type: str, url: str) -> PageMetadata:
    """What a document at `url`, or the beginning of one, says about itself. Takes anything and raises nothing (I-2).

    `content_type` is the header as it came, or empty; the type of what has none, or a meaningless one, is taken from the ending
    of the address, then from the first bytes.
    """
    kind, charset, document = read_document(body, content_type, url)
    if charset is None:
        return PageMetadata(content_type=kind or None)
    title, said = _said(document)
    base = absolute(url, said.get("base")) or url
    return PageMetadata(
        title=_words(said.get("og:title"), MAX_TITLE) or _words(title, MAX_TITLE),
        description=_words(said.get("og:description") or said.get("description"), MAX_DESCRIPTION),
        image=absolute(base, said.get("og:image")),
        video=absolute(base, said.get("og:video")),
        content_type=kind,
        charset=charset,
    )


def read_document(body: bytes, content_type: str, url: str) -> tuple[str, str | None, str]:
    """The media type, and of HTML the encoding and the text; None and nothing of everything else."""
    kind, _, parameters = content_type.partition(";")
    kind = kind.strip().lower()
    if kind in _OPAQUE:
        kind = _sniffed(body) or _guessed(url) or kind if kind else _guessed(url) or _sniffed(body) or ""
    if kind not in _HTML:
        return kind, None, ""
    declared = re.search(r"charset\s*=\s*[\"']?([^\s;\"']+)", parameters, re.IGNORECASE)
    charset = _charset(body, declared[1] if declared else None)
    return kind, charset, body.decode(charset, "replace").replace("\x00", "")


def _said(document: str) -> tuple[str, dict[str, str]]:
    """The title element, and the first non-empty content of each `meta` name or property, with `base` for the base address."""
    title = ""
    kept = []
    for element in _ELEMENTS.finditer(document):
        title = title or html.unescape(element["title"] or "").strip()
        if element["kept"]:
            kept.append(element["kept"])
            if len(kept) == MAX_ELEMENTS:
                break
    said: dict[str, str] = {}
    tree = LexborHTMLParser("".join(kept))
    for meta in tree.css("meta[content]"):
        given = meta.attributes
        content = (given.get("content") or "").strip()
        for name in (given.get("property"), given.get("name")):
            if name and content:
                said.setdefault(name.strip().lower(), content)
    base = tree.css_first("base[href]")
    if base is not None:
        said["base"] = base.attributes.get("href") or ""
    return title, said


def _charset(body: bytes, declared: str | None) -> str:
    """The name of the encoding to read a page in: byte order mark, header, the page's own word, UTF-8."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return name
    inside = _DECLARED.search(body[:4096])
    for label in (declared, inside[1].decode() if inside else None):
        if label and (known := _known(label)):
            return known
    return "utf-8"


def _known(label: str) -> str | None:
    try:
        name = codecs.lookup(label.strip().lower()).name
    except (LookupError, ValueError):
        return None
    if name in {"iso8859-1", "ascii"}:  # as all browsers do
        return "cp1252"
    return name if _CHARSETS.fullmatch(name) else None


def _words(text: str | None, at_most: int) -> str | None:
    words = " ".join((text or "").split())
    return words[:at_most] or None


def absolute(base: str, address: str | None) -> str | None:
    """An address of the web in full, as it stands on a page at `base`; None for what is none."""
    if not address:
        return None
    try:
        joined = urljoin(base, address.strip())
        parts = urlsplit(joined)
        if parts.scheme not in {"http", "https"} or not parts.hostname or len(joined) > MAX_ADDRESS:
            return None
    except ValueError:
        return None
    return joined


def _guessed(url: str) -> str | None:
    try:
        return mimetypes.guess_type(urlsplit(url).path, strict=False)[0]
    except ValueError:
        return None


def _sniffed(body: bytes) -> str | None:
    for start, kind in _SIGNATURES:
        if body.startswith(start):
            return kind
    if body[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(body[8:12])
    if body[4:8] == b"ftyp":
        return _BRANDS.get(body[8:12], "video/mp4")
    if re.match(rb"\s*(?:<!doctype html|<html|<head)", body[:200], re.IGNORECASE):
        return "text/html"
    return None
