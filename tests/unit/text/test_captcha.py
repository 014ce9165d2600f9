"""Letters as a picture and as a sound."""

import io
import wave

import pytest
from PIL import Image

from folkmoot.text import captcha


@pytest.mark.parametrize("difficulty", ["easy", "medium", "hard", "unheard of"])
def test_letters_become_a_picture_that_differs_each_time__A_11(difficulty: str) -> None:
    first, second = (captcha.picture("46AH", difficulty) for _ in range(2))
    with Image.open(io.BytesIO(first)) as image:
        assert (image.format, image.size) == ("PNG", (168, 80))
    assert first != second


@pytest.mark.parametrize("difficulty", ["easy", "medium", "hard"])
def test_letters_are_read_aloud_one_after_the_other__A_11(difficulty: str) -> None:
    lengths = []
    for text in ("A", "AAAA"):
        with wave.open(io.BytesIO(captcha.sound(text, difficulty))) as file:
            assert (file.getnchannels(), file.getframerate()) == (1, 8000)
            lengths.append(file.getnframes() / file.getframerate())
    assert 0.9 < lengths[0] < 2.5
    assert lengths[0] + 2 < lengths[1] < 9


def test_every_letter_has_a_voice_of_its_own() -> None:
    voices = {captcha._voice(letter) for letter in captcha.ALPHABET}
    assert len(voices) == len(captcha.ALPHABET) == 16
