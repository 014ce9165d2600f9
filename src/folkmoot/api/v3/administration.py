"""What admins do: bans from the site, purges, other admins, emoji, servers."""

from folkmoot.api.call import Call
from folkmoot.api.v3.errors import missing
from folkmoot.api.v3.render.instances import federated_instances
from folkmoot.api.v3.render.people import person_view
from folkmoot.api.v3.render.site import custom_emoji
from folkmoot.api.v3.wire import people as wire_people
from folkmoot.api.v3.wire import site as wire
from folkmoot.api.v3.wire.objects import SuccessResponse
from folkmoot.core.instances.directory import read_federation
from folkmoot.core.people import ban
from folkmoot.core.site import admins, emoji, purge

_DONE = SuccessResponse(success=True)


async def ban_person(call: Call, asked: wire_people.BanPerson) -> wire_people.BanPersonResponse:
    """Ban somebody from the site, or lift that (R-9)."""
    wanted = ban.BanFromSite(
        person_id=asked.person_id,
        ban=asked.ban,
        expires=asked.expires,
        reason=asked.reason,
        remove_data=bool(asked.remove_data),
    )
    async with call.write() as tx:
        with missing("couldnt_update_user"):
            person = await ban.ban_from_site(tx, call.viewer, wanted)
    return wire_people.BanPersonResponse(person_view=person_view(person), banned=asked.ban)


async def banned_people(call: Call) -> wire_people.BannedPersonsResponse:
    """Who is banned from the site (R-9)."""
    async with call.read() as tx:
        found = await ban.banned_people(tx, call.viewer)
    return wire_people.BannedPersonsResponse(banned=[person_view(person) for person in found])


async def set_admin(call: Call, asked: wire.AddAdmin) -> wire.AddAdminResponse:
    """Make somebody an admin, or no longer (R-4, R-7)."""
    act = admins.appoint_admin if asked.added else admins.dismiss_admin
    async with call.write() as tx:
        team = await act(tx, call.viewer, asked.person_id)
    return wire.AddAdminResponse(admins=[person_view(person) for person in team])


async def purge_person(call: Call, asked: wire.PurgePerson) -> SuccessResponse:
    """Delete somebody for good (O-7)."""
    async with call.write() as tx:
        await purge.purge_person(tx, call.viewer, asked.person_id, reason=asked.reason)
    return _DONE


async def purge_community(call: Call, asked: wire.PurgeCommunity) -> SuccessResponse:
    """Delete a community for good (O-7)."""
    await purge.in_steps(call.context.db, call.viewer, "community", asked.community_id, reason=asked.reason)
    return _DONE


async def purge_post(call: Call, asked: wire.PurgePost) -> SuccessResponse:
    """Delete a post for good (O-7)."""
    await purge.in_steps(call.context.db, call.viewer, "post", asked.post_id, reason=asked.reason)
    return _DONE


async def purge_comment(call: Call, asked: wire.PurgeComment) -> SuccessResponse:
    """Delete a comment for good (O-7)."""
    await purge.in_steps(call.context.db, call.viewer, "comment", asked.comment_id, reason=asked.reason)
    return _DONE


async def create_emoji(call: Call, asked: wire.CreateCustomEmoji) -> wire.CustomEmojiResponse:
    """Add an emoji (W-10)."""
    wanted = emoji.CreateEmoji(
        asked.shortcode, asked.image_url, asked.alt_text, asked.category, tuple(asked.keywords)
    )
    async with call.write() as tx:
        made = await emoji.create_emoji(tx, call.viewer, wanted)
    return wire.CustomEmojiResponse(custom_emoji=custom_emoji(made))


async def edit_emoji(call: Call, asked: wire.EditCustomEmoji) -> wire.CustomEmojiResponse:
    """Change an emoji; its short code stays (W-10)."""
    wanted = emoji.EditEmoji(asked.id, asked.image_url, asked.alt_text, asked.category, tuple(asked.keywords))
    async with call.write() as tx:
        with missing("unknown"):
            stored = await emoji.edit_emoji(tx, call.viewer, wanted)
    return wire.CustomEmojiResponse(custom_emoji=custom_emoji(stored))


async def delete_emoji(call: Call, asked: wire.DeleteCustomEmoji) -> SuccessResponse:
    """Take an emoji away (W-10)."""
    async with call.write() as tx:
        await emoji.delete_emoji(tx, call.viewer, asked.id)
    return _DONE


async def get_federated_instances(call: Call) -> wire.GetFederatedInstancesResponse:
    """The servers we know, in three lists; nothing where federation is off (W-9)."""
    async with call.read() as tx:
        found = await read_federation(tx)
    return wire.GetFederatedInstancesResponse(
        federated_instances=federated_instances(found) if found else None
    )
