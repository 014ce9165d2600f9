"""What searches found, remembered by each process, so that the next one for the same words need not look again."""

from dataclasses import dataclass

from folkmoot.core.kept import Kept
from folkmoot.model.enums import PostSort
from folkmoot.model.people import Person
from folkmoot.store import search, search_people
from folkmoot.store.changes import Key
from folkmoot.store.db import Tx, writing
from folkmoot.store.people import NAMES
from folkmoot.store.search import Hits
from folkmoot.store.search_down import Wanted
from folkmoot.store.search_order import Candidates, may_stand, of_everybody, running_time

LIMIT, LIMIT_OF_PEOPLE = 16 << 20, 4 << 20
"""Bytes that candidates and people take at most, about."""
_KEPT, _PEOPLE = "search_candidates", "search_people"
_SIZE_OF_PERSON = 1500


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


@dataclass(frozen=True, slots=True)
class _People:
    """A page of people, and how new what it was made from was."""

    people: list[Person]
    keys: tuple[Key, ...]
    began: int
    made: float


async def people(tx: Tx, term: str, sort: PostSort, *, local: bool, limit: int, offset: int) -> list[Person]:
    """As `store/search_people.py`. Remembered for all who ask while nobody is new or called otherwise, and none of them changes."""
    if writing.get():
        return await search_people.people(tx, term, sort, local=local, limit=limit, offset=offset)
    kept: Kept[_People] = tx.memory.setdefault(_PEOPLE, Kept(LIMIT_OF_PEOPLE))
    name = (term, sort, local, limit, offset)
    known = kept.get(name, 0)
    if (
        known is not None
        and may_stand(tx, known.made, known.began)
        and tx.changes.newest(known.keys) <= known.began
    ):
        return known.people
    found = await search_people.people(tx, term, sort, local=local, limit=limit, offset=offset)
    keys = (NAMES, *(("person", each.id) for each in found))
    kept.put(name, 0, _People(found, keys, tx.heard, running_time()), 500 + _SIZE_OF_PERSON * len(found))
    return found
