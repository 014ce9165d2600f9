"""Who may report what, and what a report keeps (O-1)."""

import pytest

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.messages.send import SendMessage, send_message
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.posts.remove import remove_post
from folkmoot.core.reports.create import CreateReport, create_report
from folkmoot.model.errors import Conflict, Invalid, NotAllowed, NotFound, NotLoggedIn, Refusal
from folkmoot.model.people import ANONYMOUS, Viewer
from folkmoot.model.posts import Post
from folkmoot.model.reports import Report, ReportKind
from folkmoot.store.db import Database
from tests.cast import Cast


@pytest.fixture
async def post(db: Database, cast: Cast) -> Post:
    """alice posts."""
    async with db.write() as tx:
        return await create_post(
            tx,
            cast.alice,
            CreatePost(cast.gardening.id, "Cheap watches", url="https://watches.example/", body="Buy now"),
        )


async def report(
    db: Database, viewer: Viewer, kind: ReportKind, item_id: int, reason: str = "spam"
) -> Report:
    async with db.write() as tx:
        return await create_report(tx, viewer, CreateReport(kind, item_id, reason))


async def refused(
    db: Database, viewer: Viewer, kind: ReportKind, item_id: int, reason: str = "spam"
) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await report(db, viewer, kind, item_id, reason)
    return caught.value


async def test_visitors_and_the_banned_do_not_report__R_3(db: Database, cast: Cast, post: Post) -> None:
    assert isinstance(await refused(db, ANONYMOUS, "post", post.id), NotLoggedIn)
    assert (await refused(db, cast.mallory, "post", post.id)).code == "site_ban"
    async with db.write() as tx:
        await tx.run(
            "INSERT INTO community_ban (community_id, person_id, published) VALUES (:community_id, :person_id, 1)",
            community_id=cast.gardening.id, person_id=cast.carol.id,
        )  # fmt: skip
    assert (await refused(db, cast.carol, "post", post.id)).code == "banned_from_community"


@pytest.mark.parametrize(
    ("reason", "code"),
    [("", "report_reason_required"), (" \n ", "report_reason_required"), ("x" * 1001, "report_too_long")],
)
async def test_a_report_has_a_reason__O_1(
    db: Database, cast: Cast, post: Post, reason: str, code: str
) -> None:
    refusal = await refused(db, cast.bob, "post", post.id, reason)
    assert (type(refusal), refusal.code, refusal.field) == (Invalid, code, "reason")
    assert (await report(db, cast.bob, "post", post.id, "x" * 1000)).reason == "x" * 1000


async def test_a_reason_keeps_to_the_words_of_the_house__O_1(db: Database, cast: Cast, post: Post) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE local_site SET slur_filter_regex = 'fool'")
        tx.changed("site")
    assert (await refused(db, cast.bob, "post", post.id, "What a fool")).code == "slurs"


async def test_there_must_be_something_to_report__O_1(db: Database, cast: Cast) -> None:
    for kind in ("post", "comment", "private_message"):
        refusal = await refused(db, cast.bob, kind, 99999)  # type: ignore[arg-type]
        assert (type(refusal), refusal.code) == (NotFound, f"couldnt_find_{kind}")


async def test_what_is_gone_is_not_reported__O_1(db: Database, cast: Cast, post: Post) -> None:
    async with db.write() as tx:
        await remove_post(tx, cast.bob, post.id, removed=True)
    refusal = await refused(db, cast.carol, "post", post.id)
    assert (type(refusal), refusal.code) == (NotAllowed, "deleted")


async def test_one_report_per_person_and_thing__O_1(db: Database, cast: Cast, post: Post) -> None:
    await report(db, cast.bob, "post", post.id)
    refusal = await refused(db, cast.bob, "post", post.id)
    assert (type(refusal), refusal.code) == (Conflict, "couldnt_create_report")
    assert await report(db, cast.carol, "post", post.id)


async def test_messages_are_reported_by_who_got_them__O_1__O_2(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        message = await send_message(tx, cast.alice, SendMessage(cast.bob.id, "Buy my watches"))
    for viewer in (cast.alice, cast.admin):
        assert (await refused(db, viewer, "private_message", message.id)).code == "couldnt_create_report"
    assert (await report(db, cast.bob, "private_message", message.id)).original == "Buy my watches"


async def test_the_text_is_kept_as_it_was__O_1(db: Database, cast: Cast, post: Post) -> None:
    made = await report(db, cast.bob, "post", post.id, "  spam ")
    assert (made.reason, made.original_name, made.original, made.original_url) == (
        "spam", "Cheap watches", "Buy now", "https://watches.example/",
    )  # fmt: skip
    assert (made.resolved, made.creator_id, made.item_id) == (False, cast.bob.id, post.id)
    async with db.write() as tx:
        comment = (await create_comment(tx, cast.alice, CreateComment(post.id, "Really cheap"))).comment
    assert (await report(db, cast.bob, "comment", comment.id)).original == "Really cheap"


async def test_admins_are_mailed_later(db: Database, cast: Cast, post: Post) -> None:
    made = await report(db, cast.bob, "post", post.id)
    async with db.read() as tx:
        payload = await tx.value("SELECT payload FROM job WHERE name = 'reports.mail_admins'")
    assert f'"report_id": {made.id}' in payload
