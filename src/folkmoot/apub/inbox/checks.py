"""Who may say what about whom, as far as addresses tell: each check refuses with a code. Rights on this site are `core/permissions.py`.

Every rule of authority compares hosts (section 0 of the protocol): the host of a thing may do anything with it, the host of a community
anything inside it, others only through a person who has the right by our data (section 11).
"""

from collections.abc import Iterable

from folkmoot.apub.activities import Activity
from folkmoot.apub.documents import same_host
from folkmoot.apub.inbox.arrived import Arrived
from folkmoot.apub.inbox.known import Known, Missing
from folkmoot.apub.objects.content import Post, Written
from folkmoot.apub.policy import Policy
from folkmoot.model.communities import Community
from folkmoot.model.errors import NotAllowed
from folkmoot.model.people import Person
from folkmoot.store.actors import Placed

MOST_LOOKED_UP = 5
"""Unknown addressees that are fetched to find out whether one is a community (OBJ-4)."""


def must_be_of_one_host(code: str, *idents: str) -> None:
    """Raises `NotAllowed` of that code (IDV-1, OBJ-1, ANN-9)."""
    if not all(same_host(idents[0], other) for other in idents[1:]):
        raise NotAllowed(code, detail=" ".join(idents)[:200])


def check_envelope(activity: Activity, policy: Policy) -> None:
    """What must hold for every activity, also one inside another (INB-5, IDV-1, CMN-4).

    Raises `NotAllowed` activity_of_other_host, local_actor, instance_blocked, instance_not_allowed.
    """
    if activity.id:
        must_be_of_one_host("activity_of_other_host", activity.id, activity.actor)
    if policy.is_ours(activity.actor):
        raise NotAllowed("local_actor", detail=activity.actor)
    policy.must_allow(activity.actor)


def check_written(written: Written, actor: str, policy: Policy) -> None:
    """What must hold for content that somebody creates or changes (OBJ-1, OBJ-3, IDV-2).

    Raises `NotAllowed` local_object, object_of_other_host, not_the_author.
    """
    if policy.is_ours(written.id):
        raise NotAllowed("local_object", detail=written.id)
    must_be_of_one_host("object_of_other_host", written.id, written.author)
    if written.author != actor:
        raise NotAllowed("not_the_author", detail=written.author)


def must_be_its_author(placed: Placed, actor: str) -> None:
    """Raises `NotAllowed` not_the_author."""
    if placed.creator_ap_id != actor:
        raise NotAllowed("not_the_author", detail=placed.ap_id)


def must_be_from(arrived: Arrived[Activity], community: Community) -> None:
    """An activity about something in a community comes from it or directly (ANN-3, ANN-4).

    Raises `NotAllowed` announced_by_other_community.
    """
    if arrived.announcer is not None and arrived.announcer.id != community.id:
        raise NotAllowed("announced_by_other_community", detail=arrived.announcer.ap_id)


def must_be_addressed_rightly(to: Iterable[str], public: bool, community: Community) -> None:
    """What is in a public community goes to everybody (CMN-3, VIS-5). Raises `NotAllowed` not_public, public_in_private_community."""
    private = community.visibility == "Private"
    if private and public:
        raise NotAllowed("public_in_private_community")
    if not private and not public:
        raise NotAllowed("not_public", detail=" ".join(to)[:200])


def community_of_post(known: Known, post: Post) -> Community:
    """The community that a post is for (OBJ-4).

    Raises `NotAllowed` no_community, audience_is_another; `Missing` for addressees that may be one.
    """
    addressed = [known.communities[ident] for ident in post.addressed if ident in known.communities]
    audience = known.communities.get(post.audience) if post.audience else None
    if addressed:
        if post.audience is not None and post.audience not in {found.ap_id for found in addressed}:
            raise NotAllowed("audience_is_another", detail=post.audience)
        return audience or addressed[0]
    if audience is not None:
        return audience
    named = [mention.id for mention in post.mentions]
    for ident in (*post.groups, *named):
        if (found := known.communities.get(ident)) is not None:
            return found
    unknown = [
        ident
        for ident in post.communities
        if ident not in known.people
        and (ident not in named or ident == post.audience)
        and not known.policy.is_ours(ident)
        and not _is_list(ident)
    ]
    raise Missing(actors=unknown[:MOST_LOOKED_UP]) if unknown else NotAllowed("no_community", detail=post.id)


def _is_list(ident: str) -> bool:
    """Whether an addressee is somebody's followers rather than somebody."""
    return ident.rstrip("/").rsplit("/", 1)[-1] in {"followers", "following"}


def concerns_us(known: Known, *idents: str | None) -> bool:
    """Whether one of these lies here, or is by somebody of ours (ANN-6)."""
    for ident in idents:
        if ident is None:
            continue
        if known.policy.is_ours(ident):
            return True
        placed = known.objects.get(ident)
        if placed is not None and (placed.local or known.policy.is_ours(placed.creator_ap_id)):
            return True
    return False


def speaks_for_home(actor: Person, placed: Placed) -> bool:
    """Whether the actor lives where the thing lies: its host may do anything with it (DEL-6)."""
    return same_host(actor.ap_id, placed.ap_id)
