"""What PieFed, Mbin, Friendica and WordPress say, as it was recorded, and what becomes of it (cases 33, 34, 42, 43)."""

from collections.abc import Callable

import pytest

from folkmoot.core.votes.cast import vote_on_post
from tests.federation.conftest import Found
from tests.federation.dialects import OURS, Play, one, stage, true
from tests.federation.peer import Peer
from tests.federation.stage import Scene, set_scene

# --- PieFed -------------------------------------------------------------------------------------------------------------------

PIEFED = "https://piefed.example"
BY_ALICE = {
    "https://local.example/c/main": f"{PIEFED}/c/main",
    "https://local.example/post/1": f"{PIEFED}/post/1",
}
BY_ALICE |= {f"https://local.example/comment/{number}": f"{PIEFED}/comment/7" for number in (1, 5)}
BY_ALICE |= {
    "https://a.example/u/x": "https://x.example/u/x",
    "https://a.example/activities": "https://x.example/activities",
}


@pytest.fixture
async def piefed(servers: Found, peer: Callable[[str], Peer]) -> Play:
    """A community of PieFed's, where alice of PieFed moderates, with a post."""
    play = await stage(servers, peer, f"{PIEFED}/c/main", BY_ALICE)
    await play.begin(f"{PIEFED}/u/alice")
    author = play.person(f"{PIEFED}/u/bob")
    page = play.serves(play.peer(PIEFED + "/").page(author, play.group, id=f"{PIEFED}/post/1"))
    announce = play.peer(PIEFED + "/").announce(play.community(), page["id"])
    assert await play.says(announce) == "accepted", "PieFed's Announce of an address alone"
    return play


def piefeds(name: str) -> str:
    return f"piefed/activities/{name}-constructed"


async def test_a_comment_votes_and_reactions_of_piefed__case_33(piefed: Play) -> None:
    play, score = piefed, "SELECT score FROM post"
    play.serves(play.recorded(piefeds("announce-create-note"))["object"]["object"])
    assert await play.plays(piefeds("announce-create-note")) == "accepted"
    query = "SELECT c.ap_id, c.content, l.code, p.ap_id FROM comment c JOIN language l ON l.id = c.language_id JOIN post p ON p.id = c.post_id"
    assert await one(play, query) == (f"{PIEFED}/comment/7", "I agree", "en", f"{PIEFED}/post/1")
    assert await play.plays(piefeds("like")) == "accepted"
    assert await one(play, score) == 2
    assert await play.plays(piefeds("undo-dislike")) == "accepted"
    assert await one(play, score) == 1, "whatever the vote was"
    play.person("https://x.example/u/x")
    play.person("https://b.example/u/y")
    assert await play.plays(piefeds("announce-batch-votes")) == "accepted"
    assert await one(play, score) == 3, "both of the batch"
    zoe = {f"{PIEFED}/u/alice": f"{PIEFED}/u/zoe"}
    assert await play.plays(piefeds("like-emoji"), zoe) == "accepted"
    assert await one(play, "SELECT score FROM comment") == 2, "a Like with an emoji counts"
    assert (
        await play.plays(piefeds("emoji-react"), {f"{PIEFED}/u/alice": f"{PIEFED}/u/zed"})
        == "reactions_are_not_counted"
    )
    assert await one(play, "SELECT score FROM comment") == 2
    assert await play.plays(piefeds("poll-vote")) == "accepted"
    assert await one(play, "SELECT count(*) FROM comment") == 1, "a vote in a poll is no comment"


