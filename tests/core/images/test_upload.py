"""Uploads: who may, what is kept, what goes with what (I-7, I-10, A-15, O-7)."""

import json
from pathlib import Path
from typing import Any

import pytest

from folkmoot.core.communities.edit import EditCommunity, edit_community
from folkmoot.core.images import delete as core_delete
from folkmoot.core.images.delete import delete_upload
from folkmoot.core.images.list import list_all, list_own
from folkmoot.core.images.show import EDGES, Look, show
from folkmoot.core.images.upload import Uploaded, upload, upload_all
from folkmoot.core.people.delete import delete_account
from folkmoot.core.people.passwords import prove
from folkmoot.core.people.settings import SaveSettings, save_settings
from folkmoot.core.site.edit import EditSite, edit_site
from folkmoot.core.site.purge import purge_person, purge_post
from folkmoot.media.files import Disk
from folkmoot.model.errors import Invalid, NotAllowed, NotFound, NotLoggedIn
from folkmoot.model.people import ANONYMOUS, Viewer
from folkmoot.store.db import Database
from tests import rows
from tests.cast import Cast
from tests.core.stories import write_post
from tests.pictures import SECRET, picture


@pytest.fixture
def files(tmp_path: Path) -> Disk:
    return Disk(tmp_path / "pictures")


async def work(db: Database, files: Disk) -> None:
    """Do the jobs that wait, as the runner does."""

    for _ in range(3):
        async with db.write() as tx:
            waiting = await tx.all("SELECT name, payload FROM job WHERE name LIKE 'images.%' ORDER BY id")
            await tx.run("DELETE FROM job WHERE name LIKE 'images.%'")
        for name, payload in waiting:
            if name == core_delete.DELETE_FILES:
                await core_delete.delete_files(files, json.loads(payload))
            else:
                await core_delete.delete_pictures(db, json.loads(payload))


async def there(db: Database, files: Disk, done: Uploaded) -> bool:
    """Whether an upload is still there: row and file, which stand and fall together once the jobs are done."""
    await work(db, files)
    async with db.read() as tx:
        row = await tx.value("SELECT count(*) FROM local_image WHERE alias = :alias", alias=done.image.alias)
        known = await tx.value("SELECT count(*) FROM image_details WHERE link = :url", url=done.url)
    file = await files.get(done.image.alias)
    assert bool(row) == bool(known) == (file is not None)
    return bool(row)


# --- refusals --------------------------------------------------------------------------------------------------------


async def test_visitors_and_the_banned_upload_nothing__I_7(db: Database, cast: Cast, files: Disk) -> None:
    for who, refusal in ((ANONYMOUS, NotLoggedIn), (cast.mallory, NotAllowed)):
        with pytest.raises(refusal):
            await upload(db, files, who, picture())


async def test_what_is_no_picture_is_not_kept__I_7(
    db: Database, cast: Cast, files: Disk, tmp_path: Path
) -> None:
    with pytest.raises(Invalid) as refused:
        await upload(db, files, cast.alice, b"<script>alert(1)</script>")
    assert refused.value.code == "not_an_image_type"
    assert not (tmp_path / "pictures").exists()


async def test_of_several_none_is_kept_where_the_disk_is_full__I_7(
    db: Database, cast: Cast, tmp_path: Path
) -> None:
    kept: list[str] = []

    class Full(Disk):
        async def put(self, name: str, body: bytes) -> None:
            if kept:
                raise OSError("no space left")
            kept.append(name)
            await super().put(name, body)

    files = Full(tmp_path / "pictures")
    with pytest.raises(OSError, match="no space"):
        await upload_all(db, files, cast.alice, [picture(), picture()])
    assert [await files.get(name) for name in kept] == [None]
    async with db.read() as tx:
        assert await list_own(tx, cast.alice, page=1, limit=10) == []


async def test_only_uploader_and_admins_delete__I_7(db: Database, cast: Cast, files: Disk) -> None:
    done = await upload(db, files, cast.alice, picture())
    for who, refusal in ((ANONYMOUS, NotLoggedIn), (cast.bob, NotFound)):
        with pytest.raises(refusal):
            async with db.write() as tx:
                await delete_upload(tx, who, done.image.alias)
    assert await there(db, files, done)
    async with db.write() as tx:
        await delete_upload(tx, cast.admin, done.image.alias)
    assert not await there(db, files, done)
    with pytest.raises(NotFound):
        async with db.write() as tx:
            await delete_upload(tx, cast.admin, done.image.alias)


async def test_lists_are_for_their_owner_and_for_admins__I_10(db: Database, cast: Cast, files: Disk) -> None:
    mine = await upload(db, files, cast.alice, picture())
    theirs = await upload(db, files, cast.bob, picture())
    async with db.read() as tx:
        with pytest.raises(NotLoggedIn):
            await list_own(tx, ANONYMOUS, page=1, limit=10)
        with pytest.raises(NotAllowed):
            await list_all(tx, cast.alice, page=1, limit=10)
        for page, limit in ((0, 10), (1, 0), (1, 51), (-1, 10)):
            with pytest.raises(Invalid):
                await list_own(tx, cast.alice, page=page, limit=limit)
        own = await list_own(tx, cast.alice, page=1, limit=10)
        everybodys = await list_all(tx, cast.admin, page=1, limit=10)
        second = await list_all(tx, cast.admin, page=2, limit=1)
    assert [(view.image, view.person.name) for view in own] == [(mine.image, "alice")]
    assert {view.image.alias for view in everybodys} == {mine.image.alias, theirs.image.alias}
    assert second[0].image == everybodys[1].image


