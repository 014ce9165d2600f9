"""Communities: the directory, what stands beside and above their pages, and what readers do with one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from folkmoot.core.communities.delete import delete_community
from folkmoot.core.communities.directory import ListCommunities, list_communities
from folkmoot.core.communities.follow import follow_community, unfollow_community
from folkmoot.core.communities.remove import hide_community
from folkmoot.core.communities.view import CommunityAbout, community_view, find_community
from folkmoot.model.communities import Barred
from folkmoot.model.enums import Listing, PostSort, Subscribed, Visibility
from folkmoot.model.people import Viewer
from folkmoot.model.views import CommunityView
from folkmoot.web.base import context, done, page, viewer
from folkmoot.web.filters import number, time_ago, time_iso
from folkmoot.web.forms import read_form
from folkmoot.web.handles import CommunityLink, PersonLink, community_link, name_of, person_link
from folkmoot.web.i18n import N_, gettext
from folkmoot.web.lemmy_pages import query_of_a_list

PER_PAGE = 50
LAST_PAGE = 100

SCOPES = {
    "all": (Listing.ALL, N_("All")),
    "local": (Listing.LOCAL, N_("On this server")),
    "subscribed": (Listing.SUBSCRIBED, N_("Subscribed")),
    "moderating": (Listing.MODERATOR_VIEW, N_("Moderated by you")),
}
SORTS = (
    (PostSort.HOT, N_("Growing now")),
    (PostSort.TOP_ALL, N_("Most subscribers")),
    (PostSort.TOP_MONTH, N_("Most people this month")),
    (PostSort.TOP_DAY, N_("Most people today")),
    (PostSort.MOST_COMMENTS, N_("Most comments")),
    (PostSort.NEW, N_("Newest")),
    (PostSort.OLD, N_("Oldest")),
)
_SORT_BY_NAME = {sort.value: sort for sort in PostSort}


# --- values for templates ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CommunityCard:
    """What the macro `community_card` shows."""

    name: str
    host: str
    href: str
    title: str
    html: Markup
    facts: list[tuple[str, str]]
    moderators: list[PersonLink]
    subscribed: bool | str | None
    asks: bool
    post_href: str
    modlog: str


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a community's pages, for `communities/head.html`. `tabs`: label, address, current; only posts for most people. `asks`: a
    moderator has to let the reader in; `outside`: they cannot read what is in it."""

    link: CommunityLink
    icon: str | None
    tabs: list[tuple[str, str, bool]]
    subscribed: bool | str | None
    asks: bool
    outside: bool
    notes: list[str]


def subscription(who: Viewer, view: CommunityView) -> bool | str | None:
    """None for a reader who cannot subscribe; else False, True, or "pending"."""
    if who.account is None:
        return None
    if view.subscribed == Subscribed.PENDING:
        return "pending"
    return view.subscribed == Subscribed.SUBSCRIBED


def must_ask(who: Viewer, view: CommunityView) -> bool:
    """Whether a moderator has to let this reader in."""
    return view.community.visibility == Visibility.PRIVATE and not (view.moderator or who.admin)


def is_outside(who: Viewer, view: CommunityView) -> bool:
    """Whether this reader cannot read what is in it."""
    return must_ask(who, view) and view.subscribed != Subscribed.SUBSCRIBED


def community_card(who: Viewer, view: CommunityView, beside: CommunityAbout) -> CommunityCard:
    """The card beside a community's posts."""
    community = view.community
    link = community_link(community)
    named = urlencode({"community": name_of(community)})
    may_post = who.account is not None and (view.moderator or not community.posting_restricted_to_mods)
    may_post = may_post and not is_outside(who, view)
    return CommunityCard(
        name=link.name,
        host=link.host,
        href=link.href,
        title=link.title,
        html=Markup(community.description_html or ""),  # noqa: S704 - cleaned when it was written
        facts=[
            (gettext("Subscribers"), number(community.subscribers_known)),
            (gettext("Subscribers here"), number(community.subscribers_local)),
            (gettext("People this month"), number(community.users_active_month)),
            (gettext("Posts"), number(community.posts)),
            (gettext("Comments"), number(community.comments)),
        ],
        moderators=[person_link(person) for person in beside.moderators],
        subscribed=subscription(who, view),
        asks=must_ask(who, view),
        post_href=f"/submit?{named}" if may_post else "",
        modlog=f"/modlog?{named}",
    )


