"""What is fetched, how far, and what comes of it (section 10; cases 12, 17, 18, 25, 26, 57, 81, 94, 95)."""

import json
from collections.abc import Callable

import pytest
from multidict import CIMultiDict
from yarl import URL

from folkmoot.apub.fetch import PER_DOMAIN_A_MINUTE, Budget, NotFetched, fetcher_of
from folkmoot.apub.lookup import lookup_of
from folkmoot.core.comments.delete import delete_comment
from folkmoot.core.instances.policy import DecideInstance, block_instance
from folkmoot.core.posts.read import record_visit
from folkmoot.core.threads.complete import completeness
from folkmoot.core.threads.read import ReadThread, read_thread
from folkmoot.core.votes.cast import vote_on_post
from folkmoot.model.errors import Invalid, Refusal
from folkmoot.model.people import ANONYMOUS, Viewer
from folkmoot.model.posts import Post
from folkmoot.model.time import DAY, HOUR, MINUTE, SECOND
from folkmoot.store import comments, people, posts
from tests.core.moderation.drift import assert_no_drift
from tests.federation.conftest import Found
from tests.federation.network import Answer, Network, Request, Server
from tests.federation.peer import Actor, Members, Peer
from tests.federation.stage import set_scene


class Scene:
    """a.example is ours, with alice; there.example is played: carol posts in !baking, which she moderates."""

    def __init__(self, a: Server, alice: Viewer, there: Peer, carol: Actor, baking: Actor) -> None:
        self.a, self.alice, self.there, self.carol, self.baking = a, alice, there, carol, baking

    async def opens(self, who: Viewer, post: Post) -> bool:
        """Somebody reads a thread; whether the rest of it is sent for."""
        async with self.a.writing() as tx:
            await record_visit(tx, who, post)
            return bool(await tx.value("SELECT EXISTS (SELECT 1 FROM job WHERE name = 'threads.complete')"))

    async def resolves(self, query: str) -> str:
        """What alice finds; `nothing` where she finds nothing."""
        try:
            return (await self.a.resolves(self.alice, query)).kind
        except Refusal as error:
            return "nothing" if error.code == "couldnt_find_object" else error.code


@pytest.fixture
async def scene(servers: Found, peer: Callable[[str], Peer]) -> Scene:
    (a,) = await servers("a")
    alice = await a.joins("alice")
    there = peer("there.example")
    carol = there.person("carol")
    return Scene(a, alice, there, carol, there.group("baking", carol))


# --- refused ----------------------------------------------------------------------------------------------------------------


async def test_visitors_make_nobody_fetch__case_57(scene: Scene) -> None:
    with pytest.raises(Invalid, match="couldnt_find_object"):
        await scene.a.resolves(ANONYMOUS, scene.baking.id)
    assert scene.there.network.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/c/x", "https://[::1]/x", "https://localhost/x", "http://there.example/c/baking",
        "https://there.example:8443/c/baking", "https://user@there.example/c/baking", "https://2130706433/x", "ftp://there.example/x",
    ],
)  # fmt: skip
async def test_addresses_that_nobody_may_ask_are_not_asked__FET_1(scene: Scene, address: str) -> None:
    assert await scene.resolves(address) == "nothing"
    assert scene.there.network.asked == []


@pytest.mark.parametrize("kind", ["application/json", "text/html", "", "application/ld+json"])
async def test_only_documents_of_servers_count__FET_5(scene: Scene, kind: str) -> None:
    page = scene.there.page(scene.carol, scene.baking.id)
    scene.there.pages[page["id"]] = Answer(body=json.dumps(page).encode(), content_type=kind)
    assert await scene.resolves(page["id"]) == "nothing"


