"""Found a community."""

import pytest

from folkmoot.core.communities.create import CreateCommunity, create_community
from folkmoot.core.communities.edit import EditCommunity, edit_community
from folkmoot.core.people.keys import KeyPair
from folkmoot.model.enums import Visibility
from folkmoot.model.errors import Conflict, Invalid, NotAllowed, NotLoggedIn
from folkmoot.model.people import ANONYMOUS
from folkmoot.store import communities
from folkmoot.store.db import Database
from tests.cast import Cast
from tests.core.moderation.drift import assert_no_drift


async def test_visitors_found_nothing(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(NotLoggedIn):
            await create_community(tx, ANONYMOUS, CreateCommunity("cycling", "Cycling"))


async def test_who_is_banned_founds_nothing(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(NotAllowed, match="site_ban"):
            await create_community(tx, cast.mallory, CreateCommunity("cycling", "Cycling"))


@pytest.mark.parametrize("name", ["ab", "two words", "über", "a" * 21, "кот_cat", "", "a-b-c"])
async def test_a_name_has_letters_of_one_script__M_1(db: Database, cast: Cast, name: str) -> None:
    async with db.write() as tx:
        with pytest.raises(Invalid, match="invalid_name"):
            await create_community(tx, cast.alice, CreateCommunity(name, "Cycling"))


async def test_a_name_is_there_once_whatever_its_case__M_1(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(Conflict, match="community_already_exists"):
            await create_community(tx, cast.alice, CreateCommunity("Gardening", "Another"))


async def test_a_name_taken_elsewhere_is_free_here__M_1(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        made = await create_community(tx, cast.alice, CreateCommunity("baking", "Our baking"))
    assert made.handle == "baking@here.example"


async def test_a_long_title_is_reported_as_upstream_does__M_1(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(Invalid, match="community_already_exists") as refused:
            await create_community(tx, cast.alice, CreateCommunity("cycling", "x" * 256))
        assert refused.value.field == "title"


async def test_only_admins_where_the_site_says_so__M_2(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE local_site SET community_creation_admin_only = :yes", yes=True)
        tx.changed("site")
    async with db.write() as tx:
        with pytest.raises(NotAllowed, match="only_admins_can_create_communities"):
            await create_community(tx, cast.alice, CreateCommunity("cycling", "Cycling"))
        await create_community(tx, cast.admin, CreateCommunity("cycling", "Cycling"))


async def test_languages_must_be_the_sites__M_3(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await tx.run("INSERT INTO site_language (site_id, language_id) SELECT site_id, 37 FROM local_site")
        with pytest.raises(Invalid, match="language_not_allowed"):
            await create_community(
                tx, cast.alice, CreateCommunity("cycling", "Cycling", language_ids=(37, 42))
            )
        made = await create_community(
            tx, cast.alice, CreateCommunity("cycling", "Cycling", language_ids=(37,))
        )
        assert await communities.languages(tx, made.id) == [37]


async def test_unknown_languages_are_refused__M_3(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(Invalid, match="language_not_allowed"):
            await create_community(
                tx, cast.alice, CreateCommunity("cycling", "Cycling", language_ids=(99999,))
            )


async def test_the_founder_moderates_and_follows__M_2(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        made = await create_community(
            tx,
            cast.alice,
            CreateCommunity(
                "cycling",
                " Cycling \n here ",
                description="Ride **on**.",
                icon="https://pictures.example/i.png",
                nsfw=True,
                visibility=Visibility.LOCAL_ONLY,
                keys=KeyPair("public", "private"),
            ),
        )
        relation = await communities.relation(tx, made.id, cast.alice.id)
        assert relation.top_moderator
        assert relation.follows
        assert not relation.pending
        await assert_no_drift(tx)
    assert (made.title, made.subscribers, made.subscribers_local) == ("Cycling here", 1, 1)
    assert made.ap_id == "https://here.example/c/cycling"
    assert made.inbox_url == "https://here.example/c/cycling/inbox"
    assert "<strong>on</strong>" in (made.description_html or "")
    assert (made.nsfw, made.visibility, made.local) == (True, "LocalOnly", True)
    assert made.hot_rank > 0.0001


async def test_members_do_not_edit__R_2(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(NotAllowed, match="not_a_mod_or_admin"):
            await edit_community(tx, cast.alice, EditCommunity(cast.gardening.id, title="Mine"))
        with pytest.raises(NotAllowed, match="not_a_mod_or_admin"):
            await edit_community(tx, cast.alice, EditCommunity(999, title="Mine"))


async def test_a_title_too_long_on_edit__M_1(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(Invalid, match="couldnt_update_community"):
            await edit_community(tx, cast.bob, EditCommunity(cast.gardening.id, title="x" * 256))


async def test_pictures_are_web_addresses(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(Invalid, match="invalid_url_scheme"):
            await edit_community(tx, cast.bob, EditCommunity(cast.gardening.id, icon="magnet:?xt=urn:btih:x"))
        with pytest.raises(Invalid, match="invalid_url"):
            await edit_community(tx, cast.bob, EditCommunity(cast.gardening.id, banner="no address"))


async def test_an_empty_text_erases_and_none_leaves__P_4(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        asked = EditCommunity(cast.gardening.id, description="Soil", banner="https://pictures.example/b.png")
        await edit_community(tx, cast.bob, asked)
        edited = await edit_community(tx, cast.bob, EditCommunity(cast.gardening.id, banner="", nsfw=True))
    assert (edited.description, edited.banner, edited.nsfw) == ("Soil", None, True)
    assert edited.updated
    assert edited.version > cast.gardening.version


async def test_an_empty_list_of_languages_means_all__M_3(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await edit_community(tx, cast.bob, EditCommunity(cast.gardening.id, language_ids=(37,)))
        assert await communities.languages(tx, cast.gardening.id) == [37]
        await edit_community(tx, cast.bob, EditCommunity(cast.gardening.id, language_ids=()))
        assert await communities.languages(tx, cast.gardening.id) == []
