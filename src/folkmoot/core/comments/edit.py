"""Change a comment that one wrote."""

from dataclasses import dataclass
from typing import Any

from folkmoot.core import after, permissions, writing
from folkmoot.core.comments import rules
from folkmoot.core.comments.tell import tell_of_comment
from folkmoot.core.site import languages
from folkmoot.model.comments import Comment
from folkmoot.model.errors import NotFound
from folkmoot.model.events import CommentEdited
from folkmoot.model.people import Viewer
from folkmoot.model.time import Micros
from folkmoot.store import comments, notifications, places
from folkmoot.store.db import Tx
from folkmoot.store.places import PlacedComment


@dataclass(frozen=True, slots=True)
class EditComment:
    """What was asked; None leaves as it is. `updated`, and the addresses that are `named`, come with edits from elsewhere."""

    comment_id: int
    content: str | None = None
    language_id: int | None = None
    updated: Micros | None = None
    named: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Edited:
    """The comment, and the accounts (local user ids) that are told of it: those named only now, and whom it answers (C-9)."""

    comment: Comment
    recipient_ids: list[int]


async def edit_comment(tx: Tx, viewer: Viewer, asked: EditComment) -> Edited:
    """Change the text or the language; people named only now are told now (N-1).

    Raises `Invalid` invalid_body_field, blocked_url, language_not_allowed; `NotFound` couldnt_find_comment; `NotAllowed`
    no_comment_edit_allowed, deleted, banned_from_community, site_ban.
    """
    house = await writing.house(tx)
    text = house.long_text(asked.content, "content") if asked.content is not None else None
    place = await _own_comment(tx, viewer, asked.comment_id, lock=True)
    values: dict[str, Any] = {"updated": tx.now if asked.updated is None else asked.updated}
    if text is not None:
        values |= {"content": text.source, "content_html": text.html}
    if asked.language_id is not None:
        values["language_id"] = await languages.language_for(tx, viewer, place.ground, asked.language_id)
    comment = await comments.update(tx, asked.comment_id, values)
    told = await _tell(tx, viewer, comment, place, asked.named) if text is not None else []
    await after.record(tx, CommentEdited(viewer.id, comment.id), viewer)
    return Edited(comment, told)


async def comment_to_edit(tx: Tx, viewer: Viewer, comment_id: int) -> PlacedComment:
    """The comment for the form that changes it. Raises `NotFound`, `NotAllowed` as `edit_comment`."""
    return await _own_comment(tx, viewer, comment_id, lock=False)


async def _own_comment(tx: Tx, viewer: Viewer, comment_id: int, *, lock: bool) -> PlacedComment:
    place = await places.comment(tx, comment_id, viewer.id, lock=lock)
    if place is None:
        raise NotFound("couldnt_find_comment")
    permissions.check("comment.edit", permissions.standing_on(viewer, place.ground))
    rules.must_own(viewer, place.comment)
    return place


async def _tell(
    tx: Tx, viewer: Viewer, comment: Comment, place: PlacedComment, named: tuple[str, ...] | None
) -> list[int]:
    told = await tell_of_comment(tx, viewer, comment, place.ground.community, named)
    before = await notifications.told_of_reply(tx, comment.id)
    return [*told, *(number for number in before if number not in told)]
