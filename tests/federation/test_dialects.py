"""What Lemmy says, 0.19 and 1.0, as it was recorded: sent to our community, and passed on by theirs; what becomes of each (cases 31, 32)."""

from collections.abc import Callable

import pytest

from tests.federation.conftest import Found
from tests.federation.dialects import OURS, Play, one, stage, true
from tests.federation.peer import Peer

ENTERPRISE, DS9 = "https://enterprise.lemmy.ml", "https://ds9.lemmy.ml"
ALPHA, BETA = f"{DS9}/u/lemmy_alpha", f"{ENTERPRISE}/u/lemmy_beta"
POST, COMMENT, SEVENTH = f"{DS9}/post/1", f"{DS9}/comment/1", f"{ENTERPRISE}/post/7"


def lemmy(group: str) -> dict[str, str]:
    """Lemmy's recordings come from three set-ups of its tests with one community each; here it is one of them all."""
    return {
        "http://": "https://", "lemmy-alpha:8541": "ds9.lemmy.ml", "https://lemmy-alpha/u/lemmy_aplha": ALPHA,
        "https://lemmy-alpha/c/test": f"{ENTERPRISE}/c/main", "https://lemmy-alpha/c/main": f"{ENTERPRISE}/c/main",
        "https://lemmy-alpha/": f"{DS9}/", f"{DS9}/c/main": f"{ENTERPRISE}/c/main", f"{ENTERPRISE}/u/main": f"{ENTERPRISE}/c/main",
        f"{DS9}/u/main": f"{ENTERPRISE}/c/main", f"{ENTERPRISE}/c/tenforward": f"{ENTERPRISE}/c/main", f"{ENTERPRISE}/c/main": group,
    }  # fmt: skip


@pytest.fixture(params=[OURS, f"{ENTERPRISE}/c/main"], ids=["to us", "passed on"])
async def play(request: pytest.FixtureRequest, servers: Found, peer: Callable[[str], Peer]) -> Play:
    play = await stage(servers, peer, request.param, lemmy(request.param))
    play.main = await play.begin(BETA, ALPHA)  # type: ignore[attr-defined]
    return play


async def with_post_and_comment(play: Play, version: str) -> None:
    """The recorded post of lemmy_alpha, edited, and its comment."""
    note = "create_note" if version == "lemmy-0.19" else "create_comment"
    for name in (
        "lemmy/activities/create_or_update-create_page",
        f"{version}/activities/create_or_update-update_page",
        f"{version}/activities/create_or_update-{note}",
    ):
        play.serves(play.recorded(name)["object"])
        assert await play.plays(name) == "accepted", name


@pytest.mark.parametrize("version", ["lemmy-0.19", "lemmy-1.0"])
async def test_posts_comments_and_votes_of_lemmy__cases_31_32(play: Play, version: str) -> None:
    await play.plays("lemmy/activities/create_or_update-create_page")
    query = (
        "SELECT p.ap_id, p.name, p.body, p.url, l.code FROM post p JOIN language l ON l.id = p.language_id"
    )
    assert await one(play, query) == (
        POST, "test post", "test body", "https://lemmy.ml/pictrs/image/xl8W7FZfk9.jpg", "ko",
    )  # fmt: skip
    await with_post_and_comment(play, version)
    assert await one(play, "SELECT name FROM post") == "test post 1"
    query = "SELECT c.ap_id, c.content, p.ap_id FROM comment c JOIN post p ON p.id = c.post_id"
    assert await one(play, query) == (COMMENT, "hello", POST)
    score, comment_score = "SELECT score FROM post", "SELECT score FROM comment"
    for name, post_is, comment_is in (
        ("voting-dislike_page", 0, 1), ("voting-undo_dislike_page", 1, 1), ("voting-like_note", 1, 1), ("voting-undo_like_note", 1, 0),
    ):  # fmt: skip
        assert await play.plays(f"lemmy/activities/{name}") == "accepted", name
        assert (await one(play, score), await one(play, comment_score)) == (post_is, comment_is), name


