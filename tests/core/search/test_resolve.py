"""From an address or a handle to the thing itself (Q-3)."""

import pytest

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.people.find import find_person
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.posts.remove import remove_post
from folkmoot.core.search.resolve import Resolved, look_up, or_bring, resolve
from folkmoot.model.errors import Invalid, NotAllowed, NotFound, UnknownName
from folkmoot.model.people import ANONYMOUS, Viewer
from folkmoot.store import people
from folkmoot.store.db import Database
from tests import rows
from tests.cast import HERE, ORIGIN, THERE, Cast


@pytest.fixture
async def discussion(db: Database, cast: Cast) -> tuple[int, int]:
    """A post that came from elsewhere, and alice's answer: their ids."""
    async with db.write() as tx:
        post = await create_post(
            tx,
            cast.carol,
            CreatePost(cast.gardening.id, "Sourdough", ap_id=f"https://{THERE}/post/77", published=tx.now),
        )
        made = await create_comment(tx, cast.alice, CreateComment(post.id, "I know"))
    return post.id, made.comment.id


async def resolved(db: Database, query: str, viewer: Viewer) -> Resolved:
    async with db.read() as tx:
        return await resolve(tx, viewer, query)


@pytest.mark.parametrize(
    "query",
    ["nonsense", "", "alice", "@nobody@here.example", "https://elsewhere.example/post/1", f"{ORIGIN}/post/99999", f"{ORIGIN}/post/99999999999",
     f"{ORIGIN}/u/@@", "http://[", "!gardening@elsewhere.example"],
)  # fmt: skip
async def test_what_is_not_known_cannot_be_resolved__Q_3(db: Database, cast: Cast, query: str) -> None:
    with pytest.raises(Invalid) as refused:
        await resolved(db, query, cast.alice)
    assert refused.value.code == "couldnt_find_object"


async def test_visitors_resolve_addresses_only__Q_3(db: Database, cast: Cast) -> None:
    with pytest.raises(Invalid):
        await resolved(db, f"!gardening@{HERE}", ANONYMOUS)
    assert (await resolved(db, f"{ORIGIN}/c/gardening", ANONYMOUS)).id == cast.gardening.id


async def test_removed_things_are_gone_for_everybody__Q_3(
    db: Database, cast: Cast, discussion: tuple[int, int]
) -> None:
    async with db.write() as tx:
        await remove_post(tx, cast.bob, discussion[0], removed=True)
    for viewer in (ANONYMOUS, cast.carol, cast.bob, cast.admin):
        with pytest.raises(NotFound):
            await resolved(db, f"https://{THERE}/post/77", viewer)


async def test_deleted_people_are_gone__Q_3(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await people.update(tx, cast.bob.id, {"deleted": True})
    with pytest.raises(NotFound):
        await resolved(db, f"@bob@{HERE}", cast.admin)


async def test_things_of_a_blocked_server_are_gone__Q_3(
    db: Database, cast: Cast, discussion: tuple[int, int]
) -> None:
    async with db.write() as tx:
        await tx.run(
            "INSERT INTO federation_block (instance_id, published) SELECT id, :now FROM instance WHERE domain = :domain",
            now=tx.now, domain=THERE,
        )  # fmt: skip
    for query in (f"https://{THERE}/post/77", f"!baking@{THERE}"):
        with pytest.raises(NotFound):
            await resolved(db, query, cast.admin)


async def test_local_only_communities_are_unknown_to_visitors__R_10(
    db: Database, cast: Cast, discussion: tuple[int, int]
) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE community SET visibility = 'LocalOnly' WHERE id = :id", id=cast.gardening.id)
    for query in (f"{ORIGIN}/c/gardening", f"{ORIGIN}/post/{discussion[0]}"):
        with pytest.raises(Invalid):
            await resolved(db, query, ANONYMOUS)
        assert await resolved(db, query, cast.alice)


async def test_a_private_site_tells_visitors_nothing__R_11(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE local_site SET private_instance = :yes", yes=True)
        tx.changed("site")
    with pytest.raises(NotAllowed):
        await resolved(db, f"{ORIGIN}/c/gardening", ANONYMOUS)


async def test_addresses_of_things_and_of_pages__Q_3(
    db: Database, cast: Cast, discussion: tuple[int, int]
) -> None:
    post_id, comment_id = discussion
    for query, expected in (
        (f"https://{THERE}/post/77", ("post", post_id)),
        (f"{ORIGIN}/post/{post_id}", ("post", post_id)),
        (f"{ORIGIN}/post/{post_id}/{comment_id}", ("comment", comment_id)),
        (f"{ORIGIN}/post/{post_id}?scrollToComments=true", ("post", post_id)),
        (f" {ORIGIN}/comment/{comment_id}#c{comment_id} ", ("comment", comment_id)),
        (f"https://{THERE}/c/baking", ("community", cast.baking.id)),
        (f"{ORIGIN}/c/baking@{THERE}", ("community", cast.baking.id)),
        (f"{ORIGIN}/u/Alice", ("person", cast.alice.id)),
        (f"https://{THERE}/u/carol", ("person", cast.carol.id)),
        (f"!baking@{THERE.upper()}", ("community", cast.baking.id)),
        (f"@carol@{THERE}", ("person", cast.carol.id)),
        (f"carol@{THERE}", ("person", cast.carol.id)),
        ("!gardening", ("community", cast.gardening.id)),
    ):
        found = await resolved(db, query, cast.alice)
        assert (found.kind, found.id) == expected, query
    assert (await resolved(db, f"@carol@{THERE}", cast.alice)).name == f"carol@{THERE}"
    assert (await resolved(db, f"{ORIGIN}/comment/{comment_id}", ANONYMOUS)).post_id == post_id


async def test_visitors_look_up_handles_on_our_pages(db: Database, cast: Cast) -> None:
    async with db.read() as tx:
        assert (await look_up(tx, ANONYMOUS, f"!gardening@{HERE}")).name == "gardening"
        with pytest.raises(Invalid):
            await look_up(tx, ANONYMOUS, "gardening")


async def test_a_stranger_is_asked_for_at_their_server_by_members__L_6(db: Database, cast: Cast) -> None:
    asked = []

    async def bring(handle: str) -> None:
        asked.append(handle)
        if handle != "@dan@there.example":
            raise OSError("no answer")
        async with db.write() as tx:
            there = await tx.value("SELECT id FROM instance WHERE NOT local")
            await rows.remote_person(tx, "dan", there, THERE)

    async def found(viewer: Viewer, name: str) -> str:
        person = await or_bring(db, viewer, name, bring, lambda tx: find_person(tx, viewer, name))
        return person.handle

    for viewer, name in (
        (ANONYMOUS, "dan@there.example"), (cast.alice, "dan"), (cast.alice, "no name"), (cast.alice, "eve@there.example"),
    ):  # fmt: skip
        with pytest.raises(UnknownName):
            await found(viewer, name)
    assert asked == ["@eve@there.example"]
    for name in ("dan@there.example", "@Dan@THERE.example"):
        assert await found(cast.alice, name) == "dan@there.example"
    assert asked == ["@eve@there.example", "@dan@there.example"]
