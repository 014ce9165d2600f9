"""May somebody of another server quote what one of ours wrote? What we write says that everybody may (QUO-1)."""

from folkmoot.model.communities import Community
from folkmoot.model.enums import Visibility
from folkmoot.model.errors import NotAllowed
from folkmoot.model.people import Person
from folkmoot.store import blocks, quotes
from folkmoot.store.db import Tx


async def allow_quote(
    tx: Tx, asker: Person, author: Person, community: Community, *, target: str, quoting: str
) -> int:
    """Let `quoting` quote `target` by `author` in `community`; the number of the stamp (QUO-2).

    Raises `NotAllowed` site_ban, deleted, blocked_by_author, community_is_private.
    """
    if asker.banned or author.banned:
        raise NotAllowed("site_ban", detail=asker.ap_id)
    if asker.deleted or author.deleted:
        raise NotAllowed("deleted", detail=asker.ap_id)
    if await blocks.is_blocked(tx, "person", author.id, asker.id):
        raise NotAllowed("blocked_by_author", detail=asker.ap_id)
    if community.visibility not in (Visibility.PUBLIC, Visibility.UNLISTED):
        raise NotAllowed("community_is_private", detail=community.ap_id)
    return await quotes.allow(tx, target=target, quoting=quoting, author_id=author.id)