async def test_a_document_lies_at_its_own_address__case_26__FET_6__ABU_3(
    scene: Scene, peer: Callable[[str], Peer]
) -> None:
    page = scene.there.page(scene.carol, scene.baking.id)
    short = "https://there.example/p/short"
    scene.there.pages[short] = Answer(body=json.dumps(page).encode())
    assert await scene.resolves(short) == "post", "another name on the same server leads to it"
    evil = peer("evil.example")
    forged = {**page, "id": "https://there.example/post/forged", "name": "Buy pills"}
    evil.pages["https://evil.example/x"] = Answer(body=json.dumps(forged).encode())
    assert await scene.resolves("https://evil.example/x") == "nothing"
    assert await scene.a.rows("SELECT name FROM post") == [("Figs in pots",)]


async def test_an_id_without_a_path_lies_at_the_root__case_42__FET_6(scene: Scene) -> None:
    """As those of WordPress's comments."""
    for number in (1, 2):
        page = scene.there.page(scene.carol, scene.baking.id, id=f"https://there.example?c={number}")
        scene.there.documents[f"https://there.example/?c={number}"] = page
    assert await scene.resolves("https://there.example?c=1") == "post"
    assert await scene.resolves("https://there.example/?c=2") == "post", "by its address, to its id"
    assert await scene.a.rows("SELECT ap_id FROM post ORDER BY ap_id") == [
        ("https://there.example?c=1",),
        ("https://there.example?c=2",),
    ]


async def test_one_redirect_is_followed_and_checked__FET_4(scene: Scene) -> None:
    page = scene.there.page(scene.carol, scene.baking.id)
    moved = "https://there.example/old"
    scene.there.pages[moved] = Answer(302, headers={"Location": page["id"]})
    assert await scene.resolves(moved) == "post"
    inside = "https://there.example/inside"
    scene.there.pages[inside] = Answer(302, headers={"Location": "https://10.0.0.1/x"})
    assert await scene.resolves(inside) == "nothing"
    admin = await scene.a.joins("admin", admin=True)
    async with scene.a.writing() as tx:
        await block_instance(tx, admin, DecideInstance("blocked.example"))
    blocked = "https://there.example/blocked"
    scene.there.pages[blocked] = Answer(302, headers={"Location": "https://blocked.example/post/1"})
    assert await scene.resolves(blocked) == "nothing"
    assert scene.there.network.asked_of("blocked.example") == []
    twice = "https://there.example/twice"
    scene.there.pages[twice] = Answer(302, headers={"Location": moved})
    assert await scene.resolves(twice) == "nothing"


async def test_what_is_too_long_or_too_deep_is_refused__case_25(scene: Scene) -> None:
    for number, body in enumerate(
        (b" " * (2 << 20), b'{"a":' * 100 + b"1" + b"}" * 100, b'{"id":1,"id":2}', b"[]")
    ):
        address = f"https://there.example/post/bad{number}"
        scene.there.pages[address] = Answer(body=body)
        assert await scene.resolves(address) == "nothing"


@pytest.mark.parametrize("status", [401, 403])
async def test_who_refuses_one_kind_of_signature_is_asked_with_the_other__FET_7__SIG_19(
    scene: Scene, network: Network, status: int
) -> None:
    page = scene.there.page(scene.carol, scene.baking.id)
    answering = network.hosts["there.example"]

    async def takes_only_the_rfc(request: Request) -> Answer:
        signed = "Signature" in request.headers
        return (
            Answer(status)
            if signed and "Signature-Input" not in request.headers
            else await answering(request)
        )

    network.hosts["there.example"] = takes_only_the_rfc
    assert await scene.resolves(page["id"]) == "post"
    knocks = len(network.asked_of("there.example"))
    assert await scene.resolves(scene.there.page(scene.carol, scene.baking.id)["id"]) == "post"
    assert len(network.asked_of("there.example")) == knocks + 1, "it is remembered"

    async def takes_nothing(_: Request) -> Answer:
        return Answer(status)

    network.hosts["there.example"] = takes_nothing
    asked = len(network.asked_of("there.example"))
    assert await scene.resolves(scene.there.page(scene.carol, scene.baking.id)["id"]) == "nothing"
    assert len(network.asked_of("there.example")) == asked + 2, "once more, and then no more"


