"""The hostile documents of the corpus, each delivered with a technically valid signature of its sender (case 10, section 17).

local.example is ours. The scene makes it easy for them: people here follow the communities of both other servers, everybody is known, and
what they name exists.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from folkmoot.core.communities.follow import accept_follow, follow_community
from folkmoot.model.people import Viewer
from tests.federation.conftest import Found
from tests.federation.network import Answer, Server
from tests.federation.peer import PUBLIC, Actor, Members, Peer
from tests.needs import shared

WATCHED = {
    "post": "SELECT ap_id, name, url, body, locked, removed, deleted, creator_id, featured_community FROM post ORDER BY id",
    "comment": "SELECT ap_id, content, removed, deleted, creator_id FROM comment ORDER BY id",
    "post_vote": "SELECT post_id, person_id, value FROM post_vote ORDER BY 1, 2",
    "comment_vote": "SELECT comment_id, person_id, value FROM comment_vote ORDER BY 1, 2",
    "bans": "SELECT community_id, person_id FROM community_ban ORDER BY 1, 2",
    "banned": "SELECT id FROM person WHERE banned OR deleted ORDER BY id",
    "moderators": "SELECT community_id, person_id FROM community_moderator ORDER BY 1, 2",
    "follows": "SELECT community_id, person_id, pending FROM community_follow ORDER BY 1, 2",
    "fans": "SELECT person_id, target_id FROM person_follow ORDER BY 1, 2",
    "messages": "SELECT ap_id FROM private_message ORDER BY 1",
    "reports": "SELECT id FROM post_report UNION ALL SELECT id FROM comment_report",
    "local": "SELECT ap_id, name, inbox_url, public_key, display_name, deleted FROM person WHERE local ORDER BY id",
    "communities": "SELECT ap_id, name, title, description, inbox_url, deleted, removed FROM community WHERE local ORDER BY id",
    "moved": "SELECT person_id FROM moved_person",
    "sent": "SELECT body FROM sent_activity ORDER BY id",
}


class Scene:
    """Our server and the two others."""

    def __init__(self, a: Server, good: Peer, evil: Peer) -> None:
        self.a, self.good, self.evil = a, good, evil

    async def state(self) -> dict[str, list[Any]]:
        """All that an attack might want to change."""
        return {name: await self.a.rows(sql) for name, sql in WATCHED.items()}

    def signer(self, ident: str) -> Actor | None:
        """Whoever plays this actor, if somebody can."""
        return self.good.actors.get(ident) or self.evil.actors.get(ident)


@pytest.fixture
async def scene(servers: Found, peer: Callable[[str], Peer]) -> Scene:
    (a,) = await servers("local")
    bob = await a.joins("bob")
    await a.founds("main", bob)
    good, evil = peer("good.example"), peer("evil.example")
    alice = good.person("alice")
    main = good.group("main", alice)
    m = evil.person("m")
    evil.person("admin")
    groups = [evil.group(name, m) for name in ("evil", "x", "1")]
    evil._actor("/actor", "Application", "evil.example", {})
    tk = peer("evil.example.com")
    evil.actors["https://evil.example.com/users/mallory"] = tk._actor(
        "/users/mallory", "Person", "mallory", {}
    )
    post = {**good.page(alice, main.id), "id": "https://good.example/post/1"}
    good.documents[post["id"]] = post
    async with a.writing() as tx:
        await tx.run("UPDATE local_site SET published = 0")
    ours = good.page(alice, "https://local.example/c/main", "A post in our community")
    assert (
        await good.tells(a, good.in_community("Create", alice, ours, "https://local.example/c/main"))
        == "accepted"
    )
    await _follow(a, bob, good, [main])
    await _follow(a, bob, evil, groups)
    announced = good.announce(main, good.in_community("Create", alice, post, main.id))
    assert await good.tells(a, announced) == "accepted"
    m_says = evil.page(m, groups[0].id, "Nothing much")
    assert (
        await evil.tells(a, evil.announce(groups[0], evil.in_community("Create", m, m_says, groups[0].id)))
        == "accepted"
    )
    await a.settle()
    return Scene(a, good, evil)


async def _follow(a: Server, who: Viewer, peer: Peer, groups: list[Actor]) -> None:
    """Somebody here follows communities there, and is let in."""
    for group in groups:
        # It is met by something of it that concerns us.
        await peer.tells(a, peer.activity("Announce", group, "https://local.example/post/1", to=[PUBLIC]))
        community = await a.community(group.document["preferredUsername"], peer.host)
        async with a.writing() as tx:
            await follow_community(tx, who, community.id)
            await accept_follow(tx, community.id, who.id)


def attack(name: str) -> bytes:
    return shared(f"federation/fixtures/_attacks/adversarial/{name}").read_bytes()


REFUSED = [
    "accept-by-third-party", "actor-id-host-mismatch", "actor-inline-forged-key", "actor-list", "add-mod-by-nonmod",
    "announce-forged-inner", "announce-inner-local-actor", "announce-inner-update-local-object", "announce-nested",
    "announce-other-community-object", "attributedto-number", "attributedto-relative", "block-local-site",
    "block-site-foreign-user", "create-attributedto-mismatch", "create-attributedto-same-host-other-user",
    "create-local-attribution", "create-object-host-mismatch", "deep-nesting", "delete-other-user", "duplicate-members",
    "fedify-cross-origin-actor", "follow-on-behalf", "id-00-userinfo", "id-01-explicit-port", "id-02-trailing-dot",
    "id-04-cyrillic-look-alike-host", "id-05-percent-encoded-dot-in-host", "id-06-backslash", "id-07-plain-http",
    "id-09-dot-segments", "id-10-decimal-ipv4", "id-11-short-hex-ipv4", "id-12-non-http-scheme", "jsonld-graph-smuggle",
    "jsonld-included", "move-without-alias", "pleroma-bogus-mastodon-announce", "pleroma-emoji-reaction-no-emoji",
    "pleroma-emoji-reaction-too-long", "pleroma-info-pleroma-site_activity", "pleroma-info-pleroma-site_activity2",
    "pleroma-info-pleroma-site_activity3", "pleroma-info-pleroma-site_activity4", "pleroma-spoofed-object",
    "reply-chain-infinite", "reply-loop-a", "reply-loop-b", "reply-self", "tk-actor_mismatch", "tk-create_without_authority",
    "tk-delete_others_object", "tk-impersonate_attributedto", "tk-overwrite_existing_reference", "tk-update_others_object",
    "type-list", "undo-of-other-actor", "update-group-by-nonmod", "uploaded-file-as-object", "vote-wrong-community",
]  # fmt: skip
"""After these, nothing is other than before."""


def _as_sent(scene: Scene, body: bytes) -> tuple[bytes, Actor]:
    """The attack as an activity, and who signs it: its actor where evil.example or good.example can play it, else evil's m."""
    m = scene.evil.actors["https://evil.example/u/m"]
    try:
        document = json.loads(body)
    except ValueError:
        return body, m
    if "object" in document and "actor" in document:
        actor = document["actor"]
        return body, (scene.signer(actor) if isinstance(actor, str) else None) or m
    wrapped = scene.evil.in_community("Create", m, document, "https://local.example/c/main")
    return json.dumps(wrapped).encode(), m


