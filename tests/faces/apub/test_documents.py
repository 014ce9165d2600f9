"""What other servers read at the addresses of things (sections 1, 3, 4)."""

import re

import pytest

from folkmoot.apub import documents
from folkmoot.apub.objects.actors import Group, Person, Site, parse_actor
from folkmoot.apub.objects.content import Comment, Post, parse_content
from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.communities.edit import EditCommunity, edit_community
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.model import comments as model_comments
from folkmoot.model import posts as model_posts
from folkmoot.model.people import Viewer
from folkmoot.model.time import DAY, FixedClock
from folkmoot.store.db import Database
from tests.cast import ORIGIN, Cast
from tests.faces.apub.conftest import DOCUMENT, PROFILE, Peer

GARDENING = f"{ORIGIN}/c/gardening"


async def post(db: Database, author: Viewer, community_id: int, **more: object) -> model_posts.Post:
    async with db.write() as tx:
        return await create_post(tx, author, CreatePost(community_id, "Peat-free soil", **more))  # type: ignore[arg-type]


async def answer(
    db: Database,
    author: Viewer,
    under: model_posts.Post,
    text: str,
    parent: model_comments.Comment | None = None,
) -> model_comments.Comment:
    async with db.write() as tx:
        asked = CreateComment(under.id, text, parent.id if parent else None)
        return (await create_comment(tx, author, asked)).comment


async def run(db: Database, sql: str, **values: object) -> None:
    async with db.write() as tx:
        await tx.run(sql, **values)
        tx.changed("site")


# --- what is not there ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/u/nobody", "couldnt_find_person"),
        ("/u/nobody@there.example", "couldnt_find_person"),
        ("/u/@!", "couldnt_find_person"),
        ("/c/nothing", "couldnt_find_community"),
        ("/post/99999", "couldnt_find_post"),
        ("/post/99999999999999999999", "couldnt_find_post"),
        ("/comment/99999", "couldnt_find_comment"),
        ("/c/nothing/outbox", "couldnt_find_community"),
        ("/u/nobody/outbox", "couldnt_find_person"),
        ("/post/99999/context", "couldnt_find_post"),
    ],
)
async def test_what_never_was_is_refused_by_name__F_6(cast: Cast, peer: Peer, path: str, code: str) -> None:
    refused = await peer.get(path)
    assert (refused.status_code, refused.json()) == (400, {"error": code})
    assert refused.headers["content-type"] == "application/json"


async def test_nothing_leaves_a_community_of_this_server_alone__SND_8__76(
    db: Database, cast: Cast, peer: Peer
) -> None:
    soil = await post(db, cast.alice, cast.gardening.id)
    said = await answer(db, cast.bob, soil, "So it is")
    await run(db, "UPDATE community SET visibility = 'LocalOnly' WHERE id = :id", id=cast.gardening.id)
    paths = [f"/c/gardening{part}" for part in ("", "/outbox", "/followers", "/featured", "/moderators")]
    for path in [
        *paths,
        f"/post/{soil.id}",
        f"/post/{soil.id}/context",
        f"/comment/{said.id}",
        f"/comment/{said.id}/context",
    ]:
        refused = await peer.get(path)
        assert (refused.status_code, refused.json()) == (400, {"error": "couldnt_find_community"}), path
    assert (await peer.finger("acct:gardening@here.example")).status_code == 404


@pytest.mark.parametrize("column", ["deleted", "removed"])
async def test_what_is_gone_leaves_a_tombstone__URL_6(
    db: Database, cast: Cast, peer: Peer, column: str
) -> None:
    soil = await post(db, cast.alice, cast.gardening.id)
    said = await answer(db, cast.bob, soil, "So it is")
    await run(db, f"UPDATE comment SET {column} = :yes WHERE id = :id", yes=True, id=said.id)
    gone = await peer.get(f"/comment/{said.id}")
    assert (gone.status_code, gone.headers["content-type"]) == (410, DOCUMENT)
    assert gone.json() == {
        "@context": ["https://join-lemmy.org/context.json", "https://www.w3.org/ns/activitystreams"],
        "id": said.ap_id,
        "type": "Tombstone",
    }
    await run(db, f"UPDATE post SET {column} = :yes WHERE id = :id", yes=True, id=soil.id)
    assert (await peer.get(f"/post/{soil.id}")).status_code == 410
    await run(db, f"UPDATE community SET {column} = :yes WHERE id = :id", yes=True, id=cast.gardening.id)
    assert (await peer.get("/c/gardening")).json()["id"] == GARDENING
    assert (await peer.get("/c/gardening/outbox")).status_code == 410


