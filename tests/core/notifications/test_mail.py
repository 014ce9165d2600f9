"""Mails about notices: who gets them, and who does not."""

import pytest

from folkmoot.core import mailing, translations
from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.comments.edit import EditComment, edit_comment
from folkmoot.core.notifications import mail
from folkmoot.core.people import mails as account_mails
from folkmoot.core.people import register
from folkmoot.core.people.settings import SaveSettings, save_settings
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.store.db import Database
from tests import rows
from tests.cast import HERE, ORIGIN, Cast
from tests.core.people.helpers import READY, Postbox, asking, jobs, mails, set_site


async def carols_answer(db: Database, cast: Cast, content: str = "Hello *alice*") -> int:
    """alice, who wants mails, posts; carol answers; the comment."""
    async with db.write() as tx:
        await save_settings(tx, cast.alice, SaveSettings(send_notifications_to_email=True))
        post = await create_post(tx, cast.alice, CreatePost(cast.gardening.id, "Her\u2028 post"))
        return (await create_comment(tx, cast.carol, CreateComment(post.id, content))).comment.id


async def carols_next_answer(db: Database, cast: Cast) -> None:
    """carol answers another post of alice's."""
    async with db.write() as tx:
        post = await create_post(tx, cast.alice, CreatePost(cast.gardening.id, "Another post"))
        await create_comment(tx, cast.carol, CreateComment(post.id, "Hello again"))


async def after(db: Database, comment_id: int) -> list[dict[str, str]]:
    """The mails that wait once the job has run."""
    await mail.mail_comment(db, {"actor_id": 1, "comment_id": comment_id})
    async with db.read() as tx:
        return await mails(tx)


@pytest.mark.parametrize(
    "before",
    [
        "UPDATE local_user SET send_notifications_to_email = FALSE",
        "UPDATE local_user SET email = NULL",
        "UPDATE person SET banned = TRUE",
        "UPDATE person SET deleted = TRUE",
        "UPDATE comment_reply SET read = TRUE",
        "UPDATE comment SET deleted = TRUE",
        "UPDATE comment SET removed = TRUE",
        "DELETE FROM comment_reply",
    ],
)
async def test_no_mail_goes_to_who_wants_or_needs_none__N_7(db: Database, cast: Cast, before: str) -> None:
    comment_id = await carols_answer(db, cast)
    async with db.write() as tx:
        await tx.run(before)
    assert await after(db, comment_id) == []


async def test_a_job_waits_only_where_somebody_wants_a_mail__N_7(db: Database, cast: Cast) -> None:
    """alice wants mails, bob does not, and both are told."""
    await carols_answer(db, cast, f"Hello @bob@{HERE}")
    async with db.write() as tx:
        [later] = await jobs(tx, "notifications.mail_comment")
        assert cast.alice.account is not None
        assert later["local_user_ids"] == [cast.alice.account.id]
        await tx.run("DELETE FROM job")
        await save_settings(tx, cast.alice, SaveSettings(send_notifications_to_email=False))
    await carols_next_answer(db, cast)
    async with db.read() as tx:
        assert await jobs(tx, "notifications.mail_comment") == []


async def test_an_answer_is_mailed__N_7(db: Database, cast: Cast) -> None:
    comment_id = await carols_answer(db, cast)
    [mail_] = await after(db, comment_id)
    assert mail_["to"] == "alice@mail.example"
    assert mail_["sender_name"] == "Here"
    assert mail_["subject"] == "carol@there.example answered you: Her post"
    assert "> Hello *alice*" in mail_["text"]
    assert f"{ORIGIN}/comment/{comment_id}" in mail_["text"]
    assert f"{ORIGIN}/settings/notifications" in mail_["text"]


async def test_a_mention_is_mailed_as_one__N_1(db: Database, cast: Cast) -> None:
    comment_id = await carols_answer(db, cast, f"See @alice@{HERE} and @nobody@{HERE}")
    [mail_] = await after(db, comment_id)
    assert mail_["subject"].startswith("carol@there.example mentioned you")


async def test_who_is_named_by_an_edit_gets_a_mail_and_nobody_else_again__N_1(
    db: Database, cast: Cast
) -> None:
    comment_id = await carols_answer(db, cast)
    async with db.write() as tx:
        await save_settings(tx, cast.bob, SaveSettings(send_notifications_to_email=True))
        await tx.run("DELETE FROM job")
        await edit_comment(tx, cast.carol, EditComment(comment_id, f"Hello *alice*, and @bob@{HERE}"))
        [later] = await jobs(tx, "notifications.mail_comment")
    await mail.mail_comment(db, later)
    async with db.write() as tx:
        [mail_] = await mails(tx)
        assert (mail_["to"], mail_["subject"]) == (
            "bob@mail.example",
            "carol@there.example mentioned you: Her post",
        )
        await tx.run("DELETE FROM job")
        await edit_comment(tx, cast.carol, EditComment(comment_id, f"Hello *alice*, and again @bob@{HERE}"))
        assert await jobs(tx, "notifications.mail_comment") == []


