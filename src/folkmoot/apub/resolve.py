"""Make things of other servers known here: actors, posts and comments with all that they answer. Network, so never within a transaction."""

from collections.abc import Sequence
from typing import Any

from folkmoot.apub import documents, signatures
from folkmoot.apub.activities import Create
from folkmoot.apub.collections import read_collection
from folkmoot.apub.documents import Document, host_of
from folkmoot.apub.fetch import Budget, NotFetched, fetcher_of
from folkmoot.apub.inbox import create
from folkmoot.apub.inbox.arrived import Arrived
from folkmoot.apub.inbox.known import Missing, look_up
from folkmoot.apub.inbox.names import addresses
from folkmoot.apub.objects import actors as parsed
from folkmoot.apub.objects.content import Content, PollVote, PrivateMessage, Tombstone, parse_content
from folkmoot.apub.policy import policy
from folkmoot.context import Context
from folkmoot.core.comments.delete import delete_comment
from folkmoot.core.comments.keep_place import keep_place
from folkmoot.core.communities import mirror as communities_mirror
from folkmoot.core.communities.mirror import RemoteCommunity, mirror_community
from folkmoot.core.people import mirror as people_mirror
from folkmoot.core.people.mirror import RemotePerson, mirror_nobody, mirror_person
from folkmoot.core.people.move import profile_says
from folkmoot.core.posts.delete import delete_post
from folkmoot.logs import logger
from folkmoot.model.enums import Visibility
from folkmoot.model.errors import Conflict, NotAllowed, Refusal
from folkmoot.model.people import Viewer
from folkmoot.model.time import HOUR
from folkmoot.store import actors, comments, fetches, instances, jobs, moves, people, posts
from folkmoot.store.db import Tx
from folkmoot.text import languages

BACKFILL = "communities.backfill"
"""The job: moderators, posts and numbers of a community that was just made known, or read anew (`backfill.py`)."""
CONFIRM_GONE = "actors.confirm_gone"
"""The job: ask once more whether an actor is gone, an hour after its server first said so (ABU-14)."""

MAX_DEPTH = 50
_ROUNDS = 8
_NAMED = 5
"""Members of a thread among which one that is known here is looked for."""

log = logger(__name__)