async def test_moderation_by_piefed__case_33(piefed: Play) -> None:
    play = piefed
    play.serves(play.recorded(piefeds("announce-create-note"))["object"]["object"])
    assert await play.plays(piefeds("announce-create-note")) == "accepted"
    assert await play.plays(piefeds("add-featured")) == "accepted"
    assert await true(play, "SELECT featured_community FROM post")
    undo = play.recorded(piefeds("announce-undo-lock"))
    assert await play.says(undo["object"]["object"]) == "accepted"
    assert await true(play, "SELECT locked FROM post")
    assert await play.says(undo) == "accepted"
    assert not await true(play, "SELECT locked FROM post")
    assert await play.plays(piefeds("flag"), alone=True) == "accepted"
    assert await one(play, "SELECT reason FROM comment_report") == "harassment"
    assert await play.plays(piefeds("announce-delete-by-moderator")) == "accepted"
    assert await true(play, "SELECT removed AND NOT deleted FROM comment")
    assert await one(play, "SELECT reason FROM modlog WHERE kind = 'remove_comment'") == "Rule 3"
    spam = play.person("https://other.example/u/spam")
    spammed = play.serves(play.peer(spam.id).page(spam, play.group))
    assert await play.says(play.peer(spam.id).in_community("Create", spam, spammed, play.group)) == "accepted"
    await play.plays(piefeds("block-community-ban"))
    assert await one(play, "SELECT count(*) FROM community_ban") == 0, "over since February"
    assert await play.plays(piefeds("block-community-ban"), {"2026-02-01": "2026-12-01"}) == "accepted"
    assert await one(play, "SELECT reason FROM modlog WHERE kind = 'ban_from_community'") == "spam"
    assert await true(play, "SELECT expires IS NOT NULL FROM community_ban")
    assert await one(play, f"SELECT removed FROM post WHERE ap_id = '{spammed['id']}'")


async def test_feeds_of_piefed_have_no_effect__case_33__FED_1(piefed: Play) -> None:
    play = piefed
    play.actor("https://example.com/f/feedname", "Feed")
    tables = ("community", "community_follow", "community_moderator", "post")
    before = [await one(play, f"SELECT count(*) FROM {table}") for table in tables]
    for name in ("add", "delete", "remove", "follow-accept", "follow-follow", "follow-reject", "follow-undo"):
        verdict = await play.plays(f"piefed/activities/feed_{name}", alone=True)
        assert "internal" not in verdict, name
        assert verdict != "accepted" or name == "delete", f"{name}; what is not here may be deleted"
    assert [await one(play, f"SELECT count(*) FROM {table}") for table in tables] == before


async def test_our_signatures_can_be_taken_apart_at_their_commas__case_33__SIG_3(piefed: Play) -> None:
    """As PieFed and Mbin do, which trim nothing."""
    async with piefed.a.writing() as tx:
        await vote_on_post(tx, piefed.alice, 1, 1)
    await piefed.a.settle()
    (request,) = piefed.a.network.asked_of("piefed.example", method="POST")[-1:]
    parts = dict(part.split("=", 1) for part in request.headers["Signature"].split(","))
    assert list(parts) == ["keyId", "algorithm", "headers", "signature"]
    assert parts["keyId"] == '"https://a.example/u/alice#main-key"'
    assert parts["algorithm"] == '"rsa-sha256"'
    assert set(parts["headers"].strip('"').split()) == {
        "(request-target)",
        "host",
        "date",
        "digest",
        "content-type",
    }
    assert request.headers["Digest"].startswith("SHA-256=")


# --- Mbin -----------------------------------------------------------------------------------------------------------------------

MBIN, TEST = "https://kbin.test", "https://kbin.test/m/test"
ENTRY, MICRO = f"{TEST}/t/1/test", f"{TEST}/p/1/test"


@pytest.fixture(params=[OURS, TEST], ids=["to us", "passed on"])
async def mbin(request: pytest.FixtureRequest, servers: Found, peer: Callable[[str], Peer]) -> Play:
    """A magazine, or our community in its place; owner moderates, user writes."""
    ours = {
        f'"{TEST}"': f'"{OURS}"',
        f'"{TEST}/moderators"': f'"{OURS}/moderators"',
        f'"{TEST}/pinned"': f'"{OURS}/featured"',
    }
    play = await stage(servers, peer, request.param, ours if request.param == OURS else {})
    play.person(f"{MBIN}/u/user2")
    if not play.here:
        play.community(f"{MBIN}/u/owner", featured=f"{TEST}/pinned")
    await play.begin(f"{MBIN}/u/owner")
    return play


async def mbins(play: Play, name: str) -> str:
    """One of Mbin's; what a magazine passed on is recorded as well."""
    recorded = play.recorded(f"mbin/activities/{name if play.here else f'announce-{name}'}")
    return await play.says(recorded)


async def created(play: Play, *names: str) -> None:
    for name in names:
        play.serves(play.recorded(f"mbin/activities/create-{name}")["object"])
        assert await mbins(play, f"create-{name}") == "accepted", name


