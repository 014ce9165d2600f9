"""Settings: people, communities, servers, link domains and keywords that one does not want to see."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from folkmoot.core.communities.view import find_community
from folkmoot.core.people import block
from folkmoot.core.people.find import find_person
from folkmoot.core.people.rules import must_have_account
from folkmoot.model.accounts import AllBlocks
from folkmoot.model.communities import Community
from folkmoot.model.errors import NotLoggedIn, Refusal
from folkmoot.model.people import Person
from folkmoot.model.time import DAY
from folkmoot.web.base import context, done, viewer
from folkmoot.web.errors import errors_of, status_again
from folkmoot.web.forms import Form, read_form
from folkmoot.web.i18n import N_, gettext
from folkmoot.web.settings import chosen, saved, settings_page

HOME = "/settings/blocks"
TERMS = (
    ("", N_("For good")),
    ("1", N_("For a day")),
    ("7", N_("For a week")),
    ("30", N_("For 30 days")),
    ("365", N_("For a year")),
)
LONGEST = 3650
"""Days."""


@dataclass(frozen=True, slots=True)
class Named:
    """A person or community for the link macros."""

    id: int
    name: str
    host: str
    href: str
    display: str | None = None
    title: str | None = None


async def show_blocks(request: Request) -> Response:
    """Everything one blocks, and forms for more."""
    return await _blocks(request)


async def _blocks(
    request: Request, *, status: int = 200, errors: Mapping[str, str] | None = None, form: Form | None = None
) -> Response:
    must_have_account(viewer(request))
    async with context(request).db.read() as tx:
        found = await block.list_blocks(tx, viewer(request))
    return await settings_page(
        request, "blocks", status=status, errors=errors or {}, form=form or Form(), terms=chosen(TERMS), **_shown(found)
    )  # fmt: skip


def _shown(found: AllBlocks) -> dict[str, object]:
    return {
        "people": [_person(person) for person in found.people],
        "communities": [_community(community) for community in found.communities],
        "instances": found.instances,
        "domains": found.domains,
        "keywords": found.keywords,
    }


def _person(person: Person) -> Named:
    tail = "" if person.local else f"@{person.host}"
    return Named(person.id, person.name, person.host, f"/u/{person.name}{tail}", display=person.display_name)


def _community(community: Community) -> Named:
    tail = "" if community.local else f"@{community.host}"
    return Named(
        community.id, community.name, community.host, f"/c/{community.name}{tail}", title=community.title
    )


# --- block and unblock -----------------------------------------------------------------------------------------------------


async def add_block(request: Request) -> Response:
    """Block what was typed into one of the forms: its field is named like the kind of block."""
    form = await read_form(request)
    kind = next((name for name in block.BY_NAME if name in form), "")
    days = form.number("days") or 0
    try:
        async with context(request).db.write() as tx:
            expires = tx.now + min(days, LONGEST) * DAY if days > 0 else None
            await block.block_named(tx, viewer(request), kind, form.text(kind).strip(), expires=expires)
    except NotLoggedIn:
        raise
    except Refusal as refusal:
        if not kind:
            raise
        errors = errors_of(refusal, field=kind)
        return await _blocks(request, status=status_again(refusal), errors=errors, form=form)
    return saved(request, f"{HOME}#{kind}", gettext("Blocked."))


async def remove_block(request: Request) -> Response:
    """Unblock something by its id, or a domain or keyword by itself."""
    form = await read_form(request)
    async with context(request).db.write() as tx:
        await block.unblock(tx, viewer(request), request.path_params["kind"], form.text("what"))
    return done(request, HOME)


# --- from the page of a person or community ----------------------------------------------------------------------------------


async def toggle_person(request: Request) -> Response:
    """Block somebody, or no longer, from their page."""
    form = await read_form(request)
    name: str = request.path_params["name"]
    async with context(request).db.write() as tx:
        person = await find_person(tx, viewer(request), name)
        asked = form.state()
        on = not await block.is_blocked(tx, viewer(request), "person", person.id) if asked is None else asked
        await block.block_person(tx, viewer(request), person.id, blocked=on)
    return done(request, f"/u/{name}", _state(on))


async def toggle_community(request: Request) -> Response:
    """Block a community, or no longer, from its page."""
    form = await read_form(request)
    name: str = request.path_params["name"]
    async with context(request).db.write() as tx:
        community = await find_community(tx, viewer(request), name)
        asked = form.state()
        on = (
            not await block.is_blocked(tx, viewer(request), "community", community.id)
            if asked is None
            else asked
        )
        await block.block_community(tx, viewer(request), community.id, blocked=on)
    return done(request, f"/c/{name}", _state(on))


def _state(on: bool) -> dict[str, object]:
    return {"on": on, "label": gettext("blocked") if on else gettext("block")}
