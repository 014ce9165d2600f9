"""Which languages the site is for."""

from collections.abc import Collection

from folkmoot.core import permissions
from folkmoot.core.permissions import Standing
from folkmoot.model.errors import Invalid
from folkmoot.model.people import Viewer
from folkmoot.store import communities
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx
from folkmoot.text import languages


async def set_languages(tx: Tx, viewer: Viewer, ids: Collection[int]) -> None:
    """Make these the languages of the site; none means all. Local communities lose the others, so that theirs stay a part (M-3).

    Raises `NotAllowed` not_an_admin; `Invalid` unknown for a language that does not exist.
    """
    permissions.check("site.edit", Standing(viewer))
    if any(languages.by_id(number) is None for number in ids):
        raise Invalid("unknown", field="discussion_languages")
    await store_site.set_languages(tx, set() if len(set(ids)) == len(languages.LANGUAGES) else ids)


async def languages_of(tx: Tx) -> list[int]:
    """The raw list (W-2); empty means all."""
    return await communities.site_languages(tx)
