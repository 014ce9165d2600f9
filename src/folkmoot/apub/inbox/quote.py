"""QuoteRequest: somebody elsewhere wants to quote what one of ours wrote (FEP-044f)."""

from folkmoot.apub.activities import QuoteRequest
from folkmoot.apub.inbox import answers, checks
from folkmoot.apub.inbox.answers import AnsweredNo
from folkmoot.apub.inbox.arrived import Arrived
from folkmoot.core.people.quote import allow_quote
from folkmoot.model.errors import NotAllowed, Refusal
from folkmoot.store import people
from folkmoot.store.db import Tx


async def ask(tx: Tx, arrived: Arrived[QuoteRequest]) -> None:
    """Everybody may, but who is banned or blocked: answered with the stamp that the quote shows, or with Reject (QUO-2).

    Raises `NotAllowed` never_announced, object_of_other_host, nobody_here, and as `AnsweredNo` what `allow_quote` raises.
    """
    said = arrived.activity
    if not arrived.direct:
        raise NotAllowed("never_announced")
    checks.must_be_of_one_host("object_of_other_host", said.instrument, said.actor)
    placed = arrived.object(said.object)
    author = await people.by_id(tx, placed.creator_id) if placed.local and placed.kind != "message" else None
    if author is None or not author.local:
        raise NotAllowed("nobody_here", detail=said.object)
    community = await arrived.known.community(tx, placed.community_id)
    try:
        stamp = await allow_quote(
            tx, arrived.actor(), author, community, target=placed.ap_id, quoting=said.instrument
        )
    except Refusal as error:
        await answers.answer_quote(tx, author.id, said, stamp=None)
        raise AnsweredNo(error.code, detail=error.detail) from error
    await answers.answer_quote(tx, author.id, said, stamp=stamp)
