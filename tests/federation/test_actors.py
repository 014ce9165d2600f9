"""Actors of other servers: read at home, kept, read anew, gone (3.2, WF-7, WF-8, NI-3, DLV-5)."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from folkmoot.apub.fetch import Budget, NotFetched
from folkmoot.apub.look_again import without_inbox
from folkmoot.apub.lookup import lookup_of
from folkmoot.apub.software import look, look_at_servers
from folkmoot.core.messages.send import SendMessage, send_message
from folkmoot.model.errors import NotAllowed, Refusal
from folkmoot.model.time import DAY, HOUR, SECOND
from folkmoot.store import destinations
from tests.federation.conftest import Found
from tests.federation.network import Answer, NetworkClient
from tests.federation.peer import PUBLIC, Members, Peer
from tests.federation.stage import Scene, set_scene


@pytest.fixture
async def scene(servers: Found, peer: Callable[[str], Peer]) -> Scene:
    return await set_scene(servers, peer)


async def reads(scene: Scene, ident: str) -> str:
    """Read an actor at home; `read`, or why not."""
    try:
        await lookup_of(scene.a.context).resolver.actor(ident, Budget(asked=True))
    except (NotFetched, NotAllowed) as error:
        return error.code
    return "read"


async def finds(scene: Scene, query: str) -> str:
    """What alice finds."""
    try:
        return (await scene.a.resolves(scene.alice, query)).kind
    except Refusal as error:
        return error.code


def finger(*hrefs: str, subject: str = "acct:x@there.example", kind: str | None = None) -> Answer:
    """A WebFinger answer."""
    links: list[Members] = [
        {"rel": "self", "type": "application/activity+json", "href": href} for href in hrefs
    ]
    for link in links if kind else []:
        link["properties"] = {"https://www.w3.org/ns/activitystreams#type": kind}
    body = json.dumps({"subject": subject, "links": links}).encode()
    return Answer(body=body, content_type="application/jrd+json; charset=utf-8")


# --- what is not believed ----------------------------------------------------------------------------------------------------------


async def test_a_person_does_not_become_a_community__ACT_3(scene: Scene) -> None:
    await scene.posted()
    scene.carol.document |= {"type": "Group", "name": "Carol's"}
    assert await reads(scene, scene.carol.id) == "actor_changed_kind"
    scene.baking.document["type"] = "Person"
    assert await reads(scene, scene.baking.id) == "actor_changed_kind"
    assert await scene.a.value("SELECT count(*) FROM person WHERE NOT local") == 1
    assert await scene.a.value("SELECT count(*) FROM community WHERE NOT local") == 1


@pytest.mark.parametrize("status", [500, 503, 403])
async def test_a_server_that_fails_deletes_nobody__ACT_5(scene: Scene, status: int) -> None:
    await scene.posted()
    scene.there.pages[scene.carol.id] = Answer(status)
    for _ in range(3):
        assert await reads(scene, scene.carol.id) == "http_status"
        scene.a.clock.advance(2 * HOUR)
        await scene.a.settle()
    assert await scene.a.rows("SELECT name, deleted FROM person WHERE NOT local") in (
        [("carol", 0)],
        [("carol", False)],
    )


async def test_nobody_of_ours_is_read_from_elsewhere__ACT_6(scene: Scene) -> None:
    assert await reads(scene, "https://a.example/u/alice") == "own_host"
    await scene.posted()
    said = {**scene.carol.document, "id": "https://a.example/u/alice"}
    told = scene.there.activity("Update", scene.carol, said, to=[PUBLIC])
    assert await scene.tells(told) == "local_actor"


# --- read anew -----------------------------------------------------------------------------------------------------------------------


async def test_who_says_that_something_changed_is_read_again_at_once__ACT_1__ACT_6(scene: Scene) -> None:
    await scene.posted()
    scene.carol.document["name"] = "Carol of There"
    told = scene.there.activity(
        "Update", scene.carol, {**scene.carol.document, "name": "Somebody"}, to=[PUBLIC]
    )
    assert await scene.tells(told) == "accepted"
    assert await scene.a.value("SELECT display_name FROM person WHERE name = 'carol'") == "Carol of There"


async def test_who_acts_is_read_again_after_a_day__ACT_6(scene: Scene) -> None:
    page = await scene.posted()
    scene.carol.document["name"] = "Carol of There"
    asked = len(scene.there.network.asked_of("there.example", method="GET"))
    like = scene.there.activity("Like", scene.carol, page["id"])
    assert await scene.tells(like) == "accepted"
    assert len(scene.there.network.asked_of("there.example", method="GET")) == asked, "not before"
    scene.a.clock.advance(DAY)
    forged = await scene.there.send(scene.a, {**like, "id": scene.there.id("like")}, scene.baking)
    assert forged.status == 401
    assert await scene.a.value("SELECT count(*) FROM job WHERE name = 'actors.look_again'") == 0, (
        "nothing is written for it"
    )
    for _ in range(2):
        assert await scene.tells({**like, "id": scene.there.id("like")}) == "accepted"
    scene.a.clock.advance(HOUR)
    await scene.a.settle()
    assert await scene.a.value("SELECT display_name FROM person WHERE name = 'carol'") == "Carol of There"
    assert len([one for one in scene.there.network.asked if str(one.url) == scene.carol.id]) == 2


async def test_who_has_no_inbox_any_more_is_read_again__DLV_5(scene: Scene) -> None:
    await scene.posted()
    number = await scene.a.value("SELECT instance_id FROM person WHERE name = 'carol'")
    del scene.there.documents[scene.carol.id]
    async with scene.a.writing() as tx:
        await without_inbox(tx, number, f"{scene.there.origin}/inbox")
        assert await tx.value("SELECT count(*) FROM job WHERE name = 'actors.look_again'") == 0, (
            "nobody's own"
        )
        await without_inbox(tx, number, f"{scene.carol.id}/inbox")
    await scene.a.settle()
    deleted = "SELECT deleted FROM person WHERE name = 'carol'"
    assert not await scene.a.value(deleted), "not at the first word"
    scene.a.clock.advance(HOUR)
    await scene.a.settle()
    assert await scene.a.value(deleted)


# --- by handle -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        Answer(404), Answer(200, b"", "application/jrd+json"), Answer(200, b"<html>", "text/html"),
        Answer(200, b"[]", "application/jrd+json"), finger(), finger("http://there.example/u/carol"),
    ],
)  # fmt: skip
async def test_a_handle_without_an_answer_is_nobody__WF_7(scene: Scene, answer: Answer) -> None:
    asked = f"{scene.there.origin}/.well-known/webfinger?resource=acct:carol@there.example"
    scene.there.pages[asked] = answer
    assert await finds(scene, "@carol@there.example") == "couldnt_find_object"


async def test_of_two_without_a_type_the_kind_that_was_asked_for_is_found__WF_7(scene: Scene) -> None:
    person, group = scene.there.person("tea"), scene.there.group("tea")
    scene.there.pages[f"{scene.there.origin}/.well-known/webfinger?resource=acct:tea@there.example"] = finger(
        person.id, group.id, subject="acct:tea@there.example"
    )
    assert await finds(scene, "!tea@there.example") == "community"
    assert await finds(scene, "@tea@there.example") == "person"
    asked = [one for one in scene.there.network.asked if "webfinger" in one.url.path]
    assert asked and not any("Signature" in one.headers for one in asked), "unsigned"


async def test_another_host_has_to_agree__WF_8(scene: Scene, peer: Callable[[str], Peer]) -> None:
    other = peer("other.example")
    dave = other.person("dave")
    webfinger = "/.well-known/webfinger?resource=acct:"
    named = f"{scene.there.origin}{webfinger}dave@there.example"
    scene.there.pages[named] = finger(dave.id, subject="acct:dave@third.example")
    other.pages[f"{other.origin}{webfinger}dave@other.example"] = Answer(404)
    assert await finds(scene, "@dave@there.example") == "couldnt_find_object"
    del other.pages[f"{other.origin}{webfinger}dave@other.example"]
    assert await finds(scene, "@dave@there.example") == "person", "dave@other.example leads to the same"
    assert await scene.a.value("SELECT host FROM person WHERE name = 'dave'") == "other.example"


# --- what they run -----------------------------------------------------------------------------------------------------------------------


SCHEMA = "http://nodeinfo.diaspora.software/ns/schema/"


@pytest.mark.parametrize(
    ("links", "documents", "expected"),
    [
        ({"2.0": "/ni/20", "2.1": "/ni/21"}, {"/ni/20": "old", "/ni/21": "new"}, "new"),
        ({"2.0": "/ni/20"}, {"/ni/20": "PieFed"}, "piefed"),
        ({"2.1": "https://other.example/ni"}, {}, None),
        ({"2.0": "/ni/20"}, {}, None),
        (None, {}, None),
    ],
)
async def test_what_a_server_runs_is_asked_once_a_day__NI_3__case_53(
    scene: Scene, links: dict[str, str] | None, documents: dict[str, str], expected: str | None
) -> None:
    await scene.posted()
    there = scene.there
    if links is not None:
        found = [
            {"rel": SCHEMA + v, "href": to if "://" in to else there.origin + to} for v, to in links.items()
        ]
        there.documents[f"{there.origin}/.well-known/nodeinfo"] = {"links": found}
    for path, name in documents.items():
        there.documents[there.origin + path] = {"version": "2.0", "software": {"name": name, "version": "1"}}
    number = await scene.a.value("SELECT id FROM instance WHERE domain = 'there.example'")
    async with scene.a.writing() as tx:
        await destinations.ensure(tx, [number], 0)
    await look(scene.a.context, {"instance_id": number})
    assert await scene.a.value("SELECT software FROM instance WHERE id = :id", id=number) == expected
    assert not [one for one in there.network.asked if one.host == "other.example"], "no other host is asked"
    assert not any("Signature" in one.headers for one in there.network.asked if "odeinfo" in one.url.path)
    scene.a.clock.advance(HOUR)
    assert await look_at_servers(scene.a.db) == (0 if expected else 1), "a new one that we do not know yet"
    scene.a.clock.advance(DAY)
    assert await look_at_servers(scene.a.db) == 1


async def test_a_server_is_asked_what_it_runs_when_it_is_first_sent_to__NI_3(scene: Scene) -> None:
    there = scene.there
    there.documents[f"{there.origin}/.well-known/nodeinfo"] = {
        "links": [{"rel": f"{SCHEMA}2.0", "href": f"{there.origin}/ni"}]
    }
    there.documents[f"{there.origin}/ni"] = {"version": "2.0", "software": {"name": "lemmy", "version": "1"}}
    await scene.announced()
    await scene.answered()
    await scene.a.settle()
    software = "SELECT software FROM instance WHERE domain = 'there.example'"
    assert await scene.a.value(software) is None, "what there is to tell goes first"
    scene.a.clock.advance(5 * SECOND)
    await scene.a.settle()
    assert await scene.a.value(software) == "lemmy"


@pytest.mark.parametrize(
    ("software", "kind"), [("piefed", "ChatMessage"), ("mastodon", "Note"), (None, "Note")]
)
async def test_the_first_message_to_a_server_waits_until_it_has_said_what_it_runs__4_3(
    scene: Scene, software: str | None, kind: str
) -> None:
    """In the wrong form it would be lost."""
    there = scene.there
    if software is not None:
        there.documents[f"{there.origin}/.well-known/nodeinfo"] = {
            "links": [{"rel": f"{SCHEMA}2.0", "href": f"{there.origin}/ni"}]
        }
        there.documents[f"{there.origin}/ni"] = {"software": {"name": software, "version": "1"}}
    carol = await scene.a.resolves(scene.alice, scene.carol.id)
    async with scene.a.writing() as tx:
        await send_message(tx, scene.alice, SendMessage(carol.id, "Hello"))
    await scene.a.settle()
    assert [said["object"]["type"] for said in there.got if said["type"] == "Create"] == [kind]


async def test_while_developing_a_server_is_asked_at_the_port_of_its_inbox__NI_3(scene: Scene) -> None:
    await scene.posted()
    settings = replace(scene.a.context.settings, development=True, scheme="http")
    client = NetworkClient(scene.there.network, "a.example", development=True)
    context = replace(scene.a.context, settings=settings, http=client)
    async with scene.a.writing() as tx:
        await tx.run(
            "UPDATE person SET shared_inbox_url = 'http://there.example:8537/inbox' WHERE name = 'carol'"
        )
    number = await scene.a.value("SELECT id FROM instance WHERE domain = 'there.example'")
    await look(context, {"instance_id": number})
    assert str(scene.there.network.asked[-1].url) == "http://there.example:8537/.well-known/nodeinfo"
