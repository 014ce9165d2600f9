"""Languages of the interface, as templates use them. What is below pages as well is in `core/translations.py`."""

from functools import lru_cache
from typing import Any

from markupsafe import Markup

from folkmoot.core.translations import (
    LANGUAGES,
    N_,
    SOURCE,
    Translation,
    choose_language,
    current,
    gettext,
    ngettext,
    translation,
    use_language,
)

__all__ = [
    "LANGUAGES",
    "N_",
    "SOURCE",
    "Translation",
    "choose_language",
    "current",
    "for_template",
    "for_template_plural",
    "gettext",
    "ngettext",
    "translation",
    "use_language",
]


def for_template(message: str, /, **variables: Any) -> Markup:
    """`_("…")` in templates: variables are escaped. Words without any are formatted once per language, not once per page."""
    if not variables:
        return _unvarying(current().code, message)
    return Markup(gettext(message)) % variables  # noqa: S704 - our own words; the operator escapes what goes in


@lru_cache(maxsize=8192)
def _unvarying(code: str, message: str) -> Markup:
    return Markup(translation(code).words.gettext(message)) % {}  # noqa: S704


def for_template_plural(one: str, many: str, number: int, /, **variables: Any) -> Markup:
    """`ngettext` in templates, with `num` among the variables."""
    return Markup(ngettext(one, many, number)) % ({"num": number} | variables)  # noqa: S704