async def test_a_server_that_fails_is_left_alone_for_longer_and_longer__FET_7(
    scene: Scene, network: Network
) -> None:
    fetcher = fetcher_of(scene.a.context)
    scene.there.pages["https://there.example/post/1"] = Answer(500)

    async def ask() -> str:
        with pytest.raises(NotFetched) as refused:
            await fetcher.document("https://there.example/post/1", Budget())
        return refused.value.code

    assert [await ask(), await ask()] == ["http_status", "left_alone"]
    assert len(network.asked) == 1
    scene.a.clock.advance(6 * MINUTE)
    assert [await ask(), await ask()] == ["http_status", "left_alone"]
    scene.a.clock.advance(6 * MINUTE)
    assert await ask() == "left_alone", "ten minutes now"
    scene.a.clock.advance(5 * MINUTE)
    assert await ask() == "http_status"


@pytest.mark.parametrize(
    ("status", "host_is_left_alone"),
    [(500, True), (503, True), (429, True), (408, True), (400, False), (403, False)],
)
async def test_a_server_that_fails_for_now_is_asked_for_nothing_else_either__FET_7(
    scene: Scene, network: Network, status: int, host_is_left_alone: bool
) -> None:
    """What may pass is the server's trouble; what is final concerns the one address."""
    fetcher = fetcher_of(scene.a.context)
    page = scene.there.page(scene.carol, scene.baking.id)
    scene.there.pages["https://there.example/broken"] = Answer(status)
    with pytest.raises(NotFetched, match="http_status"):
        await fetcher.document("https://there.example/broken", Budget())
    asked = len(network.asked)
    if host_is_left_alone:
        with pytest.raises(NotFetched, match="left_alone"):
            await fetcher.document(page["id"], Budget())
        assert len(network.asked) == asked
        scene.a.clock.advance(6 * MINUTE)
    assert (await fetcher.document(page["id"], Budget())).id() == page["id"]


@pytest.mark.parametrize(("status", "code"), [(404, "not_found"), (410, "deleted")])
async def test_what_is_not_there_is_not_asked_for_again_at_once__FET_7(
    scene: Scene, network: Network, status: int, code: str
) -> None:
    fetcher = fetcher_of(scene.a.context)
    scene.there.pages["https://there.example/post/1"] = Answer(status)
    for expected, asked in ((code, 1), ("not_found", 1)):
        with pytest.raises(NotFetched) as refused:
            await fetcher.document("https://there.example/post/1", Budget())
        assert (refused.value.code, refused.value.gone, len(network.asked)) == (expected, True, asked)
    page = scene.there.page(scene.carol, scene.baking.id)
    await fetcher.document(page["id"], Budget())
    scene.a.clock.advance(6 * MINUTE)
    with pytest.raises(NotFetched):
        await fetcher.document("https://there.example/post/1", Budget())
    assert len(network.asked) == 3, "the server is asked for other things, and for this after five minutes"


async def test_a_reply_loop_ends_without_storage__case_95__PAR_1(scene: Scene, network: Network) -> None:
    first = scene.there.note(scene.carol, "https://there.example/comment/loop-b", scene.baking.id)
    second = scene.there.note(
        scene.carol, first["id"], scene.baking.id, id="https://there.example/comment/loop-b"
    )
    self_reply = scene.there.note(
        scene.carol, "https://there.example/self", scene.baking.id, id="https://there.example/self"
    )
    for note in (first, second, self_reply):
        assert await scene.resolves(note["id"]) == "nothing"
    assert await scene.a.value("SELECT count(*) FROM comment") == 0
    assert len(network.asked) < 12


