"""The fixed table of languages, the same on every server (W-2)."""

from typing import NamedTuple

from folkmoot.text.language_table import TABLE

UNDETERMINED = 0


class Language(NamedTuple):
    """One row: our number, the ISO code and the language's own name."""

    id: int
    code: str
    name: str


LANGUAGES: tuple[Language, ...] = tuple(
    Language(number, code, name) for number, (code, name) in enumerate(TABLE)
)
"""All of them; the place is the id."""

_BY_CODE = {language.code: language for language in LANGUAGES}
_OTHER_CODES = {"iw": "he", "in": "id", "ji": "yi", "cmn": "zh", "yue": "zh", "fil": "tl"}


def by_id(number: int) -> Language | None:
    """The language of that id."""
    return LANGUAGES[number] if 0 <= number < len(LANGUAGES) else None


def by_code(code: str) -> Language | None:
    """The language of an ISO code; of `de-AT` it is that of `de`."""
    code = code.strip().lower().replace("_", "-")
    while code:
        if (language := _BY_CODE.get(code) or _BY_CODE.get(_OTHER_CODES.get(code, ""))) is not None:
            return language
        code = code.rpartition("-")[0]
    return None


def from_accept_language(header: str) -> list[int]:
    """The ids of the languages that a browser asks for, the most wanted first, each once."""
    wanted = []
    for place, part in enumerate(header.split(",")[:50]):
        tag, _, parameters = part.partition(";")
        weight = _weight(parameters)
        language = by_code(tag[:40])
        if language is not None and weight > 0:
            wanted.append((-weight, place, language.id))
    return list(dict.fromkeys(number for _, _, number in sorted(wanted)))


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if 0.0 <= weight <= 1.0 else 0.0
