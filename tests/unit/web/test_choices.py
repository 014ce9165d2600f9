"""What forms offer to choose from, as HTML."""

from markupsafe import Markup

from folkmoot.core.translations import SOURCE, use_language
from folkmoot.model.people import ANONYMOUS
from folkmoot.web.choices import languages, options


def test_what_is_chosen_from_is_escaped_and_what_was_chosen_is_selected() -> None:
    choices = [('"1', "<b>one"), ("2", Markup("<i>two</i>"))]
    assert options(choices, 2) == (
        '<option value="&#34;1">&lt;b&gt;one</option>\n<option value="2" selected><i>two</i></option>\n'
    )


def test_nothing_chosen_selects_the_choice_without_a_value() -> None:
    assert options([("", "none"), (0, "zero")]) == (
        '<option value="" selected>none</option>\n<option value="0">zero</option>\n'
    )


def test_the_choice_of_languages_is_made_once_and_still_tells_what_was_chosen() -> None:
    offered = languages(ANONYMOUS, ())
    assert options(offered) is options(languages(ANONYMOUS, frozenset()))
    assert options(offered, "37").count(" selected") == 1
    assert '<option value="37" selected>' in options(offered, "37")
    assert '<option value="37">' in options(offered)
    assert [number for number, _ in languages(ANONYMOUS, {3, 37})] == ["", "3", "37"]


def test_languages_are_named_in_the_readers_words() -> None:
    try:
        use_language("de")
        german = options(languages(ANONYMOUS, ()))
    finally:
        use_language(SOURCE)
    assert german != options(languages(ANONYMOUS, ()))
