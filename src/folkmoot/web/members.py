"""Who asks to join a private community, and who is in: for its moderators."""

from starlette.requests import Request
from starlette.responses import Response

from folkmoot.core.communities.members import let_in, read_members, read_requests, turn_away
from folkmoot.model.errors import NotFound
from folkmoot.model.members import Member
from folkmoot.web.base import context, done, page, viewer
from folkmoot.web.communities import community_id, head, view_of
from folkmoot.web.forms import read_form
from folkmoot.web.handles import PersonLink, community_link, person_link
from folkmoot.web.i18n import gettext


async def show_members(request: Request) -> Response:
    """The requests, the longest waiting first, and below them who is in."""
    view = await view_of(request)
    who = viewer(request)
    async with context(request).db.read() as tx:
        found = await read_members(tx, who, view.community.id)
    return await page(
        request,
        "communities/members.html",
        head=head(who, view, "members"),
        private=view.community.visibility == "Private",
        waiting=[_row(member) for member in found.waiting],
        inside=[_row(member) for member in found.inside],
        more=found.waiting_count - len(found.waiting),
        me_id=who.id,
    )


def _row(member: Member) -> tuple[int, PersonLink, int, str]:
    """Their id, who they are, since when, and what to know of their server before they are let in (VIS-4)."""
    return member.person.id, person_link(member.person), member.since, _warning(member)


def _warning(member: Member) -> str:
    if member.republishes:
        return gettext("Their server shows what it gets to everybody.")
    if member.cannot_read:
        return gettext("Their server cannot show them what is in private communities.")
    return ""


async def show_requests(request: Request) -> Response:
    """The communities one moderates that somebody asks to be let into."""
    async with context(request).db.read() as tx:
        found = await read_requests(tx, viewer(request))
    return await page(
        request,
        "communities/requests.html",
        waiting=[(community_link(community), number) for community, number in found],
    )


async def change_members(request: Request) -> Response:
    """Let somebody in (`let_in`, an id), or turn them away (`turn_away`), also when they are in."""
    form = await read_form(request)
    number = await community_id(request)
    welcome, unwelcome = form.number("let_in"), form.number("turn_away")
    chosen = welcome if welcome is not None else unwelcome
    if chosen is None:
        raise NotFound("couldnt_find_person")
    act = let_in if welcome is not None else turn_away
    async with context(request).db.write() as tx:
        await act(tx, viewer(request), number, chosen)
    said = gettext("They are in.") if welcome is not None else gettext("They are not in. They may ask again.")
    return done(request, f"/c/{request.path_params['name']}/members", said=said)
