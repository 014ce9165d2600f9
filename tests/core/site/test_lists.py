"""Taglines, the blocklist and the languages: lists that are replaced as a whole (W-6)."""

import pytest

from folkmoot.core.communities.edit import EditCommunity, edit_community
from folkmoot.core.site import blocklist, languages_of_site, taglines
from folkmoot.core.site.view import read_settings, read_site_view
from folkmoot.model.errors import NotAllowed, NotLoggedIn
from folkmoot.model.people import ANONYMOUS
from folkmoot.model.time import HOUR, FixedClock
from folkmoot.store import communities
from folkmoot.store import site as store_site
from folkmoot.store.db import Database, count_statements
from tests.cast import Cast


async def test_only_admins_change_the_lists(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(NotAllowed):
            await taglines.set_taglines(tx, cast.alice, ["x"])
        with pytest.raises(NotAllowed):
            await blocklist.set_blocked_urls(tx, cast.bob, [])
        with pytest.raises(NotAllowed):
            await languages_of_site.set_languages(tx, cast.bob, [])
        with pytest.raises(NotAllowed):
            await read_settings(tx, cast.alice)
        with pytest.raises(NotLoggedIn):
            await read_settings(tx, ANONYMOUS)


async def test_taglines_are_rendered_and_those_that_stay_keep_their_ids__W_6(
    db: Database, cast: Cast
) -> None:
    async with db.write() as tx:
        await taglines.set_taglines(tx, cast.admin, ["*One*", " ", "Two", "Two"])
        first = await store_site.read_taglines(tx)
    assert [line.content for line in first] == ["*One*", "Two"]
    assert "<em>One</em>" in first[0].content_html
    async with db.write() as tx:
        await taglines.set_taglines(tx, cast.admin, ["Two", "Three"])
        second = await store_site.read_taglines(tx)
    assert [(line.content, line.id) for line in second] == [("Two", first[1].id), ("Three", second[1].id)]


async def test_everybody_sees_the_same_tagline_for_an_hour_then_the_next(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    async with db.read() as tx:
        assert await taglines.tagline_of_the_hour(tx) is None
    async with db.write() as tx:
        await taglines.set_taglines(tx, cast.admin, ["One", "Two"])
    seen = []
    for wait in (0, HOUR - 1, 1, HOUR):
        clock.advance(wait)
        async with db.read() as tx:
            line = await taglines.tagline_of_the_hour(tx)
        seen.append(line.content if line else None)
    assert seen[0] == seen[1] == seen[3] != seen[2]


async def test_a_tagline_costs_no_query_once_it_is_known(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await taglines.set_taglines(tx, cast.admin, ["One"])
    async with db.read() as tx:
        await taglines.tagline_of_the_hour(tx)
        with count_statements() as counted:
            await taglines.tagline_of_the_hour(tx)
    assert counted.statements == []


async def test_blocked_addresses_lose_scheme_and_slash_and_keep_their_rows__W_5(
    db: Database, cast: Cast
) -> None:
    async with db.write() as tx:
        await blocklist.set_blocked_urls(
            tx, cast.admin, ["https://Evil.example/", "bad.example/path/", "evil.example"]
        )
        first = (await read_site_view(tx)).blocked_urls
    assert [entry.url for entry in first] == ["evil.example", "bad.example/path"]
    async with db.write() as tx:
        await blocklist.set_blocked_urls(tx, cast.admin, ["new.example", "bad.example/path"])
        second = (await read_site_view(tx)).blocked_urls
        assert [(entry.id, entry.url) for entry in second] == [
            (first[1].id, "bad.example/path"),
            (second[1].id, "new.example"),
        ]
        await blocklist.set_blocked_urls(tx, cast.admin, [])
        assert (await read_site_view(tx)).blocked_urls == []


async def test_communities_lose_the_languages_that_the_site_loses__M_3(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await edit_community(tx, cast.bob, EditCommunity(cast.gardening.id, language_ids=(0, 32, 37)))
        await languages_of_site.set_languages(tx, cast.admin, [0, 37])
        assert await languages_of_site.languages_of(tx) == [0, 37]
        assert await communities.languages(tx, cast.gardening.id) == [0, 37]


async def test_all_languages_are_kept_as_none__W_2(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await languages_of_site.set_languages(tx, cast.admin, range(184))
        assert await languages_of_site.languages_of(tx) == []