async def test_a_chain_over_sixty_hosts_is_not_followed_to_its_end__case_94__FET_8__ABU_11(
    scene: Scene, network: Network
) -> None:
    def hydra(number: int) -> Callable[[Request], object]:
        host = f"h{number}.wild.example.org"

        async def answer(request: Request) -> Answer:
            note = {
                "type": "Note", "id": f"https://{host}/n", "attributedTo": f"https://{host}/u/x", "content": "x",
                "inReplyTo": f"https://h{number + 1}.wild.example.org/n", "to": ["https://www.w3.org/ns/activitystreams#Public"],
            }  # fmt: skip
            return Answer(body=json.dumps(note).encode())

        return answer

    for number in range(70):
        network.hosts[f"h{number}.wild.example.org"] = hydra(number)  # type: ignore[assignment]
    gardening = await scene.a.founds("gardening", await scene.a.joins("bob"))
    note = scene.there.note(scene.carol, "https://h0.wild.example.org/n", gardening.ap_id)
    await scene.there.tells(scene.a, scene.there.in_community("Create", scene.carol, note, gardening.ap_id))
    asked = [one for one in network.asked if "wild" in one.host]
    assert len(asked) == PER_DOMAIN_A_MINUTE, "whoever registered one domain has as many hosts as they like"
    assert await scene.a.value("SELECT count(*) FROM comment") == 0


async def test_who_looks_something_up_does_not_wait_for_a_slow_server_for_minutes__FET_8(
    scene: Scene, network: Network
) -> None:
    answering, above = network.hosts["there.example"], scene.there.page(scene.carol, scene.baking.id)["id"]
    for _ in range(40):
        above = scene.there.note(scene.carol, above, scene.baking.id)["id"]

    async def takes_its_time(request: Request) -> Answer:
        scene.a.clock.advance(9 * SECOND)
        return await answering(request)

    network.hosts["there.example"] = takes_its_time
    assert await scene.resolves(above) == "nothing"
    assert len(network.asked_of("there.example")) <= 5
    before = len(network.asked_of("there.example"))
    last = scene.there.note(scene.carol, above, scene.baking.id)
    said = scene.there.in_community(
        "Create", scene.carol, last, scene.baking.id, cc=["https://a.example/u/alice"]
    )
    await scene.there.tells(scene.a, said)
    assert len(network.asked_of("there.example")) - before <= 30, "three tries of a minute each"


def test_a_budget_ends_in_all_and_for_each_host__FET_8() -> None:
    budget = Budget(total=5, per_host=3)
    for host in ("a.example", "a.example", "a.example", "b.example"):
        budget.spend(host)
    with pytest.raises(NotFetched, match="budget_exhausted"):
        budget.spend("a.example")
    budget.spend("b.example")
    with pytest.raises(NotFetched, match="budget_exhausted"):
        budget.spend("c.example")
    assert budget.used == 5


async def test_a_name_that_somebody_holds_is_not_handed_over_while_they_live__case_81__ACT_4__ABU_26(
    scene: Scene,
) -> None:
    assert await scene.resolves(scene.carol.id) == "person"
    newcomer = scene.there._actor("/users/2", "Person", "carol", {})
    assert await scene.resolves(newcomer.id) == "nothing"
    del scene.there.documents[scene.carol.id]
    scene.a.clock.advance(DAY)
    assert await scene.resolves(newcomer.id) == "person"
    rows = await scene.a.rows("SELECT ap_id, deleted FROM person WHERE NOT local ORDER BY id")
    assert [(ap_id, bool(deleted)) for ap_id, deleted in rows] == [
        (scene.carol.id, True),
        (newcomer.id, False),
    ]


# --- found ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("!baking@there.example", "community"), ("@carol@there.example", "person"), ("carol@there.example", "person"),
        ("https://there.example/c/baking", "community"), ("https://there.example/u/carol", "person"),
    ],
)  # fmt: skip
async def test_handles_and_addresses_lead_to_the_thing__case_57(scene: Scene, query: str, kind: str) -> None:
    assert await scene.resolves(query) == kind
    asked = len(scene.there.network.asked)
    assert await scene.resolves(query) == kind
    assert len(scene.there.network.asked) == asked, "known by now"


