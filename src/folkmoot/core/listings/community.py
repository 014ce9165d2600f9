"""A community's page: the community, the reader's standing in it, and what stands beside its posts."""

from folkmoot.core.communities.view import CommunityAbout, about, community_view
from folkmoot.model.people import Viewer
from folkmoot.model.views import CommunityView
from folkmoot.store.db import Tx, writing

_MOST_KEPT = 500


async def read_community(tx: Tx, viewer: Viewer, name: str) -> tuple[CommunityView, CommunityAbout]:
    """The community called so (L-6), and its moderators and languages, which are kept per process until it changes.

    Raises `NotFound` couldnt_find_community; `NotAllowed` instance_is_private.
    """
    view = await community_view(tx, viewer, name)
    kept: dict[int, tuple[int, CommunityAbout]] = tx.memory.setdefault("community_abouts", {})
    number = view.community.id
    stamp = tx.changes.newest((("community", number),))
    found = kept.get(number)
    if found is not None and found[0] == stamp and not writing.get():
        return view, found[1]
    fresh = await about(tx, view.community)
    if not writing.get():
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        kept[number] = (stamp, fresh)
    return view, fresh
