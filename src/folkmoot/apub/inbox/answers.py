"""What receiving makes us send: the one place where the inbox meets the outbox. Noted in the transaction of its cause (`store/outbox.py`);
the publisher makes the activities of it (`apub/outbox/publish.py`)."""

from folkmoot.apub.activities import Activity
from folkmoot.apub.inbox.known import Known
from folkmoot.model.errors import NotAllowed
from folkmoot.store import outbox
from folkmoot.store.db import Tx


class AnsweredNo(NotAllowed):
    """Refused, and the refusal is told to who asked: what was noted for that stays."""


def relay(known: Known, community_id: int, activity: Activity) -> None:
    """A community of ours passes on what somebody elsewhere sent it, every member as it came (CMN-6).

    To be noted, with the rest of the batch, as `relay` with `community_id` and `document`.
    """
    known.notes.append(("relay", {"community_id": community_id, "document": dict(activity.document.members)}))


async def answer_quote(tx: Tx, author_id: int, asked: Activity, *, stamp: int | None) -> None:
    """Say yes, with the number of the stamp, or no to a QuoteRequest about what one of ours wrote (QUO-2).

    Noted as `quote_answer` with `author_id`, `stamp` and `document`.
    """
    answer = {"author_id": author_id, "stamp": stamp, "document": dict(asked.document.members)}
    await outbox.note(tx, "quote_answer", answer)


async def answer_follow(tx: Tx, kind: str, target_id: int, follow: Activity, *, accepted: bool) -> None:
    """Say yes or no to a Follow of a `community` or `person` (`kind`) of ours; the Follow goes back as it came (6.2).

    Noted as `follow_answer` with `kind`, `target_id`, `accepted` and `document`.
    """
    answer = {
        "kind": kind,
        "target_id": target_id,
        "accepted": accepted,
        "document": dict(follow.document.members),
    }
    await outbox.note(tx, "follow_answer", answer)
