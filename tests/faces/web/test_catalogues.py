"""The interface speaks every language it offers, completely, and with the same values in the words."""

import re
from pathlib import Path

import pytest
from babel.messages import Message

from folkmoot.web import i18n
from folkmoot.web.errors import BY_KIND, WORDS
from tools.messages import as_mo, catalogues, collected, read_catalog

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
languages = pytest.mark.parametrize("path", catalogues(), ids=lambda path: path.parents[1].name)


@pytest.fixture(scope="module")
def texts() -> dict[object, Message]:
    """What the source and the templates say today."""
    return {message.id: message for message in collected() if message.id}


def _parts(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def test_every_language_that_is_offered_has_a_catalogue() -> None:
    assert {path.parents[1].name for path in catalogues()} | {i18n.SOURCE} == set(i18n.LANGUAGES)


@languages
def test_every_text_is_translated(path: Path, texts: dict[object, Message]) -> None:
    catalog = read_catalog(path)
    known = {message.id: message for message in catalog if message.id}
    assert not [text for text in texts if text not in known], "run `make messages`, and translate what is new"
    assert not [text for text in known if text not in texts], "run `make messages`"
    assert not [message.id for message in known.values() if message.fuzzy or not all(_parts(message.string))]


@languages
def test_the_values_in_the_words_agree(path: Path) -> None:
    for message in read_catalog(path):
        if not message.id:
            continue
        wanted = set(PLACEHOLDER.findall(" ".join(_parts(message.id))))
        for translated in filter(None, _parts(message.string)):
            found = set(PLACEHOLDER.findall(translated))
            # A singular may say "one" where the plural says how many.
            assert found <= wanted, (message.id, translated)
            assert found == wanted or len(_parts(message.id)) > 1, (message.id, translated)
            assert "%" not in PLACEHOLDER.sub("", translated).replace("%%", ""), translated


@languages
def test_what_the_program_reads_is_what_was_written(path: Path) -> None:
    assert path.with_suffix(".mo").read_bytes() == as_mo(read_catalog(path)), "run `make messages`"


def test_words_of_refusals_hold_no_values_but_the_detail_and_the_time_to_wait() -> None:
    for _, words in [*WORDS.values(), *((status, words) for _, status, words in BY_KIND)]:
        assert set(PLACEHOLDER.findall(words)) <= {"detail", "when"}


def test_words_come_in_the_readers_language() -> None:
    i18n.use_language("de")
    try:
        assert i18n.gettext("Log in") == "Anmelden"
        assert str(i18n.for_template("Log in")) == "Anmelden"
    finally:
        i18n.use_language("en")


def test_values_in_the_words_of_templates_are_escaped() -> None:
    assert str(i18n.for_template("Hello %(name)s", name="<b>")) == "Hello &lt;b&gt;"
    assert str(i18n.for_template_plural("%(num)s post", "%(num)s posts", 2)) == "2 posts"


@pytest.mark.parametrize("code", [code for code, (_, words) in WORDS.items() if "too long" in words])
def test_whoever_writes_too_much_is_told_how_much_fits(code: str) -> None:
    assert re.search(r"at most [\d,]+ characters|may have [\d,]+ characters", WORDS[code][1])
