"""What is taken for a picture, what is left of it, and its copies (I-7, I-8)."""

import random
import struct
import zlib
from io import BytesIO

import pytest
from PIL import ImageChops, ImageSequence

from folkmoot.media import pictures
from folkmoot.media.pictures import NotAPicture, smaller, taken_in
from folkmoot.media.strip import without_notes
from tests.pictures import SECRET, moving, opened, picture

KINDS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")


def _png_of(width: int, height: int) -> bytes:
    """A PNG that says it is so large, in a few hundred bytes."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"just words",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"\xff\xd8\xff",
        b"GIF89a",
        b"RIFF\x10\0\0\0WEBPVP8 ",
        b"\0\0\0\x1cftypavif",
        picture("PNG")[:60],
        picture("JPEG")[:400],
        b"%PDF-1.7",
    ],
)
def test_what_is_no_whole_picture_is_refused__ABU_21(body: bytes) -> None:
    with pytest.raises(NotAPicture):
        taken_in(body)


def test_a_picture_that_would_fill_the_memory_is_refused_unopened__ABU_13() -> None:
    for size in ((30_000, 30_000), (pictures.MAX_EDGE + 1, 1), (7000, 7000)):
        with pytest.raises(NotAPicture):
            taken_in(_png_of(*size))


def test_more_than_ten_megabytes_are_refused() -> None:
    with pytest.raises(NotAPicture, match="megabytes"):
        taken_in(picture("PNG") + b"\0" * pictures.MAX_BYTES)


def test_damage_anywhere_is_refused_or_survived() -> None:
    chance = random.Random(7)
    for kind in KINDS:
        whole = bytearray(picture(kind, (40, 30)))
        for _ in range(60):
            body = bytearray(whole)
            for _ in range(chance.randint(1, 8)):
                body[chance.randrange(len(body))] = chance.randrange(256)
            try:
                taken = taken_in(bytes(body))
            except NotAPicture:
                continue
            assert taken.width * taken.height <= pictures.MAX_PIXELS


@pytest.mark.parametrize("kind", KINDS)
def test_notes_go_and_the_picture_stays(kind: str) -> None:
    body = picture(kind)
    assert SECRET in body
    taken = taken_in(body)
    assert SECRET not in taken.body
    assert not opened(taken.body).getexif()
    assert (taken.width, taken.height, taken.type) == (64, 48, f"image/{kind.lower()}")
    before, after = opened(body).convert("RGB"), opened(taken.body).convert("RGB")
    if kind == "AVIF":  # is written anew
        assert max(high for _, high in ImageChops.difference(before, after).getextrema()) < 80
    else:
        assert before.tobytes() == after.tobytes()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_what_follows_a_pictures_end_is_cut_off__ABU_4(kind: str) -> None:
    assert b"<script>" not in taken_in(picture(kind) + b"<script>alert(1)</script>").body


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG"])
def test_a_picture_that_lies_on_its_side_is_set_upright(kind: str) -> None:
    taken = taken_in(picture(kind, (64, 48), orientation=6))
    assert (taken.width, taken.height) == (48, 64)
    assert opened(taken.body).size == (48, 64)
    assert SECRET not in taken.body


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_moving_pictures_keep_moving(kind: str) -> None:
    body = moving(kind)
    assert opened(taken_in(body).body).n_frames == 3  # type: ignore[attr-defined]
    assert opened(smaller(body, kind, 16).body).n_frames == 3  # type: ignore[attr-defined]
    assert smaller(body, "JPEG", 16).width == 16


def _times(body: bytes) -> list[int]:
    """For how long each frame is shown, in milliseconds."""
    image = opened(body)
    shown = []
    for frame in ImageSequence.Iterator(image):
        frame.load()
        shown.append(round(image.info["duration"]))
    return shown


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF"])
@pytest.mark.parametrize("target", ["GIF", "WEBP", "PNG", "AVIF"])
def test_moving_pictures_keep_their_pace__I_8(kind: str, target: str) -> None:
    body = moving(kind, times=[50, 80, 2000])
    assert _times(taken_in(body).body) == [50, 80, 2000]
    assert _times(smaller(body, target, 16).body) == [50, 80, 2000]


def test_what_is_shown_once_is_shown_once() -> None:
    once, for_ever = moving("GIF", loop=None), moving("GIF", loop=0)
    assert "loop" not in opened(taken_in(once).body).info
    assert opened(smaller(once, "WEBP", 16).body).info["loop"] == 1
    assert opened(taken_in(for_ever).body).info["loop"] == 0
    assert opened(smaller(for_ever, "WEBP", 16).body).info["loop"] == 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("target", KINDS)
def test_every_format_becomes_every_other__I_8(kind: str, target: str) -> None:
    copy = smaller(taken_in(picture(kind)).body, target, 32)
    shown = opened(copy.body)
    assert (shown.format, shown.size, copy.type) == (target, (32, 24), f"image/{target.lower()}")


def test_a_copy_is_never_larger_than_the_original__I_8() -> None:
    assert opened(smaller(picture("PNG"), "WEBP", 4096).body).size == (64, 48)


def test_progressive_and_grey_jpegs_survive_without_notes() -> None:
    grey = opened(picture("PNG", (200, 150))).convert("L")
    out = BytesIO()
    grey.save(out, "JPEG", progressive=True, comment=SECRET)
    clean = without_notes(out.getvalue(), "JPEG")
    assert SECRET not in clean
    assert opened(clean).tobytes() == opened(out.getvalue()).tobytes()
