"""Blocks: whom and what one may not block, and what blocking does."""

import pytest

from folkmoot.core.communities.follow import follow_community
from folkmoot.core.people import block
from folkmoot.model.errors import NotLoggedIn, Refusal
from folkmoot.model.people import ANONYMOUS
from folkmoot.model.time import DAY, FixedClock
from folkmoot.store import blocks
from folkmoot.store.db import Database
from tests.cast import THERE, Cast
from tests.core.moderation.drift import assert_no_drift


async def test_a_visitor_blocks_nothing__T_11(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        for ask in (
            block.block_person(tx, ANONYMOUS, cast.bob.id),
            block.block_community(tx, ANONYMOUS, cast.gardening.id),
            block.block_instance(tx, ANONYMOUS, 1),
            block.block_domain(tx, ANONYMOUS, "x.example"),
            block.unblock_keyword(tx, ANONYMOUS, "word"),
            block.list_blocks(tx, ANONYMOUS),
        ):
            with pytest.raises(NotLoggedIn):
                await ask


async def test_some_cannot_be_blocked__R_8__T_9(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        here = await blocks.local_instance_id(tx)
        for ask, code in (
            (block.block_person(tx, cast.alice, cast.alice.id), "cant_block_yourself"),
            (block.block_person(tx, cast.alice, cast.admin.id), "cant_block_admin"),
            (block.block_person(tx, cast.alice, 99999), "person_block_already_exists"),
            (block.block_community(tx, cast.alice, 99999), "community_block_already_exists"),
            (block.block_instance(tx, cast.alice, here), "cant_block_local_instance"),
            (block.block_instance(tx, cast.alice, 99999), "instance_block_already_exists"),
            (block.block_instance_named(tx, cast.alice, "unknown.example"), "instance_block_already_exists"),
            (block.block_instance_named(tx, cast.alice, "not a host"), "invalid_url"),
        ):
            with pytest.raises(Refusal) as refused:
                await ask
            assert refused.value.code == code


async def test_blocking_again_and_unblocking_again_are_no_errors(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        for blocked in (True, True, False, False, True):
            await block.block_person(tx, cast.alice, cast.bob.id, blocked=blocked)
            await block.block_community(tx, cast.alice, cast.baking.id, blocked=blocked)
            await block.block_instance(tx, cast.alice, cast.baking.instance_id, blocked=blocked)
            assert await blocks.is_blocked(tx, "person", cast.alice.id, cast.bob.id) == blocked
        await block.block_instance_named(tx, cast.alice, f"https://{THERE}/c/baking")
        found = await block.list_blocks(tx, cast.alice)
    assert [person.id for person in found.people] == [cast.bob.id]
    assert [community.id for community in found.communities] == [cast.baking.id]
    assert [instance.domain for instance in found.instances] == [THERE]


@pytest.mark.parametrize("place", ["gardening", "baking"])
async def test_blocking_a_community_unfollows_it__R_8(db: Database, cast: Cast, place: str) -> None:
    community = getattr(cast, place)
    async with db.write() as tx:
        await follow_community(tx, cast.alice, community.id)
        await assert_no_drift(tx)
        await block.block_community(tx, cast.alice, community.id)
        assert await tx.value("SELECT count(*) FROM community_follow") == 0
        await assert_no_drift(tx)


async def test_a_removed_community_is_not_listed__W_1(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await block.block_community(tx, cast.alice, cast.gardening.id)
        await tx.run("UPDATE community SET removed = :yes WHERE id = :id", yes=True, id=cast.gardening.id)
        assert (await block.list_blocks(tx, cast.alice)).communities == []


@pytest.mark.parametrize(
    ("keyword", "code"),
    [
        ("ab", "block_keyword_too_short"),
        ("  a  ", "block_keyword_too_short"),
        ("x" * 51, "block_keyword_too_long"),
    ],
)
async def test_a_keyword_has_three_to_fifty_characters(
    db: Database, cast: Cast, keyword: str, code: str
) -> None:
    async with db.write() as tx:
        with pytest.raises(Refusal) as refused:
            await block.block_keyword(tx, cast.alice, keyword)
    assert (refused.value.code, refused.value.field) == (code, "keyword")


@pytest.mark.parametrize(
    "domain", ["", "nodots", "two words.example", "magnet:?x", "http://", "javascript:alert(1)"]
)
async def test_a_domain_has_to_be_one(db: Database, cast: Cast, domain: str) -> None:
    async with db.write() as tx:
        with pytest.raises(Refusal) as refused:
            await block.block_domain(tx, cast.alice, domain)
    assert (refused.value.code, refused.value.field) == ("invalid_url", "domain")


async def test_a_block_cannot_end_in_the_past(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(Refusal):
            await block.block_keyword(tx, cast.alice, "politics", expires=tx.now)


async def test_words_are_kept_in_one_spelling(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        assert (
            await block.block_domain(tx, cast.alice, "https://www.Spam.example:8080/page?x=1")
            == "spam.example"
        )
        assert await block.block_domain(tx, cast.alice, "bücher.example") == "xn--bcher-kva.example"
        assert await block.block_keyword(tx, cast.alice, "  Big \n News ") == "big news"
        found = await block.words_of(tx, cast.alice)
        assert await block.words_of(tx, cast.bob) == await block.words_of(tx, ANONYMOUS)
    assert found.domains == {"spam.example", "xn--bcher-kva.example"}
    assert found.keywords == {"big news"}


async def test_a_block_ends_by_itself(db: Database, cast: Cast, clock: FixedClock) -> None:
    async with db.write() as tx:
        await block.block_keyword(tx, cast.alice, "elections", expires=tx.now + DAY)
        await block.block_domain(tx, cast.alice, "spam.example", expires=tx.now + 2 * DAY)
        await block.block_keyword(tx, cast.alice, "spoilers")
    clock.advance(DAY)
    async with db.write() as tx:
        found = await block.words_of(tx, cast.alice)
        listed = await block.list_blocks(tx, cast.alice)
        assert await block.forget_expired_blocks(tx) == 1
    assert (found.keywords, found.domains) == ({"spoilers"}, {"spam.example"})
    assert [word.text for word in listed.keywords] == ["spoilers"]
    async with db.write() as tx:
        await block.unblock_keyword(tx, cast.alice, "spoilers")
        await block.unblock_domain(tx, cast.alice, "spam.example")
        assert await block.words_of(tx, cast.alice) == await block.words_of(tx, ANONYMOUS)


async def test_a_repeated_word_gets_the_new_end(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await block.block_keyword(tx, cast.alice, "elections", expires=tx.now + DAY)
        await block.block_keyword(tx, cast.alice, "Elections")
        [word] = (await block.list_blocks(tx, cast.alice)).keywords
    assert word.expires is None


async def test_there_is_an_end_to_blocking_words(
    db: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(block, "MOST_WORDS", 2)
    async with db.write() as tx:
        await block.block_keyword(tx, cast.alice, "one word")
        await block.block_keyword(tx, cast.alice, "two words")
        with pytest.raises(Refusal) as refused:
            await block.block_keyword(tx, cast.alice, "three words")
    assert refused.value.code == "too_many_items"
