"""Who sees which reports, in which order, and who decides (O-2, O-3, P-16)."""

from dataclasses import dataclass

import pytest

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.messages.send import SendMessage, send_message
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.posts.remove import remove_post
from folkmoot.core.reports.create import CreateReport, create_report
from folkmoot.core.reports.read import ListReports, ReadQueue, count_reports, list_reports, read_queue
from folkmoot.core.reports.resolve import resolve_about, resolve_report
from folkmoot.model.errors import NotAllowed, NotFound, NotLoggedIn
from folkmoot.model.people import ANONYMOUS, Viewer
from folkmoot.model.reports import ReportCounts, ReportKind
from folkmoot.model.time import MINUTE, FixedClock
from folkmoot.store.db import Database, count_statements
from tests.cast import Cast


@dataclass
class Trouble:
    """What was reported: alice's post in ~gardening (twice), her comment in ~baking, and her message to bob."""

    post_id: int
    comment_id: int
    reports: dict[str, int]


@pytest.fixture
async def trouble(db: Database, cast: Cast, clock: FixedClock) -> Trouble:
    """It happens within a few minutes."""
    async with db.write() as tx:
        post = await create_post(tx, cast.alice, CreatePost(cast.gardening.id, "Cheap watches"))
        other = await create_post(tx, cast.alice, CreatePost(cast.baking.id, "Bread"))
        comment = (await create_comment(tx, cast.alice, CreateComment(other.id, "Cheap bread"))).comment
        message = await send_message(tx, cast.alice, SendMessage(cast.bob.id, "Watches?"))
    reports = {}
    told: list[tuple[str, Viewer, ReportKind, int]] = [
        ("post", cast.carol, "post", post.id), ("comment", cast.bob, "comment", comment.id),
        ("post again", cast.bob, "post", post.id), ("message", cast.bob, "private_message", message.id),
    ]  # fmt: skip
    for name, viewer, kind, item_id in told:
        clock.advance(MINUTE)
        async with db.write() as tx:
            reports[name] = (
                await create_report(tx, viewer, CreateReport(kind, item_id, f"spam, says {viewer.id}"))
            ).id
    return Trouble(post.id, comment.id, reports)


async def test_members_see_no_reports__O_2(db: Database, cast: Cast, trouble: Trouble) -> None:
    async with db.read() as tx:
        for ask in (
            list_reports(tx, cast.alice, ListReports("post")),
            count_reports(tx, cast.alice),
            read_queue(tx, cast.alice, ReadQueue()),
        ):
            with pytest.raises(NotAllowed) as refused:
                await ask
            assert refused.value.code == "not_a_mod_or_admin"
        with pytest.raises(NotLoggedIn):
            await read_queue(tx, ANONYMOUS, ReadQueue())
        with pytest.raises(NotAllowed) as messages:
            await list_reports(tx, cast.bob, ListReports("private_message"))
        assert messages.value.code == "not_an_admin"


async def test_only_those_in_charge_decide__O_3(db: Database, cast: Cast, trouble: Trouble) -> None:
    asked: list[tuple[Viewer, ReportKind, str, str]] = [
        (cast.alice, "post", "post", "not_a_mod_or_admin"), (cast.bob, "comment", "comment", "not_a_mod_or_admin"),
        (cast.bob, "private_message", "message", "not_an_admin"),
    ]  # fmt: skip
    async with db.write() as tx:
        for viewer, kind, name, code in asked:
            with pytest.raises(NotAllowed) as refused:
                await resolve_report(tx, viewer, kind, trouble.reports[name], resolved=True)
            assert refused.value.code == code
        for kind in ("post", "comment", "private_message"):
            with pytest.raises(NotFound) as unknown:
                await resolve_report(tx, cast.admin, kind, 99999, resolved=True)  # type: ignore[arg-type]
            assert unknown.value.code == f"couldnt_find_{kind}_report"


async def test_moderators_see_their_communities_admins_everything__O_2(
    db: Database, cast: Cast, trouble: Trouble
) -> None:
    async with db.read() as tx:
        mine = await list_reports(tx, cast.bob, ListReports("post"))
        assert [view.report.id for view in mine] == [trouble.reports["post again"], trouble.reports["post"]]
        assert mine[0].creator.id == cast.bob.id
        assert mine[0].post is not None
        assert mine[0].post.creator.id == cast.alice.id
        waiting = await list_reports(tx, cast.bob, ListReports("post", unresolved_only=True))
        assert [view.report.id for view in waiting] == [
            trouble.reports["post"],
            trouble.reports["post again"],
        ]
        assert await list_reports(tx, cast.bob, ListReports("comment")) == []
        assert await list_reports(tx, cast.bob, ListReports("post", community_id=cast.baking.id)) == []
        assert (
            len(await list_reports(tx, cast.admin, ListReports("comment", item_id=trouble.comment_id))) == 1
        )
        assert len(await list_reports(tx, cast.admin, ListReports("private_message"))) == 1
        assert await count_reports(tx, cast.bob) == ReportCounts(2, 0, None)
        assert await count_reports(tx, cast.admin) == ReportCounts(2, 1, 1)
        assert await count_reports(tx, cast.admin, cast.gardening.id) == ReportCounts(2, 0, None)


