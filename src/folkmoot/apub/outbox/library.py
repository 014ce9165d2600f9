"""What activities are made of, looked up once for a whole batch."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from folkmoot.model.comments import Comment
from folkmoot.model.communities import Community
from folkmoot.model.people import Person
from folkmoot.model.posts import Post
from folkmoot.model.site import LocalSite
from folkmoot.settings import Settings
from folkmoot.store import comments, communities, outbox, people, posts
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx
from folkmoot.store.outbox import Audience, Noted

T = TypeVar("T")


@dataclass(slots=True)
class Library:
    """The rows that a batch of activities concerns. Rows are read at most once, those that many name together."""

    tx: Tx
    settings: Settings
    _shelves: dict[str, dict[int, Any]] = field(default_factory=dict)

    async def fetch(self, waiting: Iterable[Noted]) -> None:
        """Read at once what `waiting` names."""
        wanted: dict[str, set[int]] = {}
        for noted in waiting:
            for name, shelf in _NAMED.items():
                if (number := noted.payload.get(name)) is not None:
                    wanted.setdefault(shelf, set()).add(number)
        if "comment" in wanted:
            found = await self._fill("comment", wanted["comment"], comments.by_ids)
            wanted.setdefault("post", set()).update(comment.post_id for comment in found.values())
        if "post" in wanted:
            thing = await self._fill("post", wanted["post"], posts.by_ids)
            wanted.setdefault("community", set()).update(post.community_id for post in thing.values())
        if "community" in wanted:
            await self._fill("community", wanted["community"], communities.by_ids)
        if "person" in wanted:
            await self._fill("person", wanted["person"], people.by_ids)

    async def _fill(
        self, shelf: str, ids: set[int], read: Callable[[Tx, set[int]], Awaitable[dict[int, T]]]
    ) -> dict[int, T]:
        found = await read(self.tx, ids)
        self._shelves.setdefault(shelf, {}).update(found)
        return found

    async def _get(self, shelf: str, number: int, read: Callable[[Tx, int], Awaitable[T]]) -> T:
        kept = self._shelves.setdefault(shelf, {})
        if number not in kept:
            kept[number] = await read(self.tx, number)
        value: T = kept[number]
        return value

    async def site(self) -> LocalSite:
        return await store_site.local_site(self.tx)

    async def person(self, person_id: int) -> Person | None:
        return await self._get("person", person_id, people.by_id)

    async def community(self, community_id: int) -> Community | None:
        return await self._get("community", community_id, communities.by_id)

    async def post(self, post_id: int) -> Post | None:
        return await self._get("post", post_id, posts.by_id)

    async def comment(self, comment_id: int) -> Comment | None:
        return await self._get("comment", comment_id, comments.by_id)

    async def audience(self, community_id: int) -> Audience:
        """Where the followers of a community are."""
        return await self._get("audience", community_id, outbox.community_audience)

    async def has_fans(self, person_id: int) -> bool:
        """Whether anybody elsewhere follows a person."""
        return await self._get("fans", person_id, outbox.person_has_followers)


_NAMED = {
    "actor_id": "person",
    "person_id": "person",
    "post_id": "post",
    "comment_id": "comment",
    "community_id": "community",
}
