"""What an address names, if another server may read it (URL-6, URL-7, SND-8). Each raises `NotFound` with the name of the API's error."""

from folkmoot.apub.call import Answer, Call, document, moved
from folkmoot.apub.documents import host_of
from folkmoot.apub.objects.our_actors import build_key
from folkmoot.apub.objects.our_content import Reach, build_tombstone, place_of
from folkmoot.core.communities.view import key_of as community_key
from folkmoot.core.people.find import key_of as person_key
from folkmoot.model.communities import Community
from folkmoot.model.enums import Visibility
from folkmoot.model.errors import NotFound
from folkmoot.model.people import Person
from folkmoot.model.time import WEEK
from folkmoot.model.views import CommentView, PostView
from folkmoot.store import communities, federated, keys, people
from folkmoot.store.db import Tx
from folkmoot.store.listing import views

_MOST = 2**31 - 1


class Elsewhere(Exception):
    """What was asked for has its home at `target`: on another server, or here under its plain address."""

    def __init__(self, target: str) -> None:
        super().__init__(target)
        self.target = target


class Gone(Exception):
    """What was asked for has been deleted or removed. `public_pem`: the key that something may still have to be checked with (ACT-11)."""

    def __init__(self, ident: str, public_pem: str = "") -> None:
        super().__init__(ident)
        self.ident = ident
        self.public_pem = public_pem


class Private(Exception):
    """What was asked for is for the servers of a community's followers: whoever asks has to be one of them (SIG-23).

    `followers`: where the community's own server says whether they are, if that is another one and knows the asker; else empty (VIS-1).
    """

    def __init__(self, followers: str = "") -> None:
        super().__init__(followers)
        self.followers = followers


def sent_elsewhere(error: Elsewhere) -> Answer:
    """A redirect to where it lives (URL-7, URL-8)."""
    return moved(error.target)


def tombstone(error: Gone) -> Answer:
    """What is left of it (URL-6)."""
    left = build_tombstone(error.ident)
    if error.public_pem:
        left["publicKey"] = build_key(error.ident, error.public_pem)
    return document(left, status=410)


async def person(tx: Tx, call: Call) -> Person:
    """Somebody of ours. Raises Elsewhere, Gone."""
    asked = call.parts["name"]
    called = await person_key(tx, asked)
    found = await people.by_name(tx, *called) if called else None
    if found is None:
        raise NotFound("couldnt_find_person")
    if not found.local or "@" in asked:
        raise Elsewhere(found.ap_id)
    if found.deleted:
        raise Gone(found.ap_id, await _key_left(tx, found))
    return found


async def _key_left(tx: Tx, gone: Person) -> str:
    """The key of a deleted account for as long as its Delete may be on the way; empty where nothing was ever sent (ACT-11)."""
    if tx.now - (gone.updated or 0) > WEEK or not await federated.anything_delivered(tx):
        return ""
    pair = await keys.pair(tx, "person", gone.id)
    return pair[0] if pair else ""


async def community(tx: Tx, call: Call) -> Community:
    """A community of ours. Raises Elsewhere, Gone."""
    asked = call.parts["name"]
    called = await community_key(tx, asked)
    found = await communities.by_name(tx, *called) if called else None
    if found is None:
        raise NotFound("couldnt_find_community")
    _must_federate(found)
    if not found.local or "@" in asked:
        raise Elsewhere(found.ap_id)
    if found.deleted or found.removed:
        raise Gone(found.ap_id)
    return found


async def post(tx: Tx, call: Call) -> PostView:
    """A post of ours. Raises Elsewhere, Gone."""
    number = _number(call)
    found = (await views.post_views(tx, [number])).get(number) if number else None
    if found is None:
        raise NotFound("couldnt_find_post")
    _must_federate(found.community)
    if not found.post.local:
        raise Elsewhere(found.post.ap_id)
    await must_follow(tx, call, found.community)
    if found.post.deleted or found.post.removed or found.community.deleted or found.community.removed:
        raise Gone(found.post.ap_id)
    return found


async def comment(tx: Tx, call: Call) -> CommentView:
    """A comment of ours, with post and community. Raises Elsewhere, Gone."""
    number = _number(call)
    found = (await views.comment_views(tx, [number], placed=True)).get(number) if number else None
    if found is None:
        raise NotFound("couldnt_find_comment")
    assert found.community is not None
    _must_federate(found.community)
    if not found.comment.local:
        raise Elsewhere(found.comment.ap_id)
    await must_follow(tx, call, found.community)
    if found.comment.deleted or found.comment.removed or found.community.deleted or found.community.removed:
        raise Gone(found.comment.ap_id)
    return found


async def must_follow(tx: Tx, call: Call, found: Community) -> None:
    """A private community is read only by its own server, and by servers with somebody who was let in (SIG-23, VIS-1). Raises Private,
    and `NotFound` couldnt_find_community where it is for people of this server alone by now (SND-8)."""
    _must_federate(found)
    place = place_of(found)
    if place.reach is not Reach.PRIVATE or call.vouched:
        return
    if call.sender is None:
        raise Private
    host = host_of(call.sender.actor)
    if not found.local and host != host_of(found.ap_id):
        raise Private(place.followers)
    if found.local and not await federated.host_follows(tx, found.id, host):
        raise Private


def _number(call: Call) -> int:
    """The id in the path, 0 for one that no row can have."""
    digits = call.parts["id"]
    return int(digits) if len(digits) <= 10 and int(digits) <= _MOST else 0


def _must_federate(found: Community) -> None:
    """Nothing leaves a community that is for people of this server alone (SND-8)."""
    if found.visibility == Visibility.LOCAL_ONLY:
        raise NotFound("couldnt_find_community")