async def test_of_a_deleted_account_a_tombstone_is_left__29(db: Database, cast: Cast, peer: Peer) -> None:
    await run(db, "UPDATE person SET deleted = :yes WHERE id = :id", yes=True, id=cast.alice.id)
    gone = await peer.get("/u/alice")
    assert (gone.status_code, gone.json()["type"]) == (410, "Tombstone")
    assert "publicKey" not in gone.json()


async def test_the_key_of_a_deleted_account_stays_for_a_week__ACT_11(
    db: Database, clock: FixedClock, cast: Cast, peer: Peer
) -> None:
    assert cast.carol.person
    key = (await peer.document("/u/alice"))["publicKey"]
    sql = "INSERT INTO destination (instance_id, cursor, delivered, since) VALUES (:id, 0, 1, 0)"
    await run(db, sql, id=cast.carol.person.instance_id)
    await run(
        db,
        "UPDATE person SET deleted = :yes, updated = :now WHERE id = :id",
        yes=True,
        now=clock.now(),
        id=cast.alice.id,
    )
    assert (await peer.get("/u/alice")).json()["publicKey"] == key
    clock.advance(8 * DAY)
    assert "publicKey" not in (await peer.get("/u/alice")).json()


async def test_what_lives_elsewhere_is_read_there__case_52__URL_7__URL_8(
    db: Database, cast: Cast, peer: Peer
) -> None:
    baked = await post(db, cast.alice, cast.baking.id)
    await run(
        db,
        "UPDATE post SET local = :no, ap_id = 'https://there.example/post/7' WHERE id = :id",
        no=False,
        id=baked.id,
    )
    for path, target in [
        ("/u/carol@there.example", "https://there.example/u/carol"),
        ("/c/baking@there.example", "https://there.example/c/baking"),
        ("/u/alice@here.example", f"{ORIGIN}/u/alice"),
        ("/c/gardening@here.example", GARDENING),
        (f"/post/{baked.id}", "https://there.example/post/7"),
    ]:
        moved = await peer.get(path)
        assert (moved.status_code, moved.headers["location"]) == (308, target)


@pytest.mark.parametrize("off", ["federation_enabled = FALSE", "private_instance = TRUE"])
async def test_while_federation_is_off_there_is_nothing__98(
    db: Database, cast: Cast, peer: Peer, off: str
) -> None:
    soil = await post(db, cast.alice, cast.gardening.id)
    await run(db, f"UPDATE local_site SET {off}")
    for path in ("/", "/u/alice", "/c/gardening", f"/post/{soil.id}", "/site_outbox", "/c/gardening/outbox"):
        assert (await peer.get(path)).status_code == 404, path
    assert (await peer.finger("acct:alice@here.example")).status_code == 404
    assert (await peer.get("/nodeinfo/2.1")).status_code == 200


async def test_messages_and_inboxes_are_not_read__URL_9__URL_10(cast: Cast, peer: Peer) -> None:
    assert (await peer.get("/private_message/1")).status_code == 404
    for path in ("/site_outbox", "/u/alice/outbox", "/c/gardening/outbox"):
        refused = await peer.http.post(path, content=b"{}")
        assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")
    for path in ("/inbox", "/u/alice/inbox", "/c/gardening/inbox"):
        refused = await peer.get(path)
        assert (refused.status_code, refused.headers["allow"]) == (405, "POST")


