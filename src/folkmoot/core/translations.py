"""Languages that people are spoken to in, on pages and in mails: which one somebody gets, and the words in it.

Texts are written in English in the source (`_("…")` in templates, `gettext` or `N_` in Python) and looked up in the catalogues
under `web/locale/`. What is current is kept per request, so that functions far below a handler can speak without being handed a
translator; whoever writes to somebody else takes that person's.
"""

import gettext as catalogues
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files
from typing import Any

from babel import Locale

from folkmoot.model.people import LocalUser

SOURCE = "en"
BROWSER = "browser"
"""The setting of people who leave the choice to their browser."""
LANGUAGES: dict[str, str] = {"en": "English", "de": "Deutsch"}
"""Code → the language's own name: what can be chosen in the settings."""


@dataclass(frozen=True, slots=True)
class Translation:
    """A language ready for use. `direction` is `ltr` or `rtl`."""

    code: str
    locale: Locale
    direction: str
    words: Any

    def gettext(self, message: str, **values: object) -> str:
        """The words in this language, with values in their places."""
        found: str = self.words.gettext(message)
        return found % values if values else found


@lru_cache(maxsize=32)
def translation(code: str) -> Translation:
    """The language of this code, which has to be one of `LANGUAGES`."""
    locale = Locale.parse(code, sep="-")
    with as_file(files("folkmoot") / "web" / "locale") as folder:
        words = catalogues.translation("folkmoot", str(folder), [str(locale)], fallback=True)
    return Translation(code, locale, locale.text_direction, words)


_current: ContextVar[Translation] = ContextVar("translation")


def use_language(code: str) -> Translation:
    """Make a language the current one of this task."""
    chosen = translation(code)
    _current.set(chosen)
    return chosen


def current() -> Translation:
    """The language of this task; English where none was chosen."""
    found = _current.get(None)
    return found if found is not None else use_language(SOURCE)


def gettext(message: str) -> str:
    """The words in the current language."""
    translated: str = current().words.gettext(message)
    return translated


def ngettext(one: str, many: str, number: int) -> str:
    """The words for so many in the current language."""
    translated: str = current().words.ngettext(one, many, number)
    return translated


def N_(message: str) -> str:  # noqa: N802 - the name that tools for translation look for
    """Mark words in a table for translation; they are looked up when they are shown."""
    return message


def of_account(account: LocalUser, *, served: bool = False) -> Translation:
    """The language that somebody is written to in: their interface's. Where that is left to the browser, it is the language of the
    request if they are the one `served` by it, else English."""
    if account.interface_language == BROWSER and served:
        return current()
    return translation(choose_language(account.interface_language, ""))


@lru_cache(maxsize=1024)
def choose_language(setting: str, accept_language: str) -> str:
    """The interface language for a setting (`browser`, or a code that may be unknown here) and an Accept-Language header."""
    for wanted in [setting] if setting != BROWSER else _accepted(accept_language):
        for code in (wanted, wanted.partition("-")[0]):
            if code in LANGUAGES:
                return code
    return SOURCE


def _accepted(header: str) -> list[str]:
    """The codes of an Accept-Language header, best first; what cannot be understood is left out."""
    weighted = []
    for position, part in enumerate(header[:1000].split(",")[:20]):
        code, _, parameters = part.strip().partition(";")
        try:
            weight = float(parameters.strip().removeprefix("q=")) if parameters else 1.0
        except ValueError:
            continue
        if weight > 0:
            weighted.append((-weight, position, code.strip()))
    return [code for _, _, code in sorted(weighted)]
