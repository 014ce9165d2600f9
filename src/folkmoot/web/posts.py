"""Posts: write one, change it, delete it, read its source."""

from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from folkmoot.core import permissions
from folkmoot.core.communities.ban import own_ban
from folkmoot.core.communities.directory import ListCommunities, list_communities
from folkmoot.core.communities.view import CommunityAbout, about, find_community
from folkmoot.core.instances.federation import doubt_about
from folkmoot.core.permissions import Standing
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.posts.crosspost import crosspost_draft
from folkmoot.core.posts.delete import delete_post
from folkmoot.core.posts.edit import EditPost, edit_post, post_to_edit
from folkmoot.core.posts.preview import Preview, Texts, preview_post
from folkmoot.core.threads.read import must_be_open, read_post
from folkmoot.core.tools import tools_for_post
from folkmoot.model.communities import Community
from folkmoot.model.enums import Listing, PostSort
from folkmoot.model.errors import Conflict, Invalid, NotAllowed, RateLimited, Refusal
from folkmoot.model.people import Viewer
from folkmoot.model.posts import Post
from folkmoot.model.tags import read_tags
from folkmoot.web import choices
from folkmoot.web.base import context, done, limited, page, viewer
from folkmoot.web.communities import words_of_ban
from folkmoot.web.errors import status_again, words
from folkmoot.web.federation import words_of_doubt
from folkmoot.web.forms import Form, query, read_form
from folkmoot.web.handles import community_link
from folkmoot.web.i18n import gettext
from folkmoot.web.pictures import take_pictures
from folkmoot.web.suggest import earlier, look_at
from folkmoot.web.threads import where_seen

Typed = dict[str, Any]

OFFERED = 50
"""So many of the communities one follows, and so many of the busiest, are offered while typing."""
_TEXTS = ("name", "url", "body", "alt_text", "custom_thumbnail")
_FIELDS = {
    "language_id": "language", "couldnt_find_community": "community", "banned_from_community": "community",
    "only_mods_can_post_in_community": "community", "deleted": "community",
}  # fmt: skip
"""Fields of commands, and codes of refusals that name none, to the fields of the form."""


def _typed(form: Form) -> Typed:
    """Everything the form of a post holds."""
    return {name: form.text(name) for name in (*_TEXTS, "community")} | {
        "nsfw": form.flag("nsfw"),
        "tags": tuple(form.texts("tag")),
        "no_thumbnail": form.flag("no_thumbnail"),
        "language": form.number("language"),
        "crosspost": form.number("crosspost") or "",
    }


def _texts(typed: Typed) -> Typed:
    """Those of them that commands know by the same name; nothing but blanks is nothing."""
    return {name: typed[name] if typed[name].strip() else "" for name in _TEXTS}


def _errors(refusals: Iterable[Refusal], *, own_field: bool = True) -> dict[str, str]:
    """Refusals beside their fields; of several about one field the first. `own_field`: the form has one for the community."""
    errors: dict[str, str] = {}
    for refusal in refusals:
        field = refusal.field or (_FIELDS.get(refusal.code, "") if own_field else "")
        errors.setdefault(_FIELDS.get(field, field), words(refusal))
    return errors


def _status(refusals: list[Refusal]) -> int:
    limits = [refusal for refusal in refusals if isinstance(refusal, RateLimited)]
    return status_again((limits or refusals)[0]) if refusals else 200


def _shown(preview: Preview) -> Markup:
    """A preview as the form shows it."""
    title = f'<h2 dir="auto">{preview.name_html}</h2>' if preview.name_html else ""
    return Markup(title + preview.body_html)  # noqa: S704 - both are cleaned


# --- write ---------------------------------------------------------------------------------------------------------


async def show_submit(request: Request) -> Response:
    """The form of a new post, filled with what the address says: `community`, `url`, `title`, `body`; or from another post
    (`crosspost`)."""
    permissions.check("account", Standing(viewer(request)))
    asked = query(request)
    typed = _typed(asked) | {"name": asked.text("title")}
    origin = asked.number("crosspost")
    if origin is not None:
        async with context(request).db.read() as tx:
            draft = await crosspost_draft(tx, viewer(request), origin)
        typed |= {
            "name": draft.name,
            "url": draft.url,
            "body": draft.body,
            "alt_text": draft.alt_text,
            "nsfw": draft.nsfw,
            "language": draft.language_id or None,
        }
    return await _submit_page(request, typed)


