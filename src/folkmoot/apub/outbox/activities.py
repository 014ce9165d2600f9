"""Every activity that we send, one function each (6.2, Appendix A). Pure: ids and values in, documents out, without `@context`.

`objects/context.py:to_bytes` makes the outermost whole. `ident` is the activity's own id, from `new_id`; `actor` whoever does it.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import uuid4

from folkmoot.apub.documents import PUBLIC
from folkmoot.apub.objects.context import Json
from folkmoot.apub.objects.our_content import Place, Reach
from folkmoot.model.time import Micros, to_rfc3339


def new_id(origin: str, kind: str, inner: str | None = None) -> str:
    """A new id for an activity of a kind, such as `Like`; of an Announce, `inner` is the kind of what it announces (URL-1)."""
    middle = f"{kind}/{inner}" if inner else kind
    return f"{origin}/activities/{middle.lower()}/{uuid4()}"


# --- in communities ------------------------------------------------------------------------------------------------


def _in(place: Place, cc: Iterable[str] = ()) -> Json:
    """How everything in a community is addressed (CMN-2)."""
    return {"to": place.to, "cc": list(dict.fromkeys([*place.cc, place.id, *cc])), "audience": place.id}


def create(ident: str, actor: str, content: Mapping[str, object], place: Place) -> Json:
    """A new post or comment: `content` from `build_post` or `build_comment`, whose people are addressed here as well."""
    return _about_content("Create", ident, actor, content, place)


def update(ident: str, actor: str, content: Mapping[str, object], place: Place) -> Json:
    """A changed post or comment."""
    return _about_content("Update", ident, actor, content, place)


def _about_content(kind: str, ident: str, actor: str, content: Mapping[str, object], place: Place) -> Json:
    people, tags = content.get("cc"), content.get("tag")
    assert isinstance(people, list)
    assert isinstance(tags, list)
    return {
        "id": ident,
        "type": kind,
        "actor": actor,
        **_in(place, people),
        "object": dict(content),
        "tag": [tag for tag in tags if tag.get("type") == "Mention"],
    }


def delete(ident: str, actor: str, target: str, place: Place) -> Json:
    """Deleted by its author. A community, when its own moderators delete it: `target` is the place itself."""
    document = {"id": ident, "type": "Delete", "actor": actor, **_in(place), "object": target}
    if (
        place.reach is Reach.UNLISTED
    ):  # Lemmy 0.19 looks for everybody in `to` alone before it deletes anything
        document["to"] = [*place.to, PUBLIC]
    return document


def remove(ident: str, actor: str, target: str, place: Place, reason: str | None) -> Json:
    """Removed by a moderator: always with a reason, if only an empty one (SND-11)."""
    return {**delete(ident, actor, target, place), "summary": reason or ""}


def like(ident: str, actor: str, target: str, place: Place) -> Json:
    """A vote for a post or comment; votes name neither `to` nor `cc` (CMN-3)."""
    return {"id": ident, "type": "Like", "actor": actor, "object": target, "audience": place.id}


def dislike(ident: str, actor: str, target: str, place: Place) -> Json:
    """A vote against a post or comment."""
    return {"id": ident, "type": "Dislike", "actor": actor, "object": target, "audience": place.id}


def undo_vote(ident: str, actor: str, vote: Json) -> Json:
    """A vote taken back; `vote` as `like` or `dislike` makes it."""
    return {"id": ident, "type": "Undo", "actor": actor, "object": vote, "audience": vote["audience"]}


def undo(ident: str, actor: str, undone: Json, place: Place) -> Json:
    """Something taken back that was addressed to a community: a Delete, Block or Lock."""
    return {"id": ident, "type": "Undo", "actor": actor, **_in(place), "object": undone}


def add(ident: str, actor: str, target: str, collection: str, place: Place) -> Json:
    """A person becomes a moderator, or a post is pinned; `collection`: the community's moderators or featured posts."""
    return {"id": ident, "type": "Add", "actor": actor, **_in(place), "object": target, "target": collection}


