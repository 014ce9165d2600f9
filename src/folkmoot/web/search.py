"""Search: one box for words, addresses and handles; kinds as tabs, filters in the address."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from folkmoot.core.communities.view import find_community
from folkmoot.core.instances.neighbours import ADDRESS, KEPT
from folkmoot.core.people.find import find_person
from folkmoot.core.search.find import Found, SearchFor, find
from folkmoot.core.search.resolve import Resolved, look_up, resolve, resolve_anywhere
from folkmoot.core.site.frame import read_site
from folkmoot.model.enums import Listing, PostSort, SearchType
from folkmoot.model.errors import Invalid, NotFound
from folkmoot.model.people import Viewer
from folkmoot.web.base import context, limited, page, viewer
from folkmoot.web.errors import words
from folkmoot.web.forms import Form, query
from folkmoot.web.front import comment_row
from folkmoot.web.handles import community_link, person_link
from folkmoot.web.i18n import N_, gettext
from folkmoot.web.render.look import Look, look_of
from folkmoot.web.render.post_card import render_views

PER_PAGE = 20
LAST_PAGE = 50

KINDS: dict[str, tuple[SearchType, str]] = {
    "posts": (SearchType.POSTS, N_("Posts")),
    "comments": (SearchType.COMMENTS, N_("Comments")),
    "communities": (SearchType.COMMUNITIES, N_("Communities")),
    "people": (SearchType.USERS, N_("People")),
}
SORTS: dict[PostSort, str] = {
    PostSort.NEW: N_("Newest first"),
    PostSort.TOP_ALL: N_("Highest score"),
    PostSort.HOT: N_("Hot"),
    PostSort.OLD: N_("Oldest first"),
}
SCOPES: dict[str, tuple[Listing | None, str]] = {
    "": (None, N_("Everywhere")),
    "local": (Listing.LOCAL, N_("On this server")),
    "subscribed": (Listing.SUBSCRIBED, N_("My subscriptions")),
    "moderating": (Listing.MODERATOR_VIEW, N_("What I moderate")),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says."""

    term: str
    kind: str
    sort: PostSort
    scope: str
    community: str
    person: str
    host: str
    title_only: bool
    page: int

    @property
    def narrowed(self) -> bool:
        """Whether anything but the words narrows the search."""
        return bool(self.scope or self.community or self.person or self.host or self.title_only)

    @property
    def anything(self) -> bool:
        """Whether there is something to look for."""
        return bool(self.term.strip() or self.community or self.person or self.host)

    def kept(self, **other: Any) -> dict[str, Any]:
        """What an address of this search has to name, its page left out."""
        choices = {
            "q": self.term,
            "type": self.kind,
            "sort": self.sort.value,
            "scope": self.scope,
            "community": self.community,
            "person": self.person,
            "host": self.host,
            "title": "1" if self.title_only else "",
            **other,
        }
        usual = {"type": "posts", "sort": usual_sort(choices["type"]).value}
        return {name: value for name, value in choices.items() if value and value != usual.get(name)}

    def address(self, **other: Any) -> str:
        """The address of a search like this one, from its first page unless `page` is given."""
        kept = self.kept(**other)
        return f"/search?{urlencode(kept)}" if kept else "/search"


def usual_sort(kind: str) -> PostSort:
    """Texts are wanted new, communities and people well known."""
    return PostSort.NEW if kind in ("posts", "comments") else PostSort.TOP_ALL


def asked_of(form: Form) -> Asked:
    """Read the address; what it says wrong is as if not said."""
    kind = form.text("type") if form.text("type") in KINDS else "posts"
    sort = form.text("sort")
    return Asked(
        term=form.text("q"),
        kind=kind,
        sort=PostSort(sort) if sort in set(SORTS) else usual_sort(kind),
        scope=form.text("scope") if form.text("scope") in SCOPES else "",
        community=form.text("community").strip(),
        person=form.text("person").strip(),
        host=form.text("host").strip().lower(),
        title_only=form.flag("title"),
        page=min(max(form.number("page") or 1, 1), LAST_PAGE),
    )


async def show_search(request: Request) -> Response:
    """The box, and what was found. An address or a handle leads to the thing itself."""
    asked = asked_of(query(request))
    if not asked.anything:
        return await _show(request, asked)
    await limited(request, "search")
    unknown = False
    if _is_name(asked.term) and "type" not in query(request):
        thing = await _resolved(request, asked.term)
        if thing is not None:
            return RedirectResponse(_place_of(thing), 303)
        unknown = True
    who = viewer(request)
    async with context(request).db.read(slow=True) as tx:
        try:
            wanted = await _wanted(tx, who, asked)
        except (NotFound, Invalid) as refusal:
            return await _show(request, asked, errors={refusal.field or "community": words(refusal)})
        found = await find(tx, who, wanted)
        look = look_of(who, await read_site(tx), tx.now, tx.memory)
    return await _show(request, asked, found, rows=_rows(found, look), unknown=unknown)


