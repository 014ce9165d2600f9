"""Which language a new text is in."""

from folkmoot.model.errors import Invalid
from folkmoot.model.people import Viewer
from folkmoot.store import communities
from folkmoot.store.db import Tx

UNDETERMINED = 0


async def language_for(tx: Tx, author: Viewer, community_id: int, asked: int | None) -> int:
    """The language of a new item (P-6): the one asked for, if the community allows it; else the only one that author and community
    share; else undetermined. Raises `Invalid` language_not_allowed.
    """
    allowed = set(await communities.languages(tx, community_id))
    if asked is not None:
        if allowed and asked not in allowed:
            raise Invalid("language_not_allowed", field="language_id")
        return asked
    shared = set(author.languages) & allowed if author.languages and allowed else set(author.languages) or allowed
    certain = shared - {UNDETERMINED} or shared
    return certain.pop() if len(certain) == 1 else UNDETERMINED
