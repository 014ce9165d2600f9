"""Threads."""

from folkmoot.api.call import Call
from folkmoot.api.own import wire
from folkmoot.api.v3.render.base import moment_or_none
from folkmoot.core.threads.unread import read_new


async def new_comments(call: Call, asked: wire.GetNewComments) -> wire.NewCommentsResponse:
    """Which comments of a thread are new to the caller since their last visit."""
    async with call.read() as tx:
        found = await read_new(tx, call.viewer, asked.post_id)
    return wire.NewCommentsResponse(
        post_id=asked.post_id, comment_ids=found.comment_ids, since=moment_or_none(found.since)
    )
