"""What is told of people: their profile, their end, what they write to one another, what they follow, and what they report."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from folkmoot.apub.compose import own_accounts
from folkmoot.apub.named import tag
from folkmoot.apub.objects.context import Json
from folkmoot.apub.objects.our_actors import build_person, build_site
from folkmoot.apub.objects.our_content import build_message, place_of
from folkmoot.apub.outbox import activities
from folkmoot.apub.outbox.addressing import EVERYTHING, path_of, path_of_person, written
from folkmoot.apub.outbox.content import may_tell
from folkmoot.apub.outbox.library import Library, UnknownSoftware
from folkmoot.apub.outbox.moderation import group_of
from folkmoot.core.people.mirror import stand_in_of
from folkmoot.model.comments import Comment
from folkmoot.model.communities import Community
from folkmoot.model.messages import PrivateMessage
from folkmoot.model.people import Person
from folkmoot.model.posts import Post
from folkmoot.model.reports import Report
from folkmoot.store import communities, instances, messages, reports
from folkmoot.store import keys as store_keys
from folkmoot.store.outbox import Activity, Inbox

Payload = dict[str, Any]

_CHAT_SOFTWARE = frozenset({"piefed", "mbin"})


async def person_edited(library: Library, event: Payload) -> list[Activity]:
    """Told to everybody: who has seen somebody shows their profile (DLV-12)."""
    person = await library.person(event["actor_id"])
    if person is None:
        return []
    document = activities.update_person(
        activities.new_id(library.origin, "Update"), await _person_of(library, person)
    )
    return [written(document, "person", person.id, path_of_person(person.id), to_all=True)]


async def person_moved(library: Library, event: Payload) -> list[Activity]:
    """The profile names the new account before anybody is told to look (MOV-1)."""
    person = await library.person(event["actor_id"])
    if person is None:
        return []
    document = activities.move(activities.new_id(library.origin, "Move"), person.ap_id, event["target"])
    told = written(document, "person", person.id, path_of_person(person.id), to_all=True)
    return [*await person_edited(library, event), told]


async def _person_of(library: Library, person: Person) -> Json:
    pem = await library.public_pem("person", person.id)
    own = await own_accounts(library.tx, person.id)
    return build_person(person, public_pem=pem, origin=library.origin, own=own)


async def person_deleted(library: Library, event: Payload) -> list[Activity]:
    person = await library.person(event["actor_id"])
    if person is None:
        return []
    document = activities.delete_person(
        activities.new_id(library.origin, "Delete"), person.ap_id, remove_data=event["with_content"]
    )
    return [written(document, "person", person.id, EVERYTHING, to_all=True)]


async def key_replaced(library: Library, event: Payload) -> list[Activity]:
    """One of ours has another key: said under the old one, which signs on for a while (ACT-10)."""
    owner: store_keys.Owner = event["owner"]
    number: int = event["owner_id"]
    ident = activities.new_id(library.origin, "Update")
    if owner == "person":
        person = await library.person(number)
        if person is None:
            return []
        document = activities.update_person(ident, await _person_of(library, person))
    elif owner == "community":
        community = await library.community(number)
        if community is None:
            return []
        document = activities.update_community(
            ident, community.ap_id, await group_of(library, community), place_of(community)
        )
    else:
        pem = await library.public_pem("site", number)
        actor = build_site(
            library.site, public_pem=pem, language_ids=await communities.site_languages(library.tx)
        )
        document = activities.update_site(ident, actor)
    return [written(document, owner, number, EVERYTHING, to_all=True)]


# --- private messages ------------------------------------------------------------------------------------------------------------------


async def message_sent(library: Library, event: Payload) -> list[Activity]:
    return await _message_written(library, event, new=True)


async def message_edited(library: Library, event: Payload) -> list[Activity]:
    return await _message_written(library, event, new=False)


async def _message_written(library: Library, event: Payload, *, new: bool) -> list[Activity]:
    scene = await _correspondence(library, event)
    if scene is None:
        return []
    message, author, recipient, inbox = scene
    document = build_message(
        message,
        author=author.ap_id,
        recipient=tag(recipient),
        origin=library.origin,
        chat=await _takes_only_chat(library, recipient.instance_id),
    )
    make = activities.create_message if new else activities.update_message
    ident = activities.new_id(library.origin, "Create" if new else "Update")
    return [_letter(make(ident, author.ap_id, document), author, inbox)]


async def message_deleted(library: Library, event: Payload) -> list[Activity]:
    scene = await _correspondence(library, event)
    if scene is None:
        return []
    message, author, recipient, inbox = scene
    document = activities.delete_message(
        activities.new_id(library.origin, "Delete"), author.ap_id, message.ap_id, recipient.ap_id
    )
    if not event["state"]:
        document = activities.undo_delete_message(
            activities.new_id(library.origin, "Undo"), author.ap_id, document
        )
    return [_letter(document, author, inbox)]


async def _correspondence(
    library: Library, event: Payload
) -> tuple[PrivateMessage, Person, Person, Inbox] | None:
    """A message, who wrote it, and who gets it where: None for what stays here."""
    message = await messages.by_id(library.tx, event["message_id"])
    if message is None:
        return None
    author, recipient = await library.person(message.creator_id), await library.person(message.recipient_id)
    if author is None or recipient is None or recipient.local or author.id != event["actor_id"]:
        return None
    (inbox,) = await library.inboxes_of([recipient], own=True)
    return message, author, recipient, inbox


def _letter(document: Json, author: Person, inbox: Inbox) -> Activity:
    return written(document, "person", author.id, path_of_person(author.id), sensitive=True, inboxes=(inbox,))


async def _takes_only_chat(library: Library, instance_id: int) -> bool:
    """Whether a server takes messages only in their old form (4.3). Raises `UnknownSoftware`: a message in the wrong one is lost."""
    instance = await instances.by_id(library.tx, instance_id)
    if instance is None:
        return False
    if instance.software is None:
        if library.asked != instance_id:
            raise UnknownSoftware(instance_id)
        return False
    return instance.software in _CHAT_SOFTWARE or (
        instance.software == "lemmy" and (instance.version or "0").startswith("0.")
    )


# --- follows -----------------------------------------------------------------------------------------------------------------------------


async def community_followed(library: Library, event: Payload) -> list[Activity]:
    """A community elsewhere is followed, or no longer. Each of us follows for themselves (SND-6)."""
    actor = await library.person(event["actor_id"])
    community = await library.community(event["community_id"])
    if actor is None or community is None or community.local:
        return []
    inbox = (await library.addresses_of(community.id)).own
    document = activities.follow(activities.new_id(library.origin, "Follow"), actor.ap_id, community.ap_id)
    asks = None
    if event["state"]:
        asks = (actor.id, community.id)
    else:
        document = activities.unfollow(activities.new_id(library.origin, "Undo"), actor.ap_id, document)
    return [
        written(
            document, "person", actor.id, path_of(community.id), sensitive=True, inboxes=(inbox,), asks=asks
        )
    ]


async def follow_answered(library: Library, event: Payload) -> list[Activity]:
    """Somebody elsewhere asked to follow a community or person of ours, and hears yes or no."""
    asked: Mapping[str, object] = event["document"]
    number: int = event["target_id"]
    owner: store_keys.Owner = event["kind"]
    target = await (library.community(number) if owner == "community" else library.person(number))
    asker = asked.get("actor")
    address = str(asker["id"] if isinstance(asker, dict) else asker)
    follower = await library.person_at(address) or await library.person_at(stand_in_of(address))
    if follower is None or target is None or follower.local:
        return []
    path = path_of(target.id) if owner == "community" else path_of_person(target.id)
    return [await _answer(library, owner, target, follower, asked, path, accepted=event["accepted"])]


async def quote_answered(library: Library, event: Payload) -> list[Activity]:
    """Somebody elsewhere asked to quote what one of ours wrote, and hears yes or no (QUO-2)."""
    asked: Mapping[str, object] = event["document"]
    who, stamp = asked.get("actor"), event["stamp"]
    asker = await library.person_at(who["id"] if isinstance(who, dict) else who)
    author = await library.person(event["author_id"])
    if asker is None or asker.local or author is None:
        return []
    if stamp is None:
        ident = activities.new_id(library.origin, "Reject")
        document = activities.reject(ident, author.ap_id, asked)
    else:
        ident = activities.new_id(library.origin, "Accept")
        document = activities.accept_quote(
            ident, author.ap_id, asked, f"{library.origin}/quote_authorization/{stamp}"
        )
    inboxes = tuple(await library.inboxes_of([asker], own=True))
    return [
        written(document, "person", author.id, path_of_person(author.id), sensitive=True, inboxes=inboxes)
    ]


async def asker_answered(library: Library, event: Payload) -> list[Activity]:
    """A moderator let somebody elsewhere into a private community, or did not: the Follow they came with goes back (VIS-3)."""
    community = await library.community(event["community_id"])
    follower = await library.person(event["person_id"])
    if community is None or follower is None or follower.local or event["follow_id"] is None:
        return []
    asked = activities.follow(event["follow_id"], follower.ap_id, community.ap_id)
    path = path_of(community.id)
    return [await _answer(library, "community", community, follower, asked, path, accepted=event["accepted"])]


async def _answer(
    library: Library,
    owner: store_keys.Owner,
    target: Community | Person,
    follower: Person,
    asked: Mapping[str, object],
    path: str,
    *,
    accepted: bool,
) -> Activity:
    kind, make = ("Accept", activities.accept) if accepted else ("Reject", activities.reject)
    document = make(activities.new_id(library.origin, kind), target.ap_id, asked)
    (inbox,) = await library.inboxes_of([follower], own=True)
    return written(document, owner, target.id, path, sensitive=True, inboxes=(inbox,))


# --- reports -----------------------------------------------------------------------------------------------------------------------------


async def reported(library: Library, event: Payload) -> list[Activity]:
    """A report goes to those who decide and to the server of the person it is about; nobody else may read it (6.2, ABU-22)."""
    case = await _case(library, event)
    if case is None:
        return []
    return _said_of(case, case.flag(library.origin))


async def report_resolved(library: Library, event: Payload) -> list[Activity]:
    """That it is dealt with goes where the report went, from somebody who may decide about it (6.2), and where it came from: it waits
    there, too."""
    case = await _case(library, event)
    if case is None or not await may_tell(library, case.actor, case.community):
        return []
    reporter = await library.person(case.report.creator_id)
    if reporter is None:
        return []
    ident = activities.new_id(library.origin, "Resolve")
    place = place_of(case.community)
    flag = replace(case, actor=reporter).flag(library.origin)
    document = activities.resolve(ident, case.actor.ap_id, flag, to=[case.community.ap_id], place=place)
    if not reporter.local:
        told = {inbox.url: inbox for inbox in (*case.inboxes, *await library.inboxes_of([reporter]))}
        case = replace(case, inboxes=tuple(told.values()))
    return _said_of(case, document)


@dataclass(frozen=True, slots=True)
class _Case:
    """A report, what it is about, where that is, who acts, and where they are told."""

    report: Report
    item: Post | Comment
    community: Community
    actor: Person
    inboxes: tuple[Inbox, ...]

    def flag(self, origin: str) -> Json:
        return activities.flag(
            activities.new_id(origin, "Flag"),
            self.actor.ap_id,
            self.item.ap_id,
            self.report.reason,
            to=[self.community.ap_id],
            place=place_of(self.community),
        )


async def _case(library: Library, event: Payload) -> _Case | None:
    """None for what is told to nobody: messages, and what is gone."""
    kind = event["kind"]
    report = await reports.by_id(library.tx, kind, event["report_id"])
    if report is None or kind == "private_message":
        return None
    item = await library.post(report.item_id) if kind == "post" else await library.comment(report.item_id)
    actor = await library.person(event["actor_id"])
    community = await library.community(item.community_id) if item else None
    author = await library.person(item.creator_id) if item else None
    if not (item and actor and community and author):
        return None
    inboxes: list[Inbox] = [] if community.local else [await library.inbox_of_community(community.id)]
    team = await communities.moderators(library.tx, community.id)
    inboxes += await library.inboxes_of([person for person in (author, *team) if not person.local])
    unique = tuple({inbox.url: inbox for inbox in inboxes}.values())
    return _Case(report, item, community, actor, unique)


def _said_of(case: _Case, document: Json) -> list[Activity]:
    item = case.item
    path = (
        path_of(case.community.id, item.post_id, comment=item.path)
        if isinstance(item, Comment)
        else path_of(case.community.id, item.id)
    )
    if not case.inboxes:
        return []
    return [written(document, "person", case.actor.id, path, sensitive=True, inboxes=case.inboxes)]