async def test_of_one_name_for_both_the_kind_that_was_asked_for_is_found__case_49__WF_7(scene: Scene) -> None:
    scene.there.person("baking")
    assert await scene.resolves("!baking@there.example") == "community"
    assert await scene.resolves("@baking@there.example") == "person"


async def test_a_page_for_people_names_its_document__case_57(scene: Scene) -> None:
    page = scene.there.page(scene.carol, scene.baking.id)
    html = f'<html><head><link rel="alternate" type="application/activity+json" href="{page["id"]}"></head></html>'
    address = "https://there.example/@carol/1"
    scene.there.pages[address] = Answer(body=html.encode(), content_type="text/html; charset=utf-8")
    assert await scene.resolves(address) == "post"
    assert await scene.a.value("SELECT count(*) FROM post") == 1


async def test_a_comment_brings_all_that_it_answers__case_12__PAR_1(scene: Scene) -> None:
    page = scene.there.page(scene.carol, scene.baking.id)
    parent = page["id"]
    for number in range(40):
        parent = scene.there.note(scene.carol, parent, scene.baking.id, f"Level {number}")["id"]
    assert await scene.resolves(parent) == "comment"
    assert await scene.a.value("SELECT count(*) FROM comment") == 40
    assert await scene.a.value("SELECT name FROM post") == "Figs in pots"


async def test_what_arrives_in_the_wrong_order_ends_the_same__case_12__INB_14(scene: Scene) -> None:
    gardening = await scene.a.founds("gardening", await scene.a.joins("bob"))
    there, carol, group = scene.there, scene.carol, gardening.ap_id
    page = there.page(carol, group)
    first = there.note(carol, page["id"], group, "First")
    second = there.note(carol, first["id"], group, "Second")
    messages = [
        there.activity("Like", carol, second["id"], audience=group),
        there.in_community("Create", carol, second, group),
        there.in_community("Create", carol, first, group),
        there.in_community("Create", carol, page, group),
    ]
    for message in messages:
        assert (await there.send(scene.a, message)).status == 202
    await scene.a.settle()
    assert await scene.a.rows("SELECT content FROM comment ORDER BY path") == [("First",), ("Second",)]
    assert await scene.a.value("SELECT count(*) FROM post") == 1
    assert set(await scene.a.rows("SELECT state FROM received")) == {("accepted",)}


async def test_a_community_comes_with_its_newest_posts_pins_and_moderators__case_17__BKF_2__BKF_7__SND_12(
    scene: Scene, network: Network
) -> None:
    there, baking = scene.there, scene.baking
    moderators = [scene.carol, *(there.person(f"mod{number}") for number in range(3))]
    there.documents[f"{baking.id}/moderators"]["orderedItems"] = [one.id for one in moderators]
    pages = [
        there.page(
            scene.carol, baking.id, f"Post {number}", published=f"2026-05-{number % 28 + 1:02}T10:00:00Z"
        )
        for number in range(70)
    ]
    outbox = [
        there.announce(baking, there.in_community("Create", scene.carol, page, baking.id))
        for page in reversed(pages)
    ]
    there.documents[f"{baking.id}/outbox"]["orderedItems"] = outbox[:50]
    there.documents[f"{baking.id}/featured"]["orderedItems"] = pages[:3]
    scene.a.clock.advance(2 * DAY)
    assert await scene.resolves("!baking@there.example") == "community"
    await scene.a.settle()
    assert await scene.a.value("SELECT count(*) FROM post") == 53
    assert await scene.a.value("SELECT count(*) FROM post WHERE featured_community") == 3
    names = await scene.a.rows(
        "SELECT p.name FROM community_moderator m JOIN person p ON p.id = m.person_id ORDER BY m.published"
    )
    assert names == [("carol",), ("mod0",), ("mod1",), ("mod2",)]
    assert await scene.a.value("SELECT subscribers FROM community") == 7
    assert await scene.a.value("SELECT count(*) FROM outgoing") == 0
    assert all(request.method == "GET" for request in network.asked)


