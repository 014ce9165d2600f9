"""What activities are made of, looked up once for a whole batch."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from folkmoot.apub.named import people_named
from folkmoot.context import Context
from folkmoot.core.people.keys import new_key_pair
from folkmoot.model.comments import Comment
from folkmoot.model.communities import Community
from folkmoot.model.people import Person
from folkmoot.model.posts import Post
from folkmoot.model.site import LocalSite
from folkmoot.store import actors, audiences, comments, communities, keys, outbox, people, posts
from folkmoot.store.audiences import Audience
from folkmoot.store.db import Tx
from folkmoot.store.keys import Owner
from folkmoot.store.outbox import Addresses, Inbox, Noted

T = TypeVar("T")


class UnknownSoftware(Exception):
    """What is said depends on what a server runs, and it was not asked yet."""

    def __init__(self, instance_id: int) -> None:
        super().__init__(instance_id)
        self.instance_id = instance_id


@dataclass(slots=True)
class Library:
    """The rows that a batch of activities concerns. Rows are read at most once, those that many name together. `asked`: a server that was
    asked just now what it runs, whatever it said."""

    context: Context
    tx: Tx
    site: LocalSite
    asked: int | None = None
    _shelves: dict[str, dict[int, Any]] = field(default_factory=dict)
    _threads: dict[str, tuple[int, str]] = field(default_factory=dict)

    async def fetch(self, waiting: Iterable[Noted]) -> None:
        """Read at once what `waiting` names."""
        wanted: dict[str, set[int]] = {}
        for noted in waiting:
            for name, shelf in _NAMED.items():
                if (number := noted.payload.get(name)) is not None:
                    wanted.setdefault(shelf, set()).add(number)
        await self._place({name for noted in waiting for name in _things_in(noted.payload.get("document"))})
        authors: set[int] = set()
        if "comment" in wanted:
            found = await self._fill("comment", wanted["comment"], comments.by_ids)
            above = {comment.parent_id for comment in found.values() if comment.parent_id} - found.keys()
            if above:
                found = found | await self._fill("comment", above, comments.by_ids)
            wanted.setdefault("post", set()).update(comment.post_id for comment in found.values())
            authors |= {comment.creator_id for comment in found.values()}
        if "post" in wanted:
            thing = await self._fill("post", wanted["post"], posts.by_ids)
            wanted.setdefault("community", set()).update(post.community_id for post in thing.values())
            authors |= {post.creator_id for post in thing.values()}
        if "community" in wanted:
            await self._fill("community", wanted["community"], communities.by_ids)
        if authors or "person" in wanted:
            known = await self._fill("person", authors | wanted.get("person", set()), people.by_ids)
            await self._look_up_inboxes(person for person in known.values() if not person.local)

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

    @property
    def origin(self) -> str:
        return self.site.origin

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
        return await self._get("audience", community_id, _audience)

    async def moderates(self, person_id: int, community_id: int) -> bool:
        """Whether somebody moderates a community."""
        return (await communities.relation(self.tx, community_id, person_id)).moderator_since is not None

    async def addresses_of(self, community_id: int) -> Addresses:
        """Where a community takes things, and where its collections are."""
        found = await self._get("addresses", community_id, outbox.addresses_of_community)
        assert found is not None
        return found

    async def inbox_of_community(self, community_id: int) -> Inbox:
        """Where the server of a community takes what happens in it (DLV-8)."""
        return (await self.addresses_of(community_id)).shared

    async def inboxes_of(self, who: Collection[Person], *, own: bool = False) -> list[Inbox]:
        """Where people elsewhere take things: the inbox that their server has for all, or (`own`) everybody's own (DLV-8)."""
        await self._look_up_inboxes(who)
        kept = self._shelves["inboxes"]
        return [found[own] for person in who if (found := kept[person.id]) is not None]

    async def _look_up_inboxes(self, who: Iterable[Person]) -> None:
        """Have the inboxes of these people at hand; None for those who have none."""
        kept: dict[int, tuple[Inbox, Inbox] | None] = self._shelves.setdefault("inboxes", {})
        absent = {person.id for person in who} - kept.keys()
        if absent:
            found = await outbox.inboxes_of_people(self.tx, absent)
            kept |= {number: found.get(number) for number in absent}

    async def people_named(self, text: str | None) -> list[Person]:
        """The people whom a text names and whom we know."""
        return await people_named(self.tx, text)

    async def public_pem(self, owner: Owner, owner_id: int) -> str:
        """The public key of somebody, made where one of ours has none yet (ACT-9)."""
        pair = await keys.pair(self.tx, owner, owner_id)
        assert pair is not None
        if pair[0]:
            return pair[0]
        fresh = await new_key_pair()
        async with self.context.db.write() as tx:
            await keys.keep(tx, owner, owner_id, public=fresh.public, private=fresh.private)
            pair = await keys.pair(tx, owner, owner_id)
        assert pair is not None
        return pair[0]

    async def _place(self, names: Collection[str]) -> None:
        if names:
            self._threads.update(await outbox.threads_of(self.tx, names))

    async def thread_of(self, document: Mapping[str, Any]) -> tuple[int | None, str]:
        """The post under which something happened, and the path of the comment that it is about. No post for what concerns a community
        as a whole, or a thread that we do not know."""
        names = _things_in(document)
        unknown = [name for name in names if name not in self._threads]
        if unknown:
            await self._place(unknown)
        return next((self._threads[name] for name in names if name in self._threads), (None, ""))

    async def person_at(self, ap_id: object) -> Person | None:
        """Somebody by address."""
        return (await actors.people_at(self.tx, [ap_id])).get(ap_id) if isinstance(ap_id, str) else None

    async def has_fans(self, person_id: int) -> bool:
        """Whether anybody elsewhere follows a person."""
        return await self._get("fans", person_id, outbox.person_has_followers)


_ENOUGH = 3
"""An Undo around a vote on a post is as deep as it gets."""


def _things_in(document: object) -> list[str]:
    """The addresses of what an activity is about, the outermost first."""
    found = []
    for _ in range(_ENOUGH):
        if isinstance(document, str):
            found.append(document)
        if not isinstance(document, dict):
            break
        for name in ("id", "inReplyTo"):
            if isinstance(document.get(name), str):
                found.append(document[name])
        document = document.get("object")
    else:
        if isinstance(document, str):
            found.append(document)
    return found


_NAMED = {
    "actor_id": "person",
    "person_id": "person",
    "post_id": "post",
    "comment_id": "comment",
    "community_id": "community",
}


async def _audience(tx: Tx, community_id: int) -> Audience:
    return await audiences.audience(tx, audiences.of_community(community_id), anew_if_empty=True)
