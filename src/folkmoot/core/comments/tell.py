"""Tell people about a comment that was changed, or that was taken in earlier without telling anybody."""

from folkmoot.core import permissions
from folkmoot.core.comments.view import what_it_answers
from folkmoot.core.notifications import notify
from folkmoot.model.comments import Comment
from folkmoot.model.communities import Community
from folkmoot.model.people import Viewer
from folkmoot.store import places
from folkmoot.store.db import Tx


async def tell_of_comment(
    tx: Tx, author: Viewer, comment: Comment, community: Community, named: tuple[str, ...] | None
) -> list[int]:
    """Tell whom it answers and names, if they have no notice of it yet (N-1); the accounts told now. `named`: as in `CreateComment`."""
    parent = await what_it_answers(tx, comment)
    return await notify.notify_of_comment(
        tx, author, comment, parent=parent, community=community, named=named
    )


async def tell_late(
    tx: Tx, author: Viewer, comment_id: int, named: tuple[str, ...] | None = None
) -> list[int]:
    """The same for a comment that was taken in without a word, because somebody had answered it before its author's server told of it.
    What was deleted or removed meanwhile is told to nobody. Raises `NotAllowed` site_ban, banned_from_community, …: by now its author could
    not write it."""
    place = await places.comment(tx, comment_id, author.id, lock=False)
    if place is None or place.comment.deleted or place.comment.removed:
        return []
    permissions.check("comment.create", permissions.standing_on(author, place.ground))
    return await tell_of_comment(tx, author, place.comment, place.ground.community, named)