@pytest.mark.parametrize("version", ["lemmy-0.19", "lemmy-1.0"])
async def test_deletions_and_removals_of_lemmy__cases_31_32(play: Play, version: str) -> None:
    await with_post_and_comment(play, version)
    removed = "SELECT removed FROM comment"
    assert await play.plays(f"{version}/activities/deletion-remove_note") == "accepted"
    assert await true(play, removed)
    assert await one(play, "SELECT reason FROM modlog WHERE kind = 'remove_comment'") == "bad comment"
    assert not await true(play, "SELECT deleted FROM comment")
    assert await play.plays(f"{version}/activities/deletion-undo_remove_note") == "accepted"
    assert not await true(play, removed)
    deleted = "SELECT deleted FROM post"
    play.withdraws(POST)
    assert await play.plays(f"{version}/activities/deletion-delete_page") == "accepted"
    assert await true(play, deleted)
    assert not await true(play, "SELECT removed FROM post")
    play.serves(play.recorded("lemmy/activities/create_or_update-create_page")["object"])
    assert await play.plays(f"{version}/activities/deletion-undo_delete_page") == "accepted"
    assert not await true(play, deleted)
    assert await play.plays("lemmy/activities/deletion-delete_user", alone=True) == "accepted"
    assert await true(play, "SELECT deleted FROM person WHERE name = 'lemmy_alpha'")
    assert await one(play, "SELECT count(*) FROM post WHERE NOT deleted AND NOT removed") == 0
    assert await one(play, "SELECT count(*) FROM comment WHERE NOT deleted AND NOT removed") == 0


@pytest.mark.parametrize("version", ["lemmy-0.19", "lemmy-1.0"])
async def test_moderation_by_lemmy__cases_31_32(play: Play, version: str) -> None:
    await with_post_and_comment(play, version)
    second = {"post/2": "post/1"}
    for name, sql in (("lock_page", "locked"), ("add_featured_post", "featured_community")):
        assert await play.plays(f"{version}/activities/community-{name}", second) == "accepted"
        assert await true(play, f"SELECT {sql} FROM post"), name
    assert await play.plays(f"{version}/activities/community-undo_lock_page", second) == "accepted"
    assert await play.plays("lemmy/activities/community-remove_featured_post", second) == "accepted"
    assert not await true(play, "SELECT locked OR featured_community FROM post")
    if version == "lemmy-1.0":
        assert await play.plays("lemmy-1.0/activities/community-lock_note") == "accepted"
        assert await true(play, "SELECT locked FROM comment")
        assert (
            await one(play, "SELECT reason FROM modlog WHERE kind = 'lock_comment'") == "A reason for a lock"
        )
        answer = {
            **play.recorded("lemmy-1.0/activities/create_or_update-create_comment")["object"],
            "id": f"{DS9}/comment/2", "inReplyTo": COMMENT, "attributedTo": f"{DS9}/u/somebody",
        }  # fmt: skip
        create = {
            **play.peer(POST).in_community(
                "Create", play.person(f"{DS9}/u/somebody"), play.serves(answer), play.group
            )
        }
        assert await play.says(create) == "locked", "nor do answers to it come in"
        assert await play.plays("lemmy-1.0/activities/community-undo_lock_note") == "accepted"
        assert not await true(play, "SELECT locked FROM comment")
        assert await play.says({**create, "id": f"{DS9}/activities/again"}) == "accepted"
    newcomer = {ALPHA: f"{DS9}/u/newcomer"}
    play.person(f"{DS9}/u/newcomer")
    moderates = "SELECT count(*) FROM community_moderator m JOIN person p ON p.id = m.person_id WHERE p.name = 'newcomer'"
    for name, number in (("add_mod", 1), ("remove_mod", 0)):
        assert await play.plays(f"lemmy/activities/community-{name}", newcomer) == "accepted"
        assert await one(play, moderates) == number


@pytest.mark.parametrize("version", ["lemmy-0.19", "lemmy-1.0"])
async def test_bans_by_lemmy__cases_31_32(play: Play, version: str) -> None:
    writer = f"{DS9}/u/writer"
    as_writer = {ALPHA: writer}
    page = play.recorded("lemmy/activities/create_or_update-create_page", as_writer)
    play.serves(page["object"])
    assert await play.says(page) == "accepted"
    bans = "SELECT count(*) FROM community_ban"
    await play.plays(f"{version}/activities/block-block_user", as_writer)
    assert await one(play, bans) == 0, "it ended in 2021"
    longer = {**as_writer, "2021-11-01T12:23:50": "2026-11-01T12:23:50"}
    assert await play.plays(f"{version}/activities/block-block_user", longer) == "accepted"
    assert await one(play, bans) == 1
    assert await true(play, "SELECT expires IS NOT NULL FROM community_ban"), (
        "expires in 0.19, endTime in 1.0"
    )
    assert await true(play, "SELECT removed FROM post"), "with what they wrote"
    assert await one(play, "SELECT reason FROM modlog WHERE kind = 'ban_from_community'") == "spam post"
    assert await play.plays(f"{version}/activities/block-undo_block_user", longer) == "accepted"
    assert await one(play, bans) == 0


