"""Comments: write one, change it, delete it, read its source.

Each form is a page of its own, or opens in its place in the thread; only there it asks for the piece of the thread that is the answer.
"""

from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from folkmoot.core import writing
from folkmoot.core.comments.create import CreateComment
from folkmoot.core.comments.delete import delete_comment
from folkmoot.core.comments.edit import EditComment, comment_to_edit, edit_comment
from folkmoot.core.comments.place import Place as Ground
from folkmoot.core.comments.place import place_of_comment
from folkmoot.core.comments.together import submit_comment
from folkmoot.core.communities.view import about
from folkmoot.core.site.frame import read_site
from folkmoot.core.threads import read
from folkmoot.core.threads.read import ReadThread, must_be_open, read_thread
from folkmoot.core.tools import tools_for_comment
from folkmoot.model.comments import Comment
from folkmoot.model.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal
from folkmoot.web import choices
from folkmoot.web.base import context, doing, done, limited, page, viewer, wants_fragment
from folkmoot.web.errors import status_again, words
from folkmoot.web.federation import words_of_doubt
from folkmoot.web.forms import Form, read_form
from folkmoot.web.i18n import gettext
from folkmoot.web.posts import delete_answer
from folkmoot.web.render.comment import Place, one_comment
from folkmoot.web.render.look import look_of
from folkmoot.web.threads import takes_replies, where_seen


def _errors(refusal: Refusal | None) -> dict[str, str]:
    """A refusal beside its field of the form."""
    if refusal is None:
        return {}
    field = {"language_id": "language", "content": "content"}.get(refusal.field or "", "")
    return {field: words(refusal)}


def _typed(form: Form) -> str:
    """The typed text. Raises `Invalid` content_required where there is none."""
    content = form.text("content")
    if not content.strip():
        raise Invalid("content_required", field="content")
    return content


async def _rendered(request: Request, form: Form) -> Markup:
    """The typed text as it will look. Raises `Invalid` for what would be refused."""
    content = _typed(form)
    async with context(request).db.read() as tx:
        house = await writing.house(tx)
    return Markup(house.long_text(content, "content").html)  # noqa: S704 - cleaned


async def _article(request: Request, comment: Comment) -> str:
    """The comment as its reader finds it in the thread, without answers. Raises `NotFound` where they do not."""
    who = viewer(request)
    async with context(request).db.read() as tx:
        site = await read_site(tx)
        look = look_of(who, site, tx.now)
        thread = await read_thread(tx, who, ReadThread(comment.post_id, focus=comment.id))
        view = (await read.comment_views(tx, [comment.id]))[comment.id]
    place = Place(look, thread.marks, takes_replies(who, thread))
    return one_comment(view, place, op_id=thread.post.post.creator_id, reason=thread.reasons.get(comment.id))


async def _written(
    request: Request, comment: Comment, *, in_list: bool = False, answer: Any = None, said: str = ""
) -> Response:
    """After a comment was written or changed: the piece of the thread for the form that asked for one, else back to the thread."""
    if wants_fragment(request):
        try:
            html = await _article(request, comment)
        except NotFound:
            return done(request, "/")
        headers = {"cache-control": "private, no-store", "vary": "cookie, accept-language, x-fragment"}
        return HTMLResponse(f"<li>{html}</li>" if in_list else html, headers=headers)
    return done(request, f"/post/{comment.post_id}#c{comment.id}", answer, said=said)


# --- write ---------------------------------------------------------------------------------------------------------


def _answered(request: Request) -> dict[str, int]:
    """What the address says is answered."""
    on_post = request.url.path.startswith("/post/")
    return {"post_id" if on_post else "parent_id": request.path_params["id"]}


async def _ground(request: Request) -> Ground:
    async with context(request).db.read() as tx:
        return await place_of_comment(tx, viewer(request), **_answered(request))


async def show_reply(request: Request) -> Response:
    """The form that answers a post or a comment."""
    return await _reply_page(request, Form(), await _ground(request))


async def reply(request: Request) -> Response:
    """Write the comment; or show the form again, with how it would look (`preview`) or with what is wrong."""
    form = await read_form(request)
    ground: Ground | None = None
    try:
        ground = await _ground(request)
        if form.flag("preview"):
            return await _reply_page(request, form, ground, preview=await _rendered(request, form))
        content = _typed(form)
        asked = CreateComment(
            ground.post.post.id,
            content,
            ground.parent.comment.id if ground.parent else None,
            form.number("language"),
        )
        counted = await doing(request, "comment")
        comment = (await submit_comment(context(request).db, viewer(request), asked, counted)).comment
    except Refusal as refusal:
        if ground is None and not form.text("content").strip():
            raise
        return await _reply_page(request, form, ground, refusal)
    return await _written(request, comment, in_list=True)