@pytest.mark.parametrize("name", REFUSED)
async def test_nothing_changes__case_10(scene: Scene, name: str) -> None:
    body, signer = _as_sent(scene, attack(f"{name}.json"))
    before = await scene.state()
    answer = await scene.evil.send(scene.a, body, signer)
    await scene.a.settle()
    assert await scene.state() == before
    assert answer.status in (202, 400, 401, 403)
    if answer.status == 202:
        assert await scene.a.value("SELECT count(*) FROM received WHERE reason = 'internal_error'") == 0


@pytest.mark.parametrize(
    "name", [n for n in REFUSED if n.startswith(("pleroma", "reply", "id-", "uploaded"))]
)
async def test_nothing_comes_of_announcing_it_either__case_10(scene: Scene, name: str) -> None:
    """The same objects, as a community that is followed here passes them on bare."""
    document = json.loads(attack(f"{name}.json"))
    group = scene.evil.actors["https://evil.example/c/evil"]
    ident = document.get("id", "")
    if isinstance(ident, str) and ident.startswith("https://evil.example/"):
        scene.evil.documents[ident] = document
    if name.startswith("uploaded"):
        scene.good.pages[ident] = Answer(body=attack(f"{name}.json"), content_type="application/json")
    before = await scene.state()
    answer = await scene.evil.send(scene.a, scene.evil.announce(group, document), group)
    await scene.a.settle()
    assert await scene.state() == before
    assert answer.status in (202, 400)
    assert len(scene.a.network.asked) < 200, "and nobody was asked without end"


