"""Deleting an account, with and without what it wrote."""

import pytest

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.communities.follow import follow_community
from folkmoot.core.people import delete, passwords
from folkmoot.core.people.settings import SaveSettings, save_settings
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.votes import cast as votes
from folkmoot.model.errors import NotLoggedIn, Refusal
from folkmoot.model.people import Viewer
from folkmoot.store import comments, communities, follows, outbox, posts
from folkmoot.store.db import Database
from tests import rows
from tests.cast import Cast
from tests.core.moderation.drift import assert_no_drift
from tests.core.people.helpers import log_in, logged_in, viewer_of
from tests.rows import password_of

GONE = "*Permanently Deleted*"


async def leave(db: Database, who: Viewer, *, with_content: bool) -> None:
    """Delete somebody's account, as a face does."""
    assert who.person
    proof = await passwords.prove_own(db, who, password_of(who.person.name))
    async with db.write() as tx:
        await delete.delete_account(tx, who, proof, with_content=with_content)


async def a_life(db: Database, cast: Cast) -> dict[str, int]:
    """alice and bob talk: her post with his comment, his post with hers, one of hers deleted before, one removed; ids by name."""
    async with db.write() as tx:
        await save_settings(
            tx, cast.alice, SaveSettings(display_name="Alice", bio="Hi", avatar="https://p.example/a.png")
        )
        hers = await create_post(
            tx, cast.alice, CreatePost(cast.gardening.id, "Her post", url="https://x.example/", body="secret")
        )
        his = await create_post(tx, cast.bob, CreatePost(cast.gardening.id, "His post"))
        her_answer = (await create_comment(tx, cast.alice, CreateComment(his.id, "her words"))).comment
        his_answer = (
            await create_comment(tx, cast.bob, CreateComment(his.id, "his words", parent_id=her_answer.id))
        ).comment
        on_hers = (await create_comment(tx, cast.bob, CreateComment(hers.id, "on hers"))).comment
        own = (await create_comment(tx, cast.alice, CreateComment(hers.id, "on her own"))).comment
        gone = (await create_comment(tx, cast.alice, CreateComment(hers.id, "taken away"))).comment
        await votes.vote_on_comment(tx, cast.bob, her_answer.id, 1)
        await tx.run("UPDATE comment SET removed = :yes WHERE id = :id", yes=True, id=gone.id)
        await tx.run("UPDATE post SET comments = comments - 1 WHERE id = :id", id=hers.id)
        await tx.run(
            "UPDATE community_count SET comments = comments - 1 WHERE id = :id", id=cast.gardening.id
        )
        await tx.run("UPDATE person SET comment_count = comment_count - 1 WHERE id = :id", id=cast.alice.id)
        await tx.run("UPDATE local_site SET comments = comments - 1")
        await assert_no_drift(tx)
    return {
        "hers": hers.id,
        "his": his.id,
        "her_answer": her_answer.id,
        "his_answer": his_answer.id,
        "on_hers": on_hers.id,
        "own": own.id,
        "gone": gone.id,
    }


async def test_the_password_is_needed__A_15(db: Database, cast: Cast) -> None:
    proof = await passwords.prove(db, "bob", password_of("bob"))
    async with db.write() as tx:
        with pytest.raises(NotLoggedIn) as refused:
            await delete.delete_account(tx, cast.alice, proof, with_content=True)
        with pytest.raises(NotLoggedIn):
            await delete.delete_account(tx, cast.carol, proof, with_content=True)
    assert refused.value.code == "incorrect_login"


async def test_without_content_the_profile_goes_and_the_words_stay__A_15(db: Database, cast: Cast) -> None:
    ids = await a_life(db, cast)
    alice, token = await logged_in(db, cast.alice)
    await leave(db, alice, with_content=False)
    async with db.write() as tx:
        gone = await rows.viewer(tx, "alice")
        assert gone.person
        assert gone.account
        assert gone.person.deleted
        assert (gone.person.display_name, gone.person.bio, gone.person.bio_html, gone.person.avatar) == (
            None,
        ) * 4
        assert gone.account.email is None
        post = await posts.by_id(tx, ids["hers"])
        assert post
        assert (post.name, post.body, post.deleted) == ("Her post", "secret", False)
        await assert_no_drift(tx)
    assert (await viewer_of(db, token)).person is None
    with pytest.raises(Refusal) as refused:
        await log_in(db, "alice")
    assert refused.value.code == "deleted"
    with pytest.raises(Refusal) as refused:
        await log_in(db, "alice@mail.example", password_of("alice"))
    assert refused.value.code == "incorrect_login", "the address is free again"


async def test_with_content_every_word_is_overwritten_and_counts_stay_right__A_15__P_15(
    db: Database, cast: Cast
) -> None:
    ids = await a_life(db, cast)
    await leave(db, cast.alice, with_content=True)
    async with db.write() as tx:
        post = await posts.by_id(tx, ids["hers"])
        assert post
        assert (post.name, post.body, post.url, post.deleted) == (GONE, GONE, None, True)
        for name in ("her_answer", "own", "gone"):
            comment = await comments.by_id(tx, ids[name])
            assert comment
            assert (comment.content, comment.deleted) == (GONE, True)
        his = await comments.by_id(tx, ids["his_answer"])
        assert his
        assert (his.content, his.deleted) == ("his words", False)
        community = await communities.by_id(tx, cast.gardening.id)
        assert community
        assert (community.posts, community.comments) == (1, 1), (
            "his post and his answer there; what stands under hers no longer counts"
        )
        await assert_no_drift(tx)
        assert (
            await tx.value(
                "SELECT count(*) FROM search_pending WHERE kind = 'post' AND object_id = :id", id=ids["hers"]
            )
            == 1
        )


async def test_with_content_offices_are_given_up__A_15(db: Database, cast: Cast) -> None:
    await leave(db, cast.bob, with_content=True)
    async with db.read() as tx:
        assert await communities.moderators(tx, cast.gardening.id) == []


async def test_an_admin_who_left_is_none_any_more(db: Database, cast: Cast) -> None:
    await leave(db, cast.admin, with_content=False)
    async with db.read() as tx:
        admin = await rows.viewer(tx, "admin")
        assert not admin.admin
        assert admin.person
        assert not admin.person.admin


async def test_an_undecided_application_is_withdrawn(db: Database, cast: Cast) -> None:
    assert cast.alice.account
    async with db.write() as tx:
        await tx.run(
            "UPDATE local_user SET accepted_application = :no WHERE id = :id",
            no=False,
            id=cast.alice.account.id,
        )
        await tx.run(
            "INSERT INTO registration_application (local_user_id, answer, published) VALUES (:id, 'x', 0)",
            id=cast.alice.account.id,
        )
        alice = await rows.viewer(tx, "alice")
    await leave(db, alice, with_content=False)
    async with db.read() as tx:
        assert await tx.value("SELECT count(*) FROM registration_application") == 0


async def test_who_leaves_follows_nothing_elsewhere__SND_7(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await follow_community(tx, cast.alice, cast.baking.id)
        waiting = await outbox.noted(tx, 9)
        await outbox.settle(tx, [noted.id for noted in waiting])
    await leave(db, cast.alice, with_content=False)
    async with db.read() as tx:
        told = [(noted.kind, noted.payload.get("state")) for noted in await outbox.noted(tx, 9)]
        assert await follows.followed_elsewhere(tx, cast.alice.id) == []
        await assert_no_drift(tx)
    assert told == [("CommunityFollowed", False), ("PersonDeleted", None)]
