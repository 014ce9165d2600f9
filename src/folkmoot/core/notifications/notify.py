"""Tell people that somebody answered or named them (N-1 to N-3)."""

from folkmoot.model.comments import Comment
from folkmoot.model.communities import Community
from folkmoot.model.people import Viewer
from folkmoot.model.posts import Post
from folkmoot.store import notifications, people
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx
from folkmoot.text import mentions, names


async def notify_of_comment(
    tx: Tx, author: Viewer, comment: Comment, *, parent: Comment | Post, community: Community
) -> list[int]:
    """Write the notices of a new or edited comment; the account ids told now. `parent`: the comment or post that it answers.

    Everybody gets one notice at the most, a mention before a reply. An edit adds what is missing and leaves what is there (N-1). A
    reply is told to people of this server only, and not to who blocks the author, the community or its server (N-2).
    """
    told = await _tell_who_is_named(tx, author, comment) if "@" in comment.content else []
    if parent.local and parent.creator_id != author.id:
        answered = await notifications.add_reply(
            tx,
            parent.creator_id,
            comment.id,
            author_id=author.id,
            community_id=community.id,
            instance_id=community.instance_id,
        )
        if answered is not None:
            told.append(answered)
    return told


async def _tell_who_is_named(tx: Tx, author: Viewer, comment: Comment) -> list[int]:
    """Local people named with our host, the author left out; the account ids told now."""
    host = (await store_site.local_site(tx)).host.lower()
    named = {names.name_key(name) for name, of in mentions.mentioned(comment.content) if of.lower() == host}
    told = [
        person.id
        for person in (await people.local_by_handles(tx, named) if named else [])
        if person.id != author.id and await notifications.add_mention(tx, person.id, comment.id)
    ]
    return await people.local_user_ids(tx, told) if told else []


async def parent_was_answered(tx: Tx, person: Viewer, parent: Comment) -> None:
    """Who answers a comment has read the notice about it (C-3)."""
    if parent.creator_id != person.id:
        await notifications.mark_comment_read(tx, person.id, parent.id)