# --- what is taken in, and does no harm ----------------------------------------------------------------------------------


def _note(scene: Scene, name: str) -> Members:
    """The hostile note, made an answer to a post of our community."""
    document = json.loads(attack(f"{name}.json"))
    if "object" in document and isinstance(document["object"], dict):
        document = document["object"]
    post = "https://local.example/post/1"
    document |= {"to": ["https://local.example/c/main", PUBLIC], "attributedTo": "https://evil.example/u/m"}
    document.setdefault("inReplyTo", post)
    return dict(document)


async def _comment(scene: Scene, document: Members) -> str:
    m = scene.evil.actors["https://evil.example/u/m"]
    post = await scene.a.value("SELECT ap_id FROM post WHERE name = 'A post in our community'")
    document["inReplyTo"] = post
    return await scene.evil.tells(
        scene.a, scene.evil.in_community("Create", m, document, "https://local.example/c/main")
    )


async def test_absurd_dates_are_clamped__ABU_19(scene: Scene) -> None:
    document = _note(scene, "dates-absurd")
    assert await _comment(scene, document) == "accepted"
    published = await scene.a.value("SELECT published FROM comment WHERE ap_id = :id", id=document["id"])
    assert published <= scene.a.clock.now()


async def test_hosts_in_capitals_are_the_same_host__DUP_2(scene: Scene) -> None:
    document = json.loads(attack("id-03-upper-case-host.json"))
    alice = scene.good.actors["https://good.example/u/alice"]
    post = await scene.a.value("SELECT ap_id FROM post WHERE name = 'A post in our community'")
    document |= {"inReplyTo": post, "attributedTo": alice.id, "to": ["https://local.example/c/main", PUBLIC]}
    activity = scene.good.in_community("Create", alice, document, "https://local.example/c/main")
    assert await scene.good.tells(scene.a, activity) == "accepted"
    assert await scene.a.value("SELECT ap_id FROM comment") == document["id"].replace("GOOD", "good")


async def test_long_texts_are_refused_and_long_titles_cut__P_2(scene: Scene) -> None:
    document = json.loads(attack("long-strings.json"))
    m = scene.evil.actors["https://evil.example/u/m"]
    group = "https://local.example/c/main"
    document |= {"attributedTo": m.id, "to": [group, PUBLIC], "audience": group}
    assert (
        await scene.evil.tells(scene.a, scene.evil.in_community("Create", m, document, group))
        == "text_too_long"
    )
    short = {
        **document,
        "id": "https://evil.example/post/short",
        "type": "Page",
        "content": "<p>short</p>",
        "name": "x" * 3000,
    }
    short.pop("source", None)
    short.pop("inReplyTo", None)
    assert await scene.evil.tells(scene.a, scene.evil.in_community("Create", m, short, group)) == "accepted"
    assert len(await scene.a.value("SELECT name FROM post WHERE ap_id = :id", id=short["id"])) == 200


async def test_two_hundred_mentions_do_not_notify_two_hundred_people__case_89__ABU_27(scene: Scene) -> None:
    document = _note(scene, "mention-flood")
    assert await _comment(scene, document) == "accepted"
    assert await scene.a.value("SELECT count(*) FROM person_mention") <= 25
    assert len(scene.a.network.asked) < 60


async def test_one_report_is_about_twenty_things_at_most__ABU_18(scene: Scene) -> None:
    flood = json.loads(attack("flag-flood.json"))
    ids = [await scene.a.value("SELECT ap_id FROM post WHERE name = 'A post in our community'")]
    flood["object"] = [*ids, *flood["object"]]
    site = scene.evil.actors["https://evil.example/actor"]
    await scene.evil.tells(scene.a, flood, site)
    assert await scene.a.value("SELECT count(*) FROM post_report") == 1


