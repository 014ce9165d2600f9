"""Pictures that forms take beside an address: the file that was chosen is kept here, and its address stands in the field."""

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
        body = await chosen.read(LARGEST + 1)
        if len(body) > LARGEST:
            raise Invalid("picture_too_large", field=field + FILE)
        await limited(request, "image")
        ctx = context(request)
        try:
            typed[field] = (await upload(ctx.db, ctx.files, viewer(request), body)).url
        except Invalid as refusal:
            raise Invalid(refusal.code, field=field + FILE, detail=refusal.detail) from refusal
