"""Site administration: who runs the site, who has an account, who asks for one."""

from functools import partial
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from folkmoot.core.people.find import find_person
from folkmoot.core.site.admins import admins, appoint_admin, dismiss_admin, leave_admin
from folkmoot.core.site.applications import (
    DecideApplication,
    count_undecided,
    decide_application,
    list_applications,
    read_application,
)
from folkmoot.core.site.members import STATES, list_members
from folkmoot.core.site.view import read_settings
from folkmoot.model.administration import ApplicationView, Member
from folkmoot.model.errors import Refusal
from folkmoot.web.admin import admin_page, mistakes_of
from folkmoot.web.base import context, done, viewer, wants_fragment
from folkmoot.web.errors import AGAIN
from folkmoot.web.forms import Form, query, read_form
from folkmoot.web.handles import person_link
from folkmoot.web.i18n import N_, gettext
from folkmoot.web.paging import address, trail_of

PER_PAGE = 50
APPLICATIONS_PER_PAGE = 20
STATE_WORDS = dict(
    zip(
        STATES,
        (
            N_("Everybody"), N_("With an account"), N_("Waiting"), N_("Denied"), N_("Address not confirmed"), N_("Banned"),
            N_("Deleted"),
        ),
        strict=True,
    )
)  # fmt: skip
REASONS = (
    N_("The answer does not say anything about you."),
    N_("This looks like advertising."),
    N_("You have an account here already."),
)
"""What administrators answer most often."""


# --- people --------------------------------------------------------------------------------------------------------------


async def show_people(request: Request) -> Response:
    """The administrators, the site's counts, and a list of accounts that can be narrowed."""
    return await _people(request, Form())


async def _people(request: Request, form: Form, errors: dict[str, str] | None = None) -> Response:
    asked = query(request)
    state = asked.text("state") if asked.text("state") in STATES else "all"
    part = asked.text("q")[:100]
    async with context(request).db.read() as tx:
        view = await read_settings(tx, viewer(request))
        found = await list_members(
            tx, viewer(request), state=state, part=part, before=asked.number("before"), limit=PER_PAGE + 1
        )
        running = await admins(tx)
    trail, accounts = trail_of(asked, "before"), partial(address, "/admin/people", state=state, q=part)
    last = found[PER_PAGE - 1].account_id if len(found) > PER_PAGE else None
    return await admin_page(
        request, "people", status=AGAIN if errors else 200, view=view, form=form, errors=errors or {}, state=state, q=part,
        states=[(name, gettext(label)) for name, label in STATE_WORDS.items()],
        admins=[(person, person_link(person)) for person in running], own_id=viewer(request).id,
        members=[_row(member) for member in found[:PER_PAGE]],
        prev=trail.prev(accounts, "before"), next=trail.next(accounts, last, "before"),
    )  # fmt: skip


def _row(member: Member) -> dict[str, Any]:
    """An account as the table shows it."""
    person, account = member.viewer.person, member.viewer.account
    assert person is not None and account is not None
    return {
        "person": person,
        "link": person_link(person),
        "account": account,
        "state": member.state,
        "application": member.application,
        "last_active": member.last_active,
    }


async def add_admin(request: Request) -> Response:
    """Appoint somebody, named in a form."""
    form = await read_form(request)
    try:
        async with context(request).db.write() as tx:
            person = await find_person(tx, viewer(request), form.text("name"))
            await appoint_admin(tx, viewer(request), person.id)
    except Refusal as refusal:
        words = mistakes_of(refusal)
        return await _people(request, form, {"name": next(iter(words.values()))})
    return done(request, "/admin/people", said=gettext("They are an administrator now."))


async def end_admin(request: Request) -> Response:
    """End somebody's office."""
    async with context(request).db.write() as tx:
        await dismiss_admin(tx, viewer(request), request.path_params["id"])
    return done(request, "/admin/people", said=gettext("They are no administrator any more."))


async def leave_office(request: Request) -> Response:
    """End one's own."""
    async with context(request).db.write() as tx:
        await leave_admin(tx, viewer(request))
    return done(request, "/", said=gettext("You are no administrator any more."))


# --- applications --------------------------------------------------------------------------------------------------------


async def show_applications(request: Request) -> Response:
    """The undecided, or all."""
    asked = query(request)
    everything = asked.text("show") == "all"
    number = min(max(asked.number("page") or 1, 1), 100_000)
    async with context(request).db.read() as tx:
        view = await read_settings(tx, viewer(request))
        found = await list_applications(
            tx, viewer(request), undecided_only=not everything, limit=APPLICATIONS_PER_PAGE + 1,
            offset=(number - 1) * APPLICATIONS_PER_PAGE,
        )  # fmt: skip
        waiting = await count_undecided(tx, viewer(request))
    here = "/admin/applications?show=all&page=" if everything else "/admin/applications?page="
    return await admin_page(
        request, "applications", view=view, waiting=waiting, everything=everything, reasons=_reasons(),
        cases=[_case(one) for one in found[:APPLICATIONS_PER_PAGE]],
        prev=f"{here}{number - 1}" if number > 1 else "", next=f"{here}{number + 1}" if len(found) > APPLICATIONS_PER_PAGE else "",
    )  # fmt: skip


async def go_to_applications(_: Request) -> Response:
    """The address that mails name."""
    return RedirectResponse("/admin/applications", 303)


async def show_application(request: Request) -> Response:
    """One of them."""
    async with context(request).db.read() as tx:
        found = await read_application(tx, viewer(request), request.path_params["id"])
    return await _application(request, found, Form())


async def decide(request: Request) -> Response:
    """Let somebody in or not; the row of the list leaves with a word about it."""
    form = await read_form(request)
    number, approve = request.path_params["id"], form.text("do") == "approve"
    try:
        async with context(request).db.write() as tx:
            found = await decide_application(
                tx, viewer(request), DecideApplication(number, approve, form.text("reason"))
            )
    except Refusal as refusal:
        errors = mistakes_of(refusal)
        async with context(request).db.read() as tx:
            found = await read_application(tx, viewer(request), number)
        return await _application(request, found, form, errors)
    name = found.applicant.person.name if found.applicant.person else ""
    said = gettext("%(name)s has an account now.") if approve else gettext("%(name)s was turned away.")
    if wants_fragment(request):
        return HTMLResponse(Markup('<p class="note done">{}</p>').format(said % {"name": name}))
    return done(request, "/admin/applications", said=said % {"name": name})


async def _application(
    request: Request, found: ApplicationView, form: Form, errors: dict[str, str] | None = None
) -> Response:
    return await admin_page(
        request, "applications", "application", status=AGAIN if errors else 200, case=_case(found), form=form,
        errors=errors or {}, reasons=_reasons(),
    )  # fmt: skip


def _case(found: ApplicationView) -> dict[str, Any]:
    """An application as its pages show it."""
    person, account = found.applicant.person, found.applicant.account
    assert person is not None and account is not None
    return {
        "application": found.application,
        "link": person_link(person),
        "account": account,
        "admin": person_link(found.admin) if found.admin else None,
    }


def _reasons() -> list[tuple[str, str]]:
    return [("", gettext("Write your own"))] + [(gettext(text), gettext(text)) for text in REASONS]
