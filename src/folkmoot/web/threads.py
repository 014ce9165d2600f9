"""Threads: a post with its comments, one comment in its context, a post's copies elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from folkmoot.context import Context
from folkmoot.core.communities.ban import own_ban
from folkmoot.core.communities.view import CommunityAbout
from folkmoot.core.listings.front import ListPosts
from folkmoot.core.posts.read import record_visit
from folkmoot.core.site.frame import read_site
from folkmoot.core.threads import read
from folkmoot.core.threads.complete import Completeness, completeness
from folkmoot.core.threads.read import ReadThread, read_thread
from folkmoot.logs import logger
from folkmoot.model.communities import Barred, Community
from folkmoot.model.enums import CommentSort, PostSort, Visibility
from folkmoot.model.errors import Busy
from folkmoot.model.people import Viewer
from folkmoot.model.posts import Post
from folkmoot.model.site import LocalSite
from folkmoot.model.views import CommentView, CommunityView, PostView, Thread
from folkmoot.web import choices
from folkmoot.web.base import context, page, viewer
from folkmoot.web.communities import CommunityCard, community_card, words_of_ban
from folkmoot.web.federation import words_of_doubt
from folkmoot.web.filters import number, time_ago
from folkmoot.web.forms import query
from folkmoot.web.front import post_rows
from folkmoot.web.handles import PersonLink
from folkmoot.web.i18n import N_, gettext, ngettext
from folkmoot.web.page_cache import AUTHORS, SITE, may_be_kept
from folkmoot.web.paging import address
from folkmoot.web.render import post_card
from folkmoot.web.render import thread as renderer
from folkmoot.web.render.look import Look, look_of, person_path
from folkmoot.web.render.post_page import render_post

SORTS: dict[CommentSort, str] = {
    CommentSort.HOT: N_("Hot"),
    CommentSort.TOP: N_("Top"),
    CommentSort.CONTROVERSIAL: N_("Controversial"),
    CommentSort.NEW: N_("New"),
    CommentSort.OLD: N_("Old"),
}
CONTEXT_MAX = 50

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Head:
    """What stands in a thread page's head, for other programs."""

    canonical: str
    document: str | None
    """The post's address for programs, where others may have it."""
    title: str
    description: str
    image: str | None
    indexed: bool


async def show_post(request: Request) -> Response:
    """A post and its comments."""
    who, post_id, asked = viewer(request), request.path_params["id"], query(request)
    sort, flat = _sort(asked.text("sort")), asked.text("view") == "flat"
    async with context(request).db.read() as tx:
        site = await read_site(tx)
        look = look_of(who, site, tx.now, tx.memory)
        complete = renderer.is_new_here(post_id, look)
        wanted = ReadThread(post_id, sort, flat, after=asked.number("after"), complete=complete)
        thread = await read_thread(tx, who, wanted)
        look.moderates = thread.may_moderate
        gathered = renderer.gather(thread, look)
        views = await _views(tx, thread, gathered)
        sort = sort or await read.default_sort(tx, who)
        here = completeness(thread, tx.now)
        ban = await _ban(tx, who, thread)
    address = _Address(
        f"/post/{post_id}", asked.text("sort") if asked.text("sort") in set(CommentSort) else "", flat
    )
    more = address(after=str(thread.next)) if thread.next else ""
    response = await page(
        request,
        "threads/show.html",
        comments=renderer.render_thread(
            thread, gathered, views, look, takes_replies=takes_replies(who, thread), more_href=more
        ),
        sorts=[(gettext(label), address(sort=each.value), each is sort) for each, label in SORTS.items()],
        shapes=[(gettext("Tree"), address(view=""), not flat), (gettext("Flat"), address(view="flat"), flat)],
        new=ngettext("%(n)s new", "%(n)s new", thread.new_comments) % {"n": number(thread.new_comments)}
        if thread.new_comments
        else "",
        first_new=next(iter(renderer.new_comments(thread, look)), None),
        continued=address() if asked.number("after") else "",
        incomplete=_incomplete(here, who, thread.post),
        score_there=_score_there(here, thread.post),
        languages=choices.languages(who, thread.languages) if who.account else (),
        **_values(request, who, site, thread, look, ban),
    )
    if who.account is not None:
        response.background = BackgroundTask(_record_visit, context(request), who, thread.post.post)
    return response


