"""Communities."""

from contextlib import suppress
from typing import Any

from folkmoot.api.call import Call
from folkmoot.api.v3.asked import page_of
from folkmoot.api.v3.errors import missing
from folkmoot.api.v3.render import communities as render
from folkmoot.api.v3.render import pieces
from folkmoot.api.v3.render.people import person_view
from folkmoot.api.v3.wire import communities as wire
from folkmoot.api.v3.wire.objects import SuccessResponse
from folkmoot.core.communities import ban, create, delete, directory, edit, follow, moderators, remove
from folkmoot.core.communities.directory import ListCommunities
from folkmoot.core.communities.news import ask_for_news, wants_news
from folkmoot.core.communities.view import CommunityAbout, about, community_view, find_community
from folkmoot.core.search.resolve import or_bring
from folkmoot.core.site.view import site_of
from folkmoot.model.enums import Listing, PostSort, Visibility
from folkmoot.model.errors import Invalid, NotFound
from folkmoot.model.site import Site
from folkmoot.model.views import CommunityView


async def get_community(call: Call, asked: wire.GetCommunity) -> bytes:
    """One community with who moderates it and where it lives (M-5); asked for at its server where it is not known here (L-6)."""
    name_or_id = asked.name if asked.id is None else asked.id
    if name_or_id is None:
        raise Invalid("no_id_given")

    async def look(tx: Any) -> tuple[CommunityView, CommunityAbout, Site | None, bool]:
        view = await community_view(tx, call.viewer, name_or_id)
        home = await site_of(tx, view.community.instance_id)
        old = await wants_news(tx, call.viewer, view.community)
        return view, await about(tx, view.community), home, old

    name = f"!{str(name_or_id).removeprefix('!')}"
    view, beside, home, old = await or_bring(call.context.db, call.viewer, name, call.app.state.bring, look)
    if old:
        async with call.write() as tx:
            await ask_for_news(tx, view.community)
    team = (("person", person.id) for person in beside.moderators)
    call.made_from(("site", 0), ("community", view.community.id), *team, late=(("front", 0),))
    shelf = pieces.pieces_of(call.context.db.memory)
    return pieces.join_place(shelf, view, beside.moderators, beside.language_ids, home)


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
        visibility=Visibility(asked.visibility or Visibility.PUBLIC),
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
        visibility=await _new_visibility(call, asked),
        language_ids=_languages(asked.discussion_languages),
    )
    async with call.write() as tx:
        await edit.edit_community(tx, call.viewer, wanted)
        return await _response(tx, call, asked.community_id)


async def _new_visibility(call: Call, asked: wire.EditCommunity) -> Visibility | None:
    """What an app wants changed: when it sends back the word it was shown, a private or unlisted community stays what it is."""
    if asked.visibility is None:
        return None
    async with call.read() as tx:
        with suppress(NotFound):
            kept = (await find_community(tx, call.viewer, asked.community_id)).visibility
            if render.visibility(kept) == asked.visibility:
                return None
    return Visibility(asked.visibility)


async def follow_community(call: Call, asked: wire.FollowCommunity) -> wire.CommunityResponse:
    """Follow one, or leave it (M-4)."""
    act = follow.follow_community if asked.follow else follow.unfollow_community
    async with call.write() as tx:
        await act(tx, call.viewer, asked.community_id)
        return await _response(tx, call, asked.community_id)


async def list_communities(call: Call, asked: wire.ListCommunities) -> wire.ListCommunitiesResponse:
    """A page of communities (L-17, S-9)."""
    page, limit = page_of(asked)
    wanted = ListCommunities(
        sort=asked.sort or PostSort.HOT,
        scope=asked.type_ or Listing.ALL,
        show_nsfw=asked.show_nsfw,
        page=page,
        limit=limit,
    )
    async with call.read() as tx:
        found = await directory.list_communities(tx, call.viewer, wanted)
    return wire.ListCommunitiesResponse(communities=[render.community_view(view) for view in found.items])


async def delete_community(call: Call, asked: wire.DeleteCommunity) -> wire.CommunityResponse:
    """Delete one, or take that back: its first moderator does (R-5)."""
    async with call.write() as tx:
        await delete.delete_community(tx, call.viewer, asked.community_id, deleted=asked.deleted)
        return await _response(tx, call, asked.community_id)


async def remove_community(call: Call, asked: wire.RemoveCommunity) -> wire.CommunityResponse:
    """Remove one, or take that back: admins do (R-5)."""
    async with call.write() as tx:
        with missing("couldnt_update_community"):
            await remove.remove_community(
                tx, call.viewer, asked.community_id, removed=asked.removed, reason=asked.reason
            )
        return await _response(tx, call, asked.community_id)


async def hide_community(call: Call, asked: wire.HideCommunity) -> SuccessResponse:
    """Keep one out of the lists of those who do not follow it (M-6)."""
    async with call.write() as tx:
        with missing("couldnt_update_community_hidden_status"):
            await remove.hide_community(
                tx, call.viewer, asked.community_id, hidden=asked.hidden, reason=asked.reason
            )
    return SuccessResponse(success=True)


async def transfer_community(call: Call, asked: wire.TransferCommunity) -> wire.GetCommunityResponse:
    """Make one of the moderators the first; the answer has neither site nor languages (R-5, M-7)."""
    async with call.write() as tx:
        team = await moderators.transfer_community(tx, call.viewer, asked.community_id, asked.person_id)
        view = await community_view(tx, call.viewer, asked.community_id)
    return wire.GetCommunityResponse(
        community_view=render.community_view(view),
        moderators=render.moderators(view.community, team),
        discussion_languages=[],
    )


async def set_moderator(call: Call, asked: wire.AddModToCommunity) -> wire.AddModToCommunityResponse:
    """Make somebody a moderator, or no longer (R-4, R-6)."""
    act = moderators.appoint_moderator if asked.added else moderators.dismiss_moderator
    async with call.write() as tx:
        team = await act(tx, call.viewer, asked.community_id, asked.person_id)
        place = await find_community(tx, call.viewer, asked.community_id)
    return wire.AddModToCommunityResponse(moderators=render.moderators(place, team))


async def ban_from_community(call: Call, asked: wire.BanFromCommunity) -> wire.BanFromCommunityResponse:
    """Ban somebody from one, or lift that (R-9)."""
    wanted = ban.BanFromCommunity(
        community_id=asked.community_id,
        person_id=asked.person_id,
        ban=asked.ban,
        expires=asked.expires,
        reason=asked.reason,
        remove_data=bool(asked.remove_data),
    )
    async with call.write() as tx:
        person = await ban.ban_from_community(tx, call.viewer, wanted)
    return wire.BanFromCommunityResponse(person_view=person_view(person), banned=asked.ban)


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