class Resolver:
    """What makes things known, for one process."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.db = context.db
        self.fetcher = fetcher_of(context)

    # --- actors ----------------------------------------------------------------------------------------------------------

    async def actor(self, ident: str, budget: Budget, *, whole: bool = False) -> None:
        """Read an actor from its own server and write it down (ACT-1); a community as a `whole` also where it was known before. Raises
        `NotFetched`, `Refusal`."""
        try:
            document = await self.fetcher.document(ident, budget)
        except NotFetched as error:
            if error.gone:
                await self._maybe_gone(ident)
            raise
        if document.kind(frozenset({"Tombstone"})):
            await self._maybe_gone(ident)
            raise NotFetched("not_found", detail=ident, gone=True)
        actor = parsed.parse_actor(document)
        try:
            await self.keep(actor, whole=whole)
        except Conflict as error:
            await self._contest_name(error.detail or "", budget)
            await self.keep(actor, whole=whole)
        if isinstance(actor, parsed.Person):
            await self._note_move(actor, budget)

    async def _note_move(self, actor: parsed.Person, budget: Budget) -> None:
        """Where their own profile says that they went, if the account there says the same; or that they are back (MOV-1)."""
        async with self.db.read() as tx:
            person = (await actors.people_at(tx, [actor.id])).get(actor.id)
            noted = await moves.target_of(tx, person.id) if person is not None else None
        if person is None or actor.moved_to == (noted.target if noted else None):
            return
        confirmed = actor.moved_to is not None and await self.names(actor.moved_to, actor.id, budget)
        async with self.db.write() as tx:
            try:
                await profile_says(tx, person, actor.moved_to if confirmed else None)
            except NotAllowed as error:
                log.info("move_not_noted", ap_id=actor.id, code=error.code)

    async def keep(self, actor: parsed.Actor, *, whole: bool = False) -> None:
        """Write down what an actor's own document says. Raises `Conflict` name_taken, `NotAllowed`."""
        async with self.db.write() as tx:
            if isinstance(actor, parsed.Person):
                await mirror_person(tx, _person(actor))
            elif isinstance(actor, parsed.Group):
                fresh = await actors.key_of(tx, actor.id) is None
                community = await mirror_community(tx, _community(actor))
                payload = {
                    "community_id": community.id,
                    "first": fresh or whole,
                    "outbox": actor.outbox,
                    "moderators": list(actor.moderators),
                }
                await jobs.enqueue(tx, BACKFILL, payload, unique_key=f"{BACKFILL} {community.id}")
            else:
                await _keep_site(tx, actor)
            await fetches.add_alternates(tx, actor.id, _other_addresses(actor))

    async def _contest_name(self, holder: str, budget: Budget) -> None:
        """Somebody else has this name: only if their own server says that they are gone, it is free (ACT-4, ABU-26)."""
        try:
            await self.fetcher.document(holder, budget)
        except NotFetched as error:
            if not error.gone:
                raise NotFetched("name_taken", detail=holder, temporary=error.temporary) from error
        else:
            raise NotFetched("name_taken", detail=holder)
        async with self.db.write() as tx:
            await people_mirror.give_up_name(tx, holder)
            await communities_mirror.give_up_name(tx, holder)

    async def _maybe_gone(self, ident: str) -> None:
        """Its server says that it is gone: believed when it says so again after an hour (ACT-5, ABU-14)."""
        async with self.db.write() as tx:
            if await actors.key_of(tx, ident) is not None:
                await jobs.enqueue(
                    tx,
                    CONFIRM_GONE,
                    {"ap_id": ident},
                    run_at=tx.now + HOUR,
                    unique_key=f"{CONFIRM_GONE} {ident}",
                )

    async def refresh(self, ident: str, budget: Budget, *, quiet: bool = True, whole: bool = False) -> None:
        """Read what is known, or may become known, once more from its own server; what is not `quiet` is news (see `take`), and of a
        community the `whole` may be wanted."""
        async with self.db.read() as tx:
            known = await look_up(tx, await policy(tx), [ident])
            is_site = await actors.site_at(tx, ident) is not None
        if is_site or ident in known.people or ident in known.communities:
            await self.actor(ident, budget, whole=whole)
        else:
            await self.thing(ident, budget, quiet=quiet)

    async def moved(self, old: str, new: str, budget: Budget) -> bool:
        """Whether an account elsewhere and the one it moved to name each other (MOV-1); the new one is known afterwards."""
        try:
            before = parsed.parse_actor(await self.fetcher.document(old, budget))
        except Refusal:
            return False
        if not isinstance(before, parsed.Person) or before.moved_to != new:
            return False
        return await self.names(new, old, budget)

    async def names(self, ident: str, other: str, budget: Budget) -> bool:
        """Whether an account says that another one is its own too; where it lives elsewhere, it is known afterwards."""
        async with self.db.read() as tx:
            if (await policy(tx)).is_ours(ident):
                return await moves.is_alias(tx, ident, other)
        try:
            actor = parsed.parse_actor(await self.fetcher.document(ident, budget))
        except Refusal:
            return False
        if not isinstance(actor, parsed.Person) or other not in actor.also_known_as:
            return False
        await self.keep(actor)
        return True

    # --- posts and comments ------------------------------------------------------------------------------------------------

    async def thing(
        self,
        ident: str,
        budget: Budget,
        *,
        above: tuple[str, ...] = (),
        quiet: bool = True,
        thread: str | None = None,
    ) -> None:
        """Read a post or comment, and what it answers, from their own servers and take them in, the oldest first (PAR-1).

        `thread`: the post that all of it is known to be under; then what is gone keeps its place for the answers to it (PAR-3).

        Raises `NotFetched`, `Refusal` for what cannot be taken in: then nothing of the chain is.
        """
        if ident in above:
            raise NotFetched("reply_loop", detail=ident)
        if len(above) >= MAX_DEPTH:
            raise NotFetched("too_deep", detail=ident)
        if above:
            budget.allow_chain()
        try:
            document = await self.fetcher.document(ident, budget)
        except NotFetched as error:
            if error.gone:
                await self._thing_is_gone(ident)
            raise
        content = parse_content(document)
        await self.take(document, content, budget, above=(*above, ident), quiet=quiet, thread=thread)

    async def take(
        self,
        document: Document,
        content: Content,
        budget: Budget,
        *,
        above: tuple[str, ...] = (),
        quiet: bool = True,
        thread: str | None = None,
    ) -> None:
        """Take in content that lies at its own id. Raises as `thing`. Nobody hears of it, unless it is not `quiet` but news, and not so old
        that its author's server would have given up to tell of it."""
        if isinstance(content, Tombstone):
            await self._thing_is_gone(content.id)
            raise NotFetched("deleted", detail=content.id, gone=True)
        if isinstance(content, PollVote | PrivateMessage):
            raise NotFetched("not_public", detail=document.id())
        said = Create(
            id="", actor=content.author, to=content.to, cc=content.cc, audience=content.audience, document=document, object=content
        )  # fmt: skip
        sender = signatures.content_at_origin(document, content.author)
        tried: set[str] = set()
        for _ in range(_ROUNDS):
            async with self.db.read() as tx:
                rules = await policy(tx)
            rules.must_allow(content.author)
            try:
                async with self.db.write() as tx:
                    old = content.published is not None and content.published < tx.now - create.NEWS_FOR
                    known = await look_up(tx, rules, addresses(said) | {content.id})
                    await create.create(tx, Arrived(said, sender, known, fetched=True, quiet=quiet or old))
                    if content.page and content.page != content.id:
                        await fetches.add_alternates(tx, content.id, _of_host(content.id, [content.page]))
                return
            except Conflict:
                return  # as it is here already
            except Missing as missing:
                await self._bring(missing, budget, tried, above, thread)
        raise NotFetched("couldnt_find_object", detail=content.id)

    async def _bring(
        self, missing: Missing, budget: Budget, tried: set[str], above: tuple[str, ...], thread: str | None
    ) -> None:
        """Fetch what content needs; what was tried in vain before ends the attempt."""
        if missing.addresses <= tried:
            raise NotFetched("couldnt_find_object", detail=" ".join(sorted(missing.addresses))[:200])
        for ident in sorted(missing.actors - tried):
            tried.add(ident)
            try:
                await self.actor(ident, budget)
            except Refusal:
                if len(missing.actors) == 1 and not missing.objects:
                    raise
        for ident in sorted(missing.objects - tried):
            tried.add(ident)
            context = missing.contexts.get(ident)
            await self.answered(ident, budget, above=above, thread=thread, context=context)

    async def answered(
        self,
        ident: str,
        budget: Budget,
        *,
        above: tuple[str, ...] = (),
        quiet: bool = True,
        thread: str | None = None,
        context: str | None = None,
    ) -> None:
        """What something answers, as `thing`; where it is gone its place is kept, if its thread is known here (PAR-3): `thread`, or else
        what the answer names as its `context`, which lists all that is in it (FEP-7888)."""
        try:
            await self.thing(ident, budget, above=above, quiet=quiet, thread=thread)
        except NotFetched as error:
            if error.code != "deleted" or error.detail != ident:
                raise
            thread = thread or await self._thread_of(context, budget)
            if thread is None:
                raise
            await self._keep_place(ident, thread)

    async def _thread_of(self, context: str | None, budget: Budget) -> str | None:
        """The post here whose thread a context is: by its address, or by what stands in it."""
        if context is None:
            return None
        if (found := await self._post_above([context.removesuffix("/context")])) is not None:
            return found
        try:
            listed = await read_collection(self.fetcher, context, budget, most=_NAMED)
        except Refusal:
            return None
        return await self._post_above(listed.ids)

    async def _post_above(self, idents: Sequence[str]) -> str | None:
        async with self.db.read() as tx:
            placed = await actors.objects_at(tx, idents)
            for one in (placed[ident] for ident in idents if ident in placed):
                if one.kind == "post":
                    return one.ap_id
                if one.kind == "comment" and (comment := await comments.by_id(tx, one.id)) is not None:
                    post = await posts.by_id(tx, comment.post_id)
                    return post.ap_id if post is not None else None
        return None

    async def _keep_place(self, ident: str, thread: str) -> None:
        """What is gone stands in its thread, deleted and without words, for the answers to it (PAR-3)."""
        origin = f"{ident.partition('://')[0]}://{authority(ident)}"
        async with self.db.write() as tx:
            placed = await actors.objects_at(tx, [ident, thread])
            if ident in placed or thread not in placed or placed[thread].kind != "post":
                return
            post = await posts.by_id(tx, placed[thread].id)
            if post is not None:
                nobody = await mirror_nobody(tx, origin=origin, host=authority(ident), domain=host_of(ident))
                await keep_place(tx, post, ident, nobody)

    async def _thing_is_gone(self, ident: str) -> None:
        """Its own server says that there is no such thing any more: it counts as deleted by its author (4.4)."""
        async with self.db.write() as tx:
            placed = (await actors.objects_at(tx, [ident])).get(ident)
            if placed is None or placed.local or placed.kind == "message":
                return
            author = await people.by_id(tx, placed.creator_id)
            change = delete_post if placed.kind == "post" else delete_comment
            try:
                await change(tx, Viewer(author), placed.id, deleted=True)
            except Refusal:
                return