# --- what is kept ----------------------------------------------------------------------------------------------------


async def test_a_picture_is_kept_without_its_notes__I_7(db: Database, cast: Cast, files: Disk) -> None:
    done = await upload(db, files, cast.alice, picture("JPEG"))
    kept = await files.get(done.image.alias)
    assert kept and SECRET not in kept
    assert done.url == f"https://here.example/pictrs/image/{done.image.alias}"
    assert done.image.alias.endswith(".jpg") and len(done.image.alias) == 40


async def test_copies_are_made_once_in_few_sizes__I_8(
    db: Database, cast: Cast, files: Disk, tmp_path: Path
) -> None:
    alias = (await upload(db, files, cast.alice, picture("PNG", (600, 400)))).image.alias
    for edge in range(250, 320):
        assert (await show(files, alias, Look("webp", edge))).type == "image/webp"
    made = [path.name for path in (tmp_path / "pictures").rglob("*.webp")]
    assert sorted(made) == [f"{alias}.192.webp", f"{alias}.256.webp"]
    assert 256 in EDGES
    assert (await show(files, alias, Look(None, 64))).type == "image/png"
    assert (await show(files, alias, Look("jxl", None))).type == "image/webp"
    async with db.write() as tx:
        await delete_upload(tx, cast.alice, alias)
    await work(db, files)
    assert [path for path in (tmp_path / "pictures").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("alias", "look"),
    [
        ("nothing.png", Look()),
        ("../../etc/passwd", Look()),
        (".png", Look()),
        ("nothing.png", Look("bmp")),
        ("nothing.png", Look("webp", 0)),
        ("nothing.png", Look("webp", -5)),
    ],
)
async def test_what_is_not_there_is_not_found__I_8(files: Disk, alias: str, look: Look) -> None:
    with pytest.raises(NotFound):
        await show(files, alias, look)


# --- what goes with what ---------------------------------------------------------------------------------------------


async def test_a_new_picture_takes_the_old_one_of_the_caller_along__I_10(
    db: Database, cast: Cast, files: Disk
) -> None:
    first, second = [await upload(db, files, cast.alice, picture()) for _ in range(2)]
    bobs = await upload(db, files, cast.bob, picture())
    await _save(db, "alice", avatar=first.url)
    await _save(db, "alice", avatar=first.url, bio="Still me")
    assert await there(db, files, first)
    await _save(db, "alice", avatar=second.url, banner=bobs.url)
    assert not await there(db, files, first)
    await _save(db, "alice", avatar="", banner="")
    assert not await there(db, files, second)
    assert await there(db, files, bobs)


async def _save(db: Database, name: str, **values: Any) -> None:
    async with db.write() as tx:
        await save_settings(tx, await rows.viewer(tx, name), SaveSettings(**values))


async def test_so_do_icons_of_communities_and_of_the_site__I_10(
    db: Database, cast: Cast, files: Disk
) -> None:
    icon = await upload(db, files, cast.bob, picture())
    banner = await upload(db, files, cast.admin, picture())
    async with db.write() as tx:
        await edit_community(tx, cast.bob, EditCommunity(cast.gardening.id, icon=icon.url))
        await edit_site(tx, cast.admin, EditSite(banner=banner.url))
    async with db.write() as tx:
        await edit_community(tx, cast.bob, EditCommunity(cast.gardening.id, icon=""))
        await edit_site(tx, cast.admin, EditSite(banner=""))
    assert not await there(db, files, icon)
    assert not await there(db, files, banner)


@pytest.mark.parametrize("with_content", [False, True])
async def test_an_account_that_goes_takes_its_uploads_along_with_its_content__A_15(
    db: Database, cast: Cast, files: Disk, with_content: bool
) -> None:
    avatar, shown = [await upload(db, files, cast.alice, picture()) for _ in range(2)]
    await _save(db, "alice", avatar=avatar.url)
    proof = await prove(db, "alice", rows.password_of("alice"))
    async with db.write() as tx:
        await delete_account(tx, await rows.viewer(tx, "alice"), proof, with_content=with_content)
    assert not await there(db, files, avatar)
    assert await there(db, files, shown) is not with_content


async def test_purging_takes_pictures_along__O_7(db: Database, cast: Cast, files: Disk) -> None:
    named, other = [await upload(db, files, cast.alice, picture()) for _ in range(2)]
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening, url=named.url)
        await purge_post(tx, cast.admin, post.id)
    assert not await there(db, files, named)
    assert await there(db, files, other)
    async with db.write() as tx:
        await purge_person(tx, cast.admin, _id(cast.alice))
    assert not await there(db, files, other)


def _id(who: Viewer) -> int:
    assert who.person is not None
    return who.person.id


async def test_deleting_twice_does_no_harm(db: Database, files: Disk, cast: Cast) -> None:
    done = await upload(db, files, cast.alice, picture())
    async with db.write() as tx:
        await delete_upload(tx, cast.alice, done.image.alias)
    for _ in range(2):
        await core_delete.delete_files(files, {"aliases": [done.image.alias]})
        await core_delete.delete_pictures(db, {"pictures": [done.url, "https://elsewhere.example/x.png", ""]})
    assert not await there(db, files, done)
