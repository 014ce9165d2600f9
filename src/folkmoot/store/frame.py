"""What the frame of every page counts for its reader: one query."""

from folkmoot.model.site import Waiting
from folkmoot.store.db import Tx
from folkmoot.store.notices import UNREAD_MESSAGES, UNREAD_NOTICES
from folkmoot.store.warnings import UNREAD_WARNINGS

_MODERATES = "EXISTS (SELECT 1 FROM community_moderator m WHERE m.person_id = :person_id)"
_MINE = " AND {item}.community_id IN (SELECT m.community_id FROM community_moderator m WHERE m.person_id = :person_id)"
_POST_REPORTS = "SELECT count(*) FROM post_report r JOIN post i ON i.id = r.post_id WHERE NOT r.resolved"
_COMMENT_REPORTS = (
    "SELECT count(*) FROM comment_report r JOIN comment i ON i.id = r.comment_id WHERE NOT r.resolved"
)
_MESSAGE_REPORTS = "SELECT count(*) FROM private_message_report r WHERE NOT r.resolved"
_APPLICATIONS = (
    "SELECT count(*) FROM registration_application a JOIN local_user u ON u.id = a.local_user_id WHERE a.decided IS NULL"
    " AND (u.email_verified OR NOT (SELECT l.require_email_verification FROM local_site l))"
)

_UNREAD = " + ".join(
    f"({counted})"
    for counted in (
        UNREAD_NOTICES.format(table="comment_reply"),
        UNREAD_NOTICES.format(table="person_mention"),
        UNREAD_MESSAGES,
        UNREAD_WARNINGS,
    )
)
_REQUESTS = (
    "SELECT count(*) FROM community_moderator m JOIN community c ON c.id = m.community_id AND c.local AND c.visibility = 'Private'"
    " JOIN community_follow f ON f.community_id = c.id AND f.pending JOIN person p ON p.id = f.person_id AND NOT p.deleted"
    " WHERE m.person_id = :person_id"
)
"""People who ask to be let into private communities that somebody moderates."""
_OF_MEMBER = f"SELECT {_UNREAD}, ({_POST_REPORTS}{_MINE.format(item='i')}) + ({_COMMENT_REPORTS}{_MINE.format(item='i')}), 0, {_MODERATES}, ({_REQUESTS})"
_OF_ADMIN = f"SELECT {_UNREAD}, ({_POST_REPORTS}) + ({_COMMENT_REPORTS}) + ({_MESSAGE_REPORTS}), ({_APPLICATIONS}), {_MODERATES}, ({_REQUESTS})"


async def waiting_for(tx: Tx, person_id: int, *, admin: bool, bots: bool) -> Waiting:
    """What waits for this person (N-4): unread notices, open reports they may see, applications if they are an admin, requests to join what they moderate.

    `bots`: whether notices by bots count.
    """
    row = await tx.first(_OF_ADMIN if admin else _OF_MEMBER, person_id=person_id, bots=bots)
    assert row is not None
    return Waiting(row[0], row[1], row[2], bool(row[3]) or admin, row[4])
