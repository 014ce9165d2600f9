"""Search by words: what is found, what is not, and in which order."""

from typing import Any

import pytest

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.comments.remove import remove_comment
from folkmoot.core.communities.edit import EditCommunity, edit_community
from folkmoot.core.communities.follow import follow_community
from folkmoot.core.people.ban import BanFromSite, ban_from_site
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.posts.remove import remove_post
from folkmoot.core.search.find import Found, SearchFor, find
from folkmoot.core.search.index import index_all, index_due
from folkmoot.model.communities import Community
from folkmoot.model.enums import Listing, PostSort, SearchType, Visibility
from folkmoot.model.errors import NotAllowed
from folkmoot.model.people import ANONYMOUS, Viewer
from folkmoot.model.time import HOUR, FixedClock
from folkmoot.store import blocks, people, search_hits
from folkmoot.store.db import Database
from tests.cast import Cast


async def post(db: Database, author: Viewer, community: Community, name: str, **more: Any) -> int:
    """Somebody posts; the search tables follow."""
    async with db.write() as tx:
        written = await create_post(tx, author, CreatePost(community.id, name, **more))
    await index_all(db)
    return written.id


async def comment(db: Database, author: Viewer, post_id: int, content: str) -> int:
    """Somebody comments; the search tables follow."""
    async with db.write() as tx:
        written = await create_comment(tx, author, CreateComment(post_id, content))
    await index_all(db)
    return written.comment.id


async def look(db: Database, term: str, viewer: Viewer = ANONYMOUS, **asked: Any) -> Found:
    """A search."""
    async with db.read(slow=True) as tx:
        return await find(tx, viewer, SearchFor(term, **asked))


async def posts_of(db: Database, term: str, viewer: Viewer = ANONYMOUS, **asked: Any) -> list[int]:
    """The posts that a search finds."""
    return [view.post.id for view in (await look(db, term, viewer, kind=SearchType.POSTS, **asked)).posts]


# --- what is not found ---------------------------------------------------------------------------------------------


async def test_what_is_in_an_unlisted_community_is_found_there_and_by_who_follows_it__section_13(
    db: Database, cast: Cast
) -> None:
    fern = await post(db, cast.bob, cast.gardening, "Fern spores")
    await comment(db, cast.bob, fern, "Spores want moss")
    async with db.write() as tx:
        await edit_community(tx, cast.bob, EditCommunity(cast.gardening.id, visibility=Visibility.UNLISTED))
    for kind in (SearchType.POSTS, SearchType.COMMENTS):
        for viewer in (ANONYMOUS, cast.alice):
            for scope in (None, Listing.ALL, Listing.LOCAL):
                found = await look(db, "spores", viewer, kind=kind, scope=scope)
                assert (found.posts, found.comments) == ([], []), (kind, scope)
            found = await look(db, "spores", viewer, kind=kind, community_id=cast.gardening.id)
            assert len([*found.posts, *found.comments]) == 1
    async with db.write() as tx:
        await follow_community(tx, cast.alice, cast.gardening.id)
    assert await posts_of(db, "spores", cast.alice) == [fern]