async def test_a_young_server_takes_ten_posts__BKF_1(scene: Scene) -> None:
    there, baking = scene.there, scene.baking
    pages = [there.page(scene.carol, baking.id, f"Post {number}") for number in range(30)]
    there.documents[f"{baking.id}/outbox"]["orderedItems"] = pages
    await scene.resolves("!baking@there.example")
    await scene.a.settle()
    assert await scene.a.value("SELECT count(*) FROM post") == 10


async def test_opening_a_thread_completes_it_once_in_a_quarter_of_an_hour__case_18__BKF_3__BKF_4(
    scene: Scene, network: Network, peer: Callable[[str], Peer]
) -> None:
    there, other = scene.there, peer("other.example")
    dave = other.person("dave")
    page = there.page(scene.carol, scene.baking.id)
    page["context"] = f"{page['id']}/context"
    page["likes"] = {"type": "Collection", "totalItems": 12}
    page["dislikes"] = {"type": "Collection", "totalItems": 2}
    notes: list[Members] = [
        there.note(scene.carol, page["id"], scene.baking.id, f"Here {n}") for n in range(20)
    ]
    notes += [other.note(dave, notes[n]["id"], scene.baking.id, f"There {n}") for n in range(20)]
    there.documents[page["context"]] = {
        "id": page["context"], "type": "OrderedCollection", "totalItems": 41,
        "orderedItems": [page["id"], *(note["id"] for note in notes)],
    }  # fmt: skip
    await scene.resolves(page["id"])
    async with scene.a.db.read() as tx:
        post = await posts.by_id(tx, 1)
    assert post is not None
    assert not await scene.opens(ANONYMOUS, post)
    assert await scene.opens(scene.alice, post)
    await scene.a.settle()
    assert await scene.a.value("SELECT count(*) FROM comment") == 40
    assert {request.host for request in network.asked if "/comment/" in str(request.url)} == {
        "there.example",
        "other.example",
    }
    async with scene.a.db.read() as tx:
        post = await posts.by_id(tx, 1)
        assert post is not None
        found = completeness(await read_thread(tx, ANONYMOUS, ReadThread(1)), tx.now)
    assert found is not None
    assert (found.here, found.missing) == (40, 0)
    assert (found.score, post.score) == (10, 1), "what its origin counts is only shown (BKF-5)"
    asked = len(network.asked)
    assert not await scene.opens(scene.alice, post)
    await scene.a.settle()
    assert len(network.asked) == asked
    scene.a.clock.advance(16 * MINUTE)
    assert await scene.opens(scene.alice, post)


async def completed(scene: Scene, page: Members, notes: list[Members], **counts: int) -> Post:
    """alice opens a thread of there.example whose context names these comments, and the rest of it was sent for."""
    page["context"] = f"{page['id']}/context"
    page |= {name: {"type": "Collection", "totalItems": number} for name, number in counts.items()}
    ids = [page["id"], *(note["id"] for note in notes)]
    scene.there.documents[page["context"]] = {"id": page["context"], "type": "OrderedCollection", "orderedItems": ids}  # fmt: skip
    await scene.resolves(page["id"])
    async with scene.a.db.read() as tx:
        post = await posts.by_id(tx, 1)
    assert post is not None
    assert await scene.opens(scene.alice, post)
    await scene.a.settle()
    return post


async def looks(scene: Scene) -> tuple[int, int, int | None]:
    """What a reader is told of the thread: how many comments are here, how many are missing, and the score at home."""
    async with scene.a.db.read() as tx:
        found = completeness(await read_thread(tx, ANONYMOUS, ReadThread(1)), tx.now)
    assert found is not None
    return found.here, found.missing, found.score


