"""A few letters as a picture and as a sound that people make out more easily than programs (A-11).

Both take milliseconds of computing: call them in a thread.
"""

import importlib
import io
import random
import secrets
import wave
from functools import cache
from pathlib import Path
from typing import Any

ALPHABET = "34679AFHJKMRUWXY"
"""Letters and digits that are told apart by eye and by ear; sixteen, so that each is half an octet."""
_WIDTH_OF_ONE, _HEIGHT = 42, 80
_RATE = 8000
_SILENCE = 128
"""The middle of eight bits without a sign."""
_HISS = bytes(_SILENCE - 4 + octet % 9 for octet in range(256))
_FAINT = bytes(_SILENCE + (octet - _SILENCE) // 4 for octet in range(256))
_CURVES = {"easy": 0, "medium": 2, "hard": 4}
_DOTS = {"easy": 10, "medium": 40, "hard": 100}
_dice = random.SystemRandom()


def picture(text: str, difficulty: str) -> bytes:
    """The letters, bent and speckled, as a PNG."""
    drawing = _drawing().ImageCaptcha(width=_WIDTH_OF_ONE * len(text), height=_HEIGHT)
    ink = (*(_dice.randrange(10, 110) for _ in range(3)), 255)
    paper = (*(_dice.randrange(236, 256) for _ in range(3)), 255)
    image = drawing.create_captcha_image(text, ink, paper)
    drawing.create_noise_dots(image, ink, number=_DOTS.get(difficulty, _DOTS["medium"]))
    for _ in range(_CURVES.get(difficulty, _CURVES["medium"])):
        drawing.create_noise_curve(image, ink)
    out = io.BytesIO()
    image.save(out, format="png")
    return out.getvalue()


def sound(text: str, difficulty: str) -> bytes:
    """The letters read aloud in English, one after the other, as a WAV; other voices mumble between them, except where it is easy."""
    parts = [_noise(_RATE // 2)]
    for letter in text:
        parts += [_mixed(_at_some_speed(_voice(letter))), _mixed(_mumble(difficulty))]
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(_RATE)
        file.writeframes(b"".join(parts))
    return out.getvalue()


def _mumble(difficulty: str) -> bytes:
    """About three quarters of a second between two letters."""
    length = _RATE * _dice.randrange(55, 95) // 100
    if difficulty == "easy":
        return bytes([_SILENCE]) * length
    backwards = _at_some_speed(_voice(_dice.choice(ALPHABET)))[::-1].translate(_FAINT)
    before = _dice.randrange(max(1, length - len(backwards)))
    return (bytes([_SILENCE]) * before + backwards).ljust(length, bytes([_SILENCE]))


def _at_some_speed(voice: bytes) -> bytes:
    step = _dice.uniform(0.9, 1.15)
    return bytes(voice[int(index * step)] for index in range(int(len(voice) / step)))


def _mixed(voice: bytes) -> bytes:
    hiss = _noise(len(voice))
    return bytes(min(255, max(0, one + other - _SILENCE)) for one, other in zip(voice, hiss, strict=True))


def _noise(length: int) -> bytes:
    return secrets.token_bytes(length).translate(_HISS)


@cache
def _voice(letter: str) -> bytes:
    """How a letter sounds: recordings that come with the library."""
    folder = Path(str(_drawing().__file__)).parent / "data" / letter
    with wave.open(str(folder / "default.wav")) as file:
        return bytes(file.readframes(-1))


@cache
def _drawing() -> Any:
    """The drawing library, loaded where it is needed first: ten megabytes that sites without captchas need not carry."""
    return importlib.import_module("captcha.image")
