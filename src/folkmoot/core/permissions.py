"""The table: who may do what.

An action names the conditions that must hold, checked in order (T-12: site, community state, community ban, then ownership or office).
A condition is a small function of `Standing`; it returns the refusal, or None where it holds.
"""

from collections.abc import Callable
from dataclasses import dataclass

from folkmoot.model.communities import Community
from folkmoot.model.enums import Visibility
from folkmoot.model.errors import NotAllowed, NotFound, NotLoggedIn, Refusal
from folkmoot.model.people import Viewer
from folkmoot.store import communities as store_communities
from folkmoot.store.db import Tx
from folkmoot.store.places import Ground


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody before a community (None for what concerns the whole site).

    `outside`: they were not let in where who may read is chosen. `from_home`: a person of the server where this community lives
    elsewhere. Who is an admin there is for that server to know, so its word is taken for its own communities.
    """

    viewer: Viewer
    community: Community | None = None
    moderator: bool = False
    top_moderator: bool = False
    banned_here: bool = False
    outside: bool = False
    from_home: bool = False


Condition = Callable[[Standing], Refusal | None]


def _logged_in(standing: Standing) -> Refusal | None:
    return None if standing.viewer.person else NotLoggedIn()


def _in_good_standing(standing: Standing) -> Refusal | None:
    person = standing.viewer.person
    if person is None:
        return NotLoggedIn()
    if person.banned:
        return NotAllowed("site_ban")
    return NotAllowed("deleted") if person.deleted else None


def _community_open(standing: Standing) -> Refusal | None:
    community = standing.community
    return NotAllowed("deleted") if community and (community.deleted or community.removed) else None


def _not_banned_here(standing: Standing) -> Refusal | None:
    """An administrator of this site stands above the moderators of its own communities, not above those of another server (PERM-7)."""
    above = standing.viewer.admin and (standing.community is None or standing.community.local)
    return NotAllowed("banned_from_community") if standing.banned_here and not above else None


def _not_banned_where_local(standing: Standing) -> Refusal | None:
    return _not_banned_here(standing) if standing.community and standing.community.local else None


def _let_in(standing: Standing) -> Refusal | None:
    """Only its members write and vote in a private community. Which people of other servers belong to one that lives elsewhere, its
    home knows."""
    viewer, community = standing.viewer, standing.community
    if (
        community is None
        or community.visibility != Visibility.PRIVATE
        or not standing.outside
        or viewer.admin
    ):
        return None
    return NotAllowed("community_is_private") if community.local or viewer.account else None


def _moderates(standing: Standing) -> Refusal | None:
    if not (standing.moderator or standing.viewer.admin or standing.from_home):
        return NotAllowed("not_a_mod_or_admin")
    return _not_banned_here(standing)


def _moderates_strictly(standing: Standing) -> Refusal | None:
    return None if standing.moderator else NotAllowed("only_mods_can_post_in_community")


def _may_post_where_restricted(standing: Standing) -> Refusal | None:
    restricted = standing.community is not None and standing.community.posting_restricted_to_mods
    return _moderates_strictly(standing) if restricted else None


def _top_moderator(standing: Standing) -> Refusal | None:
    return None if standing.top_moderator or standing.from_home else NotAllowed("not_top_mod")


def _top_moderator_or_admin(standing: Standing) -> Refusal | None:
    return (
        None
        if standing.top_moderator or standing.viewer.admin or standing.from_home
        else NotAllowed("not_an_admin")
    )


def _admin(standing: Standing) -> Refusal | None:
    return None if standing.viewer.admin else NotAllowed("not_an_admin")


def _admin_or_home(standing: Standing) -> Refusal | None:
    return None if standing.from_home else _admin(standing)


def _bot_free(standing: Standing) -> Refusal | None:
    person = standing.viewer.person
    return NotAllowed("invalid_bot_action") if person and person.bot else None


_OWNER: tuple[Condition, ...] = (_in_good_standing, _community_open, _not_banned_here)
_MEMBER: tuple[Condition, ...] = (*_OWNER, _let_in)
_MODERATOR: tuple[Condition, ...] = (_in_good_standing, _community_open, _moderates)

PERMISSIONS: dict[str, tuple[Condition, ...]] = {
    # what members do; ownership is in core/<noun>/rules.py
    "post.create": (*_MEMBER, _may_post_where_restricted),
    "post.edit": _MEMBER,
    "post.delete": _OWNER,
    "comment.create": _MEMBER,
    "comment.edit": _MEMBER,
    "comment.delete": _OWNER,
    "vote.cast": (_in_good_standing, _bot_free, _community_open, _not_banned_here, _let_in),
    "report.create": _MEMBER,
    "community.follow": (_in_good_standing, _community_open, _not_banned_where_local),
    # what moderators do
    "post.remove": _MODERATOR,
    "post.lock": _MODERATOR,
    "post.mark": _MODERATOR,
    "post.feature": _MODERATOR,
    "comment.remove": _MODERATOR,
    "comment.lock": _MODERATOR,
    "comment.distinguish": _MODERATOR,
    "community.edit": _MODERATOR,
    "community.ban": _MODERATOR,
    "author.warn": _MODERATOR,
    "community.members": _MODERATOR,
    "community.bans": (_in_good_standing, _moderates),
    "community.moderators": _MODERATOR,
    "community.delete": (_in_good_standing, _moderates, _top_moderator),
    "community.transfer": (_in_good_standing, _community_open, _top_moderator_or_admin),
    "report.resolve": (_in_good_standing, _moderates),
    "votes.see": (_in_good_standing, _moderates),
    # what admins do
    "post.feature_site": (_in_good_standing, _admin),
    "community.remove": (_in_good_standing, _moderates, _admin_or_home),
    "community.hide": (_in_good_standing, _admin),
    "person.ban": (_in_good_standing, _admin),
    "purge": (_in_good_standing, _admin),
    "site.edit": (_in_good_standing, _admin),
    "site.admins": (_in_good_standing, _admin),
    "applications": (_in_good_standing, _admin),
    "instances.block": (_in_good_standing, _admin),
    "message_reports": (_in_good_standing, _admin),
    # what anybody with an account does
    "account": (_logged_in,),
    "message.send": (_in_good_standing,),
    "community.create": (_in_good_standing,),
    "image.upload": (_in_good_standing,),
}


def check(action: str, standing: Standing) -> None:
    """Raise the first refusal among the conditions of `action`. Raises `KeyError` for an action that is not in the table."""
    for condition in PERMISSIONS[action]:
        refusal = condition(standing)
        if refusal is not None:
            raise refusal


async def standing_in(tx: Tx, viewer: Viewer, community: Community) -> Standing:
    """How the viewer stands in a community: one query, none for nobody."""
    if viewer.person is None:
        return Standing(viewer, community)
    relation = await store_communities.relation(tx, community.id, viewer.person.id)
    return Standing(
        viewer,
        community,
        relation.moderator_since is not None,
        relation.top_moderator,
        relation.banned,
        not (relation.follows and not relation.pending) and relation.moderator_since is None,
        _from_home(viewer, community),
    )


def standing_on(viewer: Viewer, ground: Ground) -> Standing:
    """The same for somebody about to write or vote, whose standing is known. Who is the first moderator was not asked."""
    community = ground.community
    return Standing(
        viewer,
        community,
        moderator=ground.moderates,
        banned_here=ground.banned,
        outside=not (ground.let_in or ground.moderates),
        from_home=_from_home(viewer, community),
    )


def _from_home(viewer: Viewer, community: Community) -> bool:
    person = viewer.person
    return (
        person is not None
        and viewer.account is None
        and not community.local
        and person.instance_id == community.instance_id
    )


async def officer_in(tx: Tx, viewer: Viewer, community_id: int, action: str) -> tuple[Community, Standing]:
    """The community in which the viewer is about to do a moderator's `action`, checked.

    Raises what `check` raises; an unknown community is `NotAllowed` not_a_mod_or_admin for everybody but admins, who hear
    `NotFound` couldnt_find_community (R-2).
    """
    community = await store_communities.by_id(tx, community_id)
    if community is None:
        if viewer.person is None:
            raise NotLoggedIn
        raise NotFound("couldnt_find_community") if viewer.admin else NotAllowed("not_a_mod_or_admin")
    standing = await standing_in(tx, viewer, community)
    check(action, standing)
    return community, standing


def allowed(action: str, standing: Standing) -> bool:
    """Whether `check` would pass: for pages that offer what may be done."""
    return all(condition(standing) is None for condition in PERMISSIONS[action])