async def _reply_page(
    request: Request,
    form: Form,
    ground: Ground | None,
    refusal: Refusal | None = None,
    preview: Markup | None = None,
) -> Response:
    """The form with what was typed. Without `ground` nobody can answer there (any more), but the text is not to be lost."""
    number, on_post = request.path_params["id"], request.url.path.startswith("/post/")
    values: dict[str, Any] = {"back": "/", "languages": ()}
    if ground is not None:
        post, above = ground.post.post, ground.parent
        values = {
            "post": post,
            "title": Markup(post.name_html),  # noqa: S704 - cleaned when it was written
            "parent": Markup(await _article(request, above.comment)) if above else "",  # noqa: S704 - escaped
            "seen": where_seen(ground.post.community),
            "doubt": words_of_doubt(ground.doubt),
            "back": f"/post/{post.id}#c{number}" if above else f"/post/{post.id}#comments",
            "languages": choices.languages(viewer(request), ground.language_ids),
        }
    return await page(
        request,
        "comments/reply.html",
        status=status_again(refusal) if refusal else 200,
        in_place=wants_fragment(request),
        action=request.url.path,
        answers=not on_post,
        draft=f"{'p' if on_post else 'c'}{number}",
        form={"content": form.text("content"), "language": form.number("language")},
        errors=_errors(refusal),
        preview=preview or "",
        **values,
    )


# --- change --------------------------------------------------------------------------------------------------------


async def show_edit(request: Request) -> Response:
    """The form that changes a comment."""
    async with context(request).db.read() as tx:
        comment = (await comment_to_edit(tx, viewer(request), request.path_params["id"])).comment
    if comment.deleted:
        raise NotAllowed("deleted")
    form = Form([("content", comment.content), ("language", str(comment.language_id))])
    return await _edit_page(request, form)


async def edit(request: Request) -> Response:
    """Change it."""
    form, number = await read_form(request), request.path_params["id"]
    try:
        rendered = await _rendered(request, form)
        if form.flag("preview"):
            return await _edit_page(request, form, preview=rendered)
        await limited(request, "message")
        asked = EditComment(number, form.text("content"), form.number("language"))
        async with context(request).db.write() as tx:
            comment = (await edit_comment(tx, viewer(request), asked)).comment
    except Refusal as refusal:
        if refusal.code in ("couldnt_find_comment", "no_comment_edit_allowed"):
            raise
        return await _edit_page(request, form, refusal)
    return await _written(request, comment)


async def _edit_page(
    request: Request, form: Form, refusal: Refusal | None = None, preview: Markup | None = None
) -> Response:
    who = viewer(request)
    async with context(request).db.read() as tx:
        tools = await tools_for_comment(tx, who, request.path_params["id"])
        taken = (await about(tx, tools.community)).language_ids
    if not tools.own and who.person is not None:
        raise NotAllowed("no_comment_edit_allowed")
    return await page(
        request,
        "comments/edit.html",
        status=status_again(refusal) if refusal else 200,
        in_place=wants_fragment(request),
        comment=tools.comment,
        form={"content": form.text("content"), "language": form.number("language") or 0},
        languages=choices.languages(who, taken, chosen=True),
        errors=_errors(refusal),
        preview=preview or "",
    )


# --- delete and restore --------------------------------------------------------------------------------------------


async def show_delete(request: Request) -> Response:
    """Shall it be deleted? For a deleted comment: shall it come back?"""
    async with context(request).db.read() as tx:
        comment = (await tools_for_comment(tx, viewer(request), request.path_params["id"])).comment
    assert comment is not None
    if comment.creator_id != viewer(request).id:
        raise NotAllowed("no_comment_edit_allowed")
    html = Markup(comment.content_html)  # noqa: S704 - cleaned when it was written
    return await page(
        request, "comments/delete.html", comment=comment, html=html, in_place=wants_fragment(request)
    )


async def delete(request: Request) -> Response:
    """Delete a comment, or bring it back (`on=0`)."""
    return await _delete(request, deleted=(await read_form(request)).state() is not False)


async def restore(request: Request) -> Response:
    """Bring a deleted comment back."""
    return await _delete(request, deleted=False)


async def _delete(request: Request, *, deleted: bool) -> Response:
    number = request.path_params["id"]
    await limited(request, "message")
    try:
        async with context(request).db.write() as tx:
            comment = await delete_comment(tx, viewer(request), number, deleted=deleted)
    except Conflict:
        # Asked twice: it is as it was wanted.
        async with context(request).db.read() as tx:
            found = (await tools_for_comment(tx, viewer(request), number)).comment
        assert found is not None
        comment = found
    said = gettext("Deleted.") if deleted else gettext("Restored.")
    return await _written(request, comment, answer=delete_answer(deleted), said=said)


# --- source --------------------------------------------------------------------------------------------------------


async def show_source(request: Request) -> Response:
    """A comment's text as it was typed, as long as it can be read at all (C-6)."""
    who = viewer(request)
    async with context(request).db.read() as tx:
        await must_be_open(tx, who)
        comment = (await tools_for_comment(tx, who, request.path_params["id"])).comment
    assert comment is not None
    if (comment.deleted or comment.removed) and not who.admin:
        raise NotAllowed("deleted")
    return await page(request, "comments/source.html", comment=comment)
