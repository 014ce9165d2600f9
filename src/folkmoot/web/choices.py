"""What forms that write something offer to choose from."""

from collections.abc import Collection

from folkmoot.model.people import Viewer
from folkmoot.text.languages import LANGUAGES, UNDETERMINED, Language
from folkmoot.web.i18n import gettext

Choices = list[tuple[str, str]]


def languages(who: Viewer, taken: Collection[int], *, only: bool = True, chosen: bool = False) -> Choices:
    """Languages for a text in a community that takes these (none means all): first the reader's own, then the others.

    `only`: leave out what the community does not take; otherwise they follow. `chosen`: the text has one, so it is not left to us.
    """
    first = [each for each in LANGUAGES if each.id in (taken or who.languages)]
    if taken and who.languages:
        first.sort(key=lambda each: each.id not in who.languages)
    rest = [] if taken and only else [each for each in LANGUAGES if each not in first]
    named = [(str(each.id), name_of(each)) for each in first + rest]
    return named if chosen else [("", gettext("Chosen from yours and the community’s")), *named]


def name_of(language: Language) -> str:
    """What a language is called: by itself; where none is named, in the reader's words."""
    return gettext("Undetermined") if language.id == UNDETERMINED else language.name
