"""Read reports: one by one, as lists, and as the queue that moderators work through."""

from collections import defaultdict
from dataclasses import dataclass, replace

from folkmoot.core import permissions
from folkmoot.core.listings import comments as comment_lists
from folkmoot.core.listings import front
from folkmoot.core.permissions import Standing
from folkmoot.model.errors import NotAllowed, NotLoggedIn
from folkmoot.model.people import Person, Viewer
from folkmoot.model.records import altered
from folkmoot.model.reports import NO_RECORD, Case, Report, ReportCounts, ReportKind, ReportView
from folkmoot.model.views import Page
from folkmoot.store import communities, messages, people, reports
from folkmoot.store.db import Tx
from folkmoot.store.reports import Wanted


@dataclass(frozen=True, slots=True)
class ListReports:
    """What was asked: one kind. `item_id`: only about this post, comment or message. `page` counts from 1."""

    kind: ReportKind
    unresolved_only: bool = False
    community_id: int | None = None
    item_id: int | None = None
    page: int = 1
    limit: int = 10


@dataclass(frozen=True, slots=True)
class ReadQueue:
    """What was asked: reported things of these kinds (None: all that the viewer may see). `resolved` False: those that wait, the one
    that waits longest first; True: those decided; None: all. `page` counts from 1."""

    kinds: frozenset[ReportKind] | None = None
    resolved: bool | None = False
    community_id: int | None = None
    page: int = 1
    limit: int = 20


async def list_reports(tx: Tx, viewer: Viewer, asked: ListReports) -> list[ReportView]:
    """Reports of one kind: for moderators those of their communities, for admins all; of messages for admins only. A community that the
    viewer does not moderate has none (O-2).

    Raises `NotLoggedIn`; `NotAllowed` not_a_mod_or_admin, not_an_admin.
    """
    wanted = Wanted(
        moderator_id=await _moderator(tx, viewer, asked.kind),
        community_id=asked.community_id,
        item_id=asked.item_id,
        resolved=False if asked.unresolved_only else None,
    )
    listed = await reports.page(
        tx, asked.kind, wanted, limit=asked.limit, offset=(asked.page - 1) * asked.limit
    )
    return await report_views(tx, viewer, listed)


async def count_reports(tx: Tx, viewer: Viewer, community_id: int | None = None) -> ReportCounts:
    """Open reports that the viewer may see, by kind; those of messages for admins, where no community is given (O-2). One query.

    Raises `NotLoggedIn`; `NotAllowed` not_a_mod_or_admin.
    """
    wanted = Wanted(
        moderator_id=await _moderator(tx, viewer, "post"), community_id=community_id, resolved=False
    )
    return await reports.count_open(tx, wanted, with_messages=viewer.admin and community_id is None)


async def read_queue(tx: Tx, viewer: Viewer, asked: ReadQueue) -> Page[Case]:
    """Reported things with all that was said about each. A page costs the same few queries whatever it holds. `next` is the number of
    the next page. Raises as `list_reports`."""
    kinds = set(asked.kinds) if asked.kinds is not None else set(reports.KINDS)
    if not viewer.admin or asked.community_id is not None:
        kinds.discard("private_message")
    moderator_id = await _moderator(tx, viewer, "post")
    wanted = Wanted(moderator_id=moderator_id, community_id=asked.community_id, resolved=asked.resolved)
    listed = await reports.queue(
        tx, kinds, wanted, limit=asked.limit + 1, offset=(asked.page - 1) * asked.limit
    )
    cases = await _cases(tx, viewer, listed[: asked.limit], asked.resolved)
    return Page(cases, str(asked.page + 1) if len(listed) > asked.limit else None)


async def report_view(tx: Tx, viewer: Viewer, report: Report) -> ReportView:
    """One report with all it names."""
    return (await report_views(tx, viewer, [report]))[0]


async def report_views(tx: Tx, viewer: Viewer, listed: list[Report]) -> list[ReportView]:
    """Reports with all they name, in the order given: a few queries for any number."""
    of_posts, of_comments, of_messages = (
        list(dict.fromkeys(report.item_id for report in listed if report.kind == kind))
        for kind in reports.KINDS
    )
    known_posts = await front.post_views(tx, of_posts) if of_posts else {}
    my_posts = await front.overlays(tx, viewer, of_posts)
    known_comments = await comment_lists.comment_views(tx, of_comments) if of_comments else {}
    my_comments = await comment_lists.overlays(tx, viewer, of_comments)
    known_messages = await messages.views(tx, of_messages) if of_messages else {}
    named = {report.creator_id for report in listed} | {
        report.resolver_id for report in listed if report.resolver_id
    }
    mine = {place.id for place in await communities.moderated_by(tx, viewer.id)} if of_posts else set()
    who = await people.by_ids(tx, named) if named else {}
    views = []
    for report in listed:
        view = ReportView(report, who[report.creator_id], who.get(report.resolver_id or 0))
        if report.kind == "post" and (post := known_posts.get(report.item_id)):
            shown = altered(post, mine=my_posts.get(report.item_id, post.mine))
            view = replace(view, post=shown, moderated=post.community.id in mine)
        elif report.kind == "comment" and (comment := known_comments.get(report.item_id)):
            view = replace(view, comment=altered(comment, mine=my_comments.get(report.item_id, comment.mine)))
        elif report.kind == "private_message":
            view = replace(view, message=known_messages.get(report.item_id))
        views.append(view)
    return views


async def _cases(
    tx: Tx, viewer: Viewer, listed: list[tuple[ReportKind, int]], resolved: bool | None
) -> list[Case]:
    found: list[Report] = []
    for kind in reports.KINDS:
        ids = [number for each, number in listed if each == kind]
        found += await reports.about(tx, kind, ids, resolved=resolved) if ids else []
    by_item: dict[tuple[ReportKind, int], list[ReportView]] = defaultdict(list)
    for view in await report_views(tx, viewer, found):
        by_item[view.report.kind, view.report.item_id].append(view)
    authors = {key: author for key, views in by_item.items() if (author := _author(views[0])) is not None}
    records = await reports.records(tx, {author.id for author in authors.values()}) if authors else {}
    return [
        Case(
            kind=key[0],
            item_id=key[1],
            reports=by_item[key],
            author=authors[key],
            record=records.get(authors[key].id, NO_RECORD),
            post=by_item[key][0].post,
            comment=by_item[key][0].comment,
            message=by_item[key][0].message,
        )
        for key in listed
        if key in authors
    ]


def _author(view: ReportView) -> Person | None:
    """Who wrote the reported thing."""
    thing = view.post or view.comment or view.message
    return thing.creator if thing else None


async def _moderator(tx: Tx, viewer: Viewer, kind: ReportKind) -> int | None:
    """The person whose communities' reports are shown: the viewer; None for admins, who see all."""
    if viewer.account is None:
        raise NotLoggedIn
    if kind == "private_message":
        permissions.check("message_reports", Standing(viewer))
        return None
    if viewer.admin:
        return None
    if not await communities.moderates_any(tx, viewer.id):
        raise NotAllowed("not_a_mod_or_admin")
    return viewer.id
