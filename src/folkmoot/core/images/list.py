"""List uploads: one's own, or everybody's (I-10)."""

from folkmoot.core import permissions
from folkmoot.core.permissions import Standing
from folkmoot.model.errors import Invalid, NotLoggedIn
from folkmoot.model.images import LocalImageView
from folkmoot.model.people import Viewer
from folkmoot.store import images
from folkmoot.store.db import Tx

MOST = 50


async def list_own(tx: Tx, viewer: Viewer, *, page: int, limit: int) -> list[LocalImageView]:
    """What the caller uploaded, the newest first. Raises `NotLoggedIn`; `Invalid` unknown."""
    if viewer.account is None:
        raise NotLoggedIn
    _check(page, limit)
    return await images.page(tx, local_user_id=viewer.account.id, limit=limit, offset=(page - 1) * limit)


async def list_all(tx: Tx, viewer: Viewer, *, page: int, limit: int) -> list[LocalImageView]:
    """What anybody uploaded, for admins. Raises `NotLoggedIn`; `NotAllowed` not_an_admin; `Invalid` unknown."""
    permissions.check("site.edit", Standing(viewer))
    _check(page, limit)
    return await images.page(tx, local_user_id=None, limit=limit, offset=(page - 1) * limit)


def _check(page: int, limit: int) -> None:
    if not 1 <= limit <= MOST:
        raise Invalid("unknown", field="limit", detail=f"limit is not between 1 and {MOST}")
    if not 1 <= page <= 1_000_000:
        raise Invalid("unknown", field="page", detail="page is not positive")
