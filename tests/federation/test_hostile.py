"""What a hostile server may answer or send to have ours fall over, wait for ever or ask without end: none of it does (section 17, INB-13)."""

import asyncio
import json
from collections.abc import Callable

import pytest

from folkmoot.apub.activities import Activity
from folkmoot.apub.documents import Document
from folkmoot.apub.fetch import Budget, NotFetched, fetcher_of
from folkmoot.apub.inbox import tasks
from folkmoot.apub.signing import Scheme, sign
from folkmoot.apub.software import look
from folkmoot.model.errors import Refusal
from folkmoot.model.time import HOUR
from folkmoot.store import instances
from tests.federation.conftest import Found
from tests.federation.network import Answer, Request
from tests.federation.peer import Members, Peer
from tests.federation.stage import Scene, set_scene

BROKEN = "https://[::1"
"""No address at all: reading it raises."""
SUPERSCRIPT = "\u00b2"
"""A digit to some, and no number."""


@pytest.fixture
async def scene(servers: Found, peer: Callable[[str], Peer]) -> Scene:
    return await set_scene(servers, peer)


async def finds(scene: Scene, query: str) -> str:
    """What alice finds."""
    try:
        return (await scene.a.resolves(scene.alice, query)).kind
    except Refusal as error:
        return error.code


# --- what is fetched ----------------------------------------------------------------------------------------------------------


async def test_two_servers_that_send_us_to_each_other_are_left__FET_6__ABU_11(
    scene: Scene, peer: Callable[[str], Peer]
) -> None:
    """Each address answers with a document that says it lies at the other's."""
    there, other = scene.there, peer("other.example")
    one, two = f"{there.origin}/post/1x", f"{other.origin}/post/2x"
    there.pages[one] = Answer(
        body=json.dumps({**there.page(scene.carol, scene.baking.id), "id": two}).encode()
    )
    other.pages[two] = Answer(
        body=json.dumps({**there.page(scene.carol, scene.baking.id), "id": one}).encode()
    )
    before = len(there.network.asked)
    async with asyncio.timeout(5):
        assert await finds(scene, one) == "couldnt_find_object"
        with pytest.raises(NotFetched, match="wrong_id"):
            await fetcher_of(scene.a.context).document(two, Budget(asked=True))
    assert len(there.network.asked) - before <= 4


@pytest.mark.parametrize(
    "target",
    [
        BROKEN,
        "",
        "//",
        "?",
        "https://",
        "javascript:alert(1)",
        "https://there.example:99999/x",
        "https://a.example/u/alice",
        "\u00e9" * 3000,
    ],
)
async def test_redirects_to_nowhere_are_refusals__FET_4(scene: Scene, target: str) -> None:
    eve = scene.there.person("eve")
    scene.there.pages[eve.id] = Answer(302, headers={"Location": target})
    like = scene.there.activity("Like", eve, "https://a.example/post/1")
    assert (await scene.there.send(scene.a, like)).status == 401
    assert await finds(scene, eve.id) == "couldnt_find_object"


@pytest.mark.parametrize(
    "href",
    [BROKEN, "", "https://there.example:x/", "//[", "javascript:alert(1)", "https://a.example/u/alice"],
)
async def test_pages_that_name_a_document_nowhere_are_no_documents__ABU_10(scene: Scene, href: str) -> None:
    address = "https://there.example/@carol/1"
    html = f'<html><link rel="alternate" type="application/activity+json" href="{href}"></html>'
    scene.there.pages[address] = Answer(body=html.encode(), content_type="text/html")
    assert await finds(scene, address) == "couldnt_find_object"


LINK = {"rel": "self", "type": "application/activity+json"}


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000, b'{"links":' * 100_000, b"{", b"null", b"7", b'"x"', b"\xff\xfe", b'{"links":{}}', b'{"links":[null,7,[],{}]}',
        b'{"links":' + b"9" * 5000 + b"}",
        json.dumps({"subject": [], "links": [{**LINK, "href": {"id": 5}}, {**LINK, "href": BROKEN}, {**LINK, "rel": []}]}).encode(),
        json.dumps({"subject": None, "links": [{**LINK, "type": {}, "href": "https://there.example/u/x"}]}).encode(),
    ],
)  # fmt: skip
async def test_answers_of_webfinger_that_are_none__WF_7(scene: Scene, body: bytes) -> None:
    address = "https://there.example/.well-known/webfinger?resource=acct:eve@there.example"
    scene.there.pages[address] = Answer(body=body, content_type="application/jrd+json")
    assert await finds(scene, "@eve@there.example") == "couldnt_find_object"


async def test_a_handle_that_leads_to_hundreds_of_servers_is_not_followed_to_all__ABU_27(
    scene: Scene,
) -> None:
    links = [{**LINK, "href": f"https://h{number}.example/u/eve"} for number in range(900)]
    address = "https://there.example/.well-known/webfinger?resource=acct:eve@there.example"
    scene.there.pages[address] = Answer(
        body=json.dumps({"subject": "acct:eve@elsewhere.example", "links": links}).encode(),
        content_type="application/jrd+json",
    )
    before = len(scene.there.network.asked)
    assert await finds(scene, "@eve@there.example") == "couldnt_find_object"
    assert len(scene.there.network.asked) - before < 30


