"""The public log of moderation."""

from folkmoot.api.call import Call
from folkmoot.api.v3.asked import page_of
from folkmoot.api.v3.render.modlog import get_modlog_response
from folkmoot.api.v3.wire import modlog as wire
from folkmoot.api.v3.wire.base import ModlogActionType as Action
from folkmoot.core.listings.modlog import ReadModlog, read_modlog_by_kind
from folkmoot.model.enums import ModlogKind as Kind

KINDS: dict[Action, frozenset[Kind]] = {
    Action.MOD_REMOVE_POST: frozenset({Kind.REMOVE_POST}),
    Action.MOD_LOCK_POST: frozenset({Kind.LOCK_POST}),
    Action.MOD_FEATURE_POST: frozenset({Kind.FEATURE_POST, Kind.FEATURE_POST_SITE}),
    Action.MOD_REMOVE_COMMENT: frozenset({Kind.REMOVE_COMMENT}),
    Action.MOD_REMOVE_COMMUNITY: frozenset({Kind.REMOVE_COMMUNITY}),
    Action.MOD_BAN_FROM_COMMUNITY: frozenset({Kind.BAN_FROM_COMMUNITY}),
    Action.MOD_ADD_COMMUNITY: frozenset({Kind.ADD_MODERATOR}),
    Action.MOD_TRANSFER_COMMUNITY: frozenset({Kind.TRANSFER_COMMUNITY}),
    Action.MOD_ADD: frozenset({Kind.ADD_ADMIN}),
    Action.MOD_BAN: frozenset({Kind.BAN}),
    Action.MOD_HIDE_COMMUNITY: frozenset({Kind.HIDE_COMMUNITY}),
    Action.ADMIN_PURGE_PERSON: frozenset({Kind.PURGE_PERSON}),
    Action.ADMIN_PURGE_COMMUNITY: frozenset({Kind.PURGE_COMMUNITY}),
    Action.ADMIN_PURGE_POST: frozenset({Kind.PURGE_POST}),
    Action.ADMIN_PURGE_COMMENT: frozenset({Kind.PURGE_COMMENT}),
}
"""What each action is called here."""
KINDS[Action.ALL] = frozenset().union(*KINDS.values())


async def get_modlog(call: Call, asked: wire.GetModlog) -> wire.GetModlogResponse:
    """All fifteen lists, those not asked for empty (O-4 to O-6)."""
    page, limit = page_of(asked)
    wanted = ReadModlog(
        kinds=KINDS[asked.type_ or Action.ALL],
        community_id=asked.community_id,
        moderator_id=asked.mod_person_id,
        person_id=asked.other_person_id,
        post_id=asked.post_id,
        comment_id=asked.comment_id,
        page=page,
        limit=limit,
    )
    async with call.read() as tx:
        return get_modlog_response(await read_modlog_by_kind(tx, call.viewer, wanted))
