"""Stylesheet, scripts and pictures of the interface: read once, compressed once, served from memory.

The version is a directory (`/static/1f2e3d4c5b/js/folkmoot.js`), made from the content of everything, so that modules can import
each other by relative path and every answer may be kept for good.
"""

import gzip
import mimetypes
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from folkmoot.web import packing

FOLDER = Path(__file__).parent / "static"
_FOR_GOOD = b"public, max-age=31536000, immutable"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_TEXTS = (".js", ".css", ".svg", ".txt", ".json")

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, with the headers of its answer."""

    body: bytes
    packed: bytes | None
    headers: Headers


class Assets:
    """ASGI application for everything under `/static/`. With `fresh`, for development, files are read anew for every request."""

    def __init__(self, *, fresh: bool = False) -> None:
        self.fresh = fresh
        self.files: dict[str, Asset] = {}
        self.version = ""
        self._read()

    def _read(self) -> None:
        digest = sha256()
        found = {}
        for path in sorted(FOLDER.rglob("*")):
            if path.is_file():
                name = path.relative_to(FOLDER).as_posix()
                body = path.read_bytes()
                digest.update(f"{name}\0{len(body)}\0".encode() + body)
                found[name] = _asset(path.suffix, body)
        self.files = found
        self.version = digest.hexdigest()[:10]

    def url(self, name: str) -> str:
        """The address of a file by its path under `static/`."""
        return f"/static/{self.version}/{name}"

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self.fresh:
            self._read()
        version, _, name = scope["path"].removeprefix("/static/").partition("/")
        asset = self.files.get(name)
        if asset is None or scope["method"] not in ("GET", "HEAD"):
            status = 404 if asset is None else 405
            await _answer(send, status, [(b"content-type", b"text/plain"), (b"content-length", b"0")], b"")
            return
        # An address of an older version still works, but what it leads to is not for keeping.
        kept = _FOR_GOOD if version == self.version and not self.fresh else b"no-cache"
        etag = b'"' + self.version.encode() + b'"'
        headers = [*asset.headers, (b"cache-control", kept), (b"etag", etag)]
        asked = dict(scope["headers"])
        if etag in asked.get(b"if-none-match", b""):
            await _answer(send, 304, headers, b"")
            return
        body = asset.body
        if asset.packed is not None and packing.takes_gzip(asked.get(b"accept-encoding", b"")):
            body = asset.packed
            headers.append((b"content-encoding", b"gzip"))
        headers.append((b"content-length", str(len(body)).encode()))
        await _answer(send, 200, headers, b"" if scope["method"] == "HEAD" else body)


def _asset(suffix: str, body: bytes) -> Asset:
    kind = _TYPES.get(suffix) or mimetypes.types_map.get(suffix, "application/octet-stream")
    headers: Headers = [(b"content-type", (f"{kind}; charset=utf-8" if suffix in _TEXTS else kind).encode())]
    packed = gzip.compress(body, 9, mtime=0) if suffix in _TEXTS else None
    if packed is not None:
        headers.append((b"vary", b"accept-encoding"))
    return Asset(body, packed if packed and len(packed) < len(body) else None, headers)


async def _answer(send: Any, status: int, headers: Headers, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