SCHEMA = "http://nodeinfo.diaspora.software/ns/schema/2.1"


@pytest.mark.parametrize(
    "links",
    [
        [{"rel": [], "href": "x"}], [{"rel": {}, "href": {}}], [{"rel": SCHEMA, "href": BROKEN}], [{"rel": SCHEMA, "href": []}],
        [None, 7, "x"], {"rel": SCHEMA}, [{"rel": SCHEMA, "href": "https://a.example/nodeinfo/2.1"}], SCHEMA,
        [{"rel": SCHEMA, "href": "https://there.example/nodeinfo"}],
    ],
)  # fmt: skip
async def test_answers_of_nodeinfo_that_are_none__NI_3(scene: Scene, links: object) -> None:
    async with scene.a.writing() as tx:
        instance = await instances.known_or_new(tx, "there.example")
    scene.there.documents["https://there.example/.well-known/nodeinfo"] = {"links": links}
    for software in ([], {"name": {}, "version": []}, {"name": "x" * 9000, "version": "\u202e" * 9000}):
        scene.there.documents["https://there.example/nodeinfo"] = {"software": software}
        before = len(scene.there.network.asked)
        await look(scene.a.context, {"instance_id": instance.id, "domain": "there.example"})
        assert all(one.host == "there.example" for one in scene.there.network.asked[before:])
    assert (
        len(await scene.a.value("SELECT coalesce(software, '') FROM instance WHERE id = :id", id=instance.id))
        <= 60
    )


async def test_a_fetch_that_is_given_up_leaves_its_place_to_others__FET_9(scene: Scene) -> None:
    """Somebody stops waiting while the places of all hosts are taken: the place among those of the host is free again."""
    fetcher = fetcher_of(scene.a.context)
    for _ in range(32):
        await fetcher._everywhere.acquire()
    for _ in range(3):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await fetcher.page("https://there.example/x", Budget(asked=True), accept="text/html")
    for _ in range(32):
        fetcher._everywhere.release()
    async with asyncio.timeout(5):
        assert (
            await fetcher.page("https://there.example/x", Budget(asked=True), accept="text/html")
        ).status == 404


@pytest.mark.parametrize(
    "wish",
    [
        SUPERSCRIPT,
        "Mon, 01 Jan 2024 99999999999999999999:00:00 GMT",
        "9" * 400,
        "-1",
        "soon",
        "Fri, 31 Dec 9999 23:59:59 GMT",
    ],
)
async def test_wishes_to_wait_that_are_none_do_not_stop_deliveries__DLV_5(scene: Scene, wish: str) -> None:
    await scene.posted()
    wishes = scene.there.activity("Follow", scene.carol, scene.gardening.ap_id)
    assert await scene.tells(wishes) == "accepted"
    answer = scene.there.answer

    async def busy(request: Request) -> Answer:
        return (
            Answer(429, headers={"Retry-After": wish}) if request.method == "POST" else await answer(request)
        )

    scene.there.network.hosts["there.example"] = busy
    await scene.answered()
    await scene.a.settle()
    scene.there.network.hosts["there.example"] = answer
    before = len(scene.there.got)
    scene.a.clock.advance(2 * HOUR)
    await scene.a.settle()
    assert "Create" in {
        one["object"]["type"] for one in scene.there.got[before:] if one["type"] == "Announce"
    }


# --- what is sent -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (',signature="', f',created="{SUPERSCRIPT}",signature="'), (',signature="', ',created="' + "9" * 12 + '",signature="'),
        (',signature="', f',expires="{SUPERSCRIPT}",signature="'), ("headers=", 'headers="host",headers='),
        ('keyId="', 'keyId="https://[::1/'), ("(request-target)", "(request-target) (request-target)"),
        ("(request-target)", "(request-target) (expires)"), ("rsa-sha256", "hmac-sha256"), ('signature="', 'signature="\u00e9'),
        ('signature="', 'signature="' + "A" * 9000), ("host", "host \u00e9"), ('headers="', 'headers="  '),
    ],
)  # fmt: skip
async def test_signatures_that_are_none_are_refused_and_no_more__SIG_7__ABU_16(
    scene: Scene, was: str, becomes: str
) -> None:
    await scene.posted()
    body = json.dumps(scene.there.activity("Like", scene.carol, "https://a.example/post/1")).encode()
    url = "https://a.example/inbox"
    for scheme in Scheme:
        headers = sign("POST", url, body=body, key=scene.carol.key, now=scene.a.clock.now(), scheme=scheme)
        changed = {
            name: value.replace(was, becomes, 1) if name.startswith("Signature") else value
            for name, value in headers.items()
        }
        if changed == headers or (was == 'headers="' and scheme is Scheme.DRAFT):
            continue
        answer = await scene.there.send(scene.a, body, signed=False, headers=changed)
        assert answer.status == 401, (scheme, answer.body)
    assert await scene.a.value("SELECT count(*) FROM received WHERE kind = 'Like'") == 0