@pytest.mark.parametrize("version", ["lemmy-0.19", "lemmy-1.0"])
async def test_a_community_is_changed_by_lemmy__cases_31_32(play: Play, version: str) -> None:
    update = play.recorded(f"{version}/activities/community-update_community")
    if not play.here:
        play.community().document |= {"name": "The Updated Community", "source": update["object"]["source"]}
    key = await one(play, "SELECT public_key FROM community")
    assert await play.says(update) == "accepted"
    assert await one(play, "SELECT title, description FROM community") == (
        "The Updated Community",
        "updated 2",
    )
    assert await one(play, "SELECT public_key FROM community") == key, "never its key"
    inbox = await one(play, "SELECT inbox_url FROM community")
    assert inbox == f"{play.group}/inbox", "nor its inbox"


async def test_reports_to_lemmy_are_opened_and_closed__cases_31_32(play: Play) -> None:
    page = play.serves(
        play.recorded("lemmy-1.0/activities/community-announce_create_page")["object"]["object"]
    )
    create = play.recorded("lemmy-1.0/activities/community-announce_create_page")["object"]
    assert await play.says(create) == "accepted"
    assert await one(play, "SELECT ap_id, name FROM post") == (SEVENTH, "post 4")
    assert await play.plays("lemmy/activities/community-report_page", alone=True) == "accepted"
    assert await one(play, "SELECT reason FROM post_report") == "report this post"
    resolve = {
        f"{DS9}/u/lemmy_user": BETA,
        f"{DS9}/activities/flag/4323412": f"{ENTERPRISE}/activities/resolve/4323412",
    }
    stranger = await play.plays("lemmy-1.0/activities/community-resolve_report_page", alone=True)
    assert stranger == "not_a_mod_or_admin"
    assert not await true(play, "SELECT resolved FROM post_report")
    assert (
        await play.plays("lemmy-1.0/activities/community-resolve_report_page", resolve, alone=True)
        == "accepted"
    )
    assert await true(play, "SELECT resolved FROM post_report")
    warning = {
        "https://voyager.lemmy.ml/u/lemmy_alpha": "https://a.example/u/alice",
        "https://voyager.lemmy.ml/post/1541": page["id"],
    }
    before = await one(play, "SELECT count(*) FROM modlog")
    verdict = await play.plays("lemmy-1.0/activities/community-warn", warning, alone=True)
    assert verdict == "nobody_here", "who is warned is who wrote it"
    assert await one(play, "SELECT count(*) FROM modlog") == before


@pytest.fixture
async def elsewhere(servers: Found, peer: Callable[[str], Peer]) -> Play:
    """A community of enterprise.lemmy.ml that passes on what is said; alice is who the recordings call lemmy_alpha of ds9."""
    group = f"{ENTERPRISE}/c/main"
    play = await stage(servers, peer, group, {**lemmy(group), ALPHA: "https://a.example/u/alice"})
    await play.begin(BETA)
    return play


@pytest.mark.parametrize("name", ["lemmy-0.19", "lemmy-1.0"])
async def test_messages_by_lemmy__cases_31_32(elsewhere: Play, name: str) -> None:
    assert (
        await elsewhere.plays(f"{name}/activities/create_or_update-create_private_message", alone=True)
        == "accepted"
    )
    query = "SELECT m.ap_id, m.content, p.name FROM private_message m JOIN person p ON p.id = m.recipient_id"
    assert await one(elsewhere, query) == (f"{ENTERPRISE}/private_message/1", "hello", "alice")
    deleted = "SELECT deleted FROM private_message"
    assert await elsewhere.plays("lemmy/activities/deletion-delete_private_message", alone=True) == "accepted"
    assert await true(elsewhere, deleted)
    assert (
        await elsewhere.plays("lemmy/activities/deletion-undo_delete_private_message", alone=True)
        == "accepted"
    )
    assert not await true(elsewhere, deleted)
    if name == "lemmy-1.0":
        old = {"https://voyager.lemmy.ml/u/nutomic": "https://a.example/u/alice"}
        assert (
            await elsewhere.plays(
                f"{name}/activities/create_or_update-create_private_message_0-19", old, alone=True
            )
            == "accepted"
        )
        assert await one(elsewhere, "SELECT count(*) FROM private_message") == 2


async def test_follows_between_lemmy_and_us__cases_31_32(elsewhere: Play) -> None:
    async with elsewhere.a.writing() as tx:
        await tx.run("UPDATE community_follow SET pending = :yes", yes=True)
    assert await elsewhere.plays("lemmy/activities/following-accept") == "accepted"
    assert not await true(elsewhere, "SELECT pending FROM community_follow")
    mine = {
        "https://remote.example/u/alice": "https://a.example/u/alice", "https://lemmy.example/c/club": f"{ENTERPRISE}/c/main",
        "https://lemmy.example/": f"{ENTERPRISE}/", "https://remote.example/": "https://a.example/",
    }  # fmt: skip
    assert await elsewhere.plays("lemmy-1.0/activities/reject-follow-constructed", mine) == "accepted"
    assert await one(elsewhere, "SELECT count(*) FROM community_follow") == 0


