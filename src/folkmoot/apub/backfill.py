"""Complete what is known: a community that is new here, and a thread that somebody reads (10.4)."""

from typing import Any

from folkmoot.apub.activities import Announce, Create
from folkmoot.apub.collections import read_collection, total_of
from folkmoot.apub.documents import Document, host_of, same_host
from folkmoot.apub.fetch import Budget, NotFetched
from folkmoot.apub.objects.content import Post, parse_content
from folkmoot.apub.reading import parse
from folkmoot.apub.resolve import Resolver
from folkmoot.context import Context
from folkmoot.core.communities import mirror
from folkmoot.logs import logger
from folkmoot.model.communities import Community
from folkmoot.model.errors import Refusal
from folkmoot.model.time import DAY
from folkmoot.store import actors, communities, fetches, posts
from folkmoot.store import site as store_site

POSTS, POSTS_WHILE_YOUNG = 50, 10
FEATURED = 50
MODERATORS, FOREIGN_HOSTS = 100, 20
THREAD_IDS, THREAD_RUN = 2000, 200

log = logger(__name__)


async def backfill_community(context: Context, payload: dict[str, Any]) -> None:
    """The job `communities.backfill`: its moderators, newest posts, pinned posts and number of followers, each on its own (BKF-1).

    Posts only the first time. Nobody is told of anything, and nothing is passed on (BKF-2).
    """
    async with context.db.read() as tx:
        community = await communities.by_id(tx, payload["community_id"])
        links = await communities.links_of(tx, payload["community_id"])
        site = await store_site.local_site(tx)
        young = tx.now - site.published < DAY
    if community is None or community.local or links is None:
        return
    resolver = Resolver(context)
    budget = Budget(context.settings.development, total=300, per_host=200, asked=True)
    steps = [_moderators(resolver, community, links.moderators, payload["moderators"], budget)]
    if payload["first"] and payload["outbox"]:
        most = POSTS_WHILE_YOUNG if young else POSTS
        steps.append(_outbox(resolver, community, payload["outbox"], budget, most))
    steps.append(_featured(resolver, community, links.featured, budget))
    steps.append(_subscribers(resolver, community, links.followers, budget))
    for step in steps:
        try:
            await step
        except Refusal as error:
            log.info("not_backfilled", community=community.ap_id, code=error.code, detail=error.detail)


async def _moderators(
    resolver: Resolver, community: Community, address: str | None, named: list[str], budget: Budget
) -> None:
    """Whom its home names replaces whom we know, unless nobody is named (BKF-6)."""
    if address is not None:
        named = list((await read_collection(resolver.fetcher, address, budget, most=MODERATORS)).ids)
    foreign: set[str] = set()
    for ident in named[:MODERATORS]:
        host = host_of(ident)
        if host != host_of(community.ap_id):
            if len(foreign) >= FOREIGN_HOSTS and host not in foreign:
                continue  # met when they first do something
            foreign.add(host)
        await _known_actor(resolver, ident, budget)
    async with resolver.db.write() as tx:
        people = await actors.people_at(tx, named)
        ids = [people[ident].id for ident in dict.fromkeys(named) if ident in people]
        if ids:
            await mirror.set_moderators(tx, community.id, ids)


async def _known_actor(resolver: Resolver, ident: str, budget: Budget) -> None:
    async with resolver.db.read() as tx:
        if await actors.key_of(tx, ident) is not None:
            return
    try:
        await resolver.actor(ident, budget)
    except Refusal:
        return


async def _outbox(resolver: Resolver, community: Community, address: str, budget: Budget, most: int) -> None:
    """The newest posts, the oldest of them first."""
    items = await read_collection(resolver.fetcher, address, budget, most=most)
    for item in reversed(items.found):
        await _take_item(resolver, item, budget, community)