def _alike(actor: parsed.Actor) -> dict[str, Any]:
    """What people and communities have alike."""
    return {
        "ap_id": actor.id,
        "name": actor.username,
        "host": authority(actor.id),
        "domain": host_of(actor.id),
        "inbox_url": actor.inbox,
        "shared_inbox_url": actor.shared_inbox,
        "public_key": actor.key.pem,
        "banner": actor.image,
        "published": actor.published,
        "updated": actor.updated,
    }


def _person(actor: parsed.Person) -> RemotePerson:
    return RemotePerson(
        **_alike(actor),
        display_name=actor.name,
        bio=actor.summary,
        avatar=actor.icon,
        matrix_user_id=actor.matrix_user_id,
        bot=actor.bot,
    )


def _community(actor: parsed.Group) -> RemoteCommunity:
    codes = [languages.by_code(code) for code in actor.languages]
    return RemoteCommunity(
        **_alike(actor),
        followers_url=actor.followers,
        moderators_url=actor.moderators_url,
        featured_url=actor.featured,
        title=actor.name,
        description=actor.summary,
        icon=actor.icon,
        nsfw=actor.nsfw,
        posting_restricted_to_mods=actor.posting_restricted_to_mods,
        visibility=_visibility(actor),
        language_ids=tuple(found.id for found in codes if found is not None),
        post_tags=actor.post_tags,
    )


