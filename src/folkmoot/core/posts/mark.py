"""Say what somebody else's post is (its tags, language, NSFW): for moderators."""

from typing import Any

from folkmoot.core import after, permissions
from folkmoot.core.site import languages
from folkmoot.model.errors import NotFound
from folkmoot.model.events import PostEdited
from folkmoot.model.people import Viewer
from folkmoot.model.posts import Post
from folkmoot.model.tags import chosen
from folkmoot.store import communities, posts
from folkmoot.store.db import Tx


async def mark_post(
    tx: Tx,
    viewer: Viewer,
    post_id: int,
    *,
    nsfw: bool | None = None,
    language_id: int | None = None,
    tags: tuple[str, ...] | None = None,
) -> Post:
    """Change whether a post is NSFW, its language, and its tags by their keys; title and text stay (PERM-12). Doing it again
    changes nothing.

    Raises `NotFound` couldnt_find_post; `NotAllowed` not_a_mod_or_admin, banned_from_community, deleted; `Invalid` language_not_allowed.
    """
    post = await posts.for_change(tx, post_id)
    if post is None:
        raise NotFound("couldnt_find_post")
    community, _ = await permissions.officer_in(tx, viewer, post.community_id, "post.mark")
    values: dict[str, Any] = {}
    if nsfw is not None and nsfw != post.nsfw:
        values["nsfw"] = nsfw
    if language_id is not None and language_id != post.language_id:
        taken = frozenset(await communities.languages(tx, post.community_id))
        values["language_id"] = languages.chosen(viewer, taken, language_id)
    if tags is not None and (kept := chosen(tags, community.post_tags)) != post.tags:
        values["tags"] = kept
    if not values:
        return post
    stored = await posts.update(tx, post_id, values)
    await after.record(tx, PostEdited(viewer.id, post_id))
    return stored
