"""The table: what is noted → the activities that are made of it. The names are those of the events in `model/events.py`, and a
few of our own."""

from collections.abc import Awaitable, Callable
from typing import Any
from zlib import crc32

from folkmoot.apub.documents import listed
from folkmoot.apub.outbox import content, moderation, people
from folkmoot.apub.outbox.addressing import bare_page, path_of, relayed
from folkmoot.apub.outbox.library import Library
from folkmoot.store.outbox import Activity

Make = Callable[[Library, dict[str, Any]], Awaitable[list[Activity]]]

KEY_REPLACED = "key_replaced"

_CONTENT = frozenset({"Create", "Update"})
_UNDO = frozenset({"Undo"})
_VOTES = frozenset({"Like", "Dislike", "EmojiReact"})
_PAGES = frozenset({"Page", "Article", "Question", "Video", "Event", "Audio", "Image"})


async def relay(library: Library, event: dict[str, Any]) -> list[Activity]:
    """What somebody elsewhere did in a community of ours, as it came (CMN-6, CMN-7)."""
    community = await library.community(event["community_id"])
    if community is None:
        return []
    inner: dict[str, Any] = event["document"]
    post_id, comment = await library.thread_of(inner)
    path = path_of(community.id, post_id, comment=comment, voter=_voter_of(inner) if post_id else None)
    new_post = post_id if inner.get("type") == "Create" and not comment else None
    made = await relayed(library, community, inner, path, new_post=new_post)
    page = inner.get("object")
    if _is(inner, _CONTENT) and isinstance(page, dict) and _is(page, _PAGES):
        made += await bare_page(library, community, page, path)
    return made


def _voter_of(document: dict[str, Any]) -> int | None:
    """A number for who votes, or takes a vote back; None where it is something else."""
    inner = document.get("object") if _is(document, _UNDO) else document
    if not isinstance(inner, dict) or not _is(inner, _VOTES):
        return None
    return crc32(str(document.get("actor")).encode())


def _is(document: dict[str, Any], kinds: frozenset[str]) -> bool:
    """Whether something that came from elsewhere is one of these kinds: it may say several (JSN-3)."""
    return any(isinstance(kind, str) and kind in kinds for kind in listed(document.get("type")))


KINDS: dict[str, Make] = {
    "PostCreated": content.post_created,
    "PostEdited": content.post_edited,
    "PostDeleted": content.post_deleted,
    "PostRemoved": content.post_removed,
    "PostLocked": moderation.post_locked,
    "PostFeatured": moderation.post_featured,
    "PostVoted": content.post_voted,
    "CommentCreated": content.comment_created,
    "CommentEdited": content.comment_edited,
    "CommentDeleted": content.comment_deleted,
    "CommentRemoved": content.comment_removed,
    "CommentLocked": moderation.comment_locked,
    "CommentVoted": content.comment_voted,
    "CommunityEdited": moderation.community_edited,
    "CommunityDeleted": moderation.community_deleted,
    "CommunityRemoved": moderation.community_removed,
    "CommunityFollowed": people.community_followed,
    "FollowAnswered": people.asker_answered,
    "ModeratorChanged": moderation.moderator_changed,
    "PersonBanned": moderation.person_banned,
    "AuthorWarned": moderation.author_warned,
    "PersonEdited": people.person_edited,
    "PersonMoved": people.person_moved,
    "PersonDeleted": people.person_deleted,
    "MessageSent": people.message_sent,
    "MessageEdited": people.message_edited,
    "MessageDeleted": people.message_deleted,
    "Reported": people.reported,
    "ReportResolved": people.report_resolved,
    "relay": relay,
    "follow_answer": people.follow_answered,
    "quote_answer": people.quote_answered,
    KEY_REPLACED: people.key_replaced,
}
