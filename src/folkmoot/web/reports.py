"""Reports: the form that makes one, and the queue that moderators work through."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from folkmoot.core.comments.remove import remove_comment
from folkmoot.core.communities.view import find_community
from folkmoot.core.messages.read import message_view
from folkmoot.core.permissions import Standing, check
from folkmoot.core.posts.remove import remove_post
from folkmoot.core.reports.create import CreateReport, create_report
from folkmoot.core.reports.read import ReadQueue, read_queue
from folkmoot.core.reports.resolve import resolve_about
from folkmoot.core.site.frame import read_site
from folkmoot.core.tools import tools_for_comment, tools_for_post
from folkmoot.model.communities import Community
from folkmoot.model.errors import Conflict, Invalid, NotFound, NotLoggedIn, Refusal
from folkmoot.model.people import Viewer
from folkmoot.model.reports import Case, ReportKind
from folkmoot.web.base import context, done, flash, page, viewer, wants_fragment
from folkmoot.web.errors import AGAIN, errors_of, words
from folkmoot.web.forms import Form, query, read_form
from folkmoot.web.front import comment_row
from folkmoot.web.handles import CommunityLink, PersonLink, community_link, name_of, person_link
from folkmoot.web.i18n import N_, gettext, ngettext
from folkmoot.web.moderation import reason_of, reasons
from folkmoot.web.render.look import Look, look_of
from folkmoot.web.render.post_card import render_row

PER_PAGE = 20
LAST_PAGE = 500
MOST_AT_ONCE = 100

KINDS: dict[str, tuple[ReportKind, str]] = {
    "post": ("post", N_("Posts")),
    "comment": ("comment", N_("Comments")),
    "message": ("private_message", N_("Messages")),
}
"""The word in addresses → kind, label."""
STATES: dict[str, tuple[bool | None, str]] = {
    "open": (False, N_("Open")),
    "decided": (True, N_("Decided")),
    "all": (None, N_("All")),
}
_WORDS = {kind: word for word, (kind, _) in KINDS.items()}


# --- make one ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reported:
    """What is about to be reported, as the form shows it."""

    kind: ReportKind
    title: str
    text: str | Markup
    author: str
    back: str


async def _reported(request: Request) -> Reported:
    """The thing that the address names. Raises `NotFound` where the reader may not see it."""
    number, who = request.path_params["id"], viewer(request)
    check("account", Standing(who))
    word = request.url.path.split("/")[1]
    async with context(request).db.read() as tx:
        if word == "messages":
            view = await message_view(tx, who, number)
            html = Markup(view.message.content_html)  # noqa: S704 - cleaned when it was written
            back = f"/messages/with/{name_of(view.creator)}"
            return Reported("private_message", gettext("Report a message"), html, view.creator.handle, back)
        if word == "post":
            tools = await tools_for_post(tx, who, number)
            return Reported(
                "post", gettext("Report a post"), tools.post.name, tools.author.handle, f"/post/{number}"
            )
        tools = await tools_for_comment(tx, who, number)
    assert tools.comment is not None
    html = Markup(tools.comment.content_html)  # noqa: S704 - cleaned when it was written
    back = f"/post/{tools.post.id}#c{number}"
    return Reported("comment", gettext("Report a comment"), html, tools.author.handle, back)


async def show_report(request: Request) -> Response:
    """What is wrong with this?"""
    return await _report_page(request, await _reported(request))


async def _report_page(
    request: Request, reported: Reported, form: Form | None = None, refusal: Refusal | None = None
) -> Response:
    return await page(
        request,
        "reports/new.html",
        status=AGAIN if refusal else 200,
        reported=reported,
        action=request.url.path,
        reason=form.text("reason") if form else "",
        errors=errors_of(refusal) if refusal else {},
    )


async def report(request: Request) -> Response:
    """Tell the moderators."""
    form = await read_form(request)
    reported = await _reported(request)
    try:
        async with context(request).db.write() as tx:
            asked = CreateReport(reported.kind, request.path_params["id"], form.text("reason"))
            await create_report(tx, viewer(request), asked)
    except (Invalid, Conflict) as refusal:
        return await _report_page(request, reported, form, refusal)
    said = gettext("Thank you: it was reported to those who look after this place.")
    if wants_fragment(request):
        return HTMLResponse(Markup('<p class="note done" role="status">{}</p>').format(said))
    return done(request, reported.back, said=said)


# --- the queue -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says."""

    state: str
    kind: str
    community: str
    page: int

    def address(self, **other: Any) -> str:
        """The address of a queue like this one, from its first page unless `page` is given."""
        choices = {"state": self.state, "kind": self.kind, "community": self.community, **other}
        kept = {name: value for name, value in choices.items() if value and value != "open"}
        return f"/reports?{urlencode(kept)}" if kept else "/reports"