def words_of_ban(ban: Barred | None) -> str:
    """What somebody who is banned from a community is told about it; empty where nobody is."""
    if ban is None:
        return ""
    if ban.expires is not None:
        figures = {"moment": time_ago(ban.expires), "date": time_iso(ban.expires)}
        said = gettext("You are banned from this community. The ban ends %(moment)s (%(date)s).") % figures
    else:
        said = gettext("You are banned from this community for good.")
    reason = gettext("Reason: %(reason)s") % {"reason": ban.reason}
    return f"{said} {reason}" if ban.reason else said


def head(who: Viewer, view: CommunityView, here: str = "posts") -> Head:
    """The head of a community's pages; `here` is the current one: posts, edit, moderators, bans or members."""
    community = view.community
    link = community_link(community)
    tabs = [(f"!{community.name}", link.href, here == "posts")]
    if view.moderator or who.admin:
        tabs += [
            (gettext("Settings"), f"{link.href}/edit", here == "edit"),
            (gettext("Moderators"), f"{link.href}/moderators", here == "moderators"),
            (gettext("Bans"), f"{link.href}/bans", here == "bans"),
        ]
        if community.local and community.visibility == Visibility.PRIVATE:
            tabs.append((gettext("Members"), f"{link.href}/members", here == "members"))
    states = {
        gettext(
            "Deleted by its first moderator. Only moderators and administrators see it."
        ): community.deleted,
        gettext("Removed by an administrator. Only moderators and administrators see it."): community.removed,
        gettext("Hidden: only its subscribers find it in lists."): community.hidden,
        gettext("Only for people of this server."): community.visibility == Visibility.LOCAL_ONLY,
        gettext("Private: only members read what is in it."): community.visibility == Visibility.PRIVATE,
        gettext("Unlisted: only its subscribers find it in lists."): community.visibility
        == Visibility.UNLISTED,
    }
    notes = [words for words, holds in states.items() if holds]
    return Head(
        link,
        community.icon,
        tabs,
        subscription(who, view),
        must_ask(who, view),
        is_outside(who, view),
        notes,
    )


async def view_of(request: Request) -> CommunityView:
    """The community that the address names, as the reader sees it. Raises `NotFound` couldnt_find_community."""
    async with context(request).db.read() as tx:
        return await community_view(tx, viewer(request), request.path_params["name"])


async def community_id(request: Request) -> int:
    """The id of the community that the address names, whatever its state. Raises `NotFound` couldnt_find_community."""
    async with context(request).db.read() as tx:
        return (await find_community(tx, viewer(request), request.path_params["name"])).id


async def show_tag(request: Request) -> Response:
    """The address of a tag for posts: there is no page of it but its community's."""
    return done(request, community_link((await view_of(request)).community).href)


# --- the directory -------------------------------------------------------------------------------------------------


def _wanted(request: Request) -> ListCommunities:
    """What the address asks for."""
    asked = query_of_a_list(request)
    return ListCommunities(
        sort=_SORT_BY_NAME.get(asked.text("sort"), PostSort.HOT),
        scope=SCOPES.get(asked.text("scope"), SCOPES["all"])[0],
        term=asked.text("q").strip()[:200],
        show_nsfw=True if asked.flag("nsfw") else None,
        page=min(max(asked.number("page") or 1, 1), LAST_PAGE),
        limit=PER_PAGE,
    )


