"""How it goes with other servers: the administrators' page about them, which servers have a post, and what a writer should know."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from folkmoot.core import permissions
from folkmoot.core.instances.arrivals import read_doubted
from folkmoot.core.instances.federation import (
    Health,
    ServerState,
    post_elsewhere,
    read_servers,
    retry_server,
    skip_server,
)
from folkmoot.core.permissions import Standing
from folkmoot.model.errors import NotFound
from folkmoot.model.instances import Doubt
from folkmoot.web.admin import admin_page
from folkmoot.web.arrivals import PATH as ARRIVALS
from folkmoot.web.base import context, done, viewer
from folkmoot.web.forms import query, read_form
from folkmoot.web.handles import community_link
from folkmoot.web.i18n import N_, gettext
from folkmoot.web.paging import address, trail_of

PER_PAGE = 50
HEALTH_WORDS = {
    Health.WELL: N_("well"),
    Health.FAILING: N_("failing"),
    Health.DEAD: N_("gone"),
    Health.SHUT_OUT: N_("shut out"),
}
DOUBT_WORDS = {
    Doubt.UNREACHABLE: N_("The server of this community has not answered for a while. What you write arrives there when it is back."),
    Doubt.BLOCKED_BY_US: N_("This server does not talk to the one of this community. What you write stays here."),
    Doubt.BLOCKS_US: N_("The server of this community does not take anything from this one. What you write stays here."),
}  # fmt: skip
REASONS = {
    "timeout": N_("no answer in time"),
    "unreachable": N_("not reachable"),
    "address refused": N_("its name leads into a private network"),
    "bad address": N_("an address that nothing is sent to"),
    "unreadable answer": N_("an answer that cannot be read"),
    "no key": N_("the sender is no more"),
    "internal error": N_("a mistake of this program"),
}


def words_of_doubt(doubt: Doubt | None) -> str:
    """What a writer should know; empty where there is nothing."""
    return gettext(DOUBT_WORDS[doubt]) if doubt else ""


def words_of_reason(reason: str | None) -> str:
    """Why something was not delivered."""
    if reason is None:
        return ""
    if reason.startswith("status "):
        return gettext("answered %(status)s") % {"status": reason.removeprefix("status ")}
    return gettext(REASONS[reason]) if reason in REASONS else reason


async def show_federation(request: Request) -> Response:
    """Every server that we deliver to: its state, what waits, and why."""
    asked = query(request)
    after, trail, servers = asked.text("after")[:20], trail_of(asked), partial(address, "/admin/federation")
    async with context(request).db.read(slow=True) as tx:
        found = await read_servers(tx, viewer(request), after=after, limit=PER_PAGE)
        doubted = await read_doubted(tx, viewer(request))
    return await admin_page(
        request, "federation", servers=found.items, health=_health, reason=words_of_reason,
        arrivals=partial(address, ARRIVALS), doubted=[(one, community_link(one.community)) for one in doubted],
        prev=trail.prev(servers), next=trail.next(servers, found.next),
    )  # fmt: skip


def _health(state: ServerState) -> str:
    return gettext(HEALTH_WORDS[state.health])


async def help_server(request: Request) -> Response:
    """Try again now, skip one activity, or skip all that waits; `do` says which."""
    form = await read_form(request)
    number, what = int(request.path_params["id"]), form.text("do")
    permissions.check("instances.block", Standing(viewer(request)))
    async with context(request).db.write() as tx:
        if what == "retry":
            await retry_server(tx, viewer(request), number)
        elif what in ("skip", "skip_all"):
            await skip_server(tx, viewer(request), number, everything=what == "skip_all")
        else:
            raise NotFound("unknown")
    return done(request, "/admin/federation", said=gettext("Done."))


async def show_post_elsewhere(request: Request) -> Response:
    """Which servers have a post."""
    number = int(request.path_params["id"])
    async with context(request).db.read(slow=True) as tx:
        found = await post_elsewhere(tx, viewer(request), number)
    return await admin_page(request, "federation", "post_elsewhere", post_id=number, servers=found)