@dataclass(frozen=True, slots=True)
class Row:
    """A case as the template shows it. `what`: the thing in its place, as HTML; `key` names it in forms."""

    case: Case
    key: str
    action: str
    label: str
    what: Markup
    author: PersonLink
    community: CommunityLink | None
    record: list[str]
    changed: bool
    removable: bool
    ban_here: str
    ban: str


def asked_of(form: Form) -> Asked:
    """Read the address; what it says wrong is as if not said."""
    return Asked(
        state=form.text("state") if form.text("state") in STATES else "open",
        kind=form.text("kind") if form.text("kind") in KINDS else "",
        community=form.text("community").strip(),
        page=min(max(form.number("page") or 1, 1), LAST_PAGE),
    )


async def show_reports(request: Request) -> Response:
    """What was reported and waits, or what was decided."""
    asked, who = asked_of(query(request)), viewer(request)
    if who.account is None:
        raise NotLoggedIn
    errors = {}
    async with context(request).db.read() as tx:
        community = None
        if asked.community:
            try:
                community = await find_community(tx, who, asked.community)
            except NotFound as refusal:
                errors = {"community": words(refusal)}
        found = await read_queue(tx, who, _wanted(asked, community))
        look = look_of(who, await read_site(tx), tx.now, tx.memory)
    kinds = [("", gettext("Everything"))] + [
        (name, gettext(label))
        for name, (kind, label) in KINDS.items()
        if who.admin or kind != "private_message"
    ]
    return await page(
        request,
        "reports/list.html",
        asked=asked,
        rows=[] if errors else [_row(case, look, who) for case in found.items],
        states=[
            (gettext(label), asked.address(state=name), name == asked.state)
            for name, (_, label) in STATES.items()
        ],
        kinds=kinds,
        reasons=reasons(),
        prev=asked.address(page=asked.page - 1 if asked.page > 2 else "") if asked.page > 1 else "",
        next=asked.address(page=found.next) if found.next and asked.page < LAST_PAGE else "",
        errors=errors,
    )


def _wanted(asked: Asked, community: Community | None) -> ReadQueue:
    return ReadQueue(
        kinds=frozenset({KINDS[asked.kind][0]}) if asked.kind else None,
        resolved=STATES[asked.state][0],
        community_id=community.id if community else None,
        page=asked.page,
        limit=PER_PAGE,
    )


def _row(case: Case, look: Look, who: Viewer) -> Row:
    place = case.post or case.comment
    community = place.community if place else None
    word = _WORDS[case.kind]
    handle = quote(case.author.handle)
    label, what, gone = _shown(case, look)
    return Row(
        case=case,
        key=f"{word}-{case.item_id}",
        action=f"/reports/{word}/{case.item_id}",
        label=label,
        what=what,
        author=person_link(case.author),
        community=community_link(community) if community else None,
        record=_record(case),
        changed=_changed(case),
        removable=case.kind != "private_message" and not gone,
        ban_here=f"/c/{name_of(community)}/ban?person={handle}" if community else "",
        ban=f"/u/{name_of(case.author)}/ban" if who.admin else "",
    )


