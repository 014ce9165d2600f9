"""A person's page: who they are, what they wrote, and for themselves what they saved."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from folkmoot.core.listings.comments import ListComments, comment_sort
from folkmoot.core.listings.front import ListPosts
from folkmoot.core.listings.profile import Profile, overview, read_profile
from folkmoot.core.site.frame import read_site
from folkmoot.model.enums import PostSort
from folkmoot.model.people import Person, Viewer
from folkmoot.model.views import PostView
from folkmoot.web.base import context, page, viewer
from folkmoot.web.filters import number, time_ago
from folkmoot.web.forms import Form
from folkmoot.web.front import comment_row, comment_rows, post_rows, saved_rows
from folkmoot.web.handles import CommunityLink, community_link, name_of
from folkmoot.web.i18n import N_, gettext
from folkmoot.web.lemmy_pages import query_of_a_list
from folkmoot.web.page_cache import FRONT, SITE, may_be_kept
from folkmoot.web.paging import address, trail_of
from folkmoot.web.render.look import Look, look_of
from folkmoot.web.render.post_card import render_row

VIEWS = {
    "overview": N_("Overview"),
    "posts": N_("Posts"),
    "comments": N_("Comments"),
    "saved": N_("Saved"),
}
SORTS = {PostSort.NEW: N_("New"), PostSort.TOP_ALL: N_("Top"), PostSort.OLD: N_("Old")}

Rows = tuple[Markup, str | None]


@dataclass(frozen=True, slots=True)
class PersonCard:
    """What the macro `person_card` shows."""

    name: str
    host: str
    display: str | None
    html: Markup
    facts: list[tuple[str, str]]
    moderates: list[CommunityLink]


async def show_person(request: Request) -> Response:
    """A person's page."""
    who, asked, ctx = viewer(request), query_of_a_list(request), context(request)
    async with ctx.db.read() as tx:
        profile = await read_profile(tx, who, request.path_params["name"])
        person = profile.person
        look = look_of(who, await read_site(tx), tx.now, tx.memory)
        own = who.id == person.id and who.account is not None
        shown = _shown(asked, own=own)
        sort = PostSort(asked.text("sort")) if asked.text("sort") in set(SORTS) else PostSort.NEW
        rows, after = await _rows(tx, who, look, person, shown, sort, asked)
    may_be_kept(request, SITE, ("person", person.id), late=(FRONT,))
    path = f"/u/{name_of(person)}"
    here = {
        "view": shown if shown != "overview" else "",
        "sort": sort.value if sort is not PostSort.NEW else "",
    }
    trail = trail_of(asked)
    here_again = partial(address, path, **here, kind=_kind(asked) if shown == "saved" else "")
    return await page(
        request,
        "profiles/show.html",
        profile=profile,
        person=person,
        path_of_person=path,
        rows=rows,
        shown=shown,
        views=[
            (gettext(label), address(path, view=name if name != "overview" else ""), name == shown)
            for name, label in VIEWS.items()
            if name != "saved" or own
        ],
        sorts=[
            (gettext(label), address(path, **{**here, "sort": each.value}), each is sort)
            for each, label in (SORTS.items() if shown in ("posts", "comments") else ())
        ],
        prev=trail.prev(here_again),
        next=trail.next(here_again, after),
        saved_kinds=_saved_kinds(path, asked) if shown == "saved" else (),
        own=own,
        card=_card(profile),
        canonical=f"{ctx.settings.origin}{path}" if person.local else person.ap_id,
        feeds=[(person.handle, f"/feeds{path}.atom")] if not person.deleted else (),
    )


def _shown(asked: Form, *, own: bool) -> str:
    name = asked.text("view")
    return name if name in VIEWS and (name != "saved" or own) else "overview"


async def _rows(
    tx: Any, who: Viewer, look: Look, person: Person, shown: str, sort: PostSort, asked: Form
) -> Rows:
    after = asked.text("after") or None
    if shown == "saved":
        return await saved_rows(tx, who, look, asked, _kind(asked))
    if shown == "posts":
        listed = ListPosts(sort=sort, no_scope=True, creator_id=person.id, pins=False, after=after)
        return await post_rows(tx, who, look, listed, in_profile=True)
    if shown == "comments":
        wanted = ListComments(sort=comment_sort(sort), no_scope=True, creator_id=person.id, after=after)
        return await comment_rows(tx, who, look, wanted)
    found = await overview(tx, who, person, after=after)
    rows = "".join(
        f'<li data-row id="r{view.post.id}p">{render_row(view, look)}</li>\n'
        if isinstance(view, PostView)
        else comment_row(view, look)
        for view in found.items
    )
    html = f'<ul class="rows">\n{rows}</ul>' if rows else ""
    return Markup(html), found.next  # noqa: S704 - made of escaped parts


def _kind(asked: Form) -> str:
    return "comments" if asked.text("kind") == "comments" else "posts"


def _saved_kinds(path: str, asked: Form) -> list[tuple[str, str, bool]]:
    return [
        (gettext("Posts"), address(path, view="saved"), _kind(asked) == "posts"),
        (gettext("Comments"), address(path, view="saved", kind="comments"), _kind(asked) == "comments"),
    ]


def _card(profile: Profile) -> PersonCard:
    person = profile.person
    facts = [
        (gettext("Joined"), time_ago(person.published)),
        (gettext("Posts"), number(person.post_count)),
        (gettext("Comments"), number(person.comment_count)),
    ]
    if person.matrix_user_id:
        facts.append((gettext("Matrix"), person.matrix_user_id))
    html = Markup(person.bio_html or "")  # noqa: S704 - cleaned when it was written
    moderates = [community_link(each) for each in profile.moderates]
    return PersonCard(person.name, person.host, person.display_name, html, facts, moderates)
