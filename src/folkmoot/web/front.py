"""Lists that people read: the front page, a community's page, what a reader saved."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

from markupsafe import Markup
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from folkmoot.context import Context
from folkmoot.core.communities.ban import own_ban
from folkmoot.core.communities.news import ask_for_news, wants_news
from folkmoot.core.listings import comments, front
from folkmoot.core.listings.comments import ListComments, comment_sort
from folkmoot.core.listings.community import read_community
from folkmoot.core.listings.front import ListPosts
from folkmoot.core.site.frame import read_admins, read_counted_site, read_site
from folkmoot.core.site.taglines import tagline_of_the_hour
from folkmoot.model.communities import Community
from folkmoot.model.enums import CommentSort, Listing, PostSort
from folkmoot.model.errors import Busy, NotLoggedIn
from folkmoot.model.people import Viewer
from folkmoot.model.site import LocalSite
from folkmoot.model.views import CommentView, Marks, Page, PostKey, PostLine
from folkmoot.web import i18n
from folkmoot.web.base import Templates, context, page, viewer
from folkmoot.web.communities import community_card, head, words_of_ban
from folkmoot.web.filters import number
from folkmoot.web.forms import Form, query
from folkmoot.web.handles import PersonLink, person_link
from folkmoot.web.i18n import N_, gettext
from folkmoot.web.lemmy_pages import query_of_a_list
from folkmoot.web.page_cache import FRONT, POSTS, SITE, may_be_kept
from folkmoot.web.paging import Trail, address, trail_of
from folkmoot.web.render import post_card
from folkmoot.web.render.comment import Place, one_comment
from folkmoot.web.render.look import Look, community_link, escaped, look_of

SCOPES: dict[str, tuple[Listing, str]] = {
    "subscribed": (Listing.SUBSCRIBED, N_("Subscribed")),
    "local": (Listing.LOCAL, N_("Local")),
    "all": (Listing.ALL, N_("All")),
    "moderating": (Listing.MODERATOR_VIEW, N_("Moderating")),
}
SORTS: dict[PostSort, str] = {
    PostSort.ACTIVE: N_("Active"),
    PostSort.HOT: N_("Hot"),
    PostSort.NEW: N_("New"),
    PostSort.SCALED: N_("Scaled"),
    PostSort.CONTROVERSIAL: N_("Controversial"),
    PostSort.MOST_COMMENTS: N_("Most comments"),
    PostSort.NEW_COMMENTS: N_("New comments"),
    PostSort.OLD: N_("Old"),
    PostSort.TOP_HOUR: N_("Top of the hour"),
    PostSort.TOP_SIX_HOUR: N_("Top of six hours"),
    PostSort.TOP_TWELVE_HOUR: N_("Top of twelve hours"),
    PostSort.TOP_DAY: N_("Top of the day"),
    PostSort.TOP_WEEK: N_("Top of the week"),
    PostSort.TOP_MONTH: N_("Top of the month"),
    PostSort.TOP_THREE_MONTHS: N_("Top of three months"),
    PostSort.TOP_SIX_MONTHS: N_("Top of six months"),
    PostSort.TOP_NINE_MONTHS: N_("Top of nine months"),
    PostSort.TOP_YEAR: N_("Top of the year"),
    PostSort.TOP_ALL: N_("Top of all time"),
}
FIRST_SORTS = 3
"""So many stand as tabs, the others in a menu."""
COMMENT_SORTS: dict[CommentSort, str] = {
    CommentSort.HOT: N_("Hot"),
    CommentSort.NEW: N_("New"),
    CommentSort.TOP: N_("Top"),
    CommentSort.CONTROVERSIAL: N_("Controversial"),
    CommentSort.OLD: N_("Old"),
}

Entry = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class SiteCard:
    """What the macro `site_card` shows."""

    name: str
    tagline: str | None
    html: Markup
    facts: list[tuple[str, str]]
    admins: list[PersonLink]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of a list says. `usual` are the choices a link need not name."""

    path: str
    kind: str
    scope: Listing
    sort: PostSort
    trail: Trail
    usual: frozenset[tuple[str, str]]

    @property
    def after(self) -> str | None:
        """The cursor that the page begins after."""
        return self.trail.after or None

    def address(self, **other: str) -> str:
        """The address of a list like this one, from its beginning unless `after` is given."""
        choices = {"kind": self.kind, "scope": scope_name(self.scope), "sort": self.sort.value, **other}
        kept = {name: value for name, value in choices.items() if (name, value) not in self.usual}
        return address(self.path, **kept)


