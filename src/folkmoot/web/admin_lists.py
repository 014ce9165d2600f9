"""Site administration: taglines and the site's own emoji."""

from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response

from folkmoot.core.site.emoji import (
    CreateEmoji,
    EditEmoji,
    create_emoji,
    delete_emoji,
    edit_emoji,
    list_emoji,
    read_emoji,
)
from folkmoot.core.site.taglines import set_taglines
from folkmoot.core.site.view import read_settings
from folkmoot.model.administration import CustomEmoji
from folkmoot.model.errors import Refusal
from folkmoot.web.admin import admin_page, mistakes_of
from folkmoot.web.base import context, done, viewer
from folkmoot.web.errors import AGAIN
from folkmoot.web.forms import Form, read_form
from folkmoot.web.i18n import gettext

SPARE_LINES = 2
"""Empty fields for new taglines."""


# --- taglines ------------------------------------------------------------------------------------------------------------


async def show_taglines(request: Request) -> Response:
    """All of them, one field each, and room for more."""
    async with context(request).db.read() as tx:
        view = await read_settings(tx, viewer(request))
    return await _taglines(request, [line.content for line in view.taglines])


async def save_taglines(request: Request) -> Response:
    """Make what the fields hold the whole list; an emptied field is a tagline less."""
    lines = [line for line in (await read_form(request)).texts("tagline") if line.strip()]
    try:
        async with context(request).db.write() as tx:
            await set_taglines(tx, viewer(request), lines)
    except Refusal as refusal:
        return await _taglines(request, lines, mistakes_of(refusal))
    return done(request, "/admin/taglines", said=gettext("Saved."))


async def _taglines(request: Request, lines: list[str], errors: dict[str, str] | None = None) -> Response:
    return await admin_page(
        request,
        "taglines",
        status=AGAIN if errors else 200,
        lines=[*lines, *[""] * SPARE_LINES],
        errors=errors or {},
    )


# --- emoji ---------------------------------------------------------------------------------------------------------------


async def show_all_emoji(request: Request) -> Response:
    """All of them by category, and a form for one more."""
    return await _all_emoji(request, Form())


async def add_emoji(request: Request) -> Response:
    """Add one, or show the form again."""
    form = await read_form(request)
    asked = CreateEmoji(
        form.text("shortcode"),
        form.text("image_url"),
        form.text("alt_text"),
        form.text("category"),
        _keywords(form),
    )
    try:
        async with context(request).db.write() as tx:
            await create_emoji(tx, viewer(request), asked)
    except Refusal as refusal:
        return await _all_emoji(request, form, mistakes_of(refusal))
    return done(request, "/admin/emoji", said=gettext("Added."))


async def _all_emoji(request: Request, form: Form, errors: dict[str, str] | None = None) -> Response:
    async with context(request).db.read() as tx:
        await read_settings(tx, viewer(request))
        emoji = await list_emoji(tx)
    by_category = [
        (category, list(group)) for category, group in groupby(emoji, key=lambda one: one.category)
    ]
    return await admin_page(
        request,
        "emoji",
        status=AGAIN if errors else 200,
        form=form,
        errors=errors or {},
        by_category=by_category,
    )


async def show_emoji(request: Request) -> Response:
    """One of them, to change."""
    async with context(request).db.read() as tx:
        await read_settings(tx, viewer(request))
        emoji = await read_emoji(tx, request.path_params["id"])
    form = Form([(name, getattr(emoji, name)) for name in ("image_url", "alt_text", "category")])
    return await _one_emoji(request, emoji, Form([*form.pairs, ("keywords", ", ".join(emoji.keywords))]))


async def save_emoji(request: Request) -> Response:
    """Change one, or show the form again."""
    form = await read_form(request)
    asked = EditEmoji(
        request.path_params["id"],
        form.text("image_url"),
        form.text("alt_text"),
        form.text("category"),
        _keywords(form),
    )
    try:
        async with context(request).db.write() as tx:
            await edit_emoji(tx, viewer(request), asked)
    except Refusal as refusal:
        errors = mistakes_of(refusal)
        async with context(request).db.read() as tx:
            emoji = await read_emoji(tx, asked.emoji_id)
        return await _one_emoji(request, emoji, form, errors)
    return done(request, "/admin/emoji", said=gettext("Saved."))


async def _one_emoji(
    request: Request, emoji: CustomEmoji, form: Form, errors: dict[str, str] | None = None
) -> Response:
    return await admin_page(
        request,
        "emoji",
        "emoji_one",
        status=AGAIN if errors else 200,
        emoji=emoji,
        form=form,
        errors=errors or {},
    )


async def remove_emoji(request: Request) -> Response:
    """Take one away."""
    async with context(request).db.write() as tx:
        await delete_emoji(tx, viewer(request), request.path_params["id"])
    return done(request, "/admin/emoji")


def _keywords(form: Form) -> tuple[str, ...]:
    return tuple(word.strip() for word in form.text("keywords").split(","))
