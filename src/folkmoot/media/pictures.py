"""What is a picture, and pictures in other sizes and formats: Pillow within limits. Everything here computes; call it in a thread."""

import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image, ImageOps, ImageSequence

from folkmoot.media.strip import Broken, kind_of, without_notes

MAX_BYTES = 10 << 20
MAX_PIXELS = 40_000_000
MAX_EDGE = 12_000
MAX_MOVING = 120_000_000
"""Pixels of all frames together up to which a smaller copy of a moving picture still moves."""

TYPES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "AVIF": "image/avif",
}
_SUFFIXES = {"JPEG": "jpg", "PNG": "png", "GIF": "gif", "WEBP": "webp", "AVIF": "avif"}
_KINDS = {
    "apng": "PNG",
    "avif": "AVIF",
    "gif": "GIF",
    "jpeg": "JPEG",
    "jpg": "JPEG",
    "jxl": "WEBP",
    "png": "PNG",
    "webp": "WEBP",
}
"""What each name of a format is answered with (I-8). Nothing here writes JPEG XL, and all that read it read WebP."""
_MOVES = frozenset({"PNG", "GIF", "WEBP", "AVIF"})
_WRITING: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 85, "optimize": True, "progressive": True},
    "PNG": {},
    "GIF": {},
    "WEBP": {"quality": 80, "method": 4},
    "AVIF": {"quality": 65, "speed": 8, "exif": b"", "xmp": b""},
}
_ORIENTATION = 0x0112

# The limits here are stricter than Pillow's own, and an exception rather than a warning.
Image.MAX_IMAGE_PIXELS = None
# Oddities of files that strangers sent are nothing to tell the operator.
warnings.filterwarnings("ignore", module=r"PIL\.")


class NotAPicture(ValueError):
    """This is no picture that anybody can be shown; the text says why."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was looked at: its bytes, ready to be stored and served."""

    body: bytes
    type: str
    suffix: str
    width: int
    height: int


def taken_in(body: bytes) -> Picture:
    """A picture from outside, looked through to the last pixel of its first frame and without its notes.

    One whose notes say that it lies on its side is set upright. Raises `NotAPicture`.
    """
    if len(body) > MAX_BYTES:
        raise NotAPicture("more than ten megabytes")
    kind = kind_of(body)
    if kind is None:
        raise NotAPicture("not a JPEG, PNG, GIF, WebP or AVIF picture")
    try:
        clean = without_notes(body, kind)
        with _opened(body, kind) as told:
            lies = told.getexif().get(_ORIENTATION, 1) not in (0, 1)
        with _opened(clean, kind) as image:
            image.load()
            size = image.size
        if lies or kind == "AVIF":
            clean, size = _written_anew(body, kind)
    except NotAPicture:
        raise
    except (Broken, *_PILLOW_RAISES) as error:
        raise NotAPicture(f"a broken picture: {error}") from error
    return Picture(clean, TYPES[kind], _SUFFIXES[kind], *size)


def format_of(name: str) -> str | None:
    """Pillow's word for a format or ending that somebody asks for; None for one that nobody knows."""
    return _KINDS.get(name.lower())


def type_of(body: bytes) -> str:
    """The media type of a picture that was taken in."""
    return TYPES[kind_of(body) or "JPEG"]


def smaller(body: bytes, kind: str, edge: int | None) -> Picture:
    """A copy in the format `kind`, no edge longer than `edge`. Moving pictures move on where the format can and they are not huge.

    Raises `NotAPicture`.
    """
    found = kind_of(body)
    if found is None:
        raise NotAPicture("unknown format")
    try:
        with _opened(body, found) as image:
            frames = getattr(image, "n_frames", 1)
            width, height = image.size
            moves = frames > 1 and kind in _MOVES and frames * width * height <= MAX_MOVING
            if found == "JPEG" and edge:
                image.draft("RGB", (edge, edge))
            frames_of = ImageSequence.Iterator(image) if moves else [image]
            copies = [_fitted(frame, kind, edge) for frame in frames_of]
            return _picture(copies, kind, image if moves else None)
    except NotAPicture:
        raise
    except _PILLOW_RAISES as error:
        raise NotAPicture(f"a broken picture: {error}") from error


_PILLOW_RAISES = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, MemoryError,
                  OverflowError, Image.DecompressionBombError, RuntimeError)  # fmt: skip
"""Broken files make Pillow raise nearly anything."""


def _opened(body: bytes, kind: str) -> Image.Image:
    """A picture whose size is known to be bearable, not decoded yet. Raises `NotAPicture` and what Pillow raises."""
    image = Image.open(BytesIO(body), formats=[kind])
    width, height = image.size
    if width * height > MAX_PIXELS or max(width, height) > MAX_EDGE or min(width, height) < 1:
        image.close()
        raise NotAPicture(f"{width} by {height} pixels")
    return image


def _written_anew(body: bytes, kind: str) -> tuple[bytes, tuple[int, int]]:
    """The picture set upright and written again."""
    with _opened(body, kind) as image:
        moves = getattr(image, "n_frames", 1) > 1
        if moves and image.n_frames * image.width * image.height > MAX_MOVING:  # type: ignore[attr-defined]
            raise NotAPicture("too many frames")
        frames = ImageSequence.Iterator(image) if moves else [image]
        copies = [_fitted(ImageOps.exif_transpose(frame), kind, None) for frame in frames]
        made = _picture(copies, kind, image if moves else None, quality=92)
    return made.body, (made.width, made.height)


_FRAME = 100
"""Milliseconds for which a frame is shown that does not say how long: what browsers make of it."""
_KEPT_NOTES = frozenset({"icc_profile", "duration"})
"""What is taken over from a frame's notes: its colours, and for how long it is shown."""


def _fitted(frame: Image.Image, kind: str, edge: int | None) -> Image.Image:
    """One frame in colours that the format can write, and no larger than wanted."""
    transparent = frame.has_transparency_data
    if transparent and kind == "JPEG":
        copy = _on_white(frame)
    else:
        copy = frame.convert("RGBA" if transparent else "RGB")
    if edge and max(copy.size) > edge:
        copy.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    copy.info = {name: value for name, value in frame.info.items() if name in _KEPT_NOTES}
    return copy


def _on_white(frame: Image.Image) -> Image.Image:
    layered = frame.convert("RGBA")
    paper = Image.new("RGB", layered.size, "white")
    paper.paste(layered, mask=layered.getchannel("A"))
    return paper


def _rounds(moving: Image.Image, kind: str) -> dict[str, int]:
    """How often a moving picture is to be shown: a GIF that does not say so is shown once, anything else for ever (0)."""
    if moving.format == "GIF" and "loop" not in moving.info:
        return {} if kind == "GIF" else {"loop": 1}
    return {"loop": moving.info.get("loop", 0)}


def _picture(
    copies: list[Image.Image], kind: str, moving: Image.Image | None, *, quality: int | None = None
) -> Picture:
    options = dict(_WRITING[kind])
    if quality and "quality" in options:
        options["quality"] = quality
    if moving is not None:
        options |= {
            "save_all": True,
            "append_images": copies[1:],
            "duration": [round(copy.info.pop("duration", 0)) or _FRAME for copy in copies],
            **_rounds(moving, kind),
        }
    out = BytesIO()
    copies[0].save(out, kind, **options)
    return Picture(out.getvalue(), TYPES[kind], _SUFFIXES[kind], *copies[0].size)