async def test_threads_and_microblogs_of_mbin__case_34(mbin: Play) -> None:
    await created(
        mbin, "entry", "entry-comment", "nested-entry-comment", "post", "post-comment", "nested-post-comment"
    )
    assert await mbin.a.rows("SELECT ap_id, name, body, url FROM post ORDER BY ap_id DESC") == [
        (ENTRY, "test", None, None), (MICRO, "test", "test\n\n #test", None),
    ]  # fmt: skip
    parents = "SELECT c.ap_id, a.ap_id FROM comment c LEFT JOIN comment a ON c.path = a.path || '.' || c.id ORDER BY c.ap_id"
    assert await mbin.a.rows(parents) == [
        (f"{TEST}/p/1/-/reply/1", None), (f"{TEST}/p/1/-/reply/2", f"{TEST}/p/1/-/reply/1"),
        (f"{TEST}/t/1/-/comment/1", None), (f"{TEST}/t/1/-/comment/2", f"{TEST}/t/1/-/comment/1"),
    ]  # fmt: skip
    assert {row[0] for row in await mbin.a.rows("SELECT content FROM comment")} == {"test"}
    for name in ("entry", "entry-comment", "post", "post-comment"):
        assert await mbins(mbin, f"update-{name}") == "accepted", name
    score = f"SELECT score FROM post WHERE ap_id = '{ENTRY}'"
    assert await mbins(mbin, "like-entry") == "accepted"
    assert await one(mbin, score) == 2
    assert await mbins(mbin, "undo-like-entry") == "accepted"
    assert await one(mbin, score) == 1
    comment = f"SELECT score FROM comment WHERE ap_id = '{TEST}/t/1/-/comment/1'"
    assert await mbins(mbin, "like-entry-comment") == "accepted"
    assert await one(mbin, comment) == 2
    for who in ("user", "magazine"):
        if not (who == "magazine" and mbin.here):
            for what in ("entry", "post", "entry-comment"):
                await mbin.plays(f"mbin/activities/{who}-boost-{what}", alone=True)
    assert (await one(mbin, score), await one(mbin, comment)) == (1, 2), "boosts are no votes"
    assert await one(mbin, "SELECT count(*) FROM post") == 2


async def test_a_link_of_mbin_with_a_picture__case_34(mbin: Play) -> None:
    recorded = mbin.recorded("mbin/activities/create-entry-with-url-and-image")
    mbin.serves(recorded["object"])
    assert await mbin.says(recorded) == "accepted"
    name, url, body = (await mbin.a.rows("SELECT name, url, body FROM post"))[0]
    assert (name, url) == ("test", "https://joinmbin.org/")
    assert "![kibby](https://kbin.test/media/a8/1c/" in body, "the picture stands below"


async def test_what_is_deleted_and_removed_at_mbin__case_34(mbin: Play) -> None:
    await created(mbin, "entry", "entry-comment", "post")
    mbin.withdraws(f"{TEST}/t/1/-/comment/1")
    assert await mbins(mbin, "delete-entry-comment") == "accepted", "of a Tombstone"
    assert await true(mbin, "SELECT deleted AND NOT removed FROM comment")
    assert await mbins(mbin, "delete-entry-by-moderator") == "accepted", "with a blank for a reason"
    assert await true(mbin, f"SELECT removed AND NOT deleted FROM post WHERE ap_id = '{ENTRY}'")
    mbin.withdraws(MICRO)
    assert await mbins(mbin, "delete-post") == "accepted"
    assert await true(mbin, f"SELECT deleted AND NOT removed FROM post WHERE ap_id = '{MICRO}'")
    assert await mbin.plays("mbin/activities/delete-user", alone=True) == "accepted"
    assert await true(mbin, "SELECT deleted FROM person WHERE name = 'user'")


