"""Found a community, change it, and say who moderates it."""

from dataclasses import replace
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from folkmoot.core import permissions, writing
from folkmoot.core.communities.create import CreateCommunity, create_community
from folkmoot.core.communities.edit import EditCommunity, edit_community
from folkmoot.core.communities.moderators import appoint_moderator, dismiss_moderator, transfer_community
from folkmoot.core.communities.view import about
from folkmoot.core.people.find import find_person
from folkmoot.core.people.keys import new_key_pair
from folkmoot.core.permissions import Standing
from folkmoot.core.site.languages_of_site import languages_of
from folkmoot.model.enums import Visibility
from folkmoot.model.errors import NotFound, Refusal
from folkmoot.model.tags import read_tags
from folkmoot.text.languages import LANGUAGES
from folkmoot.web.base import context, done, page, viewer
from folkmoot.web.choices import name_of
from folkmoot.web.communities import community_id, head, view_of
from folkmoot.web.errors import AGAIN, errors_of, words
from folkmoot.web.forms import Form, read_form
from folkmoot.web.handles import community_link, person_link
from folkmoot.web.i18n import gettext
from folkmoot.web.pictures import take_own_pictures

PICTURES = ("icon", "banner")


def _typed(form: Form) -> dict[str, Any]:
    """What founding and editing read from their forms alike, by the names of their commands."""
    readers = form.text("visibility")
    return {
        "title": form.text("title"),
        "description": form.text("description"),
        "icon": form.text("icon"),
        "banner": form.text("banner"),
        "nsfw": form.flag("nsfw"),
        "posting_restricted_to_mods": form.flag("posting_restricted_to_mods"),
        "visibility": Visibility(readers) if readers in set(Visibility) else Visibility.PUBLIC,
        "language_ids": tuple(form.numbers("language")),
        "post_tags": tuple(form.text("post_tags").splitlines()) if "post_tags" in form else None,
    }


async def _show_form(
    request: Request, template: str, typed: dict[str, Any], refusal: Refusal | None = None, **values: Any
) -> Response:
    """The form with what was typed, what was wrong with it, and how the description will look where that was asked."""
    form = await read_form(request)
    preview = Markup()
    async with context(request).db.read() as tx:
        allowed = set(await languages_of(tx))
        if form.flag("preview"):
            house = await writing.house(tx)
            try:
                preview = Markup(house.long_text(typed["description"], "description").html)  # noqa: S704 - cleaned
            except Refusal as error:
                refusal = error
    errors = errors_of(refusal) if refusal else {}
    languages = [(each.id, name_of(each)) for each in LANGUAGES if not allowed or each.id in allowed]
    return await page(
        request,
        template,
        status=AGAIN if refusal else 200,
        form=typed,
        languages=languages,
        errors=errors,
        preview=preview,
        **values,
    )


async def show_create(request: Request) -> Response:
    """The form that founds a community."""
    permissions.check("community.create", Standing(viewer(request)))
    return await _show_form(request, "communities/create.html", {})


async def create(request: Request) -> Response:
    """Found one."""
    form = await read_form(request)
    typed = _typed(form) | {"name": form.text("name")}
    del typed["post_tags"]  # a community that is there has some, if it wants to
    try:
        permissions.check("community.create", Standing(viewer(request)))
        await take_own_pictures(request, form, typed, PICTURES)
    except Refusal as refusal:
        return await _show_form(request, "communities/create.html", typed, refusal)
    if form.flag("preview"):
        return await _show_form(request, "communities/create.html", typed)
    asked = CreateCommunity(**typed)
    try:
        permissions.check("community.create", Standing(viewer(request)))
        asked = replace(asked, keys=await new_key_pair(), language_ids=asked.language_ids or None)
        async with context(request).db.write() as tx:
            made = await create_community(tx, viewer(request), asked)
    except Refusal as refusal:
        return await _show_form(request, "communities/create.html", typed, refusal)
    return done(
        request,
        community_link(made).href,
        said=gettext("The community is there, and you are its first moderator."),
    )