async def test_what_is_deleted_later_is_not_missing__BKF_3(scene: Scene) -> None:
    there = scene.there
    page = there.page(scene.carol, scene.baking.id)
    notes = [there.note(scene.carol, page["id"], scene.baking.id, f"Number {n}") for n in range(3)]
    unknown = there.note(scene.carol, page["id"], scene.baking.id, "Nobody gets this")
    del there.documents[unknown["id"]]
    await completed(scene, page, [*notes, unknown])
    assert await looks(scene) == (3, 1, None)
    async with scene.a.writing() as tx:
        comment = await comments.by_ap_id(tx, notes[1]["id"])
        assert comment is not None
        carol = Viewer(await people.by_id(tx, comment.creator_id))
        await delete_comment(tx, carol, comment.id, deleted=True)
    assert await looks(scene) == (2, 1, None), "it is here, and gone"


async def test_the_score_at_home_is_shown_where_it_was_another_when_it_was_asked__BKF_5(scene: Scene) -> None:
    there = scene.there
    page = there.page(scene.carol, scene.baking.id)
    await completed(scene, page, [], likes=1, dislikes=0)
    async with scene.a.writing() as tx:
        await vote_on_post(tx, scene.alice, 1, 1)
    assert await looks(scene) == (0, 0, None), "it was the same; what came since came to both"
    page["likes"]["totalItems"] = 9
    scene.a.clock.advance(16 * MINUTE)
    async with scene.a.db.read() as tx:
        post = await posts.by_id(tx, 1)
    assert post is not None
    assert await scene.opens(scene.alice, post)
    await scene.a.settle()
    assert await looks(scene) == (0, 0, 9)


async def test_a_server_that_is_away_does_not_keep_a_thread_from_its_rest__BKF_3__FET_8(
    scene: Scene, network: Network, peer: Callable[[str], Peer]
) -> None:
    away = peer("away.example")
    dave = away.person("dave")
    page = scene.there.page(scene.carol, scene.baking.id)
    here = [scene.there.note(scene.carol, page["id"], scene.baking.id, f"Here {n}") for n in range(3)]
    gone = [away.note(dave, page["id"], scene.baking.id, f"Away {n}") for n in range(5)]
    network.down.add("away.example")
    await completed(scene, page, [*here, *gone])
    assert await looks(scene) == (3, 5, None)
    assert len(network.asked_of("away.example")) == 1, (
        "each try may last for seconds, and others wait behind it"
    )


@pytest.mark.parametrize("left", ["410", "tombstone", "404"])
async def test_answers_to_what_is_gone_keep_their_place_where_a_thread_is_completed__PAR_3(
    scene: Scene, left: str
) -> None:
    there = scene.there
    page = there.page(scene.carol, scene.baking.id)
    page["context"] = f"{page['id']}/context"
    gone = there.note(scene.carol, page["id"], scene.baking.id, "Gone by now")
    answer = there.note(scene.carol, gone["id"], scene.baking.id, "To what is gone")
    below = there.note(scene.carol, answer["id"], scene.baking.id, "And to that")
    also = there.note(scene.carol, gone["id"], scene.baking.id, "I too")
    ids = [page["id"], answer["id"], below["id"], also["id"]]
    there.documents[page["context"]] = {"id": page["context"], "type": "OrderedCollection", "orderedItems": ids}  # fmt: skip
    tombstone = json.dumps({"id": gone["id"], "type": "Tombstone"}).encode()
    there.pages[gone["id"]] = {"410": Answer(410, tombstone), "tombstone": Answer(200, tombstone), "404": Answer(404)}[left]  # fmt: skip
    await scene.resolves(page["id"])
    async with scene.a.db.read() as tx:
        post = await posts.by_id(tx, 1)
    assert post is not None
    assert await scene.opens(scene.alice, post)
    await scene.a.settle()
    tree = await scene.a.rows(
        "SELECT c.content, a.content FROM comment c LEFT JOIN comment a ON a.id = c.parent_id WHERE NOT c.deleted ORDER BY c.content"
    )
    if left == "404":
        assert tree == [], "perhaps it only moved"
        return
    assert tree == [("And to that", "To what is gone"), ("I too", ""), ("To what is gone", "")]
    assert await scene.a.rows("SELECT ap_id, content, score, child_count FROM comment WHERE deleted") == [(gone["id"], "", 0, 3)]  # fmt: skip
    assert await scene.a.value("SELECT comments FROM post") == 3
    async with scene.a.writing() as tx:
        await assert_no_drift(tx)
    request = Request("visitor", "GET", URL("https://a.example/post/1"), CIMultiDict({"Accept": "text/html"}), b"")  # fmt: skip
    shown = await scene.a.network.ask(request)
    assert shown.status == 200
    assert shown.body.decode().index("To what is gone") < shown.body.decode().index("And to that")