async def open_here(request: Request) -> Response:
    """A link in a text that leads to a thing on another server: to our copy of it. Where there is none, a member has it asked for; what
    cannot be had is opened there. Leads to servers that we know alone, so that nobody lends this one's name to a link."""
    url = query(request).text("url")[:2000]
    known: frozenset[str] = context(request).db.memory.get(KEPT, frozenset())
    match = ADDRESS.fullmatch(url)
    if match is None or match["host"].lower() not in known:
        raise NotFound("couldnt_find_object")
    await limited(request, "search")
    thing = await _resolved(request, url)
    return RedirectResponse(_place_of(thing) if thing is not None else url, 303)


def _is_name(term: str) -> bool:
    """Whether a term reads like an address or a handle rather than like words."""
    term = term.strip()
    return " " not in term and ("://" in term or term.startswith(("!", "@")) or "@" in term[1:-1])


async def _resolved(request: Request, term: str) -> Resolved | None:
    who, db = viewer(request), context(request).db
    try:
        if who.account is not None:
            return await resolve_anywhere(db, who, term, request.app.state.bring)
        async with db.read() as tx:
            return await (resolve if "://" in term else look_up)(tx, who, term)
    except (NotFound, Invalid):
        return None


def _place_of(thing: Resolved) -> str:
    """The page of a thing."""
    pages = {"community": f"/c/{thing.name}", "person": f"/u/{thing.name}"}
    return pages.get(thing.kind, f"/{thing.kind}/{thing.id}")


async def _wanted(tx: Any, who: Viewer, asked: Asked) -> SearchFor:
    """The command. Raises `NotFound` for a community or person that is not known, naming the field."""
    community = person = None
    if asked.community:
        try:
            community = (await find_community(tx, who, asked.community)).id
        except NotFound as refusal:
            raise NotFound(refusal.code, field="community") from refusal
    if asked.person:
        person = (await find_person(tx, who, asked.person)).id
    of_address = "://" in asked.term and asked.kind == "posts"
    return SearchFor(
        asked.term,
        kind=SearchType.URL if of_address else KINDS[asked.kind][0],
        scope=SCOPES[asked.scope][0],
        sort=asked.sort,
        community_id=community,
        creator_id=person,
        host=asked.host or None,
        title_only=asked.title_only,
        pins=False,
        page=asked.page,
        limit=PER_PAGE,
    )


def _rows(found: Found, look: Look) -> Markup:
    """Posts or comments as lists show them; empty for other kinds, which the template shows."""
    if found.comments:
        rows = "".join(comment_row(view, look) for view in found.comments)
        return Markup(f'<ul class="rows">\n{rows}</ul>')  # noqa: S704 - made of escaped parts
    return Markup(render_views(found.posts, look))  # noqa: S704 - the renderer escapes


async def _show(
    request: Request,
    asked: Asked,
    found: Found | None = None,
    *,
    rows: Markup | str = "",
    unknown: bool = False,
    errors: dict[str, str] | None = None,
) -> Response:
    kind = KINDS[asked.kind][0]
    more = found is not None and kind in found.more and asked.page < LAST_PAGE
    return await page(
        request,
        "search/show.html",
        asked=asked,
        kept=asked.kept(),
        found=found,
        rows=rows,
        unknown=unknown,
        bounded=found is not None and kind in found.bounded,
        communities=[(view, community_link(view.community)) for view in found.communities] if found else [],
        people=[(person, person_link(person)) for person in found.people] if found else [],
        kinds=_tabs(asked),
        sorts=[(sort.value, gettext(label)) for sort, label in SORTS.items()],
        scopes=[
            (name, gettext(label))
            for name, (_, label) in SCOPES.items()
            if viewer(request).account is not None or name in ("", "local")
        ],
        prev=asked.address(page=asked.page - 1 if asked.page > 2 else "") if asked.page > 1 else "",
        next=asked.address(page=asked.page + 1) if more else "",
        errors=errors or {},
    )


def _sort_in(asked: Asked, kind: str) -> str:
    """The order that another tab keeps: the one that was chosen, not the usual one of this tab."""
    chosen = asked.sort if asked.sort is not usual_sort(asked.kind) else usual_sort(kind)
    return chosen.value


def _tabs(asked: Asked) -> Sequence[tuple[str, str, bool]]:
    """The kinds, each with the same words and filters."""
    return [
        (gettext(label), asked.address(type=name, sort=_sort_in(asked, name)), name == asked.kind)
        for name, (_, label) in KINDS.items()
    ]