def _incomplete(here: Completeness | None, who: Viewer, view: PostView) -> str:
    """How much of a thread from elsewhere is here, where that is not all of it; or that its origin, which is the post's own server, is just
    being asked, because a member looks at it for the first time, or did not answer."""
    if here is not None and here.asking and who.account is not None:
        return gettext("Its comments are being fetched from %(host)s.") % {"host": view.creator.host}
    if here is not None and here.silent:
        return gettext("%(host)s does not answer: more comments may be there.") % {"host": view.creator.host}
    if here is None or not here.missing:
        return ""
    figures = {"here": number(here.here), "total": number(here.here + here.missing)}
    return gettext("%(here)s of %(total)s comments are here") % figures


def _score_there(here: Completeness | None, view: PostView) -> str:
    """The score that the origin of a post counted and when, where that is another than ours."""
    if here is None or here.score is None or here.asked is None or here.score == view.post.score:
        return ""
    figures = {"there": number(here.score), "here": number(view.post.score), "when": time_ago(here.asked)}
    return gettext("Score where it is from: %(there)s (%(when)s), here: %(here)s") % figures


async def _record_visit(ctx: Context, who: Viewer, post: Post) -> None:
    """What was shown counts as read and seen, once it was sent (P-9). A look while one before still waits for its turn is recorded with it.
    When the database is busy, the next look has to do."""
    waiting: dict[tuple[int, int], Post] = ctx.db.memory.setdefault("visits", {})
    key = (who.id, post.id)
    first = key not in waiting
    waiting[key] = post
    if not first:
        return
    taken = False
    try:
        async with ctx.db.write() as tx:
            shown, taken = waiting.pop(key), True
            await record_visit(tx, who, shown)
    except Busy:
        log.info("visit_not_recorded", post=post.id)
    finally:
        if not taken:
            waiting.pop(key, None)


async def show_comment(request: Request) -> Response:
    """One comment with its answers, beneath as many of its ancestors as the address says."""
    who, comment_id, asked = viewer(request), request.path_params["id"], query(request)
    above = min(max(asked.number("context") or 0, 0), CONTEXT_MAX)
    async with context(request).db.read() as tx:
        site = await read_site(tx)
        look = look_of(who, site, tx.now, tx.memory)
        wanted = ReadThread(0, _sort(asked.text("sort")), focus=comment_id, context=above)
        thread = await read_thread(tx, who, wanted)
        look.moderates = thread.may_moderate
        gathered = renderer.gather(thread, look)
        views = await _views(tx, thread, gathered)
        ban = await _ban(tx, who, thread)
    html = renderer.render_thread(thread, gathered, views, look, takes_replies=takes_replies(who, thread))
    post_id = thread.post.post.id
    return await page(
        request,
        "threads/comment.html",
        comments=html,
        all_comments=f"/post/{post_id}#c{comment_id}",
        more_above=f"/comment/{comment_id}?context={above + 3}" if thread.above else "",
        **_values(request, who, site, thread, look, ban),
    )


async def show_crossposts(request: Request) -> Response:
    """The other posts with the same link (P-11)."""
    who, post_id = viewer(request), request.path_params["id"]
    async with context(request).db.read() as tx:
        site = await read_site(tx)
        look = look_of(who, site, tx.now, tx.memory)
        post = (await read.read_post(tx, who, post_id)).post
        wanted = ListPosts(sort=PostSort.HOT, no_scope=True, url=post.url, but=post_id, limit=50)
        rows = (await post_rows(tx, who, look, wanted))[0] if post.url else ""
    return await page(
        request,
        "threads/crossposts.html",
        post=post,
        title=Markup(post.name_html),  # noqa: S704 - cleaned when it was written
        rows=rows,
    )


# --- what both pages show ------------------------------------------------------------------------------------------


async def _ban(tx: Any, who: Viewer, thread: Thread) -> Barred | None:
    if not thread.post.mine.banned_from_community:
        return None
    return await own_ban(tx, who, thread.post.community.id)