def _visibility(actor: parsed.Group) -> Visibility:
    if actor.private:
        return Visibility.PRIVATE
    return Visibility.PUBLIC if actor.discoverable else Visibility.UNLISTED


async def _keep_site(tx: Tx, actor: parsed.Actor) -> None:
    instance = await instances.known_or_new(tx, host_of(actor.id))
    values: dict[str, Any] = {
        "name": actor.name or host_of(actor.id),
        "description": actor.summary,
        "ap_id": actor.id,
        "inbox_url": actor.delivery_inbox,
        "public_key": actor.key.pem,
        "icon": actor.icon,
        "banner": actor.image,
    }
    if not instance.local:
        await actors.save_site(tx, instance.id, values)


def _other_addresses(actor: parsed.Actor) -> list[str]:
    """The page of the actor and the address of its key, where they are others (SIG-13)."""
    given = [actor.page, actor.key.id, actor.key.id.partition("#")[0]]
    return _of_host(actor.id, [address for address in given if address])


def _of_host(ident: str, given: list[str]) -> list[str]:
    """Those on the thing's own host: nobody else can give it another name."""
    return [address for address in given if documents.same_host(address, ident) and address != ident]


def authority(ident: str) -> str:
    """The host of an id as people type it in a handle: with the port, where there is one (URL-15)."""
    return ident.partition("://")[2].partition("/")[0]
