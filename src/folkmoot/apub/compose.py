"""Rows into documents: posts and comments with everybody that they name, and what people say of their other accounts."""

from folkmoot.apub.named import people_named, tag
from folkmoot.apub.objects.context import Json
from folkmoot.apub.objects.our_actors import OwnAccounts
from folkmoot.apub.objects.our_content import build_comment, build_post, place_of
from folkmoot.apub.objects.parts import Mention
from folkmoot.core.comments.view import what_it_answers
from folkmoot.model.comments import Comment
from folkmoot.model.communities import Community
from folkmoot.model.people import Person
from folkmoot.model.posts import Post
from folkmoot.store import images, moves, people
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx


async def post_document(tx: Tx, post: Post, author: Person, community: Community) -> Json:
    """A post as a `Page`."""
    origin = (await store_site.local_site(tx)).origin
    named = await people_named(tx, post.body)
    return build_post(
        post,
        author=author.ap_id,
        place=place_of(community),
        origin=origin,
        mentioned=map(tag, named),
        pictures=await images.details_of(tx, (post.url, post.thumbnail_url)),
    )


async def comment_document(tx: Tx, comment: Comment, author: Person, community: Community) -> Json:
    """A comment as a `Note`, with whom it answers."""
    origin = (await store_site.local_site(tx)).origin
    parent, answered = await parent_of(tx, comment)
    return build_comment(
        comment,
        author=author.ap_id,
        parent=parent,
        parent_author=answered,
        place=place_of(community),
        origin=origin,
        mentioned=map(tag, await people_named(tx, comment.content)),
    )


async def parent_of(tx: Tx, comment: Comment) -> tuple[str, Mention | None]:
    """The id of what a comment answers, and its author unless the account is gone."""
    parent = await what_it_answers(tx, comment)
    author = await people.by_id(tx, parent.creator_id)
    return parent.ap_id, tag(author) if author is not None and not author.deleted else None


async def own_accounts(tx: Tx, person_id: int) -> OwnAccounts:
    """What somebody says of their other accounts."""
    moved = await moves.target_of(tx, person_id)
    also = tuple(alias.target for alias in await moves.aliases(tx, person_id))
    return OwnAccounts(also, moved.target if moved else None)
