"""A person's page: who may know of it, and what they wrote in one list."""

import pytest

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.listings.profile import overview, read_profile
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.model.errors import Invalid, NotAllowed, NotFound
from folkmoot.model.people import ANONYMOUS
from folkmoot.model.time import MINUTE, FixedClock
from folkmoot.model.views import PostView
from folkmoot.store.db import Database
from tests.cast import Cast


@pytest.mark.parametrize("name", ["nobody", "carol", "alice@there.example", "!alice", "", "a b"])
async def test_there_is_no_such_person(db: Database, cast: Cast, name: str) -> None:
    async with db.read() as tx:
        with pytest.raises(NotFound, match="couldnt_find_person"):
            await read_profile(tx, cast.alice, name)


async def test_a_private_site_keeps_its_people_to_itself__R_11(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE local_site SET private_instance = :yes", yes=True)
        tx.changed("site")
    async with db.read() as tx:
        with pytest.raises(NotAllowed, match="instance_is_private"):
            await read_profile(tx, ANONYMOUS, "alice")


async def test_somebody_with_what_they_moderate(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await tx.run(
            "INSERT INTO person_block (person_id, target_id, published) VALUES (:p, :t, 0)",
            p=cast.alice.id,
            t=cast.carol.id,
        )
    async with db.read() as tx:
        carol = await read_profile(tx, cast.alice, "carol@there.example")
        assert [community.name for community in carol.moderates] == ["baking"]
        assert carol.blocked
        assert not (await read_profile(tx, cast.bob, "Carol@There.example")).blocked


async def test_communities_that_are_gone_are_not_named__Q_5(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE community SET deleted = :yes WHERE id = :id", yes=True, id=cast.gardening.id)
    async with db.read() as tx:
        assert (await read_profile(tx, cast.alice, "bob")).moderates == []
        assert len((await read_profile(tx, cast.bob, "bob")).moderates) == 1


async def test_posts_and_comments_in_one_list_page_by_page(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    written = []
    async with db.write() as tx:
        start = await create_post(tx, cast.bob, CreatePost(cast.gardening.id, "Where all begins"))
    for number in range(12):
        clock.advance(2 * MINUTE)
        async with db.write() as tx:
            if number % 3:
                await create_comment(tx, cast.alice, CreateComment(start.id, f"thing {number}"))
            else:
                made = await create_post(tx, cast.alice, CreatePost(cast.gardening.id, f"thing {number}"))
                if number == 6:
                    await tx.run("UPDATE post SET featured_local = :yes WHERE id = :id", yes=True, id=made.id)
        written.append(f"thing {number}")
    async with db.read() as tx:
        alice = (await read_profile(tx, ANONYMOUS, "alice")).person
        seen: list[str] = []
        after = None
        while True:
            page = await overview(tx, ANONYMOUS, alice, after=after, limit=5)
            seen += [
                view.post.name if isinstance(view, PostView) else view.comment.content for view in page.items
            ]
            if page.next is None:
                break
            after = page.next
    assert seen == written[::-1]


async def test_a_post_of_the_moment_of_the_last_comment_is_not_passed_over(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    async with db.write() as tx:
        start = await create_post(tx, cast.alice, CreatePost(cast.gardening.id, "older than all comments"))
    clock.advance(MINUTE)
    async with db.write() as tx:
        await create_comment(tx, cast.alice, CreateComment(start.id, "as old as the post"))
        await create_post(tx, cast.alice, CreatePost(cast.gardening.id, "as old as the comment"))
    for number in range(2):
        clock.advance(2 * MINUTE)
        async with db.write() as tx:
            await create_comment(tx, cast.alice, CreateComment(start.id, f"thing {number}"))
    assert cast.alice.person
    seen: list[str] = []
    after = None
    async with db.read() as tx:
        while after is not None or not seen:
            page = await overview(tx, ANONYMOUS, cast.alice.person, after=after, limit=3)
            seen += [
                view.post.name if isinstance(view, PostView) else view.comment.content for view in page.items
            ]
            after = page.next
    assert seen[:2] == ["thing 1", "thing 0"]
    assert sorted(seen[2:4]) == ["as old as the comment", "as old as the post"]
    assert seen[4:] == ["older than all comments"]


@pytest.mark.parametrize("cursor", ["x", "P1", "P-", "Pzz-C1", "C1-P1"])
async def test_a_cursor_that_leads_nowhere_is_refused(db: Database, cast: Cast, cursor: str) -> None:
    assert cast.alice.person
    async with db.read() as tx:
        with pytest.raises(Invalid, match="unknown"):
            await overview(tx, ANONYMOUS, cast.alice.person, after=cursor)