async def show_edit(request: Request) -> Response:
    """The settings of a community."""
    return await _show_edit(request)


async def _show_edit(
    request: Request, typed: dict[str, Any] | None = None, refusal: Refusal | None = None
) -> Response:
    view = await view_of(request)
    community = view.community
    who = viewer(request)
    async with context(request).db.read() as tx:
        _, standing = await permissions.officer_in(tx, who, community.id, "community.bans")
        beside = await about(tx, community)
    if typed is None:
        names = ("title", "description", "icon", "banner", "nsfw", "posting_restricted_to_mods", "visibility")
        typed = {name: getattr(community, name) for name in names} | {"language_ids": beside.language_ids}
        typed["post_tags"] = [tag.title for tag in read_tags(community.post_tags)]
    may = {
        action: permissions.allowed(f"community.{action}", standing)
        for action in ("edit", "delete", "remove", "hide")
    }
    may["purge"] = permissions.allowed("purge", standing)
    values = {"head": head(who, view, "edit"), "community": community, "may": may}
    return await _show_form(request, "communities/edit.html", typed, refusal, **values)


async def edit(request: Request) -> Response:
    """Change it."""
    form = await read_form(request)
    typed = _typed(form)
    before = (await view_of(request)).community
    try:
        await take_own_pictures(request, form, typed, PICTURES, before)
    except Refusal as refusal:
        return await _show_edit(request, typed, refusal)
    if form.flag("preview"):
        return await _show_edit(request, typed)
    try:
        async with context(request).db.write() as tx:
            community = await edit_community(tx, viewer(request), EditCommunity(before.id, **typed))
    except Refusal as refusal:
        return await _show_edit(request, typed, refusal)
    return done(request, f"{community_link(community).href}/edit", said=gettext("The changes are kept."))


# --- moderators ----------------------------------------------------------------------------------------------------


async def show_moderators(request: Request) -> Response:
    """Who moderates, in order, and the form that appoints one more."""
    return await _show_moderators(request)


async def _show_moderators(request: Request, typed: str = "", refusal: Refusal | None = None) -> Response:
    view = await view_of(request)
    who = viewer(request)
    async with context(request).db.read() as tx:
        _, standing = await permissions.officer_in(tx, who, view.community.id, "community.bans")
        beside = await about(tx, view.community)
    return await page(
        request,
        "communities/moderators.html",
        status=AGAIN if refusal else 200,
        head=head(who, view, "moderators"),
        team=[(person.id, person_link(person)) for person in beside.moderators],
        me_id=who.id,
        may_transfer=permissions.allowed("community.transfer", standing),
        typed=typed,
        errors={"person": words(refusal)} if refusal else {},
    )


async def change_moderators(request: Request) -> Response:
    """Appoint somebody by handle (`person`), or dismiss a moderator (`dismiss`, an id)."""
    form = await read_form(request)
    who = viewer(request)
    number = await community_id(request)
    typed = form.text("person").strip()
    dismissed = form.number("dismiss")
    try:
        async with context(request).db.write() as tx:
            if dismissed is not None:
                await dismiss_moderator(tx, who, number, dismissed)
            else:
                person = await find_person(tx, who, typed)
                await appoint_moderator(tx, who, number, person.id)
    except Refusal as refusal:
        return await _show_moderators(request, typed, refusal)
    said = gettext("No longer a moderator.") if dismissed is not None else gettext("One moderator more.")
    return done(request, f"/c/{request.path_params['name']}/moderators", said=said)


async def transfer(request: Request) -> Response:
    """Make one of the moderators the first."""
    form = await read_form(request)
    number = await community_id(request)
    person_id = form.number("person")
    if person_id is None:
        raise NotFound("couldnt_find_person")
    async with context(request).db.write() as tx:
        await transfer_community(tx, viewer(request), number, person_id)
    said = gettext("The community has a new first moderator.")
    return done(request, f"/c/{request.path_params['name']}/moderators", said=said)