def take_away(ident: str, actor: str, target: str, collection: str, place: Place) -> Json:
    """A person is no moderator any more, or a post is no longer pinned."""
    return {**add(ident, actor, target, collection, place), "type": "Remove"}


def lock(ident: str, actor: str, target: str, place: Place, reason: str | None = None) -> Json:
    """A post or comment is locked."""
    document = {"id": ident, "type": "Lock", "actor": actor, **_in(place), "object": target}
    return {**document, "summary": reason} if reason else document


def ban(
    ident: str,
    actor: str,
    person: str,
    place: Place,
    *,
    reason: str | None,
    expires: Micros | None,
    remove_data: bool,
) -> Json:
    """A person is banned from a community; `expires`: None for good."""
    return {
        "id": ident,
        "type": "Block",
        "actor": actor,
        **_in(place),
        "object": person,
        "target": place.id,
        **_ban(reason, expires, remove_data),
    }


def unban(ident: str, actor: str, block: Json, place: Place) -> Json:
    """A ban is lifted, which here restores nothing (R-9); `block` as `ban` makes it."""
    return {**undo(ident, actor, block, place), "restoreData": False}


def _ban(reason: str | None, expires: Micros | None, remove_data: bool) -> Json:
    document: Json = {"removeData": remove_data, "summary": reason or ""}
    if expires is not None:
        # Lemmy 0.19 and PieFed look at the second name.
        document |= {"endTime": to_rfc3339(expires), "expires": to_rfc3339(expires)}
    return document


def update_community(ident: str, actor: str, group: Json, place: Place) -> Json:
    """A community was changed by one of its moderators; `group` from `build_group`."""
    return {"id": ident, "type": "Update", "actor": actor, **_in(place), "object": group}


def announce(ident: str, place: Place, inner: Mapping[str, object] | str) -> Json:
    """A community passes something on to its followers (CMN-6): an activity, a post (CMN-7), or an id.

    What came from elsewhere goes on unchanged, except that its `@context` is dropped unless a proof depends on it.
    """
    if not isinstance(inner, str):
        inner = {name: value for name, value in inner.items() if name != "@context" or "proof" in inner}
    cc = [ident for ident in (place.followers, *place.cc) if ident not in place.to]
    return {"id": ident, "type": "Announce", "actor": place.id, "to": place.to, "cc": cc, "object": inner}


def kind_of(inner: Mapping[str, object] | str) -> str | None:
    """What an announced thing is called in the id of its Announce."""
    kind = None if isinstance(inner, str) else inner.get("type")
    return kind if isinstance(kind, str) and kind.isalpha() and len(kind) <= 30 else None


# --- between two ---------------------------------------------------------------------------------------------------


def follow(ident: str, actor: str, target: str) -> Json:
    """A person wants to follow a community or person."""
    return {"id": ident, "type": "Follow", "actor": actor, "to": [target], "object": target}


def accept(ident: str, actor: str, asked: Mapping[str, object]) -> Json:
    """The answer yes to a Follow, which goes back as it came."""
    return _answer("Accept", ident, actor, asked)


def accept_quote(ident: str, actor: str, asked: Mapping[str, object], stamp: str) -> Json:
    """The answer yes to a QuoteRequest: `stamp` is what the quote shows (QUO-2)."""
    return {**_answer("Accept", ident, actor, asked), "result": stamp}


def reject(ident: str, actor: str, asked: Mapping[str, object]) -> Json:
    """The answer no to a Follow, also one accepted before (VIS-3), or to a QuoteRequest."""
    return _answer("Reject", ident, actor, asked)


def _answer(kind: str, ident: str, actor: str, asked: Mapping[str, object]) -> Json:
    inner = {name: value for name, value in asked.items() if name != "@context"}
    asker = inner["actor"]
    return {
        "id": ident,
        "type": kind,
        "actor": actor,
        "to": [asker["id"] if isinstance(asker, dict) else asker],
        "object": inner,
    }


