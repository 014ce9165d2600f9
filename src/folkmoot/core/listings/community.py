"""A community's page: the community, the reader's standing in it, and what stands beside its posts."""

from folkmoot.core.communities.view import CommunityAbout, community_view, view_with_about
from folkmoot.model.people import Viewer
from folkmoot.model.views import CommunityView
from folkmoot.store.db import Tx, writing

_MOST_KEPT = 500


async def read_community(tx: Tx, viewer: Viewer, name: str) -> tuple[CommunityView, CommunityAbout]:
    """The community called so (L-6), and its moderators and languages, which are kept per process until it changes. One query, two for
    a member.

    Raises `NotFound` couldnt_find_community; `NotAllowed` instance_is_private.
    """
    kept: dict[str, tuple[int, int, CommunityAbout]] = tx.memory.setdefault("community_abouts", {})
    known = kept.get(name)
    if known is not None and not writing.get() and known[1] == tx.changes.newest((("community", known[0]),)):
        view = await community_view(tx, viewer, name)
        if view.community.id == known[0]:
            return view, known[2]
    view, about = await view_with_about(tx, viewer, name)
    stamp = tx.changes.newest((("community", view.community.id),))
    if not writing.get() and stamp <= tx.heard:  # what was told of since then this transaction need not see
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        kept[name] = (view.community.id, stamp, about)
    return view, about
