"""Tell people that somebody answered or named them (N-1 to N-3)."""

from folkmoot.model.comments import Comment
from folkmoot.model.people import Viewer
from folkmoot.model.posts import Post
from folkmoot.store import communities, notifications, people
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx
from folkmoot.text import mentions, names


async def notify_of_comment(tx: Tx, author: Viewer, comment: Comment, post: Post, parent: Comment | None) -> list[int]:
    """Write the notices of a new or edited comment; the account ids told now.

    Everybody gets one notice at the most, a mention before a reply. An edit adds what is missing and leaves what is there (N-1). A reply
    is not told to who blocks the author, the community or its server (N-2).
    """
    site = await store_site.local_site(tx)
    named = {names.name_key(name) for name, host in mentions.mentioned(comment.content) if host.lower() == site.host.lower()}
    told: list[int] = []
    for person in await people.local_by_handles(tx, named) if named else []:
        if person.id != author.id and await notifications.add_mention(tx, person.id, comment.id):
            told.append(person.id)
    recipient_id = parent.creator_id if parent else post.creator_id
    if recipient_id != author.id and recipient_id not in told:
        recipient = await people.by_id(tx, recipient_id)
        community = await communities.by_id(tx, post.community_id)
        if recipient and recipient.local and not recipient.deleted and community:
            blocked = await people.blocks_any(
                tx, recipient.id, target_id=author.id, community_id=community.id, instance_id=community.instance_id
            )
            if not blocked and await notifications.add_reply(tx, recipient.id, comment.id):
                told.append(recipient.id)
    return await people.local_user_ids(tx, told) if told else []


async def parent_was_answered(tx: Tx, person: Viewer, parent_id: int) -> None:
    """Who answers a comment has read the notice about it (C-3)."""
    await notifications.mark_comment_read(tx, person.id, parent_id)
