"""Report a post, a comment or a message."""

from dataclasses import dataclass

from folkmoot.core import after, permissions, writing
from folkmoot.core.permissions import Standing
from folkmoot.core.reports import rules
from folkmoot.model.errors import Conflict, Invalid, NotAllowed, NotFound
from folkmoot.model.events import Reported
from folkmoot.model.people import Viewer
from folkmoot.model.reports import Report, ReportKind
from folkmoot.store import comments, communities, messages, posts, reports
from folkmoot.store.db import Tx


@dataclass(frozen=True, slots=True)
class CreateReport:
    """What was asked: which thing, and what is wrong with it."""

    kind: ReportKind
    item_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class _Copied:
    """The text of the reported thing as it is now."""

    text: str | None
    name: str | None = None
    url: str | None = None


async def create_report(tx: Tx, viewer: Viewer, asked: CreateReport) -> Report:
    """Tell the moderators (of messages: the admins) about something; its text is copied (O-1).

    Raises `Invalid` report_reason_required, report_too_long, slurs, couldnt_create_report (a message one did not get); `NotFound`
    couldnt_find_post, couldnt_find_comment, couldnt_find_private_message; `NotAllowed` deleted, banned_from_community, site_ban;
    `Conflict` couldnt_create_report (reported before); `NotLoggedIn`.
    """
    reason = rules.checked_reason(await writing.house(tx), asked.reason)
    copied = await {"post": _post, "comment": _comment, "private_message": _message}[asked.kind](
        tx, viewer, asked.item_id
    )
    report = await reports.insert(
        tx,
        asked.kind,
        viewer.id,
        asked.item_id,
        reason,
        original=copied.text,
        name=copied.name,
        url=copied.url,
    )
    if report is None:
        raise Conflict("couldnt_create_report")
    await after.record(tx, Reported(viewer.id, asked.kind, report.id))
    return report


async def _post(tx: Tx, viewer: Viewer, post_id: int) -> _Copied:
    post = await posts.by_id(tx, post_id)
    if post is None:
        raise NotFound("couldnt_find_post")
    await _may_report_in(tx, viewer, post.community_id)
    if post.deleted or post.removed:
        raise NotAllowed("deleted")
    return _Copied(post.body, post.name, post.url)


async def _comment(tx: Tx, viewer: Viewer, comment_id: int) -> _Copied:
    comment = await comments.by_id(tx, comment_id)
    if comment is None:
        raise NotFound("couldnt_find_comment")
    await _may_report_in(tx, viewer, comment.community_id)
    if comment.deleted or comment.removed:
        raise NotAllowed("deleted")
    return _Copied(comment.content)


async def _message(tx: Tx, viewer: Viewer, message_id: int) -> _Copied:
    permissions.check("message.send", Standing(viewer))
    message = await messages.by_id(tx, message_id)
    if message is None:
        raise NotFound("couldnt_find_private_message")
    if message.recipient_id != viewer.id:
        raise Invalid("couldnt_create_report")
    if message.deleted or message.removed:
        raise NotAllowed("deleted")
    return _Copied(message.content)


async def _may_report_in(tx: Tx, viewer: Viewer, community_id: int) -> None:
    community = await communities.by_id(tx, community_id)
    if community is None:
        raise NotFound("couldnt_find_community")
    permissions.check("report.create", await permissions.standing_in(tx, viewer, community))