def _address(wanted: ListCommunities, **other: Any) -> str:
    """The address of a list like this one."""
    scope = next(name for name, (listing, _) in SCOPES.items() if listing == wanted.scope)
    usual = {"scope": "all", "sort": PostSort.HOT.value, "page": 1}
    asked: Mapping[str, Any] = {
        "q": wanted.term,
        "scope": scope,
        "sort": wanted.sort.value,
        "nsfw": "1" if wanted.show_nsfw else "",
        **other,
    }
    kept = {name: value for name, value in asked.items() if value and value != usual.get(name)}
    return f"/communities?{urlencode(kept)}" if kept else "/communities"


async def show_directory(request: Request) -> Response:
    """All communities that the reader may see; every choice is part of the address."""
    who = viewer(request)
    wanted = _wanted(request)
    async with context(request).db.read() as tx:
        found = await list_communities(tx, who, wanted)
    more = found.next and wanted.page < LAST_PAGE
    return await page(
        request,
        "communities/directory.html",
        rows=[
            (view, community_link(view.community), subscription(who, view), must_ask(who, view))
            for view in found.items
        ],
        wanted=wanted,
        sorts=[(sort.value, gettext(label)) for sort, label in SORTS],
        scopes=[
            (gettext(label), _address(wanted, scope=name), listing == wanted.scope)
            for name, (listing, label) in SCOPES.items()
            if who.account or name in ("all", "local")
        ],
        scope=next(name for name, (listing, _) in SCOPES.items() if listing == wanted.scope),
        prev=_address(wanted, page=wanted.page - 1) if wanted.page > 1 else "",
        next=_address(wanted, page=wanted.page + 1) if more else "",
    )


# --- what readers and those in charge do with one button ------------------------------------------------------------


async def follow(request: Request) -> Response:
    """Subscribe or leave: the state is in the form, without one it switches."""
    form = await read_form(request)
    who = viewer(request)
    async with context(request).db.write() as tx:
        community = await find_community(tx, who, request.path_params["name"])
        wanted = form.state()
        if wanted is None:
            view = await community_view(tx, who, community.id)
            wanted = view.subscribed == Subscribed.NOT_SUBSCRIBED
        change = follow_community if wanted else unfollow_community
        state = await change(tx, who, community.id)
        asks = must_ask(who, await community_view(tx, who, community.id))
    label = {
        Subscribed.SUBSCRIBED: gettext("Subscribed"),
        Subscribed.PENDING: gettext("Asked to join") if asks else gettext("Asked to subscribe"),
        Subscribed.NOT_SUBSCRIBED: gettext("Ask to join") if asks else gettext("Subscribe"),
    }[state]
    answer = {"on": state != Subscribed.NOT_SUBSCRIBED, "label": label}
    return done(request, community_link(community).href, answer)


async def delete(request: Request) -> Response:
    """Delete a community, as its first moderator; it can be restored."""
    number = await community_id(request)
    async with context(request).db.write() as tx:
        community = await delete_community(tx, viewer(request), number, deleted=True)
    said = gettext("Deleted. Only its moderators and administrators see it; it can be restored.")
    return done(request, f"{community_link(community).href}/edit", said=said)


async def restore(request: Request) -> Response:
    """Take the deleting back."""
    number = await community_id(request)
    async with context(request).db.write() as tx:
        community = await delete_community(tx, viewer(request), number, deleted=False)
    return done(request, community_link(community).href, said=gettext("The community is back."))


async def hide(request: Request) -> Response:
    """Keep a community out of the lists of those who do not follow it, or no longer."""
    form = await read_form(request)
    async with context(request).db.write() as tx:
        who = viewer(request)
        community = await find_community(tx, who, request.path_params["name"])
        wanted = form.state()
        hidden = not community.hidden if wanted is None else wanted
        reason = form.text("reason") or None
        community = await hide_community(tx, who, community.id, hidden=hidden, reason=reason)
    said = gettext("Hidden: only subscribers find it in lists.") if hidden else gettext("Listed again.")
    return done(request, f"{community_link(community).href}/edit", said=said)