def scope_name(scope: Listing) -> str:
    """The word for a scope in addresses."""
    return next(name for name, (listing, _) in SCOPES.items() if listing is scope)


def asked_of(request: Request, who: Viewer, site: LocalSite, *, scoped: bool = True) -> Asked:
    """Read the address of a list; what it does not say, or says wrong, is as the reader has it."""
    asked = query_of_a_list(request)
    usual_scope = front.scope_of(who, site, None) if scoped else Listing.ALL
    usual_sort = front.sort_of(who, site, None)
    scope = SCOPES.get(asked.text("scope"), (usual_scope, ""))[0] if scoped else Listing.ALL
    name = asked.text("sort")
    return Asked(
        path=request.url.path,
        kind="comments" if asked.text("kind") == "comments" else "posts",
        scope=front.scope_of(who, site, scope),
        sort=PostSort(name) if name in set(PostSort) else usual_sort,
        trail=trail_of(asked),
        usual=frozenset({("kind", "posts"), ("scope", scope_name(usual_scope)), ("sort", usual_sort.value)}),
    )


# --- pages ---------------------------------------------------------------------------------------------------------


async def show_front(request: Request) -> Response:
    """The front page."""
    who, ctx = viewer(request), context(request)
    async with ctx.db.read() as tx:
        site = await read_counted_site(tx)
        asked = asked_of(request, who, site)
        look = look_of(who, site, tx.now, tx.memory)
        if asked.kind == "comments":
            wanted = ListComments(scope=asked.scope, sort=comment_sort(asked.sort), after=asked.after)
            rows, after = await comment_rows(tx, who, look, wanted)
        else:
            rows, after = await post_rows(
                tx, who, look, ListPosts(asked.scope, asked.sort, after=asked.after)
            )
        card = site_card(site, [person_link(person) for person in await read_admins(tx)])
        line = await tagline_of_the_hour(tx)
    may_be_kept(request, SITE, POSTS, late=(FRONT,))
    return await page(
        request,
        "front/show.html",
        rows=rows,
        card=card,
        tagline=Markup(line.content_html) if line else "",  # noqa: S704 - cleaned when it was written
        new=not site.site_setup,
        asked=asked,
        bar=bar(request, asked, tuple(SCOPES) if who.account else ("local", "all")),
        prev=asked.trail.prev(asked.address),
        next=asked.trail.next(asked.address, after),
        canonical=f"{ctx.settings.origin}{asked.address()}",
        document=f"{ctx.settings.origin}/",
        feeds=_front_feeds(asked),
    )


async def show_community(request: Request) -> Response:
    """A community's posts, or the comments in it."""
    who, ctx = viewer(request), context(request)
    async with ctx.db.read() as tx:
        view, beside = await read_community(tx, who, request.path_params["name"])
        site = await read_site(tx)
        asked = asked_of(request, who, site, scoped=False)
        look = look_of(who, site, tx.now, tx.memory)
        number = view.community.id
        ban = await own_ban(tx, who, number) if view.banned else None
        old = await wants_news(tx, who, view.community)
        if asked.kind == "comments":
            wanted = ListComments(sort=comment_sort(asked.sort), community_id=number, after=asked.after)
            rows, after = await comment_rows(tx, who, look, wanted)
        else:
            listed = ListPosts(sort=asked.sort, community_id=number, after=asked.after)
            rows, after = await post_rows(tx, who, look, listed, in_community=True)
    may_be_kept(request, SITE, ("community", number), late=(FRONT,))
    shown = head(who, view)
    if ban is not None:
        shown.notes.append(words_of_ban(ban))
    feed = f"/feeds{shown.link.href}.atom"
    response = await page(
        request,
        "communities/show.html",
        head=shown,
        view=view,
        asked=asked,
        bar=bar(request, asked),
        rows=rows,
        card=community_card(who, view, beside),
        prev=asked.trail.prev(asked.address),
        next=asked.trail.next(asked.address, after),
        canonical=view.community.ap_id
        if not view.community.local
        else f"{ctx.settings.origin}{asked.address()}",
        feeds=[(f"!{view.community.handle}", feed)] if view.community.visibility == "Public" else (),
    )
    if old:
        response.background = BackgroundTask(_ask_for_news, ctx, view.community)
    return response


