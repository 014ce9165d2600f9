"""Ask the server of an author whether what a community told of them is true (ANN-7), and whether an actor is really gone (ABU-14)."""

from typing import Any

from folkmoot.apub.fetch import Budget, NotFetched
from folkmoot.apub.objects.content import Comment, Post, Tombstone, parse_content
from folkmoot.apub.resolve import Resolver
from folkmoot.context import Context
from folkmoot.core.comments.delete import delete_comment
from folkmoot.core.communities.forget import forget_community
from folkmoot.core.people.forget import forget_person
from folkmoot.core.posts.delete import delete_post
from folkmoot.logs import logger
from folkmoot.model.errors import Refusal
from folkmoot.model.people import Viewer
from folkmoot.store import actors, comments, communities, people, posts, quarantine
from folkmoot.store.actors import Placed

log = logger(__name__)


async def verify(context: Context, payload: dict[str, Any]) -> bool:
    """The job `inbox.verify`: what the origin says holds; a community that was caught inventing is believed no more. Whether all was true.

    An origin that does not answer proves nothing: the job is tried again.
    """
    ident, community_id = payload["ap_id"], payload["community_id"]
    resolver = Resolver(context)
    placed, text = await _stored(context, ident)
    if placed is None or placed.local:
        return True
    try:
        document = await resolver.fetcher.document(ident, Budget(context.settings.development, asked=True))
        content = parse_content(document)
    except NotFetched as error:
        if not error.gone:
            raise
        if payload["deleted"]:
            return True
        await _delete(context, placed, deleted=True)
        return error.code == "deleted" or await _caught(
            context, community_id, f"{ident} is not known to its server"
        )
    if isinstance(content, Tombstone):
        await _delete(context, placed, deleted=True)
        return True
    if payload["deleted"]:
        await _delete(context, placed, deleted=False)
        return await _caught(context, community_id, f"{ident} was not deleted")
    if not isinstance(content, Post | Comment) or content.author != placed.creator_ap_id:
        await _delete(context, placed, deleted=True)
        return await _caught(context, community_id, f"{ident} is by somebody else")
    try:
        await resolver.take(document, content, Budget(context.settings.development))
    except Refusal as error:
        log.info("not_taken_from_origin", ap_id=ident, code=error.code)
    moment = max(content.updated or 0, content.published or 0)
    _, now_text = await _stored(context, ident)
    if moment <= placed.moment and now_text != text:
        return await _caught(context, community_id, f"{ident} reads otherwise on its server")
    return True


async def _stored(context: Context, ident: str) -> tuple[Placed | None, str]:
    """The thing as it is here, and its words."""
    async with context.db.read() as tx:
        placed = (await actors.objects_at(tx, [ident])).get(ident)
        if placed is None or placed.kind == "message":
            return None, ""
        if placed.kind == "post":
            post = await posts.by_id(tx, placed.id)
            return placed, f"{post.name}\n{post.url}\n{post.body}" if post else ""
        comment = await comments.by_id(tx, placed.id)
        return placed, comment.content if comment else ""


async def _delete(context: Context, placed: Placed, *, deleted: bool) -> None:
    change = delete_post if placed.kind == "post" else delete_comment
    async with context.db.write() as tx:
        author = await people.by_id(tx, placed.creator_id)
        try:
            await change(tx, Viewer(author), placed.id, deleted=deleted)
        except Refusal:
            return


async def _caught(context: Context, community_id: int, why: str) -> bool:
    log.warning("community_invents", community=community_id, why=why)
    async with context.db.write() as tx:
        if await communities.by_id(tx, community_id) is not None:
            await quarantine.add(tx, community_id, why)
    return False


async def confirm_gone(context: Context, payload: dict[str, Any]) -> None:
    """The job `actors.confirm_gone`: ask again; an actor that is still gone is marked as deleted (ACT-5)."""
    ident = payload["ap_id"]
    resolver = Resolver(context)
    try:
        await resolver.fetcher.document(ident, Budget(context.settings.development, asked=True))
    except NotFetched as error:
        if not error.gone:
            return
    else:
        return
    async with context.db.write() as tx:
        if (person := (await actors.people_at(tx, [ident])).get(ident)) is not None and not person.local:
            await forget_person(tx, person, with_content=False)
        elif (community := (await actors.communities_at(tx, [ident])).get(ident)) is not None:
            await forget_community(tx, community)
