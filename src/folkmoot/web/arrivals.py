"""What other servers sent and how it ended: pages for administrators."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from folkmoot.core.instances.arrivals import (
    KINDS,
    Arrival,
    State,
    believe_again,
    explain,
    read_arrivals,
)
from folkmoot.web.admin import admin_page
from folkmoot.web.base import context, done, viewer
from folkmoot.web.forms import query
from folkmoot.web.i18n import N_, gettext
from folkmoot.web.paging import address, trail_of

PATH = "/admin/federation/arrivals"
PER_PAGE = 50
STATE_WORDS = {
    State.ACCEPTED: N_("accepted"),
    State.WITHOUT_EFFECT: N_("without effect"),
    State.REFUSED: N_("refused"),
    State.LATER: N_("put off"),
    State.WAITING: N_("waiting"),
}
REASONS = {
    "account_too_young": N_("Who wrote it has had their account for too short a time."),
    "activity_of_other_host": N_("It claims to be of another server."),
    "address_refused": N_("Something it needs lies in a private network."),
    "announced_by_other_community": N_("Another community passed it on than the one it is about."),
    "audience_is_another": N_("It names a community that it is not addressed to."),
    "banned_from_community": N_("Who did it is banned from this community."),
    "budget_exhausted": N_("Too much would have had to be fetched for it."),
    "community_not_followed": N_("Nobody here follows this community."),
    "couldnt_find_object": N_("What it is about cannot be found."),
    "deleted": N_("Who did it, or where, has been deleted."),
    "federation_disabled": N_("This server does not talk to others."),
    "http_status": N_("Its server did not give out what it is about."),
    "instance_blocked": N_("A server that is blocked here has to do with it."),
    "instance_not_allowed": N_("A server that is not on the list of allowed ones has to do with it."),
    "internal_error": N_("A mistake of this program."),
    "left_alone": N_("A server failed before and is left alone for a while."),
    "local_actor": N_("It claims that somebody of this server did it."),
    "local_object": N_("It would change something of this server."),
    "local_site": N_("It would ban somebody from this server."),
    "locked": N_("The post or comment is locked."),
    "move_not_confirmed": N_("The new account does not confirm the move."),
    "moved_lately": N_("Who moved had moved less than thirty days before."),
    "never_announced": N_("Communities do not pass on such things."),
    "never_sent_by_us": N_("It claims something of somebody here that they never did."),
    "no_community": N_("It is for no community."),
    "nobody_here": N_("It is for nobody here."),
    "nobody_waits": N_("Nobody here waits for this answer."),
    "not_a_mod_or_admin": N_("Who did it does not moderate there."),
    "not_found": N_("What it is about does not exist on its server."),
    "not_higher_mod": N_("Who did it does not rank above the one it is about."),
    "not_newer": N_("A newer state is here already."),
    "not_public": N_("It is not public."),
    "not_the_author": N_("Who did it did not write what it is about."),
    "not_the_sender": N_("Somebody else sent it."),
    "not_what_we_sent": N_("It differs from what was sent from here."),
    "object_of_other_host": N_("What it is about lies on another server than its author."),
    "only_mods_can_post_in_community": N_("Only moderators may post in this community."),
    "public_in_private_community": N_("It is public, and the community is private."),
    "reactions_are_not_counted": N_("Emoji alone are no votes here."),
    "site_ban": N_("Who did it is banned."),
    "taken_back": N_("It was taken back before it had any effect."),
    "undone_by_other": N_("It undoes what somebody else did."),
    "unknown_actor": N_("It is about somebody who is not known here."),
    "unknown_object": N_("It is about something that is not here."),
    "waits_for_earlier": N_("Something that came before it has to be tried again first."),
    "was_deleted": N_("What it is about was deleted."),
    "without_effect": N_("Such things have no effect here."),
}  # fmt: skip


def words_of_reason(reason: str | None) -> str:
    """Why something was not taken; the code itself where there are no words for it."""
    return gettext(REASONS[reason]) if reason in REASONS else reason or ""


async def show_arrivals(request: Request) -> Response:
    """What arrived lately, by server, state and kind; or one activity by its address."""
    asked = query(request)
    server, what = asked.text("server").strip()[:255], asked.text("activity").strip()[:2000]
    state = asked.text("state") if asked.text("state") in list(State) else ""
    kind = asked.text("kind") if asked.text("kind") in KINDS else ""
    after, trail = asked.text("after")[:20], trail_of(asked)
    rows = partial(address, PATH, server=server, state=state, kind=kind)
    async with context(request).db.read(slow=True) as tx:
        if what:
            one = await explain(tx, viewer(request), what)
            items, following, refused = ([one] if one else []), None, []
        else:
            found = await read_arrivals(
                tx, viewer(request), server=server, state=state, kind=kind, after=after, limit=PER_PAGE
            )
            items, following, refused = found.items, found.next, found.refused
    return await admin_page(
        request, "federation", "arrivals", items=items, refused=refused, server=server, state=state, kind=kind, activity=what,
        states=[("", gettext("All")), *((value.value, gettext(label)) for value, label in STATE_WORDS.items())],
        kinds=[("", gettext("All")), *((name, name) for name in KINDS)], of_server=partial(address, PATH),
        word=_state, reason=words_of_reason, prev=trail.prev(rows), next=trail.next(rows, following),
    )  # fmt: skip


def _state(arrival: Arrival) -> str:
    return gettext(STATE_WORDS[arrival.state])


async def release(request: Request) -> Response:
    """Believe a community again that was caught inventing."""
    async with context(request).db.write() as tx:
        await believe_again(tx, viewer(request), int(request.path_params["id"]))
    return done(request, "/admin/federation", said=gettext("Done."))