def _shown(case: Case, look: Look) -> tuple[str, Markup, bool]:
    """What the button calls the thing, the thing itself, and whether it is gone already."""
    if case.post is not None:
        post = case.post.post
        return gettext("Remove the post"), Markup(render_row(case.post, look)), post.removed or post.deleted  # noqa: S704 - the renderer escapes
    if case.comment is not None:
        comment = case.comment.comment
        rows = Markup('<ul class="rows">{}</ul>').format(Markup(comment_row(case.comment, look)))  # noqa: S704 - the same
        return gettext("Remove the comment"), rows, comment.removed or comment.deleted
    assert case.message is not None
    html = Markup(case.message.message.content_html)  # noqa: S704 - cleaned when it was written
    return "", Markup('<div class="body" dir="auto">{}</div>').format(html), False


def _changed(case: Case) -> bool:
    """Whether the thing reads differently now than when it was reported first."""
    first = case.reports[0].report
    if case.post is not None:
        post = case.post.post
        return (post.name, post.body, post.url) != (first.original_name, first.original, first.original_url)
    if case.comment is not None:
        return case.comment.comment.content != first.original
    return case.message is not None and case.message.message.content != first.original


def _record(case: Case) -> list[str]:
    """What its author was found at before, in words; nothing is worth a word too."""
    record = case.record
    counted = (
        (record.removals, "%(n)s removal", "%(n)s removals"),
        (record.bans, "%(n)s ban", "%(n)s bans"),
        (record.reports, "%(n)s earlier report", "%(n)s earlier reports"),
    )
    said = [ngettext(one, many, number) % {"n": number} for number, one, many in counted if number]
    return said or [gettext("nothing found before")]


# --- decide --------------------------------------------------------------------------------------------------------


_DEEDS: dict[str, Callable[[int], str]] = {
    "resolve": lambda number: ngettext("%(n)s closed.", "%(n)s closed.", number) % {"n": number},
    "reopen": lambda number: ngettext("%(n)s opened again.", "%(n)s opened again.", number) % {"n": number},
    "remove": lambda number: ngettext("%(n)s removed.", "%(n)s removed.", number) % {"n": number},
}


async def _decide(tx: Any, who: Viewer, kind: ReportKind, number: int, deed: str, reason: str) -> None:
    """Do one deed with one thing. Removing closes the reports on it (P-16)."""
    if deed == "remove" and kind != "private_message":
        await (remove_post if kind == "post" else remove_comment)(
            tx, who, number, removed=True, reason=reason
        )
        return
    await resolve_about(tx, who, kind, number, resolved=deed != "reopen")


def _deed_of(form: Form) -> str:
    return form.text("do") if form.text("do") in _DEEDS else "resolve"


async def decide(request: Request) -> Response:
    """One decision: close, open again, or remove with a reason."""
    kind = KINDS.get(request.path_params["kind"])
    if kind is None:
        raise HTTPException(404)
    form = await read_form(request)
    deed = _deed_of(form)
    async with context(request).db.write() as tx:
        await _decide(tx, viewer(request), kind[0], request.path_params["id"], deed, reason_of(form))
    if wants_fragment(request):
        return HTMLResponse("")
    return done(request, "/reports", said=_DEEDS[deed](1))


async def decide_many(request: Request) -> Response:
    """The same decision about every marked row. What may not be done to one of them is said, and the others are done."""
    form = await read_form(request)
    deed, who, finished = _deed_of(form), viewer(request), 0
    check("account", Standing(who))
    for key in list(dict.fromkeys(form.texts("id")))[:MOST_AT_ONCE]:
        word, _, text = key.partition("-")
        number = Form([("id", text)]).number("id")
        if word not in KINDS or number is None or number < 1:
            continue
        try:
            async with context(request).db.write() as tx:
                await _decide(tx, who, KINDS[word][0], number, deed, reason_of(form))
            finished += 1
        except Refusal as refusal:
            flash(request, words(refusal), "bad")
    return done(request, "/reports", said=_DEEDS[deed](finished) if finished else "")