# --- pages and documents at one address ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "document"),
    [
        (DOCUMENT, True),
        (PROFILE, True),
        ("application/ld+json", True),
        ('application/ld+json; profile="https://example.org/other"', False),
        (f"{DOCUMENT}, {PROFILE}", True),
        (f"{DOCUMENT}, text/html;q=0.5", True),
        (f"{DOCUMENT};q=0.5, text/html", False),
        (f"{DOCUMENT}, text/html", True),
        (f"text/html, {DOCUMENT}", False),
        (f"{DOCUMENT}, */*", True),
        (f"{DOCUMENT};q=0, */*", False),
        ("APPLICATION/ACTIVITY+JSON", True),
        ("application/json", False),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", False),
        ("*/*", False),
        (f"{DOCUMENT};q=nonsense", False),
    ],
)
async def test_who_asks_for_a_document_gets_one__case_51__URL_4__URL_5(
    cast: Cast, peer: Peer, accept: str, document: bool
) -> None:
    shown = await peer.get("/u/alice", accept)
    assert shown.status_code == 200
    assert shown.headers["content-type"].startswith(DOCUMENT if document else "text/html")
    assert "accept" in shown.headers["vary"].lower()


async def test_pages_and_documents_are_never_mixed_up__case_51__URL_12__ABU_14(
    db: Database, cast: Cast, peer: Peer
) -> None:
    soil = await post(db, cast.alice, cast.gardening.id)
    for path in ("/", "/u/alice", "/c/gardening", f"/post/{soil.id}"):
        kinds = [
            (await peer.get(path, accept)).headers["content-type"]
            for accept in (None, DOCUMENT, "text/html", DOCUMENT, None)
        ]
        assert [kind.startswith("text/html") for kind in kinds] == [True, False, True, False, True], path


async def test_a_page_names_its_document__URL_5(db: Database, cast: Cast, peer: Peer) -> None:
    soil = await post(db, cast.alice, cast.gardening.id)
    for path, ident in [
        ("/", f"{ORIGIN}/"),
        ("/u/alice", f"{ORIGIN}/u/alice"),
        ("/c/gardening", GARDENING),
        (f"/post/{soil.id}", soil.ap_id),
    ]:
        page = (await peer.get(path, "text/html")).text
        named = re.findall(r'<link rel="alternate" type="application/activity\+json" href="([^"]*)">', page)
        assert named == [ident], path


async def test_what_lives_elsewhere_or_stays_here_names_none(db: Database, cast: Cast, peer: Peer) -> None:
    await run(db, "UPDATE community SET visibility = 'LocalOnly' WHERE id = :id", id=cast.gardening.id)
    for path in ("/u/carol@there.example", "/c/baking@there.example", "/c/gardening"):
        assert "activity+json" not in (await peer.get(path, "text/html")).text


async def test_tags_are_called_as_lemmy_and_as_piefed_read_them__4_1(
    db: Database, cast: Cast, peer: Peer
) -> None:
    async with db.write() as tx:
        await edit_community(tx, cast.bob, EditCommunity(cast.gardening.id, post_tags=("Sick plants",)))
    (tag,) = (await peer.document("/c/gardening"))["tag"]
    assert tag["name"] == tag["display_name"] == "Sick plants"


async def test_documents_are_public_and_set_no_cookies__URL_11__URL_12(cast: Cast, peer: Peer) -> None:
    shown = await peer.get("/c/gardening", headers={"origin": "https://elsewhere.example", "cookie": "jwt=x"})
    assert shown.headers["access-control-allow-origin"] == "*"
    assert shown.headers["cache-control"] == "public, max-age=60"
    assert "set-cookie" not in shown.headers
    asked = await peer.http.options("/c/gardening/outbox")
    assert (asked.status_code, asked.headers["access-control-allow-methods"]) == (204, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize("path", ["/.well-known/nodeinfo", "/nodeinfo/2.0", "/c/gardening/outbox"])
async def test_scripts_may_read_with_headers_of_their_own__T_14__URL_11(
    cast: Cast, peer: Peer, path: str
) -> None:
    wish = {"access-control-request-method": "GET", "access-control-request-headers": "user-agent,x-app"}
    allowed = await peer.http.options(path, headers={"origin": "https://app.example"} | wish)
    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (204, "*")
    assert allowed.headers["access-control-allow-headers"] == "user-agent,x-app"


async def test_a_head_is_a_get_without_a_body(cast: Cast, peer: Peer) -> None:
    head = await peer.http.head("/u/alice", headers={"accept": DOCUMENT})
    whole = await peer.get("/u/alice")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))


async def test_it_answers_under_any_name_and_writes_its_own__URL_14(cast: Cast, peer: Peer) -> None:
    shown = await peer.get("/u/alice", headers={"host": "127.0.0.1:8536"})
    assert shown.json()["id"] == f"{ORIGIN}/u/alice"


