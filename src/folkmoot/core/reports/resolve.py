"""Close reports, or open them again."""

from folkmoot.core import after, permissions
from folkmoot.core.permissions import Standing
from folkmoot.model.errors import NotFound
from folkmoot.model.events import ReportResolved
from folkmoot.model.people import Viewer
from folkmoot.model.reports import Report, ReportKind
from folkmoot.store import comments, posts, reports
from folkmoot.store.db import Tx


async def resolve_report(
    tx: Tx, viewer: Viewer, kind: ReportKind, report_id: int, *, resolved: bool
) -> Report:
    """Set whether a report is decided: moderators of its community and admins do, messages are for admins; repeatable (O-3).

    Raises `NotFound` couldnt_find_post_report, couldnt_find_comment_report, couldnt_find_private_message_report; `NotAllowed`
    not_a_mod_or_admin, not_an_admin, banned_from_community; `NotLoggedIn`.
    """
    report = await reports.by_id(tx, kind, report_id)
    if report is None:
        raise NotFound(f"couldnt_find_{kind}_report")
    await _may_decide(tx, viewer, kind, report.item_id)
    await _set(tx, viewer, kind, report, resolved=resolved)
    stored = await reports.by_id(tx, kind, report_id)
    assert stored is not None
    return stored


async def resolve_about(tx: Tx, viewer: Viewer, kind: ReportKind, item_id: int, *, resolved: bool) -> int:
    """Close all open reports about one thing, or open the closed ones again; how many that were. Raises as `resolve_report`, and
    `NotFound` for a thing that is not there."""
    await _may_decide(tx, viewer, kind, item_id)
    found = await reports.about(tx, kind, [item_id], resolved=not resolved)
    for report in found:
        await _set(tx, viewer, kind, report, resolved=resolved)
    return len(found)


async def _set(tx: Tx, viewer: Viewer, kind: ReportKind, report: Report, *, resolved: bool) -> None:
    await reports.set_resolved(tx, report, viewer.id, resolved=resolved)
    if resolved and not report.resolved:
        await after.record(tx, ReportResolved(viewer.id, kind, report.id))


async def _may_decide(tx: Tx, viewer: Viewer, kind: ReportKind, item_id: int) -> None:
    if kind == "private_message":
        permissions.check("message_reports", Standing(viewer))
        return
    item = await posts.by_id(tx, item_id) if kind == "post" else await comments.by_id(tx, item_id)
    if item is None:
        raise NotFound(f"couldnt_find_{kind}")
    await permissions.officer_in(tx, viewer, item.community_id, "report.resolve")