async def test_of_a_batch_a_hundred_are_done__ABU_12(scene: Scene) -> None:
    batch = json.loads(attack("batch-announce-oversized.json"))
    group = scene.evil.actors["https://evil.example/c/x"]
    before = await scene.state()
    await scene.evil.send(scene.a, batch, group)
    await scene.a.settle()
    assert await scene.state() == before, "votes on our posts do not come through somebody else's community"


@pytest.mark.parametrize("name", ["jsonld-context-remap", "jsonld-context-ssrf"])
async def test_contexts_are_never_loaded__JSN_1(scene: Scene, name: str) -> None:
    body, signer = _as_sent(scene, attack(f"{name}.json"))
    before = len(scene.a.network.asked)
    await scene.evil.send(scene.a, body, signer)
    await scene.a.settle()
    hosts = {request.host for request in scene.a.network.asked[before:]}
    assert hosts <= {"local.example", "evil.example"}


async def test_active_content_is_made_harmless__case_88__ABU_21(scene: Scene) -> None:
    document = _note(scene, "xss-content")
    assert await _comment(scene, document) == "accepted"
    html = await scene.a.value("SELECT content_html FROM comment WHERE ap_id = :id", id=document["id"])
    assert not any(
        word in html.lower() for word in ("<script", "javascript:", "onerror=", "<iframe", "<style", "<svg")
    )


async def test_a_poll_out_of_bounds_is_a_post_with_a_list__ABU_12(scene: Scene) -> None:
    document = json.loads(attack("poll-absurd.json"))
    m = scene.evil.actors["https://evil.example/u/m"]
    group = "https://local.example/c/main"
    document |= {"attributedTo": m.id, "to": [group, PUBLIC], "audience": group, "name": "Which?"}
    assert (
        await scene.evil.tells(scene.a, scene.evil.in_community("Create", m, document, group)) == "accepted"
    )
    body = await scene.a.value("SELECT body FROM post WHERE ap_id = :id", id=document["id"])
    assert body.count("\n- ") + body.startswith("- ") <= 20


ACTORS = ["actor-foreign-inbox", "actor-id-mismatch-with-url", "key-owner-mismatch", "username-tricks"]


@pytest.mark.parametrize("name", ACTORS)
async def test_forged_actors_are_not_believed__ACT_2(scene: Scene, name: str) -> None:
    """evil.example serves them at an address of its own, and votes with them."""
    document = json.loads(
        attack(f"{name}.json").replace(b"https://evil.example/u/m", b"https://evil.example/u/n")
    )
    address = (
        document["id"] if document["id"].startswith("https://evil.example/") else "https://evil.example/alice"
    )
    scene.evil.documents[address] = document
    forged = Actor(address, scene.evil.key_pool[0], {"publicKey": {"id": f"{address}#main-key"}})
    before = await scene.a.value("SELECT count(*) FROM person")
    post = await scene.a.value("SELECT ap_id FROM post WHERE name = 'A post in our community'")
    vote = {"id": "https://evil.example/like/forged", "type": "Like", "actor": address, "object": post}
    assert (await scene.evil.send(scene.a, vote, forged)).status == 401
    assert await scene.a.value("SELECT count(*) FROM person") == before


async def test_pictures_and_links_into_private_networks_are_left_out_or_never_fetched__case_24__ABU_10(
    scene: Scene,
) -> None:
    document = json.loads(attack("ssrf-urls.json"))
    scene.evil.documents[document["id"]] = document
    actor = Actor(document["id"], scene.evil.key_pool[0], {"publicKey": {"id": f"{document['id']}#main-key"}})
    post = await scene.a.value("SELECT ap_id FROM post WHERE name = 'A post in our community'")
    before = len(scene.a.network.asked)
    await scene.evil.send(
        scene.a,
        {"id": "https://evil.example/like/s", "type": "Like", "actor": actor.id, "object": post},
        actor,
    )
    await scene.a.settle()
    assert {request.host for request in scene.a.network.asked[before:]} <= {"local.example", "evil.example"}
