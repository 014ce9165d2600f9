"""Who is found by which name, and by which indexes."""

import asyncio

import pytest

from folkmoot.model.enums import PostSort
from folkmoot.store import people, search_people
from folkmoot.store.db import Database, count_statements
from tests.cast import Cast


@pytest.mark.parametrize("local", [False, True])
@pytest.mark.parametrize("sort", [PostSort.TOP_ALL, PostSort.NEW, PostSort.OLD, PostSort.MOST_COMMENTS])
async def test_people_are_found_by_indexes(db: Database, cast: Cast, sort: PostSort, local: bool) -> None:
    """No search reads everybody, however many other servers' people are known."""
    values = {"begin": "a", "end": "b", "key": "%a%", "term": "%a%", "limit": 10, "offset": 0, "ids": [1, 2]}
    async with db.write() as tx:
        if db.dialect.name != "sqlite":
            await tx.run("SET LOCAL enable_seqscan = off")
            await tx.run("SET LOCAL enable_bitmapscan = off")
        for statement in (search_people._window(sort, local=local), search_people._named(sort, local=local)):
            named = ":ids" in statement
            asked = values if named else {"newline": "\n"}
            if db.dialect.name == "sqlite":
                plan = [row[3] for row in await tx.all(f"EXPLAIN QUERY PLAN {statement}", **asked)]
                scans = [step for step in plan if step.startswith("SCAN p") and "USING" not in step]
                sorts = [step for step in plan if "B-TREE" in step]
            else:
                plan = [row[0] for row in await tx.all(f"EXPLAIN {statement}", **asked)]
                scans = [step for step in plan if "Seq Scan on person" in step]
                sorts = [step for step in plan if "Sort Key" in step]
            assert scans == [], plan
            # Of what was found, and to find each once; names are read in the order of an index, of accounts all, and those that are kept
            # are put in this order once for each text.
            assert len(sorts) <= (3 if named else local + 2), plan


async def test_people_elsewhere_in_their_thousands_do_not_hide_the_one_asked_for(
    db: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_people, "HITS", 3)
    search_people._window.cache_clear()
    async with db.write() as tx:
        for number in range(8):
            await tx.run(
                "INSERT INTO person (instance_id, name, name_key, host, local, ap_id, inbox_url, comment_score, published, last_refreshed)"
                " SELECT instance_id, :name, :name, host, FALSE, :name, '', 1000, :now, :now FROM person WHERE id = :carol",
                name=f"xalice{number}", carol=cast.carol.id, now=tx.now,
            )  # fmt: skip
    try:
        async with db.read() as tx:
            found = await search_people.people(tx, "Alice", PostSort.TOP_ALL, local=False, limit=20, offset=0)
            assert [person.name for person in found] == ["xalice7", "xalice6", "xalice5", "alice"]
            here = await search_people.people(tx, "lic", PostSort.TOP_ALL, local=True, limit=20, offset=0)
            assert [person.name for person in here] == ["alice"], "accounts here are looked at apart"
            assert await search_people.people(tx, "%", PostSort.NEW, local=False, limit=20, offset=0) == []
    finally:
        search_people._window.cache_clear()


async def test_names_are_kept_until_somebody_is_called_otherwise(db: Database, cast: Cast) -> None:
    async def found(term: str) -> list[str]:
        async with db.read() as tx:
            listed = await search_people.people(tx, term, PostSort.HOT, local=False, limit=9, offset=0)
        return [person.name for person in listed]

    assert await found("lice") == ["alice"]
    with count_statements() as counter:
        assert await found("ol ov") == []
        assert await found("AROL") == ["carol"]
    assert len(counter.statements) == 2
    async with db.write() as tx:
        await people.update(tx, cast.bob.id, {"display_name": "Of Old\nLoves"})
    assert await found("ol ov") == ["bob"]
    async with db.write() as tx:
        await people.update(tx, cast.bob.id, {"display_name": None})
    assert await found("ol ov") == []
    async with db.write() as tx:
        await people.update(tx, cast.alice.id, {"deleted": True})
    assert await found("lice") == []
    assert await found("") != []


async def test_names_are_read_once_for_all_who_ask_meanwhile(db: Database, cast: Cast) -> None:
    async def found() -> list[str]:
        async with db.read() as tx:
            listed = await search_people.people(tx, "lice", PostSort.HOT, local=False, limit=9, offset=0)
        return [person.name for person in listed]

    with count_statements() as counter:
        assert await asyncio.gather(*(found() for _ in range(3))) == [["alice"]] * 3
    assert len(counter.statements) == 1 + 3


async def test_a_line_break_in_a_name_leaves_everybody_their_own_line(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await tx.run(
            "UPDATE person SET display_name = :name WHERE id = :id", name="Al\nICE\n", id=cast.alice.id
        )
        tx.changed(*search_people.NAMES)
    async with db.read() as tx:
        for term, name in (("l ice", "alice"), ("arol", "carol"), ("mallory", "mallory")):
            found = await search_people.people(tx, term, PostSort.OLD, local=False, limit=9, offset=0)
            assert [person.name for person in found] == [name]