async def test_everybody_is_written_to_in_their_language(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await save_settings(tx, cast.alice, SaveSettings(interface_language="de"))
        await save_settings(tx, cast.bob, SaveSettings(send_notifications_to_email=True))
    comment_id = await carols_answer(db, cast, f"Hello @bob@{HERE}")
    await mail.mail_comment(db, {"actor_id": 1, "comment_id": comment_id})
    async with db.write() as tx:
        found = {mail_["to"]: mail_ for mail_ in await mails(tx)}
        await account_mails.tell_of_decision(
            tx, await rows.viewer(tx, "alice"), accepted=False, reason="kurz"
        )
        refused = (await mails(tx))[-1]
    german, english = found["alice@mail.example"], found["bob@mail.example"]
    assert german["subject"] == "carol@there.example hat dir geantwortet: Her post"
    assert "Du erhältst dies, weil du um Mails gebeten hast." in german["text"]
    assert english["subject"] == "carol@there.example mentioned you: Her post"
    assert "nicht angenommen" in refused["text"]
    assert "Die Begründung:\n\nkurz" in refused["text"]


async def test_who_leaves_the_language_to_the_browser_is_answered_in_that_of_the_request(
    db: Database, cast: Cast
) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE local_user SET interface_language = 'browser'")
        bob = await rows.viewer(tx, "bob")
        assert bob.person
        assert bob.account
        translations.use_language("de")
        try:
            await account_mails.ask_to_verify(tx, bob.person, bob.account, "new@mail.example")
            await account_mails.queue_reset(tx, bob.account)
            await account_mails.tell_of_decision(tx, bob, accepted=True)  # the request is an administrator's
        finally:
            translations.use_language("en")
        asked, told = await mails(tx)
        [reset] = await jobs(tx, account_mails.RESET)
    assert asked["subject"] == "Bestätige deine Adresse für Here"
    assert told["subject"] == "Welcome to Here"
    post = Postbox()
    await account_mails.mail_reset(db, post, reset)
    assert post.mails[0]["subject"] == "Ein neues Passwort für Here"


async def test_a_comment_that_is_gone_needs_no_mail(db: Database, cast: Cast) -> None:
    assert await after(db, 99999) == []


async def test_a_message_is_mailed_until_it_is_read__N_7(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await save_settings(tx, cast.alice, SaveSettings(send_notifications_to_email=True))
        message_id = await tx.value(
            "INSERT INTO private_message (creator_id, recipient_id, content, content_html, ap_id, local, published)"
            " VALUES (:carol, :alice, 'psst', '', 'https://x.example/1', FALSE, 0) RETURNING id",
            carol=cast.carol.id, alice=cast.alice.id,
        )  # fmt: skip
    await mail.mail_message(db, {"actor_id": cast.carol.id, "message_id": message_id})
    async with db.write() as tx:
        [mail_] = await mails(tx)
        assert (mail_["to"], mail_["subject"]) == ("alice@mail.example", "Message from carol@there.example")
        await tx.run("UPDATE private_message SET read = TRUE")
    await mail.mail_message(db, {"actor_id": cast.carol.id, "message_id": message_id})
    async with db.read() as tx:
        assert len(await mails(tx)) == 1


async def test_admins_hear_of_reports_and_applications_where_the_site_wants_it(
    db: Database, cast: Cast
) -> None:
    async with db.write() as tx:
        post = await create_post(tx, cast.bob, CreatePost(cast.gardening.id, "His post"))
        report = {
            "actor_id": cast.alice.id, "kind": "post",
            "report_id": await tx.value(
                "INSERT INTO post_report (creator_id, post_id, original_post_name, reason, published)"
                " VALUES (:alice, :post, 'x', 'it is spam', 0) RETURNING id",
                alice=cast.alice.id, post=post.id,
            ),
        }  # fmt: skip
        await set_site(tx, registration_mode="RequireApplication")
    async with db.write() as tx:
        await register.register(tx, asking(answer="I like cats"), READY)
        [application] = await jobs(tx, "accounts.mail_application")

    async def told() -> list[str]:
        await mail.mail_admins(db, report)
        await account_mails.mail_application(db, application)
        async with db.write() as tx:
            found = [mail_["text"] for mail_ in await mails(tx) if mail_["to"] == "admin@mail.example"]
            await tx.run("DELETE FROM job")
        return found

    assert await told() == []
    async with db.write() as tx:
        await set_site(tx, reports_email_admins=True, application_email_admins=True)
    about_report, about_application = await told()
    assert "it is spam" in about_report
    assert "I like cats" in about_application
    async with db.write() as tx:
        await tx.run("UPDATE post_report SET resolved = TRUE")
        await tx.run("UPDATE registration_application SET decided = 1")
    assert await told() == []


async def test_an_applicant_is_told_the_decision__A_17(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await account_mails.tell_of_decision(tx, cast.alice, accepted=True)
        await account_mails.tell_of_decision(tx, cast.alice, accepted=False, reason="too short")
        await tx.run("UPDATE local_user SET email = NULL")
        await account_mails.tell_of_decision(tx, await rows.viewer(tx, "bob"), accepted=True)
        welcome, refused = await mails(tx)
    assert f"{ORIGIN}/login" in welcome["text"]
    assert "too short" in refused["text"]


async def test_a_mail_is_sent_and_a_broken_server_is_tried_again(db: Database, cast: Cast) -> None:
    comment_id = await carols_answer(db, cast)
    [payload] = await after(db, comment_id)
    post = Postbox()
    post.broken = True
    with pytest.raises(OSError, match="does not answer"):
        await mailing.send_mail(post, payload)
    post.broken = False
    await mailing.send_mail(post, payload)
    assert post.mails == [payload]
    post.refusing = True
    await mailing.send_mail(post, payload)