async def submit(request: Request) -> Response:
    """Write the post; or show the form again, with how it would look (`preview`), with what the link says of itself (`suggest`), or with
    what is wrong."""
    form = await read_form(request)
    typed = _typed(form)
    if form.flag("suggest"):
        return await _suggested(request, typed)
    try:
        await take_pictures(request, form, typed, ("url",))
    except Refusal as refusal:
        return await _submit_page(request, typed, [refusal])
    preview, refusals, community = await _check(request, typed)
    if form.flag("preview") or refusals or community is None:
        return await _submit_page(request, typed, refusals, preview=_shown(preview))
    asked = CreatePost(
        community.id, **_texts(typed), nsfw=typed["nsfw"], language_id=typed["language"], tags=typed["tags"]
    )
    try:
        await limited(request, "post")
        async with context(request).db.write() as tx:
            post = await create_post(tx, viewer(request), asked)
    except Refusal as refusal:
        return await _submit_page(request, typed, [refusal])
    return done(request, f"/post/{post.id}")


async def _check(request: Request, typed: Typed) -> tuple[Preview, list[Refusal], Community | None]:
    """What can be said before anything is written or counted, so that who mistypes is told everything at once."""
    who = viewer(request)
    community: Community | None = None
    async with context(request).db.read() as tx:
        preview = await preview_post(tx, Texts(**_texts(typed)))
        refusals: list[Refusal] = []
        try:
            permissions.check("account", Standing(who))
            if not typed["community"].strip():
                raise Invalid("community_required", field="community")
            community = await find_community(tx, who, typed["community"].strip())
            permissions.check("post.create", await permissions.standing_in(tx, who, community))
        except Refusal as refusal:
            refusals.append(refusal)
    return preview, [*refusals, *preview.refusals], community


async def _suggested(request: Request, typed: Typed) -> Response:
    """The form with the title of the linked page, where none was typed; else beside the one that was."""
    try:
        found = await look_at(request, typed["url"])
    except Refusal as refusal:
        return await _submit_page(request, typed, [refusal])
    if found.title and not typed["name"].strip():
        typed["name"] = found.title
    elif found.title != typed["name"]:
        typed["suggested"] = found.title
    typed["silent"] = not found.title
    return await _submit_page(request, typed, earlier=earlier(found.earlier))


async def _submit_page(
    request: Request, typed: Typed, refusals: Iterable[Refusal] = (), **values: Any
) -> Response:
    who = viewer(request)
    wrong = list(refusals)
    async with context(request).db.read() as tx:
        await must_be_open(tx, who)
        community, beside, doubt, ban = None, CommunityAbout([], []), None, None
        if typed["community"].strip():
            try:
                community = await find_community(tx, who, typed["community"].strip())
                beside = await about(tx, community)
                doubt = await doubt_about(tx, community)
                ban = await own_ban(tx, who, community.id)
            except Refusal:
                community = None
        offered = await _offered(tx, who)
    return await page(
        request,
        "posts/submit.html",
        status=_status(wrong),
        form=typed,
        errors=_errors(wrong),
        offered=offered,
        rules=Markup(community.description_html) if community and community.description_html else "",  # noqa: S704
        community=community_link(community) if community else None,
        languages=choices.languages(who, beside.language_ids, only=False),
        tags=read_tags(community.post_tags) if community else (),
        barred=words_of_ban(ban),
        doubt=words_of_doubt(doubt),
        seen=where_seen(community) if community else "",
        draft=f"x{typed['crosspost']}" if typed["crosspost"] else "submit",
        **values,
    )


async def _offered(tx: Any, who: Viewer) -> list[tuple[str, str]]:
    """Handle and title of communities to choose from: those one follows first."""
    found: dict[str, str] = {}
    for scope, sort in ((Listing.SUBSCRIBED, PostSort.TOP_MONTH), (Listing.ALL, PostSort.TOP_MONTH)):
        asked = ListCommunities(scope=scope, sort=sort, limit=OFFERED)
        for view in (await list_communities(tx, who, asked)).items:
            found.setdefault(f"!{view.community.handle}", view.community.title)
    return list(found.items())


# --- change --------------------------------------------------------------------------------------------------------


