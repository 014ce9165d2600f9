"""Activities of ours at their own address, for as long as they are kept (URL-9)."""

import json

from folkmoot.apub.call import ACTIVITY_JSON, NOTHING, Answer, Call, document
from folkmoot.apub.show import find
from folkmoot.store import communities, outbox


async def show_activity(call: Call) -> Answer:
    """What we sent. Messages, follows, reports and whatever else is not for everybody are not shown."""
    ident = call.origin + call.path
    async with call.context.db.read() as tx:
        sent = await outbox.by_ap_id(tx, ident)
        if sent is None or sent.sensitive:
            return NOTHING
        community = await communities.by_id(tx, sent.community_id) if sent.community_id is not None else None
        if community is not None:
            await find.must_follow(tx, call, community)
    if sent.ap_id == ident:
        return Answer(200, sent.body.encode(), ACTIVITY_JSON)
    inner = json.loads(sent.body).get("object")
    return document(inner) if isinstance(inner, dict) and inner.get("id") == ident else NOTHING
