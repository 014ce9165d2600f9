"""Create: somebody wrote a post, a comment or a message."""

from folkmoot.apub.activities import Activity, Create
from folkmoot.apub.documents import PUBLIC
from folkmoot.apub.inbox import checks, take
from folkmoot.apub.inbox.arrived import Arrived
from folkmoot.apub.inbox.known import Missing
from folkmoot.apub.objects.content import (
    Comment,
    Content,
    PollVote,
    Post,
    PrivateMessage,
    Tombstone,
    Written,
)
from folkmoot.core.comments.tell import tell_late
from folkmoot.core.messages.send import SendMessage, send_message
from folkmoot.model.communities import Community
from folkmoot.model.errors import Conflict, NotAllowed
from folkmoot.model.time import DAY, Micros
from folkmoot.store import early, unconfirmed
from folkmoot.store.actors import Placed
from folkmoot.store.db import Tx

NEWS_FOR: Micros = 7 * DAY
"""So long what somebody wrote is news to whom it is for."""


async def create(tx: Tx, arrived: Arrived[Create]) -> Community | None:
    """Write it down; the community it is in. Raises `NotAllowed`, `Missing`, what the use cases raise."""
    content = arrived.activity.object
    if isinstance(content, str):
        if content not in arrived.known.objects:  # fetched from its origin, and taken in there
            raise Missing(objects=[content], news=[content])
        return None
    return await take_in(tx, arrived, content)


async def take_in(tx: Tx, arrived: Arrived[Activity], content: Content) -> Community | None:
    """Content that its author sent, or a community passed on; the community it is in."""
    if isinstance(content, Post):
        return await _post(tx, arrived, content)
    if isinstance(content, Comment):
        return await _comment(tx, arrived, content)
    if isinstance(content, PrivateMessage):
        await _message(tx, arrived, content)
        return None
    if isinstance(content, PollVote):
        raise NotAllowed("polls_are_not_counted", detail=content.poll)
    assert isinstance(content, Tombstone)
    raise NotAllowed("was_deleted", detail=content.id)


async def _post(tx: Tx, arrived: Arrived[Activity], post: Post) -> Community:
    known = arrived.known
    checks.check_written(post, arrived.activity.actor, known.policy)
    placed = known.objects.get(post.id)
    if placed is not None:
        community = await known.community(tx, placed.community_id)  # it stays where it is (OBJ-5)
    else:
        community = checks.community_of_post(known, post)
    checks.must_be_from(arrived, community)
    checks.must_be_addressed_rightly(post.to, post.public, community)
    if arrived.direct and not community.local and not arrived.fetched and community.id not in known.followed:
        named = [mention.id for mention in post.mentions]
        if not checks.concerns_us(known, *named, *post.addressed):
            raise NotAllowed("community_not_followed", detail=community.ap_id)  # OBJ-6
    fresh, news = placed is None, placed is not None and await _is_news(tx, arrived, post)
    try:
        await take.take_post(tx, known, arrived.viewer(), community, post, fetched=arrived.fetched)
    except Conflict:
        if not news:
            raise
    if fresh and community.local:  # its followers are told when it comes (CMN-6)
        await _note_early(tx, arrived, post)
    return community


async def _comment(tx: Tx, arrived: Arrived[Activity], comment: Comment) -> Community:
    known = arrived.known
    checks.check_written(comment, arrived.activity.actor, known.policy)
    parent = known.objects.get(comment.parent)
    if parent is None:
        if arrived.direct and not arrived.fetched and not _worth_fetching(arrived, comment):
            raise NotAllowed("unknown_parent", detail=comment.parent)
        contexts = {comment.parent: comment.context} if comment.context else {}
        raise Missing(objects=[comment.parent], contexts=contexts)
    if parent.kind == "message":
        raise NotAllowed("answers_a_message", detail=comment.parent)
    community = await known.community(tx, parent.community_id)
    checks.must_be_from(arrived, community)
    checks.must_be_addressed_rightly(comment.to, comment.public, community)
    fresh = comment.id not in known.objects
    news = not fresh and await _is_news(tx, arrived, comment)
    author = arrived.viewer()
    try:
        placed = await take.take_comment(
            tx,
            known,
            author,
            parent,
            comment,
            fetched=arrived.fetched,
            quiet=arrived.quiet,
            later=arrived.gathered.comments if arrived.gathered else None,
        )
    except Conflict:
        if not news:
            raise
        placed = known.objects[comment.id]
    if news:
        await tell_late(tx, author, placed.id, tuple(mention.id for mention in comment.mentions))
    elif fresh and (
        community.local or parent.local or any(known.policy.is_ours(one.id) for one in comment.mentions)
    ):
        await _note_early(tx, arrived, comment)
    await _confirm(tx, arrived, community, placed, fresh=fresh)
    return community


async def _note_early(tx: Tx, arrived: Arrived[Activity], written: Written) -> None:
    """What is taken in without a word, and not old, is news when its Create comes."""
    if arrived.quiet and (written.published is None or written.published >= tx.now - NEWS_FOR):
        await early.note(tx, written.id)


async def _is_news(tx: Tx, arrived: Arrived[Activity], written: Written) -> bool:
    """Whether this is the Create of what had to be fetched before it came: it has its effect besides what is written down already."""
    return isinstance(arrived.activity, Create) and not arrived.quiet and await early.take(tx, written.id)


def _worth_fetching(arrived: Arrived[Activity], comment: Comment) -> bool:
    """Whether a direct reply to something unknown concerns us: it names somebody here, or a community that is followed (PAR-1, ABU-11)."""
    known = arrived.known
    named = [*comment.addressed, *(mention.id for mention in comment.mentions), comment.parent]
    if checks.concerns_us(known, *named):
        return True
    communities = [
        known.communities[ident] for ident in (*named, comment.audience or "") if ident in known.communities
    ]
    return any(community.local or community.id in known.followed for community in communities)


async def _confirm(
    tx: Tx, arrived: Arrived[Activity], community: Community, placed: Placed, *, fresh: bool
) -> None:
    """What came from its author alone counts as unconfirmed until its community passes it on (PAR-5)."""
    if community.local or arrived.fetched:
        return
    if arrived.direct:
        await unconfirmed.add(tx, placed.id)
    elif not fresh:
        await unconfirmed.confirm(tx, [placed.id])


async def _message(tx: Tx, arrived: Arrived[Activity], message: PrivateMessage) -> None:
    """A private message: one for each of its recipients here (4.3)."""
    known = arrived.known
    if not arrived.direct or PUBLIC in (*message.to, *message.cc):
        raise NotAllowed("message_was_announced")
    checks.check_written(message, arrived.activity.actor, known.policy)
    take.must_be_free(known, message)
    if (placed := known.objects.get(message.id)) is not None:
        checks.must_be_its_author(placed, message.author)
        return
    recipients = [
        person for ident in message.addressed if (person := known.people.get(ident)) and person.local
    ]
    if not recipients:
        raise NotAllowed("nobody_here", detail=" ".join(message.addressed)[:200])
    author = arrived.viewer()
    for number, person in enumerate(recipients):
        ap_id = message.id if number == 0 else f"{message.id}#{person.name}"
        asked = SendMessage(person.id, message.body or "", ap_id=ap_id, published=message.published)
        await send_message(tx, author, asked)
