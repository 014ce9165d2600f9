"""Pictures: uploads, what is shown of them, what is fetched for readers; and what a link says of itself (section 7)."""

from urllib.parse import quote

from folkmoot.api.call import Answer, Call, read_body
from folkmoot.api.multipart import files_in
from folkmoot.api.v3 import errors
from folkmoot.api.v3.render.images import local_image_view, uploaded
from folkmoot.api.v3.wire import images as wire
from folkmoot.core.images import delete as core_delete
from folkmoot.core.images import list as core_list
from folkmoot.core.images import show as core_show
from folkmoot.core.images import upload as core_upload
from folkmoot.core.images.show import Look, Shown
from folkmoot.core.posts.metadata import look_at_link
from folkmoot.model.errors import NotFound
from folkmoot.text.links import host_of

_ADDRESS = ":/?#[]@!$&'()*+,;=%-._~"
FIELD = "images[]"
MOST_FILES = 10
FOREVER = b"public, max-age=31536000, immutable"
"""A file's name never means anything else."""


async def upload(call: Call) -> wire.PictrsResponse | Answer:
    """Keep pictures; one that is too large is 413 (I-7)."""
    bodies = files_in(
        call.headers.get(b"content-type", b""), await read_body(call.receive), FIELD, MOST_FILES
    )
    if any(len(body) > core_upload.LARGEST for body in bodies):
        return errors.too_large()
    context = call.context
    done = await core_upload.upload_all(context.db, context.files, call.viewer, bodies)
    return wire.PictrsResponse(msg="ok", files=[uploaded(each) for each in done])


async def show(call: Call, asked: wire.GetImage) -> Answer:
    """A picture, as it is or smaller and in another format (I-8). Nothing is 404 without a body."""
    try:
        shown = await core_show.show(
            call.context.files, call.path["filename"], Look(asked.format, asked.thumbnail)
        )
    except NotFound:
        return Answer(b"", 404, b"")
    return _picture(call, shown)


async def show_proxied(call: Call, asked: wire.ProxyImage) -> Answer:
    """A picture elsewhere, fetched for its reader; from hosts that will not have that, a redirect (I-9)."""
    context = call.context
    look = Look(asked.format, asked.thumbnail)
    try:
        if host_of(asked.url) in context.settings.image_bypass_hosts:
            async with call.read() as tx:
                await core_show.must_be_proxied(tx, asked.url)
            return Answer(b"", 307, b"", ((b"location", quote(asked.url, safe=_ADDRESS).encode()),))
        shown = await core_show.show_proxied(
            context.db, context.files, context.fetch_picture, asked.url, look
        )
    except NotFound as refusal:
        raise errors.Missing(refusal.code, detail=refusal.detail) from refusal
    return _picture(call, shown)


async def delete(call: Call) -> Answer:
    """Delete an upload: a GET, as it has always been (I-7). Anybody can have a page load such an address, but not with the right token."""
    token = call.path["token"] if call.by_cookie else None
    try:
        async with call.write() as tx:
            await core_delete.delete_upload(tx, call.viewer, call.path["filename"], token=token)
    except NotFound as refusal:
        raise errors.Missing(refusal.code, detail=refusal.detail) from refusal
    # The job that was written sees to it in any case; who deletes shall not see it again even for a moment.
    await call.context.files.delete([call.path["filename"]])
    return Answer(b"", 204, b"")


async def health(_call: Call) -> Answer:
    """Whether pictures are served: where this answers, they are."""
    return Answer(b"OK", 200, b"text/plain; charset=utf-8", ((b"cache-control", b"no-store"),))


async def site_metadata(call: Call, asked: wire.GetSiteMetadata) -> wire.GetSiteMetadataResponse:
    """What a page says of itself (I-1, I-2)."""
    said = await look_at_link(asked.url, call.context.look_at)
    metadata = wire.LinkMetadata(
        title=said.title,
        description=said.description,
        image=said.image,
        embed_video_url=said.video,
        content_type=said.content_type,
    )
    return wire.GetSiteMetadataResponse(metadata=metadata)


async def list_media(call: Call, asked: wire.ListMedia) -> wire.ListMediaResponse:
    """The caller's uploads (I-10)."""
    async with call.read() as tx:
        found = await core_list.list_own(tx, call.viewer, **_page(asked))
    return wire.ListMediaResponse(images=[local_image_view(view) for view in found])


async def list_all_media(call: Call, asked: wire.ListMedia) -> wire.ListMediaResponse:
    """Everybody's uploads, for admins (I-10)."""
    async with call.read() as tx:
        found = await core_list.list_all(tx, call.viewer, **_page(asked))
    return wire.ListMediaResponse(images=[local_image_view(view) for view in found])


def _page(asked: wire.ListMedia) -> dict[str, int]:
    return {
        "page": 1 if asked.page is None else asked.page,
        "limit": 10 if asked.limit is None else asked.limit,
    }


def _picture(call: Call, shown: Shown) -> Answer:
    """Bytes of strangers: of the type they are, in a sandbox, as a file where somebody saves them."""
    tag = b'"' + shown.name.encode() + b'"'
    headers = (
        (b"cache-control", FOREVER),
        (b"vary", b"origin"),
        (b"etag", tag),
        (b"content-security-policy", b"default-src 'none'; sandbox"),
        (b"content-disposition", b'inline; filename="' + _file_name(shown).encode() + b'"'),
        (b"cross-origin-resource-policy", b"cross-origin"),
    )
    # One or several, which caches on the way may have made weak ones.
    known = call.headers.get(b"if-none-match", b"").strip()
    if tag in known or known == b"*":
        return Answer(b"", 304, b"", headers)
    return Answer(shown.body, 200, shown.type.encode(), headers)


def _file_name(shown: Shown) -> str:
    """The name to save a picture under, with the ending that its type has."""
    return f"{shown.name.partition('.')[0][:40]}.{shown.type.partition('/')[2].replace('jpeg', 'jpg')}"
