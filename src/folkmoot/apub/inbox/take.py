"""Take posts and comments of other servers in: new ones, and newer states of those that are here (OBJ-2); received or fetched alike.

What the use cases of `core` would refuse although another server let it pass is made to fit first: a link that is none is left out, an
unknown language becomes undetermined.
"""

from typing import Any

from folkmoot.apub.documents import web_address
from folkmoot.apub.inbox import checks
from folkmoot.apub.inbox.known import Known
from folkmoot.apub.objects.content import Comment, Post, Written, without_counts
from folkmoot.core.comments.create import CreateComment, Uncounted, create_comment
from folkmoot.core.comments.distinguish import distinguish_comment
from folkmoot.core.comments.edit import EditComment, edit_comment
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.posts.edit import EditPost, edit_post
from folkmoot.core.posts.rules import ALT_TEXT_MAX
from folkmoot.model.communities import Community
from folkmoot.model.errors import Conflict, NotAllowed, Refusal
from folkmoot.model.people import Viewer
from folkmoot.model.posts import Post as PostHere
from folkmoot.model.tags import chosen, read_tags
from folkmoot.model.time import Micros
from folkmoot.store import comments, posts
from folkmoot.store.actors import Placed
from folkmoot.store.db import Tx
from folkmoot.text import languages, links


async def take_post(
    tx: Tx, known: Known, author: Viewer, community: Community, post: Post, *, fetched: bool = False
) -> Placed:
    """Write a post down, or change it where this state is newer.

    Raises what `create_post` and `edit_post` raise; `NotAllowed` was_deleted, local_object, not_the_author; `Conflict` not_newer;
    Malformed no_title.
    """
    must_be_free(known, post)
    known.places.clear()
    title = post.title_in(community.ap_id)
    values: dict[str, Any] = {
        "url": _usable_link(post.link),
        "body": _text_of_post(post),
        "alt_text": (post.alt_text or "")[:ALT_TEXT_MAX] or None,
        "nsfw": post.sensitive,
    }
    tags = post_tags(community, post)
    placed = known.objects.get(post.id)
    if placed is None:
        asked = CreatePost(
            community.id,
            title,
            language_id=language_id(post),
            custom_thumbnail=_thumbnail(post),
            ap_id=post.id,
            published=post.published if post.published is not None else tx.now,
            updated=post.updated,
            locked=bool(post.locked),
            tags=tags,
            **values,
        )
        stored = await create_post(tx, author, asked)
        return _placed(known, "post", stored.id, post, community.id, author, stored.local)
    _must_be_newer(placed, post, "post", fetched=fetched or post.poll is not None)
    changed: dict[str, Any] = {name: "" if value is None else value for name, value in values.items()}
    before = await posts.by_id(tx, placed.id)
    same = before is not None and before.name == title and _same(before, changed)
    if same and fetched:
        same = before is not None and before.tags == chosen(tags, community.post_tags)
    if not _is_newer(placed, post):
        if same and fetched:
            return placed  # told of what we have
        if not same and before is not None and _counts_more(before, post, title, changed):
            counted = EditPost(placed.id, body=changed["body"], counted=True)
            await edit_post(tx, author, counted)
            return placed
        if not fetched:
            raise Conflict("not_newer", detail=post.id)
    changed["tags"] = tags
    await edit_post(
        tx,
        author,
        EditPost(placed.id, title, language_id=language_id(post), updated=post.updated or tx.now, **changed),
    )
    return _placed(known, "post", placed.id, post, placed.community_id, author, placed.local)


def _counts_more(before: PostHere, post: Post, title: str, changed: dict[str, Any]) -> bool:
    """Whether nothing but the votes of a poll differs (POL-4)."""
    as_before = changed | {"body": before.body}
    alike = without_counts(before.body) == without_counts(changed["body"])
    return post.poll is not None and alike and before.name == title and _same(before, as_before)


def _same(before: Any, changed: dict[str, Any]) -> bool:
    return all((getattr(before, name) or "") == (value or "") for name, value in changed.items())