async def test_somebody_of_lemmy_follows_us_and_leaves__cases_31_32(
    servers: Found, peer: Callable[[str], Peer]
) -> None:
    play = await stage(servers, peer, OURS, lemmy(OURS))
    await play.begin()
    subscribers = "SELECT subscribers FROM community"
    before = await one(play, subscribers)
    assert await play.plays("lemmy/activities/following-follow") == "accepted"
    assert await one(play, subscribers) == before + 1
    (accept,) = [each for each in play.peer(ALPHA).got if each["type"] == "Accept"]
    assert accept["object"]["id"] == play.recorded("lemmy/activities/following-follow")["id"]
    assert await play.plays("lemmy/activities/following-undo_follow") == "accepted"
    assert await one(play, subscribers) == before
    group = {"https://lemmy.example/c/science": OURS}
    play.actor("https://remote.example/c/physics", "Group")
    assert await play.plays("lemmy-1.0/activities/group-follows-group-constructed", group) == "accepted"
    answers = play.peer("https://remote.example/").got
    assert [(each["type"], each["object"]["actor"]) for each in answers] == [
        ("Accept", "https://remote.example/c/physics")
    ]


async def test_a_bare_page_a_lock_and_a_ban_of_a_whole_server__case_32(
    servers: Found, peer: Callable[[str], Peer]
) -> None:
    group = "https://lemmy.example/c/science"
    play = await stage(servers, peer, group, {})
    await play.begin("https://remote.example/u/mod")
    bare = play.recorded("lemmy-1.0/activities/announce-page-bare-constructed")
    play.serves(bare["object"])
    bare["object"]["actor"] = bare["object"]["attributedTo"]  # as CMN-7 says of Lemmy's
    assert await play.says(bare) == "accepted"
    assert await one(play, "SELECT ap_id, name FROM post") == ("https://lemmy.example/post/10", "Title")
    assert await play.plays("lemmy-1.0/activities/announce-lock-constructed") == "accepted"
    assert await true(play, "SELECT locked FROM post")
    assert await one(play, "SELECT reason FROM modlog WHERE kind = 'lock_post'") == "off topic"
    play.actor("https://remote.example/", "Application")
    play.person("https://remote.example/u/spammer")
    await play.a.resolves(play.alice, "https://remote.example/u/spammer")
    past = await play.plays("lemmy-1.0/activities/block-site-ban-constructed", alone=True)
    assert not await true(play, "SELECT banned FROM person WHERE name = 'spammer'"), (
        f"over since February: {past}"
    )
    longer = {"2026-02-01": "2026-12-01"}
    assert (
        await play.plays("lemmy-1.0/activities/block-site-ban-constructed", longer, alone=True) == "accepted"
    )
    assert await true(play, "SELECT banned FROM person WHERE name = 'spammer'")
    for name in ("follow-feed", "update-feed"):
        await play.plays(f"lemmy-1.0/activities/{name}-constructed", alone=True)
    assert await one(play, "SELECT count(*) FROM received WHERE reason = 'internal_error'") == 0


async def test_a_comment_that_lemmy_really_announced__case_31(
    servers: Found, peer: Callable[[str], Peer]
) -> None:
    play = await stage(servers, peer, "https://lemmy.ml/c/asklemmy", {})
    await play.begin()
    author = play.person("https://lemm.ee/u/handsatinizer")
    play.serves(play.peer(author.id).page(author, play.group, id="https://lemm.ee/post/5204840"))
    assert await play.plays("lemmy-0.19/activities/captured-announce-asklemmy") == "accepted"
    query = "SELECT c.ap_id, c.content, p.ap_id FROM comment c JOIN post p ON p.id = c.post_id"
    assert await one(play, query) == (
        "https://lemmy.world/comment/2744248", "No, I'm mentally stable", "https://lemm.ee/post/5204840",
    )  # fmt: skip


async def test_a_vote_that_lemmy_really_announced__case_31(
    servers: Found, peer: Callable[[str], Peer]
) -> None:
    play = await stage(servers, peer, "https://lemmy.ml/c/memes", {})
    await play.begin()
    author = play.person("https://kbin.social/u/author")
    comment = "https://kbin.social/m/memes@lemmy.ml/t/371636/-/comment/1843783"
    page = play.peer(comment).page(author, play.group)
    play.serves({**play.peer(comment).note(author, page["id"], play.group), "id": comment})
    assert await play.plays("lemmy-0.19/activities/captured-announce-memes") == "accepted"
    assert await one(play, "SELECT ap_id, score FROM comment") == (comment, 2)