@pytest.mark.parametrize(
    "created",
    [SUPERSCRIPT, f"-{SUPERSCRIPT}", "-", "9" * 15, "-999999999999999", "1.5", ":AA==:", "?1", '"1"'],
)
async def test_moments_that_are_none_are_refused__SIG_17(scene: Scene, created: str) -> None:
    body = json.dumps(scene.there.activity("Like", scene.carol, "https://a.example/post/1")).encode()
    now = scene.a.clock.now()
    headers = sign(
        "POST", "https://a.example/inbox", body=body, key=scene.carol.key, now=now, scheme=Scheme.RFC
    )
    for name in ("created", "expires"):
        changed = headers["Signature-Input"].replace(
            "created=", f"{name}={created};was=" if name == "created" else f"{name}={created};created="
        )
        answer = await scene.there.send(
            scene.a, body, signed=False, headers={**headers, "Signature-Input": changed}
        )
        assert answer.status == 401, (name, answer.body)


async def test_headers_that_are_missing_or_stand_twice__SIG_9(scene: Scene) -> None:
    body = json.dumps(scene.there.activity("Like", scene.carol, "https://a.example/post/1")).encode()
    headers = sign("POST", "https://a.example/inbox", body=body, key=scene.carol.key, now=scene.a.clock.now())
    for name in ("Date", "Digest", "Signature"):
        twice = {**headers, name: f"{headers[name]}, {headers[name]}"}
        if name != "Digest":
            assert (await scene.there.send(scene.a, body, signed=False, headers=twice)).status == 401, name
        left_out = {key: value for key, value in headers.items() if key != name}
        assert (await scene.there.send(scene.a, body, signed=False, headers=left_out)).status == 401, name
    other = {**headers, "Digest": f"SHA-256=AAAA,{headers['Digest']}"}
    assert (await scene.there.send(scene.a, body, signed=False, headers=other)).status == 401, (
        "one that fits is not enough"
    )


async def test_a_key_document_that_points_to_another_actor_is_nobodys__SIG_13__ACT_2(
    scene: Scene, peer: Callable[[str], Peer]
) -> None:
    await scene.posted()
    other = peer("other.example")
    victim = scene.carol
    keys = {
        "id": f"{other.origin}/key", "type": "Key", "owner": victim.id, "publicKeyPem": scene.there.key_pool[6].public,
    }  # fmt: skip
    other.documents[keys["id"]] = keys
    mallory = other.person("mallory")
    mallory.keys = scene.there.key_pool[6]
    for key_id in (keys["id"], f"{victim.id}#main-key", victim.id, f"{other.origin}/u/mallory#main-key"):
        like: Members = {
            **scene.there.activity("Dislike", victim, "https://a.example/post/1"),
            "actor": victim.id,
        }
        mallory.document["publicKey"] = {**mallory.document["publicKey"], "id": key_id}
        assert (await scene.there.send(scene.a, like, mallory)).status == 401, key_id
    mallory.document["publicKey"] = {
        "id": victim.document["publicKey"]["id"],
        "owner": victim.id,
        "publicKeyPem": mallory.keys.public,
    }
    assert (
        await other.send(scene.a, other.activity("Like", mallory, "https://a.example/post/1"), mallory)
    ).status == 401
    assert await scene.a.value("SELECT score FROM post") == 1


@pytest.mark.parametrize("odd", [[], {}, ["text/html"], {"a": 1}])
async def test_links_of_no_type_stop_nobody__JSN_4__ABU_13(scene: Scene, odd: object) -> None:
    url = [
        {"type": "Link", "mediaType": odd, "href": "https://there.example/x"},
        {"type": "Link", "mimeType": odd},
    ]
    page = scene.there.page(scene.carol, scene.gardening.ap_id, url=url)
    assert (
        await scene.tells(scene.there.in_community("Create", scene.carol, page, scene.gardening.ap_id))
        == "accepted"
    )
    eve = scene.there.person("eve", url=url)
    assert (await scene.there.send(scene.a, scene.there.activity("Like", eve, page["id"]))).status == 202
    await scene.a.settle()
    assert await scene.a.value("SELECT score FROM post") == 2


async def test_what_cannot_even_be_read_does_not_stop_the_rest__INB_11(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await scene.posted()
    real = tasks.parse

    def breaks(document: Document) -> Activity:
        if document.get("type") == "Dislike":
            raise TypeError("a bug of ours")
        return real(document)

    monkeypatch.setattr(tasks, "parse", breaks)
    dave, erin = scene.there.person("dave"), scene.there.person("erin")
    poison = scene.there.activity("Dislike", dave, page["id"])
    for activity in (poison, scene.there.activity("Like", erin, page["id"])):
        assert (await scene.there.send(scene.a, activity)).status == 202
    await scene.a.settle()
    assert await scene.a.value("SELECT score FROM post") == 2
    assert await scene.a.verdict(poison["id"]) == "internal_error"
