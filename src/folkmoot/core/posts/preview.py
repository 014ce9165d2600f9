"""Look at a post before it is written."""

from collections.abc import Callable
from dataclasses import dataclass

from folkmoot.core import writing
from folkmoot.core.posts import rules
from folkmoot.model.errors import Invalid
from folkmoot.store.db import Tx


@dataclass(frozen=True, slots=True)
class Texts:
    """What somebody typed: empty where they left a field out."""

    name: str
    url: str = ""
    body: str = ""
    alt_text: str = ""
    custom_thumbnail: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """How it would look, and everything that would be refused about the texts, not only the first."""

    name_html: str
    body_html: str
    refusals: list[Invalid]


async def preview_post(tx: Tx, asked: Texts) -> Preview:
    """Check and render the texts of a post as `create_post` and `edit_post` do; nothing is written. Raises nothing."""
    house = await writing.house(tx)
    refusals: list[Invalid] = []

    def tried(text: str, check: Callable[[str], str]) -> str:
        try:
            return check(text)
        except Invalid as refusal:
            refusals.append(refusal)
            return ""

    if asked.url.strip():
        tried(asked.url, lambda url: rules.checked_link(house, url).url)
    name = tried(asked.name, lambda text: rules.title_html(rules.checked_title(house, text)))
    body = tried(asked.body, lambda text: rules.checked_body(house, text).html)
    tried(asked.alt_text, rules.checked_alt_text)
    if asked.custom_thumbnail.strip():
        tried(asked.custom_thumbnail, lambda url: rules.checked_link(house, url, "custom_thumbnail").url)
    return Preview(name, body, refusals)
