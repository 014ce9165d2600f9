"""Pictures for tests, made on the spot."""

from io import BytesIO
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

SECRET = b"N 51.4779 W 0.0015"
"""What a camera wrote down and nobody else shall read."""


def picture(
    kind: str = "PNG", size: tuple[int, int] = (64, 48), *, colour: str = "olive", orientation: int = 0
) -> bytes:
    """A picture whose notes hold `SECRET`, where its format can have any."""
    image = Image.new("RGB", size, colour)
    image.paste("navy", (0, 0, size[0] // 2, size[1] // 2))
    options: dict[str, Any] = {}
    if kind in ("JPEG", "WEBP", "PNG", "AVIF"):
        notes = Image.Exif()
        notes[0x010E] = SECRET.decode()
        if orientation:
            notes[0x0112] = orientation
        options["exif"] = notes.tobytes()
    if kind == "PNG":
        options["pnginfo"] = PngInfo()
        options["pnginfo"].add_text("Comment", SECRET.decode())
    if kind in ("JPEG", "GIF"):
        options["comment"] = SECRET
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def moving(
    kind: str = "GIF",
    frames: int = 3,
    size: tuple[int, int] = (32, 32),
    *,
    times: list[int] | None = None,
    loop: int | None = 0,
) -> bytes:
    """A picture that moves. `times`: how long each frame is shown; `loop`: how often the whole, 0 for ever, None where it does not say."""
    images = [Image.new("RGB", size, (40 * number, 80, 120)) for number in range(frames)]
    rounds = {} if loop is None else {"loop": loop}
    out = BytesIO()
    images[0].save(out, kind, save_all=True, append_images=images[1:], duration=times or 80, **rounds)
    return out.getvalue()


def opened(body: bytes) -> Image.Image:
    """What a reader's program sees."""
    return Image.open(BytesIO(body))