async def take_comment(
    tx: Tx,
    known: Known,
    author: Viewer,
    parent: Placed,
    comment: Comment,
    *,
    fetched: bool = False,
    quiet: bool = False,
    later: list[Uncounted] | None = None,
) -> Placed:
    """Write a comment down, or change it where this state is newer. `later`: as of `create_comment`. Raises as `take_post`, with the use
    cases for comments."""
    must_be_free(known, comment)
    if parent.kind == "message":
        raise NotAllowed("answers_a_message")
    placed = known.objects.get(comment.id)
    named = tuple(mention.id for mention in comment.mentions)
    if placed is None:
        post_id, parent_id = parent.id, None
        if parent.kind == "comment":
            stored_parent = await comments.by_id(tx, parent.id)
            assert stored_parent is not None
            post_id, parent_id = stored_parent.post_id, parent.id
        asked = CreateComment(
            post_id,
            comment.body or "",
            parent_id,
            language_id=language_id(comment),
            ap_id=comment.id,
            published=comment.published if comment.published is not None else tx.now,
            updated=comment.updated,
            quiet=quiet,
            locked=comment.open is False,
            named=named,
        )
        place = known.places.get((post_id, author.id))
        made = (await create_comment(tx, author, asked, later=later, place=place)).comment
        placed = _placed(known, "comment", made.id, comment, made.community_id, author, made.local)
        if made.distinguished == comment.distinguished:
            return placed
    else:
        _must_be_newer(placed, comment, "comment", fetched=fetched)
        stored = None if _is_newer(placed, comment) else await comments.by_id(tx, placed.id)
        if stored is None or stored.content != comment.body:
            asked_edit = EditComment(
                placed.id, comment.body or "", language_id(comment), comment.updated or tx.now, named
            )
            stored = (await edit_comment(tx, author, asked_edit)).comment
        placed = _placed(known, "comment", placed.id, comment, placed.community_id, author, placed.local)
        if stored.distinguished == comment.distinguished:
            return placed
    await _distinguish(tx, author, placed, comment)
    return placed


async def _distinguish(tx: Tx, author: Viewer, placed: Placed, comment: Comment) -> None:
    """Speaking as a moderator is for who may; from others it is an ordinary comment (4.2)."""
    stored = await comments.by_id(tx, placed.id)
    if stored is None or stored.distinguished == comment.distinguished:
        return
    try:
        await distinguish_comment(tx, author, placed.id, distinguished=comment.distinguished)
    except Refusal:
        return


def must_be_free(known: Known, written: Written) -> None:
    """Raises `NotAllowed` was_deleted; object_changed_kind where somebody, or a community, has this address (DUP-3)."""
    if written.id in known.gone:
        raise NotAllowed("was_deleted", detail=written.id)
    if written.id in known.people or written.id in known.communities:
        raise NotAllowed("object_changed_kind", detail=written.id)


def _must_be_newer(placed: Placed, written: Written, kind: str, *, fetched: bool) -> None:
    """Raises `NotAllowed` local_object, not_the_author; `Conflict` not_newer for what is older than what is here (OBJ-2)."""
    if placed.local:
        raise NotAllowed("local_object", detail=placed.ap_id)
    if placed.kind != kind:
        raise NotAllowed("object_changed_kind", detail=placed.ap_id)
    checks.must_be_its_author(placed, written.author)
    moment = _moment(written)
    if moment < placed.moment or (moment == placed.moment and not fetched):
        raise Conflict("not_newer", detail=written.id)


def _is_newer(placed: Placed, written: Written) -> bool:
    """Whether its author has touched it since: then it is edited here as it is there, also where the words stayed the same."""
    return _moment(written) > placed.moment


def _moment(written: Written) -> Micros:
    return max(written.updated or 0, written.published or 0)


def _placed(
    known: Known, kind: Any, number: int, written: Written, community_id: int, author: Viewer, local: bool
) -> Placed:
    moment = max(written.updated or 0, written.published or 0)
    placed = Placed(kind, number, written.id, community_id, author.id, written.author, local, moment)
    known.objects[written.id] = placed
    return placed


def language_id(written: Written) -> int:
    """Its language among ours, undetermined for others (OBJ-8)."""
    found = languages.by_code(written.language) if written.language else None
    return found.id if found else languages.UNDETERMINED


def post_tags(community: Community, post: Post) -> tuple[str, ...]:
    """The keys of those tags that the community has (4.1): others were made up, or are not known here yet."""
    known = {tag.address(community.ap_id): tag.key for tag in read_tags(community.post_tags)}
    return tuple(known[ident] for ident in post.tags if ident in known)


def _usable_link(link: str | None) -> str | None:
    if link is None or web_address(link) is None:
        return None
    try:
        return links.check_post_url(link)
    except links.UrlRefused:
        return None


def _thumbnail(post: Post) -> str | None:
    """The picture that comes with a video or the like; those of links every server looks up by itself (FET-15)."""
    return _usable_link(post.thumbnail) if post.type != "Page" or post.link is None else None


def _text_of_post(post: Post) -> str | None:
    """Its text; behind a warning where it came with one."""
    text = post.body or ""
    if post.content_warning and text:
        text = f"::: spoiler {post.content_warning}\n{text}\n:::"
    return text or None
