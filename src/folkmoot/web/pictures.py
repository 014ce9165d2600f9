"""Pictures that forms take beside an address: the file that was chosen is kept here, and its address stands in the field. Addresses that
were typed are on the public internet.
"""

from collections.abc import Iterable
from typing import Any

from starlette.requests import Request

from folkmoot.core.images.upload import LARGEST, upload
from folkmoot.model.errors import Invalid
from folkmoot.web.base import context, limited, viewer
from folkmoot.web.forms import Form

FILE = "_file"
"""What the name of a field for a file ends in: `avatar_file` beside `avatar`."""


async def take_pictures(request: Request, form: Form, typed: dict[str, Any], fields: Iterable[str]) -> None:
    """Keep the files that were chosen, and put their addresses into `typed`.

    Raises `NotLoggedIn`, `NotAllowed`, `RateLimited`; `Invalid` not_an_image_type, picture_too_large, for the field of the file.
    """
    for field in fields:
        chosen = form.file(field + FILE)
        if chosen is None:
            continue
        if field in form.taken:
            typed[field] = form.taken[field]
            continue
        body = await chosen.read(LARGEST + 1)
        if len(body) > LARGEST:
            raise Invalid("picture_too_large", field=field + FILE)
        await limited(request, "image")
        ctx = context(request)
        try:
            with ctx.found_again():
                uploaded = await upload(ctx.db, ctx.files, viewer(request), body)
        except Invalid as refusal:
            raise Invalid(refusal.code, field=field + FILE, detail=refusal.detail) from refusal
        typed[field] = form.taken[field] = uploaded.url


async def take_own_pictures(
    request: Request, form: Form, typed: dict[str, Any], fields: Iterable[str], before: object = None
) -> None:
    """The same for icons, avatars and banners, which every reader's browser fetches: an address has to be public (I-1). One that stands in
    `before` already, under the name of its field, is not asked about again.

    Raises as `take_pictures`; `Invalid` invalid_url.
    """
    fields = tuple(fields)
    await take_pictures(request, form, typed, fields)
    if viewer(request).account is None:
        return  # Core refuses; nothing is looked up for visitors.
    for field in fields:
        address = typed.get(field)
        if address == getattr(before, field, None):
            continue
        try:
            await context(request).must_be_public(address, field)
        except Invalid as refusal:
            raise Invalid("invalid_url", field=field, detail=refusal.detail) from refusal
