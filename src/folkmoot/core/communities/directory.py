"""The list of communities."""

from dataclasses import dataclass

from folkmoot.core.communities.view import subscribed
from folkmoot.core.kept import Kept
from folkmoot.core.site.privacy import require_open
from folkmoot.model.enums import Listing, PostSort
from folkmoot.model.people import Viewer
from folkmoot.model.records import Record
from folkmoot.model.views import CommunityView, Page
from folkmoot.store import site as store_site
from folkmoot.store.changes import MANY
from folkmoot.store.db import Tx, writing
from folkmoot.store.listing import communities as listing

_MOST = 200
"""How many communities are remembered for a term."""
_KEPT, _KEPT_BYTES = "communities_with_term", 1 << 20


@dataclass(frozen=True, slots=True)
class _Named:
    """The communities that have a term in their names, as of a change; None where there are too many to remember."""

    heard: int
    ids: frozenset[int] | None


class ListCommunities(Record, frozen=True, gc=False):
    """What was asked. `term` is looked for in name and title (Q-1); `show_nsfw` None leaves it to the account (L-17). `page` counts
    from 1."""

    sort: PostSort = PostSort.HOT
    scope: Listing = Listing.ALL
    term: str = ""
    show_nsfw: bool | None = None
    page: int = 1
    limit: int = 10


async def list_communities(tx: Tx, viewer: Viewer, asked: ListCommunities) -> Page[CommunityView]:
    """The communities that the viewer may see, with their standing in each (L-17, S-9). Visitors who ask for what is theirs get nothing.
    `next` is the number of the next page.

    Raises `NotAllowed` instance_is_private.
    """
    site = await store_site.local_site(tx)
    require_open(site, viewer)
    shown = asked.show_nsfw
    if shown is None:
        shown = viewer.account.show_nsfw if viewer.account else bool(site.content_warning)
    term = asked.term.strip()
    ids = await _named(tx, term) if term else None
    if ids is not None and not ids:
        return Page([])
    wanted = listing.Wanted(
        person_id=viewer.id,
        admin=viewer.admin,
        sort=asked.sort,
        scope=asked.scope,
        term=term,
        show_nsfw=shown,
        ids=ids,
    )
    found = await listing.page(tx, wanted, limit=asked.limit + 1, offset=(asked.page - 1) * asked.limit)
    views = [
        CommunityView(
            community=row.community,
            subscribed=subscribed(row.follows, row.pending),
            blocked=row.blocked,
            banned=row.banned,
            moderator=row.moderator,
        )
        for row in found[: asked.limit]
    ]
    return Page(views, next=str(asked.page + 1) if len(found) > asked.limit else None)


async def _named(tx: Tx, term: str) -> frozenset[int] | None:
    """Which communities have a term in name or title, whoever asks. Remembered; those that were named otherwise are looked at again. None
    where there are many, or where it is asked within a write. No query, one where it is not known."""
    if writing.get():
        return None
    kept: Kept[_Named] = tx.memory.setdefault(_KEPT, Kept(_KEPT_BYTES))
    found = kept.get(term, 0)
    if found is not None and (found.ids is None or found.heard >= tx.heard):
        return found.ids
    changed = tx.changes.since("community_name", found.heard) if found else None
    if found is None or found.ids is None or changed is None or MANY in changed or len(changed) > _MOST:
        ids = await listing.with_term(tx, term, _MOST)
    elif changed:
        ids = (found.ids - changed) | (await listing.with_term(tx, term, _MOST, changed) or frozenset())
    else:
        ids = found.ids
    kept.put(term, 0, _Named(tx.heard, ids), 200 + 4 * len(term) + 60 * len(ids or ()))
    return ids
