"""The collections that other servers read (URL-2, COL-1 to COL-5)."""

from uuid import NAMESPACE_URL, uuid5

from folkmoot.apub.call import Answer, Call, document
from folkmoot.apub.compose import post_document
from folkmoot.apub.documents import host_of
from folkmoot.apub.objects.context import Json
from folkmoot.apub.objects.our_content import place_of
from folkmoot.apub.outbox.activities import announce, create
from folkmoot.apub.show import find
from folkmoot.core.site.frame import read_site
from folkmoot.model.communities import Community
from folkmoot.model.posts import Post
from folkmoot.model.views import PostView
from folkmoot.store import communities, federated
from folkmoot.store.db import Tx
from folkmoot.store.listing import views

MOST_POSTS = 50
MOST_IDS = 2000


def _ordered(ident: str, items: list[str] | list[Json], total: int | None = None) -> Json:
    counted = {} if total is None else {"totalItems": total}
    return {"type": "OrderedCollection", "id": ident, **counted, "orderedItems": items}


def _hidden(ident: str, total: int | None) -> Json:
    """A collection that tells how many are in it and not who."""
    counted = {} if total is None else {"totalItems": total}
    return {"type": "Collection", "id": ident, **counted, "items": []}


async def show_site_outbox(call: Call) -> Answer:
    """The site itself says nothing."""
    async with call.context.db.read() as tx:
        site = await read_site(tx)
    return document(_ordered(f"{site.origin}/site_outbox", [], 0))


async def show_person_outbox(call: Call) -> Answer:
    """Empty, as everywhere: what people write is in the outboxes of communities (URL-10)."""
    async with call.context.db.read() as tx:
        person = await find.person(tx, call)
    return document(_ordered(f"{person.ap_id}/outbox", [], 0))


async def show_person_followers(call: Call) -> Answer:
    """How many on other servers follow somebody."""
    async with call.context.db.read() as tx:
        person = await find.person(tx, call)
        number = await federated.count_followers_of_person(tx, person.id)
    return document(_hidden(f"{person.ap_id}/followers", number))


async def show_person_following(call: Call) -> Answer:
    """What somebody follows is their own affair, and so is how much."""
    async with call.context.db.read() as tx:
        person = await find.person(tx, call)
    return document(_hidden(f"{person.ap_id}/following", None))


async def show_followers(call: Call) -> Answer:
    """How many follow a community (COL-1); of a private one, whether the server of an actor has somebody in, for those that keep
    a copy (VIS-1)."""
    asked = call.asked("is_follower")
    async with call.context.db.read() as tx:
        community = await find.community(tx, call)
        if asked is not None:
            await find.must_follow(tx, call, community)
            follows = await federated.host_follows(tx, community.id, host_of(asked))
            return Answer(200 if follows else 404)
    return document(_hidden(f"{community.ap_id}/followers", community.subscribers))


async def show_moderators(call: Call) -> Answer:
    """Who moderates a community, the first one first (COL-2)."""
    async with call.context.db.read() as tx:
        community = await find.community(tx, call)
        await find.must_follow(tx, call, community)
        moderators = await communities.moderators(tx, community.id)
    return document(_ordered(f"{community.ap_id}/moderators", [person.ap_id for person in moderators]))


async def show_featured(call: Call) -> Answer:
    """The pinned posts, newest first, whole (COL-3)."""
    async with call.context.db.read() as tx:
        community = await find.community(tx, call)
        await find.must_follow(tx, call, community)
        shown = await _posts(tx, await federated.featured_post_ids(tx, community.id, MOST_POSTS))
        pages = [await post_document(tx, view.post, view.creator, community) for view in shown]
    return document(_ordered(f"{community.ap_id}/featured", pages, len(pages)))


async def show_outbox(call: Call) -> Answer:
    """The newest posts, each as it was announced (COL-4)."""
    async with call.context.db.read() as tx:
        community = await find.community(tx, call)
        await find.must_follow(tx, call, community)
        shown = await _posts(tx, await federated.newest_post_ids(tx, community.id, MOST_POSTS))
        items = [await _announced(tx, call.origin, view, community) for view in shown]
    return document(_ordered(f"{community.ap_id}/outbox", items, community.posts))


async def _posts(tx: Tx, ids: list[int]) -> list[PostView]:
    found = await views.post_views(tx, ids)
    return [found[number] for number in ids if number in found]


async def _announced(tx: Tx, origin: str, view: PostView, community: Community) -> Json:
    """A post as its Announce brought it, under ids of its own that stay the same: what was sent then may be forgotten by now."""
    place = place_of(community)
    page = await post_document(tx, view.post, view.creator, community)
    created = create(
        f"{origin}/activities/create/{_same_uuid(view.post, 'create')}", view.creator.ap_id, page, place
    )
    return announce(
        f"{origin}/activities/announce/create/{_same_uuid(view.post, 'announce')}", place, created
    )


def _same_uuid(post: Post, use: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"{post.ap_id}#outbox-{use}"))


async def show_post_context(call: Call) -> Answer:
    """Everything in a thread by its id, the post first (COL-5)."""
    async with call.context.db.read() as tx:
        view = await find.post(tx, call)
        return await _thread(tx, call, view.post, view.community, f"{view.post.ap_id}/context")


async def show_comment_context(call: Call) -> Answer:
    """The same thread, asked for by one of its comments."""
    async with call.context.db.read() as tx:
        view = await find.comment(tx, call)
        assert view.post is not None
        assert view.community is not None
        return await _thread(tx, call, view.post, view.community, f"{view.comment.ap_id}/context")


async def _thread(tx: Tx, call: Call, post: Post, community: Community, ident: str) -> Answer:
    """The collection, or with `?page=2` and so on a page of one with more than 2000 ids."""
    page = _page_asked(call)
    total = 1 + await federated.count_comments(tx, post.id)
    start = max(page - 1, 0) * MOST_IDS
    ids = await federated.comment_addresses(tx, post.id, MOST_IDS, max(start - 1, 0)) if start < total else []
    items = [post.ap_id, *ids][:MOST_IDS] if start == 0 else ids
    more = {"next": f"{ident}?page={max(page, 1) + 1}"} if start + MOST_IDS < total else {}
    if page:
        return document(
            {
                "type": "OrderedCollectionPage",
                "id": f"{ident}?page={page}",
                "partOf": ident,
                **more,
                "orderedItems": items,
            }
        )
    collection = {**_ordered(ident, items, total), "attributedTo": community.ap_id}
    if more:
        # Beyond what fits, the pages tell everything; the items here are the first of them.
        collection["first"] = f"{ident}?page=1"
    return document(collection)


def _page_asked(call: Call) -> int:
    query: bytes = call.scope["query_string"]
    name, _, digits = query.partition(b"=")
    return int(digits) if name == b"page" and digits.isdigit() and len(digits) <= 4 else 0