def unfollow(ident: str, actor: str, asked: Json) -> Json:
    """A follow is taken back; `asked` as `follow` makes it."""
    return {"id": ident, "type": "Undo", "actor": actor, "to": asked["to"], "object": asked}


def create_message(ident: str, actor: str, message: Json) -> Json:
    """A private message; `message` from `build_message`."""
    return {"id": ident, "type": "Create", "actor": actor, "to": message["to"], "object": message}


def update_message(ident: str, actor: str, message: Json) -> Json:
    """A private message was changed."""
    return {**create_message(ident, actor, message), "type": "Update"}


def delete_message(ident: str, actor: str, message: str, recipient: str) -> Json:
    """A private message was deleted by its author."""
    return {"id": ident, "type": "Delete", "actor": actor, "to": [recipient], "object": message}


def undo_delete_message(ident: str, actor: str, deleted: Json) -> Json:
    """A private message is back; `deleted` as `delete_message` makes it."""
    return {"id": ident, "type": "Undo", "actor": actor, "to": deleted["to"], "object": deleted}


def flag(
    ident: str, actor: str, target: str, reason: str, *, to: Sequence[str], place: Place | None = None
) -> Json:
    """A report, to a community or a site; without `place` that of a private message."""
    document: Json = {
        "id": ident,
        "type": "Flag",
        "actor": actor,
        "to": list(to),
        "object": target,
        "summary": reason,
    }
    return {**document, "audience": place.id} if place else document


def resolve(ident: str, actor: str, report: Json, *, to: Sequence[str], place: Place) -> Json:
    """A report is dealt with; `report` as `flag` makes it."""
    return {
        "id": ident,
        "type": "Resolve",
        "actor": actor,
        "to": list(to),
        "object": report,
        "audience": place.id,
    }


def warn(ident: str, actor: str, target: str, author: str, place: Place, reason: str | None = None) -> Json:
    """A moderator warns the author of something, who alone is told."""
    return {
        "id": ident,
        "type": "Warn",
        "actor": actor,
        "to": [author],
        "object": target,
        "summary": reason or "",
        "audience": place.id,
    }


# --- to everybody --------------------------------------------------------------------------------------------------


def update_person(ident: str, person: Json) -> Json:
    """A person changed their profile, or got a new key (ACT-10); `person` from `build_person`."""
    return {
        "id": ident,
        "type": "Update",
        "actor": person["id"],
        "to": [PUBLIC],
        "cc": [person["followers"]],
        "object": person,
    }


def move(ident: str, actor: str, target: str) -> Json:
    """A person goes on under another account (MOV-1)."""
    return {
        "id": ident,
        "type": "Move",
        "actor": actor,
        "to": [f"{actor}/followers"],
        "object": actor,
        "target": target,
    }


def update_site(ident: str, site: Json) -> Json:
    """Our site got a new key (ACT-10); `site` from `build_site`."""
    return {"id": ident, "type": "Update", "actor": site["id"], "to": [PUBLIC], "object": site}


def delete_person(ident: str, actor: str, *, remove_data: bool) -> Json:
    """An account is gone (DEL-3)."""
    return {
        "id": ident,
        "type": "Delete",
        "actor": actor,
        "to": [PUBLIC],
        "object": actor,
        "removeData": remove_data,
    }


def ban_from_site(
    ident: str,
    actor: str,
    person: str,
    site: str,
    *,
    reason: str | None,
    expires: Micros | None,
    remove_data: bool,
) -> Json:
    """An admin bans a person of this server; `site`: our own id. Goes to all servers that we know."""
    return {
        "id": ident,
        "type": "Block",
        "actor": actor,
        "to": [PUBLIC],
        "cc": [],
        "object": person,
        "target": site,
        **_ban(reason, expires, remove_data),
    }


def unban_from_site(ident: str, actor: str, block: Json) -> Json:
    """The ban is lifted, which here restores nothing (R-9); `block` as `ban_from_site` makes it."""
    return {
        "id": ident,
        "type": "Undo",
        "actor": actor,
        "to": [PUBLIC],
        "cc": [],
        "object": block,
        "restoreData": False,
    }
