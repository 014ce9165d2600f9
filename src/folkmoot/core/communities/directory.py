"""The list of communities."""

from dataclasses import dataclass

from folkmoot.core.communities.view import subscribed
from folkmoot.core.site.privacy import require_open
from folkmoot.model.enums import Listing, PostSort
from folkmoot.model.people import Viewer
from folkmoot.model.views import CommunityView, Page
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx
from folkmoot.store.listing import communities as listing


@dataclass(frozen=True, slots=True)
class ListCommunities:
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
    wanted = listing.Wanted(
        person_id=viewer.id,
        admin=viewer.admin,
        sort=asked.sort,
        scope=asked.scope,
        term=asked.term.strip(),
        show_nsfw=shown,
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