async def _ask_for_news(ctx: Context, community: Community) -> None:
    """Once the page was sent; when the database is busy, the next look has to do."""
    with suppress(Busy):
        async with ctx.db.write() as tx:
            await ask_for_news(tx, community)


async def show_saved(request: Request) -> Response:
    """What the reader saved, the last saved first."""
    who = viewer(request)
    if who.account is None:
        raise NotLoggedIn
    asked = query(request)
    kind = "comments" if asked.text("kind") == "comments" else "posts"
    async with context(request).db.read() as tx:
        look = look_of(who, await read_site(tx), tx.now, tx.memory)
        rows, after = await saved_rows(tx, who, look, asked, kind)
    kinds = [
        (gettext("Posts"), "/saved", kind == "posts"),
        (gettext("Comments"), "/saved?kind=comments", kind == "comments"),
    ]
    trail, saved = trail_of(asked), partial(address, "/saved", kind=kind if kind == "comments" else "")
    return await page(
        request,
        "front/saved.html",
        rows=rows,
        kinds=kinds,
        prev=trail.prev(saved),
        next=trail.next(saved, after),
    )


# --- lists ---------------------------------------------------------------------------------------------------------


async def post_rows(
    tx: Any,
    who: Viewer,
    look: Look,
    asked: ListPosts,
    *,
    in_community: bool = False,
    in_profile: bool = False,
) -> tuple[Markup, str | None]:
    """The rows of a list of posts, and the cursor of the next page. Posts that were shown before are not read again; a process that has
    shown none yet reads them all at once."""
    if not look.shelf.posts:
        whole = await front.list_posts(tx, who, asked)
        html = post_card.render_views(whole.items, look, in_community=in_community, in_profile=in_profile)
        return Markup(html), whole.next  # noqa: S704 - the renderer escapes
    found = await front.post_keys(tx, who, asked)
    kept = post_card.kept_pieces(found.items, look)
    absent = [key.id for key in found.items if key.id not in kept]
    views = await front.post_views(tx, absent) if absent else {}
    mine = await front.overlays(tx, who, [key.id for key in found.items])
    html = post_card.render_cards(
        found, kept, views, mine, look, in_community=in_community, in_profile=in_profile
    )
    return Markup(html), found.next  # noqa: S704 - the renderer escapes


async def rows_of_lines(tx: Any, look: Look, lines: Sequence[PostLine]) -> Markup:
    """The rows of posts whose lines are there. Posts that were shown before are not read again."""
    keys = [PostKey(*line[:6]) for line in lines]
    kept = post_card.kept_pieces(keys, look)
    absent = [key.id for key in keys if key.id not in kept]
    views = await front.post_views(tx, absent) if absent else {}
    mine = {line.id: front.overlay_of(line) for line in lines}
    return Markup(post_card.render_cards(Page(keys), kept, views, mine, look))  # noqa: S704 - the renderer escapes


async def comment_rows(tx: Any, who: Viewer, look: Look, asked: ListComments) -> tuple[Markup, str | None]:
    """The rows of a list of comments, and the cursor of the next page."""
    found = await comments.list_comments(tx, who, asked)
    if not found.items:
        return Markup(), None
    rows = "".join(comment_row(view, look) for view in found.items)
    return Markup(f'<ul class="rows">\n{rows}</ul>'), found.next  # noqa: S704 - made of escaped parts