async def test_moderation_by_mbin__case_34(mbin: Play) -> None:
    await created(mbin, "entry", "post")
    pinned = f"SELECT featured_community FROM post WHERE ap_id = '{ENTRY}'"
    assert await mbins(mbin, "add-pinned-post") == "accepted", "/pinned is the list of a magazine"
    assert await true(mbin, pinned)
    assert await mbins(mbin, "remove-pinned-post") == "accepted"
    assert not await true(mbin, pinned)
    moderates = (
        "SELECT count(*) FROM community_moderator m JOIN person p ON p.id = m.person_id WHERE p.name = 'user'"
    )
    for name, number in (("add-moderator", 1), ("remove-moderator", 0)):
        assert await mbins(mbin, name) == "accepted"
        assert await one(mbin, moderates) == number
    if mbin.here:  # a magazine's own server may, and does
        assert await mbin.plays("mbin/activities/lock-entry-by-author") == "not_a_mod_or_admin"
        assert not await true(mbin, f"SELECT locked FROM post WHERE ap_id = '{ENTRY}'")
    assert await mbin.plays("mbin/activities/lock-entry-by-moderator") == "accepted"
    assert await true(mbin, f"SELECT locked FROM post WHERE ap_id = '{ENTRY}'")
    assert await mbins(mbin, "block-user") == "accepted"
    assert await true(mbin, "SELECT expires IS NULL FROM community_ban"), "expires: null is for good"
    assert await mbins(mbin, "undo-block-user") == "accepted"
    assert await one(mbin, "SELECT count(*) FROM community_ban") == 0


async def test_reports_and_messages_of_mbin__case_34(mbin: Play) -> None:
    await created(mbin, "entry", "entry-comment")
    assert await mbin.plays("mbin/activities/flag-entry", alone=True) == "accepted", "without a word"
    assert await mbin.plays("mbin/activities/flag-entry-comment", alone=True) == "accepted"
    both = {
        "https://lemmy-test/post/4": ENTRY,
        "https://lemmy-test/u/BentiGorlich": f"{MBIN}/u/user",
        "mbin-test1": "mbin-test.example",
    }
    both |= {"https://lemmy-test/c/test_mag": mbin.group}
    assert await mbin.plays("mbin/activities/flag", both, alone=True) == "accepted"
    assert [row[0] for row in await mbin.a.rows("SELECT reason FROM post_report ORDER BY id")][1:] == [
        "dikjhgasdpas dsaü"
    ]
    assert await one(mbin, "SELECT count(*) FROM comment_report") == 1
    message = {f"{MBIN}/u/user2": "https://a.example/u/alice"}
    if not mbin.here:
        assert await mbin.plays("mbin/activities/announce-create-message", message) == "message_was_announced"
    assert await one(mbin, "SELECT count(*) FROM private_message") == 0
    assert await mbin.plays("mbin/activities/create-message", message, alone=True) == "accepted"
    assert await one(mbin, "SELECT content FROM private_message") == "some test message"


async def test_follows_of_mbin__case_34(mbin: Play) -> None:
    if mbin.here:
        subscribers = "SELECT subscribers FROM community"
        before = await one(mbin, subscribers)
        assert await mbin.plays("mbin/activities/follow-magazine") == "accepted"
        assert await one(mbin, subscribers) == before + 1
        assert await mbin.plays("mbin/activities/undo-follow-magazine") == "accepted"
        assert await one(mbin, subscribers) == before
        return
    async with mbin.a.writing() as tx:
        await tx.run("UPDATE community_follow SET pending = :yes", yes=True)
    mine = {
        f"{MBIN}/u/user2": "https://a.example/u/alice",
        f"{MBIN}/f/object/7be5f0ba": "https://a.example/activities/7be5f0ba",
    }
    mine |= {f"{MBIN}/f/object/3d2fa09a": "https://a.example/activities/3d2fa09a"}
    assert await mbin.plays("mbin/activities/accept-follow-magazine", mine) == "accepted"
    assert not await true(mbin, "SELECT pending FROM community_follow")
    assert await mbin.plays("mbin/activities/reject-follow-magazine", mine) == "accepted"
    assert await one(mbin, "SELECT count(*) FROM community_follow") == 0


# --- Friendica and WordPress ----------------------------------------------------------------------------------------------------------


