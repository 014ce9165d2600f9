"""Candidates of searches, remembered by each process: who asks for the same words next need not look for them again."""

from folkmoot.core.kept import Kept
from folkmoot.store import search
from folkmoot.store.db import Tx, writing
from folkmoot.store.search import Hits
from folkmoot.store.search_down import Wanted
from folkmoot.store.search_order import Candidates, of_everybody

LIMIT = 16 << 20
"""Bytes that they take at most, about."""
_KEPT = "search_candidates"


async def find(tx: Tx, wanted: Wanted, *, limit: int, offset: int, whole: bool = True) -> Hits:
    """As `store/search.py`. What was found within a write is not remembered: it may never be committed."""
    common = of_everybody(wanted)
    if writing.get() or not common.everybody:
        return await search.find(tx, wanted, Candidates(tx, common), limit=limit, offset=offset, whole=whole)
    kept: Kept[Candidates] = tx.memory.setdefault(_KEPT, Kept(LIMIT))
    candidates = kept.get(common, 0)
    if candidates is None or not await candidates.are_right(tx):
        candidates = Candidates(tx, common)
        kept.put(common, 0, candidates, candidates.size)
    before = candidates.size
    hits = await search.find(tx, wanted, candidates, limit=limit, offset=offset, whole=whole)
    if candidates.size != before and kept.get(common, 0) is candidates:
        kept.put(common, 0, candidates, candidates.size)
    return hits