async def _take_item(
    resolver: Resolver, item: str | Document, budget: Budget, community: Community
) -> str | None:
    """A post as it stands in a collection: embedded things are believed where they lie on its host, others are asked for (COL-8)."""
    try:
        document = await _post_in(resolver, item, budget, community)
        if document is None:
            return None
        content = parse_content(document)
        if not isinstance(content, Post):
            return None
        await resolver.take(document, content, budget)
    except Refusal as error:
        log.debug("not_taken_in", item=str(item)[:200], code=error.code)
        return None
    return content.id


async def _post_in(
    resolver: Resolver, item: str | Document, budget: Budget, community: Community
) -> Document | None:
    """The document of the post that a member of an outbox or of a list is about."""
    if isinstance(item, str):
        document = await resolver.fetcher.document(item, budget)
    else:
        document = item
    if document.get("actor") is None or document.get("object") is None:
        return document
    activity = parse(document)
    if isinstance(activity, Announce):
        inner = activity.items[0]
        if isinstance(inner, str):
            return await resolver.fetcher.document(inner, budget)
        if not isinstance(inner, Create):
            return None
        activity = inner
    if not isinstance(activity, Create):
        return None
    said = activity.object
    if isinstance(said, str):
        return await resolver.fetcher.document(said, budget)
    if not isinstance(said, Post):
        return None
    if same_host(said.id, community.ap_id) and same_host(said.author, community.ap_id):
        return next(activity.document.objects("object"), None)
    return await resolver.fetcher.document(said.id, budget)


async def _featured(resolver: Resolver, community: Community, address: str | None, budget: Budget) -> None:
    """What is pinned there is pinned here (BKF-7)."""
    if address is None:
        return
    items = await read_collection(resolver.fetcher, address, budget, most=FEATURED)
    for item in items.found:
        await _take_item(resolver, item, budget, community)
    async with resolver.db.write() as tx:
        placed = await actors.objects_at(tx, items.ids)
        ids = [one.id for one in placed.values() if one.kind == "post" and one.community_id == community.id]
        await mirror.set_featured(tx, community.id, ids)


async def _subscribers(resolver: Resolver, community: Community, address: str | None, budget: Budget) -> None:
    """How many follow it, as its home says (SND-12)."""
    if address is None:
        return
    total = await total_of(resolver.fetcher, address, budget)
    if total is not None:
        async with resolver.db.write() as tx:
            await mirror.set_subscribers(tx, community.id, total)


async def complete_thread(context: Context, payload: dict[str, Any]) -> int:
    """The job `threads.complete`: fetch the comments of a thread elsewhere that are not here, the newest first; how many came (BKF-3).

    Each comes from its own server (BKF-4). Votes do not come along, what its origin counts is only shown (BKF-5).
    """
    async with context.db.read() as tx:
        post = await posts.by_id(tx, payload["post_id"])
    if post is None or post.local:
        return 0
    resolver = Resolver(context)
    budget = Budget(context.settings.development, total=THREAD_RUN + 50, per_host=THREAD_RUN + 50, asked=True)
    document = await resolver.fetcher.document(post.ap_id, budget)
    content = parse_content(document)
    if not isinstance(content, Post):
        return 0
    await resolver.take(document, content, budget)
    ids: list[str] = []
    for address in dict.fromkeys(filter(None, (content.context, content.replies))):
        try:
            items = await read_collection(resolver.fetcher, address, budget, most=THREAD_IDS)
        except Refusal:
            continue
        ids = [ident for ident in items.ids if ident != post.ap_id]
        if ids:
            break
    async with context.db.write() as tx:
        score = content.likes - (content.dislikes or 0) if content.likes is not None else None
        known = await actors.objects_at(tx, ids)
        missing = [ident for ident in reversed(ids) if ident not in known]
        await fetches.set_thread_missing(tx, post.id, len(missing), score)
    came = 0
    for ident in missing[:THREAD_RUN]:
        try:
            await resolver.thing(ident, budget, thread=post.ap_id)
            came += 1
        except NotFetched as error:
            if error.code == "budget_exhausted":
                break
        except Refusal:
            continue
    return came
