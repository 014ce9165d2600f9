"""Warn the author of a post or comment: for moderators."""

from folkmoot.core import after, permissions
from folkmoot.core.moderation import checked_reason
from folkmoot.core.people.rules import must_have_account
from folkmoot.model.enums import ModlogKind
from folkmoot.model.errors import NotFound
from folkmoot.model.events import AuthorWarned
from folkmoot.model.modlog import ModlogEntry
from folkmoot.model.people import Viewer
from folkmoot.store import comments, modlog, people, posts, warnings
from folkmoot.store.db import Tx

MOST = 50
"""Unread warnings that are shown at once."""


async def warn_author(
    tx: Tx, viewer: Viewer, *, post_id: int | None = None, comment_id: int | None = None, reason: str | None
) -> None:
    """Warn the author of a post or of a comment: they are told, and it stands in the log (6.2, Warn).

    Raises `NotFound` couldnt_find_post, couldnt_find_comment; `NotAllowed` not_a_mod_or_admin, banned_from_community, deleted; `Invalid`
    invalid_body_field.
    """
    reason = checked_reason(reason)
    comment = await comments.by_id(tx, comment_id) if comment_id is not None else None
    if comment is None and post_id is None:
        raise NotFound("couldnt_find_comment")
    post = await posts.by_id(tx, comment.post_id if comment else post_id or 0)
    if post is None:
        raise NotFound("couldnt_find_post")
    author = await people.by_id(tx, (comment or post).creator_id)
    assert author is not None
    await permissions.officer_in(tx, viewer, post.community_id, "author.warn")
    line = await modlog.record(
        tx,
        ModlogKind.WARN,
        viewer.id,
        reason=reason,
        person_id=author.id,
        community_id=post.community_id,
        post_id=post.id,
        comment_id=comment.id if comment else None,
    )
    if author.local:
        await warnings.add(tx, author.id, line)
    await after.record(tx, AuthorWarned(viewer.id, post.id, comment.id if comment else None, reason))


async def unread_warnings(tx: Tx, viewer: Viewer) -> list[ModlogEntry]:
    """The warnings that somebody has not read, the newest first. Raises `NotLoggedIn`."""
    person, _ = must_have_account(viewer)
    return await warnings.unread(tx, person.id, limit=MOST)


async def mark_warning(tx: Tx, viewer: Viewer, number: int) -> None:
    """It is read; again is no error. Raises `NotLoggedIn`."""
    person, _ = must_have_account(viewer)
    await warnings.mark_read(tx, person.id, number)
