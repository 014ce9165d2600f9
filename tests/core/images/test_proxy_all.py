"""Where the operator wants all pictures to come through this server: in texts, of profiles, communities, the site and posts (I-5)."""

import pytest

from folkmoot.core.comments.edit import EditComment, edit_comment
from folkmoot.core.communities.edit import EditCommunity, edit_community
from folkmoot.core.people.settings import SaveSettings, save_settings
from folkmoot.core.site.edit import EditSite, edit_site
from folkmoot.store import images
from folkmoot.store.db import Database
from tests.cast import Cast
from tests.core.stories import now, set_site, write_comment, write_post

PHOTO = "https://pics.example/a b.png?x=1&y=2".replace(" ", "%20")
THROUGH = (
    "https://here.example/api/v3/image_proxy?url=https%3A%2F%2Fpics.example%2Fa%2520b.png%3Fx%3D1%26y%3D2"
)


async def remembered(db: Database, url: str = PHOTO) -> bool:
    async with db.read() as tx:
        return await images.is_remembered(tx, url)


@pytest.mark.parametrize("mode", ["none", "store-previews"])
async def test_in_other_modes_addresses_stay_and_nobody_can_open_the_proxy__I_5(
    db: Database, cast: Cast, mode: str
) -> None:
    async with db.write() as tx:
        await set_site(tx, image_mode=mode)
        post = await write_post(tx, cast.alice, cast.gardening, body=f"![a]({PHOTO}) ![b]({THROUGH})")
    assert post.body == f"![a]({PHOTO}) ![b]({THROUGH})"
    assert not await remembered(db)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (f"![a photo]({PHOTO})", f"![a photo]({THROUGH})"),
        (f'![a]( <{PHOTO}> "of it")', f'![a]( <{THROUGH}> "of it")'),
        (f"[![a]({PHOTO})](https://story.example/)", f"[![a]({THROUGH})](https://story.example/)"),
        (f"`![a]({PHOTO})`", f"`![a]({PHOTO})`"),
        (f"[a photo]({PHOTO})", f"[a photo]({PHOTO})"),
        ("![a](https://here.example/pictrs/image/b.png)", "![a](https://here.example/pictrs/image/b.png)"),
    ],
)
async def test_pictures_in_texts_come_through_here__I_5(
    db: Database, cast: Cast, typed: str, kept: str
) -> None:
    async with db.write() as tx:
        await set_site(tx, image_mode="proxy-all")
        post = await write_post(tx, cast.alice, cast.gardening, body=typed)
    assert post.body == kept
    assert 'src="https://pics.example' not in (post.body_html or "")
    assert await remembered(db) is (THROUGH in kept)


async def test_a_picture_named_elsewhere_in_the_text_does_too__I_5(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await set_site(tx, image_mode="proxy-all")
        post = await write_post(tx, cast.alice, cast.gardening)
        comment = await write_comment(tx, cast.bob, post, f"![a][1]\n\n[1]: {PHOTO}")
    assert f'src="{THROUGH.replace("&", "&amp;")}"' in comment.content_html
    assert await remembered(db)
    other = "https://pics.example/other.png"
    async with db.write() as tx:
        await edit_comment(tx, cast.bob, EditComment(comment.id, f"![a]({other})"))
        assert "image_proxy" in (await now(tx, comment)).content
    assert await remembered(db, other)


async def test_profiles_communities_and_the_site__I_5(db: Database, cast: Cast) -> None:
    assert cast.alice.person
    async with db.write() as tx:
        await set_site(tx, image_mode="proxy-all")
        await save_settings(tx, cast.alice, SaveSettings(avatar=PHOTO))
        await edit_community(
            tx, cast.bob, EditCommunity(cast.gardening.id, icon="https://pics.example/i.png")
        )
        site = await edit_site(tx, cast.admin, EditSite(banner="https://pics.example/b.png"))
        post = await write_post(
            tx,
            cast.alice,
            cast.gardening,
            url="https://story.example/",
            custom_thumbnail="https://pics.example/t.png",
        )
        assert (await now(tx, cast.alice.person)).avatar == THROUGH
        assert "image_proxy" in (await now(tx, cast.gardening)).icon
    assert "image_proxy" in (site.banner or "") and "image_proxy" in (post.thumbnail_url or "")
    for name in ("i", "b", "t"):
        assert await remembered(db, f"https://pics.example/{name}.png")