async def test_deciding_is_repeatable_and_keeps_the_last_name__O_3(
    db: Database, cast: Cast, trouble: Trouble
) -> None:
    number = trouble.reports["post"]
    async with db.write() as tx:
        decided = await resolve_report(tx, cast.bob, "post", number, resolved=True)
        assert (decided.resolved, decided.resolver_id, decided.updated) == (True, cast.bob.id, tx.now)
        again = await resolve_report(tx, cast.admin, "post", number, resolved=True)
        assert again.resolver_id == cast.admin.id
        opened = await resolve_report(tx, cast.bob, "post", number, resolved=False)
        assert not opened.resolved
        assert await count_reports(tx, cast.bob) == ReportCounts(2, 0, None)


async def test_deciding_works_in_a_removed_community__R_2(db: Database, cast: Cast, trouble: Trouble) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE community SET removed = :yes WHERE id = :id", yes=True, id=cast.gardening.id)
        assert (await resolve_report(tx, cast.bob, "post", trouble.reports["post"], resolved=True)).resolved


async def test_removing_closes_all_reports_on_it__P_16(db: Database, cast: Cast, trouble: Trouble) -> None:
    async with db.write() as tx:
        await remove_post(tx, cast.bob, trouble.post_id, removed=True)
        assert (await count_reports(tx, cast.bob)).total == 0


async def test_the_queue_holds_each_thing_once_what_waits_longest_first(
    db: Database, cast: Cast, trouble: Trouble
) -> None:
    async with db.read() as tx:
        cases = (await read_queue(tx, cast.admin, ReadQueue())).items
        assert [case.kind for case in cases] == ["post", "comment", "private_message"]
        assert [view.report.id for view in cases[0].reports] == [
            trouble.reports["post"],
            trouble.reports["post again"],
        ]
        assert {case.author.id for case in cases} == {cast.alice.id}
        assert cases[2].message is not None
        assert [case.kind for case in (await read_queue(tx, cast.bob, ReadQueue())).items] == ["post"]
        narrowed = await read_queue(
            tx, cast.admin, ReadQueue(kinds=frozenset({"comment", "private_message"}), limit=1)
        )
        assert ([case.kind for case in narrowed.items], narrowed.next) == (["comment"], "2")
        community = await read_queue(tx, cast.admin, ReadQueue(community_id=cast.baking.id))
        assert [case.kind for case in community.items] == ["comment"]


async def test_decided_things_leave_the_queue_and_stand_among_the_decided(
    db: Database, cast: Cast, trouble: Trouble
) -> None:
    async with db.write() as tx:
        assert await resolve_about(tx, cast.bob, "post", trouble.post_id, resolved=True) == 2
        assert (await read_queue(tx, cast.bob, ReadQueue())).items == []
        decided = (await read_queue(tx, cast.bob, ReadQueue(resolved=True))).items
        assert ([case.item_id for case in decided], decided[0].open) == ([trouble.post_id], False)
        assert decided[0].reports[0].resolver is not None
        assert decided[0].reports[0].resolver.id == cast.bob.id
        assert await resolve_about(tx, cast.bob, "post", trouble.post_id, resolved=False) == 2
        assert len((await read_queue(tx, cast.bob, ReadQueue(resolved=None))).items) == 1


async def test_a_case_comes_with_what_its_author_was_found_at_before(
    db: Database, cast: Cast, trouble: Trouble
) -> None:
    async with db.write() as tx:
        await remove_post(tx, cast.bob, trouble.post_id, removed=True)
        await remove_post(tx, cast.bob, trouble.post_id, removed=False)
        record = (await read_queue(tx, cast.admin, ReadQueue())).items[0].record
    assert (record.removals, record.bans, record.reports) == (1, 0, 2)


async def test_a_queue_costs_the_same_queries_whatever_it_holds(
    db: Database, cast: Cast, trouble: Trouble
) -> None:
    async with db.read() as tx:
        with count_statements() as counter:
            await read_queue(tx, cast.admin, ReadQueue())
        assert len(counter.statements) <= 12
