"""Search: one box for words, addresses and handles; kinds as tabs, filters in the address."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from folkmoot.core.communities.view import find_community
from folkmoot.core.instances.neighbours import ADDRESS, KEPT
from folkmoot.core.people.find import find_person
from folkmoot.core.search.find import Found, FoundLines, SearchFor, find, find_lines
from folkmoot.core.search.resolve import Resolved, look_up, resolve, resolve_anywhere
from folkmoot.core.site.frame import read_site
from folkmoot.model.enums import Listing, PostSort, SearchType
from folkmoot.model.errors import Invalid, NotFound
from folkmoot.model.people import Viewer
from folkmoot.web import i18n
from folkmoot.web.base import Templates, context, limited, page, viewer
from folkmoot.web.errors import words
from folkmoot.web.forms import Form, query
from folkmoot.web.front import comment_row, rows_of_lines
from folkmoot.web.handles import community_link, person_link
from folkmoot.web.i18n import N_, gettext
from folkmoot.web.lemmy_pages import query_of_a_list
from folkmoot.web.page_cache import FRONT, POSTS, SITE, Key, may_be_kept
from folkmoot.web.render.look import Look, look_of

PER_PAGE = 20
LAST_PAGE = 50
_LARGEST_KEPT = 500
"""Characters of an address whose head is kept."""

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
    asked = asked_of(query_of_a_list(request))
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
    async with context(request).db.read() as tx:
        try:
            wanted = await _wanted(tx, who, asked)
        except (NotFound, Invalid) as refusal:
            return await _show(request, asked, errors={refusal.field or "community": words(refusal)})
        look = look_of(who, await read_site(tx), tx.now, tx.memory)
        found: Found | FoundLines
        if wanted.kind in (SearchType.POSTS, SearchType.URL):
            found = await find_lines(tx, who, wanted)
            rows = await rows_of_lines(tx, look, found.posts)
        else:
            found = await find(tx, who, wanted)
            rows = _rows(found, look)
    if not unknown:
        may_be_kept(request, SITE, POSTS, ("search", 0), *_made_from(wanted, found), late=(FRONT,))
    return await _show(request, asked, found, rows=rows, unknown=unknown)


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


def _made_from(wanted: SearchFor, found: Found | FoundLines) -> Iterator[Key]:
    """What a page shows something of, or was narrowed by."""
    if wanted.kind is SearchType.USERS:
        yield ("names", 0)
    yield from (("community", number) for number in (wanted.community_id,) if number)
    yield from (("person", number) for number in (wanted.creator_id,) if number)
    if isinstance(found, FoundLines):
        for post in found.posts:
            yield from (("thread", post.id), ("community", post.community_id), ("person", post.creator_id))
    else:
        for said in (view.comment for view in found.comments):
            yield from (
                ("thread", said.post_id),
                ("community", said.community_id),
                ("person", said.creator_id),
            )
    yield from (("community", each.community.id) for each in found.communities)
    yield from (("person", each.id) for each in found.people)


def _rows(found: Found, look: Look) -> Markup:
    """Comments as lists show them; empty for other kinds, which the template shows."""
    if not found.comments:
        return Markup()
    rows = "".join(comment_row(view, look) for view in found.comments)
    return Markup(f'<ul class="rows">\n{rows}</ul>')  # noqa: S704 - made of escaped parts


async def _show(
    request: Request,
    asked: Asked,
    found: Found | FoundLines | None = None,
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
        head=_head_of(request, asked, errors or {}, found=found is not None),
        found=found,
        rows=rows,
        unknown=unknown,
        bounded=found is not None and kind in found.bounded,
        communities=[(view, community_link(view.community)) for view in found.communities] if found else [],
        people=[(person, person_link(person)) for person in found.people] if found else [],
        prev=asked.address(page=asked.page - 1 if asked.page > 2 else "") if asked.page > 1 else "",
        next=asked.address(page=asked.page + 1) if more else "",
        errors=errors or {},
    )


def _head_of(request: Request, asked: Asked, errors: dict[str, str], *, found: bool) -> Markup:
    """The box, the filters and the kinds: the same for whoever asks the same, so they are kept where nothing is wrong."""
    templates, member = request.app.state.templates, viewer(request).account is not None
    if errors or len(asked.address()) > _LARGEST_KEPT:
        return _head(templates, asked, errors, member=member, found=found)
    return _kept_head(templates, asked, i18n.current().code, member=member, found=found)


@lru_cache(maxsize=1000)
def _kept_head(templates: Templates, asked: Asked, _code: str, *, member: bool, found: bool) -> Markup:
    return _head(templates, asked, {}, member=member, found=found)


def _head(templates: Templates, asked: Asked, errors: dict[str, str], *, member: bool, found: bool) -> Markup:
    scopes = [
        (name, gettext(label))
        for name, (_, label) in SCOPES.items()
        if member or name not in ("subscribed", "moderating")
    ]
    values = {
        "asked": asked,
        "kept": asked.kept(),
        "kinds": _tabs(asked),
        "sorts": [(sort.value, gettext(label)) for sort, label in SORTS.items()],
        "scopes": scopes,
        "found": found,
        "errors": errors,
    }
    return Markup(templates.render("search/head.html", values))  # noqa: S704 - a template escapes


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