# --- what is there -------------------------------------------------------------------------------------------------


async def test_actors_are_read_by_ourselves__3_1__ACT_7__ACT_9(
    db: Database, clock: FixedClock, cast: Cast, peer: Peer
) -> None:
    found = {}
    for path in ("/u/alice", "/c/gardening", "/"):
        document = await peer.document(path)
        found[path] = parse_actor(documents.Document(document, clock.now()))
        # Made at first sight, the key stays.
        assert (await peer.document(path))["publicKey"] == document["publicKey"]
    alice, gardening, site = found["/u/alice"], found["/c/gardening"], found["/"]
    assert isinstance(alice, Person)
    assert (alice.id, alice.username, alice.shared_inbox) == (f"{ORIGIN}/u/alice", "alice", f"{ORIGIN}/inbox")
    assert isinstance(gardening, Group)
    assert (gardening.moderators_url, gardening.featured) == (
        f"{GARDENING}/moderators",
        f"{GARDENING}/featured",
    )
    assert gardening.discoverable
    assert isinstance(site, Site)
    assert (site.id, site.username, site.outbox) == (f"{ORIGIN}/", "here.example", f"{ORIGIN}/site_outbox")
    keys = {actor.key.pem for actor in (alice, gardening, site)}
    assert len(keys) == 3


async def test_no_private_key_is_ever_shown__ACT_9(cast: Cast, peer: Peer) -> None:
    for path in ("/u/alice", "/c/gardening", "/"):
        assert "PRIVATE" not in (await peer.get(path)).text


async def test_names_are_found_in_any_case_and_ids_keep_theirs__URL_3(cast: Cast, peer: Peer) -> None:
    assert (await peer.document("/u/ALICE"))["id"] == f"{ORIGIN}/u/alice"


async def test_a_post_names_whom_its_text_names__4_1__SND_5(
    db: Database, clock: FixedClock, cast: Cast, peer: Peer
) -> None:
    soil = await post(
        db,
        cast.alice,
        cast.gardening.id,
        url="https://soil.example/",
        body="Ask @carol@there.example or @nobody@there.example",
    )
    read = parse_content(documents.Document(await peer.document(f"/post/{soil.id}"), clock.now()))
    assert isinstance(read, Post)
    assert (read.id, read.author, read.title, read.link) == (
        soil.ap_id,
        f"{ORIGIN}/u/alice",
        "Peat-free soil",
        "https://soil.example/",
    )
    assert [mention.id for mention in read.mentions] == [GARDENING, "https://there.example/u/carol"]
    assert "https://there.example/u/carol" in read.cc
    assert read.public


async def test_a_comment_names_whom_it_answers__4_2(
    db: Database, clock: FixedClock, cast: Cast, peer: Peer
) -> None:
    soil = await post(db, cast.alice, cast.gardening.id)
    first = await answer(db, cast.bob, soil, "So it is")
    second = await answer(db, cast.alice, soil, "Indeed, @bob@here.example", first)
    read = parse_content(documents.Document(await peer.document(f"/comment/{second.id}"), clock.now()))
    assert isinstance(read, Comment)
    assert (read.parent, read.body, read.author) == (
        first.ap_id,
        "Indeed, @bob@here.example",
        f"{ORIGIN}/u/alice",
    )
    assert read.cc == (f"{ORIGIN}/u/bob",)
    under_post = parse_content(documents.Document(await peer.document(f"/comment/{first.id}"), clock.now()))
    assert isinstance(under_post, Comment)
    assert (under_post.parent, under_post.cc) == (soil.ap_id, (f"{ORIGIN}/u/alice",))


async def test_what_is_public_may_be_quoted_by_everybody__QUO_1(db: Database, cast: Cast, peer: Peer) -> None:
    soil = await post(db, cast.alice, cast.gardening.id)
    said = await answer(db, cast.bob, soil, "So it is")
    for path in (f"/post/{soil.id}", f"/comment/{said.id}"):
        policy = (await peer.document(path))["interactionPolicy"]
        assert policy["canQuote"]["automaticApproval"] == ["https://www.w3.org/ns/activitystreams#Public"]