async def test_visitors_may_not_search_a_private_site__R_11(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE local_site SET private_instance = :yes", yes=True)
        tx.changed("site")
    with pytest.raises(NotAllowed) as refused:
        await look(db, "anything")
    assert refused.value.code == "instance_is_private"


async def test_removed_and_deleted_things_leave_the_search_and_come_back(db: Database, cast: Cast) -> None:
    number = await post(db, cast.alice, cast.gardening, "Tomatoes in June")
    said = await comment(db, cast.alice, number, "The tomatoes are late")
    async with db.write() as tx:
        await remove_comment(tx, cast.bob, said, removed=True)
        await remove_post(tx, cast.bob, number, removed=True)
    found = await look(db, "tomatoes")
    assert (found.posts, found.comments) == ([], [])
    await index_all(db)
    async with db.write() as tx:
        for table in ("post_search", "comment_search"):
            assert await tx.all(f"SELECT rowid FROM {table}") == []
        await remove_post(tx, cast.bob, number, removed=False)
        await remove_comment(tx, cast.bob, said, removed=False)
    await index_all(db)
    found = await look(db, "tomatoes")
    assert ([view.post.id for view in found.posts], [view.comment.id for view in found.comments]) == (
        [number],
        [said],
    )


async def test_all_that_somebody_wrote_leaves_with_them(db: Database, cast: Cast) -> None:
    await post(db, cast.alice, cast.gardening, "Buy my tomatoes")
    async with db.write() as tx:
        await ban_from_site(tx, cast.admin, BanFromSite(cast.alice.id, remove_data=True))
    await index_all(db)
    assert await posts_of(db, "tomatoes") == []
    async with db.read() as tx:
        assert await tx.all("SELECT rowid FROM post_search") == []


async def test_local_only_communities_are_not_searched_for_visitors__R_10(db: Database, cast: Cast) -> None:
    number = await post(db, cast.alice, cast.gardening, "In the attic")
    async with db.write() as tx:
        await tx.run("UPDATE community SET visibility = 'LocalOnly' WHERE id = :id", id=cast.gardening.id)
    assert await posts_of(db, "attic") == []
    assert await posts_of(db, "attic", cast.bob) == [number]


async def test_hidden_communities_are_not_searched__L_8(db: Database, cast: Cast) -> None:
    await post(db, cast.alice, cast.gardening, "In the attic")
    async with db.write() as tx:
        await tx.run("UPDATE community SET hidden = :yes WHERE id = :id", yes=True, id=cast.gardening.id)
    assert await posts_of(db, "attic", cast.bob) == []


async def test_nsfw_posts_are_found_by_who_wants_them__L_10(db: Database, cast: Cast) -> None:
    number = await post(db, cast.alice, cast.gardening, "Naked mole rats", nsfw=True)
    assert await posts_of(db, "mole") == []
    assert await posts_of(db, "mole", show_nsfw=True) == [number]


async def test_blocked_people_are_not_found__L_15(db: Database, cast: Cast) -> None:
    number = await post(db, cast.alice, cast.gardening, "Tomatoes in June")
    await comment(db, cast.alice, number, "They are late")
    async with db.write() as tx:
        await blocks.add(tx, "person", cast.bob.id, cast.alice.id)
    found = await look(db, "late", cast.bob)
    assert found.comments == []
    assert await posts_of(db, "tomatoes", cast.bob) == []
    assert await posts_of(db, "tomatoes") == [number]


# --- what words mean -----------------------------------------------------------------------------------------------


async def test_words_are_found_in_title_body_and_description__Q_1(db: Database, cast: Cast) -> None:
    title = await post(db, cast.alice, cast.gardening, "A Greenhouse for winter")
    body = await post(db, cast.alice, cast.gardening, "Plans", body="I want a GREENHOUSE too")
    alt = await post(
        db, cast.alice, cast.gardening, "Look", url="https://a.example/x.png", alt_text="my greenhouse"
    )
    assert sorted(await posts_of(db, "greenHOUSE")) == [title, body, alt]
    assert await posts_of(db, "eenhou", title_only=True) == [title]


async def test_each_space_matches_anything_between__Q_1(db: Database, cast: Cast) -> None:
    number = await post(db, cast.alice, cast.gardening, "The first story of a cat", body="a dog comes later")
    assert await posts_of(db, "first cat") == [number]
    assert await posts_of(db, "  fir   ca ") == [number]
    assert await posts_of(db, "cat first") == []
    assert await posts_of(db, "cat dog") == [], "the words have to stand in one field"


@pytest.mark.parametrize(
    "term", ["100%", "f_rst", 'it\'s "so"', "a\\b", "*", "AND", "near(", "c++", "-x", "col:umn"]
)
async def test_signs_are_themselves__Q_1(db: Database, cast: Cast, term: str) -> None:
    number = await post(db, cast.alice, cast.gardening, f"Here is {term} in a title")
    await post(db, cast.alice, cast.gardening, "The first of 1000 others by somebody else")
    assert await posts_of(db, term) == [number]


async def test_case_does_not_matter_in_any_script(db: Database, cast: Cast) -> None:
    number = await post(db, cast.alice, cast.gardening, "ÄRGER mit Πόλις und Straße, café")
    for term in ("ärger", "πόλις", "STRASSE", "ΠΌΛΙΣ", "cafe\u0301"):
        assert await posts_of(db, term) == [number], term


async def test_short_words_are_looked_for_among_the_newest_only(
    db: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_hits, "LOOKED_AT", 2)
    search_hits._newest.cache_clear()
    numbers = [await post(db, cast.alice, cast.gardening, f"Ox number {count}") for count in range(3)]
    found = await look(db, "ox", kind=SearchType.POSTS)
    assert sorted(view.post.id for view in found.posts) == numbers[1:]
    assert SearchType.POSTS in found.bounded
    assert not (await look(db, "number", kind=SearchType.POSTS)).bounded
    search_hits._newest.cache_clear()


async def test_common_words_are_looked_for_among_the_newest_and_the_person_s_own(
    db: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_hits, "HITS", 2)
    old = await post(db, cast.bob, cast.gardening, "Seeds, the first")
    numbers = [await post(db, cast.alice, cast.gardening, f"Seeds number {count}") for count in range(3)]
    found = await look(db, "seeds", kind=SearchType.POSTS)
    assert sorted(view.post.id for view in found.posts) == numbers[1:]
    assert SearchType.POSTS in found.bounded
    assert await posts_of(db, "seeds", creator_id=cast.bob.id) == [old]


async def test_no_words_find_everything_of_a_person__Q_2(db: Database, cast: Cast) -> None:
    await post(db, cast.bob, cast.gardening, "Rules of this place")
    number = await post(db, cast.alice, cast.gardening, "Tomatoes in June")
    said = await comment(db, cast.alice, number, "They are late")
    found = await look(db, "", creator_id=cast.alice.id)
    assert [view.post.id for view in found.posts] == [number]
    assert [view.comment.id for view in found.comments] == [said]


# --- kinds, orders, pages ------------------------------------------------------------------------------------------


async def test_everything_is_searched_unless_asked_otherwise__Q_2(db: Database, cast: Cast) -> None:
    number = await post(db, cast.alice, cast.gardening, "Gardening by alice")
    said = await comment(db, cast.bob, number, "alice likes gardening")
    everything = await look(db, "garden")
    assert [view.post.id for view in everything.posts] == [number]
    assert [view.comment.id for view in everything.comments] == [said]
    assert [view.community.id for view in everything.communities] == [cast.gardening.id]
    assert [person.id for person in (await look(db, "ALI")).people] == [cast.alice.id]
    for narrow in ({"community_id": cast.gardening.id}, {"creator_id": cast.alice.id}):
        narrowed = await look(db, "garden", **narrow)
        assert ([view.post.id for view in narrowed.posts], narrowed.communities) == ([number], [])
        assert (await look(db, "ALI", **narrow)).people == []


async def test_people_are_found_by_either_name_but_not_deleted_ones__L_18(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await people.update(tx, cast.alice.id, {"display_name": "The Gardener"})
        await people.update(tx, cast.bob.id, {"display_name": "Gardener too", "deleted": True})
    found = await look(db, "gardener", kind=SearchType.USERS)
    assert [person.id for person in found.people] == [cast.alice.id]
    carol = await look(db, "carol", kind=SearchType.USERS)
    assert [person.id for person in carol.people] == [cast.carol.id]
    assert (await look(db, "carol", kind=SearchType.USERS, scope=Listing.LOCAL)).people == []
    assert (await look(db, "alice", kind=SearchType.USERS, scope=Listing.SUBSCRIBED)).people == []


async def test_a_link_is_found_by_its_address_alone__Q_2(db: Database, cast: Cast) -> None:
    url = "https://story.example/cats?id=7#top"
    number = await post(db, cast.alice, cast.gardening, "Cats", url=url)
    await post(db, cast.alice, cast.gardening, "More cats", url="https://story.example/cats?id=8")
    for term in (url, "https://STORY.example/cats?id=7&utm_source=mail#top"):
        found = await look(db, term, kind=SearchType.URL)
        assert [view.post.id for view in found.posts] == [number], term
    assert (await look(db, "no address", kind=SearchType.URL)).posts == []


async def test_posts_are_found_by_the_site_they_link_to(db: Database, cast: Cast) -> None:
    first = await post(db, cast.alice, cast.gardening, "Cats", url="https://story.example/cats")
    await post(db, cast.alice, cast.gardening, "Cats elsewhere", url="https://other.example/cats")
    assert await posts_of(db, "", host="story.example") == [first]
    assert await posts_of(db, "dogs", host="story.example") == []


async def test_orders_and_pages(db: Database, cast: Cast, clock: FixedClock) -> None:
    numbers = []
    for count in range(3):
        clock.advance(HOUR)
        numbers.append(await post(db, cast.alice, cast.gardening, f"Seeds number {count}"))
    async with db.write() as tx:
        await tx.run("UPDATE post SET score = 9 WHERE id = :id", id=numbers[1])
    assert await posts_of(db, "seeds", sort=PostSort.NEW) == numbers[::-1]
    assert (await posts_of(db, "seeds", sort=PostSort.TOP_ALL))[0] == numbers[1]
    assert await posts_of(db, "seeds", sort=PostSort.TOP_HOUR) == [numbers[2]]
    page = await look(db, "seeds", sort=PostSort.OLD, limit=2)
    assert [view.post.id for view in page.posts] == numbers[:2]
    assert SearchType.POSTS in page.more
    page = await look(db, "seeds", sort=PostSort.OLD, limit=2, page=2)
    assert [view.post.id for view in page.posts] == numbers[2:]
    assert SearchType.POSTS not in page.more


async def test_pinned_posts_stand_first_where_lists_do_it_too(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    pinned = await post(db, cast.bob, cast.gardening, "Seeds: the rules")
    clock.advance(HOUR)
    other = await post(db, cast.alice, cast.gardening, "Seeds of mine")
    async with db.write() as tx:
        await tx.run("UPDATE post SET featured_local = :yes WHERE id = :id", yes=True, id=pinned)
    assert await posts_of(db, "seeds", sort=PostSort.NEW) == [pinned, other]
    assert await posts_of(db, "seeds", sort=PostSort.NEW, pins=False) == [other, pinned]


async def test_what_is_the_reader_s_own_comes_with_it(db: Database, cast: Cast) -> None:
    await post(db, cast.alice, cast.gardening, "Seeds of mine")
    found = await look(db, "seeds", cast.alice)
    assert found.posts[0].mine.my_vote == 1
    assert found.posts[0].creator.id == cast.alice.id


async def test_people_are_ordered_by_what_they_wrote_or_when_they_came__S_10(
    db: Database, cast: Cast
) -> None:
    async with db.write() as tx:
        await tx.run(
            "UPDATE person SET display_name = 'Folk', published = 1000 - id, comment_count = 0, comment_score = 0"
        )
        await tx.run("UPDATE person SET comment_count = 9 WHERE id = :id", id=cast.alice.id)
        await tx.run("UPDATE person SET comment_score = 9 WHERE id = :id", id=cast.bob.id)

    async def first(sort: PostSort) -> str:
        return (await look(db, "folk", sort=sort)).people[0].name

    assert await first(PostSort.NEW) == await first(PostSort.NEW_COMMENTS) == "admin"
    assert await first(PostSort.OLD) == "mallory"
    assert await first(PostSort.MOST_COMMENTS) == "alice"
    assert await first(PostSort.HOT) == await first(PostSort.TOP_ALL) == "bob"


# --- the tables ----------------------------------------------------------------------------------------------------


async def test_an_edit_is_found_by_its_new_words_only(db: Database, cast: Cast) -> None:
    number = await post(db, cast.alice, cast.gardening, "Tomatoes in June")
    async with db.write() as tx:
        await tx.run("UPDATE post SET name = 'Potatoes in June' WHERE id = :id", id=number)
        await tx.run("INSERT INTO search_pending (kind, object_id) VALUES ('post', :id)", id=number)
    assert await index_due(db) == 1
    assert await posts_of(db, "potato") == [number]
    assert await posts_of(db, "tomato") == []


async def test_nothing_waits_and_nothing_is_written(db: Database, cast: Cast) -> None:
    assert await index_due(db) == 0


async def test_what_was_purged_while_it_waited_is_passed_over(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await tx.run("INSERT INTO search_pending (kind, object_id) VALUES ('comment', 4711)")
    assert await index_due(db) == 1
    assert await index_due(db) == 0
