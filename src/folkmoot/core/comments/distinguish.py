"""Speak as a moderator: mark an own comment as official."""

from folkmoot.core import after, permissions
from folkmoot.core.comments import rules
from folkmoot.model.comments import Comment
from folkmoot.model.errors import NotFound
from folkmoot.model.events import CommentEdited
from folkmoot.model.people import Viewer
from folkmoot.store import comments, communities
from folkmoot.store.db import Tx


async def distinguish_comment(tx: Tx, viewer: Viewer, comment_id: int, *, distinguished: bool) -> Comment:
    """Set whether a comment speaks for the moderators: for its author, where that is a moderator or an admin (C-8).

    Raises `NotFound` couldnt_find_comment; `NotAllowed` no_comment_edit_allowed, not_a_mod_or_admin, banned_from_community, deleted.
    """
    comment = await comments.by_id(tx, comment_id)
    if comment is None:
        raise NotFound("couldnt_find_comment")
    community = await communities.by_id(tx, comment.community_id)
    assert community is not None
    standing = await permissions.standing_in(tx, viewer, community)
    permissions.check("comment.edit", standing)
    rules.must_own(viewer, comment)
    permissions.check("comment.distinguish", standing)
    if comment.distinguished == distinguished:
        return comment
    await comments.update(tx, comment_id, {"distinguished": distinguished})
    await after.record(tx, CommentEdited(viewer.id, comment_id))
    stored = await comments.by_id(tx, comment_id)
    assert stored is not None
    return stored
