"""What forms that write something offer to choose from."""

from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from folkmoot.model.people import Viewer
from folkmoot.text.languages import LANGUAGES, UNDETERMINED, Language
from folkmoot.web.i18n import current, gettext


class Languages(tuple[tuple[str, str], ...]):
    """Values and words to choose from, and their HTML where nothing is chosen: every thread page has a hundred and eighty of them."""

    unchosen: Markup | None = None


def options(choices: Iterable[tuple[Any, Any]], value: object = "") -> Markup:
    """The `<option>` of each, a line each, that of `value` selected."""
    if value != "" or not isinstance(choices, Languages):
        return _options(choices, value)
    if choices.unchosen is None:
        choices.unchosen = _options(choices, value)
    return choices.unchosen


def _options(choices: Iterable[tuple[Any, Any]], value: object) -> Markup:
    lines = [
        f'<option value="{escape(choice)}"{" selected" if str(choice) == str(value) else ""}>{escape(words)}</option>\n'
        for choice, words in choices
    ]
    return Markup("".join(lines))  # noqa: S704 - escaped above


def languages(who: Viewer, taken: Collection[int], *, only: bool = True, chosen: bool = False) -> Languages:
    """Languages for a text in a community that takes these (none means all): first the reader's own, then the others.

    `only`: leave out what the community does not take; otherwise they follow. `chosen`: the text has one, so it is not left to us.
    """
    return _languages(current().code, who.languages, frozenset(taken), only, chosen)


@lru_cache(maxsize=100)
def _languages(_code: str, own: frozenset[int], taken: frozenset[int], only: bool, chosen: bool) -> Languages:
    first = [each for each in LANGUAGES if each.id in (taken or own)]
    if taken and own:
        first.sort(key=lambda each: each.id not in own)
    rest = [] if taken and only else [each for each in LANGUAGES if each not in first]
    named = [(str(each.id), name_of(each)) for each in first + rest]
    return Languages(named if chosen else [("", gettext("Chosen from yours and the community’s")), *named])


def name_of(language: Language) -> str:
    """What a language is called: by itself; where none is named, in the reader's words."""
    return gettext("Undetermined") if language.id == UNDETERMINED else language.name