def comment_row(view: CommentView, look: Look) -> str:
    """A comment outside its thread: where it stands, then the comment."""
    assert view.post is not None
    assert view.community is not None
    on = escaped(gettext("on %(title)s")) % {
        "title": f'<a href="/post/{view.post.id}">{view.post.name_html}</a>'
    }
    place = Place(look, marks_of(view), takes_replies=not view.post.locked)
    comment = one_comment(view, place, op_id=view.post.creator_id)
    return (
        f'<li data-row id="r{view.comment.id}"><p class="m"><span>{on}</span> {community_link(view.community)}</p>\n'
        f'<ol class="t"><li>{comment}</li></ol></li>\n'
    )


def marks_of(view: CommentView) -> Marks:
    """A single comment's overlay as the marks of a thread."""
    mine, number = view.mine, view.comment.id
    votes = {number: mine.my_vote} if mine.my_vote else {}
    saved, blocked = frozenset({number}), frozenset({view.creator.id})
    return Marks(
        votes, saved if mine.saved else frozenset(), blocked if mine.creator_blocked else frozenset()
    )


async def saved_rows(tx: Any, who: Viewer, look: Look, asked: Form, kind: str) -> tuple[Markup, str | None]:
    """What the reader saved."""
    after = asked.text("after") or None
    if kind == "comments":
        return await comment_rows(tx, who, look, ListComments(scope=Listing.ALL, saved=True, after=after))
    asked_for = ListPosts(Listing.ALL, PostSort.NEW, saved=True, show_hidden=True, after=after)
    return await post_rows(tx, who, look, asked_for)


# --- values for templates ------------------------------------------------------------------------------------------


def bar(request: Request, asked: Asked, scopes: tuple[str, ...] = ()) -> Markup:
    """The line of choices above a list: scopes, posts or comments, orders. The same for every list of its kind, so it is kept."""
    return _bar(request.app.state.templates, replace(asked, trail=Trail()), scopes, i18n.current().code)


@lru_cache(maxsize=4000)
def _bar(templates: Templates, asked: Asked, scopes: tuple[str, ...], _code: str) -> Markup:
    kinds = [
        (gettext("Posts"), asked.address(kind="posts"), asked.kind == "posts"),
        (gettext("Comments"), asked.address(kind="comments"), asked.kind == "comments"),
    ]
    if asked.kind == "comments":
        current = comment_sort(asked.sort)
        orders = [
            (
                gettext(label),
                asked.address(sort="TopAll" if sort is CommentSort.TOP else sort.value),
                sort is current,
            )
            for sort, label in COMMENT_SORTS.items()
        ]
    else:
        orders = [
            (gettext(label), asked.address(sort=sort.value), sort is asked.sort)
            for sort, label in SORTS.items()
        ]
    others = orders[FIRST_SORTS:]
    html = templates.render(
        "front/bar.html",
        {
            "scopes": [
                (gettext(SCOPES[name][1]), asked.address(scope=name), SCOPES[name][0] is asked.scope)
                for name in scopes
            ],
            "kinds": kinds,
            "orders": orders[:FIRST_SORTS],
            "other_orders": others,
            "other_order": next((label for label, _, current in others if current), ""),
        },
    )
    return Markup(html)  # noqa: S704 - a template escapes


def site_card(site: LocalSite, admins: list[PersonLink]) -> SiteCard:
    """The card beside the front page."""
    facts = [
        (gettext("People"), number(site.users)),
        (gettext("Active this month"), number(site.users_active_month)),
        (gettext("Communities"), number(site.communities)),
        (gettext("Posts"), number(site.posts)),
        (gettext("Comments"), number(site.comments)),
    ]
    html = Markup(site.sidebar_html or "")  # noqa: S704 - cleaned when it was written
    return SiteCard(site.name, site.description, html, facts, admins)


def _front_feeds(asked: Asked) -> list[tuple[str, str]]:
    name = "local" if asked.scope is Listing.LOCAL else "all"
    return [(gettext(SCOPES[name][1]), f"/feeds/{name}.atom?sort={asked.sort.value}")]
