"""Communities."""

from typing import Any

from folkmoot.api.call import Call
from folkmoot.api.v3.render import communities as render
from folkmoot.api.v3.render.site import site
from folkmoot.api.v3.wire import communities as wire
from folkmoot.core.communities import create, edit, follow
from folkmoot.core.communities.view import about, community_view
from folkmoot.core.site.view import site_of
from folkmoot.model.enums import Visibility
from folkmoot.model.errors import Invalid


async def get_community(call: Call, asked: wire.GetCommunity) -> wire.GetCommunityResponse:
    """One community with who moderates it and where it lives (M-5)."""
    name_or_id = asked.name if asked.id is None else asked.id
    if name_or_id is None:
        raise Invalid("no_id_given")
    async with call.read() as tx:
        view = await community_view(tx, call.viewer, name_or_id)
        beside = await about(tx, view.community)
        home = await site_of(tx, view.community.instance_id)
    return wire.GetCommunityResponse(
        community_view=render.community_view(view),
        site=site(home) if home else None,
        moderators=render.moderators(view.community, beside.moderators),
        discussion_languages=beside.language_ids,
    )


async def create_community(call: Call, asked: wire.CreateCommunity) -> wire.CommunityResponse:
    """Found one (M-1 to M-3)."""
    await _check_pictures(call, asked)
    wanted = create.CreateCommunity(
        name=asked.name,
        title=asked.title,
        description=asked.description,
        icon=asked.icon,
        banner=asked.banner,
        nsfw=bool(asked.nsfw),
        posting_restricted_to_mods=bool(asked.posting_restricted_to_mods),
        visibility=asked.visibility or Visibility.PUBLIC,
        language_ids=_languages(asked.discussion_languages),
    )
    async with call.write() as tx:
        made = await create.create_community(tx, call.viewer, wanted)
        return await _response(tx, call, made.id)


async def edit_community(call: Call, asked: wire.EditCommunity) -> wire.CommunityResponse:
    """Change one (P-4, M-3)."""
    await _check_pictures(call, asked)
    wanted = edit.EditCommunity(
        community_id=asked.community_id,
        title=asked.title,
        description=asked.description,
        icon=asked.icon,
        banner=asked.banner,
        nsfw=asked.nsfw,
        posting_restricted_to_mods=asked.posting_restricted_to_mods,
        visibility=asked.visibility,
        language_ids=_languages(asked.discussion_languages),
    )
    async with call.write() as tx:
        await edit.edit_community(tx, call.viewer, wanted)
        return await _response(tx, call, asked.community_id)


async def follow_community(call: Call, asked: wire.FollowCommunity) -> wire.CommunityResponse:
    """Follow one, or leave it (M-4)."""
    act = follow.follow_community if asked.follow else follow.unfollow_community
    async with call.write() as tx:
        await act(tx, call.viewer, asked.community_id)
        return await _response(tx, call, asked.community_id)


async def _response(tx: Any, call: Call, community_id: int) -> wire.CommunityResponse:
    view = await community_view(tx, call.viewer, community_id)
    beside = await about(tx, view.community)
    return wire.CommunityResponse(
        community_view=render.community_view(view), discussion_languages=beside.language_ids
    )


async def _check_pictures(call: Call, asked: wire.CreateCommunity | wire.EditCommunity) -> None:
    await call.context.must_be_public(asked.icon, "icon")
    await call.context.must_be_public(asked.banner, "banner")


def _languages(ids: list[int] | None) -> tuple[int, ...] | None:
    return None if ids is None else tuple(ids)