async def show_edit(request: Request) -> Response:
    """The form that changes a post."""
    async with context(request).db.read() as tx:
        post = (await post_to_edit(tx, viewer(request), request.path_params["id"])).post
    typed = {name: getattr(post, name) or "" for name in ("name", "url", "body", "alt_text")}
    chosen = {"nsfw": post.nsfw, "language": post.language_id, "tags": post.tags.split()}
    return await _edit_page(request, typed | chosen | {"custom_thumbnail": ""})


async def edit(request: Request) -> Response:
    """Change it."""
    form = await read_form(request)
    number, typed = request.path_params["id"], _typed(form)
    try:
        await take_pictures(request, form, typed, ("url",))
    except Refusal as refusal:
        return await _edit_page(request, typed, [refusal])
    async with context(request).db.read() as tx:
        preview = await preview_post(tx, Texts(**_texts(typed)))
    if form.flag("preview") or preview.refusals:
        return await _edit_page(request, typed, preview.refusals, preview=_shown(preview))
    asked = _texts(typed) | {"nsfw": typed["nsfw"], "language_id": typed["language"], "tags": typed["tags"]}
    if not asked["custom_thumbnail"] and not typed["no_thumbnail"]:
        # The form does not show the address of the picture that is there; empty means: as it is.
        asked["custom_thumbnail"] = None
    try:
        await limited(request, "message")
        async with context(request).db.write() as tx:
            await edit_post(tx, viewer(request), EditPost(number, **asked))
    except Refusal as refusal:
        if refusal.code == "no_post_edit_allowed":
            raise
        return await _edit_page(request, typed, [refusal])
    return done(request, f"/post/{number}", said=gettext("The changes are kept."))


async def _edit_page(
    request: Request, typed: Typed, refusals: Iterable[Refusal] = (), **values: Any
) -> Response:
    """The form with what was typed. Raises `NotFound` couldnt_find_post where there is nothing to change."""
    who, number, wrong = viewer(request), request.path_params["id"], list(refusals)
    async with context(request).db.read() as tx:
        view = await read_post(tx, who, number)
        beside = await about(tx, view.community)
    return await page(
        request,
        "posts/edit.html",
        status=_status(wrong),
        form=typed,
        errors=_errors(wrong, own_field=False),
        post=view.post,
        community=community_link(view.community),
        languages=choices.languages(who, beside.language_ids, chosen=True),
        tags=read_tags(view.community.post_tags),
        **values,
    )


# --- delete and restore --------------------------------------------------------------------------------------------


async def show_delete(request: Request) -> Response:
    """Shall it be deleted? For a deleted post: shall it come back?"""
    async with context(request).db.read() as tx:
        post = (await tools_for_post(tx, viewer(request), request.path_params["id"])).post
    if post.creator_id != viewer(request).id:
        raise NotAllowed("no_post_edit_allowed")
    return await page(request, "posts/delete.html", post=post)


async def delete(request: Request) -> Response:
    """Delete a post, or bring it back (`on=0`)."""
    return await _delete(request, deleted=(await read_form(request)).state() is not False)


async def restore(request: Request) -> Response:
    """Bring a deleted post back."""
    return await _delete(request, deleted=False)


async def _delete(request: Request, *, deleted: bool) -> Response:
    number = request.path_params["id"]
    await limited(request, "message")
    try:
        async with context(request).db.write() as tx:
            await delete_post(tx, viewer(request), number, deleted=deleted)
    except Conflict:
        # Asked twice: it is as it was wanted.
        return done(request, f"/post/{number}", delete_answer(deleted))
    said = gettext("Deleted. Under “more” it can be restored, for a month.")
    return done(
        request, f"/post/{number}", delete_answer(deleted), said=said if deleted else gettext("Restored.")
    )


def delete_answer(deleted: bool) -> Mapping[str, Any]:
    """What a button that deletes and restores is told."""
    return {"on": deleted, "label": gettext("restore") if deleted else gettext("delete")}


# --- source --------------------------------------------------------------------------------------------------------


async def show_source(request: Request) -> Response:
    """A post's text as it was typed."""
    async with context(request).db.read() as tx:
        post: Post = (await read_post(tx, viewer(request), request.path_params["id"])).post
    return await page(request, "posts/source.html", post=post)
