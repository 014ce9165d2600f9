"""Settings: other accounts of one's own, moving to one of them, and being back (MOV-1)."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from folkmoot.core.people import move
from folkmoot.core.people.rules import must_have_account
from folkmoot.core.search.resolve import resolve_anywhere
from folkmoot.model.errors import Invalid, NotFound, NotLoggedIn, Refusal
from folkmoot.web.base import context, limited, viewer
from folkmoot.web.errors import errors_of, status_again
from folkmoot.web.forms import Form, read_form
from folkmoot.web.i18n import gettext
from folkmoot.web.settings import saved, settings_page
from folkmoot.web.settings_security import WrongPassword, own_proof

HOME = "/settings/move"


async def show_move(request: Request) -> Response:
    """Which other accounts are one's own, and where one goes on."""
    return await _move(request)


async def _move(
    request: Request, *, status: int = 200, errors: Mapping[str, str] | None = None, form: Form | None = None
) -> Response:
    async with context(request).db.read() as tx:
        own = await move.own_moves(tx, viewer(request))
    return await settings_page(
        request, "move", status=status, errors=errors or {}, form=form or Form(), aliases=own.aliases, moved=own.moved
    )  # fmt: skip


async def _account(request: Request, typed: str) -> int:
    """The id of the account behind a handle or address, which is asked for at its own server where nobody here knows it. Raises `NotFound`
    couldnt_find_person, `RateLimited`."""
    await limited(request, "search")
    typed = typed.strip()
    query = typed if "://" in typed else f"@{typed.removeprefix('@')}"
    try:
        found = await resolve_anywhere(context(request).db, viewer(request), query, request.app.state.bring)
    except (NotFound, Invalid) as error:
        raise NotFound("couldnt_find_person") from error
    if found.kind != "person":
        raise NotFound("couldnt_find_person")
    return found.id


async def add_alias(request: Request) -> Response:
    """One more account that is one's own."""
    form = await read_form(request)
    must_have_account(viewer(request))
    try:
        other = await _account(request, form.text("alias"))
        async with context(request).db.write() as tx:
            await move.add_alias(tx, viewer(request), other)
    except NotLoggedIn:
        raise
    except Refusal as refusal:
        errors = errors_of(refusal, field="alias")
        return await _move(request, status=status_again(refusal), errors=errors, form=form)
    return saved(request, HOME, gettext("Noted. Now move there, from the settings of that account."))


async def drop_alias(request: Request) -> Response:
    """One less, by its address."""
    form = await read_form(request)
    async with context(request).db.write() as tx:
        await move.drop_alias(tx, viewer(request), form.text("what"))
    return saved(request, HOME)


async def move_away(request: Request) -> Response:
    """Go on under another account, with the password."""
    form = await read_form(request)
    person, _ = must_have_account(viewer(request))
    try:
        proof = await own_proof(request, form.text("password"))
        other = await _account(request, form.text("target"))
        async with context(request).db.read() as tx:
            there = await move.address_of(tx, viewer(request), other)
        confirmed = await request.app.state.names(there, person.ap_id)
        async with context(request).db.write() as tx:
            await move.move_away(tx, viewer(request), proof, other, confirmed=confirmed)
    except Refusal as refusal:
        field = "password" if isinstance(refusal, WrongPassword) else "target"
        errors = errors_of(refusal, field=field)
        return await _move(request, status=status_again(refusal), errors=errors, form=form)
    return saved(request, HOME, gettext("You have moved. Your followers are told."))


async def come_back(request: Request) -> Response:
    """Be here again."""
    async with context(request).db.write() as tx:
        await move.come_back(tx, viewer(request))
    return saved(request, HOME, gettext("You are back."))
