"""Take out of a picture what it tells of its maker: place, camera, names, comments. The picture itself stays as it is, bit for bit.

Each format is a row of parts; those that are needed to show the picture are kept, and whatever follows its end is cut off, so that
nothing else can travel in a picture's clothes.
"""

import re
from collections.abc import Iterator


class Broken(ValueError):
    """The parts do not fit together."""


_JPEG_SCAN_END = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_JPEG_NOTES = frozenset({0xE1, *range(0xE3, 0xEE), 0xEF, 0xFE})
_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset(b"tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs hIST acTL fcTL fdAT cICP mDCv cLLi".split())
_GIF_LOOPS = frozenset({b"NETSCAPE2.0", b"ANIMEXTS1.0"})
_WEBP_KEPT = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ANIM", b"ANMF", b"ALPH", b"ICCP"})
_WEBP_NOTES = 0x08 | 0x04
"""The flags that announce Exif and XMP."""


def kind_of(body: bytes) -> str | None:
    """The format that the first bytes announce, in Pillow's words; None for what is taken nowhere."""
    if body.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if body.startswith(_PNG_START):
        return "PNG"
    if body.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "WEBP"
    if body[4:12] in {b"ftypavif", b"ftypavis"}:
        return "AVIF"
    return None


def without_notes(body: bytes, kind: str) -> bytes:
    """The same picture without its notes. An AVIF, whose parts refer to each other by place, comes back as it is.

    Raises `Broken`.
    """
    take_apart = {"JPEG": _jpeg, "PNG": _png, "GIF": _gif, "WEBP": _webp}.get(kind)
    return body if take_apart is None else b"".join(take_apart(body))


def _jpeg(body: bytes) -> Iterator[bytes]:
    yield body[:2]
    at = 2
    while True:
        head = _part(body, at, 2)
        if head[0] != 0xFF:
            raise Broken("no marker")
        marker = head[1]
        if marker == 0xFF:  # filling
            at += 1
            continue
        if marker == 0xD9:
            yield head
            return
        size = int.from_bytes(_part(body, at + 2, 2), "big")
        if size < 2:
            raise Broken("no length")
        segment = _part(body, at, size + 2)
        at += len(segment)
        if marker == 0xE2:
            if segment[4:].startswith(b"ICC_PROFILE\0"):
                yield segment
        elif marker not in _JPEG_NOTES:
            yield segment
        if marker == 0xDA:
            end = _JPEG_SCAN_END.search(body, at)
            if end is None:
                raise Broken("no end")
            yield body[at : end.start()]
            at = end.start()


def _png(body: bytes) -> Iterator[bytes]:
    yield _PNG_START
    at = len(_PNG_START)
    while True:
        size = int.from_bytes(_part(body, at, 4), "big")
        chunk = _part(body, at, size + 12)
        name = chunk[4:8]
        if not name[0] & 0x20 or name in _PNG_KEPT:
            yield chunk
        if name == b"IEND":
            return
        at += len(chunk)


def _gif(body: bytes) -> Iterator[bytes]:
    head = _part(body, 0, 13)
    at = 13 + _gif_colours(head[10])
    yield b"GIF89a" + _part(body, 6, at - 6)
    while True:
        mark = _part(body, at, 1)
        if mark == b"\x3b":
            yield mark
            return
        start = at
        if mark == b"\x2c":
            at += 10 + _gif_colours(_part(body, at, 10)[9]) + 1
            at = _gif_blocks_end(body, at)
            yield body[start:at]
        elif mark == b"\x21":
            label, name = _part(body, at, 2)[1], body[at + 3 : at + 14]
            at = _gif_blocks_end(body, at + 2)
            if label == 0xF9 or (label == 0xFF and name in _GIF_LOOPS):
                yield body[start:at]
        else:
            raise Broken("no block")


def _gif_colours(flags: int) -> int:
    """Bytes of the table that follows, where the flags announce one."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _gif_blocks_end(body: bytes, at: int) -> int:
    while size := _part(body, at, 1)[0]:
        at += size + 1
    return at + 1


def _webp(body: bytes) -> Iterator[bytes]:
    end = min(len(body), int.from_bytes(_part(body, 4, 4), "little") + 8)
    kept = []
    at = 12
    while at + 8 <= end:
        size = int.from_bytes(_part(body, at + 4, 4), "little")
        chunk = _part(body, at, size + 8) + (b"\0" if size % 2 else b"")
        name = chunk[:4]
        if name == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~_WEBP_NOTES]) + chunk[9:]
        if name in _WEBP_KEPT:
            kept.append(chunk)
        at += len(chunk)
    inside = b"WEBP" + b"".join(kept)
    yield b"RIFF" + len(inside).to_bytes(4, "little") + inside


def _part(body: bytes, at: int, size: int) -> bytes:
    part = body[at : at + size]
    if len(part) < size:
        raise Broken("cut off")
    return part