def _values(
    request: Request, who: Viewer, site: LocalSite, thread: Thread, look: Look, ban: Barred | None
) -> dict[str, Any]:
    post = thread.post.post
    may_be_kept(request, SITE, AUTHORS, ("thread", post.id), ("community", post.community_id))
    title = Markup(post.name_html)  # noqa: S704 - cleaned when it was written
    return {
        "thread": thread,
        "post": post,
        "title": title,
        "post_html": Markup(render_post(thread, look)),  # noqa: S704 - the renderer escapes
        "total": look.comments(post.comments),
        "replies": takes_replies(who, thread),
        "notes": [*_notes(thread), *([words_of_ban(ban)] if ban else [])],
        "seen": where_seen(thread.post.community),
        "doubt": words_of_doubt(thread.doubt),
        "card": _card(who, site, thread),
        "head": head_of(request, thread.post),
        "feeds": [(post.name, f"/feeds/post/{post.id}.atom")] if _is_public(thread.post) else (),
    }


def takes_replies(who: Viewer, thread: Thread) -> bool:
    """Whether this reader is offered to answer."""
    view = thread.post
    gone = view.post.deleted or view.post.removed or view.community.deleted or view.community.removed
    barred = view.mine.banned_from_community and not (who.admin and view.community.local)
    return (
        who.account is not None and not gone and not barred and (not view.post.locked or thread.may_moderate)
    )


def head_of(request: Request, view: PostView) -> Head:
    """What other programs are told about a post."""
    post = view.post
    origin = context(request).settings.origin
    return Head(
        canonical=f"{origin}/post/{post.id}" if post.local else post.ap_id,
        document=post.ap_id if post.local and view.community.visibility != Visibility.LOCAL_ONLY else None,
        title=post.name,
        description=post.excerpt or post.embed_description or "",
        image=None if post.nsfw or view.community.nsfw else post_card.picture_of(view),
        indexed=post.local and _is_public(view) and not (post.deleted or post.removed),
    )


def _is_public(view: PostView) -> bool:
    return view.community.visibility == Visibility.PUBLIC


def _card(who: Viewer, site: LocalSite, thread: Thread) -> CommunityCard:
    view = CommunityView(
        thread.post.community, thread.post.mine.subscribed, banned=thread.post.mine.banned_from_community,
        moderator=thread.may_moderate and not who.admin,
    )  # fmt: skip
    moderators = [
        PersonLink(
            each.name,
            each.host,
            person_path(each.name, each.host, local=each.host == site.host),
            each.display,
            None,
        )
        for each in thread.moderators
    ]
    return replace(community_card(who, view, CommunityAbout([], [])), moderators=moderators)


def _notes(thread: Thread) -> list[str]:
    post, community = thread.post.post, thread.post.community
    notes = (
        (
            post.deleted,
            gettext("Deleted by its author. Only the author, moderators and administrators see it."),
        ),
        (
            post.removed,
            gettext("Removed by a moderator. Only the author, moderators and administrators see it."),
        ),
        (community.removed or community.deleted, gettext("The community of this post is gone.")),
        (post.locked, gettext("Locked: no more comments, except by moderators.")),
        (
            thread.pending,
            gettext(
                "What a moderator did here waits for %(host)s to agree. Where it does not, it is undone after a minute."
            )
            % {"host": community.host},
        ),
    )
    return [words for holds, words in notes if holds]


def where_seen(community: Community) -> str:
    """Where a post or an answer will be seen."""
    if community.visibility == Visibility.LOCAL_ONLY:
        return gettext("Seen by people of this server only.")
    if community.visibility == Visibility.PRIVATE:
        return gettext("Seen by the members of this community only, here and on their servers.")
    if community.local:
        return gettext("Public: seen here and on every server that follows this community.")
    return gettext("Public: seen on %(host)s and by its followers.") % {"host": community.host}


async def _views(tx: Any, thread: Thread, gathered: renderer.Gathered) -> Mapping[int, CommentView]:
    """The comments that no piece was made of yet."""
    if thread.views or not gathered.missing:
        return thread.views
    return await read.comment_views(tx, gathered.missing)


def _sort(name: str) -> CommentSort | None:
    return CommentSort(name) if name in set(CommentSort) else None


@dataclass(frozen=True, slots=True)
class _Address:
    """The address of a thread in some order and shape."""

    path: str
    sort: str
    flat: bool

    def __call__(self, **other: str) -> str:
        asked = {"sort": self.sort, "view": "flat" if self.flat else "", **other}
        return address(self.path, **asked)
