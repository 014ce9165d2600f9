"""Which addresses an activity names: what is looked up for a whole batch at once, and what must not be worked at out of turn."""

from collections.abc import Iterator

from folkmoot.apub.activities import (
    Accept,
    Activity,
    Announce,
    Create,
    Flag,
    Reject,
    Resolve,
    Undo,
    Unreadable,
    Update,
)
from folkmoot.apub.documents import PUBLIC
from folkmoot.apub.objects.actors import Actor
from folkmoot.apub.objects.content import Comment, Content, PollVote, Post, PrivateMessage, Tombstone, Written

Around = Announce | Undo | Accept | Reject | Resolve
"""Activities that hold something else; what, says `inside`."""


def inside(activity: Activity) -> Iterator[Activity | Content | str]:
    """What an Announce passes on, and what an Undo, an answer or a Resolve is about; of all others nothing."""
    if isinstance(activity, Announce):
        yield from (item for item in activity.items if not isinstance(item, Unreadable))
    elif isinstance(activity, Undo):
        yield activity.undone
    elif isinstance(activity, Accept | Reject):
        yield activity.asked
    elif isinstance(activity, Resolve):
        yield activity.report


def addresses(activity: Activity) -> set[str]:
    """Everything that may be a person, a community or a thing here."""
    return {ident for ident in _addresses(activity) if ident and ident != PUBLIC}


def _addresses(activity: Activity) -> Iterator[str | None]:
    yield activity.actor
    yield activity.audience
    if isinstance(activity, Around):
        for part in inside(activity):
            yield from _addresses(part) if isinstance(part, Activity) else _of_content(part)
    elif isinstance(activity, Flag):
        yield from activity.objects
    elif isinstance(activity, Create | Update):
        thing = activity.object
        if isinstance(thing, Actor):
            yield thing.id
        else:
            yield from _of_content(thing)
    else:
        yield getattr(activity, "object", None)
        yield getattr(activity, "target", None)


def _of_content(content: Content | str) -> Iterator[str | None]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, Tombstone):
        yield content.id
    elif isinstance(content, PollVote):
        yield from (content.author, content.poll)
    else:
        yield from (content.id, content.author, content.audience)
        yield from content.addressed
        yield from (mention.id for mention in content.mentions)
        if isinstance(content, Post):
            yield from content.groups
        elif isinstance(content, Comment | PrivateMessage):
            yield content.parent


def subjects(activity: Activity) -> set[str]:
    """What it is about: activities that share one of these are worked off in the order in which they came."""
    return set(_subjects(activity))


def _subjects(activity: Activity) -> Iterator[str]:
    if isinstance(activity, Around):
        for part in inside(activity):
            if isinstance(part, Activity):
                yield from _subjects(part)
            elif isinstance(activity, Announce):
                yield from _ids(part)
    elif isinstance(activity, Flag):
        yield from activity.objects
    elif isinstance(activity, Create | Update):
        thing = activity.object
        if isinstance(thing, Actor):
            yield thing.id
        else:
            yield from _ids(thing)
    elif isinstance(found := getattr(activity, "object", None), str):
        yield found


def _ids(content: Content | str) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, Written):
        yield content.id
        if isinstance(content, Comment):
            yield content.parent
    elif isinstance(content, Tombstone):
        yield content.id


def kind_of(activity: Activity) -> str:
    """Its type, and of an Announce or Undo what is inside, for people."""
    inner: object = None
    if isinstance(activity, Announce):
        inner = activity.items[0] if activity.items else None
    elif isinstance(activity, Undo):
        inner = activity.undone
    elif isinstance(activity, Accept | Reject):
        inner = activity.asked
    return f"{activity.type} {kind_of(inner)}" if isinstance(inner, Activity) else activity.type


def object_of(activity: Activity) -> str | None:
    """The one address that it is about; None where there are several or none."""
    direct = getattr(activity, "object", None)
    if isinstance(direct, str):
        return direct
    if isinstance(direct, Written | Tombstone | Actor):
        return direct.id
    found = subjects(activity)
    return next(iter(found)) if len(found) == 1 else None
