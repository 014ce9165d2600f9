"""Look at one community."""

from dataclasses import dataclass

from folkmoot.core.communities import rules
from folkmoot.core.kept import Known
from folkmoot.core.site.privacy import require_open
from folkmoot.model.communities import Community
from folkmoot.model.enums import Subscribed
from folkmoot.model.errors import NotFound, UnknownName
from folkmoot.model.people import Person, Viewer
from folkmoot.model.views import CommunityView
from folkmoot.store import communities
from folkmoot.store import site as store_site
from folkmoot.store.changes import Key
from folkmoot.store.communities import Relation
from folkmoot.store.db import Tx
from folkmoot.text.names import name_key, parse_handle

_MODERATORS_KEPT = 4 << 20
"""About so many bytes of moderators are remembered."""
_LANGUAGES_KEPT = 1 << 20
"""And of the languages of communities."""
_NO_RELATION = Relation(None, False, False, False, False, False)


@dataclass(frozen=True, slots=True)
class CommunityAbout:
    """What stands beside a community: its moderators, the first one first (M-5), and the languages allowed (none means all)."""

    moderators: list[Person]
    language_ids: list[int]


async def resolve(tx: Tx, name: str) -> Community | None:
    """The community called `name` (ours), `name@host` or `!name@host`, in whatever case (L-6, Q-4); None if it is not known here."""
    called = await key_of(tx, name)
    return await communities.by_name(tx, *called) if called else None


async def key_of(tx: Tx, name: str) -> tuple[str, str | None] | None:
    """The folded name and the host (None for this server) under which a community is looked up; None for what is not a name."""
    handle = parse_handle(name)
    if handle is None or handle.kind == "person":
        return None
    site = await store_site.local_site(tx)
    return name_key(handle.name), None if handle.host in (None, site.host.lower()) else handle.host


async def find_community(tx: Tx, viewer: Viewer, name_or_id: str | int) -> Community:
    """The community of that name (see `resolve`) or id, if the viewer may know of it, whatever its state.

    Raises `NotFound` couldnt_find_community, also for local-only ones (R-10), as `UnknownName` for a name that nothing has;
    `NotAllowed` instance_is_private (R-11).
    """
    require_open(await store_site.local_site(tx), viewer)
    if isinstance(name_or_id, str):
        return _must_be_known(viewer, await resolve(tx, name_or_id), UnknownName)
    return _must_be_known(viewer, await communities.by_id(tx, name_or_id), NotFound)


def _must_be_known(viewer: Viewer, community: Community | None, unknown: type[NotFound]) -> Community:
    if community is None:
        raise unknown("couldnt_find_community")
    rules.must_be_visible(viewer, community)
    return community


async def community_view(tx: Tx, viewer: Viewer, name_or_id: str | int) -> CommunityView:
    """A community with the viewer's standing in it; removed and deleted ones are for its moderators and admins (M-5).

    Raises as `find_community`.
    """
    return await _view(tx, viewer, await find_community(tx, viewer, name_or_id))


async def view_with_about(tx: Tx, viewer: Viewer, name: str) -> tuple[CommunityView, CommunityAbout]:
    """The same with what stands beside it: one query, two for a member. Raises as `find_community`."""
    require_open(await store_site.local_site(tx), viewer)
    called = await key_of(tx, name)
    found = await communities.by_name_with_about(tx, *called) if called else None
    view = await _view(tx, viewer, _must_be_known(viewer, found[0] if found else None, UnknownName))
    assert found is not None
    return view, CommunityAbout(found[1], found[2])


async def _view(tx: Tx, viewer: Viewer, community: Community) -> CommunityView:
    relation = await communities.relation(tx, community.id, viewer.id) if viewer.person else _NO_RELATION
    view = CommunityView(
        community=community,
        subscribed=subscribed(relation.follows, relation.pending),
        blocked=relation.blocks,
        banned=relation.banned,
        moderator=relation.moderator_since is not None,
    )
    must_be_open_to(viewer, view)
    return view


def must_be_open_to(viewer: Viewer, view: CommunityView) -> None:
    """Raises `NotFound` couldnt_find_community for those who may not look at it (M-5, R-10)."""
    rules.must_be_visible(viewer, view.community)
    if (view.community.removed or view.community.deleted) and not (view.moderator or viewer.admin):
        raise NotFound("couldnt_find_community")


async def known_moderators(tx: Tx, community_id: int) -> list[Person]:
    """The moderators of a community in order: remembered per process while neither who they are nor anything about them changes."""
    known: Known[list[Person]] | None = tx.memory.get("moderators")
    if known is None:
        known = tx.memory["moderators"] = Known(_MODERATORS_KEPT, _made_from, _size)
    return await known.get(tx, community_id, (), lambda: communities.moderators(tx, community_id))


def _made_from(community_id: int, team: list[Person]) -> tuple[Key, ...]:
    return (("community", community_id), *(("person", each.id) for each in team))


def _size(team: list[Person]) -> int:
    return 200 + 1500 * len(team)


def subscribed(follows: bool, pending: bool) -> Subscribed:
    """How somebody stands to a community, in the API's word."""
    if not follows:
        return Subscribed.NOT_SUBSCRIBED
    return Subscribed.PENDING if pending else Subscribed.SUBSCRIBED


async def about(tx: Tx, community: Community) -> CommunityAbout:
    """What stands beside it: remembered per process while it is said of nothing of it that it changed."""
    known: Known[list[int]] | None = tx.memory.get("community_languages")
    if known is None:
        known = tx.memory["community_languages"] = Known(
            _LANGUAGES_KEPT, lambda number, _: (("community", number),), lambda ids: 300 + 8 * len(ids)
        )
    language_ids = await known.get(tx, community.id, (), lambda: communities.languages(tx, community.id))
    return CommunityAbout(await known_moderators(tx, community.id), language_ids)