@pytest.mark.parametrize(
    ("context", "left", "outcome"),
    [
        ("of the post", "410", "accepted"), ("a list", "410", "accepted"), ("a list", "tombstone", "accepted"), ("of ours", "410", "accepted"),
        ("none", "410", "deleted"), ("unknown", "410", "deleted"), ("broken", "410", "deleted"), ("of the post", "404", "not_found"),
        ("another", "410", "announced_by_other_community"),
    ],
)  # fmt: skip
async def test_an_answer_to_what_is_gone_stands_in_the_thread_that_it_names__PAR_3(
    servers: Found, peer: Callable[[str], Peer], context: str, left: str, outcome: str
) -> None:
    scene = await set_scene(servers, peer)
    there = scene.there
    other = await scene.posted("In another community")
    page = await scene.announced()
    asked = await scene.answered() if context == "of ours" else ""
    gone = there.note(scene.carol, page["id"], scene.baking.id, "Gone by now")
    tombstone = json.dumps({"id": gone["id"], "type": "Tombstone"}).encode()
    there.pages[gone["id"]] = {"410": Answer(410, tombstone), "tombstone": Answer(200, tombstone), "404": Answer(404)}[left]  # fmt: skip
    listed = f"{there.origin}/threads/7"
    there.documents[listed] = {"id": listed, "type": "OrderedCollection", "orderedItems": [f"{there.origin}/post/999", page["id"], gone["id"]]}  # fmt: skip
    named = {
        "of the post": f"{page['id']}/context", "a list": listed, "of ours": f"{asked}/context", "none": None,
        "unknown": f"{there.origin}/threads/8", "broken": scene.carol.id, "another": f"{other['id']}/context",
    }[context]  # fmt: skip
    if context == "of ours":
        outcome = "announced_by_other_community"  # what alice wrote stands in !gardening
    answer = there.note(scene.carol, gone["id"], scene.baking.id, "To what is gone", context=named)
    said = there.in_community("Create", scene.carol, answer, scene.baking.id)
    assert await scene.tells(there.announce(scene.baking, said)) == outcome
    kept = await scene.a.rows(
        "SELECT c.content, a.ap_id, a.deleted FROM comment c JOIN comment a ON a.id = c.parent_id"
    )
    assert kept == ([("To what is gone", gone["id"], True)] if outcome == "accepted" else [])
    async with scene.a.writing() as tx:
        await assert_no_drift(tx)


async def test_actors_are_gone_when_their_server_says_so_twice__ABU_14__ACT_5(scene: Scene) -> None:
    await scene.resolves(scene.carol.id)
    del scene.there.documents[scene.carol.id]
    scene.a.clock.advance(DAY)
    with pytest.raises(NotFetched):
        await lookup_of(scene.a.context).resolver.actor(scene.carol.id, Budget(asked=True))
    await scene.a.settle()
    assert not await scene.a.value("SELECT deleted FROM person WHERE NOT local")
    scene.a.clock.advance(HOUR)
    await scene.a.settle()
    assert await scene.a.value("SELECT deleted FROM person WHERE NOT local")
