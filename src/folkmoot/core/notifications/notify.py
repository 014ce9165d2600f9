"""Tell people that somebody answered or named them (N-1 to N-3)."""

from collections.abc import Collection

from folkmoot.core import after
from folkmoot.model.comments import Comment
from folkmoot.model.communities import Community
from folkmoot.model.events import CommentTold
from folkmoot.model.people import Person, Viewer
from folkmoot.model.posts import Post
from folkmoot.store import accounts, actors, notifications, people
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx
from folkmoot.text import mentions, names


async def notify_of_comment(
    tx: Tx,
    author: Viewer,
    comment: Comment,
    *,
    parent: Comment | Post,
    community: Community,
    named: Collection[str] | None = None,
) -> list[int]:
    """Write the notices of a new or edited comment, and see to the mails about them (N-7); the account ids told now.

    `parent`: the comment or post that it answers. `named`: the addresses that a comment from elsewhere says it mentions, whatever its text
    looks like; None: whoever the text names.

    Everybody gets one notice at the most, a mention before a reply. An edit adds what is missing and leaves what is there (N-1). A
    reply is told to people of this server only, and not to who blocks the author, the community or its server (N-2).
    """
    told = await _tell_who_is_named(tx, author, comment, named, besides=parent.creator_id)
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
    # Few want mails, and a job for each notice that is told would cost more than the notice.
    if told and (wanting := await accounts.wanting_mail_notices(tx, told)):
        await after.record(tx, CommentTold(author.id, comment.id, wanting), author)
    return told


async def _tell_who_is_named(
    tx: Tx, author: Viewer, comment: Comment, addresses: Collection[str] | None, *, besides: int
) -> list[int]:
    """Local people, the author left out; the account ids told now. `besides`: who is answered. Servers list them among the addresses of
    every answer (SND-5), which names nobody."""
    if addresses is None:
        found = await _named_in_text(tx, comment.content) if "@" in comment.content else []
    else:
        found = await _named_by_address(tx, addresses) if addresses else []
        found = [person for person in found if person.id != besides]
    told = [
        person.id
        for person in found
        if person.id != author.id and await notifications.add_mention(tx, person.id, comment.id)
    ]
    return await people.local_user_ids(tx, told) if told else []


async def _named_in_text(tx: Tx, text: str) -> list[Person]:
    """Who is named with our host."""
    host = (await store_site.local_site(tx)).host.lower()
    named = {names.name_key(name) for name, of in mentions.mentioned(text) if of.lower() == host}
    return await people.local_by_handles(tx, named) if named else []


async def _named_by_address(tx: Tx, addresses: Collection[str]) -> list[Person]:
    """Who lives here of those with these addresses."""
    origin = (await store_site.local_site(tx)).origin
    ours = [address for address in addresses if address.startswith(f"{origin}/")]
    return [person for person in (await actors.people_at(tx, ours)).values() if person.local]


async def parent_was_answered(tx: Tx, person: Viewer, parent: Comment) -> None:
    """Somebody who answers a comment has read the notice about it (C-3)."""
    if parent.creator_id != person.id:
        await notifications.mark_comment_read(tx, person.id, parent.id)
