"""What the stories about the site's settings begin with."""

from typing import Any

import pytest

from folkmoot.core.site.edit import EditSite, edit_site
from folkmoot.model.errors import Refusal
from folkmoot.model.people import Viewer
from folkmoot.model.site import LocalSite
from folkmoot.store import site as store_site
from folkmoot.store.db import Database


async def edit(db: Database, viewer: Viewer, **asked: Any) -> LocalSite:
    """Change the site in a transaction of its own."""
    async with db.write() as tx:
        return await edit_site(tx, viewer, EditSite(**asked))


async def refusal(db: Database, viewer: Viewer, **asked: Any) -> tuple[str, str | None]:
    """Code and field of the refusal that a change of the site meets."""
    with pytest.raises(Refusal) as refused:
        await edit(db, viewer, **asked)
    return refused.value.code, refused.value.field


async def site_of(db: Database) -> LocalSite:
    """The site as any page would see it now."""
    async with db.read() as tx:
        return await store_site.local_site(tx)
