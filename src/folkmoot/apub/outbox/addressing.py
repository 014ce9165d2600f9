"""Who is sent what: what happens in a community, what concerns one person, and what concerns everybody (CMN-5, DLV-2, -8, -12)."""

from collections.abc import Iterable, Mapping
from typing import Any

from folkmoot.apub.objects.context import Json, to_bytes
from folkmoot.apub.objects.our_content import Place, Reach, place_of
from folkmoot.apub.outbox import activities
from folkmoot.apub.outbox.library import Library
from folkmoot.model.communities import Community
from folkmoot.model.enums import Visibility
from folkmoot.model.people import Person
from folkmoot.store.keys import Owner
from folkmoot.store.outbox import Activity, Inbox

EVERYTHING = ""
"""The path of what passes nothing and is passed by nothing (`jobs/lane.py`)."""


def path_of(
    community_id: int, post_id: int | None = None, *, comment: str = "", voter: int | None = None
) -> str:
    """The path of a community, of one of its threads, of a comment beneath all that it answers (its own path, `0.5.12`), or of what
    somebody votes on one of them: answers follow what they answer, and votes go beside each other."""
    steps = [f"c{community_id}"]
    if post_id is not None:
        steps.append(f"p{post_id}")
    steps += comment.split(".")[1:]
    if voter is not None:
        steps.append(f"v{voter}")
    return "/".join(steps)


def path_of_person(person_id: int) -> str:
    """The path of what a person says of themselves or to one other."""
    return f"u{person_id}"


def written(document: Json, owner: Owner, owner_id: int, path: str, **more: Any) -> Activity:
    """An activity ready to be kept, signed by one of ours. `more`: fields of `Activity`."""
    return Activity(
        ap_id=document["id"],
        body=to_bytes(document).decode(),
        actor_kind=owner,
        actor_id=owner_id,
        order_key=path,
        kind=document["type"],
        **more,
    )


async def in_community(
    library: Library,
    community: Community,
    actor: Person,
    document: Json,
    *,
    path: str,
    named: Iterable[Person] = (),
    concerned: Iterable[Person] = (),
    to_fans: bool = False,
    new_post: int | None = None,
) -> list[Activity]:
    """What one of our people does in a community (CMN-5).

    If it is ours, it announces the activity to its followers; if not, its server gets it. `named` people are told in any case (SND-5),
    those who are `concerned` where the first way does not reach their server already. `to_fans`: also to who follows the actor.
    Nothing leaves a community that is local only (SND-8), and what happens in a private one goes to its followers alone (VIS-2).
    """
    if community.visibility == Visibility.LOCAL_ONLY:
        return []
    place = place_of(community)
    made: list[Activity] = []
    first: dict[str, Inbox] = {}
    if community.local:
        audience = await library.audience(community.id)
        if audience.inboxes:
            made.append(
                _announced(
                    library, community, place, document, path, inner_ap_id=document["id"], post_id=new_post
                )
            )
        reached: Mapping[int, tuple[str, ...]] = audience.inboxes
    else:
        inbox = await library.inbox_of_community(community.id)
        first[inbox.url] = inbox
        reached = {inbox.instance_id: (inbox.url,)}
    private = place.reach is Reach.PRIVATE
    for people, always in ((named, True), (concerned, False)):
        for inbox in await library.inboxes_of([person for person in people if not person.local]):
            there = reached.get(inbox.instance_id, ())
            if (always or inbox.url not in there) and (there or not private):
                first.setdefault(inbox.url, inbox)
    fans = to_fans and not private and await library.has_fans(actor.id)
    if first or fans:
        made.append(
            written(
                document,
                "person",
                actor.id,
                path,
                inboxes=tuple(first.values()),
                person_id=actor.id if fans else None,
                post_id=new_post,
                sensitive=private,
            )
        )
    return made


async def bare_page(
    library: Library, community: Community, page: Mapping[str, object], path: str
) -> list[Activity]:
    """The second announcement of a new or changed post, for software that understands no other (CMN-7)."""
    if not community.local or community.visibility == Visibility.LOCAL_ONLY:
        return []
    if not (await library.audience(community.id)).inboxes:
        return []
    return [_announced(library, community, place_of(community), page, path)]


async def relayed(
    library: Library,
    community: Community,
    inner: Mapping[str, object],
    path: str,
    *,
    new_post: int | None = None,
) -> list[Activity]:
    """What somebody elsewhere did in a community of ours, for all its followers, the server it came from included (CMN-6)."""
    if not community.local or community.visibility == Visibility.LOCAL_ONLY:
        return []
    if not (await library.audience(community.id)).inboxes:
        return []
    return [_announced(library, community, place_of(community), inner, path, post_id=new_post)]


def _announced(
    library: Library, community: Community, place: Place, inner: Mapping[str, object], path: str, **more: Any
) -> Activity:
    kind = activities.kind_of(inner)
    ident = activities.new_id(library.origin, "Announce", kind)
    private = place.reach is Reach.PRIVATE
    return written(
        activities.announce(ident, place, inner),
        "community",
        community.id,
        path,
        community_id=community.id,
        sensitive=private or kind == "Flag",
        **more,
    )
