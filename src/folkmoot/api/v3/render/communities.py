"""Communities."""

from folkmoot.api.v3.render.base import moment, moment_or_none
from folkmoot.api.v3.render.people import person
from folkmoot.api.v3.wire import objects as wire
from folkmoot.api.v3.wire.objects import CommunityVisibility
from folkmoot.model.communities import Community
from folkmoot.model.enums import Visibility
from folkmoot.model.people import Person
from folkmoot.model.views import CommunityView

_NOT_FOR_ALL = frozenset({Visibility.LOCAL_ONLY, Visibility.PRIVATE})


def community(found: Community) -> wire.Community:
    """A community, as everything in it shows it."""
    return wire.Community(
        id=found.id,
        name=found.name,
        title=found.title,
        description=found.description,
        removed=found.removed,
        published=moment(found.published),
        updated=moment_or_none(found.updated),
        deleted=found.deleted,
        nsfw=found.nsfw,
        actor_id=found.ap_id,
        local=found.local,
        icon=found.icon,
        banner=found.banner,
        hidden=found.hidden,
        posting_restricted_to_mods=found.posting_restricted_to_mods,
        instance_id=found.instance_id,
        visibility=visibility(found.visibility),
    )


def visibility(kept: str) -> CommunityVisibility:
    """The word that apps know: a private community is not for everybody, an unlisted one is (decision 0014)."""
    return CommunityVisibility.LOCAL_ONLY if kept in _NOT_FOR_ALL else CommunityVisibility.PUBLIC


def community_counts(found: Community) -> wire.CommunityAggregates:
    """Its counts (G-3, G-4)."""
    return wire.CommunityAggregates(
        community_id=found.id,
        subscribers=found.subscribers,
        posts=found.posts,
        comments=found.comments,
        published=moment(found.published),
        users_active_day=found.users_active_day,
        users_active_week=found.users_active_week,
        users_active_month=found.users_active_month,
        users_active_half_year=found.users_active_half_year,
        subscribers_local=found.subscribers_local,
    )


def community_view(view: CommunityView) -> wire.CommunityView:
    """A community with its counts and the caller's standing in it."""
    return wire.CommunityView(
        community=community(view.community),
        subscribed=view.subscribed,
        blocked=view.blocked,
        counts=community_counts(view.community),
        banned_from_community=view.banned,
    )


def moderators(found: Community, team: list[Person]) -> list[wire.CommunityModeratorView]:
    """Who moderates a community, the first one first (M-5)."""
    place = community(found)
    return [wire.CommunityModeratorView(community=place, moderator=person(each)) for each in team]
