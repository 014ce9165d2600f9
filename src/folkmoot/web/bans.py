"""Bans: from a community, with the list of who is banned there, and from the site."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from folkmoot.core import permissions
from folkmoot.core.communities.ban import BanFromCommunity, ban_from_community, banned_people
from folkmoot.core.people.ban import BanFromSite, ban_from_site
from folkmoot.core.people.find import find_person
from folkmoot.core.permissions import Standing
from folkmoot.core.tools import Case, case_of
from folkmoot.model.errors import Refusal
from folkmoot.model.people import Person
from folkmoot.web.admin import end_in_days
from folkmoot.web.base import context, done, page, viewer
from folkmoot.web.communities import head, view_of
from folkmoot.web.errors import AGAIN, errors_of
from folkmoot.web.forms import Form, query, read_form
from folkmoot.web.handles import community_link, name_of, person_link
from folkmoot.web.i18n import N_, gettext
from folkmoot.web.moderation import reason_of, reasons

PER_PAGE = 50

LENGTHS = (
    ("1", N_("a day")),
    ("3", N_("three days")),
    ("7", N_("a week")),
    ("30", N_("a month")),
    ("90", N_("three months")),
    ("365", N_("a year")),
    ("", N_("for good")),
)
"""How long a ban lasts: days, none for good."""


async def show_bans(request: Request) -> Response:
    """Who is banned from a community, the latest first."""
    view = await view_of(request)
    who = viewer(request)
    number = min(max(query(request).number("page") or 1, 1), 10_000)
    async with context(request).db.read() as tx:
        bans = await banned_people(tx, who, view.community.id, page=number, limit=PER_PAGE)
    here = f"{community_link(view.community).href}/bans"
    return await page(
        request,
        "communities/bans.html",
        head=head(who, view, "bans"),
        bans=[(ban, person_link(ban.person), name_of(ban.person)) for ban in bans],
        prev=f"{here}?page={number - 1}" if number > 1 else "",
        next=f"{here}?page={number + 1}" if len(bans) == PER_PAGE else "",
    )


async def _ban_page(
    request: Request, case: Case, action: str, form: Form, refusal: Refusal | None, **values: Any
) -> Response:
    """The form: who it is about, what stands of theirs, for how long and why."""
    return await page(
        request,
        "moderation/ban.html",
        status=AGAIN if refusal else 200,
        case=case,
        person_value=person_link(case.person),
        history=f"/modlog?{urlencode({'person': name_of(case.person)})}",
        action=action,
        lengths=[(days, gettext(label)) for days, label in LENGTHS],
        days=form.text("days", "7"),
        reason=form.text("reason"),
        reasons=reasons(),
        errors=errors_of(refusal) if refusal else {},
        **values,
    )


# --- from a community ----------------------------------------------------------------------------------------------


async def show_community_ban(request: Request) -> Response:
    """The form, for the person that `?person=` names; without one, the form asks for it."""
    name = query(request).text("person").strip()
    view = await view_of(request)
    async with context(request).db.read() as tx:
        await permissions.officer_in(tx, viewer(request), view.community.id, "community.ban")
    if not name:
        return await page(request, "communities/ban_whom.html", head=head(viewer(request), view, "bans"))
    async with context(request).db.read() as tx:
        person = await find_person(tx, viewer(request), name)
    return await _community_ban_page(request, person)


async def _community_ban_page(request: Request, person: Person, refusal: Refusal | None = None) -> Response:
    view = await view_of(request)
    async with context(request).db.read() as tx:
        case = await case_of(tx, person, view.community)
    href = community_link(view.community).href
    return await _ban_page(
        request,
        case,
        f"{href}/ban",
        await read_form(request),
        refusal,
        community_value=community_link(view.community),
        back=f"{href}/bans",
    )


async def change_community_ban(request: Request) -> Response:
    """Ban the `person` of the form, or lift the ban (`on=0`)."""
    form = await read_form(request)
    who = viewer(request)
    ban = form.state() is not False
    view = await view_of(request)
    async with context(request).db.read() as tx:
        person = await find_person(tx, who, form.text("person"))
    try:
        end = end_in_days(form, context(request).clock.now())
        asked = BanFromCommunity(
            view.community.id, person.id, ban, end, reason_of(form), form.flag("remove_data")
        )
        async with context(request).db.write() as tx:
            await ban_from_community(tx, who, asked)
    except Refusal as refusal:
        return await _community_ban_page(request, person, refusal)
    said = gettext("%(name)s is banned.") if ban else gettext("%(name)s may take part again.")
    to = f"{community_link(view.community).href}/bans"
    return done(request, to, {"on": ban}, said=said % {"name": person.handle})


# --- from the site -------------------------------------------------------------------------------------------------


async def show_site_ban(request: Request) -> Response:
    """The form for a person."""
    permissions.check("person.ban", Standing(viewer(request)))
    return await _site_ban_page(request)


async def _site_ban_page(request: Request, refusal: Refusal | None = None) -> Response:
    async with context(request).db.read() as tx:
        person = await find_person(tx, viewer(request), request.path_params["name"])
        case = await case_of(tx, person)
    href = f"/u/{name_of(person)}"
    form = await read_form(request)
    return await _ban_page(request, case, f"{href}/ban", form, refusal, community_value=None, back=href)


async def change_site_ban(request: Request) -> Response:
    """Ban a person, or lift the ban (`on=0`)."""
    form = await read_form(request)
    who = viewer(request)
    ban = form.state() is not False
    try:
        async with context(request).db.write() as tx:
            person = await find_person(tx, who, request.path_params["name"])
            end = end_in_days(form, tx.now)
            asked = BanFromSite(person.id, ban, end, reason_of(form), form.flag("remove_data"))
            await ban_from_site(tx, who, asked)
    except Refusal as refusal:
        if not who.admin:
            raise
        return await _site_ban_page(request, refusal)
    said = gettext("%(name)s is banned from the site.") if ban else gettext("%(name)s may take part again.")
    return done(request, f"/u/{name_of(person)}", {"on": ban}, said=said % {"name": person.handle})
