"""Servers: the public list, and what administrators decide about them."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from folkmoot.core.instances.directory import STATES, read_decided, read_directory
from folkmoot.core.instances.policy import DecideInstance, allow_instance, block_instance
from folkmoot.core.site.frame import read_site
from folkmoot.core.site.view import read_settings
from folkmoot.model.errors import Refusal
from folkmoot.web.admin import admin_page, end_in_days, mistakes_of
from folkmoot.web.base import context, done, page, viewer
from folkmoot.web.errors import AGAIN
from folkmoot.web.forms import Form, query, read_form
from folkmoot.web.i18n import N_, gettext
from folkmoot.web.page_cache import SITE, may_be_kept
from folkmoot.web.paging import address, trail_of

PER_PAGE = 100
STATE_WORDS = dict(zip(STATES, (N_("All"), N_("Blocked"), N_("Allowed")), strict=True))


async def show_instances(request: Request) -> Response:
    """Every server we know, with the blocked ones and why; open on private sites too (R-11)."""
    asked = query(request)
    state = asked.text("state") if asked.text("state") in STATES else "all"
    part, after = asked.text("q")[:255], asked.text("after")[:255]
    async with context(request).db.read(slow=True) as tx:
        site = await read_site(tx)
        directory = await read_directory(tx, state=state, part=part, after=after, limit=PER_PAGE)
    trail, servers = trail_of(asked), partial(address, "/instances", state=state, q=part)
    may_be_kept(request, SITE)
    return await page(
        request, "instances/list.html", directory=directory, state=state, q=part, federates=site.federation_enabled,
        states=[(name, gettext(label)) for name, label in STATE_WORDS.items()],
        prev=trail.prev(servers), next=trail.next(servers, directory.others.next),
    )  # fmt: skip


async def show_decided(request: Request) -> Response:
    """The blocked and allowed ones, and forms for more."""
    return await _decided(request, Form())


async def decide(request: Request) -> Response:
    """Block or allow a server, or end that; `do` says which."""
    form = await read_form(request)
    allow, on = form.text("do").endswith("allow"), form.text("do") in ("block", "allow")
    try:
        end = end_in_days(form, context(request).clock.now())
        asked = DecideInstance(form.text("domain"), on, form.text("reason"), end)
        async with context(request).db.write() as tx:
            await (allow_instance if allow else block_instance)(tx, viewer(request), asked)
    except Refusal as refusal:
        return await _decided(request, form, mistakes_of(refusal))
    return done(request, "/admin/instances", said=gettext("Saved."))


async def _decided(request: Request, form: Form, errors: dict[str, str] | None = None) -> Response:
    asked = query(request)
    after, trail, servers = asked.text("after")[:255], trail_of(asked), partial(address, "/admin/instances")
    async with context(request).db.read(slow=True) as tx:
        view = await read_settings(tx, viewer(request))
        decided = await read_decided(tx, viewer(request), after=after, limit=PER_PAGE)
    if errors and "expires" in errors:
        errors = {"days": errors["expires"]}
    return await admin_page(
        request, "instances", status=AGAIN if errors else 200, view=view, form=form, errors=errors or {},
        blocked=[one for one in decided.items if one.blocked], allowed=[one for one in decided.items if one.allowed],
        prev=trail.prev(servers), next=trail.next(servers, decided.next),
    )  # fmt: skip