async def test_posts_comments_and_votes_of_friendica__case_43(
    servers: Found, peer: Callable[[str], Peer]
) -> None:
    same = {"https://lemmy.schuerz.at/c/test": OURS, "https://ds9.lemmy.ml/c/testcom": OURS}
    same |= {"https://lemmy.qa.urbanwildlife.biz/c/lemmy_community": OURS}
    play = await stage(servers, peer, OURS, same)
    await play.begin()
    assert await play.plays("friendica/activities/create_page_2") == "accepted"
    assert await one(play, "SELECT name, body FROM post") == ("From Friendica to Lemmy", "Hello Lemmy!"), (
        "its HTML, not its BBCode"
    )
    post = "https://pirati.ca/objects/ec054ce7-5162-3bf2-504c-16d024994850"
    theirs = {"https://pirati.ca/objects/ec054ce7-2062-3bfa-8687-ca8313624820": post}
    score = "SELECT upvotes, downvotes FROM post"
    assert await play.plays("friendica/activities/like_page", theirs) == "accepted"
    assert await one(play, score) == (1, 0), "their own"
    assert await play.plays("friendica/activities/dislike_page", theirs) == "accepted"
    assert await one(play, score) == (0, 1)
    assert await play.plays("friendica/activities/undo_dislike_page", theirs) == "accepted"
    assert await one(play, score) == (0, 0)
    note = play.recorded("friendica/activities/update_note", theirs)
    first = {
        **note,
        "type": "Create",
        "id": note["id"] + "/Create",
        "object": {**note["object"], "content": "First", "updated": None},
    }
    assert await play.says(first) == "accepted"
    assert await play.says(note) == "accepted"
    body = await one(play, "SELECT content FROM comment")
    assert "This is an edited comment." in body
    assert await play.plays("friendica/activities/delete") == "accepted"
    assert await true(play, "SELECT deleted FROM comment")
    assert await play.plays("friendica/activities/create_page_1") == "accepted"
    titles = await play.a.rows("SELECT name FROM post ORDER BY id")
    assert titles == [("From Friendica to Lemmy",), ("Test post to community",)]


async def test_friendica_follows_the_author_of_what_it_gets_once__case_43(
    servers: Found, peer: Callable[[str], Peer]
) -> None:
    scene: Scene = await set_scene(servers, peer)
    jakob = scene.there._actor("/profile/jakob", "Person", "jakob", {})
    wish = scene.there.activity(
        "Follow", jakob, "https://a.example/u/alice", id="https://there.example/follow/jakob/4edd#1"
    )
    for _ in range(2):
        assert await scene.tells({**wish, "id": wish["id"]}, jakob) == "accepted"
    assert await scene.a.value("SELECT count(*) FROM person_follow") == 1
    accepts = [each for each in scene.there.got if each["type"] == "Accept"]
    assert [each["object"]["id"] for each in accepts] == [wish["id"]]


async def test_an_article_of_a_wordpress_blog__case_42(servers: Found, peer: Callable[[str], Peer]) -> None:
    blog = "https://dbzer0.com/?author=0"
    play = await stage(servers, peer, blog, {})
    author = "https://dbzer0.com/blog/author/db0/"
    group = play.recorded("wordpress/actor/group")
    for ident, kind in ((blog, "Group"), (author, "Person")):
        play.actor(ident, kind)
    document = play.community().document
    document |= {
        name: value for name, value in group.items() if name not in ("publicKey", "inbox", "endpoints")
    }
    lists = {"moderators": [author], "featured": [], "outbox": []}
    for word, ids in lists.items():
        address = document["attributedTo" if word == "moderators" else word]
        play.peer(blog).documents[address] = {"id": address, "type": "OrderedCollection", "orderedItems": ids}
    await play.begin(author)
    page = play.serves(play.recorded("wordpress/objects/page"))
    create = play.peer(blog).activity("Create", play.person(author), page, id=page["id"] + "#create")
    create |= {"to": page["to"], "cc": page.get("cc", [])}
    assert await play.says(create) == "accepted"
    name, url, body, alt = (await play.a.rows("SELECT name, url, body, alt_text FROM post"))[0]
    assert name == "An Epic 3D-Printed Fan Expansion for Last Light"
    assert (
        url == "https://i0.wp.com/dbzer0.com/wp-content/uploads/2025/12/Splash-Art2-3.png?fit=980%2C980&ssl=1"
    )
    assert alt == "A fleet of varied spacships"
    assert body.startswith("I recently got my hands on a 3D printer")
    assert not any(tag in body for tag in ("<p", "<a ", "<img", "<figure", "&#038;"))
    assert "Splash-Art.jpg" in body, "the other pictures stand below"
